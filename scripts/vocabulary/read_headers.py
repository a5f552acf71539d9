"""Reads the declarations of the public headers. It knows the style that they are written in, and nothing is skipped
without a word: what it cannot read is an error, so that no declaration escapes the battery."""

import pathlib
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)+\'|[A-Za-z_]\w*|\d[\w.]*(?:[eE][-+]\d+)?|::|->|&&|\|\||\.\.\.|\S')
WORD = re.compile(r"[A-Za-z_]\w*$")
OPEN = {"(": ")", "{": "}", "[": "]"}


class Unreadable(Exception):
    pass


@dataclass
class Parameter:
    type: str
    name: str
    default: str | None


@dataclass
class Function:
    header: str
    line: int
    namespace: str
    owner: str  # the class, qualified below the namespace; "" for a free function
    name: str
    parameters: list
    result: str = ""
    template: list = field(default_factory=list)  # (kind, name)
    deleted: bool = False
    static: bool = False
    friend: bool = False
    around: str = ""  # the class that a friend is declared in, or the namespace
    qualifiers: list = field(default_factory=list)  # const, &, &&
    method_of: str = ""  # of a method of TensorMethods: the class that it is declared in

    @property
    def is_constructor(self):
        return bool(self.owner) and self.name == self.owner.split("::")[-1]

    @property
    def scope(self):
        return "::".join(part for part in (self.namespace, self.owner) if part)

    @property
    def full_name(self):
        return self.scope + "::" + self.name

    def signature(self):
        return f"{self.full_name}({', '.join(p.type for p in self.parameters)})"


@dataclass
class Class:
    header: str
    line: int
    namespace: str
    name: str  # with the classes around it
    bases: list
    template: list
    fields: list = field(default_factory=list)  # (type, name): public ones
    constants: list = field(default_factory=list)
    constructors: bool = False  # declares one
    private: bool = False       # has members that are not public
    aliases: dict = field(default_factory=dict)
    values: list = field(default_factory=list)  # of an enum
    is_enum: bool = False
    public: bool = True
    pure: bool = False  # declares a function that derived classes have to define

    @property
    def full_name(self):
        return self.namespace + "::" + self.name


def text_of(tokens):
    """The tokens as one would write them."""
    text = ""
    for token in tokens:
        if text and (token[0].isalnum() or token[0] == "_") and (text[-1].isalnum() or text[-1] in '_>,"*&'):
            text += " "
        text += token
    return text


def clean(source):
    """Without comments, directives and attributes; the lines stay where they are."""
    blank = lambda found: "\n" * found.group().count("\n")
    source = re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/',
                    lambda found: found.group(1) or blank(found), source, flags=re.S)
    source = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, source, flags=re.M)
    source = re.sub(r"\[\[[^\]]*\]\]", blank, source)
    return re.sub(r"\bTRIPTYCH_(API|HOST_DEVICE)\b", "", source)


