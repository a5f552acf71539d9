#!/usr/bin/env python3
"""Writes the methods of Tensor that are functions of the vocabulary: include/triptych/core/tensor_methods.h and
src/core/tensor/tensor_methods.cpp.

    make_methods.py [--check]

A function of include/triptych/core/ops/ whose first argument is a tensor is a method if PyTorch's Tensor has one of its name
(pytorch_methods.txt); ALIASES are PyTorch's other names for ours. `name_` is made where PyTorch has it. With --check nothing is
written: it fails if the files are not what it would write."""

import pathlib
import re
import sys

from read_headers import read_headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = ROOT / "include/triptych/core/tensor_methods.h"
SOURCE = ROOT / "src/core/tensor/tensor_methods.cpp"

# PyTorch's name: ours, where no function has PyTorch's.
ALIASES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "divide": "div", "eq": "equal", "fix": "trunc", "ge": "greater_equal",
    "gt": "greater", "le": "less_equal", "lt": "less", "multiply": "mul", "ne": "not_equal", "subtract": "sub",
    "view": "reshape", "inverse": "inv", "pinverse": "pinv",
}
# PyTorch means another function of ours by this name.
OTHERWISE = {"repeat": "tile"}
# What is written by hand in tensor.h, or means something else in PyTorch.
LEFT_OUT = {"lstsq", "lu", "solve", "to", "data", "item", "size", "equal", "where", "index", "embedding", "allclose"}
# PyTorch changes the tensor's shape in these, which a handle's other owners would not expect.
NOT_IN_PLACE = {"squeeze", "unsqueeze", "t", "transpose", "swapaxes", "swapdims", "detach", "resize", "set"}
# Declared here, and written by hand in src/core/tensor/methods.cpp: PyTorch's method does otherwise than the function.
BY_HAND = {("squeeze", ("Axes",))}
# Types that tensor.h knows whole; of others a value without its default is all that can be declared there.
# PyTorch takes their sizes, or axes, by place, too.
BY_PLACE = {"view", "reshape", "expand", "repeat", "tile", "permute", "flip"}
KNOWN = {"Arg", "Shape", "Axes", "Scalar", "DType", "Device", "Slice", "Index", "Dim", "Text"}


def function_of(method):
    """The function of ours that a method is, in place or not."""
    name = method.removesuffix("_")
    return OTHERWISE.get(name, ALIASES.get(name, name))


HEAD = """// Made by scripts/vocabulary/make_methods.py: the vocabulary as methods of Tensor.
// clang-format off
"""


def bare(type_name):
    """Without const, & and *."""
    return re.sub(r"\bconst\b|[&*]", "", type_name).strip()


def own_names(type_name):
    """The names of ours in a type."""
    return [name for name in re.findall(r"(?<!:)\b[A-Z]\w*", type_name)]


class Method:
    """A function under the name of a method, with some of its parameters."""

    def __init__(self, name, function, parameters):
        self.name, self.function, self.parameters = name, function, parameters

    @property
    def calls(self):
        scope = self.function.namespace + "::"
        return scope + self.function.name

    def has_arg(self):
        return next((p.name for p in self.parameters if p.type in ("Arg", "const Arg&")), None)

    def declared(self, defaults):
        parts = []
        for p in self.parameters:
            kind = "const Arg&" if p.type == "Arg" else p.type
            parts.append(kind + " " + p.name + (f" = {p.default}" if defaults and p.default is not None else ""))
        if not self.has_arg():
            parts.append("Location where" + (" = Location::here()" if defaults else ""))
        return ", ".join(parts)

    def where(self):
        return self.has_arg() + ".where()" if self.has_arg() else "where"

    def call(self):
        arguments = [f"Arg(self(), {self.where()})"] + [p.name for p in self.parameters]
        return f"{self.calls}({', '.join(arguments)})"


def methods(functions, names):
    made, seen = [], set()
    by_name = {}
    for f in functions:
        if (f.header.startswith("triptych/core/ops/") and not f.owner and not f.template and not f.deleted and f.parameters
                and f.parameters[0].type == "Arg" and WORD.match(f.name) and not f.name.startswith("operator")):
            by_name.setdefault(f.name, []).append(f)
    for name, all_of in by_name.items():  # torch.linalg.diagonal has other defaults than the method
        by_name[name] = [f for f in all_of if f.namespace == "triptych"] or all_of
    for name in sorted(names):
        ours = by_name.get(OTHERWISE.get(name, name)) or by_name.get(ALIASES.get(name, ""))
        if not ours or name in LEFT_OUT or name.endswith("_"):
            continue
        for f in ours:
            rest = f.parameters[1:]
            unknown = next((i for i, p in enumerate(rest)
                            if p.default is not None and not set(own_names(p.type)) <= KNOWN), None)
            variants = [rest]
            if unknown is not None:  # the default of a type that is not known yet: two declarations
                given = [type(p)(p.type, p.name, None) for p in rest[:unknown + 1]] + rest[unknown + 1:]
                variants = [rest[:unknown], given]
            for parameters in variants:
                key = (name, tuple(bare(p.type) for p in parameters))
                if key not in seen:
                    seen.add(key)
                    made.append(Method(name, f, parameters))
    return made


WORD = re.compile(r"[a-z]\w*$")


def kinds_of(classes):
    """The classes that stand in a namespace themselves, by name."""
    return {c.name: c for c in classes if c.namespace in ("triptych", "triptych::linalg") and "::" not in c.name}


