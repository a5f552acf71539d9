"""gdb pretty-printers for Triptych: `source triptych_gdb.py` in gdb (or in ~/.gdbinit), then `print x`.

    Tensor float32 (2, 3) cpu [[1, 2, 3], [4, 5, 6]]
    Tensor float32 (?, 10) symbolic 'net/logits' add:0

Values are read from memory, so core files work too. The library needs no debug information: it exports where the members
lie (triptych_debug_layout, in src/core/tensor/tensor.cpp).
"""

import struct

import gdb

# name: (bytes, struct code), in the order of triptych::DType
DTYPES = [("float32", 4, "f"), ("float64", 8, "d"), ("float16", 2, "e"), ("bfloat16", 2, None), ("int8", 1, "b"),
          ("uint8", 1, "B"), ("int32", 4, "i"), ("int64", 8, "q"), ("bool", 1, "?")]
LAYOUT = ["offset", "storage", "node", "output", "storage_data", "node_op", "node_graph", "node_sequence", "op_name",
          "graph_info", "info_size"]
SYMBOLIC, REQUIRES_GRAD, METADATA_ONLY = 1, 2, 4
EDGE_ITEMS, THRESHOLD = 3, 40


def read(address, code):
    size = struct.calcsize(code)
    return struct.unpack(code, gdb.selected_inferior().read_memory(address, size).tobytes())[0]


def read_pointer(address):
    return read(address, "P")


def read_text(address, size=None):
    memory = gdb.selected_inferior()
    if size is not None:
        return memory.read_memory(address, size).tobytes().decode(errors="replace")
    text = b""
    while not text.endswith(b"\0"):
        text += memory.read_memory(address + len(text), 1).tobytes()
    return text[:-1].decode(errors="replace")


def layout():
    """Offsets of private members, from the library itself."""
    start = int(gdb.parse_and_eval("(unsigned long)&triptych_debug_layout"))
    return {name: read(start + 4 * i, "I") for i, name in enumerate(LAYOUT)}


def dims_of(shape):
    return [int(shape["dims_"]["_M_elems"][i]) for i in range(int(shape["rank_"]))]


def shape_text(dims):
    inner = ", ".join("?" if d < 0 else str(d) for d in dims)
    return f"({inner},)" if len(dims) == 1 else f"({inner})"


def element(address, dtype):
    _, _, code = DTYPES[dtype]
    if code is None:  # bfloat16: the upper half of a float
        return struct.unpack("f", b"\0\0" + struct.pack("H", read(address, "H")))[0]
    return read(address, code)


def values_text(address, dims, strides, dtype):
    if not dims:
        value = element(address, dtype)
        return f"{value:.8g}" if isinstance(value, float) else str(value)
    step = strides[0] * DTYPES[dtype][1]
    total = 1
    for d in dims:
        total *= d
    places = list(range(dims[0]))
    parts = []
    if total > THRESHOLD and dims[0] > 2 * EDGE_ITEMS:
        places = places[:EDGE_ITEMS] + [None] + places[-EDGE_ITEMS:]
    for i in places:
        parts.append("..." if i is None else values_text(address + i * step, dims[1:], strides[1:], dtype))
    return "[" + ", ".join(parts) + "]"


class TensorPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return self.describe()
        except (gdb.error, gdb.MemoryError, struct.error) as error:
            return f"Tensor (cannot be read: {error})"

    def describe(self):
        head = self.value["head_"]
        if int(head) == 0:
            return "Tensor undefined"
        meta, flags = head["meta"], int(head["flags"])
        dims, dtype = dims_of(meta["shape"]), int(meta["dtype"])
        text = f"Tensor {DTYPES[dtype][0]} {shape_text(dims)}"
        where, impl = layout(), int(head)
        if flags & SYMBOLIC:
            node = read_pointer(impl + where["node"])
            op = read_text(read_pointer(read_pointer(node + where["node_op"]) + where["op_name"]))
            graph, sequence = read_pointer(node + where["node_graph"]), read(node + where["node_sequence"], "Q")
            name = read_pointer(graph + where["graph_info"]) + sequence * where["info_size"]  # a std::string
            name = read_text(read_pointer(name), read(name + 8, "Q"))
            return f"{text} symbolic '{name}' {op}:{read(impl + where['output'], 'I')}"
        device = "cuda" if int(meta["device"]["type"]) else "cpu"
        text += " " + (f"cuda:{int(meta['device']['index'])}" if device == "cuda" else "cpu")
        if flags & REQUIRES_GRAD:
            text += " requires_grad"
        if flags & METADATA_ONLY:
            return text + " without values"
        if device == "cuda":
            return text + " (values on the device)"
        strides = [int(meta["strides"]["_M_elems"][i]) for i in range(len(dims))]
        data = read_pointer(read_pointer(impl + where["storage"]) + where["storage_data"])
        data += read(impl + where["offset"], "q") * DTYPES[dtype][1]
        return text + " " + values_text(data, dims, strides, dtype)


class ShapePrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return shape_text(dims_of(self.value))


def look_up(value):
    kind = value.type.strip_typedefs().unqualified()
    if kind.code != gdb.TYPE_CODE_STRUCT:
        return None
    if kind.name == "triptych::Shape":
        return ShapePrinter(value)
    while kind.name and kind.name.startswith("triptych::"):
        if kind.name == "triptych::Tensor":
            return TensorPrinter(value.cast(kind))
        bases = [field for field in kind.fields() if field.is_base_class]
        if len(bases) != 1:
            return None
        kind = bases[0].type  # lowlevel::Variable is a Tensor
    return None


look_up.name = "triptych"
gdb.pretty_printers[:] = [p for p in gdb.pretty_printers if getattr(p, "name", None) != "triptych"] + [look_up]
