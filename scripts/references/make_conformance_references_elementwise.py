#!/usr/bin/env python3
"""Makes tests/references/conformance_elementwise.safetensors: the samples of tests/conformance/samples_pointwise.cpp,
samples_rectifier.cpp and samples_losses.cpp, as make_conformance_references.py makes the others. What PyTorch has no function for
is written with its simpler ones, by the formula of the home framework. Needs: pip install torch safetensors numpy scipy.
"""
import math
import os

import scipy.special
import torch
import torch.nn.functional as F
from make_conformance_references import integers, positive, results, sample, save_file, values


def between(low, high, *shape, seed=0):
    return values(*shape, seed=seed, low=low, high=high)


def signs(*shape, seed=0):
    return torch.sign(values(*shape, seed=seed + 50))


class Polygamma(torch.autograd.Function):
    """SciPy's: PyTorch's of order 1 has ten digits."""

    @staticmethod
    def forward(ctx, x, n):
        ctx.save_for_backward(x)
        ctx.n = n
        return torch.from_numpy(scipy.special.polygamma(n, x.detach().numpy()))

    @staticmethod
    def backward(ctx, upstream):
        x, = ctx.saved_tensors
        return upstream * torch.from_numpy(scipy.special.polygamma(ctx.n + 1, x.detach().numpy())), None


