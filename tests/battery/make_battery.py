#!/usr/bin/env python3
"""Writes the battery's subjects: a function for each one that the headers declare, which calls it with the arguments that a
case gives it.

    make_battery.py INCLUDE ARGUMENTS OUTPUT PARTS

ARGUMENTS (arguments.txt) says what cannot be read from a declaration: arguments that fit each other, what stands for a
template's parameter, and what is left out and why. Each of its lines is used, or it is an error."""

import fnmatch
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/vocabulary"))
from make_methods import function_of
from read_headers import TOKEN, WORD, Unreadable, read_headers, text_of

# What stands for a template's parameter of a kind.
KINDS = {
    "Number": "double",
    "WholeNumber": "std::int64_t",
    "std::integral": "std::int64_t",
    "std::same_as<bool>": "bool",
    "std::same_as<Tensor>": "triptych::Tensor",
    "std::convertible_to<Shape>": "triptych::Shape",
    "std::convertible_to<std::string>": "std::string",
    "std::convertible_to<keras::Activation>": "std::string",
    "std::derived_from<Dataset>": "triptych::data::TensorDataset",
    "std::derived_from<data::Dataset>": "triptych::data::TensorDataset",
    "std::convertible_to<LearningRate>": "double",
    "LossFunction": "std::function<triptych::Tensor(const triptych::Tensor&, const triptych::Tensor&)>",
}


class Table:
    """arguments.txt."""

    def __init__(self, path):
        self.good, self.templates, self.left_out, self.random, self.history, self.hooks = {}, {}, {}, {}, {}, {}
        self.refused = {}
        self.used = set()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            line = line.split("  # ")[0].strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("without "):
                name, _, reason = line[8:].partition(" because ")
                if not reason:
                    raise Unreadable(f"{path}:{number}: no reason")
                self.left_out[name] = number
            elif line.startswith("template "):
                name, _, values = line[9:].partition(": ")
                self.templates.setdefault(name, (number, []))[1].append(
                    dict(value.split(" = ") for value in values.split("; ") if value))
            elif line.startswith("random "):
                self.random[line[7:]] = number
            elif line.startswith("history "):
                self.history[line[8:]] = number
            elif line.startswith("hook "):
                self.hooks[line[5:]] = number
            elif line.startswith("refused "):
                self.refused[line[8:]] = number
            else:
                name, _, value = line.partition(" = ")
                if not value:
                    raise Unreadable(f"{path}:{number}: {line}")
                self.good[name] = (number, value)
        # A star in the list of types is a pointer's.
        self.wild = {id(entries): [key for key in entries if "*" in key.split("(")[0]]
                     for entries in (self.good, self.templates)}

    def find(self, entries, names, wild=False):
        """The entry of the first name that has one; with `wild`, or where a key has a *, of the first key that is like one."""
        for name in names:
            if name in entries:
                return self.use(entries[name])
        for key in self.wild[id(entries)] if not wild else entries:
            if any(fnmatch.fnmatchcase(name, key) for name in names):
                return self.use(entries[key])
        return None

    def use(self, entry):
        self.used.add(entry[0] if isinstance(entry, tuple) else entry)
        return entry if not isinstance(entry, tuple) else entry[1]

    def unused(self):
        numbers = list(self.left_out.values()) + list(self.random.values()) + list(self.hooks.values())
        numbers += list(self.history.values()) + list(self.refused.values())
        numbers += [entry[0] for entry in list(self.good.values()) + list(self.templates.values())]
        return sorted(set(numbers) - self.used)


