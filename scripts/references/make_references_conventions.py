#!/usr/bin/env python3
"""Writes tests/references/conventions.txt: what PyTorch, TensorFlow and Keras do when nothing is said.

Run once with each framework's Python; every run replaces that framework's lines:
    python scripts/references/make_references_conventions.py torch
    python scripts/references/make_references_conventions.py tf       (needs tensorflow and keras)
Lines: `<framework>.default.<what> value`, from the signatures; `<framework>.initial.<what> mean deviation reach`, measured
on one large weight of each layer or initializer; `<framework>.batch_norm.<what> values...`, two training steps and one
inference at the defaults, for x[n, c, h, w] = sin(1.3 i) * 2 + i / 10 at the flat index i, and x + 1 in the second step.
"""
import inspect
import os
import sys

import numpy as np

PATH = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conventions.txt")
SHAPE = (2, 3, 2, 2)
WAVE = np.arange(24)
WAVE = (np.sin(1.3 * WAVE) * 2 + 0.1 * WAVE).reshape(SHAPE).astype(np.float32)


def defaults(prefix, function, names):
    parameters = inspect.signature(function).parameters
    for name in names:
        value = parameters[name].default
        assert value is not inspect.Parameter.empty, (prefix, name)
        for i, part in enumerate(value if isinstance(value, tuple) else [value]):
            suffix = str(i + 1) if isinstance(value, tuple) else ""
            yield f"default.{prefix}.{name}{suffix}", [0.0 if part is None else part]


def initial(what, weight):
    weight = np.asarray(weight, dtype=np.float64)
    return f"initial.{what}", [weight.mean(), weight.std(), np.abs(weight).max()]


def torch_lines():
    import torch
    from torch import nn

    optim = torch.optim
    yield from defaults("SGD", optim.SGD, ["lr", "momentum", "dampening", "weight_decay", "nesterov"])
    yield from defaults("Adam", optim.Adam, ["lr", "betas", "eps", "weight_decay"])
    yield from defaults("AdamW", optim.AdamW, ["lr", "betas", "eps", "weight_decay"])
    yield from defaults("BatchNorm2d", nn.BatchNorm2d, ["eps", "momentum"])
    yield from defaults("LayerNorm", nn.LayerNorm, ["eps"])
    yield from defaults("Dropout", nn.Dropout, ["p"])
    yield from defaults("Conv2d", nn.Conv2d, ["stride", "padding", "dilation", "groups", "bias"])
    yield from defaults("DataLoader", torch.utils.data.DataLoader, ["batch_size", "drop_last"])

    torch.manual_seed(0)
    linear, conv, embedding = nn.Linear(300, 4000), nn.Conv2d(32, 640, 3), nn.Embedding(2000, 100)
    yield initial("Linear.weight", linear.weight.detach())
    yield initial("Linear.bias", linear.bias.detach())
    yield initial("Conv2d.weight", conv.weight.detach())
    yield initial("Conv2d.bias", conv.bias.detach())
    yield initial("Embedding.weight", embedding.weight.detach())
    matrix = torch.empty(400, 300)  # (out, in)
    for name in ("xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"):
        yield initial(name[:-1], getattr(nn.init, name)(matrix))

    layer = nn.BatchNorm2d(3)
    layer(torch.from_numpy(WAVE))
    yield "batch_norm.training", layer(torch.from_numpy(WAVE) + 1).detach().numpy().ravel()
    yield "batch_norm.mean", layer.running_mean.numpy()
    yield "batch_norm.variance", layer.running_var.numpy()
    layer.eval()
    yield "batch_norm.inference", layer(torch.from_numpy(WAVE)).detach().numpy().ravel()


