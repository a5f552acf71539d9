#!/usr/bin/env python3
"""Makes tests/references/keras_mixed_precision.safetensors with Keras 3 itself (TensorFlow backend, CPU).

For each policy and layer: what the layer gives, in which dtype (the name's end), and the dtypes of its weights; then runs of
training with each policy, and the scale of a loss that overflows.
Run it with a Python that has keras, tensorflow and numpy.
"""
from safetensors_writer import References  # first: it says which backend

import keras
import numpy as np
from keras import layers as L

REFERENCES = References()
put = REFERENCES.put
RANDOM = np.random.default_rng(5)

FLOATS = RANDOM.normal(size=(3, 4, 6)).astype(np.float32)
IMAGES = RANDOM.normal(size=(2, 6, 6, 3)).astype(np.float32)
WORDS = RANDOM.integers(0, 7, (3, 4))

CASES = {
    "dense": (FLOATS, lambda x: L.Dense(5, "tanh")(x)),
    "dense_of_integers": (WORDS, lambda x: L.Dense(5)(x)),
    "einsum_dense": (FLOATS, lambda x: L.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d")(x)),
    "conv2d": (IMAGES, lambda x: L.Conv2D(4, 3, padding="same", activation="relu")(x)),
    "depthwise": (IMAGES, lambda x: L.DepthwiseConv2D(3)(x)),
    "separable": (IMAGES, lambda x: L.SeparableConv2D(4, 3)(x)),
    "transposed": (IMAGES, lambda x: L.Conv2DTranspose(4, 3, strides=2)(x)),
    "embedding": (WORDS, lambda x: L.Embedding(7, 5)(x)),
    "reversible": (FLOATS, lambda x: L.ReversibleEmbedding(7, 6)(x, reverse=True)),
    "batch_normalization": (IMAGES, lambda x: L.BatchNormalization()(x)),
    "layer_normalization": (FLOATS, lambda x: L.LayerNormalization()(x)),
    "group_normalization": (IMAGES, lambda x: L.GroupNormalization(3)(x)),
    "rms_normalization": (FLOATS, lambda x: L.RMSNormalization()(x)),
    "unit_normalization": (FLOATS, lambda x: L.UnitNormalization()(x)),
    "lstm": (FLOATS, lambda x: L.LSTM(5, return_sequences=True)(x)),
    "gru": (FLOATS, lambda x: L.GRU(5)(x)),
    "simple_rnn": (FLOATS, lambda x: L.SimpleRNN(5)(x)),
    "bidirectional": (FLOATS, lambda x: L.Bidirectional(L.LSTM(3))(x)),
    "attention": (FLOATS, lambda x: L.Attention()([x, x])),
    "additive_attention": (FLOATS, lambda x: L.AdditiveAttention()([x, x])),
    "multi_head_attention": (FLOATS, lambda x: L.MultiHeadAttention(2, 3)(x, x)),
    "time_distributed": (FLOATS, lambda x: L.TimeDistributed(L.Dense(2))(x)),
    "prelu": (FLOATS, lambda x: L.PReLU()(x)),
    "softmax": (FLOATS, lambda x: L.Softmax()(x)),
    "pooling": (IMAGES, lambda x: L.AveragePooling2D(2)(x)),
    "add": (FLOATS, lambda x: L.Add()([x, x])),
    "single": (FLOATS, lambda x: L.Dense(3, dtype="float32")(L.Dense(4)(x))),
    "lower": (FLOATS, lambda x: L.Dense(3)(L.Dense(4, dtype="bfloat16")(x))),
}


def weight_values(shape):
    return (RANDOM.normal(size=shape) * 0.5).astype(np.float32)


for policy in ("mixed_bfloat16", "mixed_float16", "float64"):
    keras.mixed_precision.set_dtype_policy(policy)
    for name, (x, make) in CASES.items():
        inputs = keras.Input(x.shape[1:], dtype="int32" if x.dtype.kind == "i" else "float32")
        model = keras.Model(inputs, make(inputs))
        key = f"{policy}/{name}/"
        for i, w in enumerate(model.weights):
            value = np.abs(weight_values(w.shape)) + 0.5 if "variance" in w.name else weight_values(w.shape)
            w.assign(value)
            put(f"{key}weight/{i}/{w.dtype}", np.array(keras.ops.cast(w.value, "float32")))
        y = model(x)
        put(f"{key}predict/{keras.backend.standardize_dtype(y.dtype)}", np.array(keras.ops.cast(y, "float32")))
for name, (x, _) in CASES.items():
    put(f"{name}/x", x)

X = RANDOM.normal(size=(20, 6)).astype(np.float32)
Y = RANDOM.normal(size=(20, 3)).astype(np.float32)
put("run/x", X)
put("run/y", Y)
START = [weight_values(s) for s in ((6, 8), (8,), (8,), (8,), (8, 3), (3,))]
for i, w in enumerate(START):
    put(f"run/before/{i}", w)
for policy in ("mixed_bfloat16", "mixed_float16"):
    keras.mixed_precision.set_dtype_policy(policy)
    model = keras.Sequential([keras.Input((6,)), L.Dense(8, "relu"), L.LayerNormalization(), L.Dense(3)])
    for w, value in zip(model.weights, START):
        w.assign(value)
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    losses, errors, scales = [], [], []
    for epoch in range(3):
        for batch in range(4):
            part = slice(5 * batch, 5 * batch + 5)
            # The loss of the third batch is so large that its gradients overflow float16.
            y = Y[part] * (3e4 if policy == "mixed_float16" and epoch == 0 and batch == 2 else 1)
            logs = model.train_on_batch(X[part], y, return_dict=True)
            losses.append(logs["loss"])
            errors.append(logs["mae"])
            if policy == "mixed_float16":
                assert model.optimizer.name == "loss_scale_optimizer"
                scales.append(float(model.optimizer.dynamic_scale.value))
            if policy == "mixed_float16" and epoch == 0 and batch == 2:
                model.reset_metrics()
    put(f"run/{policy}/losses", np.array(losses, np.float32))
    put(f"run/{policy}/maes", np.array(errors, np.float32))
    put(f"run/{policy}/scales", np.array(scales, np.float32))
    for i, w in enumerate(model.get_weights()):
        put(f"run/{policy}/after/{i}", w)
REFERENCES.write("keras_mixed_precision.safetensors")
