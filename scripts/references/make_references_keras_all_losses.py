#!/usr/bin/env python3
"""Makes tests/references/keras_all_losses.safetensors with Keras 3 (TensorFlow backend, CPU): every loss on the same data, its
values, its reductions with and without weights, and its gradient. tests/api_keras/keras_all_losses_test.cpp has the same.
"""
from safetensors_writer import References

import keras
import numpy as np
import tensorflow as tf
from keras import losses

R = References()


def values(*shape):
    """-1 to 1, without an order."""
    return ((np.arange(np.prod(shape)) * 7919 % 23 - 11) / 11).astype(np.float32).reshape(shape)


logits = values(6, 4) * 3
probabilities = np.asarray(keras.ops.softmax(logits))
near = np.asarray(keras.ops.sigmoid(logits))
numbers = np.roll(values(6, 4), 5) * 2
labels = np.array([0, 3, 1, 1, 2, 0])
one_hot = np.eye(4, dtype=np.float32)[labels]
binary = (np.roll(values(6, 4), 3) > 0).astype(np.float32)
embeddings = np.asarray(keras.ops.normalize(values(6, 4), axis=-1))
sequence = values(3, 7, 5) * 2
words = np.array([[1, 2, 2, 0], [3, 0, 0, 0], [4, 1, 3, 2]])
weights = np.array([1, 0.5, 2, 0, 1, 3], np.float32)
for name, value in dict(logits=logits, probabilities=probabilities, near=near, numbers=numbers, labels=labels, one_hot=one_hot,
                        binary=binary, embeddings=embeddings, sequence=sequence, words=words, weights=weights).items():
    R.put(name, value)


def case(name, make, y_true, y_pred, weighted=True):
    """`make` takes Keras's arguments that all losses have."""
    x = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = make()(y_true, x)
    R.put(f"{name}/loss", loss)
    R.put(f"{name}/gradient", tape.gradient(loss, x))
    R.put(f"{name}/none", make(reduction="none")(y_true, y_pred))
    R.put(f"{name}/sum", make(reduction="sum")(y_true, y_pred))
    if weighted:
        w = weights[:len(y_pred)]
        R.put(f"{name}/weighted", make()(y_true, y_pred, sample_weight=w))
        R.put(f"{name}/mean_with_sample_weight", make(reduction="mean_with_sample_weight")(y_true, y_pred, sample_weight=w))


def of(loss, **arguments):
    return lambda **common: loss(**arguments, **common)


for loss in (losses.MeanSquaredError, losses.MeanAbsoluteError, losses.MeanAbsolutePercentageError, losses.CosineSimilarity,
             losses.LogCosh):
    case(loss.__name__, loss, numbers, logits)
case("MeanSquaredLogarithmicError", losses.MeanSquaredLogarithmicError, near, probabilities)
case("CosineSimilarity_axis_1", of(losses.CosineSimilarity, axis=1), sequence, np.roll(sequence, 1), weighted=False)
case("Huber", of(losses.Huber, delta=0.7), numbers, logits)
case("BinaryCrossentropy", losses.BinaryCrossentropy, binary, near)
case("BinaryCrossentropy_smooth", of(losses.BinaryCrossentropy, from_logits=True, label_smoothing=0.2), binary, logits)
case("BinaryCrossentropy_axis_0", of(losses.BinaryCrossentropy, axis=0), binary, near, weighted=False)
case("BinaryFocalCrossentropy", losses.BinaryFocalCrossentropy, binary, near)
case("BinaryFocalCrossentropy_balanced", of(losses.BinaryFocalCrossentropy, apply_class_balancing=True, alpha=0.3, gamma=1.5,
     from_logits=True, label_smoothing=0.1), binary, logits)
case("CategoricalCrossentropy", losses.CategoricalCrossentropy, one_hot, near)
case("CategoricalCrossentropy_smooth", of(losses.CategoricalCrossentropy, from_logits=True, label_smoothing=0.1), one_hot, logits)
case("CategoricalFocalCrossentropy", losses.CategoricalFocalCrossentropy, one_hot, probabilities)
case("CategoricalFocalCrossentropy_logits", of(losses.CategoricalFocalCrossentropy, alpha=0.4, gamma=1.0, from_logits=True),
     one_hot, logits)
case("SparseCategoricalCrossentropy", losses.SparseCategoricalCrossentropy, labels, probabilities)
case("SparseCategoricalCrossentropy_ignore", of(losses.SparseCategoricalCrossentropy, from_logits=True, ignore_class=1), labels,
     logits)
case("KLDivergence", losses.KLDivergence, one_hot * 0.9 + 0.02, probabilities)
case("Poisson", losses.Poisson, np.abs(numbers), near)
case("CategoricalGeneralizedCrossEntropy", of(losses.CategoricalGeneralizedCrossEntropy, q=0.3), labels, probabilities)
case("Hinge", losses.Hinge, binary, logits)
case("Hinge_signs", losses.Hinge, binary * 2 - 1, logits)
case("SquaredHinge", losses.SquaredHinge, binary, logits)
case("CategoricalHinge", losses.CategoricalHinge, one_hot, logits)
case("Dice", losses.Dice, binary, near, weighted=False)
case("Dice_axis", of(losses.Dice, axis=(1, 2)), np.abs(sequence), np.abs(np.roll(sequence, 2)))
case("Tversky", of(losses.Tversky, alpha=0.3, beta=0.8), binary, near, weighted=False)
case("Circle", losses.Circle, labels, embeddings)
case("Circle_margin", of(losses.Circle, gamma=10.0, margin=0.2, remove_diagonal=False), labels, embeddings)
case("CTC", losses.CTC, words, sequence)
R.put("reference_circle", losses.circle(labels, embeddings, ref_labels=np.array([1, 0, 2]), ref_embeddings=embeddings[3:],
                                        remove_diagonal=False))
R.write("keras_all_losses.safetensors")
