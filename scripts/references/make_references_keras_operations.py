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
images = ops.reshape(x, (-1, 4, 2, 3))
positive = ops.absolute(images)
kernel = np.sin(np.arange(60, dtype="float32")).reshape((2, 2, 3, 5))
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
    ops.det(square), ops.inv(square), ops.solve(square, x), ops.logdet(square), *ops.slogdet(square), ops.pinv(x), ops.matrix_rank(x),
    ops.lu_factor(square[0])[0], ops.eigh(square)[0], ops.absolute(ops.qr(x)[1]), ops.svd(x, compute_uv=False), ops.norm(x, "nuc", axis=(1, 2)),
    ops.norm(x, 1, axis=1), ops.cholesky_inverse(ops.cholesky(square)), ops.lstsq(square[0], x[0]),
    ops.rot90(x, axes=(1, 2)), ops.append(x, p, axis=1), ops.average(x, axis=1), ops.average(x, axis=1, weights=np.arange(1.0, 5.0, dtype="float32")),
    ops.count_nonzero(x > 0, axis=1), ops.cross(i, i + 1), ops.diag(x[0, 0]), ops.diagflat(x[0, 0, :2]), ops.diff(x, 2), ops.digitize(x, np.array([-0.5, 0.5])),
    ops.hstack([x, p]), ops.vstack([x, p]), ops.dstack([x, p]), *ops.hsplit(x, 2), *ops.array_split(x, 4, axis=2),
    ops.isclose(x, p), ops.isin(i, np.array([1, 2])), ops.isposinf(x), ops.isneginf(x), ops.kron(x[0], np.eye(2, dtype="float32")), ops.lcm(i, i + 1),
    ops.ldexp(x, i[:1, :1]), ops.median(x, axis=1), ops.quantile(x, 0.3, axis=1), ops.percentile(x, 30, axis=2, keepdims=True), ops.nanmax(x, axis=1),
    ops.nanmean(x, axis=1), ops.nansum(x), ops.nanvar(x, axis=1), ops.nanargmax(x, axis=1), ops.nancumsum(x, axis=1), ops.nan_to_num(x / 0),
    ops.ptp(x, axis=1), ops.tensordot(x, np.ones((6, 2), dtype="float32"), axes=1), ops.tensordot(x, p, axes=[[1, 2], [1, 2]]), ops.trace(x, axis1=1, axis2=2), ops.vdot(x[0, 0], x[0, 1]),
    ops.trapezoid(x, dx=0.5), ops.vander(x[0, 0]), ops.corrcoef(x[0]), ops.correlate(x[0, 0], x[0, 1, :3], "same"), ops.select([x > 1, x > 0], [x, x * 2], 0.5),
    *ops.meshgrid(x[0, 0], x[0, :, 1]), ops.bincount(ops.reshape(i, (-1,))), ops.signbit(x), ops.real(x), ops.angle(x),
    ops.segment_sum(x[0], np.array([0, 0, 1, 2]), 3), ops.segment_max(x[0], np.array([0, 0, 1, 2]), 3), ops.in_top_k(i[:, 0], x[:, 0], 2),
    ops.extract_sequences(x, 3, 2), ops.scatter(np.array([[0], [2]]), x[0, :2], (5, 6)), ops.scatter_update(x[0], np.array([[0], [2]]), x[0, :2]),
    ops.slice(x[0], [1, 2], (2, 2)), ops.slice_update(x[0], [1, 2], ops.ones((2, 2))), ops.saturate_cast(x * 300, "uint8"),
    ops.conv(images, kernel), ops.conv(images, kernel, strides=(2, 1), padding="same"), ops.conv(x, x[:1, :3, :, None][0], padding="same", dilation_rate=2),
    ops.depthwise_conv(images, kernel, padding="same"), ops.separable_conv(images, kernel, kernel[:1, :1, :1].repeat(15, 2)),
   
    ops.unfold(ops.transpose(images, (0, 3, 1, 2)), 2), ops.depth_to_space(ops.reshape(x, (-1, 3, 2, 4)), 2),
    ops.space_to_depth(images, 2), ops.dot_product_attention(images, images * 2, images + 1), ops.dot_product_attention(images, images * 2, images + 1, is_causal=True),
    ops.dot_product_attention(images, images, images, mask=np.array([True, True, False, True]).reshape((1, 1, 1, 4)), scale=0.3),
    ops.rms_normalization(x), ops.normalize(x, axis=1, order=1), ops.batch_normalization(x, np.arange(6.0, dtype="float32"), np.arange(1.0, 7.0, dtype="float32"), axis=-1),
    *ops.moments(x, axes=(1,)), ops.multi_hot(i, 5), ops.psnr(x, p, 1), ops.sparse_categorical_crossentropy(i[:, 0], x[:, 0], from_logits=True),
    ops.ctc_loss(i + 1, x, i[:, 0] * 0 + 3, i[:, 0] * 0 + 4),
    ops.image.resize(images, (6, 5)), ops.image.resize(images, (2, 3), interpolation="nearest"), ops.image.rgb_to_grayscale(positive), ops.image.rgb_to_hsv(positive),
    ops.image.hsv_to_rgb(positive / 3), ops.image.extract_patches(images, 2), ops.image.gaussian_blur(images), ops.image.sobel_edges(images),
    ops.image.affine_transform(images, np.array([1, 0, 0.5, 0, 1, 0.25, 0, 0], dtype="float32")),
    ops.image.map_coordinates(x[0], np.array([[0.5, 1, 2.25], [1.5, 0, 4]], dtype="float32"), 1, "nearest"),
    ops.image.pad_images(images, top_padding=1, left_padding=0, target_height=6, target_width=4),
    ops.image.crop_images(images, top_cropping=1, left_cropping=0, target_height=2, target_width=1), ops.image.ssim(positive, positive * 0.5, filter_size=2),
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
