#!/usr/bin/env python3
"""Makes tests/references/autocast.safetensors: what PyTorch's autocast makes of functions. Needs: pip install torch
safetensors numpy.

Dtypes are those of torch.autocast("cuda"), which fake tensors tell without a GPU. Values and gradients are those of
torch.autocast("cpu"); where the CPU's lists differ (its exp stays in 16 bits), of the same function on operands in the
dtype that the GPU's list says.

Keys: dtype/function/in/0 ..., out, cot (the loss is the sum of out.float() * cot), grad/0 ... (of the floating inputs).
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch._subclasses.fake_tensor import FakeTensorMode

results = {}


def values(*shape, seed=0, low=-2.0, high=2.0):
    rng = np.random.default_rng(seed + 1000 * len(shape) + sum(shape))
    return torch.from_numpy(rng.uniform(low, high, shape)).float()


def positive(*shape, seed=0):
    return values(*shape, seed=seed, low=0.3, high=2.0)


def inside(*shape, seed=0):
    return values(*shape, seed=seed, low=-0.9, high=0.9)


def labels(high, *shape):
    return torch.from_numpy(np.random.default_rng(7).integers(0, high, shape))


def cast(inputs, dtype):
    return [x.to(dtype) if x.is_floating_point() else x for x in inputs]


def gpu_dtype(function, inputs, dtype):
    """The dtype of the function's result under torch.autocast("cuda")."""
    with FakeTensorMode() as fake:
        there = [torch.empty(x.shape, dtype=x.dtype, device="cuda") for x in inputs]
        torch.set_autocast_enabled("cuda", True)
        torch.set_autocast_dtype("cuda", dtype)
        try:
            return function(*there).dtype
        finally:
            torch.set_autocast_enabled("cuda", False)
            torch.clear_autocast_cache()


def on_cpu(function, leaves, dtype, wanted):
    try:
        with torch.autocast("cpu", dtype=dtype):
            result = function(*leaves)
        if result.dtype == wanted:
            return result
    except RuntimeError:
        pass  # not in the CPU's lists, and the operands differ
    if wanted in (torch.float32, dtype):
        result = function(*cast(leaves, wanted))
    assert result.dtype == wanted, (result.dtype, wanted)
    return result


def record(name, function, inputs, dtype, fixed=0):
    """The last `fixed` inputs get no gradient."""
    prefix = f"{str(dtype)[6:]}/{name}"
    assert f"{prefix}/out" not in results, prefix
    trained = len(inputs) - fixed
    leaves = [x.clone().requires_grad_(i < trained and x.is_floating_point()) for i, x in enumerate(inputs)]
    result = on_cpu(function, leaves, dtype, gpu_dtype(function, inputs, dtype))
    cotangent = (torch.cos(0.7 * torch.arange(result.numel())) + 0.25).reshape(result.shape)
    (result.float() * cotangent).sum().backward()
    for i, x in enumerate(inputs):
        results[f"{prefix}/in/{i}"] = x.clone()
    results[f"{prefix}/out"] = result.detach().contiguous()
    results[f"{prefix}/cot"] = cotangent
    for i, x in enumerate(x for x in leaves if x.requires_grad):
        results[f"{prefix}/grad/{i}"] = torch.zeros_like(x) if x.grad is None else x.grad.contiguous()


def lower(name, function, *inputs):
    """Operands are float32, then one of them in 16 bits."""
    for dtype in (torch.bfloat16, torch.float16):
        record(name, function, inputs, dtype)
        record(name + "_mixed", function, [inputs[0].to(dtype), *inputs[1:]], dtype)


def in_16_bits(name, function, *inputs, fixed=0):
    for dtype in (torch.bfloat16, torch.float16):
        record(name, function, cast(inputs, dtype), dtype, fixed)


def mixed(name, function, first, *rest):
    """The first operand has 16 bits, the others float32."""
    for dtype in (torch.bfloat16, torch.float16):
        record(name, function, [*cast([first], dtype), *rest], dtype)


def products():
    lower("matmul", torch.matmul, values(3, 4), values(4, 5))
    lower("matmul_batched", torch.matmul, values(2, 3, 4), values(4))
    lower("linear", F.linear, values(2, 3, 4), values(5, 4, seed=1), values(5))
    lower("conv2d", F.conv2d, values(1, 2, 5, 5), values(3, 2, 3, 3), values(3))


def single_precision():
    for name in ("exp", "expm1", "tan", "cosh", "sinh"):
        in_16_bits(name, getattr(torch, name), inside(3, 4))
    for name in ("log", "log10", "log1p", "log2", "reciprocal", "rsqrt"):
        in_16_bits(name, getattr(torch, name), positive(3, 4))
    for name in ("acos", "asin"):
        in_16_bits(name, getattr(torch, name), inside(3, 4))
    in_16_bits("pow_number", lambda x: torch.pow(x, 2.5), positive(3, 4))
    in_16_bits("pow_odd_number", lambda x: torch.pow(x, 0.1), positive(3, 4))
    in_16_bits("number_pow", lambda x: torch.pow(2.0, x), values(3, 4))
    in_16_bits("pow", torch.pow, positive(3, 4), values(3, 4, seed=1))
    mixed("pow_mixed", torch.pow, positive(3, 4), values(3, 4, seed=1))
    in_16_bits("softplus", F.softplus, values(3, 4))
    in_16_bits("softmax", lambda x: torch.softmax(x, -1), values(3, 4))
    in_16_bits("log_softmax", lambda x: torch.log_softmax(x, -1), values(3, 4))
    in_16_bits("layer_norm", lambda x, w, b: F.layer_norm(x, (4,), w, b), values(3, 4), values(4), values(4, seed=1))
    mixed("layer_norm_mixed", lambda x, w, b: F.layer_norm(x, (4,), w, b), values(3, 4), values(4), values(4, seed=1))
    in_16_bits("sum", torch.sum, values(3, 4))
    in_16_bits("sum_axis", lambda x: torch.sum(x, 1), values(3, 4))
    in_16_bits("prod", lambda x: torch.prod(x, 1), values(3, 4))
    in_16_bits("erfinv", torch.erfinv, inside(3, 4) / 2)
    in_16_bits("cumprod", lambda x: torch.cumprod(x, 1), values(3, 4))
    in_16_bits("vector_norm", lambda x: torch.linalg.vector_norm(x, 3), values(3, 4))
    in_16_bits("softmin", lambda x: F.softmin(x, 1), values(3, 4))
    in_16_bits("cosine_similarity", F.cosine_similarity, values(3, 4), values(3, 4, seed=1))
    in_16_bits("cumsum", lambda x: torch.cumsum(x, 1), values(3, 4))
    in_16_bits("logsumexp", lambda x: torch.logsumexp(x, 1), values(3, 4))
    in_16_bits("norm", torch.norm, values(3, 4))
    in_16_bits("norm_axis", lambda x: torch.norm(x, dim=1), values(3, 4))


