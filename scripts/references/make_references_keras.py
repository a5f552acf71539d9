#!/usr/bin/env python3
"""Makes tests/references/keras.safetensors and keras_summary.txt with Keras 3 itself (TensorFlow backend, CPU).

For each case: data, the weights before and after training with fit(shuffle=False), loss and metric after every epoch, and
predictions. Run it with a Python that has keras, tensorflow and numpy.
"""
import io
import json
import os
import struct
from contextlib import redirect_stdout
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from keras import layers

FOLDER = Path(__file__).resolve().parent.parent.parent / "tests" / "references"
TENSORS = {}


def put(name, value):
    value = np.ascontiguousarray(value)
    TENSORS[name] = value.astype({"f": np.float32, "i": np.int64, "u": np.int64}[value.dtype.kind])


def write_safetensors(path):
    names = {np.dtype(np.float32): "F32", np.dtype(np.int64): "I64"}
    header, offset = {}, 0
    for name, value in TENSORS.items():
        header[name] = {"dtype": names[value.dtype], "shape": list(value.shape),
                        "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in TENSORS.values()))


def case(name, model, x, y, epochs=3, sample_weight=None, **compile_options):
    model.compile(**compile_options)
    put(f"{name}/x", x)
    put(f"{name}/y", y)
    if sample_weight is not None:
        put(f"{name}/sample_weight", sample_weight)
    for i, weight in enumerate(model.get_weights()):
        put(f"{name}/initial/{i}", weight)
    history = model.fit(x, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0, sample_weight=sample_weight)
    for key, values in history.history.items():
        put(f"{name}/history/{key}", np.array(values, dtype=np.float32))
    for i, weight in enumerate(model.get_weights()):
        put(f"{name}/final/{i}", weight)
    put(f"{name}/predict", model.predict(x, verbose=0))


def main():
    keras.utils.set_random_seed(5)
    random = np.random.default_rng(7)
    x6 = random.normal(size=(20, 6)).astype(np.float32)
    labels = random.integers(0, 3, 20)
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def mlp():
        return keras.Sequential([layers.Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(3)])

    case("sgd", mlp(), x6, labels, optimizer=keras.optimizers.SGD(0.1), loss=logits, metrics=["accuracy"])
    case("nesterov", mlp(), x6, labels, optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss=logits)
    # An epsilon that shows whether it stands inside or outside the bias correction.
    case("adam", mlp(), x6, labels, optimizer=keras.optimizers.Adam(0.01, epsilon=1e-3), loss=logits, metrics=["accuracy"])
    case("adamw", mlp(), x6, labels, optimizer=keras.optimizers.AdamW(0.01, weight_decay=0.1), loss=logits)
    case("weighted", mlp(), x6, labels, optimizer="sgd", loss=logits, metrics=["accuracy"],
         sample_weight=np.linspace(0, 2, 20).astype(np.float32))

    x_image = random.normal(size=(20, 10, 9, 2)).astype(np.float32)
    case("conv", keras.Sequential([
        layers.Input((10, 9, 2)), layers.Conv2D(4, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(5, 3, strides=2, padding="same"), layers.AveragePooling2D(2, strides=1, padding="same"),
        layers.Flatten(), layers.Dense(3)]),
        x_image, labels, optimizer="adam", loss=logits, metrics=["accuracy"])
    case("batch_norm", keras.Sequential([
        layers.Input((10, 9, 2)), layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization(),
        layers.Activation("relu"), layers.GlobalAveragePooling2D(), layers.Dense(3)]),
        x_image, labels, optimizer="adam", loss=logits, metrics=["accuracy"])

    # Not Adam: Keras squares the sparse gradient of an embedding before it adds rows that occur twice.
    tokens = random.integers(0, 11, (20, 7))
    case("embedding", keras.Sequential([
        layers.Input((7,), dtype="int64"), layers.Embedding(11, 4), layers.LayerNormalization(), layers.Flatten(),
        layers.Dense(3, activation="softmax")]),
        tokens, labels, optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    case("binary", keras.Sequential([
        layers.Input((6,)), layers.Dense(4, activation="tanh"), layers.Dense(1, activation="sigmoid")]),
        x6, (labels > 1).astype(np.int64), optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    case("categorical", mlp(), x6, np.eye(3, dtype=np.float32)[labels], optimizer="sgd",
         loss=keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    case("regression", keras.Sequential([layers.Input((6,)), layers.Dense(2)]), x6,
         random.normal(size=(20, 2)).astype(np.float32), optimizer="sgd", loss="mae", metrics=["mse"])

    write_safetensors(FOLDER / "keras.safetensors")

    keras.utils.clear_session()
    out = io.StringIO()
    with redirect_stdout(out):
        model = keras.Sequential([
            layers.Input((28, 28, 1)), layers.Conv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
            layers.Flatten(), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(10)])
        model.summary()
        model.compile(optimizer="adam", loss=logits)
        model.fit(np.zeros((8, 28, 28, 1), np.float32), np.zeros(8, np.int64), verbose=0)
        model.summary()
        a, b = keras.Input((4,)), keras.Input((3,), name="jj")
        left, right = layers.Dense(5)(a), layers.Dense(5)(b)
        joined = layers.Concatenate()([layers.Add()([left, right]), left])
        inner = keras.Sequential([layers.Dense(2)])
        model = keras.Model([a, b], inner(joined))
        model.summary()
        model.summary(expand_nested=True)
        shared = layers.Dense(2, name="shared")
        keras.Model([a, b], [shared(left), shared(right)]).summary()
        keras.Sequential([layers.Dense(3)]).summary()
        # Keras says where a layer's input comes from only where that is not the line above.
        x = keras.Input((4,))
        y = layers.Dense(2)(layers.Dense(3)(x))
        keras.Model(x, y).summary()
        keras.Model(x, y * 2.0 + 1.0).summary()
        twice = layers.Dense(4)
        keras.Model(x, twice(twice(x))).summary()
        a, b = keras.Input((4,)), keras.Input((4,))
        y = a + b
        y = ((y * 2.0 - a) / 3.0) ** 3
        y = keras.ops.exp(keras.ops.relu(-y))
        y = keras.ops.concatenate([keras.ops.absolute(y), keras.ops.maximum(a, b)], axis=-1)
        keras.Model([a, b], keras.ops.sum(keras.ops.sqrt(y), axis=1)).summary()
    (FOLDER / "keras_summary.txt").write_text(out.getvalue())
    (FOLDER / "keras_summary_subclassed.txt").write_text(subclassed_summary())
    (FOLDER / "keras_summary_options.txt").write_text(summary_with_options())
    (FOLDER / "keras_summary_more.txt").write_text(more_summaries())


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv, self.pool, self.norm = layers.Conv2D(2, 3), layers.MaxPooling2D(2), layers.BatchNormalization()
        self.relu, self.mean, self.flat = layers.Activation("relu"), layers.GlobalAveragePooling2D(), layers.Flatten()
        self.drop, self.joined = layers.Dropout(0.5), layers.Concatenate()
        self.head = keras.Sequential([layers.Dense(3)])

    def call(self, x):
        x = self.flat(self.mean(self.relu(self.norm(self.pool(self.conv(x))))))
        return self.head(self.joined([self.drop(x), x]))


def summary_with_options():
    keras.utils.clear_session()
    out = io.StringIO()
    with redirect_stdout(out):
        a, b = keras.Input((4,)), keras.Input((3,), name="jj")
        left, right = layers.Dense(5, name="first", trainable=False)(a), layers.Dense(5, name="second")(b)
        inner = keras.Sequential([layers.Dense(2), layers.BatchNormalization()], name="inner")
        model = keras.Model([a, b], inner(keras.ops.relu(layers.Add()([left, right]))))
        model.summary(show_trainable=True)
        model.summary(expand_nested=True, show_trainable=True)
        model.summary(line_length=70)
        model.summary(line_length=76, positions=[0.4, 0.6, 0.75, 1.0])
        model.summary(layer_range=("fir", "add"))
        model.summary(layer_range=("inner", "second"))
        keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)]).summary(show_trainable=True)
    return out.getvalue()


def more_summaries():
    keras.utils.clear_session()
    out = io.StringIO()
    with redirect_stdout(out):
        keras.Sequential([layers.Input((20,), dtype="int32"), layers.Embedding(100, 8, mask_zero=True), layers.LSTM(4),
                          layers.Dense(1, activation="sigmoid")]).summary()
        x = keras.Input((7, 3), name="series")
        keras.Model(x, layers.LSTM(2, return_state=True)(x), name="states").summary()
        keras.Sequential([layers.Input((None, 5)), layers.Bidirectional(layers.GRU(3, return_sequences=True)),
                          layers.TimeDistributed(layers.Dense(2))]).summary()
        y = layers.MultiHeadAttention(2, 3)(x, x)
        keras.Model(x, layers.LayerNormalization()(layers.Add()([x, y]))).summary()
        keras.Sequential([layers.Input((30, 4)), layers.Conv1D(6, 3, strides=2, activation="relu"), layers.MaxPooling1D(2),
                          layers.GlobalAveragePooling1D(), layers.Dense(1000), layers.Dense(1100)], name="of_a_series").summary()
        image = keras.Input((16, 16, 3), name="a_very_long_name_of_an_input_layer")
        y = layers.SeparableConv2D(8, 3, padding="same", name="a_separable_convolution_of_three_by_three")(image)
        y = layers.BatchNormalization(trainable=False)(y)
        shortcut = layers.Conv2D(8, 1)(image)
        features = keras.Model(image, layers.Activation("relu")(layers.add([y, shortcut])), name="features")
        features.summary()
        deeper = keras.Sequential([layers.Input((16, 16, 3)), layers.RandomFlip(), layers.Rescaling(1 / 255), features,
                                   layers.GlobalMaxPooling2D(), layers.Dropout(0.5)], name="deeper")
        deeper.summary(expand_nested=True, show_trainable=True)
        one, two = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
        left, right = deeper(one), deeper(two)
        far = layers.Dense(1, name="far")(left - right)
        kind = layers.Dense(3, activation="softmax", name="kind")(layers.concatenate([left, right]))
        keras.Model([one, two], [far, kind], name="siamese").summary(expand_nested=True)
        keras.Sequential([layers.Input((4, 8, 8, 1)), layers.ConvLSTM2D(2, 3, return_sequences=True),
                          layers.Conv3D(2, (2, 3, 3)), layers.Flatten(), layers.Reshape((32, 3))]).summary()
        keras.Sequential([layers.Input((6,)), layers.Normalization(), layers.Dense(3), layers.PReLU()]).summary()
    return out.getvalue()


def subclassed_summary():
    """Of a model of one's own, before and after it has run; and of one with an Input that nothing needs."""
    keras.utils.clear_session()
    out = io.StringIO()
    with redirect_stdout(out):
        net = Net()
        net.summary()
        net(np.zeros((2, 8, 8, 1), np.float32))
        net.summary()
        net(np.zeros((3, 8, 8, 1), np.float32))
        net.summary()
        a, unused = keras.Input((4,)), keras.Input((3,))
        keras.Model([unused, a], layers.Dense(2)(layers.Dense(2)(a))).summary()
    return out.getvalue()


if __name__ == "__main__":
    main()
