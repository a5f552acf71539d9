#!/usr/bin/env python3
"""Makes tests/references/conformance_vocabulary.safetensors: the samples of tests/conformance/samples_vocabulary.cpp, as
make_conformance_references.py makes the others. What PyTorch has no function for is written with its simpler ones, by the formula
of the home framework. Needs: pip install torch safetensors numpy scipy.
"""
import math
import os

import numpy as np
import scipy.special
import torch
import torch.nn.functional as F
from make_conformance_references import integers, positive, results, sample, save_file, values


class Quantile(torch.autograd.Function):
    """SciPy's, whose derivative is one over the density: PyTorch's second one has none."""

    @staticmethod
    def forward(ctx, p):
        x = torch.from_numpy(scipy.special.ndtri(p.detach().numpy()))
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, upstream):
        x, = ctx.saved_tensors
        return upstream * torch.exp(x * x / 2) * math.sqrt(2 * math.pi)


def with_derivative(function, derivative):
    """A function of SciPy of two operands, differentiable in the second."""
    class Of(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, x):
            ctx.save_for_backward(a, x)
            return torch.from_numpy(np.asarray(function(a.detach().numpy(), x.detach().numpy())))

        @staticmethod
        def backward(ctx, upstream):
            a, x = ctx.saved_tensors
            slope = upstream * torch.from_numpy(np.asarray(derivative(a.numpy(), x.numpy())))
            return None, slope.sum_to_size(x.shape)

    return Of.apply


def between(low, high, *shape, seed=0):
    return values(*shape, seed=seed, low=low, high=high)


def special():
    x = values(3, 7)
    for name in ("i0", "i0e", "i1", "i1e", "erfcx", "log_ndtr"):
        sample(name, "plain", getattr(torch.special, name), x * 2)
    sample("ndtri", "plain", Quantile.apply, between(0.02, 0.98, 3, 7))
    sample("ndtr", "plain", lambda x: torch.erfc(x * -math.sqrt(0.5)) / 2, x)
    sample("erfcinv", "plain", lambda x: -Quantile.apply(x / 2) * math.sqrt(0.5), between(0.1, 1.9, 3, 7))
    sample("entr", "plain", torch.special.entr, between(0.1, 3, 3, 7))
    density = lambda a, x: np.exp((a - 1) * np.log(x) - x - scipy.special.gammaln(a))
    a, x = positive(4, 1, 3), positive(2, 1, seed=1) * 2
    fixed = lambda f: lambda a, x: f(a.detach(), x)
    sample("igamma", "broadcast", fixed(with_derivative(scipy.special.gammainc, density)), a, x)
    sample("igammac", "broadcast", fixed(with_derivative(scipy.special.gammaincc, lambda a, x: -density(a, x))), a, x)
    zeta = with_derivative(scipy.special.zeta, lambda s, q: -s * scipy.special.zeta(s + 1, q))
    sample("zeta", "broadcast", fixed(zeta), a + 1.5, x)
    sample("mvlgamma", "plain", lambda x: torch.mvlgamma(x, 3), positive(3, 4) + 1.5)
    left, right = integers(60, 4, 1, 3) - 30, integers(40, 2, 1, seed=1) - 20
    sample("gcd", "broadcast", torch.gcd, left, right)
    sample("lcm", "broadcast", torch.lcm, left, right)
    sample("nextafter", "broadcast", torch.nextafter, values(4, 1, 3), values(2, 1, seed=1), differentiable=False)


def without_nan():
    x, y = values(4, 1, 3), torch.round(values(2, 1, seed=1))
    y[0] = 0
    safe = lambda t: torch.where(t == 0, 1, t)
    sample("divide_no_nan", "broadcast", lambda x, y: torch.where(y == 0, 0, x / safe(y)), x, y)
    sample("multiply_no_nan", "broadcast", lambda x, y: torch.where(y == 0, 0, x) * y, x, y)
    sample("reciprocal_no_nan", "plain", lambda y: torch.where(y == 0, 0, 1 / safe(y)), torch.round(values(3, 4)))
    zeros = torch.round(values(4, 1, 3, seed=2) / 2)
    sample("xdivy", "broadcast", lambda x, y: x / torch.where(x == 0, 1, y), zeros, positive(2, 1))
    sample("xlog1py", "broadcast", torch.special.xlog1py, zeros, positive(2, 1))


