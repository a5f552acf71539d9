#!/usr/bin/env python3
"""Writes tests/references/optimizer_runs_<home>.safetensors: long runs of the homes' optimizers, schedules and clipping.

    python scripts/references/make_references_optimizer_runs.py torch
    python scripts/references/make_references_optimizer_runs.py keras     (needs tensorflow)
    python scripts/references/make_references_optimizer_runs.py tf

Two float64 parameters, a (3, 4) and b (5), get the gradients that stand in the file, a step after the other. Of a run the
parameters after the steps of KEPT are kept, one row for each: "<case>.a", "<case>.b". What changes on the way:
torch: b is a group of its own with twice the learning rate and has no gradient in every seventh step; all rates are
halved at step 100 of 200. keras, tf: the rate, where it is a number, is halved at step 50 of 100. Numbers are exact in
float32, in which TensorFlow keeps them.
"""
import math
import os
import random
import sys

import numpy as np
from safetensors.numpy import save_file

STEPS = {"torch": 200, "keras": 100, "tf": 100}
FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references")
rng = random.Random(17)
A, B = (3, 4), (5,)


def numbers(shape, scale=1.0):
    return np.array([round(scale * rng.gauss(0, 1), 4) for _ in range(math.prod(shape))]).reshape(shape)


START = {"a": numbers(A), "b": numbers(B)}
GRADIENTS = {"a": numbers((200,) + A), "b": numbers((200,) + B)}


