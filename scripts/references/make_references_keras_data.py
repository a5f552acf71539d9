#!/usr/bin/env python3
"""Makes tests/references/keras_data/: small files in the form of Keras's data sets, and keras_data.safetensors with what Keras's
own readers and utilities make of them. Run it with a Python that has keras, tensorflow and numpy.
"""
import json
import shutil
import struct
from pathlib import Path

from safetensors_writer import FOLDER, References  # first: it says which backend

import keras
import numpy as np
from keras.src.datasets import boston_housing, california_housing, cifar100, imdb, mnist, reuters

REFERENCES = References()
put = REFERENCES.put
DATA = FOLDER / "keras_data"
shutil.rmtree(DATA, ignore_errors=True)
DATA.mkdir()
RANDOM = np.random.default_rng(3)


def texts(count):
    lists = [[int(w) for w in RANDOM.integers(1, 30, RANDOM.integers(3, 12))] for _ in range(count)]
    array = np.empty(count, dtype=object)
    array[:] = lists
    return array


np.savez_compressed(DATA / "mnist.npz", x_train=RANDOM.integers(0, 256, (3, 28, 28)).astype(np.uint8), y_train=np.array([3, 1, 4], np.uint8),
                    x_test=RANDOM.integers(0, 256, (2, 28, 28)).astype(np.uint8), y_test=np.array([1, 5], np.uint8))
np.savez(DATA / "imdb.npz", x_train=texts(12), y_train=RANDOM.integers(0, 2, 12), x_test=texts(7), y_test=RANDOM.integers(0, 2, 7))
np.savez(DATA / "reuters.npz", x=texts(15), y=RANDOM.integers(0, 46, 15))
np.savez(DATA / "boston_housing.npz", x=np.asfortranarray(RANDOM.normal(size=(11, 13))), y=RANDOM.normal(size=11))
np.savez_compressed(DATA / "california_housing.npz", x=np.arange(610 * 8).reshape(610, 8).astype(np.float32),
                    y=np.arange(610).astype(np.float32))
(DATA / "imdb_word_index.json").write_text(json.dumps({"the": 1, "a": 3, "caf\u00e9": 2}))
(DATA / "cifar-100-python").mkdir()


def text2(text):
    return b"U" + bytes([len(text)]) + text


def list2(values):
    return b"](" + b"".join(b"K" + bytes([v]) for v in values) + b"e"


def batch2(images, fine, coarse):
    """A batch as Python 2 pickled it."""
    array = (b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nK\x00\x85" + text2(b"b") + b"\x87R(K\x01K"
             + bytes([len(images)]) + b"M\x00\x0c\x86cnumpy\ndtype\n" + text2(b"u1") + b"K\x00K\x01\x87R(K\x03" + text2(b"|")
             + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", images.size) + images.tobytes() + b"tb")
    return (b"\x80\x02}(" + text2(b"data") + array + text2(b"fine_labels") + list2(fine) + text2(b"coarse_labels")
            + list2(coarse) + b"u.")


for name, rows in (("train", 2), ("test", 1)):
    images = RANDOM.integers(0, 256, (rows, 3072)).astype(np.uint8)
    (DATA / "cifar-100-python" / name).write_bytes(batch2(images, [7, 93][:rows], [1, 19][:rows]))

for module in (boston_housing, california_housing, cifar100, imdb, mnist, reuters):
    module.get_file = lambda fname=None, *_, **__: str(DATA if "cifar" in fname else DATA / fname)


def put_splits(name, splits):
    for split, (x, y) in zip(("train", "test"), splits):
        if x.dtype == object:
            put(f"{name}/{split}/lengths", np.array([len(text) for text in x]))
            put(f"{name}/{split}/words", np.array([w for text in x for w in text], np.int64))
        else:
            put(f"{name}/{split}/x", x)
        put(f"{name}/{split}/y", y)


put_splits("mnist", mnist.load_data())
put_splits("imdb", imdb.load_data())
put_splits("imdb_options", imdb.load_data(num_words=20, skip_top=5, maxlen=10, seed=7, start_char=None, oov_char=None, index_from=0))
put_splits("reuters", reuters.load_data(num_words=25, test_split=0.3))
put_splits("boston", boston_housing.load_data())
put_splits("california", california_housing.load_data(version="small", test_split=0.1, seed=5))
put_splits("cifar100", cifar100.load_data())
put("coarse", cifar100.load_data("coarse")[0][1])

LISTS = [[1, 2, 3, 4], [5], [], [6, 7]]
put("pad/default", keras.utils.pad_sequences(LISTS))
put("pad/post", keras.utils.pad_sequences(LISTS, maxlen=3, padding="post", truncating="post", value=9))
put("pad/pre", keras.utils.pad_sequences(LISTS, maxlen=2))
put("categorical", keras.utils.to_categorical([[1], [0], [3]]))
put("normalize", keras.utils.normalize(np.array([[3.0, 4], [0, 0], [1, -1]])))
put("normalize/1", keras.utils.normalize(np.array([[3.0, 4], [0, 0], [1, -1]]), axis=1, order=1))
SERIES = np.arange(40).reshape(20, 2).astype(np.float32)
dataset = keras.utils.timeseries_dataset_from_array(SERIES, np.arange(20) * 10, 3, sequence_stride=2, sampling_rate=2, batch_size=3,
                                                    start_index=1, end_index=18)
for i, (x, y) in enumerate(dataset):
    put(f"series/x/{i}", np.array(x))
    put(f"series/y/{i}", np.array(y))
left, right = keras.utils.split_dataset(np.arange(10), left_size=0.7)
put("split/left", np.array([int(v) for v in left]))
put("split/right", np.array([int(v) for v in right]))
for path in DATA.rglob("*"):
    if path.is_file():
        path.chmod(0o644)
REFERENCES.write("keras_data.safetensors")
