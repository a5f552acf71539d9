#!/usr/bin/env python3
"""Makes tests/references/singular_points.safetensors with PyTorch: values, gradients and second derivatives where
functions have kinks, zeros, infinities and NaN. tests/core/ops/singular_points_test.cpp has the same functions.
"""
import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

OUT = Path(__file__).resolve().parent.parent.parent / "tests" / "references" / "singular_points.safetensors"
TENSORS = {}
inf, nan = float("inf"), float("nan")


def case(name, f, *points, second=True):
    """Of the sum over the results of f; second: the derivatives of the sum over the first gradients."""
    xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in points]
    y = f(*xs)
    put(f"{name}/out", y)
    first = torch.autograd.grad(y.sum(), xs, create_graph=True)
    for i, (x, grad) in enumerate(zip(xs, first)):
        put(f"{name}/in/{i}", x)
        put(f"{name}/grad/{i}", grad)
    if not second:
        return
    zeros = [torch.zeros_like(x) for x in xs]
    total = sum(g.sum() for g in first)
    found = torch.autograd.grad(total, xs, allow_unused=True) if total.requires_grad else zeros
    for i, (grad, zero) in enumerate(zip(found, zeros)):
        put(f"{name}/second/{i}", zero if grad is None else grad + 0)


def put(name, tensor):
    TENSORS[name] = np.array(tensor.detach().numpy(), order="C")


def loss_of(f, **options):
    return lambda x, y: f(x, y, reduction="none", **options)


wide = [0.0, 1.0, -1.0, 2.0, inf, -inf, nan]
case("abs", torch.abs, [0.0, -1.0, inf, -inf, nan])
case("sign", torch.sign, [0.0, -1.0, inf])
case("floor", torch.floor, [0.5, 1.0, -inf])
case("ceil", torch.ceil, [0.5, 1.0, inf])
case("round", torch.round, [0.5, 1.0, 2.5])
case("trunc", torch.trunc, [-0.5, 1.0])
case("remainder", torch.remainder, [1.5, -1.5], [2.0, 2.0])
case("maximum", torch.maximum, [0.0, 1.0, nan, 1.0], [0.0, 2.0, 1.0, nan])
case("minimum", torch.minimum, [0.0, 1.0, nan, 1.0], [0.0, 2.0, 1.0, nan])
case("clip", lambda x: torch.clamp(x, -1, 1), wide)
case("clip_min", lambda x: torch.clamp(x, min=-1), wide)
case("clip_max", lambda x: torch.clamp(x, max=1), wide)
case("sqrt", torch.sqrt, [0.0, 4.0])
for exponent in (0.0, 1.0, 3.0):
    case(f"pow_{exponent:g}", lambda x, e=exponent: x**e, [0.0, 2.0, -1.0])
case("pow_tensor", torch.pow, [0.0, 0.0, 2.0, 0.0], [1.0, 2.0, 0.0, 0.0], second=False)
case("atan2", torch.atan2, [0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, -1.0], second=False)
case("lerp", torch.lerp, [1.0, 1e8, -1e8, 1.0], [3.0, 1.1, 3.3, 3.0], [1.0, 1.0, 1.0, 0.0])
case("norm", lambda x: torch.linalg.vector_norm(x, dim=1), [[0.0, 0.0], [3.0, 4.0]], second=False)
case("norm_of_all", torch.linalg.vector_norm, [0.0, 0.0], second=False)
case("std", lambda x: x.std(dim=1), [[2.0, 2.0, 2.0], [3.0, 4.0, 7.0]])
case("std_population", lambda x: x.std(dim=1, correction=0), [[2.0, 2.0], [3.0, 4.0]])
case("var_of_one", lambda x: x.var(dim=1), [[2.0], [3.0]])
case("var_without_freedom", lambda x: x.var(dim=1, correction=2), [[2.0, 3.0], [2.0, 2.0]])
case("mean_of_nothing", lambda x: x.mean(dim=1), [[], []])
case("prod", torch.prod, [0.0, 2.0, 3.0])
case("prod_zeros", torch.prod, [0.0, 0.0, 3.0])
case("amax", lambda x: x.amax(1), [[1.0, 1.0, 0.0]])
case("relu", F.relu, [0.0, -1.0, inf, -inf, nan])
case("relu6", F.relu6, [0.0, 6.0, 3.0, inf, -inf])
case("hardtanh", F.hardtanh, [-1.0, 1.0, 0.0, inf, -inf])
case("hardsigmoid", F.hardsigmoid, [-3.0, 3.0, inf, -inf], second=False)
case("hardswish", F.hardswish, [-3.0, 3.0, 0.0, inf])
case("leaky_relu", F.leaky_relu, [0.0, -1.0, inf])
case("elu", F.elu, [0.0, 1.0, -1.0, inf, -inf])
case("elu_2", lambda x: F.elu(x, 2.0), [0.0, 1.0, -1.0, 800.0])
case("selu", F.selu, [0.0, 1.0, -1.0, 800.0])
case("celu_2", lambda x: F.celu(x, 2.0), [0.0, 1.0, -1.0, 800.0])
case("softplus", F.softplus, [0.0, 21.0, inf, -inf])
case("log_sigmoid", F.logsigmoid, [0.0, inf, -inf, 800.0])
case("mse_loss", loss_of(F.mse_loss), wide, [0.0] * 7)
case("l1_loss", loss_of(F.l1_loss), wide[:-1], [0.0] * 6)
case("huber_loss", loss_of(F.huber_loss), wide, [0.0] * 7)
case("huber_loss_2", loss_of(F.huber_loss, delta=2.0), wide, [0.0] * 7)
# Where logit and target are infinitely far apart PyTorch's loss of (-inf, 1) is NaN, ours infinite: its points end before.
logits = [0.0, inf, 100.0, -1000.0, nan]
for target in (0.0, 0.5, 1.0):
    points = [x for x in logits if (x, target) != (inf, 1.0)]
    loss = lambda x, z=target, **options: F.binary_cross_entropy_with_logits(
        x, torch.full_like(x, z), reduction="none", **options)
    case(f"bce_{target:g}", loss, points)
    case(f"bce_{target:g}_weighted", lambda x: loss(x, pos_weight=torch.tensor(2.0, dtype=torch.float64)), points)