class Names:
    """Finds what a name in a declaration means, from the inside out as C++ does."""

    def __init__(self, classes, aliases, namespaces):
        self.classes = {c.full_name: c for c in classes}
        self.aliases, self.namespaces = aliases, namespaces

    def find(self, name, scope):
        while True:
            full = f"{scope}::{name}" if scope else name
            if self.aliases.get(full):
                return self.aliases[full]
            if full in self.classes or full in self.aliases or full in self.namespaces:
                return full
            owner = self.classes.get(scope)
            if owner:
                if name in owner.aliases:
                    return self.qualified(owner.aliases[name], scope)
                for base in owner.bases:
                    base_name, _, arguments = self.qualified(base, owner.namespace).lstrip(":").partition("<")
                    record = self.classes.get(base_name)
                    if record and record.template and name in record.aliases:
                        given = dict(zip([parameter for _, parameter in record.template],
                                         [argument.strip() for argument in arguments.rstrip("> ").split(",")]))
                        return self.qualified(record.aliases[name].removeprefix("typename "), base_name, given)
                    found = base_name in self.classes and self.find(name, base_name)
                    if found and (found.startswith(base_name) or name in self.classes[base_name].aliases):
                        return found
            if not scope:
                return None
            scope = scope.rpartition("::")[0]

    def qualified(self, text, scope, template=None):
        """A type, with the whole name of everything in it."""
        tokens = [found.group() for found in TOKEN.finditer(text)]
        result = []
        for i, token in enumerate(tokens):
            after = i > 0 and tokens[i - 1] == "::"
            if token == "::" and (i == 0 or tokens[i - 1] in ("const", "<", "(", ",")):
                continue  # ::triptych
            # In std::function<void(int epoch, Logs&)> a parameter's name is no type.
            if WORD.match(token) and not after:
                if template and token in template:
                    token = template[token]
                else:
                    found = self.find(token, scope)
                    token = found if found else token
            result.append(token)
        return text_of(result)


def plain(type_text):
    """A type without const and reference: what a case keeps."""
    reference = ""
    for mark in ("&&", "&"):
        if type_text.endswith(mark):
            type_text, reference = type_text[:-len(mark)].strip(), mark
            break
    if type_text.startswith("const const "):  # a template's const T&, of const char*
        type_text = type_text[len("const "):]
    constant = type_text.startswith("const ") and not type_text.endswith("*")
    if constant:
        type_text = type_text[len("const "):]
    return type_text, constant, reference


def good_default(type_text, default):
    """The default of a parameter where it is a good argument: a name, a dtype, a number for all axes. (Of a number or a flag it is
    what changes nothing: another one says more.)"""
    if default is None:
        return None
    if type_text in ("triptych::DType", "triptych::DataFormat") and re.fullmatch(r"[\w:]+", default):
        return f"tt::{default}"
    is_good = re.fullmatch(r'".*"', default) or type_text == "triptych::Axes" and re.fullmatch(r"-?\d+", default)
    return default if is_good else None


