#!/usr/bin/env python3
"""Writes tests/references/optimizers.txt: what the optimizers of PyTorch, TensorFlow and Keras make of one parameter.

Run once with each framework's Python; every run replaces that framework's lines:
    python scripts/references/make_references_optimizers.py torch
    python scripts/references/make_references_optimizers.py tf       (needs tensorflow and keras)
Lines: `start values...`, `gradient <t> values...`, `<framework>.<case> <step> values...`. The learning rate is 1/8 and
from step 6 on 1/16. The parameter is float64, because in float32 TensorFlow and Keras round 1 - beta2^t by 1e-5 of itself;
their hyperparameters are exact in float32, in which they keep them. PyTorch's cases are there in float32 too.
"""
import os
import random
import sys

STEPS, SIZE, RATE, LATER = 10, 9, 0.125, 0.0625
KEPT = (1, 2, 5, 6, 10)
PATH = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "optimizers.txt")

rng = random.Random(3)
START = [round(rng.uniform(-2, 2), 3) for _ in range(SIZE)]
GRADIENTS = [[round(rng.gauss(0, 1) * 10 ** rng.randint(-3, 1), 5) for _ in range(SIZE)] for _ in range(STEPS)]


def rate(step):
    return RATE if step < 6 else LATER


def torch_cases():
    import torch

    cases = {
        "sgd": lambda p: torch.optim.SGD(p, lr=RATE),
        "sgd_decay": lambda p: torch.optim.SGD(p, lr=RATE, weight_decay=0.1),
        "sgd_maximize": lambda p: torch.optim.SGD(p, lr=RATE, weight_decay=0.1, maximize=True),
        "momentum": lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9),
        "dampening": lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9, dampening=0.3, weight_decay=0.1),
        "nesterov": lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9, nesterov=True, weight_decay=0.1),
        "adam": lambda p: torch.optim.Adam(p, lr=RATE),
        "adam_options": lambda p: torch.optim.Adam(p, lr=RATE, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
        "adam_maximize": lambda p: torch.optim.Adam(p, lr=RATE, eps=1e-3, maximize=True),
        "amsgrad": lambda p: torch.optim.Adam(p, lr=RATE, betas=(0.8, 0.6), eps=1e-3, amsgrad=True),
        "adamw": lambda p: torch.optim.AdamW(p, lr=RATE, eps=1e-3, weight_decay=0.1),
    }
    for name, make in cases.items():
        for dtype, mark in ((torch.float32, "32"), (torch.float64, "")):
            p = torch.tensor(START, dtype=dtype, requires_grad=True)
            optimizer = make([p])
            for step in range(1, STEPS + 1):
                optimizer.param_groups[0]["lr"] = rate(step)
                p.grad = torch.tensor(GRADIENTS[step - 1], dtype=dtype)
                optimizer.step()
                if step in KEPT:
                    yield f"torch{mark}.{name}", step, p.detach().numpy().astype("float64")


def tf_cases():
    import keras
    import tensorflow as tf

    v1 = tf.compat.v1
    cases = {
        "sgd": lambda lr: v1.train.GradientDescentOptimizer(lr),
        "momentum": lambda lr: v1.train.MomentumOptimizer(lr, 0.875),
        "nesterov": lambda lr: v1.train.MomentumOptimizer(lr, 0.875, use_nesterov=True),
        "adam": lambda lr: v1.train.AdamOptimizer(lr, beta1=0.875, beta2=0.984375),
        "adam_options": lambda lr: v1.train.AdamOptimizer(lr, beta1=0.75, beta2=0.96875, epsilon=2**-10),
    }
    for name, make in cases.items():
        with tf.Graph().as_default():
            lr = v1.placeholder(tf.float32, [])
            g = v1.placeholder(tf.float64, [SIZE])
            p = v1.get_variable("p", initializer=tf.constant(START, tf.float64), use_resource=True)
            train = make(lr).apply_gradients([(g, p)])
            with v1.Session() as session:
                session.run(v1.global_variables_initializer())
                for step in range(1, STEPS + 1):
                    session.run(train, {lr: rate(step), g: GRADIENTS[step - 1]})
                    if step in KEPT:
                        yield f"tf.{name}", step, session.run(p).astype("float64")

    cases = {
        "sgd": lambda: keras.optimizers.SGD(RATE),
        "sgd_decay": lambda: keras.optimizers.SGD(RATE, weight_decay=0.125),
        "momentum": lambda: keras.optimizers.SGD(RATE, momentum=0.875),
        "nesterov": lambda: keras.optimizers.SGD(RATE, momentum=0.875, nesterov=True),
        "adam": lambda: keras.optimizers.Adam(RATE, beta_1=0.875, beta_2=0.984375),
        "adam_options": lambda: keras.optimizers.Adam(RATE, beta_1=0.75, beta_2=0.96875, epsilon=2**-10),
        "amsgrad": lambda: keras.optimizers.Adam(RATE, beta_1=0.75, beta_2=0.625, epsilon=2**-10, amsgrad=True),
        "adamw": lambda: keras.optimizers.AdamW(RATE, beta_1=0.875, beta_2=0.984375, epsilon=2**-10, weight_decay=0.125),
    }
    for name, make in cases.items():
        p = keras.Variable(START, dtype="float64")
        optimizer = make()
        optimizer.build([p])
        for step in range(1, STEPS + 1):
            optimizer.learning_rate = rate(step)
            optimizer.apply([tf.constant(GRADIENTS[step - 1], tf.float64)], [p])
            if step in KEPT:
                yield f"keras.{name}", step, p.numpy().astype("float64")


def text(values):
    return " ".join(repr(float(v)) for v in values)


def main():
    ours = {"torch": ("torch",), "tf": ("tf.", "keras.")}[sys.argv[1]]
    cases = torch_cases() if sys.argv[1] == "torch" else tf_cases()
    kept = []
    if os.path.exists(PATH):
        with open(PATH) as file:
            kept = [line.rstrip("\n") for line in file if not line.startswith(("start", "gradient") + ours)]
    lines = ["start " + text(START)]
    lines += [f"gradient {t + 1} " + text(g) for t, g in enumerate(GRADIENTS)]
    lines += sorted(kept + [f"{name} {step} {text(values)}" for name, step, values in cases],
                    key=lambda line: (line.split()[0], int(line.split()[1])))
    os.makedirs(os.path.dirname(PATH), exist_ok=True)
    with open(PATH, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
