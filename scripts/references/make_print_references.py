#!/usr/bin/env python3
"""Writes tests/references/print.txt: arrays, and the text that NumPy prints for them (str(array), default options).

Each case is a line `dtype shape values...` (values as C hexadecimal floats or integers), the text, and a line `---`.
"""
import pathlib

import numpy as np

rng = np.random.default_rng(3)
f4, f8 = np.float32, np.float64
cases = [
    np.array(1.0, f4), np.array(0.1, f4), np.array(1e-10), np.array(1e16), np.array(123456789.0), np.array(-0.0, f4),
    np.array(np.nan), np.array(7), np.array(True), np.array(0.1, np.float16), np.array(1e20, f4), np.array(2.5e-5),
    np.array([], f4), np.zeros((2, 0), f4), np.zeros((0, 3), np.int64),
    np.array([1, 2, 3], f4), np.array([1.5, -2.25, 3], f4), np.array([0.1, 0.2, 0.3], f4), np.array([1 / 3, 2 / 3]),
    np.array([[1, -10], [100, 5]]), np.array([[True, False], [False, True]]), np.array([True, True]),
    np.array([1e-5, 1.0], f4), np.array([1e-10, 1.2345679e-5], f4), np.array([1e8, 1.0]), np.array([999999.0, 1.0], f4),
    np.array([1e6, 1e6], f4), np.array([12345678.9, 22345678.1]), np.array([1e100, 1e-100, -1e5]), np.array([1e-300, 1e300]),
    np.array([0.0, -0.0], f4), np.array([0.001, 0.5]), np.array([0.0005, 0.6]), np.array([1e-4, 1e-4]), np.array([9e-5]),
    np.array([np.nan, 1.0, np.inf], f4), np.array([-np.inf, 2.5]), np.array([np.nan, np.nan]), np.array([np.inf, -np.inf]),
    np.array([np.nan, 1e-9, -1e9]), np.array([-np.inf, 0.0], f4), np.array([123456.7, 0.1234567890123]),
    np.array([0.123456785, 0.5]), np.array([0.125, 2.5, 1e3], np.float16), np.array([0.1, 65504, 6e-8], np.float16),
    np.array([0.1, 0.3333], np.float16), np.array([1, 2.5, 1000], np.float16), np.array([999, 1], np.float16),
    np.array([-128, 127], np.int8), np.array([0, 255], np.uint8), np.array([-(2**63), 2**63 - 1]), np.array([-5, 3], np.int32),
    rng.standard_normal((3, 4)).astype(f4), rng.standard_normal((2, 3, 4)), rng.standard_normal(30).astype(f4),
    rng.standard_normal((2, 25)).astype(f4), rng.integers(-1000, 1000, 40), rng.integers(0, 9, (2, 2, 2, 3)),
    np.arange(1000), np.arange(1001), np.arange(1001.0), np.arange(3000, dtype=f4).reshape(30, 100),
    rng.standard_normal((11, 10, 12)).astype(f4), np.arange(6 * 400).reshape(6, 400), np.arange(1200).reshape(2, 2, 300),
    np.zeros((1001, 1), bool), rng.uniform(0, 1, 1200).astype(f4), np.exp(rng.uniform(-20, 20, 20)),
    np.exp(rng.uniform(-20, 20, 20)).astype(f4), np.exp(rng.uniform(-3, 3, 20)).astype(f4), np.array([[[[1.5]]]], f4),
    np.arange(1100.0).reshape(1100, 1), np.array([1e15, 1.5]), np.array([123456.789012345]), np.array([1 - 1e-9]),
]
cases += [np.exp(rng.uniform(-k, k, 7)).astype(t) for k in (1, 2, 4, 9, 30) for t in (f4, f8) for _ in range(4)]

lines = []
for case in cases:
    shape = "x".join(str(d) for d in case.shape) or "scalar"
    flat = case.reshape(-1)
    values = [float(v).hex() if case.dtype.kind == "f" else str(int(v)) for v in flat]
    lines += [f"{case.dtype} {shape} " + " ".join(values), str(case), "---"]
target = pathlib.Path(__file__).parent.parent.parent / "tests" / "references" / "print.txt"
target.write_text("\n".join(lines) + "\n")
print(f"{target}: {len(cases)} arrays, NumPy {np.__version__}")