def statistics():
    x = values(3, 4, 5)
    sample("population_var", "axis", lambda x: x.var(1, correction=0), x)
    sample("population_std", "all", lambda x: x.std(correction=0), x)
    sample("moments", "axes", lambda x: (x.mean((0, 2), keepdim=True), x.var((0, 2), correction=0, keepdim=True)), x)

    def weighted(x, w):
        mean = (x * w).sum(1, keepdim=True) / w.sum(1, keepdim=True)
        return mean.squeeze(1), ((x - mean) ** 2 * w).sum(1) / w.sum(1)
    sample("weighted_moments", "axis", weighted, x, positive(3, 4, 5, seed=1))
    mask = values(3, 4, 5, seed=3)
    mask[:, 0] = 1  # something stays in each line
    kept = lambda m: m >= 0
    without = lambda f: lambda x, m: f(x, kept(m))
    infinity = math.inf
    sample("nanmax", "axis", without(lambda x, k: torch.where(k, x, -infinity).amax(1)), x, mask)
    sample("nanmin", "axis", without(lambda x, k: torch.where(k, x, infinity).amin(1)), x, mask)
    sample("nanprod", "axis", without(lambda x, k: torch.where(k, x, 1).prod(1)), x, mask)

    def variance(x, k):
        n = k.sum(1, keepdim=True)
        mean = torch.where(k, x, 0).sum(1, keepdim=True) / n
        return (torch.where(k, x - mean, 0) ** 2).sum(1) / n.squeeze(1)
    sample("nanvar", "axis", without(variance), x, mask)
    mask[:, 1] = 1  # a deviation that is not 0, where the root has its kink
    sample("nanstd", "axis", without(lambda x, k: variance(x, k).sqrt()), x, mask)
    sample("nancumsum", "axis", without(lambda x, k: torch.where(k, x, 0).cumsum(1)), x, mask)


def images():
    first = lambda x: x.permute(0, 3, 1, 2)
    last = lambda x: x.permute(0, 2, 3, 1)
    x = values(2, 5, 4, 3)
    # "same" with stride 2: one element of padding behind an even length, one on each side of an odd one.
    sample("convolution", "same", lambda x, w: last(F.conv2d(F.pad(first(x), (0, 1, 1, 1)), w.permute(3, 2, 0, 1), stride=2)),
           x, values(3, 3, 3, 2, seed=1))
    sample("convolution_transpose", "same",
           lambda x, w: last(F.conv_transpose2d(first(x), w.permute(3, 2, 0, 1), stride=2)[:, :, :10, :8]), x,
           values(3, 3, 2, 3, seed=1))
    sample("depthwise_convolution", "valid",
           lambda x, w: last(F.conv2d(first(x), w.permute(2, 3, 0, 1).reshape(6, 1, 2, 2), groups=3)), x,
           values(2, 2, 3, 2, seed=1))

    def pool(x):
        room = lambda t: F.pad(first(t), (0, 1, 1, 1))
        return last(F.avg_pool2d(room(x), 3, 2) / F.avg_pool2d(room(torch.ones_like(x)), 3, 2))
    sample("average_pool", "same", pool, x)
    blocks = values(2, 4, 6, 3)
    sample("space_to_depth", "plain", lambda x: x.reshape(2, 2, 2, 3, 2, 3).permute(0, 1, 3, 2, 4, 5).reshape(2, 2, 3, 12), blocks)
    sample("depth_to_space", "plain", lambda x: x.reshape(2, 2, 3, 2, 2, 3).permute(0, 1, 3, 2, 4, 5).reshape(2, 4, 6, 3),
           values(2, 2, 3, 12))
    sample("extract_patches", "rates",
           lambda x: x.unfold(1, 3, 1).unfold(2, 3, 1)[..., ::2, ::2].permute(0, 1, 2, 4, 5, 3).flatten(3), x)

    def sobel(x):
        around = F.pad(first(x), (1, 1, 1, 1), mode="reflect")
        kernel = torch.tensor([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]], dtype=x.dtype)
        edges = [F.conv2d(around, k.expand(3, 1, 3, 3), groups=3) for k in (kernel, kernel.T)]
        return torch.stack([last(e) for e in edges], -1)
    sample("sobel_edges", "plain", sobel, x)
    weights = torch.tensor([0.2989, 0.587, 0.114], dtype=torch.float64)
    sample("rgb_to_grayscale", "plain", lambda x: (x * weights).sum(-1, keepdim=True), x)
    sample("resize_images", "bilinear", lambda x: last(F.interpolate(first(x), (3, 7), mode="bilinear")), x)


def pytorch():
    sample("dist", "p3", lambda x, y: torch.dist(x, y, 3), values(3, 4), values(3, 4, seed=1))
    sample("renorm", "plain", lambda x: torch.renorm(x, 2, 0, 1), values(3, 4))
    sample("bilinear", "bias", F.bilinear, values(2, 3), values(2, 4, seed=1), values(5, 3, 4), values(5))


def main():
    special()
    without_nan()
    statistics()
    images()
    pytorch()
    save_file(results, os.path.join(os.path.dirname(__file__), "../../tests/references/conformance_vocabulary.safetensors"))


if __name__ == "__main__":
    main()
