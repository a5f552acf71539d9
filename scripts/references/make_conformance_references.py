#!/usr/bin/env python3
"""Makes tests/references/conformance.safetensors: for each sample of tests/conformance/ the inputs, the results and the
gradients in float64, computed with PyTorch. Needs: pip install torch safetensors numpy.

Keys: op/sample/in/0 ..., op/sample/out/0 ..., op/sample/grad/0 ... (gradients of the floating inputs that have one).
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

results = {}


def values(*shape, seed=0, low=-2.0, high=2.0):
    """Random float64 numbers, the same on each run."""
    return torch.from_numpy(np.random.default_rng(seed + 1000 * len(shape) + sum(shape)).uniform(low, high, shape))


def positive(*shape, seed=0):
    return values(*shape, seed=seed, low=0.3, high=2.0)


def integers(high, *shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed + 7).integers(0, high, shape))


def sample(op, name, function, *inputs, differentiable=True):
    """Records one sample. The gradient is that of the outputs' product with cos(0.7 i + k) + 0.25 (element i of output k)."""
    leaves = [x.clone().requires_grad_(x.is_floating_point() and differentiable) for x in inputs]
    outputs = function(*leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    prefix = f"{op}/{name}"
    assert f"{prefix}/out/0" not in results, prefix
    for i, x in enumerate(inputs):
        results[f"{prefix}/in/{i}"] = np.array(x.detach().numpy(), order="C")
    for i, y in enumerate(outputs):
        results[f"{prefix}/out/{i}"] = np.array(y.detach().numpy(), order="C")
    smooth = [y for y in outputs if y.is_floating_point() and y.requires_grad]
    if not smooth:
        return
    cotangents = [(torch.cos(0.7 * torch.arange(y.numel(), dtype=torch.float64) + k) + 0.25).reshape(y.shape)
                  for k, y in enumerate(smooth)]
    wanted = [x for x in leaves if x.requires_grad]
    grads = torch.autograd.grad(smooth, wanted, cotangents, allow_unused=True)
    for i, g in enumerate(g for g in grads if g is not None):
        results[f"{prefix}/grad/{i}"] = np.array(g.numpy(), order="C")


def elementwise():
    for op, function in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}.items():
        sample(op, "same_shape", function, values(3, 5), positive(3, 5, seed=1))
        sample(op, "broadcast", function, values(4, 1, 3), positive(2, 1, seed=1))
        sample(op, "scalar_operand", function, values(2, 3), positive(seed=1))
        sample(op, "empty", function, values(0, 3), positive(1, 3, seed=1))
    sample("relu", "plain", torch.relu, values(4, 7))
    sample("cast", "to_float64", lambda x: x.double(), values(3, 4))


def reductions():
    sample("sum", "all", torch.sum, values(3, 4, 5))
    sample("sum", "middle_axis", lambda x: x.sum(1), values(3, 4, 5))
    sample("sum", "outer_axes_kept", lambda x: x.sum((0, -1), keepdim=True), values(3, 4, 5))
    sample("sum", "empty", lambda x: x.sum(0), values(0, 3))


def shapes():
    sample("reshape", "merge", lambda x: x.reshape(2, -1), values(2, 3, 4))
    sample("permute", "rotate", lambda x: x.permute(2, 0, 1), values(2, 3, 4))
    sample("identity", "plain", lambda x: x * 1, values(2, 3))
    sample("full_like", "plain", lambda x: x * torch.full_like(x, 2.5), values(2, 3))
    sample("full", "plain", lambda x: x + 1.5, values(3, 4))


def network():
    sample("matmul", "plain", torch.matmul, values(5, 7), values(7, 3, seed=1))


