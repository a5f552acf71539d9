#!/usr/bin/env python3
"""Makes tests/references/conformance_reduce.safetensors: samples of reductions, softmax, losses, normalization and embedding,
computed with PyTorch in float64; see make_conformance_references.py. Needs: pip install torch safetensors numpy.
"""
import os

import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

from make_conformance_references import integers, positive, results, sample, values


def reductions():
    x = values(3, 4, 5)
    sample("mean", "all", torch.mean, x)
    sample("mean", "axes", lambda x: x.mean((0, 2)), x)
    sample("mean", "kept", lambda x: x.mean(1, keepdim=True), x)
    sample("max", "all", lambda x: x.amax((0, 1, 2)), x)
    sample("max", "axis", lambda x: x.amax(-1), x)
    sample("max", "ties", lambda x: x.amax((0, 2), keepdim=True), torch.round(x))
    sample("min", "axis", lambda x: x.amin(1), x)
    sample("min", "ties", lambda x: x.amin((0, 1)), torch.round(x))
    sample("prod", "all", torch.prod, x[0])
    sample("prod", "axis", lambda x: x.prod(1), x)
    sample("prod", "zeros", lambda x: x.prod(0), torch.tensor([[2.0, 0, 3, 0], [5, 4, 0, 0], [1, 2, 3, 4]]).double())
    sample("var", "all", torch.var, x)
    sample("var", "biased", lambda x: x.var((0, 2), correction=0), x)
    sample("std", "axis", lambda x: x.std(1, keepdim=True), x)
    sample("logsumexp", "axes", lambda x: x.logsumexp((0, 2)), x)
    sample("logsumexp", "large", lambda x: x.logsumexp(1), x * 500)
    sample("argmax", "axis", lambda x: x.argmax(1), x)
    sample("argmax", "all", torch.argmax, x)
    sample("argmin", "kept", lambda x: x.argmin(-1, keepdim=True), torch.round(x))
    sample("any", "axis", lambda x: (x > 1).any(1), x)
    sample("all", "axis", lambda x: (x > -1).all(0), x)
    sample("norm", "axis", lambda x: torch.linalg.vector_norm(x, 2, 1), x)


def softmax():
    x = values(3, 4, 5)
    sample("softmax", "last", lambda x: x.softmax(-1), x)
    sample("softmax", "first", lambda x: x.softmax(0), x)
    sample("softmax", "large", lambda x: x.softmax(1), x * 300)
    sample("log_softmax", "last", lambda x: x.log_softmax(-1), x)
    sample("log_softmax", "middle", lambda x: x.log_softmax(1), x)


def losses():
    x, t = values(6, 5), integers(5, 6)
    images, labels = values(2, 5, 3, 2), integers(5, 2, 3, 2)
    weight = torch.tensor([0.5, 1, 1.5, 2, 0.75]).double()  # a constant: the losses have no gradient for it
    sample("cross_entropy", "labels", lambda x, t: F.cross_entropy(x, t), x, t)
    sample("cross_entropy", "sum", lambda x, t: F.cross_entropy(x, t, reduction="sum"), x, t)
    sample("cross_entropy", "none", lambda x, t: F.cross_entropy(x, t, reduction="none"), images, labels)
    sample("cross_entropy", "ignored", lambda x, t: F.cross_entropy(x, t, ignore_index=2), images, labels)
    sample("cross_entropy", "weighted", lambda x, t: F.cross_entropy(x, t, weight), images, labels)
    sample("cross_entropy", "smoothed", lambda x, t: F.cross_entropy(x, t, weight, label_smoothing=0.2), x, t)
    sample("cross_entropy", "one", lambda x, t: F.cross_entropy(x, t), values(4), integers(4))
    p = values(6, 5, seed=3).softmax(1)
    sample("cross_entropy", "probabilities", lambda x, p: F.cross_entropy(x, p), x, p)
    sample("cross_entropy", "probabilities_smoothed", lambda x, p: F.cross_entropy(x, p, label_smoothing=0.1), x, p)
    sample("nll_loss", "labels", lambda x, t: F.nll_loss(x, t), x, t)
    sample("nll_loss", "weighted", lambda x, t: F.nll_loss(x, t, weight, ignore_index=1), images, labels)
    sample("sparse_softmax_cross_entropy", "plain", lambda x, t: F.cross_entropy(x, t, reduction="none"), x, t)
    sample("softmax_cross_entropy", "plain", lambda x, p: -(p * x.log_softmax(-1)).sum(-1), x, p)
    sample("mse_loss", "mean", F.mse_loss, x, values(6, 5, seed=2))
    sample("mse_loss", "sum", lambda x, y: F.mse_loss(x, y, reduction="sum"), x, values(6, 5, seed=2))
    sample("l1_loss", "mean", F.l1_loss, x, values(6, 5, seed=2))
    sample("huber_loss", "mean", lambda x, y: F.huber_loss(x, y, delta=0.7), x, values(6, 5, seed=2))
    z = values(6, 5, seed=5).sigmoid()
    sample("binary_cross_entropy_with_logits", "mean", F.binary_cross_entropy_with_logits, x * 4, z)
    sample("binary_cross_entropy_with_logits", "positive_weight",
           lambda x, z: F.binary_cross_entropy_with_logits(x, z, pos_weight=weight), x, z)


def normalization():
    x = values(4, 3, 2, 5)
    gamma, beta, mean, var = positive(3, seed=1), values(3, seed=2), values(3, seed=3), positive(3, seed=4)
    sample("batch_norm", "training", lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True), x, gamma, beta)
    sample("batch_norm", "vectors", lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True), values(7, 3), gamma, beta)
    sample("batch_norm", "last_axis",
           lambda x, g, b: F.batch_norm(x.permute(0, 3, 1, 2), None, None, g, b, True, eps=1e-3).permute(0, 2, 3, 1),
           values(4, 2, 5, 3), gamma, beta)
    sample("batch_norm", "running", lambda x, g, b, m, v: (x - m[:, None, None]) / torch.sqrt(v + 1e-5)[:, None, None] * g[:, None, None] + b[:, None, None],
           x, gamma, beta, mean, var)
    sample("layer_norm", "last", lambda x, g, b: F.layer_norm(x, (5,), g, b), x, positive(5), values(5, seed=1))
    sample("layer_norm", "two_axes", lambda x, g, b: F.layer_norm(x, (2, 5), g, b, 1e-3), x, positive(2, 5), values(2, 5))
    sample("layer_norm", "plain", lambda x: F.layer_norm(x, (5,)), x)


def embeddings():
    weight, index = values(7, 3), integers(7, 4, 2)
    sample("embedding", "plain", lambda w, i: F.embedding(i, w), weight, index)
    sample("embedding", "padding", lambda w, i: F.embedding(i, w, padding_idx=3), weight, index)


if __name__ == "__main__":
    for family in (reductions, softmax, losses, normalization, embeddings):
        family()
    folder = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references")
    save_file(results, os.path.join(folder, "conformance_reduce.safetensors"))