# Rows of logits, each with the label 0 and with the label 1.
rows = [[0.0, 0.0, 0.0], [inf, 0.0, 0.0], [-inf, 0.0, 0.0], [inf, inf, 0.0], [-inf, -inf, -inf], [1e308, -1e308, 0.0],
        [nan, 0.0, 0.0]]
labels = torch.tensor([0] * len(rows) + [1] * len(rows))
logits = rows + rows
weight = torch.tensor([0.5, 2.0, 1.0], dtype=torch.float64)
case("cross_entropy", lambda x: F.cross_entropy(x, labels, reduction="none"), logits, second=False)
case("cross_entropy_mean", lambda x: F.cross_entropy(x, labels[:2]), logits[2:4], second=False)
case("cross_entropy_weighted", lambda x: F.cross_entropy(x, labels, weight, reduction="none"), logits, second=False)
case("cross_entropy_smoothed", lambda x: F.cross_entropy(x, labels, label_smoothing=0.1, reduction="none"), logits,
     second=False)
case("nll_loss", lambda x: F.nll_loss(x, labels, reduction="none"), logits, second=False)
certain = F.one_hot(labels, 3).to(torch.float64)
case("cross_entropy_probabilities", lambda x: F.cross_entropy(x, certain, reduction="none"), logits, second=False)

case("erfinv", torch.erfinv, [1.0, -1.0, 2.0, 0.0, nan], second=False)
case("lgamma", torch.lgamma, [0.0, -1.0, inf, nan, 1.0, 2.0], second=False)
case("digamma", torch.digamma, [inf, nan], second=False)
case("polygamma", lambda x: torch.polygamma(2, x), [0.5, -0.5, 1e-3, nan], second=False)
case("sinc", torch.sinc, [0.0, inf, nan, 0.5], second=False)
case("logit", torch.logit, [0.0, 1.0, 0.5, nan], second=False)
case("logit_eps", lambda x: torch.logit(x, 0.125), [0.0, 1.0, 0.125, 0.875, 0.5], second=False)
case("xlogy", torch.xlogy, [0.0, 1.0, 2.0, nan, 0.0], [-1.0, 0.0, 3.0, 0.0, nan], second=False)
case("logaddexp", torch.logaddexp, [inf, 0.0, nan, -inf, 800.0], [-inf, 0.0, 1.0, 3.0, -800.0], second=False)
case("fmod", torch.fmod, [5.0, -5.0, 5.0, inf, 1.0], [3.0, 3.0, -3.0, 2.0, 0.0], second=False)
case("copysign", torch.copysign, [0.0, 1.0, -1.0, nan, -0.0], [-0.0, -1.0, 2.0, 1.0, -1.0], second=False)
case("fmax", torch.fmax, [1.0, nan, 1.0, nan, 2.0], [1.0, 2.0, nan, nan, 1.0])
case("fmin", torch.fmin, [1.0, nan, 1.0, nan, 2.0], [1.0, 2.0, nan, nan, 1.0])
case("clip_tensors", torch.clamp, [1.0, 0.0, 2.0, 3.0, 1.0], [1.0, 1.0, 0.0, 4.0, 0.0], [3.0, 3.0, 2.0, 2.0, 1.0])
case("nan_to_num", torch.nan_to_num, [nan, inf, -inf, 1.0])
case("hardshrink", F.hardshrink, [nan, 0.5, -0.5, 0.0, 1.0, inf])
case("softshrink", F.softshrink, [nan, 0.5, -0.5, 0.0, 1.0, inf])
case("threshold", lambda x: F.threshold(x, 0.5, 7.0), [nan, 0.5, -0.5, 1.0, inf])
case("prelu", F.prelu, [0.0, 1.0, -1.0, inf], [0.25], second=False)
case("smooth_l1_loss", loss_of(F.smooth_l1_loss), wide, [0.0] * 7)
case("binary_cross_entropy", lambda x, z: F.binary_cross_entropy(x, z, reduction="none"),
     [0.0, 0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0, 0.5], second=False)
case("margin_ranking_loss", lambda a, b: F.margin_ranking_loss(a, b, torch.ones(3), margin=1.0, reduction="none"),
     [1.0, 0.0, nan], [0.0, 0.0, 0.0])
case("hinge_embedding_loss", lambda x: F.hinge_embedding_loss(x, torch.tensor([-1.0, 1.0, -1.0]), reduction="none"),
     [1.0, 1.0, 0.0])
case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b), [[0.0, 0.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]],
     second=False)
case("triplet_margin_loss", lambda a, p, n: F.triplet_margin_loss(a, p, n, eps=0, reduction="none"),
     [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [3.0, 4.0]], [[1.0, 0.0], [4.0, 4.0]], second=False)
case("multi_margin_loss", lambda x: F.multi_margin_loss(x, torch.tensor([0, 1]), reduction="none"),
     [[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]], second=False)
case("poisson_nll_loss", lambda x, t: F.poisson_nll_loss(x, t, full=True, reduction="none"),
     [0.0, 800.0], [1.0, 2.0], second=False)

header, offset = {}, 0
for name, value in TENSORS.items():
    header[name] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
    offset += value.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
OUT.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in TENSORS.values()))
