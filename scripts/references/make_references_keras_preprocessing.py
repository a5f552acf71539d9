#!/usr/bin/env python3
"""Makes tests/references/keras_preprocessing.safetensors with Keras 3 itself (TensorFlow backend, CPU).

For each case: the input, what a layer makes of it, and what it was adapted to. Random layers are given ranges of one number.
Run it with a Python that has keras, tensorflow and numpy.
"""
from safetensors_writer import References  # first: it says which backend

import keras
import numpy as np
from keras import layers as L

REFERENCES = References()
put = REFERENCES.put
RANDOM = np.random.default_rng(5)


def case(name, layer, x, data=None, **call):
    x = np.asarray(x)
    put(f"{name}/x", x)
    if data is not None:
        put(f"{name}/data", data)
        layer.adapt(data)
    put(f"{name}/y", np.asarray(layer(x, **call)))


numbers = RANDOM.normal(3, 2, size=(9, 4)).astype(np.float32)
images = (255 * RANDOM.random((2, 7, 6, 3))).astype(np.float32)
case("rescaling", L.Rescaling(1 / 255, -0.5), images)
case("normalization", L.Normalization(), numbers[:3], numbers)
case("normalization_all", L.Normalization(axis=None), numbers[:3], numbers)
case("normalization_two", L.Normalization(axis=(1, 3)), images, images)
given = L.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 0.0, 4.0, 9.0], invert=True)
case("normalization_given", given, numbers[:3])
case("discretization", L.Discretization(bin_boundaries=[0.0, 1.5, 3.0, 5.0]), np.append(numbers[0], [1.5, 5.0]).astype(np.float32))
case("discretization_adapt", L.Discretization(num_bins=4), numbers, RANDOM.normal(3, 2, size=(500,)).astype(np.float32))
case("discretization_one_hot", L.Discretization(bin_boundaries=[0.0, 3.0], output_mode="one_hot"), numbers[:, :1])
classes = RANDOM.integers(0, 5, (3, 4))
for mode in ("multi_hot", "count"):
    case(f"encoding_{mode}", L.CategoryEncoding(5, output_mode=mode), classes)
case("encoding_one_hot", L.CategoryEncoding(5, output_mode="one_hot"), classes[:, :1])
weights = RANDOM.random((3, 4)).astype(np.float32)
put("encoding_weights/w", weights)
case("encoding_weights", L.CategoryEncoding(5, output_mode="count"), classes, count_weights=weights)
case("resizing", L.Resizing(5, 9), images)
case("resizing_crop", L.Resizing(4, 8, crop_to_aspect_ratio=True, interpolation="nearest"), images)
case("resizing_bytes", L.Resizing(5, 9, interpolation="bicubic"), images.astype(np.uint8))
case("center_crop", L.CenterCrop(4, 3), images)
case("center_crop_up", L.CenterCrop(8, 4), images)
for mode in ("reflect", "constant", "nearest"):
    case(f"rotation_{mode}", L.RandomRotation((0.07, 0.07), fill_mode=mode, fill_value=9.0), images, training=True)
case("zoom", L.RandomZoom((0.2, 0.2), (-0.3, -0.3)), images, training=True)
case("zoom_both", L.RandomZoom((-0.4, -0.4), interpolation="nearest", fill_mode="constant"), images, training=True)
case("translation", L.RandomTranslation((0.2, 0.2), (-0.1, -0.1)), images, training=True)
case("brightness", L.RandomBrightness((0.3, 0.3)), images, training=True)
case("contrast", L.RandomContrast((0.0, 0.0)), images, training=True)
case("crop_small", L.RandomCrop(9, 5), images, training=False)

REFERENCES.write("keras_preprocessing.safetensors")