def pointwise():
    x = values(3, 7)
    sample("erfc", "plain", torch.erfc, x)
    sample("erfinv", "plain", torch.erfinv, between(-0.97, 0.97, 4, 7))
    gamma = torch.tensor([-2.6, -1.4, -0.45, 0.3, 0.8, 1.0, 1.7, 2.0, 3.3, 12.5], dtype=torch.float64)
    sample("lgamma", "plain", torch.lgamma, gamma)
    sample("digamma", "plain", torch.digamma, gamma)
    sample("sinc", "plain", torch.sinc, x)
    # PyTorch's derivative has lost its digits there: (cos(pi x) - sinc(x)) / x by its series.
    series = lambda x: 1 - (math.pi * x) ** 2 / 6 + (math.pi * x) ** 4 / 120 - (math.pi * x) ** 6 / 5040
    sample("sinc", "near_zero", lambda x: series(x / 1000), x)
    for n in (0, 1, 2, 5):
        sample("polygamma", f"order_{n}", lambda x, n=n: Polygamma.apply(x, n), positive(3, 4))
    sample("logit", "plain", torch.logit, between(0.05, 0.95, 3, 4))
    sample("logit", "eps", lambda x: torch.logit(x, 0.25), between(-0.2, 1.2, 3, 4))
    sample("xlogy", "broadcast", torch.xlogy, values(4, 1, 3), positive(2, 1))
    sample("xlogy", "number", lambda y: torch.xlogy(3, y), positive(4))
    sample("logaddexp", "broadcast", torch.logaddexp, values(4, 1, 3), values(2, 1))
    sample("logaddexp2", "broadcast", torch.logaddexp2, values(4, 1, 3), values(2, 1))
    sample("float_power", "broadcast", torch.float_power, positive(4, 1, 3), values(2, 1))
    sample("float_power", "number", lambda x: torch.float_power(x, 2.5), positive(3, 4))
    sample("float_power", "base", lambda x: torch.float_power(2, x), values(3, 4))

    sample("fmod", "broadcast", torch.fmod, values(4, 1, 3), positive(2, 1))
    sample("fmod", "integers", torch.fmod, integers(40, 3, 4) - 20, integers(7, 4, seed=1) + 1)
    sample("copysign", "broadcast", torch.copysign, values(4, 1, 3), values(2, 1, seed=1))
    sample("copysign", "number", lambda x: torch.copysign(x, -1), values(3, 4))
    sample("signbit", "plain", torch.signbit, x, differentiable=False)
    sample("heaviside", "ties", torch.heaviside, torch.round(x), positive(7), differentiable=False)
    sample("positive", "plain", lambda x: x * 1, x)
    sample("fmax", "broadcast", torch.fmax, values(4, 1, 3), values(2, 1))
    sample("fmin", "broadcast", torch.fmin, values(4, 1, 3), values(2, 1))
    low, high = between(-1, 0, 3, 1), between(0.2, 1, 7)
    sample("clip", "tensors", torch.clamp, x, low, high)
    sample("clip", "tensor_below", lambda x, low: torch.clamp(x, low), x, low)
    sample("clip", "tensor_above", lambda x, high: torch.clamp(x, max=high), x, high)
    sample("clip", "tensor_and_number", lambda x, low: torch.clamp(torch.maximum(x, low), max=1), x, low)
    sample("clip", "number_and_tensor", lambda x, high: torch.minimum(torch.clamp(x, min=-1), high), x, high)
    sample("nan_to_num", "plain", torch.nan_to_num, x)
    sample("frac", "plain", torch.frac, x)
    sample("rsub", "plain", torch.rsub, x, values(7))
    sample("rsub", "alpha", lambda x, y: torch.rsub(x, y, alpha=2.5), x, values(7))
    sample("ldexp", "integers", torch.ldexp, x, integers(9, 7) - 4)
    sample("ldexp", "floating", torch.ldexp, x, values(7))
    sample("addcmul", "plain", torch.addcmul, values(3, 4), values(3, 4, seed=1), values(4))
    sample("addcmul", "value", lambda x, a, b: torch.addcmul(x, a, b, value=0.3), values(3, 4), values(3, 1), values(4))
    sample("addcdiv", "plain", torch.addcdiv, values(3, 4), values(3, 4, seed=1), positive(4))
    sample("addcdiv", "value", lambda x, a, b: torch.addcdiv(x, a, b, value=-2), values(4), values(3, 1), positive(4))
    sample("deg2rad", "plain", torch.deg2rad, x)
    sample("rad2deg", "plain", torch.rad2deg, x)
    sample("bitwise_left_shift", "broadcast", torch.bitwise_left_shift, integers(20, 3, 1) - 10, integers(5, 4))
    sample("bitwise_right_shift", "broadcast", torch.bitwise_right_shift, integers(90, 3, 1), integers(5, 4))
    sample("bitwise_left_shift", "number", lambda x: x << 3, integers(9, 4))
    sample("bitwise_right_shift", "number", lambda x: x >> 2, integers(90, 4))
    near = torch.tensor([0.1, -0.2, 0.9, 0.0, 2.0, 0.5, -3.0], dtype=torch.float64)
    sample("isclose", "plain", lambda a, b: torch.isclose(a, b, 0.25, 0.125), x, x + near, differentiable=False)
    sample("isposinf", "plain", torch.isposinf, x, differentiable=False)
    sample("isneginf", "plain", torch.isneginf, x, differentiable=False)
    sample("isreal", "plain", torch.isreal, x, differentiable=False)


def sparsemax(x, axis=-1):
    """By Martins and Astudillo's algorithm 1."""
    ordered = x.sort(axis, descending=True).values
    sums, ranks = ordered.cumsum(axis), torch.ones_like(x).cumsum(axis)
    k = (1 + ranks * ordered > sums).sum(axis, keepdim=True)
    return torch.relu(x - (sums.gather(axis, k - 1) - 1) / k)


