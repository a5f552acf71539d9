"""Models that Keras saved, for keras_archives_test: tests/references/keras_saving/NAME.keras, and in keras_saving.safetensors
what they are called on and what they give, NAME/x0, NAME/y0.

    python scripts/references/make_references_keras_saving.py
"""
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import Input, layers
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).resolve().parents[2] / "tests/references/keras_saving"
folder.mkdir(exist_ok=True)
tensors = {}
rng = np.random.default_rng(1)


def numbers(*shape):
    return rng.standard_normal(shape).astype("float32")


def scramble(model):
    """Weights that are not those of their initializers: moving variances stay positive."""
    for weight in model.weights:
        value = np.abs(numbers(*weight.shape)) + 0.5 if "variance" in weight.name else 0.4 * numbers(*weight.shape)
        weight.assign(value)


def keep(name, model, *inputs):
    model.save(folder / f"{name}.keras")
    outputs = model.predict(list(inputs) if len(inputs) > 1 else inputs[0], verbose=0)
    for i, x in enumerate(inputs):
        tensors[f"{name}/x{i}"] = np.ascontiguousarray(x)
    for i, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        tensors[f"{name}/y{i}"] = np.ascontiguousarray(y)


keras.utils.set_random_seed(1)

# Trained, so that the optimizer has a state; a model inside, a frozen layer, a layer called by the user.
model = keras.Sequential(
    [
        Input((4,)),
        layers.Dense(3, activation="relu", kernel_regularizer="l2", bias_constraint=keras.constraints.MaxNorm(3)),
        layers.BatchNormalization(),
        layers.Dropout(0.2),
        keras.Sequential([layers.Dense(2, activation="gelu")]),
        layers.Dense(2, name="last", trainable=False),
    ]
)
model.compile(keras.optimizers.Adam(0.01, clipnorm=1.0), "mse", metrics=["mae"])
model.fit(numbers(12, 4), numbers(12, 2), batch_size=4, verbose=0)
keep("sequential", model, numbers(3, 4))

# A shared layer, ops without a layer, two inputs and two outputs, losses by name.
a, b = Input((3,), name="a"), Input((3,), name="b")
shared = layers.Dense(4, activation="tanh", name="shared")
h = shared(a) * 2.0 + shared(b)
first = layers.Dense(2, name="first")(layers.Concatenate()([h, a - b]))
second = layers.Dense(1, activation="sigmoid", name="second")(keras.ops.relu(1.0 - h))
model = keras.Model([a, b], [first, second], name="two_ends")
model.compile(
    keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9), momentum=0.9),
    {"first": "mse", "second": keras.losses.BinaryCrossentropy(label_smoothing=0.1)},
    loss_weights={"first": 0.5, "second": 2.0},
    metrics={"first": ["mae", "mse"], "second": ["accuracy"]},
)
x = [numbers(8, 3), numbers(8, 3)]
model.fit(x, [numbers(8, 2), rng.integers(0, 2, (8, 1)).astype("float32")], batch_size=4, verbose=0)
keep("functional", model, numbers(3, 3), numbers(3, 3))

x = Input((9, 8, 3))
y = layers.ZeroPadding2D(((1, 0), (0, 1)))(x)
y = layers.Conv2D(4, (3, 2), strides=(1, 2), padding="same", groups=1, activation="relu", kernel_initializer="he_normal")(y)
y = layers.GroupNormalization(2)(y)
y = layers.SeparableConv2D(3, 2, depth_multiplier=2, bias_regularizer=keras.regularizers.L1L2(0.1, 0.2))(y)
y = layers.PReLU(shared_axes=[1, 2])(y)
y = layers.DepthwiseConv2D(2, depth_multiplier=2)(y)
y = layers.UpSampling2D(2, interpolation="bilinear")(y)
y = layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1)(y)
y = layers.MaxPooling2D((2, 2), padding="same")(y)
y = layers.Cropping2D(((1, 1), (0, 1)))(y)
y = layers.AveragePooling2D(2, strides=1)(y)
model = keras.Model(x, [layers.Flatten()(y), layers.GlobalMaxPooling2D()(y), layers.GlobalAveragePooling2D(keepdims=True)(y)])
scramble(model)
keep("images", model, numbers(2, 9, 8, 3))

