"""read_events.py FOLDER: prints a line for each value that TensorBoard's own package reads from the event files in FOLDER and below it."""
import os
import struct
import sys
import zlib

from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import config_pb2, graph_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util


def png(data):
    """Size, channels and pixels of a PNG file."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, bits, colours = struct.unpack_from(">IIBB", data, 16)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colours]
    place, packed = 8, b""
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", data, place + 8 + size)[0]
        packed += body if kind == b"IDAT" else b""
        place += size + 12
    rows, stride, above = zlib.decompress(packed), width * channels, None
    pixels = []
    for y in range(height):
        kind, row = rows[y * (stride + 1)], list(rows[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        above = above or [0] * stride
        for i in range(stride):
            before = {0: 0, 1: row[i - channels] if i >= channels else 0, 2: above[i]}[kind]
            row[i] = (row[i] + before) % 256
        pixels += row
        above = row
    return f"{width}x{height}x{channels} {pixels}"


folder = sys.argv[1]
for path, _, files in sorted(os.walk(folder)):
    for name in sorted(files):
        if "tfevents" not in name:
            continue
        run = os.path.relpath(path, folder)
        for event in event_file_loader.LegacyEventFileLoader(os.path.join(path, name)).Load():
            if event.graph_def:
                for node in graph_pb2.GraphDef.FromString(event.graph_def).node:
                    print(run, "node", node.name, node.op, list(node.input))
            if event.HasField("tagged_run_metadata"):
                tagged = event.tagged_run_metadata
                for device in config_pb2.RunMetadata.FromString(tagged.run_metadata).step_stats.dev_stats:
                    for node in device.node_stats:
                        shapes = [[dim.size for dim in output.tensor_description.shape.dim] for output in node.output]
                        memory = sum(used.total_bytes for used in node.memory)
                        print(run, "metadata", event.step, repr(tagged.tag), node.node_name, len(shapes), *shapes, memory)
            if event.HasField("session_log"):
                print(run, "session", event.session_log.status, event.step)
            for value in event.summary.value:
                about = [run, value.tag, event.step]
                plugin = value.metadata.plugin_data
                which = value.WhichOneof("value")
                if which == "simple_value":
                    print(*about, "scalar", value.simple_value)
                elif which == "histo":
                    print(*about, "histogram", value.histo.num, sum(value.histo.bucket))
                elif which == "image":
                    print(*about, "image", png(value.image.encoded_image_string))
                elif which == "tensor":
                    array = tensor_util.make_ndarray(value.tensor)
                    if plugin.plugin_name == "images":
                        print(*about, "images", *[part.decode() for part in array[:2]], png(array[2]))
                    elif plugin.plugin_name == "histograms":
                        print(*about, "histograms", array.shape, array[:, 2].sum())
                    else:
                        print(*about, plugin.plugin_name, array.tolist())
                elif plugin.plugin_name == "hparams":
                    data = plugin_data_pb2.HParamsPluginData.FromString(plugin.content)
                    print(*about, "hparams", data.WhichOneof("data"))
