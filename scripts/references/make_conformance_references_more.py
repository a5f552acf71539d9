#!/usr/bin/env python3
"""Makes tests/references/conformance_more.safetensors: the samples of tests/conformance/samples_composed.cpp and
samples_edges.cpp, as make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import os

import torch
import torch.nn.functional as F
from make_conformance_references import integers, positive, results, sample, save_file, values


def composed():
    x = values(4, 7, low=-8, high=8)
    for op, function in {"relu6": F.relu6, "hardswish": F.hardswish, "selu": F.selu,
                         "mish": F.mish, "softsign": F.softsign, "log_sigmoid": F.logsigmoid}.items():
        sample(op, "plain", function, x)
    sample("hardsigmoid", "plain", lambda x: F.relu6(x + 3) / 6, x)  # PyTorch's own gradient has a float32 constant
    sample("log_sigmoid", "large", F.logsigmoid, values(5, low=-300, high=300))
    sample("hardtanh", "plain", F.hardtanh, x / 4)
    sample("hardtanh", "bounds", lambda x: F.hardtanh(x, -0.5, 3), x)
    sample("celu", "plain", F.celu, x)
    sample("celu", "alpha", lambda x: F.celu(x, 0.75), x)
    sample("glu", "last", F.glu, values(3, 8))
    sample("glu", "first", lambda x: F.glu(x, 0), values(4, 3))
    sample("hypot", "broadcast", torch.hypot, values(4, 1, 3), positive(2, 1))
    sample("lerp", "number", lambda a, b: torch.lerp(a, b, 0.3), values(3, 4), values(3, 4, seed=1))
    sample("lerp", "tensor", torch.lerp, values(3, 4), values(3, 4, seed=1), positive(4))
    sample("count_nonzero", "axis", lambda x: torch.count_nonzero(x, 1), torch.relu(values(3, 4)), differentiable=False)
    sample("count_nonzero", "all", torch.count_nonzero, torch.relu(values(3, 4)), differentiable=False)
    sample("cumsum", "middle", lambda x: x.cumsum(1), values(2, 5, 3))
    sample("cumsum", "integers", lambda x: x.cumsum(-1), integers(50, 3, 4))
    sample("roll", "two_axes", lambda x: x.roll((2, -1), (0, 2)), values(3, 2, 4))
    sample("roll", "far", lambda x: x.roll(-11, 0), values(4))
    for op in ("tril", "triu"):
        sample(op, "main", getattr(torch, op), values(2, 3, 4))
        sample(op, "above", lambda x, f=getattr(torch, op): f(x, 1), values(4, 3))
        sample(op, "below", lambda x, f=getattr(torch, op): f(x, -2), values(4, 3))
    for name, k in {"main": 0, "above": 2, "below": -1}.items():
        sample("diag", "vector_" + name, lambda x, k=k: torch.diag(x, k), values(3))
        sample("diag", "matrix_" + name, lambda x, k=k: torch.diag(x, k), values(3, 4))
    sample("diag", "beyond", lambda x: torch.diag(x, 5), values(3, 4))
    images = values(2, 3, 4, 5)
    sample("global_max_pool2d", "plain", lambda x: x.amax((2, 3)), images)
    sample("global_max_pool2d", "nhwc_kept", lambda x: x.amax((1, 2), keepdim=True), images)
    sample("select", "negative", lambda x: x.select(1, -2), values(3, 4))
    sample("arange", "steps", lambda: torch.arange(5, 0, -1.5, dtype=torch.float64))
    sample("arange", "integers", lambda: torch.arange(-2, 9, 3))
    sample("linspace", "both_ends", lambda: torch.linspace(-1, 2, 7, dtype=torch.float64))
    sample("eye", "wide", lambda: torch.eye(3, 5, dtype=torch.float64))
    sample("zeros", "plain", lambda: torch.zeros(2, 3, dtype=torch.float64))
    sample("ones_like", "plain", lambda x: x + torch.ones_like(x), values(2, 3))


def dynamic():
    """Shapes that depend on values."""
    x = values(3, 4)
    sample("nonzero", "matrix", torch.nonzero, torch.relu(x), differentiable=False)
    sample("nonzero", "scalar", torch.nonzero, values(), differentiable=False)
    sample("nonzero", "nothing", torch.nonzero, torch.zeros(2, 3, dtype=torch.float64), differentiable=False)
    sample("masked_select", "same_shape", torch.masked_select, x, x > 0)
    sample("masked_select", "broadcast_mask", torch.masked_select, values(2, 3, 4), values(3, 1, seed=1) > 0)
    sample("masked_select", "broadcast_values", torch.masked_select, values(3, 1), x > 0)
    sample("masked_select", "nothing", torch.masked_select, x, x > 9)
    sample("masked_select", "squares", lambda x, m: torch.masked_select(x * x, m), x, x > -1)


def edges():
    """No elements, and no dimensions."""
    none, row = values(0, 3), values(2, 0)
    for op in ("softmax", "log_softmax"):
        sample(op, "no_rows", lambda x, f=getattr(torch, op): f(x, 1), none)
        sample(op, "empty_rows", lambda x, f=getattr(torch, op): f(x, 1), row)
        sample(op, "scalar", lambda x, f=getattr(torch, op): f(x, 0), values())
    for op, name in {"sum": "sum", "mean": "mean", "prod": "prod", "var": "var", "std": "std", "logsumexp": "logsumexp",
                     "max": "amax", "min": "amin", "argmax": "argmax", "argmin": "argmin"}.items():
        sample(op, "no_rows", lambda x, f=getattr(torch, name): f(x, 1), none)
    for op in ("any", "all"):
        sample(op, "no_rows", lambda x, f=getattr(torch, op): f(x, 1), none, differentiable=False)
        sample(op, "empty_rows", lambda x, f=getattr(torch, op): f(x, 1), row, differentiable=False)
    sample("logsumexp", "empty_rows", lambda x: x.logsumexp(1), row)
    sample("prod", "empty_rows", lambda x: x.prod(1), row)
    sample("mean", "empty_rows", lambda x: x.mean(1), row)
    for op, name in {"sum": "sum", "mean": "mean", "prod": "prod", "max": "amax", "min": "amin"}.items():
        sample(op, "scalar", lambda x, f=getattr(torch, name): f(x), values())
    sample("argmax", "scalar", torch.argmax, values())
    sample("cumsum", "no_rows", lambda x: x.cumsum(0), none)
    sample("roll", "no_rows", lambda x: x.roll(2, 0), none)
    sample("tril", "no_rows", torch.tril, none)
    sample("concat", "nothing", lambda *xs: torch.cat(xs, 0), none, values(0, 3, seed=1))
    sample("concat", "stack_scalars", lambda *xs: torch.stack(xs), values(), values(seed=1))
    sample("split", "nothing", lambda x: x.split(0, 0)[:1] * 2, none)
    sample("pad", "nothing", lambda x: F.pad(x, (1, 0, 2, 0)), none)
    sample("index_select", "nothing", lambda x, i: x.index_select(0, i), values(3, 4), integers(3, 0))
    sample("scatter_add", "nothing", lambda x, i, s: x.scatter_add(0, i, s), values(3, 4), integers(3, 0, 4), values(0, 4))
    sample("index_add", "nothing", lambda x, i, s: x.index_add(0, i, s), values(3, 4), integers(3, 0), values(0, 4))
    sample("one_hot", "nothing", lambda i: F.one_hot(i, 5).double(), integers(5, 0, 3))
    sample("one_hot", "scalar", lambda i: F.one_hot(i, 5).double(), torch.tensor(3))
    sample("expand", "nothing", lambda x: x.expand(0, 3), values(1, 3))
    sample("where", "nothing", lambda c, a: torch.where(c > 5, a, 2.5), integers(12, 0, 4), values(0, 4))
    sample("linear", "no_rows", F.linear, values(0, 7), values(3, 7, seed=1), values(3))
    sample("matmul", "no_matrices", torch.matmul, values(0, 4, 3), values(3, 5))
    images = values(0, 4, 7, 6)
    sample("conv2d", "no_images", F.conv2d, images, values(6, 4, 3, 2, seed=1))
    sample("max_pool2d", "no_images", lambda x: F.max_pool2d(x, 2), images)
    sample("avg_pool2d", "no_images", lambda x: F.avg_pool2d(x, 2), images)
    sample("layer_norm", "no_rows", lambda x, g, b: F.layer_norm(x, (5,), g, b), values(0, 5), values(5), values(5, seed=1))
    sample("batch_norm", "no_rows", lambda x, g, b, m, v: (x - m[:, None, None]) / v[:, None, None] * g[:, None, None] + b[:, None, None],
           values(0, 3, 2, 2), values(3),
           values(3, seed=1), values(3, seed=2), positive(3))
    sample("embedding", "nothing", lambda w, i: F.embedding(i, w), values(5, 3), integers(5, 0, 2))
    sample("embedding", "scalar", lambda w, i: F.embedding(i, w), values(5, 3), torch.tensor(2))
    sample("cross_entropy", "no_rows", lambda x, t: F.cross_entropy(x, t, reduction="none"), values(0, 5), integers(5, 0))
    sample("cross_entropy", "no_rows_mean", F.cross_entropy, values(0, 5), integers(5, 0))
    sample("nll_loss", "no_rows", lambda x, t: F.nll_loss(x, t, reduction="sum"), values(0, 5), integers(5, 0))
    sample("mse_loss", "nothing", lambda x, y: F.mse_loss(x, y, reduction="sum"), none, values(0, 3, seed=1))
    sample("mse_loss", "scalar", F.mse_loss, values(), values(seed=1))
    sample("binary_cross_entropy_with_logits", "nothing",
           lambda x, z: F.binary_cross_entropy_with_logits(x, z, reduction="sum"), none, positive(0, 3))


if __name__ == "__main__":
    composed()
    edges()
    dynamic()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_more.safetensors"))
