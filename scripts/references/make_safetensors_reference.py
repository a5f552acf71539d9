#!/usr/bin/env python3
"""Writes tests/data/python.safetensors with the reference implementation (pip install safetensors torch).

tests/core/formats/safetensors_test.cpp reads it and knows its values. With an argument, reads that file, which the library wrote, and
fails unless it holds the same tensors: `scripts/references/make_safetensors_reference.py build/tests/triptych.safetensors`.
"""

import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

TENSORS = {
    "float32": torch.tensor([[1.5, -2.25, 0.0], [3.0e38, 1.0e-45, float("inf")]], dtype=torch.float32),
    "float64": torch.tensor([1.0 / 3.0, -1.0e300], dtype=torch.float64),
    "float16": torch.tensor([1.0, -0.5, 65504.0], dtype=torch.float16),
    "bfloat16": torch.tensor([[1.0], [-3.0]], dtype=torch.bfloat16),
    "int8": torch.tensor([-128, 127, 0], dtype=torch.int8),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "int32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "int64": torch.tensor([-(2**63), 2**63 - 1], dtype=torch.int64),
    "bool": torch.tensor([True, False, True], dtype=torch.bool),
    "scalar": torch.tensor(42.0),
    "empty": torch.zeros(0, 3),
    'a "quoted" näme': torch.tensor([7], dtype=torch.int64),
}
METADATA = {"framework": "python", "note": "line\nbreak"}


def check(path):
    with safe_open(path, "pt") as file:
        assert file.metadata() == METADATA, file.metadata()
        assert set(file.keys()) == set(TENSORS), file.keys()
        for name, expected in TENSORS.items():
            actual = file.get_tensor(name)
            assert actual.dtype == expected.dtype and torch.equal(actual, expected), (name, actual, expected)
    print(f"{path}: {len(TENSORS)} tensors as expected")


if len(sys.argv) > 1:
    check(sys.argv[1])
else:
    path = pathlib.Path(__file__).parent.parent.parent / "tests" / "data" / "python.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file(TENSORS, path, METADATA)
    check(path)
