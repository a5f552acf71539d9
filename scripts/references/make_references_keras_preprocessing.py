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

# Texts, which keras_preprocessing_test has too.
texts = ["The quick brown fox.", "the lazy dog, the end!", "Quick  quick DOG", ""]
unseen = ["a quick cat", "The END of the fox-dog; quick"]


def text_case(name, layer, x, data=None):
    if data is not None:
        layer.adapt(data)
    put(f"{name}/y", np.asarray(layer(x)))
    if hasattr(layer, "get_vocabulary"):
        print(name, layer.get_vocabulary())


text_case("texts_int", L.TextVectorization(), unseen, texts)
text_case("texts_length", L.TextVectorization(max_tokens=5, output_sequence_length=4), unseen, texts)
for mode in ("multi_hot", "count", "tf_idf"):
    text_case(f"texts_{mode}", L.TextVectorization(output_mode=mode), unseen, texts)
text_case("texts_padded", L.TextVectorization(max_tokens=12, output_mode="tf_idf", pad_to_max_tokens=True), unseen, texts)
text_case("texts_ngrams", L.TextVectorization(ngrams=2), unseen, texts)
text_case("texts_characters", L.TextVectorization(standardize="lower", split="character"), ["fox é", "Zz."], texts)
text_case("texts_whole", L.TextVectorization(standardize="strip_punctuation", split=None), ["Quick  quick DOG!", "x"], texts)
words = [["b", "a", "c", "a"], ["d", "b", "", "c"]]
other = [["a", "zebra", "b", ""], ["horse", "c", "d", "ox"]]
text_case("words", L.StringLookup(), other, words)
text_case("words_oov", L.StringLookup(num_oov_indices=3, mask_token="", max_tokens=7), other, words)
text_case("words_given", L.StringLookup(vocabulary=["c", "a"], output_mode="one_hot"), ["a", "b", "c"])
text_case("words_count", L.StringLookup(vocabulary=["c", "a"], mask_token="", output_mode="count"), other)
text_case("words_tf_idf", L.StringLookup(vocabulary=["c", "a"], idf_weights=[0.5, 0.25], output_mode="tf_idf"), other)
long = ["".join(chr(97 + (7 * i + n) % 26) for i in range(n)) for n in range(140)]
text_case("hash", L.Hashing(1000003), long)
text_case("hash_salt", L.Hashing(1000003, salt=[133, 137]), long)
text_case("hash_mask", L.Hashing(5, mask_value="", output_mode="one_hot"), long[:6])
whole = RANDOM.integers(-5, 9, (4, 6))
case("hash_numbers", L.Hashing(7, salt=3, mask_value=2), whole)
case("hash_count", L.Hashing(4, output_mode="count"), whole)
seen = RANDOM.integers(-3, 4, (50, 2))
case("integers", L.IntegerLookup(), whole, seen)
case("integers_mask", L.IntegerLookup(mask_token=2, num_oov_indices=3, max_tokens=8), whole, seen)
case("integers_multi_hot", L.IntegerLookup(output_mode="multi_hot", mask_token=0), whole, seen)
case("integers_tf_idf", L.IntegerLookup(output_mode="tf_idf"), whole, seen)
case("integers_given", L.IntegerLookup(vocabulary=[4, 7, -2], output_mode="one_hot"), whole[:, :1])
case("integers_back", L.IntegerLookup(vocabulary=[4, 7, -2], invert=True, mask_token=0), whole)

crossed = np.array([101, -7, 101, 2**40, 0])
put("crossing_texts/y", np.asarray(L.HashedCrossing(5)((np.array(["A", "B", "A", "B", "A"]), np.array([101, 101, 101, 102, 102])))))
put("crossing/y", np.asarray(L.HashedCrossing(1000003)((crossed, np.arange(5) - 2, crossed[::-1].copy()))))
put("crossing_one_hot/y", np.asarray(L.HashedCrossing(4, output_mode="one_hot")((crossed[:, None], np.arange(5)[:, None]))))

# A table of columns, which keras_preprocessing_test has too.
from keras.utils import FeatureSpace

table = {"age": np.array([25.0, 60.0, 31.0, 44.0], np.float32), "job": ["cook", "nurse", "cook", "pilot"],
         "rooms": np.array([2, 3, 2, 5]), "town": ["Rome", "Oslo", "Rome", "Bern"], "income": np.array([1.0, 9.0, 4.0, 2.5], np.float32)}
space = FeatureSpace({"age": "float_normalized", "job": "string_categorical", "rooms": FeatureSpace.integer_categorical(num_oov_indices=2),
                      "town": FeatureSpace.string_hashed(6), "income": FeatureSpace.float_discretized(3)},
                     crosses=[("job", "rooms"), FeatureSpace.cross(("job", "town"), 4)], crossing_dim=8)
for name in ("age", "job", "rooms", "income"):
    space.preprocessors[name].adapt(np.asarray(table[name])[:, None])
space._is_adapted = True
put("table/y", np.asarray(space(table)))

REFERENCES.write("keras_preprocessing.safetensors")
