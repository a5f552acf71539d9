#!/usr/bin/env python3
"""Writes docs/ops.md from the public headers, home_names.txt and what the program describe_ops prints.

    make_ops_page.py DESCRIPTION [--check]

With --check nothing is written: it fails if the page is not what it would write."""

import json
import pathlib
import re
import sys

from read_headers import read_headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/ops.md"
FLOATS = {"float32", "float64", "float16", "bfloat16"}
WHOLE = {"int8", "uint8", "int32", "int64"}


def home_names():
    lines = (ROOT / "scripts/vocabulary/home_names.txt").read_text().splitlines()[1:]
    return {name: homes for name, *homes in (re.split(r" ?\| ?", line) for line in lines)}


def documented(header):
    """The first comment of a header, and for each line the documentation right above it."""
    lines = (ROOT / "include" / header).read_text().splitlines()
    title = []
    for line in lines:
        if not line.startswith("// "):
            break
        title.append(line[3:])
    above, text, fresh = {}, [], True
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped.startswith("///"):
            if fresh:
                text = []
            fresh = False
            text.append(stripped[3:].strip())
        else:
            above[number] = " ".join(text)
            text, fresh = [], True
    return " ".join(title), above


def sentence(text):
    """The first one, without @throws and its like."""
    text = text.split("@")[0].strip()
    end = re.search(r"(?<!e\.g)(?<!i\.e)[.;:](?= |$)", text)
    return text[:end.start()] if end else text


def cell(text):
    return text.replace("|", "\\|").strip()


def signature(f):
    parts = []
    for p in f.parameters:
        if p.type.endswith("Location"):
            continue
        parts.append(f"{p.type} {p.name}".strip() + (f" = {p.default}" if p.default is not None else ""))
    scope = f.namespace.removeprefix("triptych").removeprefix("::")
    return f"{scope + '::' if scope else ''}{f.name}({', '.join(parts)})".replace("std::int64_t", "int64_t")


def dtypes(names):
    names = set(names or [])
    words = []
    if FLOATS <= names:
        words.append("floating")
        names -= FLOATS
    if WHOLE <= names:
        words.append("integers")
        names -= WHOLE
    return ", ".join(words + sorted(names))


def functions_part(description):
    functions, _, _ = read_headers(ROOT / "include")
    homes, registered = home_names(), {op["name"] for op in description["ops"]}
    by_header = {}
    for f in functions:
        public = not f.owner and not f.friend and not f.name.startswith("operator") and "detail" not in f.namespace
        if public and (f.header.startswith("triptych/core/ops/") or f.header == "triptych/core/random.h"):
            by_header.setdefault(f.header, []).append(f)
    lines = []
    for header, members in by_header.items():
        title, above = documented(header)
        lines += [f"### [{header.removeprefix('triptych/core/')}](../include/{header})", "", title, "",
                  "| function | what it gives | PyTorch | TensorFlow | Keras | ops |", "|---|---|---|---|---|---|"]
        for name in dict.fromkeys(f.name for f in members):
            overloads = [f for f in members if f.name == name]
            longest = max(overloads, key=lambda f: len(f.parameters))
            what = next((sentence(above[f.line]) for f in overloads if above.get(f.line)), "")
            made_of = sorted(set(description["functions"].get(name, [])) - {"constant", "placeholder"})
            ops = "itself" if name in registered else ", ".join(made_of)
            names = homes.get(name, ["", "", ""])
            lines.append("| " + " | ".join([f"`{cell(signature(longest))}`", cell(what), *map(cell, names), ops]) + " |")
        lines.append("")
    return lines


def ops_part(description):
    lines = ["| op | inputs | attributes | dtypes | CPU | CUDA | gradient | vmap | |", "|---|---|---|---|---|---|---|---|---|"]
    for op in description["ops"]:
        inputs = str(op["inputs"]) if op["more"] == op["inputs"] else f"{op['inputs']} or more" if op["more"] < 0 else (
            f"{op['inputs']} to {op['more']}")
        decomposed = op["decomposes"] and not op["cpu"]
        device = lambda name: "kernel" if op[name] else "decomposed" if op["decomposes"] else "view" if op["view"] else ""
        notes = []
        if op["decomposes"] and op["cpu"]:
            notes.append("fused")
        if op["view"]:
            notes.append("a view where it can be")
        if op["writes"]:
            notes.append("writes state")
        if op["joined"]:
            notes.append("joined with its neighbours on a GPU")
        gradient = {"rule": "any order", "decomposition": "any order, as its parts", "stops": "ends here", "none": "no"}[op["gradient"]]
        vmap = {"rule": "together", "loop": "one by one", "random": "as `randomness` says", "shared": ""}[op["vmap"]]
        if decomposed:
            notes.append("decomposed")
        lines.append(f"| `{op['name']}` | {inputs} | {', '.join(op['attributes'] or [])} | {dtypes(op.get('dtypes'))} | {device('cpu')} | "
                     f"{device('cuda')} | {gradient} | {vmap} | {', '.join(dict.fromkeys(notes))} |")
    return lines


def main():
    description = json.loads(pathlib.Path(sys.argv[1]).read_text())
    lines = ["# Functions and ops", "",
             "Made by `scripts/vocabulary/make_ops_page.py` from the headers and the registry; a test keeps it so. The first part is what users",
             "call, in every style; the second is what the library computes with: each function is an op itself or made of several. How an op is",
             "added: [adding_an_op.md](adding_an_op.md).", "", "## Functions", "", *functions_part(description), "## Ops", "",
             "What is differentiable is so to any order, since gradients are written in the functions above. *Fused*: a kernel for what could be several",
             "ops. *Decomposed*: it runs as other ops. Dtypes are those of the first input (of the output, if there is none).",
             "*vmap*: whether the examples of `eager::func::vmap` are computed together by a batching rule, or one by one (as they are where a rule",
             "has no way for the operands at hand: src/core/graph/batching/).", "",
             *ops_part(description)]
    text = "\n".join(lines) + "\n"
    if "--check" in sys.argv[2:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            raise SystemExit("docs/ops.md is not up to date: run describe_ops > FILE, then scripts/vocabulary/make_ops_page.py FILE")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
