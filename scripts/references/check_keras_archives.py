#!/usr/bin/env python3
"""Opens the archives that keras_archives_test wrote into a folder, and compares Keras's predictions with those beside them.

NAME.keras, NAME.weights.h5 (loaded once more) and values.safetensors (NAME/x0, NAME/y0), as make_references_keras_saving.py
names them. Ends with 1 if one differs.
"""
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from safetensors.numpy import load_file

folder = pathlib.Path(sys.argv[1])
values = load_file(folder / "values.safetensors")
failed = 0
for archive in sorted(folder.glob("*.keras")):
    name = archive.stem
    model = keras.models.load_model(archive)

    def several(letter):
        found = [values[f"{name}/{letter}{i}"] for i in range(9) if f"{name}/{letter}{i}" in values]
        return found if len(found) > 1 else found[0]

    def worst():
        given, wanted = model.predict(several("x"), verbose=0), several("y")
        pairs = zip(given, wanted) if isinstance(wanted, list) else [(given, wanted)]
        return max(float(np.max(np.abs(g - w) / (1 + np.abs(w)))) for g, w in pairs)

    difference = worst()
    weights = folder / f"{name}.weights.h5"
    if weights.exists():
        model.load_weights(weights)
        difference = max(difference, worst())
    optimizer = getattr(model, "optimizer", None)
    steps = f", {int(optimizer.iterations)} steps of {optimizer.name}" if optimizer else ""
    print(f"{name}: {difference:.1e}{steps}")
    failed |= difference > 2e-6
sys.exit(failed)