class Writer:
    def __init__(self, functions, classes, names, table):
        self.functions, self.classes, self.names, self.table = functions, classes, names, table
        self.needed = set()  # types of arguments
        self.subjects = []
        self.missing = []
        # Of each free function the name of its first parameter.
        self.first = {f.full_name.removeprefix("triptych::"): f.parameters[0].name
                      for f in functions if not f.owner and f.parameters}

    def like_function(self, function):
        """A method that is a function takes what is good for that."""
        if not function.method_of:
            return []
        types = ["Arg"] + ["Arg" if p.type == "const Arg&" else p.type for p in function.parameters if not p.type.endswith("Location")]
        name = function_of(function.name)
        if name not in self.first:
            name = f"linalg::{name}"  # PyTorch has these methods of torch.linalg's
        return [f"{name}({', '.join(types)})", name]

    def argument(self, number, keys, parameter, scope, template):
        """How an argument is got, and how it is handed on."""
        kind = parameter.type
        if kind.endswith(" auto"):
            kind = KINDS[kind.removesuffix(" auto")]
        qualified = self.names.qualified(kind, scope, template)
        type_text, constant, reference = plain(qualified)
        if type_text.startswith("std::initializer_list<"):
            inner = type_text[len("std::initializer_list<"):-1]
            lines, texts, handed = [], [], []
            for k in range(2):
                line = self.get(number + k, inner, [f"{key}.{parameter.name}{k}" for key in keys])
                lines.append(line)
                texts.append(f"%{number + k}")
                handed.append(f"given(a{number + k})")
            return lines, "{" + ", ".join(handed) + "}", "{" + ", ".join(texts) + "}", 2
        span = re.match(r"std::span<const (.*)>$", type_text)
        if span:
            type_text = f"std::vector<{span.group(1)}>"
        if type_text == "std::ostream":
            return [], "c.stream()", "std::cout", 0
        if type_text == "std::default_sentinel_t":
            return [], "std::default_sentinel", "std::default_sentinel", 0
        line = self.get(number, type_text, [f"{key}.{parameter.name}" for key in keys], good_default(type_text, parameter.default))
        handed = f"({plain(qualified)[0]}(a{number}))" if span else f"a{number}"
        if reference == "&&":
            handed = f"std::move({handed})"
        elif not reference and not span:
            handed = f"given({handed})"
        return [line], handed, f"%{number}", 1

    def get(self, number, type_text, keys, default=None):
        """A good argument is the table's, or `default`, or that of its type."""
        self.needed.add(type_text)
        good = self.table.find(self.table.good, keys) or default
        if good is None:
            return f"auto& a{number} = c.get<{type_text}>({number});"
        made = f"Values<tt::Arg>::of({good})" if type_text == "triptych::Arg" else good
        return (f"auto& a{number} = c.get<{type_text}>({number}, [&]() -> Held<{type_text}> {{ return {made}; }}, "
                f"\"{quote(good)}\");")

    def template_sets(self, function, keys):
        if not function.template:
            return [{}]
        sets = self.table.find(self.table.templates, keys)
        if sets is not None:
            return sets
        made = {}
        for kind, name in function.template:
            if not name:
                continue  # a template only that it comes after the others
            if kind not in KINDS:
                self.missing.append(f"{function.header}:{function.line}: {function.signature()} is a template of {kind} {name}: "
                                    "arguments.txt has no 'template' line for it")
                return []
            made[name] = KINDS[kind]
        return [made]

    def add(self, function):
        short = function.full_name.removeprefix("triptych::")
        types = ", ".join(p.type for p in function.parameters)
        keys = [f"{short}({types})", short]
        if function.deleted:
            return
        if self.table.find(self.table.left_out, keys, wild=True) is not None:
            return
        for template in self.template_sets(function, keys):
            self.add_one(function, keys, {name: f"{value}" for name, value in template.items()})

    def add_one(self, function, keys, template):
        lines, handed, texts, count = ["c.begin();"], [], [], 0
        scope = function.around if function.friend else function.scope
        method = bool(function.owner) and not function.static and not function.is_constructor
        owner = self.names.qualified(function.owner, function.namespace)
        record = self.names.classes.get(owner)
        if record is not None and record.template:
            owner += "<" + ", ".join(template[name] for _, name in record.template) + ">"
        if method:
            like = self.like_function(function)
            line = self.get(0, owner, [f"{key}.self" for key in keys] + [f"{key}.{self.first.get(key.split('(')[0])}" for key in like]
                            + [owner.removeprefix("triptych::") + ".self"])
            lines.append(line)
            count = 1
        parameters = list(function.parameters)
        while parameters and plain(parameters[-1].type)[0] in ("Location", "triptych::Location") and (
                parameters[-1].default is not None):
            parameters.pop()
        for parameter in parameters:
            if parameter.type.endswith("..."):
                continue  # a pack: none of them
            got, hand, text, used = self.argument(count, keys + self.like_function(function), parameter, scope, template)
            lines += got
            handed.append(hand)
            texts.append(text)
            count += used
        explicit = [name for kind, name in function.template
                    if kind == "class" and name and not any(re.search(rf"\b{name}\b(?!::)", p.type) for p in parameters)
                    and not (record is not None and any(name == n for _, n in record.template))]
        arguments = "<" + ", ".join(template[name] for name in explicit) + ">" if explicit else ""
        target = "std::move(a0)" if "&&" in function.qualifiers else "std::as_const(a0)" if "const" in function.qualifiers else "a0"
        name = function.name
        if function.is_constructor:
            call = f"{owner} object({', '.join(handed)});" if handed else f"{owner} object;"
            text = f"{owner}({', '.join(texts)})"
            call += " c.consume(object);"
        else:
            if name.startswith("operator") and not WORD.match(name[8:]) and name[8:9] != " " and not method:
                symbol = name[8:]
                call = f"{handed[0]} {symbol} {handed[1]}" if len(handed) == 2 else f"{symbol}({handed[0]})"
                text = f"{texts[0]} {symbol} {texts[1]}" if len(texts) == 2 else f"{symbol}{texts[0]}"
            elif name.startswith("operator ") and method:
                kind = self.names.qualified(name.removeprefix("operator "), scope, template)
                call, text = f"static_cast<{kind}>({target})", f"static_cast<{kind}>(%0)"
            elif method:
                pick = f".template {name}{arguments}" if arguments else f".{name}"
                call = f"{target}{pick}({', '.join(handed)})"
                text = f"%0.{name}{arguments}({', '.join(texts)})"
            else:
                place = owner if function.owner else function.namespace
                call = f"{place}::{name}{arguments}({', '.join(handed)})"
                text = f"{place}::{name}{arguments}({', '.join(texts)})"
            call = f"{call};" if function.result == "void" else f"c.consume({call});"
            if method and "const" not in function.qualifiers and "&&" not in function.qualifiers:
                call += " c.consume(a0);"
        if self.table.find(self.table.hooks, keys, wild=True) is not None:
            lines.append("const tt::Frame frame(c.where());")
        is_random = self.table.find(self.table.random, keys, wild=True) is not None
        has_history = self.table.find(self.table.history, keys, wild=True) is not None
        is_refused = self.table.find(self.table.refused, keys, wild=True) is not None
        signature = function.signature() + (" with " + ", ".join(template.values()) if template else "")
        self.subjects.append((signature.removeprefix("triptych::"), text.replace("triptych::", "tt::"), lines + [call],
                              {"random": is_random, "history": has_history, "refused": is_refused}))

    def values_of_structs(self):
        """Values for the option structs that arguments need, and what their fields need in turn."""
        made, text, todo = set(), [], sorted(self.needed)
        while todo:
            type_text = todo.pop()
            for name in re.findall(r"[A-Za-z_][\w:]*", type_text):
                record = self.names.classes.get(name)
                if record is None or name in made or record.is_enum or record.constructors or record.private or record.template:
                    continue
                if record.bases or not record.fields or name in HAND_MADE:
                    continue
                made.add(name)
                fields = [(self.names.qualified(kind, name), field_name) for kind, field_name in record.fields]
                todo += [kind for kind, _ in fields]
                lines = "".join(f"    add_field(choices, good, \"{field}\", &{name}::{field});\n" for _, field in fields)
                value = self.table.find(self.table.good, [name.removeprefix("triptych::")]) or "{}"
                text.append(f"template <>\nstruct Values<{name}> {{\n  static constexpr const char* good_text = \"{quote(value)}\";\n"
                            f"  static {name} good() {{ return {value}; }}\n"
                            f"  static void hostile(Choices<{name}>& choices, const Make<{name}>& good) {{\n{lines}  }}\n}};\n")
        text.reverse()
        return "".join(text)

    def enumerators(self):
        text = ""
        for record in self.classes:
            if record.is_enum and record.public and "detail" not in record.full_name:
                values = ", ".join(f"{{\"{value}\", {record.full_name}::{value}}}" for value in record.values)
                name = record.full_name
                text += (f"template <>\ninline std::vector<std::pair<const char*, {name}>> enumerators<{name}>() {{\n"
                         f"  return {{{values}}};\n}}\n")
        return text