def rectifiers():
    x = values(4, 7, low=-3, high=3)
    sample("prelu", "one", F.prelu, x, positive(1))
    sample("prelu", "channels", F.prelu, x, values(7))
    sample("prelu", "images", F.prelu, values(2, 3, 2, 2), positive(3))
    sample("prelu", "vector", F.prelu, values(5), positive(1))
    sample("prelu", "scalars", lambda x, w: torch.where(x > 0, x, w * x), values(), positive())
    sample("rrelu", "mean", F.rrelu, x)
    sample("threshold", "plain", lambda x: F.threshold(x, 0.4, -7), x)
    sample("hardshrink", "plain", F.hardshrink, x)
    sample("hardshrink", "wide", lambda x: F.hardshrink(x, 1.25), x)
    sample("softshrink", "plain", F.softshrink, x)
    sample("softshrink", "wide", lambda x: F.softshrink(x, 1.25), x)
    sample("tanhshrink", "plain", F.tanhshrink, x)
    sample("hard_sigmoid", "plain", lambda x: torch.clamp(x / 6 + 0.5, 0, 1), x * 2)
    sample("squareplus", "plain", lambda x: (x + torch.sqrt(x * x + 4)) / 2, x)
    sample("squareplus", "b", lambda x: (x + torch.sqrt(x * x + 0.5)) / 2, x)
    sample("sparse_plus", "plain",
           lambda x: torch.where(x <= -1, 0 * x, torch.where(x < 1, (x + 1) ** 2 / 4, x)), x)
    sample("sparse_sigmoid", "plain", lambda x: torch.clamp((x + 1) / 2, 0, 1), x)
    gated = lambda f, axis: lambda x: x.chunk(2, axis)[0] * f(x.chunk(2, axis)[1])
    sample("reglu", "last", gated(F.relu, -1), values(3, 8))
    sample("geglu", "last", gated(F.gelu, -1), values(3, 8))
    sample("swiglu", "first", gated(F.silu, 0), values(4, 3))

    sample("sparsemax", "last", sparsemax, x)
    sample("sparsemax", "ties", sparsemax, torch.round(values(5, 4)))
    sample("sparsemax", "scalar", lambda x: sparsemax(x[None])[0], values())
    sample("sparsemax", "middle", lambda x: sparsemax(x, 1), values(2, 6, 3) / 2)
    sample("softmin", "last", lambda x: F.softmin(x, -1), x)
    sample("softmin", "first", lambda x: F.softmin(x, 0), x)
    sample("softmax", "dtype", lambda x: F.softmax(x, 1, dtype=torch.float64), x)
    sample("log_softmax", "dtype", lambda x: F.log_softmax(x, 0, dtype=torch.float64), x)

    def masked(f, axis=-1):
        return lambda x, mask: f(torch.where(mask, x, -torch.inf), axis)

    mask = values(4, 7, seed=3) > -0.5
    sample("masked_softmax", "last", masked(F.softmax), x, mask)
    sample("masked_softmax", "broadcast", masked(F.softmax), values(2, 3, 7), mask[1])
    sample("masked_softmax", "first", masked(F.softmax, 0), x, mask)
    none = mask.clone()
    none[2] = False
    sample("masked_softmax", "nothing_left",
           lambda x, mask: torch.cat([masked(F.softmax)(x[:2], mask[:2]), x[2:3] * 0, masked(F.softmax)(x[3:], mask[3:])]), x, none)
    sample("masked_softmax", "scalar", lambda x, mask: F.softmax(x, 0), values(), torch.tensor(True))
    sample("masked_log_softmax", "last",
           lambda x, mask: torch.where(mask, masked(F.log_softmax)(x, mask), -torch.inf), x, mask)


def reductions(op, function, *inputs):
    """`function` with each reduction."""
    for name in ("mean", "sum", "none"):
        sample(op, name, lambda *x, r=name: function(*x, reduction=r), *inputs)


def reduced(losses):
    """A function of losses with PyTorch's reductions."""
    ways = {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}
    return lambda *x, reduction: ways[reduction](losses(*x))


WEIGHTS = torch.tensor([0.5, 1, 1.5, 2, 0.75], dtype=torch.float64)


