#!/usr/bin/env python3
"""Writes tests/references/losses_tf.txt: what tf.compat.v1.losses and noisy_linear_cosine_decay give, one line for each case.

    python scripts/references/make_references_losses_tf.py     (needs tensorflow)

A line: the name, then the numbers. Inputs: predictions (3, 4) = sin(i) / 2 + 1/2, labels cos(i) > 0, logits 3 sin(i).
"""
import os

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
tf1.disable_eager_execution()
Reduction = tf1.losses.Reduction

i = np.arange(12).reshape(3, 4)
predictions = (np.sin(i) / 2 + 0.5).astype(np.float32)
labels = (np.cos(i) > 0).astype(np.float32)
logits = (3 * np.sin(i)).astype(np.float32)
classes = np.array([1, 3, 0])
rows = np.array([[1.0], [0.0], [0.5]], np.float32)

L = tf1.losses
cases = {
    "absolute_difference": lambda: L.absolute_difference(labels, predictions),
    "absolute_difference_weighted": lambda: L.absolute_difference(labels, predictions, weights=rows),
    "cosine_distance": lambda: L.cosine_distance(labels, predictions, axis=1),
    "hinge_loss": lambda: L.hinge_loss(labels, logits),
    "huber_loss": lambda: L.huber_loss(labels, logits, delta=0.5),
    "log_loss": lambda: L.log_loss(labels, predictions, weights=rows, epsilon=1e-3),
    "mean_pairwise_squared_error": lambda: L.mean_pairwise_squared_error(labels, predictions),
    "mean_pairwise_squared_error_weighted": lambda: L.mean_pairwise_squared_error(labels, predictions, weights=rows),
    "mean_squared_error": lambda: L.mean_squared_error(labels, predictions),
    "mean_squared_error_none": lambda: L.mean_squared_error(labels, predictions, weights=rows, reduction=Reduction.NONE),
    "mean_squared_error_sum": lambda: L.mean_squared_error(labels, predictions, weights=rows, reduction=Reduction.SUM),
    "mean_squared_error_mean": lambda: L.mean_squared_error(labels, predictions, weights=rows, reduction=Reduction.MEAN),
    "mean_squared_error_batch": lambda: L.mean_squared_error(labels, predictions, weights=rows, reduction=Reduction.SUM_OVER_BATCH_SIZE),
    "mean_squared_error_nothing": lambda: L.mean_squared_error(labels, predictions, weights=0.0),
    "sigmoid_cross_entropy": lambda: L.sigmoid_cross_entropy(labels, logits, label_smoothing=0.25),
    "softmax_cross_entropy": lambda: L.softmax_cross_entropy(np.eye(4)[classes], logits, weights=np.float32([1, 0, 2]), label_smoothing=0.25),
    "sparse_softmax_cross_entropy": lambda: L.sparse_softmax_cross_entropy(classes[:, None], logits),
    "clip_by_average_norm": lambda: tf1.clip_by_average_norm(tf.constant(logits), 0.25),
    "clip_by_average_norm_not": lambda: tf1.clip_by_average_norm(tf.constant(logits), 2.0),
    "noisy_without_noise": lambda: tf1.train.noisy_linear_cosine_decay(0.5, 7, 20, initial_variance=0.0, alpha=0.25),
}

lines = []
for name, make in cases.items():
    with tf.Graph().as_default(), tf1.Session() as session:
        value = make()
        value = value() if callable(value) else value
        lines.append(name + "".join(f" {v:.9g}" for v in np.ravel(session.run(value))))
with tf.Graph().as_default(), tf1.Session() as session:
    L.mean_squared_error(labels, predictions)
    L.log_loss(labels, predictions)
    tf1.add_to_collection(tf1.GraphKeys.REGULARIZATION_LOSSES, tf.constant(0.5))
    lines.append(f"total {session.run(L.get_total_loss()):.9g}")
    lines.append(f"total_without {session.run(L.get_total_loss(add_regularization_losses=False)):.9g}")
with open(os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "losses_tf.txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
