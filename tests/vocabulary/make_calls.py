#!/usr/bin/env python3
"""Writes a test of the names that a home gives to our functions: each line of calls/<home>.txt is a call that the home itself
understands; its C++ is the same text with :: and {}. Where they differ, the line is `their call || our call`.

    make_calls.py CALLS OUTPUT"""

import pathlib
import re
import sys

WORDS = {"True": "true", "False": "false", "None": "tt::none"}


def lines_of(path):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            theirs, _, ours = line.partition("||")
            yield theirs.strip(), ours.strip()


def as_cpp(call):
    call = re.sub(r"\b[A-Za-z]\w*(?:\.[A-Za-z]\w*)+", lambda name: name.group().replace(".", "::"), call)
    call = call.translate(str.maketrans("[]'", "{}\""))
    return re.sub(r"\b(True|False|None)\b", lambda word: WORDS[word.group()], call)


def main():
    calls, output = sys.argv[1:]
    name = pathlib.Path(calls).stem
    text = f'// Made by tests/vocabulary/make_calls.py from calls/{name}.txt.\n#include "../names.h"\n\nnamespace names {{\n\n'
    text = text.replace('"../names.h"', '"names.h"')
    text += f"const std::vector<Call>& {name}_calls() {{\n  static const std::vector<Call> all = {{\n"
    for theirs, ours in lines_of(calls):
        quoted = theirs.replace("\\", "\\\\").replace('"', '\\"')
        text += f'      {{"{quoted}", [](const Inputs& in) {{ [[maybe_unused]] const auto& {NAMES} = in; return parts({ours or as_cpp(theirs)}); }}}},\n'
    text += "  };\n  return all;\n}\n\n}  // namespace names\n"
    path = pathlib.Path(output)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


# What the calls may use; names.h says what each is.
NAMES = "[x, y, p, u, q, m, s, i, b, image, signal, labels, words]"

if __name__ == "__main__":
    main()
