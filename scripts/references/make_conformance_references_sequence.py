#!/usr/bin/env python3
"""Makes tests/references/conformance_sequence.safetensors: the samples of tests/conformance/samples_sequence.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import os

import torch
import torch.nn.functional as F
from make_conformance_references import integers, positive, results, sample, save_file, values


def attention():
    f = F.scaled_dot_product_attention
    q, k, v = values(2, 3, 4), values(2, 5, 4, seed=1), values(2, 5, 6, seed=2)
    heads = values(2, 4, 3, 4), values(2, 4, 5, 4, seed=1), values(2, 4, 5, 2, seed=2)
    seen = integers(3, 3, 5) > 0
    seen[1] = False
    sample("attention", "plain", f, q, k, v)
    sample("attention", "matrices", f, values(3, 4), values(5, 4), values(5, 6))
    sample("attention", "heads", f, *heads)
    sample("attention", "broadcast", f, values(2, 1, 3, 4), values(3, 5, 4, seed=1), values(1, 5, 2, seed=2))
    sample("attention", "causal", lambda q, k, v: f(q, k, v, is_causal=True), q, k, v)
    sample("attention", "causal_more_queries", lambda q, k, v: f(q, k, v, is_causal=True), values(2, 7, 4), k, v)
    sample("attention", "scale", lambda q, k, v: f(q, k, v, scale=0.3), q, k, v)
    sample("attention", "mask", f, q, k, v, seen)
    sample("attention", "mask_of_heads", f, *heads, integers(3, 2, 1, 1, 5) > 0)
    sample("attention", "bias", f, q, k, v, values(3, 5))
    sample("attention", "bias_of_keys", f, *heads, values(2, 1, 1, 5))
    sample("attention", "groups", lambda q, k, v: f(q, k, v, enable_gqa=True), values(2, 6, 3, 4), values(2, 2, 5, 4),
           values(2, 2, 5, 2))
    sample("attention", "no_keys", f, values(2, 3, 4), values(2, 0, 4), values(2, 0, 6))
    sample("attention", "no_queries", f, values(2, 0, 4), values(2, 5, 4), values(2, 5, 6))


def weights(gates, inputs, hidden, out=None, seed=0, bias=True):
    """w_ih, w_hh[, b_ih, b_hh][, w_hr] of one layer and direction."""
    wide = gates * hidden
    made = [values(wide, inputs, seed=seed), values(wide, out or hidden, seed=seed + 1)]
    if bias:
        made += [values(wide, seed=seed + 2), values(wide, seed=seed + 3)]
    return [w / 2 for w in made + ([values(out, hidden, seed=seed + 4)] if out else [])]


def layers(kind, x, params, *, count=1, bidirectional=False, bias=True, batch_first=False, proj=0, state=(), lengths=None):
    """torch.nn's layer with these parameters."""
    hidden = params[1].shape[0] // {"LSTM": 4, "GRU": 3}.get(kind, 1)
    options = dict(proj_size=proj) if proj else {}
    if kind == "RELU":
        kind, options = "RNN", dict(nonlinearity="relu")
    module = getattr(torch.nn, kind)(x.shape[-1], hidden, count, bias=bias, batch_first=batch_first,
                                     bidirectional=bidirectional, dtype=torch.float64, **options)
    named = dict(zip((n for n, _ in module.named_parameters()), params))
    given = (state if kind == "LSTM" else state[0]) if state else None
    if lengths is not None:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first, enforce_sorted=False)
    y, last = torch.func.functional_call(module, named, (x, given))
    if lengths is not None:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first)
    return (y, *last) if kind == "LSTM" else (y, last)


def keras_gru(x, w_ih, w_hh, b, reset_after, mask=None):
    """keras.layers.GRU, of kernels that are transposed; gates z, r, h. Steps that are masked repeat the output before."""
    h, out, ys = x.new_zeros(x.shape[1], w_hh.shape[1]), None, []
    n = w_hh.shape[1]
    for t in range(len(x)):
        gates = x[t] @ w_ih.T + b[0]
        if reset_after:
            own = h @ w_hh.T + b[1]
            z, r = torch.sigmoid(gates[:, :n] + own[:, :n]), torch.sigmoid(gates[:, n:2 * n] + own[:, n:2 * n])
            new = torch.tanh(gates[:, 2 * n:] + r * own[:, 2 * n:])
        else:
            own = h @ w_hh[:2 * n].T
            z, r = torch.sigmoid(gates[:, :n] + own[:, :n]), torch.sigmoid(gates[:, n:2 * n] + own[:, n:])
            new = torch.tanh(gates[:, 2 * n:] + (r * h) @ w_hh[2 * n:].T)
        new = z * h + (1 - z) * new
        out = torch.zeros_like(new) if out is None else out
        there = torch.ones(x.shape[1], 1, dtype=torch.bool) if mask is None else mask[t][:, None]
        out, h = torch.where(there, new, out), torch.where(there, new, h)
        ys.append(out)
    return torch.stack(ys), h[None]


