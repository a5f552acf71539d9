#!/usr/bin/env python3
"""Writes home_names.txt: what PyTorch, TensorFlow and Keras call each function of the vocabulary. Looks a function up under our
name in each of them; OTHER_NAMES are those that they call otherwise. Needs: pip install torch tensorflow keras."""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
import torch

from read_headers import read_headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES = {
    "pytorch": [("torch", torch), ("torch.nn.functional", torch.nn.functional), ("torch.linalg", torch.linalg),
                ("torch.special", torch.special), ("torch.Tensor", torch.Tensor)],
    "tensorflow": [("tf", tf), ("tf.math", tf.math), ("tf.nn", tf.nn), ("tf.linalg", tf.linalg), ("tf.image", tf.image),
                   ("tf.random", tf.random), ("tf.signal", tf.signal), ("tf.bitwise", tf.bitwise)],
    "keras": [("keras.ops", keras.ops), ("keras.random", keras.random), ("keras.losses", keras.losses),
              ("keras.activations", keras.activations)],
}
REDUCTIONS = "sum mean prod max min any all std logsumexp"
# Ours: (PyTorch's, TensorFlow's, Keras's); None: as it is found, "": it has none.
OTHER_NAMES = {
    **{name: (None, "tf.reduce_" + name, None) for name in REDUCTIONS.split()},
    "std": (None, "tf.math.reduce_std", None), "var": (None, "tf.math.reduce_variance", None),
    "amax": (None, "tf.reduce_max", "keras.ops.max"), "amin": (None, "tf.reduce_min", "keras.ops.min"),
    "sub": (None, "tf.subtract", "keras.ops.subtract"), "mul": (None, "tf.multiply", "keras.ops.multiply"),
    "div": (None, "tf.divide", "keras.ops.divide"), "neg": (None, "tf.negative", "keras.ops.negative"),
    "floor_divide": (None, "tf.math.floordiv", None), "remainder": (None, "tf.math.floormod", "keras.ops.mod"),
    "fmod": (None, "tf.truncatemod", ""), "pow": (None, "tf.pow", "keras.ops.power"), "hypot": (None, "", None),
    "clip": ("torch.clamp", "tf.clip_by_value", None), "clamp": (None, "tf.clip_by_value", "keras.ops.clip"),
    "equal": ("torch.eq", None, None), "cast": ("torch.Tensor.to", None, None), "to": ("torch.Tensor.to", "tf.identity", ""),
    "atan2": (None, None, "keras.ops.arctan2"), "asin": (None, None, "keras.ops.arcsin"),
    "acos": (None, None, "keras.ops.arccos"), "atan": (None, None, "keras.ops.arctan"),
    "asinh": (None, None, "keras.ops.arcsinh"), "acosh": (None, None, "keras.ops.arccosh"),
    "atanh": (None, None, "keras.ops.arctanh"), "concat": (None, None, "keras.ops.concatenate"),
    "permute": (None, "tf.transpose", "keras.ops.transpose"), "transpose": (None, "tf.linalg.matrix_transpose", "keras.ops.swapaxes"),
    "unsqueeze": (None, "tf.expand_dims", "keras.ops.expand_dims"), "expand": ("torch.Tensor.expand", "tf.broadcast_to", "keras.ops.broadcast_to"),
    "flatten": (None, "", "keras.ops.ravel"), "tile": ("torch.tile", None, None), "repeat": ("torch.repeat_interleave", None, None),
    "flip": (None, "tf.reverse", None), "tril": (None, "tf.linalg.band_part", None), "triu": (None, "tf.linalg.band_part", None),
    "index_select": (None, "tf.gather", "keras.ops.take"), "gather": (None, "tf.gather (batch_dims)", "keras.ops.take_along_axis"),
    "nonzero": (None, "tf.where", None), "masked_select": (None, "tf.boolean_mask", ""), "slice": ("x[a:b]", "tf.strided_slice", "keras.ops.slice"), "index": ("x[...]", "x[...]", "x[...]"),
    "index_update": ("x[...] = v", "tf.tensor_scatter_nd_update", "keras.ops.slice_update"),
    "full": (None, "tf.fill", None), "full_like": (None, "", None), "batch_norm": (None, "tf.nn.batch_normalization", "keras.ops.batch_normalization"),
    "layer_norm": (None, "", "keras.ops.layer_normalization"), "conv2d": (None, None, "keras.ops.conv"),
    "max_pool2d": (None, None, "keras.ops.max_pool"), "avg_pool2d": (None, None, "keras.ops.average_pool"),
    "log_sigmoid": ("torch.nn.functional.logsigmoid", None, None), "hardsigmoid": (None, "", "keras.ops.hard_sigmoid"),
    "hardswish": (None, "", "keras.ops.hard_swish"), "hardtanh": (None, "", "keras.ops.hard_tanh"),
    "norm": ("torch.linalg.vector_norm", None, None),
    "cross_entropy": (None, "tf.nn.sparse_softmax_cross_entropy_with_logits", "keras.ops.sparse_categorical_crossentropy"),
    "binary_cross_entropy_with_logits": (None, "tf.nn.sigmoid_cross_entropy_with_logits", "keras.ops.binary_crossentropy"),
    "sparse_softmax_cross_entropy": ("torch.nn.functional.cross_entropy", "tf.nn.sparse_softmax_cross_entropy_with_logits", "keras.ops.sparse_categorical_crossentropy"),
    "softmax_cross_entropy": ("torch.nn.functional.cross_entropy", "tf.nn.softmax_cross_entropy_with_logits", "keras.ops.categorical_crossentropy"),
    "permutation": ("torch.randperm", "", ""), "rand": (None, "tf.random.uniform", "keras.random.uniform"),
    "randn": (None, "tf.random.normal", "keras.random.normal"), "uniform": ("torch.Tensor.uniform_", None, None),
    "truncated_normal": ("torch.nn.init.trunc_normal_", None, None), "embedding": (None, "tf.nn.embedding_lookup", "keras.ops.take"),
    "array_equal": ("torch.equal", "", None), "linear": (None, "tf.matmul", "keras.ops.matmul"),
    "tensor": (None, "tf.constant", "keras.ops.array"), "identity": ("torch.Tensor.alias", None, ""),
    "from_blob": ("torch.from_blob", "", ""), "from_span": ("torch.tensor", "tf.constant", "keras.ops.array"),
    "scatter_add": (None, "tf.tensor_scatter_nd_add", ""), "index_add": (None, "tf.tensor_scatter_nd_add", ""),
    "mse_loss": (None, "tf.keras.losses.mse", "keras.losses.mean_squared_error"),
    "l1_loss": (None, "tf.keras.losses.mae", "keras.losses.mean_absolute_error"),
    "huber_loss": (None, "tf.keras.losses.huber", "keras.losses.huber"), "nll_loss": (None, "", ""),
    "topk": (None, "tf.math.top_k", "keras.ops.top_k"),
}


def found(name, home):
    for prefix, module in PLACES[home]:
        if callable(getattr(module, name, None)):
            return f"{prefix}.{name}"
    return ""


def vocabulary():
    """The public functions of the core's ops and of its random numbers."""
    functions, _, _ = read_headers(ROOT / "include")
    for f in functions:
        if (f.header.startswith("triptych/core/ops/") or f.header == "triptych/core/random.h") and not f.owner and not f.friend:
            if not f.name.startswith("operator") and "detail" not in f.namespace:
                yield f


def main():
    lines = []
    for name in sorted({f.name for f in vocabulary()}):
        other = OTHER_NAMES.get(name, (None, None, None))
        names = [found(name, home) if word is None else word for home, word in zip(PLACES, other)]
        lines.append(f"{name} | {' | '.join(names)}")
    (ROOT / "scripts/vocabulary/home_names.txt").write_text(
        "ours | PyTorch | TensorFlow | Keras\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