def forward_declarations(made, classes):
    kinds, needed = kinds_of(classes), set()
    for m in made:
        for text in [m.function.result] + [p.type for p in m.parameters]:
            needed |= set(own_names(text)) - KNOWN - {"Tensor"}
    lines = []
    for name in sorted(needed):
        if name not in kinds:
            raise SystemExit(f"make_methods.py: {name} cannot be declared in advance: it is no class of namespace triptych")
        kind = f"enum class {name} : {kinds[name].bases[0]};" if kinds[name].is_enum else f"struct {name};"
        inner = kinds[name].namespace.removeprefix("triptych").removeprefix("::")
        lines.append(f"namespace {inner} {{ {kind} }}" if inner else kind)
    return lines


def qualify(made, classes):
    """Types of inner namespaces get their whole names."""
    inner = {name: c.namespace.removeprefix("triptych::") for name, c in kinds_of(classes).items() if c.namespace != "triptych"}
    whole = lambda text: re.sub(r"(?<!:)\b[A-Z]\w*", lambda found: f"{inner[found.group()]}::{found.group()}" if found.group() in inner
                                else found.group(), text)
    for m in made:
        m.result = whole(m.function.result)
        m.parameters = [type(p)(whole(p.type), p.name, p.default) for p in m.parameters]


def wrapped(text, indent):
    """The declaration on lines of at most 120 characters."""
    if len(text) <= 120:
        return text
    place = text.index("(") + 1
    words, lines, line = text[place:].split(", "), [], text[:place]
    for i, word in enumerate(words):
        piece = word + (", " if i + 1 < len(words) else "")
        if len(line) + len(piece.rstrip()) > 120:
            lines.append(line.rstrip())
            line = " " * min(place, indent + 40)
        line += piece
    return "\n".join(lines + [line])


def by_place(m):
    """The method that takes them so; auto, since Tensor is not known yet."""
    whole = ("detail::AxesByPlace(first, more...).axes" if bare(m.parameters[0].type) == "Axes"
             else "detail::SizesByPlace(first, more...).shape")
    return (f"  template <Length... More>\n  auto {m.name}(At first, More... more) const {{\n"
            f"    return {m.name}({whole}, first.where());\n  }}")


def header(made, in_place, declarations):
    lines = [HEAD + "#pragma once\n", "#include <cstdint>", "#include <initializer_list>", "#include <optional>",
             "#include <utility>", "#include <vector>\n"]
    lines += [f'#include "triptych/core/{name}.h"' for name in ("dtype", "export", "index", "location", "scalar", "shape", "sizes_by_place", "text")]
    lines += ["\nnamespace triptych {\n", "class Arg;", "class Generator;", "class Tensor;"]
    lines += [line for line in declarations if line != "struct Generator;"]
    lines += ["""
/// The functions of core/ops.h that PyTorch has as methods: `x.exp()` is `exp(x)`, `x.sum({0})` is `sum(x, {0})`. They are
/// described with the functions. Those whose names end in _ change this tensor and every handle to it, never another view:
/// the result must have the tensor's shape and becomes its dtype, which must be floating if the result is (ArgumentError).
class TRIPTYCH_API TensorMethods {
 public:"""]
    for m in made:
        lines.append(wrapped(f"  {m.result} {m.name}({m.declared(True)}) const;", 2))
        if m.name in BY_PLACE:
            lines.append(by_place(m))
    lines.append("\n  // In place; on a temporary they would do nothing.")
    for m in in_place:
        types = ", ".join("const Arg&" if p.type == "Arg" else p.type for p in m.parameters)
        lines.append(wrapped(f"  Tensor& {m.name}_({m.declared(True)}) &;", 2))
        lines.append(wrapped(f"  Tensor& {m.name}_({types}) && = delete;", 2))
    lines += ["""
 protected:
  TensorMethods() = default;

 private:
  const Tensor& self() const;
  Tensor& self();
};

}  // namespace triptych"""]
    return "\n".join(lines) + "\n"


def source(made, in_place):
    lines = [HEAD + '#include "core/tensor/inplace.h"\n#include "triptych/core/ops.h"\n\nnamespace triptych {\n',
             "const Tensor& TensorMethods::self() const { return static_cast<const Tensor&>(*this); }",
             "Tensor& TensorMethods::self() { return static_cast<Tensor&>(*this); }\n"]
    for m in made:
        if (m.name, tuple(bare(p.type) for p in m.parameters)) in BY_HAND:
            continue
        head = f"{m.result} TensorMethods::{m.name}({m.declared(False)}) const {{"
        lines.append(wrapped(head, 2) + f"\n  return {m.call()};\n}}")
    for m in in_place:
        head = f"Tensor& TensorMethods::{m.name}_({m.declared(False)}) & {{"
        lines.append(wrapped(head, 2) + f'\n  return Change(self(), "{m.name}_", {m.where()}).to({m.call()});\n}}')
    lines.append("\n}  // namespace triptych")
    return "\n".join(lines) + "\n"


def main():
    functions, classes, _ = read_headers(ROOT / "include")
    names = set((pathlib.Path(__file__).parent / "pytorch_methods.txt").read_text().split())
    made = methods(functions, names)
    in_place = [m for m in made if m.name + "_" in names and m.name not in NOT_IN_PLACE and m.function.result == "Tensor"]
    declarations = forward_declarations(made, classes)
    qualify(made, classes)
    texts = {HEADER: header(made, in_place, declarations), SOURCE: source(made, in_place)}
    if "--check" in sys.argv[1:]:
        stale = [str(path.relative_to(ROOT)) for path, text in texts.items() if not path.exists() or path.read_text() != text]
        if stale:
            raise SystemExit(f"not up to date: {', '.join(stale)}. Run scripts/vocabulary/make_methods.py")
        return
    for path, text in texts.items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main()