def recurrent():
    x = values(4, 3, 5)
    for kind, gates in {"LSTM": 4, "GRU": 3, "RNN": 1, "RELU": 1}.items():
        op = {"RNN": "rnn_tanh", "RELU": "rnn_relu"}.get(kind, kind.lower())
        states = [values(1, 3, 6, seed=9)] + ([values(1, 3, 6, seed=10)] if kind == "LSTM" else [])
        count = len(weights(gates, 5, 6))
        sample(op, "plain", lambda x, *w: layers(kind, x, w), x, *weights(gates, 5, 6))
        sample(op, "no_bias", lambda x, *w: layers(kind, x, w, bias=False), x, *weights(gates, 5, 6, bias=False))
        sample(op, "state", lambda x, *w: layers(kind, x, w[:count], state=w[count:]), x, *weights(gates, 5, 6), *states)
        sample(op, "two_layers_both_ways",
               lambda x, *w: layers(kind, x, w, count=2, bidirectional=True), x,
               *weights(gates, 5, 3), *weights(gates, 5, 3, seed=20), *weights(gates, 6, 3, seed=40),
               *weights(gates, 6, 3, seed=60))
        sample(op, "lengths", lambda x, l, *w: layers(kind, x, w, bidirectional=True, batch_first=True, lengths=l),
               values(3, 4, 5), torch.tensor([2, 4, 1]), *weights(gates, 5, 3), *weights(gates, 5, 3, seed=20))
        sample(op, "one_sequence", lambda x, *w: layers(kind, x, w), values(4, 5), *weights(gates, 5, 3))
        cell = getattr(torch.nn, (kind if kind != "RELU" else "RNN") + "Cell")

        def step(x, *w, cell=cell, kind=kind):
            module = cell(5, 6, dtype=torch.float64, **(dict(nonlinearity="relu") if kind == "RELU" else {}))
            named = dict(zip((n for n, _ in module.named_parameters()), w[:4]))
            return torch.func.functional_call(module, named, (x, w[4:] if kind == "LSTM" else w[4]))

        sample(op, "cell", step, values(3, 5), *weights(gates, 5, 6), *[s[0] for s in states])
    sample("lstm", "projection", lambda x, *w: layers("LSTM", x, w, proj=2), x, *weights(4, 5, 6, 2))
    sample("lstm", "projection_state", lambda x, *w: layers("LSTM", x, w[:5], proj=2, state=w[5:]), x,
           *weights(4, 5, 6, 2), values(1, 3, 2, seed=9), values(1, 3, 6, seed=10))
    sample("lstm", "projection_lengths", lambda x, l, *w: layers("LSTM", x, w, proj=2, lengths=l), x,
           torch.tensor([4, 1, 3]), *weights(4, 5, 6, 2))
    keras = [w / 2 for w in (values(18, 5), values(18, 6))]
    mask = torch.tensor([[False, True, True], [True, True, False], [False, True, False], [True, False, True]])
    sample("gru", "keras", lambda x, a, b, c: keras_gru(x, a, b, c, True), x, *keras, values(2, 18))
    sample("gru", "keras_reset_before", lambda x, a, b, c: keras_gru(x, a, b, c, False), x, *keras, values(1, 18))
    for after in (True, False):
        sample("gru", "keras_mask" + ("" if after else "_reset_before"),
               lambda x, a, b, c, m: keras_gru(x, a, b, c, after, m), x, *keras, values(1 + after, 18), mask)