def products():
    sample("matmul", "vectors", torch.matmul, values(7), values(7, seed=1))
    sample("matmul", "vector_matrix", torch.matmul, values(7), values(7, 3, seed=1))
    sample("matmul", "matrix_vector", torch.matmul, values(5, 7), values(7, seed=1))
    sample("matmul", "batches", torch.matmul, values(2, 1, 4, 3), values(3, 3, 5, seed=1))
    sample("matmul", "shared_right", torch.matmul, values(2, 4, 3), values(3, 5, seed=1))
    sample("matmul", "transposed", lambda a, b: a.mT @ b.mT, values(7, 5), values(3, 7, seed=1))
    sample("matmul", "empty", torch.matmul, values(0, 3), values(3, 2, seed=1))
    sample("matmul", "empty_sum", torch.matmul, values(2, 0), values(0, 2, seed=1))
    sample("linear", "bias", F.linear, values(5, 7), values(3, 7, seed=1), values(3))
    sample("linear", "plain", F.linear, values(2, 5, 7), values(3, 7, seed=1))
    images, weight = values(2, 4, 7, 6), values(6, 4, 3, 2, seed=1)
    channels_last = lambda x: x.permute(0, 2, 3, 1)
    sample("conv2d", "plain", F.conv2d, images, weight)
    sample("conv2d", "bias_relu", lambda x, w, b: F.relu(F.conv2d(x, w, b)), images, weight, values(6))
    sample("conv2d", "everything", lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 2), (1, 2), 2), images,
           values(6, 2, 3, 2, seed=1), values(6))
    sample("conv2d", "depthwise", lambda x, w: F.conv2d(x, w, padding=1, groups=4), images, values(8, 1, 3, 3, seed=1))
    sample("conv2d", "strided", lambda x, w: F.conv2d(x, w, stride=3), images, weight)
    sample("conv2d", "one_channel", lambda x, w: F.conv2d(x, w, padding=1), values(2, 1, 5, 5), values(3, 1, 3, 3, seed=1))
    sample("conv2d", "nhwc", lambda x, w, b: channels_last(F.conv2d(x.permute(0, 3, 1, 2), w, b)), values(2, 7, 6, 4), weight,
           values(6))
    # As TensorFlow's "same": ceil(in / stride) windows, the odd element of padding after.
    sample("conv2d", "same_strided", lambda x, w: F.conv2d(F.pad(x, (0, 0, 1, 1)), w, stride=2), images, weight)
    sample("conv2d", "same", lambda x, w: F.conv2d(F.pad(x, (0, 1, 1, 1)), w), images, weight)
    sample("conv2d", "wide", lambda x, w: F.conv2d(x, w), values(8, 32, 4, 5), values(8, 32, 3, 3, seed=1))
    images = values(2, 3, 7, 6, seed=3)
    for name, options in {"plain": dict(kernel_size=2), "overlapping": dict(kernel_size=3, stride=1),
                          "ceil": dict(kernel_size=3, stride=2, ceil_mode=True),
                          "padded": dict(kernel_size=(3, 2), stride=(2, 3), padding=1)}.items():
        sample("max_pool2d", name, lambda x: F.max_pool2d(x, **options), images)
        sample("avg_pool2d", name, lambda x: F.avg_pool2d(x, **options), images)
    sample("max_pool2d", "squared", lambda x: F.max_pool2d(x, 2) ** 2, images)
    sample("max_pool2d", "dilated", lambda x: F.max_pool2d(x, 2, 1, 0, 2), images)
    sample("max_pool2d", "nhwc", lambda x: channels_last(F.max_pool2d(x.permute(0, 3, 1, 2), 2)), values(2, 4, 6, 3))
    sample("max_pool2d", "same", lambda x: F.max_pool2d(F.pad(x, (0, 0, 0, 1), value=-torch.inf), 2), images)
    sample("avg_pool2d", "ceil_without_padding", lambda x: F.avg_pool2d(x, 3, 2, 1, True, False), images)
    sample("avg_pool2d", "nhwc", lambda x: channels_last(F.avg_pool2d(x.permute(0, 3, 1, 2), 2)), values(2, 4, 6, 3))
    sample("avg_pool2d", "ceil_padded", lambda x: F.avg_pool2d(x, 2, 2, 1, True), images)
    sample("global_avg_pool2d", "plain", lambda x: x.mean((2, 3)), images)
    sample("global_avg_pool2d", "nhwc_kept", lambda x: x.mean((1, 2), keepdim=True), images)
    sample("linear", "in_out_relu", lambda x, w, b: torch.relu(x @ w + b), values(5, 7), values(7, 3, seed=1), values(3))


