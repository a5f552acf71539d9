#!/usr/bin/env python3
"""Writes tests/references/safetensors_verdicts.txt: forged files, and whether the reference implementation reads them.

A line is `ok` or `refused`, the file's bytes in hexadecimal, and what is special about it. pip install safetensors (0.8.0).
"""

import pathlib
import struct

import safetensors


def file_of(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(dtype="F32", shape="[1]", offsets="[0,4]"):
    return '{"dtype":"%s","shape":%s,"data_offsets":%s}' % (dtype, shape, offsets)


def one(name="w", data=bytes(4), **fields):
    return file_of('{"%s":%s}' % (name, entry(**fields)), data)


W = '{"w":' + entry() + "}"
FOUR, EIGHT = bytes(4), bytes(8)

FILES = {
    "valid": one(),
    "empty object": file_of("{}"),
    "spaces behind": file_of(W + "   ", FOUR),
    "newlines behind": file_of(W + "\n\r\t", FOUR),
    "spaces before": file_of("  " + W, FOUR),
    "newline before": file_of("\n" + W, FOUR),
    "byte order mark": file_of("\ufeff" + W, FOUR),
    "NUL padding": file_of(W + "\0\0\0", FOUR),
    "NUL before": file_of("\0" + W, FOUR),
    "NUL in the middle": file_of(W[:-1] + "\0}", FOUR),
    "NUL in a name": file_of('{"w\0":' + entry() + "}", FOUR),
    "escaped NUL in a name": file_of('{"w\\u0000":' + entry() + "}", FOUR),
    "0xff padding": file_of(W.encode() + b"\xff", FOUR),
    "text behind": file_of(W + "x", FOUR),
    "two objects": file_of(W + "{}", FOUR),
    "comma behind": file_of('{"w":' + entry() + ",}", FOUR),
    "comment": file_of('{"w":' + entry() + "/*c*/}", FOUR),
    "array": file_of("[]"),
    "number": file_of("7"),
    "null": file_of("null"),
    "text": file_of('""'),
    "length 0": file_of(""),
    "length beyond the file": file_of(W, FOUR, length=1000),
    "length one short": file_of(W, FOUR, length=len(W) - 1),
    "length one long": file_of(W + " ", FOUR[:3], length=len(W) + 2),
    "no data": file_of(W),
    "short data": file_of(W, FOUR[:3]),
    "trailing byte": file_of(W, FOUR + b"\0"),
    "7 bytes": b"\0" * 7,
    "0 bytes": b"",
    "8 bytes": b"\0" * 8,
    "hole": one(offsets="[4,8]", data=EIGHT),
    "hole between": file_of('{"a":' + entry() + ',"b":' + entry(offsets="[8,12]") + "}", bytes(12)),
    "overlap": file_of('{"a":' + entry() + ',"b":' + entry(offsets="[0,4]") + "}", FOUR),
    "partial overlap": file_of('{"a":' + entry() + ',"b":' + entry(offsets="[2,6]") + "}", b"\0" * 6),
    "offsets in another order": file_of(
        '{"a":' + entry(offsets="[4,8]") + ',"b":' + entry(offsets="[0,4]") + "}", EIGHT
    ),
    "offsets reversed": one(offsets="[4,0]"),
    "offsets too wide": one(offsets="[0,8]", data=EIGHT),
    "offsets too narrow": one(offsets="[0,2]", data=b"\0\0"),
    "one offset": one(offsets="[0]"),
    "three offsets": one(offsets="[0,4,4]"),
    "offset wraps": one(offsets="[18446744073709551612,0]"),
    "offset beyond 64 bits": one(offsets="[0,18446744073709551620]"),
    "offset with fraction": one(offsets="[0,4.0]"),
    "offset with exponent": one(offsets="[0,4e0]"),
    "offset with leading zero": one(offsets="[0,04]"),
    "offset minus zero": one(offsets="[-0,4]"),
    "offset in quotes": one(offsets='["0","4"]'),
    "name twice": file_of('{"w":' + entry() + ',"w":' + entry(offsets="[4,8]") + "}", EIGHT),
    "name twice, escaped": file_of('{"w":' + entry() + ',"\\u0077":' + entry(offsets="[4,8]") + "}", EIGHT),
    "name twice, same": file_of('{"w":' + entry() + ',"w":' + entry() + "}", FOUR),
    "metadata twice": file_of('{"__metadata__":{},"__metadata__":{},"w":' + entry() + "}", FOUR),
    "metadata key twice": file_of('{"__metadata__":{"a":"b","a":"c"},"w":' + entry() + "}", FOUR),
    "metadata": file_of('{"__metadata__":{"a":"b"},"w":' + entry() + "}", FOUR),
    "metadata behind": file_of('{"w":' + entry() + ',"__metadata__":{"a":"b"}}', FOUR),
    "metadata null": file_of('{"__metadata__":null,"w":' + entry() + "}", FOUR),
    "metadata number": file_of('{"__metadata__":{"a":1},"w":' + entry() + "}", FOUR),
    "metadata object": file_of('{"__metadata__":{"a":{}},"w":' + entry() + "}", FOUR),
    "metadata list": file_of('{"__metadata__":[],"w":' + entry() + "}", FOUR),
    "metadata that is a tensor": file_of('{"__metadata__":' + entry() + "}", FOUR),
    "dtype twice": file_of('{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', FOUR),
    "unknown field": file_of('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}', FOUR),
    "no dtype": file_of('{"w":{"shape":[1],"data_offsets":[0,4]}}', FOUR),
    "no shape": file_of('{"w":{"dtype":"F32","data_offsets":[0,4]}}', FOUR),
    "no offsets": file_of('{"w":{"dtype":"F32","shape":[1]}}', FOUR),
    "unknown dtype": one(dtype="F128"),
    "dtype in lower case": one(dtype="f32"),
    "dtype as number": file_of('{"w":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}', FOUR),
    "entry as list": file_of('{"w":["F32",[1],[0,4]]}', FOUR),
    "entry null": file_of('{"w":null}'),
    "negative dimension": one(shape="[-1]"),
    "dimension with fraction": one(shape="[1.0]"),
    "nested shape": one(shape="[[1]]"),
    "shape as number": one(shape="1"),
    "shape null": one(shape="null"),
    "scalar": one(shape="[]"),
    "scalar without bytes": one(shape="[]", offsets="[0,0]", data=b""),
    "empty tensor": one(shape="[0]", offsets="[0,0]", data=b""),
    "empty tensor with bytes": one(shape="[0]"),
    "empty tensor at the end": file_of('{"a":' + entry() + ',"b":' + entry(shape="[0]", offsets="[4,4]") + "}", FOUR),
    "empty tensor at the front": file_of('{"a":' + entry() + ',"b":' + entry(shape="[0]", offsets="[0,0]") + "}", FOUR),
    "empty tensor in the middle of another": file_of(
        '{"a":' + entry() + ',"b":' + entry(shape="[0]", offsets="[2,2]") + "}", FOUR
    ),
    "product of dimensions overflows": one(shape="[4294967296,4294967296]", offsets="[0,0]", data=b""),
    "bytes overflow": one(shape="[4611686018427387904]", offsets="[0,0]", data=b""),
    "zero hides an overflow": one(shape="[4294967296,4294967296,0]", offsets="[0,0]", data=b""),
    "zero before an overflow": one(shape="[0,4294967296,4294967296]", offsets="[0,0]", data=b""),
    "dimension beyond 63 bits": one(shape="[0,9223372036854775808]", offsets="[0,0]", data=b""),
    "ten dimensions": one(shape="[1,1,1,1,1,1,1,1,1,1]"),
    "not UTF-8": file_of(b'{"\xff":' + entry().encode() + b"}", FOUR),
    "overlong UTF-8": file_of(b'{"\xc0\xaf":' + entry().encode() + b"}", FOUR),
    "surrogate in UTF-8": file_of(b'{"\xed\xa0\x80":' + entry().encode() + b"}", FOUR),
    "lone surrogate": file_of('{"\\ud800":' + entry() + "}", FOUR),
    "pair of surrogates": file_of('{"\\ud83d\\ude00":' + entry() + "}", FOUR),
    "raw newline in a name": file_of('{"a\nb":' + entry() + "}", FOUR),
    "raw tab in a name": file_of('{"a\tb":' + entry() + "}", FOUR),
    "escaped newline in a name": file_of('{"a\\nb":' + entry() + "}", FOUR),
    "bad escape": file_of('{"a\\xb":' + entry() + "}", FOUR),
    "single quotes": file_of(W.replace('"', "'"), FOUR),
    "empty name": file_of('{"":' + entry() + "}", FOUR),
    "bool of 2": one(dtype="BOOL", offsets="[0,1]", data=b"\2"),
    "deep nesting": file_of('{"w":' + "[" * 200 + "]" * 200 + "}"),
    "deep nesting in an unknown field": file_of(
        '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":' + "[" * 200 + "]" * 200 + "}}", FOUR
    ),
    "NaN": file_of('{"w":NaN}'),
    "header not closed": file_of(W[:-1], FOUR),
    "name __metadata__ empty": file_of('{"__metadata__":{}}'),
}

path = pathlib.Path(__file__).parent.parent.parent / "tests" / "references" / "safetensors_verdicts.txt"
lines = []
for name, content in FILES.items():
    try:
        safetensors.deserialize(content)
        verdict = "ok"
    except safetensors.SafetensorError:
        verdict = "refused"
    lines.append(f"{verdict} {content.hex() or '-'} {name}\n")
path.write_text("".join(lines))
print(f"{path}: {len(lines)} files, {sum(line.startswith('ok') for line in lines)} of them are read")