def kept(home):
    return [1, 2, STEPS[home] // 2, STEPS[home] // 2 + 1, STEPS[home]]


def torch_runs():
    import torch
    from torch import optim

    rate = 0.03125
    runs = {
        "sgd_nesterov": (optim.SGD, dict(momentum=0.9, nesterov=True, weight_decay=0.01)),
        "adam_amsgrad": (optim.Adam, dict(betas=(0.8, 0.95), weight_decay=0.01, amsgrad=True)),
        "adamw_maximize": (optim.AdamW, dict(maximize=True)),
        "rmsprop": (optim.RMSprop, {}),
        "rmsprop_centered": (optim.RMSprop, dict(alpha=0.9, eps=1e-4, centered=True, weight_decay=0.01)),
        "rmsprop_all": (optim.RMSprop, dict(momentum=0.9, centered=True, maximize=True)),
        "rmsprop_momentum": (optim.RMSprop, dict(momentum=0.5)),
        "adagrad": (optim.Adagrad, {}),
        "adagrad_all": (optim.Adagrad, dict(lr_decay=0.01, weight_decay=0.01, initial_accumulator_value=0.5, eps=1e-3)),
        "adadelta": (optim.Adadelta, dict(rho=0.8, weight_decay=0.01)),
        "adamax": (optim.Adamax, dict(betas=(0.8, 0.95), eps=1e-3, weight_decay=0.01)),
        "nadam": (optim.NAdam, {}),
        "nadam_decoupled": (optim.NAdam, dict(momentum_decay=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
        "radam": (optim.RAdam, dict(weight_decay=0.01)),
        "radam_decoupled": (optim.RAdam, dict(betas=(0.8, 0.9), weight_decay=0.1, decoupled_weight_decay=True)),
        "rprop": (optim.Rprop, dict(etas=(0.4, 1.3), step_sizes=(1e-4, 0.5))),
        "asgd": (optim.ASGD, dict(lambd=0.01, t0=50, weight_decay=0.01)),
        "adafactor": (optim.Adafactor, dict(weight_decay=0.01)),
        "adafactor_eps": (optim.Adafactor, dict(eps=(1e-2, 1e-2), d=2.0, beta2_decay=-0.5, maximize=True)),
        "muon": (optim.Muon, {}),
        "muon_scaled": (optim.Muon, dict(nesterov=False, adjust_lr_fn="match_rms_adamw", weight_decay=0.01)),
    }
    for name, (kind, options) in runs.items():
        p = {k: torch.tensor(v, requires_grad=True) for k, v in START.items()}
        if kind is optim.Muon:
            p.pop("b")
            groups = [{"params": [p["a"]]}]
        else:
            groups = [{"params": [p["a"]]}, {"params": [p["b"]], "lr": 2 * rate}]
        optimizer = kind(groups, lr=rate, **options)
        rows = {k: [] for k in p}
        for step in range(1, STEPS["torch"] + 1):
            if step == 100:
                for group in optimizer.param_groups:
                    group["lr"] *= 0.5
            for k in p:
                p[k].grad = torch.tensor(GRADIENTS[k][step - 1])
            if "b" in p and step % 7 == 0:
                p["b"].grad = None
            optimizer.step()
            if step in kept("torch"):
                for k in p:
                    rows[k].append(p[k].detach().numpy().copy())
        for k in p:
            yield f"{name}.{k}", np.stack(rows[k])

    for name, options in {"lbfgs": {}, "lbfgs_wolfe": dict(line_search_fn="strong_wolfe", history_size=5)}.items():
        x = torch.tensor([-1.2, 1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
        optimizer = optim.LBFGS([x], lr=0.1 if name == "lbfgs" else 1, max_iter=6, **options)
        rows = []

        def closure():
            optimizer.zero_grad()
            loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
            loss.backward()
            return loss

        for _ in range(12):
            loss = optimizer.step(closure)
            rows.append(np.append(x.detach().numpy(), loss.item()))
        yield name, np.stack(rows)

    from torch.optim import lr_scheduler as s

    def plan(name, make, steps=40, momentum=0.0, metric=None):
        p = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
        optimizer = optim.SGD([{"params": [p[0]]}, {"params": [p[1]], "lr": 0.5}], lr=0.25, momentum=momentum)
        scheduler = make(optimizer)
        rows = []
        for step in range(steps):
            rows.append([g[key] for g in optimizer.param_groups for key in ("lr", "momentum")])
            optimizer.step()
            scheduler.step() if metric is None else scheduler.step(metric(step))
        return "lr." + name, np.array(rows, dtype=np.float64)

    yield plan("lambda", lambda o: s.LambdaLR(o, [lambda e: 0.95**e, lambda e: 1 / (1 + e)]))
    yield plan("multiplicative", lambda o: s.MultiplicativeLR(o, lambda e: 0.9 if e % 3 else 1.05))
    yield plan("step", lambda o: s.StepLR(o, 7, 0.5))
    yield plan("multistep", lambda o: s.MultiStepLR(o, [4, 10, 10, 25], 0.5))
    yield plan("constant", lambda o: s.ConstantLR(o, 0.25, 8))
    yield plan("linear", lambda o: s.LinearLR(o, 0.125, 0.75, 10))
    yield plan("exponential", lambda o: s.ExponentialLR(o, 0.9))
    yield plan("polynomial", lambda o: s.PolynomialLR(o, 15, 2.0))
    yield plan("cosine", lambda o: s.CosineAnnealingLR(o, 9, 0.01))
    yield plan("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, 5, 2, 0.01))
    yield plan("onecycle", lambda o: s.OneCycleLR(o, [1.0, 2.0], 40), momentum=0.9)
    yield plan("onecycle_three", lambda o: s.OneCycleLR(o, 1.0, epochs=8, steps_per_epoch=5, anneal_strategy="linear", three_phase=True), momentum=0.9)
    yield plan("cyclic", lambda o: s.CyclicLR(o, 0.1, 1.0, 5, 7), momentum=0.9)
    yield plan("cyclic2", lambda o: s.CyclicLR(o, 0.1, 1.0, 4, mode="triangular2", cycle_momentum=False))
    yield plan("cyclic_exp", lambda o: s.CyclicLR(o, 0.1, 1.0, 4, mode="exp_range", gamma=0.97, cycle_momentum=False))
    yield plan("plateau", lambda o: s.ReduceLROnPlateau(o, "min", 0.5, 2, cooldown=3, min_lr=[0.02, 0.1]),
               metric=lambda i: 1 / (1 + min(i, 6)) + (i % 2) * 0.01)
    yield plan("plateau_max", lambda o: s.ReduceLROnPlateau(o, "max", 0.5, 1, threshold=0.1, threshold_mode="abs"),
               metric=lambda i: math.sin(i / 5))
    yield plan("sequential", lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, 1.0, 6), s.CosineAnnealingLR(o, 10), s.ExponentialLR(o, 0.9)], [6, 16]))
    yield plan("chained", lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.5, 6), s.ExponentialLR(o, 0.95)]))
    yield plan("swalr", lambda o: torch.optim.swa_utils.SWALR(o, 0.05, 8))
    yield plan("swalr_linear", lambda o: torch.optim.swa_utils.SWALR(o, [0.05, 0.9], 5, "linear"))

    for p in (1.0, 2.0, 3.0, math.inf):
        total = torch.nn.utils.get_total_norm([torch.tensor(START["a"]), torch.tensor(START["b"])], p)
        yield f"norm.{p}", total.numpy().reshape(1)