def normalization():
    images, gamma, beta = values(2, 6, 3, 2), values(6), values(6, seed=1)
    sample("group_norm", "plain", lambda x, g, b: F.group_norm(x, 3, g, b), images, gamma, beta)
    sample("group_norm", "without_parameters", lambda x: F.group_norm(x, 2), images)
    sample("group_norm", "scale", lambda x, g: F.group_norm(x, 2, g, eps=0.1), images, gamma)
    sample("group_norm", "vectors", lambda x, g, b: F.group_norm(x, 2, g, b), values(3, 6), gamma, beta)
    sample("group_norm", "no_examples", lambda x, g, b: F.group_norm(x, 2, g, b), values(0, 6, 2), gamma, beta)
    sample("instance_norm", "plain", lambda x, g, b: F.instance_norm(x, None, None, g, b), images, gamma, beta)
    over = lambda c: c[:, None, None]
    sample("instance_norm", "running",
           lambda x, g, b, m, v: (x - over(m)) / over((v + 1e-5).sqrt()) * over(g) + over(b), images, gamma, beta,
           values(6, seed=2), positive(6))
    sample("rms_norm", "plain", lambda x, w: F.rms_norm(x, (4,), w, 1e-5), values(3, 4), values(4))
    sample("rms_norm", "without_weight", lambda x: F.rms_norm(x, (3, 4), eps=0.1), values(2, 3, 4))
    sample("rms_norm", "two_axes", lambda x, w: F.rms_norm(x, (3, 4), w, 1e-3), values(2, 3, 4), values(3, 4))
    sample("rms_norm", "no_rows", lambda x, w: F.rms_norm(x, (4,), w), values(0, 4), values(4))
    sample("local_response_norm", "odd", lambda x: F.local_response_norm(x, 3, 0.5, 0.75, 2.0), values(2, 5, 3))
    sample("local_response_norm", "even", lambda x: F.local_response_norm(x, 4, 0.5), values(2, 6, 2, 3))
    sample("local_response_norm", "one", lambda x: F.local_response_norm(x, 1), values(2, 6, 2))
    for name, p in {"plain": 2, "one": 1, "three": 3.0, "infinity": float("inf")}.items():
        sample("normalize", name, lambda x, p=p: F.normalize(x, p), values(3, 4))
    sample("normalize", "first", lambda x: F.normalize(x, dim=0, eps=3.0), values(3, 4))
    sample("l2_normalize", "last", lambda x: x / x.square().sum(-1, keepdim=True).clamp(min=1e-12).sqrt(), values(3, 4))
    sample("l2_normalize", "all", lambda x: x / x.square().sum().clamp(min=1e-12).sqrt(), values(3, 4))
    sample("weight_norm", "first", lambda v, g: torch._weight_norm(v, g, 0), values(3, 4, 2), positive(3, 1, 1))
    sample("weight_norm", "last", lambda v, g: torch._weight_norm(v, g, 2), values(3, 4, 2), positive(1, 1, 2))
    sample("weight_norm", "whole", lambda v, g: g * v / v.norm(), values(3, 4), positive())

    def spectral(w, u, v, steps, dim=0):
        m = w.movedim(dim, 0).flatten(1)
        with torch.no_grad():
            for _ in range(steps):
                u = F.normalize(m @ v, dim=0)
                v = F.normalize(m.T @ u, dim=0)
        return w / (u @ (m @ v)), u, v

    sample("spectral_norm", "one_step", lambda w, u, v: spectral(w, u, v, 1), values(3, 4, 2), values(3), values(8))
    sample("spectral_norm", "second_axis", lambda w, u, v: spectral(w, u, v, 3, 1), values(3, 4, 2), values(4), values(6))
    y = values(4, 3, 2, seed=5)
    sample("sync_batch_norm", "two_processes",
           lambda x, g, b: F.batch_norm(torch.cat([x, x]), None, None, g, b, training=True)[:4] * 1, y, values(3), values(3, seed=1))


