#!/usr/bin/env python3
"""Opens the archives that keras_archives_test and keras_all_layers_in_files_test wrote into a folder, and compares what Keras
makes of them with what is beside them.

    check_keras_archives.py FOLDER [calls | training]

NAME.keras, NAME.weights.h5 (loaded once more) and values.safetensors, as make_references_keras_saving.py names them. Of calls:
NAME/x0, NAME/y0, inputs and outputs. Of training: data and targets of two more epochs, and NAME/w0, the weights behind
them; then NAME_theirs.keras is written, trained on once more, and the weights go to theirs.safetensors. Ends with 1 if
something differs.
"""
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from safetensors.numpy import load_file, save_file

folder = pathlib.Path(sys.argv[1])
training = sys.argv[2:] == ["training"]
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


for archive in sorted(folder.glob("*.keras")):
    name = archive.stem
    try:
        model = keras.models.load_model(archive)
        difference = (difference_of_training if training else difference_of_calls)(model, name)
        optimizer = getattr(model, "optimizer", None)
        steps = f", {int(optimizer.iterations)} steps of {optimizer.name}" if optimizer else ""
        print(f"{name}: {difference:.1e}{steps}")
        if not difference < 2e-6:
            failed.append(f"{name}: {difference:.1e}")
    except Exception as error:
        failed.append(f"{name}: {type(error).__name__}: {str(error)[:600]}")
if training:
    save_file(theirs, folder / "theirs.safetensors")
for line in failed:
    print(line, file=sys.stderr)
sys.exit(bool(failed))