def keras_runs():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    o, plans = keras.optimizers, keras.optimizers.schedules
    rate = 0.03125
    runs = {
        "sgd_ema": lambda: o.SGD(rate, momentum=0.875, nesterov=True, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=10),
        "sgd_clipnorm": lambda: o.SGD(rate, clipnorm=1.0, weight_decay=0.125),
        "rmsprop": lambda: o.RMSprop(rate),
        "rmsprop_all": lambda: o.RMSprop(rate, rho=0.75, momentum=0.5, centered=True, weight_decay=0.125, clipvalue=0.5),
        "adam_global": lambda: o.Adam(rate, global_clipnorm=2.0, amsgrad=True),
        "adam_accumulated": lambda: o.Adam(rate, gradient_accumulation_steps=3, weight_decay=0.125),
        "adamw_excluded": lambda: o.AdamW(rate, weight_decay=0.25),
        "adadelta": lambda: o.Adadelta(rate, weight_decay=0.125),
        "adagrad": lambda: o.Adagrad(rate, initial_accumulator_value=0.25, epsilon=2**-10),
        "adamax": lambda: o.Adamax(rate, weight_decay=0.125),
        "adafactor": lambda: o.Adafactor(rate, weight_decay=0.125),
        "nadam": lambda: o.Nadam(rate, weight_decay=0.125),
        "nadam_accumulated": lambda: o.Nadam(rate, gradient_accumulation_steps=4),
        "ftrl": lambda: o.Ftrl(rate, l1_regularization_strength=0.125, l2_regularization_strength=0.25,
                               l2_shrinkage_regularization_strength=0.125, beta=0.5),
        "ftrl_power": lambda: o.Ftrl(rate, learning_rate_power=-0.25, weight_decay=0.125),
        "lion": lambda: o.Lion(rate, weight_decay=0.125),
        "lamb": lambda: o.Lamb(rate, weight_decay=0.125),
        "muon": lambda: o.Muon(rate),
        "muon_plain": lambda: o.Muon(rate, nesterov=False, rms_rate=None, adam_lr_ratio=0.5, weight_decay=0.125, adam_weight_decay=0.25),
        "lossscale": lambda: o.SGD(rate, momentum=0.5, loss_scale_factor=8.0),
        "adam_exponential": lambda: o.Adam(plans.ExponentialDecay(0.125, 20, 0.5)),
        "sgd_cosine": lambda: o.SGD(plans.CosineDecay(0.0, 60, alpha=0.125, warmup_target=0.5, warmup_steps=20), momentum=0.5),
    }
    for name, make in runs.items():
        p = {k: keras.Variable(v, dtype="float64", name=k) for k, v in START.items()}
        optimizer = make()
        if name == "adamw_excluded":
            optimizer.exclude_from_weight_decay(var_list=[p["b"]])
        optimizer.build(list(p.values()))
        rows = {k: [] for k in p}
        for step in range(1, STEPS["keras"] + 1):
            if step == 50 and not isinstance(optimizer._learning_rate, plans.LearningRateSchedule):
                optimizer.learning_rate = rate / 2
            optimizer.apply([tf.constant(GRADIENTS[k][step - 1]) for k in p], list(p.values()))
            if step in kept("keras"):
                for k in p:
                    rows[k].append(p[k].numpy().copy())
        for k in p:
            yield f"{name}.{k}", np.stack(rows[k])

    for name, plan in {
        "exponential": plans.ExponentialDecay(0.5, 7, 0.75),
        "exponential_stairs": plans.ExponentialDecay(0.5, 7, 0.75, staircase=True),
        "piecewise": plans.PiecewiseConstantDecay([5, 12], [1.0, 0.5, 0.125]),
        "polynomial": plans.PolynomialDecay(0.5, 20, 0.125, power=2.0),
        "polynomial_cycle": plans.PolynomialDecay(0.5, 7, 0.125, power=0.5, cycle=True),
        "inverse": plans.InverseTimeDecay(0.5, 7, 0.75),
        "cosine": plans.CosineDecay(0.5, 20, alpha=0.125),
        "cosine_warm": plans.CosineDecay(0.125, 20, alpha=0.125, warmup_target=0.75, warmup_steps=6),
        "restarts": plans.CosineDecayRestarts(0.5, 5, t_mul=2.0, m_mul=0.75, alpha=0.125),
        "restarts_even": plans.CosineDecayRestarts(0.5, 5, t_mul=1.0, m_mul=0.75),
    }.items():
        yield "lr." + name, np.array([float(plan(tf.constant(step))) for step in range(40)])