def tf_lines():
    import tensorflow as tf

    v1 = tf.compat.v1
    yield from defaults("Adam", v1.train.AdamOptimizer.__init__, ["learning_rate", "beta1", "beta2", "epsilon"])
    yield from defaults("Momentum", v1.train.MomentumOptimizer.__init__, ["use_nesterov"])
    with tf.Graph().as_default():
        v1.set_random_seed(0)
        matrix = [300, 400]
        weights = {
            "get_variable": v1.get_variable("w", matrix),  # without an initializer
            "glorot_uniform": v1.glorot_uniform_initializer()(matrix),
            "glorot_normal": v1.glorot_normal_initializer()(matrix),
            "variance_scaling": v1.variance_scaling_initializer()(matrix),
            "truncated_normal": v1.truncated_normal_initializer(stddev=0.05)(matrix),
        }
        # Batch norm as it is written by hand: moments, and moving averages with decay 0.99.
        x = v1.placeholder(tf.float32, SHAPE)
        mean, variance = tf.nn.moments(x, [0, 2, 3])
        moving_mean = v1.get_variable("mean", initializer=tf.zeros(3))
        moving_variance = v1.get_variable("variance", initializer=tf.ones(3))
        update = [v1.assign_sub(moving, (moving - batch) * 0.01)
                  for moving, batch in ((moving_mean, mean), (moving_variance, variance))]
        channel = lambda t: tf.reshape(t, [1, 3, 1, 1])
        normalized = lambda m, v: tf.nn.batch_normalization(x, channel(m), channel(v), None, None, 1e-3)
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for name, weight in weights.items():
                yield initial(name, session.run(weight))
            session.run(update, {x: WAVE})
            y, _ = session.run([normalized(mean, variance), update], {x: WAVE + 1})
            yield "batch_norm.training", y.ravel()
            yield "batch_norm.mean", session.run(moving_mean)
            yield "batch_norm.variance", session.run(moving_variance)
            yield "batch_norm.inference", session.run(normalized(moving_mean, moving_variance), {x: WAVE}).ravel()


def keras_lines():
    import keras
    from keras import layers

    optimizers = keras.optimizers
    yield from defaults("SGD", optimizers.SGD.__init__, ["learning_rate", "momentum", "nesterov", "weight_decay"])
    yield from defaults("Adam", optimizers.Adam.__init__, ["learning_rate", "beta_1", "beta_2", "epsilon", "weight_decay"])
    yield from defaults("AdamW", optimizers.AdamW.__init__,
                        ["learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"])
    yield from defaults("BatchNormalization", layers.BatchNormalization.__init__, ["momentum", "epsilon"])
    yield from defaults("LayerNormalization", layers.LayerNormalization.__init__, ["epsilon"])

    keras.utils.set_random_seed(0)
    dense, conv, embedding = layers.Dense(4000), layers.Conv2D(640, 3), layers.Embedding(2000, 100)
    dense.build((None, 300)), conv.build((None, 8, 8, 32)), embedding.build()
    yield initial("Dense.kernel", dense.kernel.numpy())
    yield initial("Dense.bias", dense.bias.numpy())
    yield initial("Conv2D.kernel", conv.kernel.numpy())
    yield initial("Conv2D.bias", conv.bias.numpy())
    yield initial("Embedding.embeddings", embedding.embeddings.numpy())
    for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
                 "random_normal", "random_uniform", "truncated_normal"):
        yield initial(name, keras.initializers.get(name)((300, 400)).numpy())

    layer = layers.BatchNormalization()
    nhwc = lambda a: np.transpose(a, (0, 2, 3, 1))
    layer(nhwc(WAVE), training=True)
    yield "batch_norm.training", layer(nhwc(WAVE + 1), training=True).numpy().ravel()
    yield "batch_norm.mean", layer.moving_mean.numpy()
    yield "batch_norm.variance", layer.moving_variance.numpy()
    yield "batch_norm.inference", layer(nhwc(WAVE), training=False).numpy().ravel()


def main():
    sources = {"torch": {"torch": torch_lines}, "tf": {"tf": tf_lines, "keras": keras_lines}}[sys.argv[1]]
    kept = []
    if os.path.exists(PATH):
        with open(PATH) as file:
            kept = [line.rstrip("\n") for line in file if line.split(".")[0] not in sources]
    for framework, lines in sources.items():
        kept += [f"{framework}.{name} " + " ".join(repr(float(v)) for v in values) for name, values in lines()]
    with open(PATH, "w") as file:
        file.write("\n".join(sorted(kept)) + "\n")


if __name__ == "__main__":
    main()
