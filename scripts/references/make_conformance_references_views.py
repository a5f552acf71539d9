#!/usr/bin/env python3
"""Makes tests/references/conformance_views.safetensors: the samples of tests/conformance/samples_views.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import os

import torch
import torch.nn.functional as F
from make_conformance_references import integers, results, sample, save_file, values


def updated(x, value, index):
    y = x.clone()
    y[index] = value
    return y


def views():
    x = values(2, 3, 4)
    sample("flatten", "tail", lambda x: x.flatten(1), x)
    sample("flatten", "scalar", lambda x: x.flatten(), values())
    sample("squeeze", "two_axes", lambda x: x.squeeze((0, 2)), values(1, 3, 1))
    sample("unsqueeze", "middle", lambda x: x.unsqueeze(1), x)
    sample("reshape", "empty", lambda x: x.reshape(3, 0), values(0, 3))
    sample("expand", "both_ends", lambda x: x.expand(2, -1, 4), values(3, 1))
    sample("expand_like", "rows", lambda x, y: x.expand_as(y), values(3, 1), values(2, 3, 4))
    sample("contiguous", "transposed", lambda x: x.transpose(0, 2).contiguous(), x)
    sample("permute", "moveaxis", lambda x: x.movedim(0, -1), x)
    sample("expand", "tile", lambda x: x.tile((2, 1, 3)), x)
    sample("expand", "repeat", lambda x: x.repeat_interleave(2, 1), x)
    sample("concat", "three", lambda *xs: torch.cat(xs, 1), values(2, 3), values(2, 1), values(2, 4))
    sample("concat", "one_empty", lambda *xs: torch.cat(xs, 0), values(0, 3), values(2, 3))
    sample("concat", "stack", lambda *xs: torch.stack(xs, -1), values(2, 3), values(2, 3, seed=1))
    sample("split", "equal", lambda x: x.split(2, 1), values(3, 6))
    sample("split", "sizes", lambda x: x.split((1, 0, 3), 0), values(4, 2))
    sample("slice", "steps", lambda x: x.flip(0)[::2, None, 1], values(5, 3))
    sample("slice", "negative", lambda x: x[..., -3:-1], x)
    sample("slice", "nothing", lambda x: x[2:1], values(4, 2))
    sample("slice", "flip", lambda x: x.flip(0, 2), x)
    sample("slice_update", "column", lambda x, v: updated(x, v, (slice(0, 2), 1)), x, values(2, 4))
    sample("slice_update", "broadcast", lambda x, v: updated(x, v, (slice(None), slice(None, None, 2))), values(3, 4), values(1))
    sample("pad", "both", lambda x: F.pad(x, (0, 3, 1, 2), value=0.5), values(2, 3))
    sample("gather", "axis1", lambda x, i: x.gather(1, i), values(3, 4), integers(4, 2, 5))
    sample("gather", "empty", lambda x, i: x.gather(0, i), values(3, 4), integers(3, 0, 4))
    sample("scatter_add", "axis0", lambda x, i, s: x.scatter_add(0, i, s), values(3, 4), integers(3, 5, 4), values(5, 4))
    sample("index_select", "middle", lambda x, i: x.index_select(1, i), x, integers(3, 5))
    sample("index_add", "last", lambda x, i, s: x.index_add(2, i, s), x, integers(4, 6), values(2, 3, 6))
    sample("one_hot", "matrix", lambda i: F.one_hot(i, 5).double(), integers(5, 2, 3))


if __name__ == "__main__":
    views()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_views.safetensors"))
