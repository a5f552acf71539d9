#!/usr/bin/env python3
"""Fails if a name that a header of the homes' words declares has no line in calls/."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/vocabulary"))
from make_calls import lines_of
from read_headers import Reader

# What C++ cannot call so.
KEYWORDS = {"switch_": "switch"}
# Folder or header: what its namespace is called in the calls.
HEADERS = {
    "triptych::eager::nn::functional": ("F", "triptych/eager/functional.h", "pytorch"),
    "triptych::lowlevel": ("tf", "triptych/lowlevel/names*", "tensorflow"),
    "triptych::keras::ops": ("K", "triptych/keras/ops*", "keras"),
    "triptych::keras::random": ("R", "triptych/keras/random.h", "keras"),
}


def declared(namespace, pattern):
    """The names below the namespace: nn::relu, reduce_mean."""
    include = ROOT / "include"
    paths = [path for path in include.glob(pattern) if path.is_file()]
    paths += [path for folder in include.glob(pattern) if folder.is_dir() for path in folder.rglob("*.h")]
    names = set()
    for path in paths:
        reader = Reader(path, include)
        reader.read()
        full = {f.full_name for f in reader.functions if not f.owner} | set(reader.aliases)
        names |= {name.removeprefix(namespace + "::").removeprefix("root::") for name in full if name.startswith(namespace + "::") and "detail" not in name and "operator" not in name}
    return {KEYWORDS.get(name, name) for name in names}


def main():
    missing = []
    for namespace, (short, pattern, home) in HEADERS.items():
        text = "\n".join(theirs for theirs, _ in lines_of(ROOT / f"tests/vocabulary/calls/{home}.txt"))
        called = {name.replace(".", "::") for name in re.findall(rf"\b{short}\.([\w.]+)\(", text)}
        # A name at tf's root is that of a module: tf.abs is tf.math.abs.
        tails = {name.split("::")[-1] for name in called} if short == "tf" else set()
        missing += [f"{short}.{name}" for name in sorted(declared(namespace, pattern)) if name not in called and name not in tails]
    if missing:
        raise SystemExit("no call in tests/vocabulary/calls/ for: " + ", ".join(missing))


if __name__ == "__main__":
    main()
