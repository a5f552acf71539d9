#!/usr/bin/env python3
"""Opens the archives that keras_archives_test, keras_all_layers_in_files_test and keras_custom_objects_test wrote into a
folder, and compares what Keras makes of them with what is beside them.

    check_keras_archives.py FOLDER [calls | training | compiled | json]

NAME.keras, NAME.weights.h5 (loaded once more) and values.safetensors, as make_references_keras_saving.py names them. Of calls:
NAME/x0, NAME/y0, inputs and outputs. Of training: data and targets of two more epochs, and NAME/w0, the weights behind
them; then NAME_theirs.keras is written, trained on once more, and the weights go to theirs.safetensors. Of compiled: data
and targets of one more epoch, and NAME/e/KEY, what `evaluate` gives behind it; then NAME_theirs.keras is written. Of json:
NAME.json is a layer, and the texts that it is called on, or NAME/x0 and x1, boxes and labels; NAME_theirs.json is written.
Ends with 1 if something differs.
"""
import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from safetensors.numpy import load_file, save_file

folder = pathlib.Path(sys.argv[1])
mode = sys.argv[2] if len(sys.argv) > 2 else "calls"
values = load_file(folder / "values.safetensors")
theirs = {}
failed = []


def listed(name, letter):
    """NAME/x0, NAME/x1, ..."""
    found = []
    while f"{name}/{letter}{len(found)}" in values:
        found.append(values[f"{name}/{letter}{len(found)}"])
    return found


def worst(given, wanted):
    assert len(given) == len(wanted), f"{len(given)} results, {len(wanted)} wanted"
    for g, w in zip(given, wanted):
        assert g.shape == w.shape, f"{g.shape} and {w.shape}"
    return max(float(np.max(np.abs(g.astype("float64") - w) / (1 + np.abs(w)), initial=0)) for g, w in zip(given, wanted))


def difference_of_calls(model, name):
    x, y = listed(name, "x"), listed(name, "y")

    def of_this():
        given = model(x if len(x) > 1 else x[0], training=False)
        given = given if isinstance(given, (list, tuple)) else [given]
        return worst([keras.ops.convert_to_numpy(g) for g in given], y)

    result = of_this()
    weights = folder / f"{name}.weights.h5"
    if weights.exists():
        for layer in model.layers:
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()
        model.load_weights(weights)
        result = max(result, of_this())
    return result


def difference_of_training(model, name):
    x, y = listed(name, "x")[0], listed(name, "y")[0]

    def go_on():
        model.fit(x, y, batch_size=4, epochs=2, verbose=0, shuffle=False)

    go_on()
    result = worst(model.get_weights(), listed(name, "w"))
    model.save(folder / f"{name}_theirs.keras")
    theirs[f"{name}/x0"], theirs[f"{name}/y0"] = x, y
    go_on()
    for i, weight in enumerate(model.get_weights()):
        theirs[f"{name}/w{i}"] = np.ascontiguousarray(weight)
    return result


def difference_of_compiled(model, name):
    x, y = listed(name, "x"), listed(name, "y")
    x, y = x[0] if len(x) == 1 else x, y[0] if len(y) == 1 else y
    # The archive was written before the epoch.
    model.fit(x, y, batch_size=4, verbose=0, shuffle=False)
    given = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    start = f"{name}/e/"
    wanted = {key[len(start):]: float(value[0]) for key, value in values.items() if key.startswith(start)}
    flat = {}
    for key, value in given.items():
        value = np.asarray(value)
        if value.ndim == 0:
            flat[key] = float(value)
    assert sorted(flat) == sorted(wanted), f"{sorted(flat)} and {sorted(wanted)}"
    model.save(folder / f"{name}_theirs.keras")
    return max(abs(flat[key] - wanted[key]) / (1 + abs(wanted[key])) for key in wanted)


