"""A model of Keras's that applies ops without layers, for keras_graph_ops_test: tests/references/keras_operations.keras, and in
keras_operations.safetensors what it is called on and what it gives, x0, x1, y0, y1, ...

    python scripts/references/make_references_keras_operations.py
"""
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import ops
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).resolve().parents[2] / "tests/references"
rng = np.random.default_rng(1)

x, i = keras.Input((4, 6), name="x"), keras.Input((3,), dtype="int32", name="i")
p = ops.absolute(x) + 0.5  # positive
unit = ops.tanh(x) * 0.9  # between -1 and 1
square = ops.matmul(x, ops.transpose(x, (0, 2, 1))) + 5.0 * np.eye(4, dtype="float32")
outputs = [
    x + 1, 1 - x, 2.5 * x, x / 2, 1 / p, x // 0.7, x % 0.7, p**1.5, 2.0**x, -x, abs(x), x @ ops.ones((6, 2)), x[:, 1], x[:, ::2, None, 1:-1],
    x[..., -1], x > 0.2, x >= 0.2, x < 0.2, x <= 0.2, ops.equal(i, 2), i != 2, ops.logical_xor(x > 0, x < 0.5), ~(x > 0), (x > 0) | (x < -1),
    ops.bitwise_and(i, i + 1), ops.bitwise_left_shift(i, ops.ones_like(i)), ops.bitwise_not(i),
    ops.exp2(x), ops.expm1(x), ops.log(p), ops.log1p(p), ops.log2(p), ops.log10(p), ops.sqrt(p), ops.rsqrt(p), ops.cbrt(p), ops.square(x),
    ops.reciprocal(p), ops.floor(x * 3), ops.ceil(x * 3), ops.round(x, 1), ops.round(x * 3), ops.trunc(x * 3), ops.sign(x),
    ops.sin(x), ops.cos(x), ops.tan(x), ops.arcsin(unit), ops.arccos(unit), ops.arctan(x), ops.sinh(x), ops.cosh(x), ops.arcsinh(x),
    ops.arccosh(p + 1), ops.arctanh(unit), ops.arctan2(x, p), ops.hypot(x, p), ops.logaddexp(x, p), ops.sinc(x), ops.deg2rad(x),
    ops.erf(x), ops.erfinv(unit), ops.isnan(x), ops.isfinite(x), ops.zeros_like(x), ops.ones_like(x), ops.full_like(x, 2.5), ops.stop_gradient(x),
    ops.relu6(x * 5), ops.softplus(x), ops.softsign(x), ops.silu(x), ops.log_sigmoid(x), ops.hard_sigmoid(x * 3), ops.hard_silu(x * 3),
    ops.hard_tanh(x), ops.hard_shrink(x), ops.soft_shrink(x), ops.tanh_shrink(x), ops.selu(x), ops.elu(x, 0.7), ops.celu(x, 1.3), ops.gelu(x),
    ops.gelu(x, approximate=False), ops.leaky_relu(x, 0.3), ops.glu(x), ops.squareplus(x), ops.sparse_plus(x), ops.sparse_sigmoid(x),
    ops.threshold(x, 0.1, 2.0), ops.softmax(x, axis=1), ops.log_softmax(x),
    ops.mean(x), ops.mean(x, axis=[1, 2]), ops.sum(x, axis=-1, keepdims=True), ops.prod(x, axis=1), ops.max(x, axis=1), ops.amin(x, axis=(1, 2)),
    ops.var(x, axis=1), ops.std(x, axis=-1, keepdims=True), ops.argmax(x, axis=-1), ops.argmin(x, axis=1), ops.any(x > 1, axis=1),
    ops.all(x > -1, axis=1), ops.logsumexp(x, axis=1), ops.cumsum(x, axis=1), ops.cumprod(x, axis=2),
    ops.clip(x, -0.5, 0.5), ops.maximum(x, 0.1), ops.minimum(x, 0.1), ops.where(x > 0, x, 0.0), ops.cast(x * 3, "int32"), ops.one_hot(i, 7),
    ops.concatenate([x, p], axis=-1), ops.stack([x, p], axis=1), *ops.split(x, 3, axis=2), *ops.split(x, [1, 3], axis=1), *ops.unstack(x, axis=1),
    ops.reshape(x, (-1, 3, 8)), ops.expand_dims(x, (1, -1)), ops.squeeze(x[:, :1], axis=1), ops.transpose(x, (0, 2, 1)), ops.swapaxes(x, 1, 2),
    ops.moveaxis(x, -1, 1), ops.flip(x, axis=1), ops.roll(x, 2, axis=2), ops.repeat(x, 2, axis=1), ops.tile(x, (1, 2, 1)),
    ops.pad(x, ((0, 0), (1, 2), (0, 1)), constant_values=3.0), ops.pad(x, ((0, 0), (1, 1), (0, 0)), mode="reflect"), ops.tril(x), ops.triu(x, 1),
    ops.diagonal(x, axis1=1, axis2=2), ops.take(x, i, axis=1), ops.take(x, [2, 0], axis=2), ops.take_along_axis(x, ops.argsort(x, axis=1), axis=1),
    ops.sort(x, axis=1), *ops.top_k(x, 2), ops.einsum("bij,bkj->bik", x, p), ops.matmul(square, x), ops.inner(x[0], x[0]),
    ops.max_pool(x, 2, strides=1, padding="same"), ops.average_pool(x, 2), ops.cholesky(square), ops.norm(x, axis=1),
    ops.divide_no_nan(x, ops.relu(x)), ops.fmax(x, p - 1), ops.copy(x),
    # The last three are more than one op there, and not written again.
    ops.det(square), ops.inv(square), ops.solve(square, x),
]
model = keras.Model([x, i], outputs)
model.save(folder / "keras_operations.keras")
given = [rng.standard_normal((2, 4, 6)).astype("float32"), rng.integers(0, 4, (2, 3)).astype("int32")]
tensors = {f"x{number}": value for number, value in enumerate(given)}
for number, y in enumerate(model(given)):
    y = keras.ops.convert_to_numpy(y)
    tensors[f"y{number}"] = np.array(y.astype("uint8") if y.dtype == bool else y, order="C")
save_file(tensors, folder / "keras_operations.safetensors")
again = keras.models.load_model(folder / "keras_operations.keras")
for a, b in zip(model(given), again(given)):
    assert np.array_equal(a, b, equal_nan=True)
for name in ("keras_operations.keras", "keras_operations.safetensors"):
    (folder / name).chmod(0o644)
    print(name, (folder / name).stat().st_size)
