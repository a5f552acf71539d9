#!/usr/bin/env python3
"""Makes tests/references/conformance_indexing.safetensors: the samples of tests/conformance/samples_indexing.cpp and
samples_rearrange.cpp, as make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from make_conformance_references import integers, results, sample, save_file, values


def distinct(high, *shape, seed=0):
    """Indices that differ along the first axis."""
    return torch.from_numpy(np.random.default_rng(seed + 5).permuted(
        np.broadcast_to(np.arange(high).reshape(-1, *[1] * (len(shape) - 1)), (high, *shape[1:])), axis=0)[:shape[0]].copy())


def mask(*shape, seed=0):
    return values(*shape, seed=seed) > 0


def put(x, index, value, accumulate=False):
    return x.index_put(index, value, accumulate=accumulate)


def indexing():
    x = values(4, 3, 5)
    sample("index", "rows", lambda x, i: x[i], x, integers(4, 2, 3))
    sample("index", "negative", lambda x, i: x[:, i], x, integers(3, 4) - 3)
    sample("index", "two_together", lambda x, i, j: x[:, i, j], x, integers(3, 2, 1), integers(5, 4))
    sample("index", "two_apart", lambda x, i, j: x[i, :, j], x, integers(4, 6), integers(5, 6, seed=1))
    sample("index", "all_axes", lambda x, i, j, k: x[i, j, k], x, integers(4, 3), integers(3, 3), integers(5, 3))
    sample("index", "empty", lambda x, i: x[i], x, integers(4, 0))
    sample("index", "take", lambda x, i: x.take(i), x, integers(60, 2, 3))
    sample("index", "gather_nd", lambda x, i: x[i[..., 0], i[..., 1]], x, integers(3, 4, 2, 2))
    sample("index", "gather_nd_batch", lambda x, i: torch.stack([a[b[:, 0]] for a, b in zip(x, i)]), x, integers(3, 4, 2, 1))
    sample("index", "batch_gather", lambda x, i: torch.stack([a[:, b] for a, b in zip(x, i)]), x, integers(5, 4, 2))
    sample("index", "dynamic_slice", lambda x, i: x[2:4, 1:2, 1:5], x, torch.tensor([-1, 1, 1]))
    sample("index", "pad_reflect", lambda x: F.pad(x[None], (2, 1, 1, 2), mode="reflect")[0], values(3, 4, 3))
    sample("index", "pad_replicate", lambda x: F.pad(x[None], (2, 1, 0, 5), mode="replicate")[0], values(3, 4, 3))
    sample("index", "pad_circular", lambda x: F.pad(x[None], (2, 3, 1, 0), mode="circular")[0], values(3, 4, 3))
    sample("index", "pad_symmetric", lambda x: x[[1, 0, 0, 1, 2, 3, 3]][:, [0, 1, 2, 2, 1, 0]], values(4, 3))
    sample("index", "combinations", lambda x: torch.combinations(x, 2), values(5))
    sample("index_put", "rows", lambda x, i, v: put(x, (i,), v), x, distinct(4, 2), values(2, 3, 5))
    sample("index_put", "broadcast", lambda x, i, j, v: put(x, (i, j), v), x, distinct(4, 3), distinct(3, 3), values(1, 5))
    sample("index_put", "accumulate", lambda x, i, j, v: put(x, (i, j), v, True), x, integers(4, 7), integers(3, 7),
           values(7, 5))
    sample("index_put", "accumulate_mask", lambda x, m, v: put(x, (m,), v, True), x, mask(4, 3), values(5))
    sample("index_put", "copy", lambda x, i, v: x.index_copy(1, i, v), x, distinct(3, 2), values(4, 2, 5))
    sample("index_put", "fill", lambda x, i: x.index_fill(2, i, 0.5), x, integers(5, 3))
    sample("index_put", "put", lambda x, i, v: x.put(i, v), x, distinct(60, 8).reshape(4, 2), values(4, 2))
    sample("index_put", "nd_max", lambda x, i, v: x.flatten().scatter_reduce(0, i[:, 0] * 3 + i[:, 1], v, "amax").reshape(4, 3),
           values(4, 3), integers(3, 9, 2), values(9, seed=3))
    sample("index_put", "nd_min", lambda x, i, v: x.scatter_reduce(0, i[:, :1].expand(9, 3), v, "amin"), values(4, 3),
           integers(4, 9, 1), values(9, 3, seed=3))
    sample("index_put", "scatter_nd", lambda i, v: torch.zeros(4, 3, dtype=v.dtype).index_put((i[:, 0], i[:, 1]), v, True),
           integers(3, 6, 2), values(6))
    sample("index_put", "dynamic_update", lambda x, u, i: put(x, (torch.tensor([[1], [2]]), torch.tensor([[2, 3, 4]])), u),
           values(3, 5), values(2, 3), torch.tensor([7, -3]))
    sample("index_put", "diagonal_scatter", lambda x, v: x.diagonal_scatter(v, 1, 2, 0), x, values(3, 3))
    for reduce in ("sum", "prod", "amax", "amin", "mean"):
        for own in (True, False):
            sample("scatter", f"{reduce}_{'with' if own else 'without'}_self",
                   lambda x, i, v: x.scatter_reduce(0, i, v, reduce, include_self=own), values(3, 4), integers(3, 5, 4),
                   values(5, 4, seed=2))
    sample("scatter", "replace", lambda x, i, v: x.scatter(1, i, v), values(3, 6), distinct(6, 4, 2).T.contiguous(), values(2, 4))
    sample("scatter", "longer_source", lambda x, i, v: x.scatter(1, i, v[:2, :4]), values(3, 6), distinct(6, 4, 2).T.contiguous(),
           values(3, 5))
    sample("scatter", "number", lambda x, i: x.scatter(0, i, 1.5), values(4, 3), integers(4, 2, 3))
    sample("scatter", "multiply", lambda x, i, v: x.scatter_reduce(1, i, v, "prod"), values(3, 4), integers(4, 3, 6),
           values(3, 6, seed=2))
    sample("scatter", "put_along", lambda x, i, v: x.scatter(1, i.expand(3, 2), v.expand(3, 2)), values(3, 6), distinct(6, 2).reshape(1, 2),
           values(3, 1))
    sample("gather", "take_along", lambda x, i: torch.take_along_dim(x, i, 0), values(4, 3), integers(4, 5, 1))
    sample("index_add", "alpha", lambda x, i, v: x.index_add(1, i, v, alpha=-2), x, integers(3, 6), values(4, 6, 5))
    sample("where", "masked_fill", lambda x, m: x.masked_fill(m, 0.5), x, mask(3, 5))
    sample("where", "set_by_mask", lambda x, m, v: torch.where(m[:, :, None], v, x), x, mask(4, 3), values(5))
    sample("slice_update", "select_scatter", lambda x, v: x.select_scatter(v, 1, -2), x, values(4, 5))
    sample("slice_update", "slice_scatter", lambda x, v: x.slice_scatter(v, 2, 1, 5, 2), x, values(4, 3, 2))
    segments = lambda reduce, empty: lambda x, i: torch.full((5, 3), empty, dtype=x.dtype).scatter_reduce(
        0, i[:, None].expand(7, 3).clamp(0), torch.where(i[:, None] < 0, torch.full_like(x, empty), x), reduce)
    ids = torch.tensor([3, 0, -1, 0, 2, 3, 0])
    sample("index_put", "unsorted_segment_sum", segments("sum", 0.0), values(7, 3), ids)
    sample("index_put", "unsorted_segment_prod", segments("prod", 1.0), values(7, 3), ids)
    counts = torch.tensor([3, 1, 1, 2, 1])[:, None]
    sample("index_put", "unsorted_segment_mean", lambda x, i: segments("sum", 0.0)(x, i) / counts, values(7, 3), ids)
    sample("index_put", "unsorted_segment_sqrt_n", lambda x, i: segments("sum", 0.0)(x, i) / counts.double().sqrt(), values(7, 3), ids)
    sample("index_put", "unsorted_segment_matrix", lambda x, i: torch.zeros(4, 2, dtype=x.dtype).index_put((i,), x, accumulate=True),
           values(3, 3, 2), integers(4, 3, 3))


def by_values():
    x, m = values(4, 3, 5), mask(4, 3)
    sample("index", "mask", lambda x, m: x[m], x, m)
    sample("index", "mask_and_slice", lambda x, m: x[:, m, ::2], x,
           mask(3, seed=3))
    sample("index_put", "masked_scatter", lambda x, m, s: x.masked_scatter(m[:, :, None], s), x, m, values(70))
    sample("index_put", "mask_rows", lambda x, m, v: put(x, (m,), v), x, torch.tensor([True, False, True, False]), values(2, 3, 5))
    sample("nonzero", "where", lambda c: list(torch.where(c)), mask(3, 4))
    sample("repeat_interleave", "counts", lambda x, n: x.repeat_interleave(n, 1), values(2, 4), torch.tensor([2, 0, 1, 3]))
    sample("repeat_interleave", "places", lambda n: torch.repeat_interleave(n), torch.tensor([2, 0, 1, 3]))
    ids = torch.tensor([0, 0, 2, 2, 2, 3])
    rows = lambda reduce, empty: lambda x, i: torch.full((4, 3), empty, dtype=x.dtype).scatter_reduce(
        0, i[:, None].expand(6, 3), x, reduce, include_self=False)
    sample("index_put", "segment_sum", rows("sum", 0.0), values(6, 3), ids)
    sample("index_put", "segment_mean", rows("mean", 0.0), values(6, 3), ids)
    sample("index_put", "segment_max", rows("amax", 0.0), values(6, 3), ids)
    sample("index_put", "segment_min", rows("amin", 0.0), values(6, 3), ids)
    sample("index_put", "segment_prod", rows("prod", 1.0), values(6, 3), ids)


def rearrange():
    x = values(2, 3, 4)
    sample("permute", "movedim", lambda x: x.movedim((0, 2), (2, 1)), x)
    sample("permute", "swapaxes", lambda x: x.swapaxes(0, -1), x)
    sample("permute", "rot90", lambda x: torch.rot90(x, 3, (1, 2)), x)
    sample("permute", "rot90_once", lambda x: torch.rot90(x), x)
    sample("slice", "rot180", lambda x: torch.rot90(x, -2, (2, 0)), x)
    sample("slice", "narrow", lambda x: x.narrow(2, -3, 2), x)
    sample("slice", "fliplr", torch.fliplr, x)
    sample("split", "unbind", lambda x: x.unbind(1), x)
    sample("split", "tensor_split", lambda x: x.tensor_split(3, 2), x)
    sample("slice", "tensor_split", lambda x: x.tensor_split((1, 3), 2), x)
    sample("unsqueeze", "atleast_3d", torch.atleast_3d, values(3, 4))
    sample("reshape", "unflatten", lambda x: x.unflatten(2, (2, -1)), x)
    sample("diagonal", "plain", lambda x: x.diagonal(), values(3, 5))
    sample("diagonal", "above", lambda x: x.diagonal(1, 2, 0), x)
    sample("diagonal", "below", lambda x: x.diagonal(-2, 1, -1), x)
    sample("diagonal", "nothing", lambda x: x.diagonal(7), x)
    sample("unfold", "overlapping", lambda x: x.unfold(1, 3, 2), values(2, 8, 3))
    sample("unfold", "apart", lambda x: x.unfold(-1, 2, 3), values(2, 7))
    sample("as_strided", "overlapping", lambda x: x.as_strided((3, 2, 2), (2, 1, 1), 3), values(3, 4))
    sample("as_strided", "repeating", lambda x: x.as_strided((2, 3), (0, 2), 1), values(7))
    sample("concat", "hstack", lambda *xs: torch.hstack(xs), values(2, 3), values(2, 1))
    sample("concat", "vstack", lambda *xs: torch.vstack(xs), values(3), values(2, 3))
    sample("concat", "dstack", lambda *xs: torch.dstack(xs), values(3), values(1, 3))
    sample("concat", "column_stack", lambda *xs: torch.column_stack(xs), values(3), values(3, 2))
    sample("concat", "block_diag", lambda *xs: torch.block_diag(*xs), values(2, 3), values(2), values())
    sample("expand", "meshgrid", lambda *xs: torch.meshgrid(*xs, indexing="ij"), values(2), values(3), values(4))
    sample("expand", "meshgrid_xy", lambda *xs: torch.meshgrid(*xs, indexing="xy"), values(2), values(3), values(4))
    sample("expand", "broadcast_tensors", lambda *xs: torch.broadcast_tensors(*xs), values(2, 1), values(3))
    sample("expand", "repeat_interleave", lambda x: x.repeat_interleave(2), values(2, 3))
    sample("expand", "tile_many", lambda x: x.tile((2, 3, 2)), x)
    sample("stack", "cartesian_prod", lambda *xs: torch.cartesian_prod(*xs), values(2), values(3))
    sample("where", "diag_embed", lambda x: torch.diag_embed(x, 1, 0, 2), values(2, 3))
    sample("where", "diag_embed_below", lambda x: torch.diag_embed(x, -2), values(2, 3))
    sample("where", "diagflat", lambda x: torch.diagflat(x), values(2, 2))


if __name__ == "__main__":
    indexing()
    by_values()
    rearrange()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_indexing.safetensors"))
