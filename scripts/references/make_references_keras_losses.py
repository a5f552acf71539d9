#!/usr/bin/env python3
"""Makes tests/references/keras_losses.safetensors with Keras 3 (TensorFlow backend, CPU): each example's loss and the
gradient of their mean at kinks, ties, the ends of probabilities and infinities, and NaN.
tests/api_keras/keras_losses_test.cpp has the same losses.
"""
import json
import os
import struct
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf
from keras import losses

OUT = Path(__file__).resolve().parent.parent.parent / "tests" / "references" / "keras_losses.safetensors"
TENSORS = {}
inf, nan = np.inf, np.nan


def case(name, loss, y_true, y_pred):
    y_true, y_pred = np.array(y_true, np.float32), np.array(y_pred, np.float32)
    x = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(y_true, x)
    TENSORS[f"{name}/y_true"], TENSORS[f"{name}/y_pred"] = y_true, y_pred
    loss.reduction = None
    TENSORS[f"{name}/values"] = np.asarray(loss(y_true, y_pred))
    TENSORS[f"{name}/gradient"] = np.asarray(tape.gradient(value, x))


def column(values):
    return [[v] for v in values]


points = [0.0, 1.0, -1.0, 100.0, -100.0]
case("mean_squared_error", losses.MeanSquaredError(), column([0.0] * 7), column(points + [inf, nan]))
case("mean_absolute_error", losses.MeanAbsoluteError(), column([0.0] * 7), column(points + [inf, nan]))
for target in (0.0, 0.5, 1.0):
    case(f"binary_crossentropy_logits_{target:g}", losses.BinaryCrossentropy(from_logits=True), column([target] * 6),
         column(points + [nan]))
    case(f"binary_crossentropy_{target:g}", losses.BinaryCrossentropy(), column([target] * 6),
         column([0.0, 1.0, 0.5, 1e-9, 2.0, nan]))
# Training from zero weights: all logits are 0.
case("binary_crossentropy_zeros", losses.BinaryCrossentropy(from_logits=True), [[0.0, 1.0, 1.0]], [[0.0, 0.0, 0.0]])
classes = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
logits = [[0.0, 0.0, 0.0], [100.0, -100.0, 0.0], [100.0, 0.0, -100.0]]
probabilities = [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
labels = [1.0, 0.0, 2.0]
case("categorical_crossentropy_logits", losses.CategoricalCrossentropy(from_logits=True), classes, logits)
case("categorical_crossentropy", losses.CategoricalCrossentropy(), classes, probabilities)
case("sparse_categorical_crossentropy_logits", losses.SparseCategoricalCrossentropy(from_logits=True), labels, logits)
case("sparse_categorical_crossentropy", losses.SparseCategoricalCrossentropy(), labels, probabilities)

header, offset = {}, 0
for name, value in TENSORS.items():
    TENSORS[name] = value = np.ascontiguousarray(value, np.float32)
    header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
    offset += value.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
OUT.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in TENSORS.values()))