class Reader:
    """Reads one header."""

    def __init__(self, path, root):
        self.header = str(path.relative_to(root))
        source = clean(path.read_text())
        self.tokens, self.lines = [], []
        for found in TOKEN.finditer(source):
            self.tokens.append(found.group())
            self.lines.append(source.count("\n", 0, found.start()) + 1)
        self.functions, self.classes = [], []
        self.aliases = {}  # of namespaces: what `using` brings in, and what it names
        self.at = 0

    def fail(self, what):
        line = self.lines[min(self.at, len(self.lines) - 1)]
        raise Unreadable(f"{self.header}:{line}: cannot read {what}: {text_of(self.tokens[self.at:self.at + 12])}")

    def group(self, at):
        """The place behind the group that opens at `at`."""
        depth = 0
        while at < len(self.tokens):
            if self.tokens[at] in OPEN:
                depth += 1
            elif self.tokens[at] in OPEN.values():
                depth -= 1
                if depth == 0:
                    return at + 1
            at += 1
        self.fail("a bracket without its end")

    def angles(self, at):
        """The place behind the template arguments that open at `at`."""
        depth = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token in OPEN:
                at = self.group(at)
                continue
            depth += (token == "<") - (token == ">")
            at += 1
            if depth == 0:
                return at
        self.fail("template arguments")

    def requirement(self, at):
        """The place behind the clause that `requires` at `at` begins."""
        at += 1
        while True:
            if self.tokens[at] == "!":
                at += 1
            if self.tokens[at] == "(":
                at = self.group(at)
            elif self.tokens[at] == "requires":
                at += 1
                if self.tokens[at] == "(":
                    at = self.group(at)
                at = self.group(at)
            else:
                while WORD.match(self.tokens[at]) or self.tokens[at] == "::":
                    at += 1
                    if self.tokens[at] == "<":
                        at = self.angles(at)
                        break
            if self.tokens[at] not in ("&&", "||"):
                return at
            at += 1

    def split(self, begin, end):
        """The ranges between commas."""
        parts, start, at = [], begin, begin
        while at < end:
            token = self.tokens[at]
            if token in OPEN:
                at = self.group(at)
            elif token == "<" and at > begin and WORD.match(self.tokens[at - 1]):
                at = self.angles(at)
            else:
                if token == ",":
                    parts.append((start, at))
                    start = at + 1
                at += 1
        return parts + [(start, end)] if end > begin else []

    def parameters(self, begin, end):
        result = []
        for first, last in self.split(begin, end):
            tokens = self.tokens[first:last]
            default = None
            depth = 0
            for i, token in enumerate(tokens):
                depth += (token in "({[<") - (token in ")}]>")
                if token == "=" and depth == 0:
                    tokens, default = tokens[:i], text_of(tokens[i + 1:])
                    break
            name = ""
            if len(tokens) > 1 and WORD.match(tokens[-1]) and tokens[-2] not in ("::", "const"):
                name = tokens.pop()
            result.append(Parameter(text_of(tokens), name, default))
        return result

    def template_head(self):
        """Reads `template <...> requires ...`; the parameters as (kind, name)."""
        end = self.angles(self.at + 1)
        names = []
        for first, last in self.split(self.at + 2, end - 1):
            tokens = self.tokens[first:last]
            if "=" in tokens:
                tokens = tokens[:tokens.index("=")]
            named = len(tokens) > 1 and WORD.match(tokens[-1]) and tokens[-2] != "::"
            names.append((text_of(tokens[:-1] if named else tokens), tokens[-1] if named else ""))
        self.at = end
        if self.tokens[self.at] == "requires":
            self.at = self.requirement(self.at)
        return names

    def read(self, namespace="", owner=None):
        """Declarations up to the end of the file, namespace or class."""
        public = owner is None or owner.default_public
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            token = self.tokens[self.at]
            if token == ";":
                self.at += 1
            elif token == "namespace" and self.tokens[self.at + 2] == "=":  # another name: what it names is read where it stands
                self.at = self.tokens.index(";", self.at) + 1
            elif token == "namespace":
                at = self.at + 1
                while self.tokens[at] != "{":
                    at += 1
                inner = "".join(self.tokens[self.at + 1:at])
                self.at = at + 1
                self.read(namespace + "::" + inner if namespace else inner)
                self.at += 1
            elif token in ("public", "protected", "private") and self.tokens[self.at + 1] == ":":
                public = token == "public"
                if not public:
                    owner.private = True
                self.at += 2
            elif token == "using":
                self.using(namespace, owner)
            elif token == "static_assert":
                while self.tokens[self.at] != ";":
                    self.at = self.group(self.at) if self.tokens[self.at] in OPEN else self.at + 1
            else:
                self.declaration(namespace, owner, public)

    def using(self, namespace, owner):
        end = self.tokens.index(";", self.at)
        name, is_alias = self.tokens[self.at + 1], self.tokens[self.at + 2] == "="
        if owner is not None and is_alias:
            owner.aliases[name] = text_of(self.tokens[self.at + 3:end])
        elif owner is None and (is_alias or "::" in self.tokens[self.at:end]):
            name = name if is_alias else self.tokens[end - 1]
            self.aliases[namespace + "::" + name] = None if is_alias else "".join(self.tokens[self.at + 1:end])
        self.at = end + 1

    def declaration(self, namespace, owner, public):
        start = self.at
        template, friend = [], False
        while self.tokens[self.at] == "template":
            template += self.template_head()
        if self.tokens[self.at] == "friend":
            friend = True
            self.at += 1
        if self.tokens[self.at] in ("class", "struct", "enum"):
            return self.type(namespace, owner, public, template, friend)
        if self.tokens[self.at] in ("concept", "using"):
            self.at = self.tokens.index(";", self.at) + 1
            return None
        return self.member(namespace, owner, public, template, friend, start)

    def type(self, namespace, owner, public, template, friend):
        kind, line = self.tokens[self.at], self.lines[self.at]
        at = self.at + 1
        if kind == "enum" and self.tokens[at] in ("class", "struct"):
            at += 1
        name = ""
        while WORD.match(self.tokens[at]) or self.tokens[at] == "::":
            name += self.tokens[at]
            at += 1
        if self.tokens[at] == "<":  # a specialisation says nothing that users call
            at = self.angles(at)
            self.at = self.group(at)
            return
        if self.tokens[at] == ";" or friend:
            self.at = at + 1
            return
        bases = []
        if self.tokens[at] == ":":
            end = at
            while self.tokens[end] != "{":
                end += 1
            for first, last in self.split(at + 1, end):
                tokens = [t for t in self.tokens[first:last] if t not in ("public", "virtual")]
                if tokens[0] not in ("private", "protected") and kind != "enum":
                    bases.append(text_of(tokens))
            at = end
        if self.tokens[at] != "{":
            self.fail("a type")
        made = Class(self.header, line, namespace, owner.name + "::" + name if owner and "::" not in name else name, bases,
                     template, public=public and (owner is None or owner.public))
        made.default_public = kind == "struct"
        if kind == "enum":
            made.is_enum = True
            end = self.group(at)
            made.values = [self.tokens[first] for first, last in self.split(at + 1, end - 1) if last > first]
            self.at = end
        else:
            self.at = at + 1
            self.read(namespace, made)
            self.at += 1
        if name:
            self.classes.append(made)
        if self.tokens[self.at] != ";":
            self.fail("the end of a type")

    def member(self, namespace, owner, public, template, friend, start):
        """A function or variables."""
        at, line = self.at, self.lines[self.at]
        static = virtual = False
        head = []  # tokens of the result's type and the name
        while True:
            token = self.tokens[at]
            if token == "decltype":  # of (auto), or of an expression
                end = self.group(at + 1)
                head.append("".join(self.tokens[at:end]))
                at = end
                continue
            if token in ("operator", "("):
                break
            if token in (";", "=", "{", ","):
                return self.variables(owner, public, head, at)
            if token == "<":
                end = self.angles(at)
                head += self.tokens[at:end]
                at = end
                continue
            if token == "requires":
                at = self.requirement(at)
                continue
            static |= token == "static"
            virtual |= token == "virtual"
            if token not in ("static", "virtual", "inline", "constexpr", "explicit", "extern", "constinit"):
                head.append(token)
            at += 1
        if token == "operator":
            at += 1
            name = "operator"
            if self.tokens[at] == "(":
                name, at = "operator()", at + 2
            elif self.tokens[at] == "[":
                name, at = "operator[]", at + 2
            else:
                begin = at
                while self.tokens[at] != "(":
                    is_type = self.tokens[at] == "<" and at > begin and WORD.match(self.tokens[at - 1])
                    at = self.angles(at) if is_type else at + 1
                operator = self.tokens[begin:at]
                name += (" " if WORD.match(operator[0]) else "") + (text_of(operator) if WORD.match(operator[0]) else "".join(operator))
            result = head
        else:
            if self.tokens[at + 1] == "*":  # a pointer to a function
                field_name = self.tokens[at + 2]
                end = at
                while self.tokens[end] not in (";", "="):
                    end = self.group(end) if self.tokens[end] in OPEN else end + 1
                pointer = text_of(head) + "(*)" + text_of(self.tokens[self.group(at):end])
                self.at = self.tokens.index(";", end) + 1
                if owner is not None and public:
                    owner.fields.append((pointer, field_name))
                return None
            name, result = head.pop(), head
            if head and head[-1] == "~":
                name, result = "~" + name, head[:-1]
        end = self.group(at)
        function = Function(self.header, line, namespace, owner.name if owner and not friend else "", name,
                            self.parameters(at + 1, end - 1), text_of(result), template, static=static, friend=friend,
                            around="::".join(part for part in (namespace, owner.name if owner else "") if part))
        at = end
        while self.tokens[at] not in (";", "{", ":"):
            token = self.tokens[at]
            if token == "requires":
                at = self.requirement(at)
                continue
            if token == "=":
                function.deleted = self.tokens[at + 1] == "delete"
                if self.tokens[at + 1] == "0":
                    owner.pure = True
            elif token in ("const", "&", "&&"):
                function.qualifiers.append(token)
            elif token not in ("noexcept", "override", "final", "default", "delete", "0"):
                self.at = at
                self.fail("what follows the parameters")
            at += 1
        if self.tokens[at] == ":":  # a constructor's initializers
            at += 1
            while True:
                while self.tokens[at] not in ("(", "{"):
                    at = self.angles(at) if self.tokens[at] == "<" else at + 1
                at = self.group(at)
                if self.tokens[at] != ",":
                    break
                at += 1
        at = self.group(at) if self.tokens[at] == "{" else at + 1
        self.at = at
        outside = owner is None and ("::" in "".join(result[-2:]) and result and result[-1] == "::")
        if outside:
            return None  # the definition of a member
        if owner is not None and not friend and function.is_constructor:
            owner.constructors = True
        if (public or friend) and (owner is None or owner.public) and not name.startswith("~"):
            if owner is not None and owner.template and not friend:
                function.template = owner.template + function.template
            self.functions.append(function)
        return None

    def variables(self, owner, public, head, at):
        constant = "constexpr" in self.tokens[self.at:at]
        if not head:
            self.fail("a declaration")
        type_tokens, names = head[:-1], [head[-1]]
        while self.tokens[at] != ";":
            if self.tokens[at] in OPEN:
                at = self.group(at)
            elif self.tokens[at] == ",":
                names.append(self.tokens[at + 1])
                at += 2
            elif self.tokens[at] == "<" and WORD.match(self.tokens[at - 1]):
                at = self.angles(at)
            else:
                at += 1
        static = "static" in self.tokens[self.at:self.at + 3]
        self.at = at + 1
        if owner is not None and public and not constant and not static:
            owner.fields += [(text_of(type_tokens), name) for name in names]
        elif owner is None and not constant:
            self.fail("a variable")


def read_headers(include):
    """All functions, classes and names of other types that the headers of a folder declare. What stands in TensorMethods is
    Tensor's."""
    functions, classes, aliases = [], [], {}
    for path in sorted(pathlib.Path(include).rglob("*.h")):
        reader = Reader(path, pathlib.Path(include))
        reader.read()
        if reader.at != len(reader.tokens):
            reader.fail("the end of the file")
        for function in reader.functions:
            if function.owner == "TensorMethods":
                function.owner, function.method_of = "Tensor", "TensorMethods"
        functions += reader.functions
        classes += [record for record in reader.classes if record.name != "TensorMethods"]
        for record in reader.classes:
            record.bases = [base for base in record.bases if base != "TensorMethods"]
        aliases |= reader.aliases
    return functions, classes, aliases
