#!/usr/bin/env python3
"""Makes tests/references/conformance_statistics.safetensors: the samples of tests/conformance/samples_statistics.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import math
import os

import torch
from make_conformance_references import integers, positive, results, sample, save_file, values


def with_nan(x):
    return torch.where(x > 1, torch.tensor(math.nan, dtype=x.dtype), x)


def steps(*shape, seed=0):
    """Numbers of which many are equal."""
    return torch.round(values(*shape, seed=seed) * 2) / 2


def with_zeros(x, *places):
    x = x.clone()
    for place in places:
        x[place] = 0
    return x


def scans():
    sample("cumprod", "middle", lambda x: x.cumprod(1), values(2, 5, 3))
    x = values(2, 6)
    sample("cumprod", "zero", lambda x: x.cumprod(-1), with_zeros(x, (0, 2), (1, 0)))
    sample("cumprod", "two_zeros", lambda x: x.cumprod(-1), with_zeros(x, (0, 2), (0, 4), (1, 0), (1, 1)))
    sample("cumprod", "integers", lambda x: x.cumprod(0), integers(5, 4, 3))
    sample("cumprod", "scalar", lambda x: x.cumprod(0), values())
    sample("cumprod", "no_rows", lambda x: x.cumprod(0), values(0, 3))
    sample("cumsum", "scalar", lambda x: x.cumsum(-1), values())
    sample("cumsum", "long", lambda x: x.cumsum(0), values(9, 70))
    sample("cummax", "last", lambda x: x.cummax(1), values(3, 8))
    sample("cummax", "ties", lambda x: x.cummax(0), steps(9, 3))
    sample("cummax", "scalar", lambda x: x.cummax(0), values())
    sample("cummin", "first", lambda x: x.cummin(0), values(8, 3))
    sample("logcumsumexp", "last", lambda x: x.logcumsumexp(-1), values(3, 7))
    sample("logcumsumexp", "large", lambda x: x.logcumsumexp(0), values(7, 3, low=-90, high=90))
    x = values(3, 6)
    sample("diff", "plain", torch.diff, x)
    sample("diff", "twice", lambda x: torch.diff(x, 2, 0), x)
    sample("diff", "bool", lambda x: torch.diff(x > 0), x, differentiable=False)
    sample("diff", "joined", lambda x, a, b: torch.diff(x, 1, 1, a, b), x, values(3, 2), values(3, 1))
    sample("trapezoid", "even", lambda x: torch.trapezoid(x, dx=0.25), x)
    sample("trapezoid", "points", lambda y, x: torch.trapezoid(y, x, dim=0), x, values(3, seed=1))
    sample("cumulative_trapezoid", "even", lambda x: torch.cumulative_trapezoid(x, dx=0.25, dim=0), x)
    sample("cumulative_trapezoid", "points", torch.cumulative_trapezoid, x, values(3, 6, seed=1))


def extremes():
    x = values(3, 4, 5)
    sample("amax", "axes", lambda x: x.amax((0, 2)), x)
    sample("amin", "all", torch.amin, x)
    sample("aminmax", "all", lambda x: (x.amin((0, 1, 2), keepdim=True), x.amax((0, 1, 2), keepdim=True)), x)
    sample("aminmax", "axis", lambda x: (x.amin(1), x.amax(1)), x)
    sample("ptp", "axis", lambda x: x.amax(1, keepdim=True) - x.amin(1, keepdim=True), x)
    sample("max_with_indices", "axis", lambda x: x.max(1), x)
    sample("max_with_indices", "ties", lambda x: x.max(1, keepdim=True), steps(4, 9))
    sample("max_with_indices", "scalar", lambda x: x.max(0), values())
    sample("min_with_indices", "axis", lambda x: x.min(-1), x)
    sample("var_mean", "axes", lambda x: torch.var_mean(x, (0, 2), correction=0, keepdim=True), x)
    sample("std_mean", "all", torch.std_mean, x)


def norms():
    x, norm = values(3, 4), torch.linalg.vector_norm
    zeros = with_zeros(values(3, 4), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3))
    sample("vector_norm", "0", lambda x: norm(x, 0, 1), zeros)
    sample("vector_norm", "1", lambda x: norm(x, 1, 1, keepdim=True), x)
    sample("vector_norm", "2", norm, x)
    sample("vector_norm", "3", lambda x: norm(x, 3, (0, 1)), values(3, 4, 2))
    sample("vector_norm", "half", lambda x: norm(x, 0.5, 0), x)
    sample("vector_norm", "minus_1", lambda x: norm(x, -1, 0), x)
    sample("vector_norm", "inf", lambda x: norm(x, math.inf), x)
    sample("vector_norm", "minus_inf", lambda x: norm(x, -math.inf, 1), x)
    sample("reduce_euclidean_norm", "axis", lambda x: norm(x, 2, 0, keepdim=True), x)
    x = values(4, 6)
    sample("nansum", "axis", lambda x: with_nan(x).nansum(1), x)
    sample("nanmean", "all", lambda x: with_nan(x).nanmean(), x)
    sample("nanmean", "axes", lambda x: with_nan(x).nanmean(0, keepdim=True), x)


def ranks():
    x = values(4, 6)
    sample("median", "all", torch.median, x)
    sample("median", "ties", torch.median, steps(5, 7))
    sample("median", "axis", lambda x: x.median(1), x)
    sample("median", "kept", lambda x: x.median(0, keepdim=True), values(5, 3))
    sample("median", "scalar", lambda x: x.median(0), values())
    sample("median", "nan", lambda x: with_nan(x).median(1)[0], x, differentiable=False)
    sample("nanmedian", "all", lambda x: with_nan(x).nanmedian(), x)
    sample("nanmedian", "axis", lambda x: with_nan(x).nanmedian(1)[0], x)

    def mode(x, dim=-1, keepdim=False):
        """PyTorch's values; of the places the last, which it gives where they are few."""
        value = x.mode(dim, keepdim=True)[0]
        length = x.shape[dim]
        numbers = torch.arange(length).reshape([length if i == dim % x.ndim else 1 for i in range(x.ndim)])
        index = torch.where(x == value, numbers, -1).amax(dim, keepdim=True)
        value = x.gather(dim, index)
        return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))

    sample("mode", "integers", mode, integers(4, 3, 9))
    sample("mode", "first", lambda x: mode(x, 0, True), steps(9, 3))
    x = values(3, 6)
    for name in ("linear", "lower", "higher", "midpoint", "nearest"):
        sample("quantile", name, lambda x, n=name: torch.quantile(x, 0.3, 1, interpolation=n), x)
    q = torch.tensor([0.15, 0.5, 0.95], dtype=torch.float64)
    sample("quantile", "several", lambda x, q: torch.quantile(x, q, 0), values(6, 4), q)
    sample("quantile", "kept", lambda x, q: torch.quantile(x, q, -1, keepdim=True), values(4, 6), q)
    sample("quantile", "all", lambda x: torch.quantile(x, 0.6, keepdim=True), x)
    sample("quantile", "nan", lambda x: torch.quantile(with_nan(x), 0.4, 1), values(4, 6), differentiable=False)
    sample("nanquantile", "axis", lambda x: torch.nanquantile(with_nan(x), 0.4, 1), values(4, 6))
    x = values(3, 7)
    sample("cov", "plain", torch.cov, x)
    sample("cov", "vector", lambda x: torch.cov(x, correction=0), values(6))
    sample("cov", "weights", lambda x, f, a: torch.cov(x, fweights=f, aweights=a), x, integers(4, 7) + 1, positive(7))
    sample("corrcoef", "plain", torch.corrcoef, x)


if __name__ == "__main__":
    scans()
    extremes()
    norms()
    ranks()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_statistics.safetensors"))