# Aggregates whose values are in values.h and objects.h.
HAND_MADE = {"triptych::TensorMeta", "triptych::Device", "triptych::lowlevel::GradientAndVariable", "triptych::Subgraph",
             "triptych::lowlevel::Feed", "triptych::keras::GeneratorBatch"}


def quote(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def write(path, text):
    """Only where it differs, so that nothing is compiled again for nothing."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    include, arguments, output, parts = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4])
    functions, classes, aliases = read_headers(include)
    namespaces = {""}
    for record in functions + classes:
        parts_of = record.namespace.split("::")
        namespaces |= {"::".join(parts_of[:i]) for i in range(1, len(parts_of) + 1)}
    table = Table(arguments)
    names = Names([c for c in classes], aliases, namespaces)
    writer = Writer(functions, classes, names, table)
    seen = set()
    for function in functions:
        if "detail" in function.scope.split("::") or function.signature() + str(function.qualifiers) in seen and function.template:
            continue  # not public; or declared before it is defined
        seen.add(function.signature() + str(function.qualifiers))
        writer.add(function)
    if writer.missing:
        raise Unreadable("\n".join(writer.missing))
    structs = writer.values_of_structs()
    if table.unused():
        raise Unreadable(f"{arguments}: lines that nothing uses: {table.unused()}")
    write(output / "battery_values.h",
          "// Made by tests/battery/make_battery.py from the headers.\n#pragma once\n\n"
          "#include \"enumerators.h\"\n#include \"results.h\"\n\n"
          f"namespace battery {{\n\n{structs}\n}}  // namespace battery\n")
    headers = sorted({record.header for record in functions + classes})
    write(output / "all_headers.h", "// Made by tests/battery/make_battery.py.\n#pragma once\n\n" +
          "".join(f"#include \"{header}\"\n" for header in headers))
    write(output / "enumerators.h",
          "// Made by tests/battery/make_battery.py from the headers.\n#pragma once\n\n#include \"values.h\"\n\n"
          f"namespace battery {{\n\n{writer.enumerators()}\n}}  // namespace battery\n")
    types = sorted(writer.needed)
    for part in range(parts):
        text = ("// Made by tests/battery/make_battery.py from the headers.\n#include \"get.h\"\n#include \"battery_values.h\"\n\n"
                f"namespace battery {{\n\nvoid types_{part}(Case& c) {{\n")
        for kind in types[part * len(types) // parts:(part + 1) * len(types) // parts]:
            text += f"  instantiate<{kind}>(c);\n"
        write(output / f"battery_types_{part}.cpp", text + "}\n\n}  // namespace battery\n")
    count = len(writer.subjects)
    for part in range(parts):
        text = "// Made by tests/battery/make_battery.py from the headers.\n#include \"results.h\"\n\nnamespace battery {\n\n"
        for number in range(part * count // parts, (part + 1) * count // parts):
            signature, call, lines, *_ = writer.subjects[number]
            text += f"// {signature}\nvoid subject_{number}(Case& c) {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"
        write(output / f"battery_{part}.cpp", text + "\n}  // namespace battery\n")
    text = "// Made by tests/battery/make_battery.py from the headers.\n#include \"battery.h\"\n\nnamespace battery {\n\n"
    text += "".join(f"void subject_{number}(Case& c);\n" for number in range(count))
    text += "\nconst std::vector<Subject>& subjects() {\n  static const std::vector<Subject> all = {\n"
    for number, (signature, call, _, marks) in enumerate(writer.subjects):
        told = ", ".join(f".{mark} = true" for mark, is_set in marks.items() if is_set)
        text += (f"      {{.signature = \"{quote(signature)}\", .call = \"{quote(call)}\", .run = subject_{number}"
                 f"{', ' + told if told else ''}}},\n")
    write(output / "battery_subjects.cpp", text + "  };\n  return all;\n}\n\n}  // namespace battery\n")


if __name__ == "__main__":
    try:
        main()
    except Unreadable as error:
        sys.exit(str(error))