def tf_runs():
    import tensorflow as tf

    v1 = tf.compat.v1
    t = v1.train
    rate = 0.03125
    runs = {
        "sgd_step": lambda lr: t.GradientDescentOptimizer(lr),
        "momentum": lambda lr: t.MomentumOptimizer(lr, 0.875, use_nesterov=True),
        "adagrad": lambda lr: t.AdagradOptimizer(lr, 0.25),
        "adadelta": lambda lr: t.AdadeltaOptimizer(lr, 0.875, 2**-10),
        "rmsprop": lambda lr: t.RMSPropOptimizer(lr),
        "rmsprop_all": lambda lr: t.RMSPropOptimizer(lr, 0.75, 0.5, 2**-10, centered=True),
        "adam": lambda lr: t.AdamOptimizer(lr, 0.75, 0.96875, 2**-10),
        "ftrl": lambda lr: t.FtrlOptimizer(lr, -0.5, 0.25, 0.125, 0.25, l2_shrinkage_regularization_strength=0.125),
        "proximal": lambda lr: t.ProximalGradientDescentOptimizer(lr, 0.125, 0.25),
        "proximal_adagrad": lambda lr: t.ProximalAdagradOptimizer(lr, 0.25, 0.125, 0.25),
        "clipped": lambda lr: t.MomentumOptimizer(lr, 0.5),
        "scheduled": lambda lr: t.GradientDescentOptimizer(lr),
    }
    for name, make in runs.items():
        with tf.Graph().as_default():
            lr = v1.placeholder(tf.float32, [])
            dtype = tf.float32 if name.startswith("proximal") else tf.float64  # TensorFlow's own has float32 alone
            g = {k: v1.placeholder(dtype, v.shape) for k, v in START.items()}
            p = {k: v1.get_variable(k, initializer=tf.constant(v, dtype), use_resource=True) for k, v in START.items()}
            step_count = t.get_or_create_global_step()
            used = t.exponential_decay(0.125, step_count, 10, 0.5) if name == "scheduled" else lr
            gradients = list(g.values())
            if name == "clipped":
                gradients, _ = tf.clip_by_global_norm(gradients, 2.0)
                gradients = [tf.clip_by_norm(x, 1.5) for x in gradients]
            train = make(used).apply_gradients(zip(gradients, p.values()), global_step=step_count)
            average = t.ExponentialMovingAverage(0.75, step_count if name == "sgd_step" else None)
            with tf.control_dependencies([train]):
                train = average.apply(list(p.values()))
            rows = {k: [] for k in p}
            averages = {k: [] for k in p}
            with v1.Session() as session:
                session.run(v1.global_variables_initializer())
                for step in range(1, STEPS["tf"] + 1):
                    feeds = {g[k]: GRADIENTS[k][step - 1] for k in p}
                    session.run(train, {lr: rate if step < 50 else rate / 2, **feeds})
                    if step in kept("tf"):
                        for k in p:
                            rows[k].append(session.run(p[k]))
                            averages[k].append(session.run(average.average(p[k])))
            for k in p:
                yield f"{name}.{k}", np.stack(rows[k]).astype(np.float64)
                if name in ("sgd_step", "momentum"):
                    yield f"{name}.average.{k}", np.stack(averages[k])

    plans = {
        "exponential": lambda s: t.exponential_decay(0.5, s, 7, 0.75),
        "exponential_stairs": lambda s: t.exponential_decay(0.5, s, 7, 0.75, staircase=True),
        "piecewise": lambda s: t.piecewise_constant(s, [5, 12], [1.0, 0.5, 0.125]),
        "polynomial": lambda s: t.polynomial_decay(0.5, s, 20, 0.125, power=2.0),
        "polynomial_cycle": lambda s: t.polynomial_decay(0.5, s, 7, 0.125, power=0.5, cycle=True),
        "natural": lambda s: t.natural_exp_decay(0.5, s, 7, 0.75),
        "inverse": lambda s: t.inverse_time_decay(0.5, s, 7, 0.75),
        "cosine": lambda s: t.cosine_decay(0.5, s, 20, 0.125),
        "restarts": lambda s: t.cosine_decay_restarts(0.5, s, 5, 2.0, 0.75, 0.125),
        "linear_cosine": lambda s: t.linear_cosine_decay(0.5, s, 20),
    }
    with tf.Graph().as_default(), v1.Session() as session:
        s = v1.placeholder(tf.int64, [])
        nodes = {name: plan(s) for name, plan in plans.items()}
        values = [session.run(nodes, {s: step}) for step in range(40)]
        for name in plans:
            yield "lr." + name, np.array([v[name] for v in values], dtype=np.float64)


def main():
    home = sys.argv[1]
    tensors = {f"start.{k}": v for k, v in START.items()}
    tensors |= {f"gradients.{k}": v[: STEPS[home]].copy() for k, v in GRADIENTS.items()}
    tensors["kept"] = np.array(kept(home), dtype=np.int64)
    tensors |= dict({"torch": torch_runs, "keras": keras_runs, "tf": tf_runs}[home]())
    path = os.path.join(FOLDER, f"optimizer_runs_{home}.safetensors")
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, path)
    os.chmod(path, 0o644)


if __name__ == "__main__":
    main()
