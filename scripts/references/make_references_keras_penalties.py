#!/usr/bin/env python3
"""Makes tests/references/keras_penalties.safetensors with Keras 3 (TensorFlow backend, CPU): regularizers and constraints
on one matrix and one kernel, and a training run with both. tests/api_keras/keras_penalties_test.cpp has the same.
"""
from safetensors_writer import References

import keras
import numpy as np
from keras import constraints, layers, regularizers

R = References()


def values(*shape):
    """-1 to 1, without an order."""
    return ((np.arange(np.prod(shape)) * 7919 % 23 - 11) / 11).astype(np.float32).reshape(shape)


matrix, kernel = values(4, 3), values(3, 3, 2, 2)
R.put("matrix", matrix)
R.put("kernel", kernel)
for name, rule in {
    "l1": regularizers.L1(), "l2": regularizers.L2(), "l1l2": regularizers.L1L2(0.3, 0.2),
    "rows": regularizers.OrthogonalRegularizer(), "columns": regularizers.OrthogonalRegularizer(0.5, "columns"),
}.items():
    R.put(f"regularizer/{name}", rule(keras.ops.convert_to_tensor(matrix)))
for name, rule, w in [
    ("max_norm", constraints.MaxNorm(), matrix * 3), ("max_norm_1", constraints.MaxNorm(0.5, axis=1), matrix),
    ("max_norm_kernel", constraints.MaxNorm(0.5, axis=[0, 1, 2]), kernel), ("non_neg", constraints.NonNeg(), matrix),
    ("unit_norm", constraints.UnitNorm(), matrix), ("min_max_norm", constraints.MinMaxNorm(0.2, 0.6, 0.7, 0), matrix),
]:
    R.put(f"constraint/{name}", rule(w))

x, y = values(12, 4), values(12, 2) * 2
R.put("x", x)
R.put("y", y)
model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(5, activation="relu", kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.1),
                 activity_regularizer=regularizers.L2(0.05), kernel_constraint=constraints.MaxNorm(0.8)),
    layers.Dense(2, kernel_regularizer=regularizers.L1L2(0.01, 0.02), bias_constraint="non_neg"),
])
model.set_weights([values(4, 5) + 0.1, values(5) / 4, values(5, 2), values(2)])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
R.put("loss", history.history["loss"])
R.put("evaluated", model.evaluate(x, y, batch_size=8, verbose=0))
for i, weight in enumerate(model.get_weights()):
    R.put(f"final/{i}", weight)
R.write("keras_penalties.safetensors")