def ctc():
    f = F.ctc_loss
    x = values(6, 3, 4)
    targets, lengths, counts = integers(3, 3, 3) + 1, torch.tensor([6, 5, 4]), torch.tensor([1, 3, 2])
    targets[2] = torch.tensor([2, 2, 1])  # the same label twice
    together = torch.cat([t[:n] for t, n in zip(targets, counts)])
    scores = lambda x: x.log_softmax(-1)
    sample("ctc_loss", "mean", lambda x, t, a, b: f(scores(x), t, a, b), x, targets, lengths, counts)
    sample("ctc_loss", "none", lambda x, t, a, b: f(scores(x), t, a, b, reduction="none"), x, targets, lengths, counts)
    sample("ctc_loss", "sum", lambda x, t, a, b: f(scores(x), t, a, b, reduction="sum"), x, together, lengths, counts)
    sample("ctc_loss", "blank", lambda x, t, a, b: f(scores(x), t, a, b, blank=3), x, targets - 1, lengths, counts)
    sample("ctc_loss", "empty_target", lambda x, t, a, b: f(scores(x), t, a, b), x, targets, lengths, torch.tensor([0, 1, 2]))
    sample("ctc_loss", "impossible", lambda x, t, a, b: f(scores(x), t, a, b, zero_infinity=True), x, targets,
           torch.tensor([6, 5, 2]), torch.tensor([1, 3, 3]))
    sample("ctc_loss", "one_sequence", lambda x, t, a, b: f(scores(x), t, a, b), values(5, 4), torch.tensor([1, 3]),
           torch.tensor(5), torch.tensor(2))
    sample("ctc_loss", "log_probs", lambda x, t, a, b: f(x, t, a, b), scores(x), targets, lengths, counts)


def bags():
    table, matrix, row = values(7, 3), integers(7, 4, 5), integers(7, 9)
    offsets = torch.tensor([0, 3, 3, 7])
    for mode in ("sum", "mean", "max"):
        f = lambda w, i, *o, mode=mode, **k: F.embedding_bag(i, w, *o, mode=mode, **k)
        sample("embedding_bag", mode, f, table, matrix)
        sample("embedding_bag", mode + "_offsets", f, table, row, offsets)
        sample("embedding_bag", mode + "_padding", lambda w, i, f=f: f(w, i, padding_idx=2), table, matrix)
        sample("embedding_bag", mode + "_offsets_padding", lambda w, i, o, f=f: f(w, i, o, padding_idx=2), table, row, offsets)
    sample("embedding_bag", "weights", lambda w, i, s: F.embedding_bag(i, w, mode="sum", per_sample_weights=s), table, matrix,
           values(4, 5))
    sample("embedding_bag", "last_offset", lambda w, i, o: F.embedding_bag(i, w, o, mode="sum", include_last_offset=True), table,
           row, torch.tensor([0, 2, 9]))


def positions():
    def rotary(x, interleaved, at=None, base=10000.0):
        length, width = x.shape[-2:]
        at = torch.arange(length, dtype=x.dtype) if at is None else at.to(x.dtype)
        angles = at[..., None] * base ** (-torch.arange(0, width, 2, dtype=x.dtype) / width)
        c, s = angles.cos(), angles.sin()
        a, b = (x[..., ::2], x[..., 1::2]) if interleaved else x.chunk(2, -1)
        parts = a * c - b * s, b * c + a * s
        return torch.stack(parts, -1).flatten(-2) if interleaved else torch.cat(parts, -1)

    sample("rotary_embedding", "halves", lambda x: rotary(x, False), values(2, 3, 5, 4))
    sample("rotary_embedding", "neighbours", lambda x: rotary(x, True, base=100.0), values(5, 4))
    sample("rotary_embedding", "positions", lambda x, p: rotary(x, False, p + 2), values(2, 5, 4), integers(9, 5))
    width = torch.arange(0, 6, 2, dtype=torch.float64)
    angles = torch.arange(4, dtype=torch.float64)[:, None] / 10000 ** (width / 6)
    sample("sinusoidal_positions", "plain", lambda: torch.stack([angles.sin(), angles.cos()], -1).flatten(1))
    slopes = torch.tensor([2.0**-2, 2.0**-4, 2.0**-6, 2.0**-8, 2.0**-1, 2.0**-3], dtype=torch.float64)
    sample("alibi_bias", "six_heads", lambda: slopes[:, None, None] * (torch.arange(4) - torch.arange(1, 4)[:, None]))
    parts = [values(3, 2), values(1, 2), values(4, 2)]
    pads = torch.nn.utils.rnn.pad_sequence
    sample("pad_sequence", "plain", lambda *x: pads(x), *parts)
    sample("pad_sequence", "left", lambda *x: pads(x, True, 2.0, "left"), *parts)
    sample("sequence_mask", "plain", lambda n: (torch.arange(5) < n[..., None]).double(), integers(6, 2, 3))


if __name__ == "__main__":
    for family in (attention, recurrent, normalization, ctc, bags, positions):
        family()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_sequence.safetensors"))
