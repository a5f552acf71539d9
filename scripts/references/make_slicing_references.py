#!/usr/bin/env python3
"""Writes tests/references/slicing.txt: random basic indices into arrays that count up from 0, and what NumPy gives.

Each case is four lines: the shape, the index (integers as i3, slices as s1,_,-2 with _ for an open bound, ... and newaxis),
the result's shape and its values, and the values of the whole array after `x[index] = 1000 + arange`.
"""
import pathlib

import numpy as np

rng = np.random.default_rng(5)


def bound(n):
    return None if rng.random() < 0.3 else int(rng.integers(-n - 2, n + 3))


def random_index(shape):
    """As many elements as dimensions at most, with an ellipsis and new axes in between."""
    index = []
    for n in shape[: rng.integers(0, len(shape) + 1)]:
        if n and rng.random() < 0.3:
            index.append(int(rng.integers(-n, n)))
        else:
            step = int(rng.choice([1, 1, 2, 3, -1, -2, -7]))
            index.append(slice(bound(n), bound(n), step))
    if rng.random() < 0.4:
        # After an ellipsis the indices count from the last dimension.
        kept = rng.integers(0, len(index) + 1)
        tail = [i if isinstance(i, slice) else slice(None) for i in index[kept:]]
        index = index[:kept] + [Ellipsis] + tail
    for _ in range(rng.integers(0, 3)):
        index.insert(rng.integers(0, len(index) + 1), None)
    return tuple(index) or (Ellipsis,)


def token(i):
    if i is None:
        return "newaxis"
    if i is Ellipsis:
        return "..."
    if isinstance(i, slice):
        return "s" + ",".join("_" if b is None else str(b) for b in (i.start, i.stop, i.step))
    return f"i{i}"


def numbers(values):
    return " ".join(str(v) for v in values) or "-"


lines = []
for _ in range(250):
    shape = tuple(int(n) for n in rng.choice([0, 1, 2, 3, 5], rng.integers(0, 5), p=[0.04, 0.2, 0.26, 0.3, 0.2]))
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    index = random_index(shape)
    part = x[index]
    written = x.copy()
    written[index] = 1000 + np.arange(part.size).reshape(part.shape)
    lines += [numbers(shape), " ".join(map(token, index)), numbers(part.shape) + " : " + numbers(part.reshape(-1)),
              numbers(written.reshape(-1))]
target = pathlib.Path(__file__).parent.parent.parent / "tests" / "references" / "slicing.txt"
target.write_text("\n".join(lines) + "\n")