def losses():
    in_16_bits("cross_entropy", F.cross_entropy, values(3, 4), labels(4, 3))
    in_16_bits("cross_entropy_smoothed", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1), values(3, 4),
               labels(4, 3))
    mixed("cross_entropy_probabilities", F.cross_entropy, values(3, 4), torch.softmax(values(3, 4, seed=1), 1))
    in_16_bits("nll_loss", F.nll_loss, values(3, 4), labels(4, 3))
    mixed("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, values(3, 4), positive(3, 4) / 2)
    signs = torch.where(values(3, 4, seed=2) > 0, 1.0, -1.0)
    in_16_bits("kl_div", lambda x, y: F.kl_div(x, y, reduction="batchmean"), values(3, 4), positive(3, 4), fixed=1)
    in_16_bits("soft_margin_loss", F.soft_margin_loss, values(3, 4), signs, fixed=1)
    in_16_bits("margin_ranking_loss", F.margin_ranking_loss, values(3, 4), values(3, 4, seed=1), signs, fixed=1)
    in_16_bits("hinge_embedding_loss", F.hinge_embedding_loss, values(3, 4), signs, fixed=1)
    in_16_bits("cosine_embedding_loss", F.cosine_embedding_loss, values(3, 4), values(3, 4, seed=1), signs[:, 0],
               fixed=1)
    in_16_bits("poisson_nll_loss", F.poisson_nll_loss, values(3, 4), positive(3, 4), fixed=1)
    in_16_bits("triplet_margin_loss", F.triplet_margin_loss, values(3, 4), values(3, 4, seed=1), values(3, 4, seed=2))
    in_16_bits("multi_margin_loss", F.multi_margin_loss, values(3, 4), labels(4, 3))
    for name in ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"):
        in_16_bits(name, getattr(F, name), values(3, 4), values(3, 4, seed=1))
        mixed(name + "_mixed", getattr(F, name), values(3, 4), values(3, 4, seed=1))


def widest():
    mixed("concat", lambda x, y: torch.cat([x, y], 1), values(3, 4), values(3, 2))
    mixed("stack", lambda x, y: torch.stack([x, y]), values(3, 4), values(3, 4, seed=1))
    mixed("add", torch.add, values(3, 4), values(3, 4, seed=1))
    mixed("mul_one_number", torch.mul, values(3, 4), values(seed=1))
    mixed("where", lambda x, y: torch.where(x > 0, x, y), values(3, 4), values(3, 4, seed=1))
    mixed("atan2", torch.atan2, values(3, 4), values(3, 4, seed=1))
    mixed("addcmul", torch.addcmul, values(3, 4), values(3, 4, seed=1), values(3, 4, seed=2))
    mixed("scatter_add", lambda x, y, i: torch.scatter_add(x, 1, i, y), values(3, 4), values(3, 4, seed=1),
          labels(4, 3, 4))


def as_given():
    for name in ("relu", "silu", "gelu", "elu", "mish", "logsigmoid", "hardswish", "leaky_relu", "softsign", "tanhshrink",
                 "softshrink", "hardshrink"):
        in_16_bits(name, getattr(F, name), values(3, 4))
    for name in ("tanh", "sigmoid", "sin", "abs", "square", "exp2", "erf", "mean", "std", "var"):
        in_16_bits(name, getattr(torch, name), values(3, 4))
    in_16_bits("sqrt", torch.sqrt, positive(3, 4))
    in_16_bits("max", lambda x: torch.amax(x, 1), values(3, 4))
    in_16_bits("prelu", F.prelu, values(3, 4), positive(4))
    in_16_bits("add_number", lambda x: x + 0.1, values(3, 4))
    in_16_bits("max_pool2d", lambda x: F.max_pool2d(x, 2), values(1, 2, 4, 4))
    in_16_bits("avg_pool2d", lambda x: F.avg_pool2d(x, 2), values(1, 2, 4, 4))
    for dtype in (torch.bfloat16, torch.float16):
        record("exp_float32", torch.exp, [values(3, 4)], dtype)
        record("embedding", lambda i, w: F.embedding(i, w), [labels(5, 3), values(5, 4)], dtype)
    mixed("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), values(6, 3), positive(3),
          values(3, seed=1))


products()
single_precision()
losses()
widest()
as_given()
path = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "autocast.safetensors")
save_file(results, path)
print(len(results), "tensors,", os.path.getsize(path), "bytes")
