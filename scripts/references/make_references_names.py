#!/usr/bin/env python3
"""Makes tests/references/names.safetensors: what PyTorch, TensorFlow and Keras give for the calls of tests/vocabulary/calls/.
Needs: pip install torch tensorflow keras safetensors numpy."""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras.ops as K
import keras.random as R
import numpy as np
import tensorflow as tf
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

TESTS = pathlib.Path(__file__).resolve().parents[2] / "tests"
sys.path.insert(0, str(TESTS / "vocabulary"))
from make_calls import lines_of

wave = lambda *shape: np.round(1.5 * np.cos(1.3 * np.arange(np.prod(shape)) + 0.4), 3).reshape(shape)
unit = np.round(0.5 + 0.4 * np.cos(2.1 * np.arange(6)), 3).reshape(2, 3)
INPUTS = {
    "x": wave(2, 3), "y": np.round(1.5 * np.sin(0.9 * np.arange(6) + 1), 3).reshape(2, 3), "p": np.abs(wave(2, 3)) + 0.25, "u": unit,
    "q": unit / unit.sum(1, keepdims=True), "m": np.array([[2.0, 0.5, 0.25], [0.5, 1.5, -0.5], [0.25, -0.5, 1.0]]),
    "s": np.array([0.5, -1.0, 2.0]), "i": np.array([[2, 0, 1], [1, 1, 0]]), "b": np.array([[True, False, True], [False, False, True]]),
    "image": wave(1, 4, 4, 2), "signal": wave(1, 2, 6), "labels": np.array([2, 0]), "words": np.array([1, 0]),
}


def arrays(result):
    """The arrays of a result, or of its parts."""
    if isinstance(result, (tuple, list)):
        return [array for part in result for array in arrays(part)]
    if isinstance(result, torch.Tensor):
        result = result.detach().numpy()
    array = np.asarray(result)
    return [np.array(array, dtype=bool if array.dtype == bool else np.float64, order="C")]


def main():
    recorded = {f"input/{name}": value for name, value in INPUTS.items()}
    for home, convert in {"pytorch": torch.tensor, "tensorflow": tf.constant, "keras": lambda value: value}.items():
        names = {"torch": torch, "F": F, "tf": tf, "K": K, "R": R, **{name: convert(value) for name, value in INPUTS.items()}}
        for call, _ in lines_of(TESTS / f"vocabulary/calls/{home}.txt"):
            for k, array in enumerate(arrays(eval(call, names))):
                recorded[f"{call}/{k}"] = array
    save_file(recorded, TESTS / "references/names.safetensors")


if __name__ == "__main__":
    main()
