#!/usr/bin/env python3
"""Makes tests/references/keras_applications.txt and .safetensors with Keras 3 itself (TensorFlow backend, CPU).

The text has, for each model on images of 32 x 32 with ten classes, its layers (name, class, shape of the output, number of
parameters) and its weights (path, shape). The tensors are predictions with weights that both sides compute by `weight`.
Run it with a Python that has keras, tensorflow and numpy.
"""
from safetensors_writer import FOLDER, References  # first: it says which backend

import keras
import numpy as np
from keras import layers as L

REFERENCES = References()
LINES = []


def numbers(shape, k):
    """From -0.5 to 0.5, without a pattern, exactly the same everywhere."""
    j = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((j * 7919 + k * 104729) % 2003) / 2003 - 0.5).reshape(shape)


def weight(path, shape):
    value = numbers(shape, sum((i + 1) * byte for i, byte in enumerate(path.encode())))
    name = path.split("/")[-1]
    if name == "kernel":
        inputs = shape[0] * shape[1] if len(shape) == 4 and shape[-1] == 1 else np.prod(shape) / shape[-1]
        return value * np.sqrt(24 / inputs)
    if name in ("embeddings", "token"):
        return value
    return {"variance": 1, "moving_variance": 1, "gamma": 1}.get(name, 0) + 0.2 * value


class PositionEmbedding(L.Layer):
    def __init__(self, longest, **options):
        super().__init__(**options)
        self.longest = longest

    def build(self, shape):
        self.embeddings = self.add_weight(name="embeddings", shape=(self.longest, shape[-1]))

    def call(self, x):
        return x + self.embeddings[: keras.ops.shape(x)[1]]

    def compute_output_shape(self, shape):
        return shape


class ClassToken(L.Layer):
    def build(self, shape):
        self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]))

    def call(self, x):
        return keras.ops.concatenate([x[:, :1] * 0 + self.token, x], axis=1)


def blocks(x, count, heads, size, inside, causal):
    for i in range(count):
        name = f"block_{i}_"
        y = L.LayerNormalization(epsilon=1e-5, name=name + "attention_norm")(x)
        y = L.MultiHeadAttention(heads, size // heads, name=name + "attention")(y, y, use_causal_mask=causal)
        x = L.Add(name=name + "attention_add")([x, y])
        y = L.LayerNormalization(epsilon=1e-5, name=name + "dense_norm")(x)
        y = L.Dense(inside, "gelu", name=name + "intermediate")(y)
        x = L.Add(name=name + "add")([x, L.Dense(size, name=name + "output")(y)])
    return L.LayerNormalization(epsilon=1e-5, name="final_norm")(x)


def gpt():
    tokens = keras.Input((None,), dtype="int32")
    embedding = L.ReversibleEmbedding(50, 16, name="token_embedding")
    x = PositionEmbedding(12, name="position_embedding")(embedding(tokens))
    return keras.Model(tokens, embedding(blocks(x, 2, 4, 16, 32, True), reverse=True))


def vit():
    images = keras.Input((32, 32, 3))
    x = L.Conv2D(16, 8, strides=8, name="patch_embedding")(images)
    x = L.Reshape((16, 16))(x)
    x = PositionEmbedding(17, name="position_embedding")(ClassToken(name="class_token")(x))
    x = L.Lambda(lambda steps: steps[:, 0])(blocks(x, 2, 4, 16, 32, False))
    return keras.Model(images, L.Dense(10, "softmax", name="predictions")(x))


def application(name):
    return lambda: getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=10)


IMAGE = (numbers((1, 32, 32, 3), 1) + 0.5) * 2
TOKENS = (np.arange(24).reshape(2, 12) * 7) % 50
MODELS = {name: application(name) for name in
          ("ResNet50", "ResNet50V2", "MobileNetV2", "EfficientNetB0", "VGG16", "DenseNet121")} | {"GPT": gpt, "ViT": vit}
for name, make in MODELS.items():
    keras.backend.clear_session()
    model = make()
    LINES.append(f"model {name} {model.count_params()}")
    for layer in model.layers:
        if isinstance(layer, L.ReversibleEmbedding):  # called twice: it has no one shape
            continue
        shape = list(layer.output.shape) if not isinstance(layer.output, list) else list(layer.output[0].shape)
        text = ",".join("?" if d is None else str(d) for d in shape)
        LINES.append(f"layer {layer.name} {type(layer).__name__} {text} {layer.count_params()}")
    for w in model.weights:
        LINES.append(f"weight {w.path} {','.join(map(str, w.shape))}")
        w.assign(np.zeros(()) if w.path.endswith("count") else weight(w.path, tuple(w.shape)).astype(np.float32))
    x = TOKENS if name == "GPT" else IMAGE * (255 / 2 if name == "EfficientNetB0" else 1)
    REFERENCES.put(f"{name}/predict", model.predict(x, verbose=0))
for mode in ("caffe", "tf", "torch"):
    REFERENCES.put(f"preprocess/{mode}", keras.applications.imagenet_utils.preprocess_input(
        (IMAGE[:, :2, :2] * 127).astype(np.float32), mode=mode))
path = FOLDER / "keras_applications.txt"
path.write_text("\n".join(LINES) + "\n")
path.chmod(0o644)
print(path, path.stat().st_size, "bytes")
REFERENCES.write("keras_applications.safetensors")