def elementary():
    """Arithmetic beyond the four operations, comparisons, logic, elementary functions, activations."""
    x, y = values(4, 7), values(4, 7, seed=1)
    unit = values(4, 7, low=-0.9, high=0.9)
    ties = torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]], dtype=torch.float64)
    other = torch.tensor([[1.0, 2.0, 0.5], [-3.0, 0.0, 4.0]], dtype=torch.float64)
    for op in ("neg", "abs", "sign", "square", "exp", "exp2", "expm1", "erf", "sin", "cos", "tan", "atan", "sinh", "cosh",
               "asinh", "tanh", "sigmoid", "floor", "ceil", "round", "trunc", "isnan", "isinf", "isfinite"):
        stops = op in ("sign", "floor", "ceil", "round", "trunc")
        sample(op, "plain", getattr(torch, op), x, differentiable=not stops)
    for op in ("sqrt", "rsqrt", "reciprocal", "log", "log1p", "log2", "log10"):
        sample(op, "plain", getattr(torch, op), positive(4, 7))
    for op in ("asin", "acos", "atanh"):
        sample(op, "plain", getattr(torch, op), unit)
    sample("acosh", "plain", torch.acosh, values(4, 7, low=1.2, high=4))
    sample("atan2", "broadcast", torch.atan2, values(4, 1, 3), values(2, 1, seed=1))
    sample("pow", "broadcast", torch.pow, positive(4, 1, 3), values(2, 1, seed=1))
    sample("pow", "number", lambda x: x**3, x)
    sample("pow", "base", lambda x: 2**x, x)
    sample("pow", "integers", torch.pow, integers(5, 3, 4), integers(4, 3, 4, seed=1))
    sample("floor_divide", "broadcast", torch.floor_divide, values(4, 1, 3), values(2, 1, seed=1), differentiable=False)
    sample("floor_divide", "integers", torch.floor_divide, integers(50, 3, 4) - 25, integers(4, 3, 4, seed=1) * 2 - 5)
    sample("remainder", "broadcast", torch.remainder, values(4, 1, 3), values(2, 1, seed=1))
    sample("remainder", "integers", torch.remainder, integers(50, 3, 4) - 25, integers(4, 3, 4, seed=1) * 2 - 5)
    for op in ("maximum", "minimum"):
        sample(op, "broadcast", getattr(torch, op), values(4, 1, 3), values(2, 1, seed=1))
        sample(op, "ties", getattr(torch, op), ties, other)
    sample("clip", "both", lambda x: torch.clip(x, -0.7, 1.1), x)
    sample("clip", "one", lambda x: torch.clip(x, min=0.3), x)
    for op, name in {"equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt",
                     "greater_equal": "ge"}.items():
        sample(op, "ties", getattr(torch, name), ties, other, differentiable=False)
        sample(op, "number", lambda x, f=getattr(torch, name): f(x, 0.5), ties, differentiable=False)
    bits, more = integers(12, 3, 4), integers(12, 4, seed=1)
    for op in ("and", "or", "xor"):
        sample("logical_" + op, "plain", getattr(torch, "logical_" + op), torch.floor(ties), torch.floor(other),
               differentiable=False)
        sample("bitwise_" + op, "broadcast", getattr(torch, "bitwise_" + op), bits, more)
    sample("logical_not", "plain", torch.logical_not, torch.floor(ties), differentiable=False)
    sample("bitwise_not", "plain", torch.bitwise_not, bits)
    sample("where", "broadcast", lambda c, a, b: torch.where(c > 5, a, b), integers(12, 3, 4), values(2, 3, 1), values(4, seed=1))
    sample("where", "number", lambda c, a: torch.where(c > 5, a, 2.5), integers(12, 3, 4), values(3, 4))
    sample("leaky_relu", "plain", F.leaky_relu, x)
    sample("leaky_relu", "slope", lambda x: F.leaky_relu(x, 0.3), x)
    sample("elu", "plain", F.elu, x)
    sample("elu", "alpha", lambda x: F.elu(x, 1.7), x)
    sample("gelu", "plain", F.gelu, x)
    sample("gelu", "tanh", lambda x: F.gelu(x, approximate="tanh"), x)
    sample("silu", "plain", F.silu, x)
    sample("softplus", "plain", F.softplus, x)
    sample("softplus", "beta", lambda x: F.softplus(x, 2, 1.5), x)


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references")
    for family in (elementwise, reductions, shapes, network):
        family()
    save_file(results, os.path.join(folder, "conformance.safetensors"))
    results.clear()
    products()
    save_file(results, os.path.join(folder, "conformance_products.safetensors"))
    results.clear()
    elementary()
    save_file(results, os.path.join(folder, "conformance_elementary.safetensors"))