def losses():
    x, y, w = values(4, 5), values(4, 5, seed=1), positive(4, 5, seed=2)
    reductions("smooth_l1_loss", F.smooth_l1_loss, x, y)
    sample("smooth_l1_loss", "beta", lambda x, y: F.smooth_l1_loss(x, y, beta=0.3), x, y)
    sample("smooth_l1_loss", "no_beta", lambda x, y: F.smooth_l1_loss(x, y, beta=0), x, y)
    for name, r in {"weighted_mean": "mean", "weighted_sum": "sum", "weighted": "none"}.items():
        def of(function):
            def weighted(x, y, w):
                losses = w * function(x, y)
                return losses.sum() / w.sum() if r == "mean" else losses.sum() if r == "sum" else losses
            return weighted
        sample("mse_loss", name, of(lambda x, y: (x - y) ** 2), x, y, w)
        sample("l1_loss", name, of(lambda x, y: (x - y).abs()), x, y, w)
        sample("huber_loss", name, of(lambda x, y: F.huber_loss(x, y, delta=0.7, reduction="none")), x, y, w)
        # PyTorch's own.
        for function, weightless in ((F.mse_loss, lambda x, y: (x - y) ** 2), (F.l1_loss, lambda x, y: (x - y).abs())):
            assert torch.allclose(function(x, y, reduction=r, weight=w), of(weightless)(x, y, w)), name
    reductions("log_cosh_loss", reduced(lambda x, y: torch.log(torch.cosh(x - y))), x, y)
    counts = positive(4, 5, seed=3) * 3
    reductions("poisson_nll_loss", F.poisson_nll_loss, x, counts)
    sample("poisson_nll_loss", "full", lambda x, t: F.poisson_nll_loss(x, t, full=True), x, counts)
    sample("poisson_nll_loss", "counts", lambda x, t: F.poisson_nll_loss(x, t, log_input=False), positive(4, 5), counts)
    reductions("gaussian_nll_loss", F.gaussian_nll_loss, x, y, w)
    sample("gaussian_nll_loss", "full", lambda x, y, w: F.gaussian_nll_loss(x, y, w, full=True), x, y, w)
    sample("gaussian_nll_loss", "rows", F.gaussian_nll_loss, x, y, positive(4))
    sample("gaussian_nll_loss", "single", F.gaussian_nll_loss, x, y, positive(4, 1))
    sample("gaussian_nll_loss", "scalar", lambda x, y, v: F.gaussian_nll_loss(x, y, v.expand(4, 1)), x, y, positive())

    logs, shares = F.log_softmax(x, 1), F.softmax(y, 1)
    reductions("kl_div", F.kl_div, logs, shares)
    sample("kl_div", "batchmean", lambda x, t: F.kl_div(x, t, reduction="batchmean"), logs, shares)
    sample("kl_div", "log_target", lambda x, t: F.kl_div(x, t, log_target=True), logs, F.log_softmax(y, 1))
    p, z = between(0.05, 0.95, 4, 5), between(0, 1, 4, 5, seed=1)
    reductions("binary_cross_entropy", F.binary_cross_entropy, p, z)
    sample("binary_cross_entropy", "weight", lambda p, z: F.binary_cross_entropy(p, z, WEIGHTS), p, z)

    def focal(x, z, alpha=0.25, gamma=2):
        p = torch.sigmoid(x)
        right = p * z + (1 - p) * (1 - z)
        losses = F.binary_cross_entropy_with_logits(x, z, reduction="none") * (1 - right) ** gamma
        return losses if alpha < 0 else losses * (alpha * z + (1 - alpha) * (1 - z))

    reductions("sigmoid_focal_loss", reduced(focal), x, z)
    sample("sigmoid_focal_loss", "no_alpha", lambda x, z: focal(x, z, -1, 1.5), x, z)
    labels = torch.tensor([3, 0, 2, 4])

    def class_focal(x, t, weight=None, gamma=2, ignore=-100):
        plain = F.cross_entropy(x, t, reduction="none", ignore_index=ignore)
        return (1 - torch.exp(-plain)) ** gamma * F.cross_entropy(x, t, weight, reduction="none", ignore_index=ignore)

    reductions("focal_loss", reduced(class_focal), x, labels)
    sample("focal_loss", "weight",
           lambda x, t: class_focal(x, t, WEIGHTS, 1.5, 2).sum() / (WEIGHTS[t] * (t != 2)).sum(), x, labels)
    dice = lambda x, t, axes: 1 - (2 * (x * t).sum(axes) + 1e-7) / (x.sum(axes) + t.sum(axes) + 1e-7)
    sample("dice_loss", "all", lambda x, t: dice(x, t, (0, 1)), p, z)
    sample("dice_loss", "axes", lambda x, t: dice(x, t, (1, 2)), between(0, 1, 2, 3, 4), between(0, 1, 2, 3, 4, seed=1))

    t = signs(4, 5)
    reductions("hinge_loss", reduced(lambda x, t: torch.relu(1 - t * x)), x, t)
    sample("squared_hinge_loss", "mean", lambda x, t: (torch.relu(1 - t * x) ** 2).mean(), x, t)
    one_hot = F.one_hot(labels, 5).double()
    reductions("categorical_hinge_loss",
               reduced(lambda x, t: torch.relu(((1 - t) * x).amax(-1) - (t * x).sum(-1) + 1)), x, one_hot)
    reductions("soft_margin_loss", reduced(lambda x, t: F.softplus(-t * x)), x, t)  # PyTorch's has no gradient of the target
    truth = (t + 1) / 2
    reductions("multilabel_soft_margin_loss", F.multilabel_soft_margin_loss, x, truth)
    sample("multilabel_soft_margin_loss", "weight", lambda x, t: F.multilabel_soft_margin_loss(x, t, WEIGHTS), x, truth)
    several = torch.tensor([[3, 0, -1, 1, 1], [4, -1, -1, -1, -1], [-1, 2, 0, 0, 0], [0, 1, 2, 3, 4]])
    reductions("multilabel_margin_loss", F.multilabel_margin_loss, x, several)
    sample("multilabel_margin_loss", "one", F.multilabel_margin_loss, x[0], several[0])
    reductions("multi_margin_loss", F.multi_margin_loss, x, labels)
    sample("multi_margin_loss", "squares", lambda x, t: F.multi_margin_loss(x, t, p=2, margin=0.7, weight=WEIGHTS), x, labels)
    sample("multi_margin_loss", "one", F.multi_margin_loss, x[1], labels[1])

    a, b, c = values(4, 6), values(4, 6, seed=1), values(4, 6, seed=2)
    sample("cosine_similarity", "rows", F.cosine_similarity, a, b)
    sample("cosine_similarity", "broadcast", lambda a, b: F.cosine_similarity(a, b, -1), values(2, 1, 6), values(3, 6))
    sample("pairwise_distance", "plain", F.pairwise_distance, a, b)
    for name, p in {"one": 1.0, "three": 3.0, "largest": math.inf}.items():
        sample("pairwise_distance", name, lambda a, b, p=p: F.pairwise_distance(a, b, p, keepdim=True), a, b)
    sample("pairwise_distance", "count", lambda a, b: F.pairwise_distance(a, b, 0.0), a, b, differentiable=False)
    alike = torch.tensor([1, -1, -1, 1])
    reductions("cosine_embedding_loss", lambda *x, reduction: F.cosine_embedding_loss(*x, margin=-0.2, reduction=reduction), a, b, alike)
    sample("cosine_embedding_loss", "one", F.cosine_embedding_loss, a[0], b[0], alike[1])
    reductions("margin_ranking_loss", lambda *x, reduction: F.margin_ranking_loss(*x, margin=0.3, reduction=reduction), a, b, signs(4, 6))
    reductions("hinge_embedding_loss", lambda *x, reduction: F.hinge_embedding_loss(*x, margin=0.8, reduction=reduction), a, signs(4, 6).long())
    reductions("contrastive_loss", reduced(lambda d, t: t * d ** 2 + (1 - t) * torch.relu(1.5 - d) ** 2), positive(4, 5), truth)
    reductions("triplet_margin_loss", F.triplet_margin_loss, a, b, c)
    sample("triplet_margin_loss", "swap", lambda *x: F.triplet_margin_loss(*x, margin=2, p=3, swap=True), a, b, c)
    sample("triplet_margin_with_distance_loss", "cosine", lambda *x: F.triplet_margin_with_distance_loss(
        *x, distance_function=lambda a, b: 1 - F.cosine_similarity(a, b), swap=True), a, b, c)


if __name__ == "__main__":
    pointwise()
    rectifiers()
    losses()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_elementwise.safetensors"))
