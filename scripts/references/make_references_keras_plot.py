#!/usr/bin/env python3
"""Makes tests/references/keras_plot.txt: what Keras's model_to_dot draws of models that keras_text_test builds too.

For each drawing its boxes' labels and frames' names in their order, and the arrows by the boxes' numbers. Run it with a Python
that has keras, tensorflow and pydot.
"""
from safetensors_writer import FOLDER  # first: it says which backend

import keras
from keras import Input, layers

lines = []


def walk(dot, ids):
    for part in sorted(dot.get_node_list() + dot.get_subgraph_list(), key=lambda part: part.get_sequence()):
        if hasattr(part, "get_node_list"):
            lines.append(f"frame {part.get_label()}")
            walk(part, ids)
        elif part.get_name() != "node":
            ids[part.get_name()] = len(ids)
            lines.append(f"box {part.get_label()}")
    for edge in dot.get_edge_list():
        lines.append(f"arrow {ids[edge.get_source()]} {ids[edge.get_destination()]}")


def draw(title, model, **options):
    lines.append(f"== {title}")
    walk(keras.utils.model_to_dot(model, **options), {})


everything = dict(show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True)
digits = keras.Sequential(
    [Input((28, 28, 1)), layers.Conv2D(8, 3, activation="relu"), layers.BatchNormalization(trainable=False),
     layers.Flatten(), layers.Dense(10, dtype="mixed_float16")], name="digits")
draw("names", digits, show_layer_names=False)
draw("everything", digits, **everything)
a, b = Input((4,), name="a"), Input((4,), name="b")
inner = keras.Sequential([layers.Dense(3, name="first"), layers.Dense(2, activation="tanh", name="second")], name="inner")
x = Input((2,), name="x")
deep = keras.Model(x, [layers.Dense(2, name="one")(x), layers.Dense(3, name="two")(x)], name="deep")
one, two = deep(inner(layers.Add(name="add")([a, b])))
shared = layers.Dense(2, name="shared")
model = keras.Model([a, b], [layers.Concatenate(name="join")([one, two]), shared(shared(one)) * 2.0], name="whole")
draw("nested", model, show_shapes=True)
draw("expanded", model, expand_nested=True, **everything)

path = FOLDER / "keras_plot.txt"
path.write_text("\n".join(lines) + "\n")
path.chmod(0o644)
print(path, len(lines), "lines")
