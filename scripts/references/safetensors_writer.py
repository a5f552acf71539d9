"""What the scripts that make references with Keras share: tensors by name, and the file of them."""
import json
import os
import struct
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent.parent / "tests" / "references"
NAMES = {np.dtype(np.float32): "F32", np.dtype(np.int64): "I64"}


class References:
    def __init__(self):
        self.tensors = {}

    def put(self, name, value):
        """Keeps float32 or int64."""
        value = np.array(value, order="C")
        self.tensors[name] = value.astype({"f": np.float32, "i": np.int64, "u": np.int64, "b": np.int64}[value.dtype.kind])

    def write(self, file):
        header, offset = {}, 0
        for name, value in self.tensors.items():
            header[name] = {"dtype": NAMES[value.dtype], "shape": list(value.shape),
                            "data_offsets": [offset, offset + value.nbytes]}
            offset += value.nbytes
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        path = FOLDER / file
        path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in self.tensors.values()))
        path.chmod(0o644)
        print(path, path.stat().st_size, "bytes")
