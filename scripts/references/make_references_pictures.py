#!/usr/bin/env python3
"""Makes tests/references/pictures/: small pictures of each kind, and what Pillow reads in them.

Run it with a Python that has pillow and numpy. 16 bits are not Pillow's: it cuts where libpng's readers keep the upper byte.
"""
import struct
import zlib

from safetensors_writer import FOLDER, References

import numpy as np
from PIL import Image

PICTURES = FOLDER / "pictures"
PICTURES.mkdir(exist_ok=True)
REFERENCES = References()
RANDOM = np.random.default_rng(11)
HEIGHT, WIDTH = 9, 13

rows, columns = np.mgrid[:HEIGHT, :WIDTH]
smooth = np.stack([rows * 25, columns * 18, 255 - rows * 9 - columns * 9], -1).astype(np.uint8)
noise = RANDOM.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
rgb, rgba, grey = Image.fromarray(smooth), Image.fromarray(noise), Image.fromarray(noise[..., 0])
palette = rgb.quantize(11)


def keep(name, image=None, **options):
    path = PICTURES / name
    if image is not None:
        image.save(path, **options)
    path.chmod(0o644)
    opened = Image.open(path)
    for mode in ("L", "RGBA"):
        pixels = np.asarray(opened.convert(mode), np.float32)
        REFERENCES.put(f"{name}/{mode}", pixels.reshape(opened.height, opened.width, -1))


def png(width, height, bits, color, rows, interlace=0):
    """A PNG of these filtered rows, for what Pillow does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bmp(width, height, bits, colors, data, compression=0, masks=b""):
    header = struct.pack("<IiiHHIIiiII", 40 + len(masks), width, height, 1, bits, compression, len(data), 0, 0, len(colors) // 4, 0)
    begin = 14 + len(header) + len(masks) + len(colors)
    return struct.pack("<2sIHHI", b"BM", begin + len(data), 0, 0, begin) + header + masks + colors + data


keep("rgb.png", rgb)
keep("rgba.png", rgba)
keep("grey.png", grey)
keep("grey_alpha.png", rgba.convert("LA"))
keep("palette.png", palette)
keep("transparent.png", palette, transparency=3)
keep("bits.png", grey.convert("1"))
# Adam7 of 8 x 8 pixels: seven passes, each as a picture of its own.
passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
square = np.ascontiguousarray(smooth[:8, :8])
parts = [square[y::dy, x::dx] for y, x, dy, dx in passes]
(PICTURES / "interlaced.png").write_bytes(png(8, 8, 8, 2, b"".join(b"\0" + row.tobytes() for part in parts for row in part), 1))
keep("interlaced.png")
deep = RANDOM.integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
(PICTURES / "deep.png").write_bytes(png(WIDTH, HEIGHT, 16, 2, b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)))
REFERENCES.put("deep.png/RGB", (deep >> 8).astype(np.float32))

keep("rgb.jpg", rgb, quality=90)
keep("grey.jpg", grey, quality=80)
keep("progressive.jpg", rgb, quality=70, progressive=True)
keep("full.jpg", rgb, quality=95, subsampling=0)
keep("cmyk.jpg", rgb.convert("CMYK"), quality=95)

keep("palette.gif", palette)
keep("interlaced.gif", palette, interlace=1)
keep("transparent.gif", palette, transparency=3)
keep("frames.gif", palette, save_all=True, append_images=[grey.convert("P")])

keep("rgb.bmp", rgb)
keep("palette.bmp", palette)
keep("bits.bmp", grey.convert("1"))
keep("rgba.bmp", rgba)
down = [[bytes(pixel[[2, 1, 0]]) for pixel in row] for row in smooth]
data = b"".join(b"".join(row) + b"\0" * (-3 * WIDTH % 4) for row in down)
(PICTURES / "down.bmp").write_bytes(bmp(WIDTH, -HEIGHT, 24, b"", data))
keep("down.bmp")
data = noise[::-1, :, [2, 1, 0, 3]].tobytes()
(PICTURES / "masks.bmp").write_bytes(bmp(WIDTH, HEIGHT, 32, b"", data, 3, struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)))
keep("masks.bmp")
four = np.arange(HEIGHT * 8, dtype=np.uint8).reshape(HEIGHT, 8) * 7 % 251
table = bytes(b for i in range(16) for b in (i * 3, i * 7, i * 11, 0))
(PICTURES / "four.bmp").write_bytes(bmp(16, HEIGHT, 4, table, four.tobytes()))
keep("four.bmp")

REFERENCES.write("pictures.safetensors")