def difference_of_layer(path, name):
    given = json.loads(path.read_text())
    if "texts" not in given:
        given["layer"]["config"]["bounding_box_format"] = "xyxy"  # which only Keras asks for
    layer = keras.layers.deserialize(given["layer"])
    if "texts" in given:
        result = layer(keras.ops.convert_to_tensor(given["texts"], dtype="string"))
    else:
        boxes, labels = listed(name, "x")
        images = np.zeros((len(boxes), 8, 8, 3), "float32")
        result = layer({"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}})["bounding_boxes"]["boxes"]
    (folder / f"{name}_theirs.json").write_text(json.dumps(keras.layers.serialize(layer)))
    return worst([keras.ops.convert_to_numpy(result)], listed(name, "y"))


# --- Classes and functions of keras_custom_objects_test -----------------------------------------------------------------


def known(name=None):
    return keras.saving.register_keras_serializable("tests", name)


@known()
class Asymmetric(keras.losses.Loss):
    def __init__(self, slope, name="asymmetric", reduction="sum"):
        super().__init__(name=name, reduction=reduction)
        self.slope = slope

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return keras.ops.mean(keras.ops.where(error > 0, error * self.slope, -error), axis=-1)

    def get_config(self):
        return {**super().get_config(), "slope": self.slope}


@known()
class LargestError(keras.metrics.Metric):
    def __init__(self, name="largest_error", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.largest = self.add_variable((), "zeros", name="largest")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(keras.ops.maximum(self.largest, keras.ops.max(keras.ops.abs(y_true - y_pred))))

    def result(self):
        return self.largest + 0


@known()
class Heavy(keras.optimizers.Optimizer):
    def __init__(self, learning_rate, friction, name="heavy", **options):
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.friction = friction

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self.velocities = [self.add_variable_from_reference(v, name="velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.velocities[self._get_variable_index(variable)]
        self.assign(velocity, velocity * self.friction + gradient)
        self.assign_sub(variable, velocity * keras.ops.cast(learning_rate, variable.dtype))

    def get_config(self):
        return {**super().get_config(), "friction": self.friction}


@known()
def cubic_error(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)


@known()
class L3(keras.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * keras.ops.sum(keras.ops.abs(x) ** 3)

    def get_config(self):
        return {"factor": self.factor}


@known()
class Clipped(keras.constraints.Constraint):
    def __init__(self, bound):
        self.bound = bound

    def __call__(self, w):
        return keras.ops.clip(w, -self.bound, self.bound)

    def get_config(self):
        return {"bound": self.bound}


@known()
class Filled(keras.initializers.Initializer):
    def __init__(self, value):
        self.value = value

    def __call__(self, shape, dtype=None):
        return keras.ops.full(shape, self.value, dtype=dtype)

    def get_config(self):
        return {"value": self.value}


@known()
class Halved(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, step):
        return self.rate / (keras.ops.cast(step, "float32") + 1)

    def get_config(self):
        return {"rate": self.rate}


@known()
def sum_of_squares(x):
    return keras.ops.sum(x * x)


@known()
def sevenths(shape, dtype=None):
    return keras.ops.full(shape, 1 / 7, dtype=dtype)


if mode == "json":
    for path in sorted(folder.glob("*.json")):
        name = path.stem
        try:
            difference = difference_of_layer(path, name)
            print(f"{name}: {difference:.1e}")
            if not difference < 2e-6:
                failed.append(f"{name}: {difference:.1e}")
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {str(error)[:600]}")
    for line in failed:
        print(line, file=sys.stderr)
    sys.exit(bool(failed))

difference_of = {"calls": difference_of_calls, "training": difference_of_training, "compiled": difference_of_compiled}[mode]
for archive in sorted(folder.glob("*.keras")):
    name = archive.stem
    try:
        model = keras.models.load_model(archive)
        difference = difference_of(model, name)
        optimizer = getattr(model, "optimizer", None)
        steps = f", {int(optimizer.iterations)} steps of {optimizer.name}" if optimizer else ""
        print(f"{name}: {difference:.1e}{steps}")
        if not difference < 2e-6:
            failed.append(f"{name}: {difference:.1e}")
    except Exception as error:
        failed.append(f"{name}: {type(error).__name__}: {str(error)[:600]}")
if mode == "training":
    save_file(theirs, folder / "theirs.safetensors")
for line in failed:
    print(line, file=sys.stderr)
sys.exit(bool(failed))