x, z = Input((6, 5, 4, 2)), Input((3, 6, 5, 2))
y = layers.Conv3DTranspose(2, 2)(layers.Conv3D(2, (2, 1, 2), dilation_rate=1)(x))
y = layers.GlobalAveragePooling3D()(layers.MaxPooling3D(2)(y))
w = layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True, recurrent_activation="hard_sigmoid")(z)
w = layers.ConvLSTM1D(2, 2)(layers.Reshape((3, 6, 10))(w))
model = keras.Model([x, z], [y, w])
scramble(model)
keep("volumes", model, numbers(2, 6, 5, 4, 2), numbers(2, 3, 6, 5, 2))

x = Input((7,), dtype="int32")
y = layers.Embedding(11, 4, mask_zero=True)(x)
y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum")(y)
y = layers.GRU(4, return_sequences=True, reset_after=False)(y)
y = layers.TimeDistributed(layers.Dense(3, activation="selu"))(y)
y = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2), layers.SimpleRNNCell(2)], return_sequences=True)(y)
y, state = layers.SimpleRNN(3, return_sequences=True, return_state=True, go_backwards=True)(y)
z = layers.Conv1D(3, 2, padding="causal", dilation_rate=2)(y)
z = layers.SeparableConv1D(2, 2)(layers.DepthwiseConv1D(2)(layers.Conv1DTranspose(3, 2)(z)))
model = keras.Model(x, [z, state])
scramble(model)
tokens = rng.integers(1, 11, (3, 7)).astype("int32")
tokens[0, 4:] = 0
keep("sequences", model, tokens)

query, value = Input((4, 6)), Input((5, 6))
y, scores = layers.MultiHeadAttention(2, 3, value_dim=4)(query, value, return_attention_scores=True)
y = layers.LayerNormalization()(layers.Add()([query, y]))
y = layers.GroupQueryAttention(2, 4, 2)(y, y, use_causal_mask=True)
y = layers.RMSNormalization()(y)
y = layers.Attention(use_scale=True)([y, value])
y = layers.AdditiveAttention()([y, value])
y = layers.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d", activation="relu")(y)
y = layers.UnitNormalization()(y)
model = keras.Model([query, value], [y, scores])
scramble(model)
keep("attention", model, numbers(2, 4, 6), numbers(2, 5, 6))

x = Input((4,), dtype="int32")
y = layers.ReversibleEmbedding(7, 3, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=3))(x)
y = layers.ActivityRegularization(0.1)(layers.GaussianNoise(0.1)(layers.SpatialDropout1D(0.2)(y)))
y = layers.SpectralNormalization(layers.Dense(3))(y)
y = layers.Permute((2, 1))(layers.Softmax(axis=1)(layers.LeakyReLU(0.1)(y)))
y = layers.BatchNormalization(axis=1, center=False, momentum=0.9)(layers.ELU(0.5)(layers.ReLU(0.9, 0.1, 0.05)(y)))
y = layers.Dot(2)([y, layers.Activation("softplus")(layers.Identity()(y))])
y = layers.Maximum()([y, layers.AlphaDropout(0.1)(layers.GaussianDropout(0.1)(y))])
model = keras.Model(x, layers.RepeatVector(2)(layers.Flatten()(y)))
scramble(model)
keep("others", model, rng.integers(0, 7, (3, 4)).astype("int32"))
model.save_weights(folder / "others.weights.h5")

# The shapes of one to three axes, and what only training changes.
x, z = Input((6, 3)), Input((5, 6, 4, 2))
y = layers.Masking(0.5)(layers.SpatialDropout1D(0.1)(layers.ZeroPadding1D((1, 2))(x)))
y = layers.AveragePooling1D(2, strides=1, padding="same")(layers.MaxPooling1D(3, strides=1)(layers.Cropping1D(1)(y)))
y = layers.AdaptiveMaxPooling1D(4)(layers.AdaptiveAveragePooling1D(3)(layers.UpSampling1D(2)(y)))
ends = [layers.GlobalAveragePooling1D()(y), layers.GlobalMaxPooling1D()(y)]
w = layers.SpatialDropout3D(0.1)(layers.ZeroPadding3D(((1, 0), (0, 1), (1, 1)))(z))
w = layers.AveragePooling3D((2, 1, 1))(layers.Cropping3D((1, 1, 0))(layers.UpSampling3D((1, 2, 1))(w)))
w = layers.AdaptiveMaxPooling3D((2, 3, 2))(layers.AdaptiveAveragePooling3D((3, 4, 5))(w))
ends += [layers.Average()([layers.GlobalMaxPooling3D()(w), layers.Minimum()([layers.GlobalAveragePooling3D()(w)] * 2)])]
v = layers.SpatialDropout2D(0.1)(layers.Reshape((4, 6, 10))(z))
ends += [layers.AdaptiveMaxPooling2D(2)(layers.AdaptiveAveragePooling2D((3, 5))(v))]
keep("shapes", keras.Model([x, z], ends), numbers(2, 6, 3), numbers(2, 5, 6, 4, 2))

