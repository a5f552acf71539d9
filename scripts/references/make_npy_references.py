"""Small files of numpy.save, in tests/references/npy."""
import pathlib

import numpy

folder = pathlib.Path(__file__).parents[2] / "tests/references/npy"
folder.mkdir(exist_ok=True)
counts = numpy.arange(6)
arrays = {
    "float32": numpy.array([[0.5, -1.25, numpy.inf], [numpy.nan, 1e-40, 3]], "float32"),
    "float64": numpy.array(0.1),
    "float16": counts.astype("float16").reshape(2, 1, 3),
    "int64": counts - 3,
    "int32": counts.astype("int32"),
    "int8": (counts - 3).astype("int8"),
    "uint8": (counts + 250).astype("uint8"),
    "bool": counts % 2 == 0,
    "empty": numpy.zeros((0, 3), "float32"),
    # what is read, but not written
    "fortran": numpy.asfortranarray(counts.astype("float32").reshape(2, 3)),
    "big_endian": counts.astype(">f8"),
    "int16": (counts - 3).astype("int16"),
    "uint16": (counts + 65530).astype("uint16"),
    "uint32": (counts + 4294967290).astype("uint32"),
    "complex": counts.astype("complex64"),
    "text": numpy.array(["a", "bc"]),
}
# what the model of tests/references/model.tt (saved_graph_test) makes of x: relu(x w), three times by a loop
x, w = numpy.array([[1, 2], [-1, 1], [0.5, 0]], "float32"), numpy.array([[1, 0.5], [-1, 0.25]], "float32")
y = x
for _ in range(3):
    y = numpy.maximum(y @ w, 0)
arrays |= {"model_x": x, "model_y": y.astype("float32")}
for name, array in arrays.items():
    numpy.save(folder / f"{name}.npy", array)
    (folder / f"{name}.npy").chmod(0o644)
