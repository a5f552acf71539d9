#!/usr/bin/env python3
"""Makes tests/references/keras_augmentation.safetensors with Keras 3 itself (CPU): layers that change colours and places.

For each case: what a layer makes of the images in training. Random layers are given ranges of one number; RandomHue turns by
half of the circle, which is the same either way, and RandomShear's two directions are put both.
Run it with a Python that has keras, a backend (TensorFlow, or KERAS_BACKEND=numpy with scipy and jax) and numpy.
"""
from safetensors_writer import References  # first: it says which backend

import keras
import numpy as np
from keras import layers as L

REFERENCES = References()
put = REFERENCES.put
RANDOM = np.random.default_rng(7)

images = (255 * RANDOM.random((2, 7, 6, 3))).astype(np.float32)
small = images / 255
put("images", images)


def case(name, layer, x=images):
    put(name, np.asarray(layer(x, training=True)))


case("hue", L.RandomHue((1.0, 1.0)))
case("hue_small", L.RandomHue((1.0, 1.0), value_range=(0, 1)), small)
case("saturation", L.RandomSaturation((0.3, 0.3)))
case("degeneration", L.RandomColorDegeneration((0.4, 0.4)))
case("jitter", L.RandomColorJitter(brightness_factor=(0.1, 0.1), contrast_factor=(0.0, 0.0), saturation_factor=(0.4, 0.4), hue_factor=(1.0, 1.0)))
case("grayscale", L.RandomGrayscale(1.0))
case("invert", L.RandomInvert((1.0, 1.0)))
case("posterization", L.RandomPosterization((3, 3)))
case("posterization_small", L.RandomPosterization((2, 2), value_range=(0, 1)), small)
case("sharpness", L.RandomSharpness((0.9, 0.9)))
case("solarization", L.Solarization())
case("contrast", L.AutoContrast())
case("contrast_small", L.AutoContrast(value_range=(0, 1)), small)
case("equalization", L.Equalization())
case("equalization_bins", L.Equalization(bins=16, value_range=(0, 1)), small)
case("blur", L.RandomGaussianBlur((1.0, 1.0), kernel_size=(3, 5), sigma=(0.8, 0.8)))
case("rotation_wrap", L.RandomRotation((0.07, 0.07), fill_mode="wrap"))
case("translation_wrap", L.RandomTranslation((0.3, 0.3), (-0.4, -0.4), fill_mode="wrap"))
shear = L.RandomShear()
for name, factor in (("shear_plus", (0.3, 0.1)), ("shear_minus", (-0.3, -0.1))):
    put(name, np.asarray(shear.transform_images(images, {"shear_factor": np.array([factor] * 2, np.float32)})))

clahe = L.ContrastLimitedAdaptiveHistogramEqualization
case("clahe", clahe(tile_grid_size=(3, 2), clip_limit=3.0))
case("clahe_small", clahe(tile_grid_size=(2, 4), value_range=(0, 1)), small)
case("clahe_bytes", clahe(tile_grid_size=(7, 6), clip_limit=0.0), images.astype(np.uint8))

REFERENCES.write("keras_augmentation.safetensors")