# What learns from data before, or makes numbers of others; recurrent volumes.
x, i, z = Input((3,)), Input((3,), dtype="int32"), Input((2, 4, 5, 3, 1))
normalization, bins, lookup = layers.Normalization(), layers.Discretization(num_bins=4), layers.IntegerLookup(num_oov_indices=2)
normalization.adapt(numbers(9, 3))
bins.adapt(numbers(40, 3))
lookup.adapt(np.array([[3, 3, 1], [3, 2, 1]]))
ends = [normalization(x), bins(x), lookup(i), layers.IntegerLookup(vocabulary=[2, 5], output_mode="multi_hot")(i)]
ends += [layers.CategoryEncoding(8, output_mode="count")(i), layers.Hashing(5, salt=[1, 2])(i)]
one, two = Input((1,), dtype="int32"), Input((1,), dtype="int32")
ends += [layers.HashedCrossing(6)((one, two))]
ends += [layers.ConvLSTM3D(2, 2, padding="same")(z)]
model = keras.Model([x, i, z, one, two], ends)
for layer in model.layers:
    if layer.trainable and layer.weights and not isinstance(layer, layers.Normalization):
        scramble(layer)
whole = [rng.integers(0, 8, (2, size)).astype("int32") for size in (3, 1, 1)]
keep("tables", model, numbers(2, 3), whole[0], numbers(2, 2, 4, 5, 3, 1), *whole[1:])

# Images (without Equalization, of which Keras 3.15 makes no functional model): those that chance changes are left as they are when nothing is trained.
x = Input((8, 8, 3))
y = layers.Rescaling(0.5, 0.1)(layers.Resizing(9, 7, interpolation="bicubic", antialias=True)(x))
y = layers.CenterCrop(6, 6)(y)
for layer in [
    layers.RandomFlip("horizontal", seed=1), layers.RandomRotation((-0.1, 0.2), fill_mode="nearest"), layers.RandomZoom(0.1, 0.2),
    layers.RandomTranslation(0.1, (-0.2, 0.1)), layers.RandomContrast(0.2), layers.RandomBrightness(0.3, value_range=(0, 1)),
    layers.RandomHue(0.2), layers.RandomSaturation(0.2), layers.RandomColorDegeneration(0.2), layers.RandomColorJitter(hue_factor=0.1),
    layers.RandomGrayscale(0.3), layers.RandomInvert(0.2), layers.RandomPosterization(4), layers.RandomSharpness(0.2),
    layers.RandomShear(0.1, 0.2), layers.RandomPerspective(0.3), layers.RandomElasticTransform(0.5), layers.RandomErasing(0.4),
    layers.RandomGaussianBlur(0.5), layers.Pipeline([layers.RandomFlip(), layers.Rescaling(2.0)]),
]:
    y = layer(y)
ends = [layers.RandomCrop(4, 4)(y), layers.AutoContrast(value_range=(0, 1))(y)]
ends += [layers.Solarization(0.1, threshold_factor=0.4, value_range=(0, 1))(y)]
ends += [layers.ContrastLimitedAdaptiveHistogramEqualization(value_range=(0, 1), tile_grid_size=(2, 2))(x)]
augmented, labels = Input((8, 8, 3)), Input((4,))
mixed = layers.CutMix(seed=3)(layers.MixUp(0.3)({"images": layers.RandAugment(num_ops=3, factor=0.2)(augmented), "labels": labels}))
ends += [mixed["images"], mixed["labels"], layers.AugMix(num_chains=2)(augmented)]
keep("pictures", keras.Model([x, augmented, labels], ends), *[rng.random((2, 8, 8, 3)).astype("float32")] * 2, numbers(2, 4))

save_file(tensors, folder / "values.safetensors")
for path in folder.iterdir():
    path.chmod(0o644)
    print(path.name, path.stat().st_size)
