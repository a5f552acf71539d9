#!/usr/bin/env python3
"""Writes tests/references/advanced_indexing.txt: random indices with index arrays and masks among them, into arrays that
count up from 0, and what NumPy gives.

Each case is four lines, as in make_slicing_references.py; index arrays are t2x3:0,1,... and masks m2x3:1,0,... with
their shape before the colon.
"""
import pathlib

import numpy as np

rng = np.random.default_rng(7)


def bound(n):
    return None if rng.random() < 0.3 else int(rng.integers(-n - 2, n + 3))


def random_index(shape):
    """At least one array, slices, integers, an ellipsis and new axes around it."""
    index, axis = [], 0
    lengths = rng.choice([0, 1, 2, 3], rng.integers(0, 3), p=[0.05, 0.25, 0.35, 0.35])
    mask_length = None
    while axis < len(shape) and rng.random() < 0.85:
        n, kind = shape[axis], rng.random()
        if kind < 0.2 and mask_length is None:
            rank = int(rng.integers(0, min(2, len(shape) - axis) + 1))
            mask = rng.random(shape[axis:axis + rank]) < 0.5
            mask_length = int(mask.sum())
            if len(lengths) and lengths[-1] not in (1, mask_length):
                lengths[-1] = 1
            index.append(np.asarray(mask))
            axis += rank
            continue
        if n and kind < 0.55:
            own = [int(k) if rng.random() < 0.7 else 1 for k in lengths]
            if mask_length is not None and own and own[-1] not in (1, mask_length):
                own[-1] = 1
            index.append(rng.integers(-n, n, own[int(rng.integers(0, len(own) + 1)):]))
        elif n and kind < 0.7:
            index.append(int(rng.integers(-n, n)))
        else:
            index.append(slice(bound(n), bound(n), int(rng.choice([1, 1, 2, -1]))))
        axis += 1
    if rng.random() < 0.3 and not any(i is Ellipsis for i in index):
        index.append(Ellipsis)
    for _ in range(rng.integers(0, 2)):
        index.insert(rng.integers(0, len(index) + 1), None)
    return tuple(index)


def token(i):
    if i is None:
        return "newaxis"
    if i is Ellipsis:
        return "..."
    if isinstance(i, slice):
        return "s" + ",".join("_" if b is None else str(b) for b in (i.start, i.stop, i.step))
    if isinstance(i, np.ndarray):
        kind = "m" if i.dtype == bool else "t"
        return kind + "x".join(map(str, i.shape)) + ":" + ",".join(str(int(v)) for v in i.reshape(-1))
    return f"i{i}"


def numbers(values):
    return " ".join(str(v) for v in values) or "-"


lines, cases = [], 0
while cases < 300:
    shape = tuple(int(n) for n in rng.choice([0, 1, 2, 3, 5], rng.integers(1, 5), p=[0.03, 0.17, 0.3, 0.3, 0.2]))
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    index = random_index(shape)
    if not any(isinstance(i, np.ndarray) for i in index):
        continue
    try:
        part = x[index]
    except IndexError:
        continue
    if part.size > 120:
        continue
    written = x.copy()
    written[index] = 1000 + np.arange(part.size).reshape(part.shape)
    lines += [numbers(shape), " ".join(map(token, index)), numbers(part.shape) + " : " + numbers(part.reshape(-1)),
              numbers(written.reshape(-1))]
    cases += 1
target = pathlib.Path(__file__).parent.parent.parent / "tests" / "references" / "advanced_indexing.txt"
target.write_text("\n".join(lines) + "\n")
