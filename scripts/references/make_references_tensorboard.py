"""Writes tests/references/tensorboard.txt: records of event files as torch.utils.tensorboard writes them, and summaries as
tf.compat.v1.summary makes them. A line has a name and the bytes in hexadecimal. Needs torch, tensorflow, tensorboard."""
import glob
import os
import struct
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf
import torch
from torch.utils.tensorboard import SummaryWriter

lines = []


def records(folder):
    data = open(glob.glob(folder + "/events*")[0], "rb").read()
    place = 0
    while place < len(data):
        length = struct.unpack_from("<Q", data, place)[0]
        yield data[place : place + length + 16]
        place += length + 16


values = torch.tensor([0.5, -0.25, 3.0, 0.0, 100.0, -2.0, 0.5])
with tempfile.TemporaryDirectory() as folder:
    names = []
    with SummaryWriter(folder) as writer:
        time = 1234.5

        def add(name, function, *args, **kwargs):
            names.append(name)
            function(*args, walltime=time, **kwargs)

        add("scalar", writer.add_scalar, "loss/train", 0.25, 3)
        add("scalar_zero", writer.add_scalar, "zero", 0.0)
        add("scalar_tensor", writer.add_scalar, "t", torch.tensor([[1.5]]), 2**40)
        add("histogram", writer.add_histogram, "h", values, 1)
        add("histogram_count", writer.add_histogram, "h", values, 2, bins=8)
        add("histogram_limits", writer.add_histogram, "h", values, 2, bins=[-1.0, 0.0, 0.5, 1.0, 3.0])
        add("histogram_auto", writer.add_histogram, "h", values, 2, bins="auto")
        add("histogram_fd", writer.add_histogram, "h", values, 2, bins="fd")
        add("histogram_sturges", writer.add_histogram, "h", values, 2, bins="sturges")
        add("histogram_sqrt", writer.add_histogram, "h", values, 2, bins="sqrt")
        add("histogram_joined", writer.add_histogram, "h", values, 2, max_bins=100)
        add("histogram_equal", writer.add_histogram, "h", torch.full((4,), 2.0), 2, bins=3)
        add("histogram_raw", writer.add_histogram_raw, "r", min=-1.0, max=2.0, num=3, sum=1.5, sum_squares=5.25,
            bucket_limits=[0.0, 1.0, 2.0], bucket_counts=[1, 0, 2], global_step=7)
        add("text", writer.add_text, "words", "**two** words\n\u00e4", 5)
    for name, record in zip(names, list(records(folder))[1:], strict=True):
        lines.append((name, record))

with tempfile.TemporaryDirectory() as folder:
    with SummaryWriter(folder) as writer:
        writer.add_hparams({"lr": 0.1}, {"hparam/accuracy": 0.5}, {"lr": [0.1, 0.2]}, run_name="run", global_step=4)
    for name, record in zip(["hparams_experiment", "hparams_start", "hparams_end", "hparams_metric"],
                            list(records(folder + "/run"))[1:], strict=True):
        # Without the time, which add_hparams does not take: only the summary.
        event = tf.compat.v1.Event.FromString(record[12:-4])
        lines.append((name, event.summary.SerializeToString()))

v1 = tf.compat.v1
graph = tf.Graph()
with graph.as_default(), v1.Session() as session:
    summaries = {
        "tf_scalar": v1.summary.scalar("loss", tf.constant(0.25)),
        "tf_scalar_again": v1.summary.scalar("loss", tf.constant(0.5)),
        "tf_histogram": v1.summary.histogram("h", tf.constant(values.numpy())),
        "tf_histogram_none": v1.summary.histogram("none", tf.constant([], dtype=tf.float32)),
        "tf_text": v1.summary.text("words", tf.constant("hello")),
    }
    with v1.name_scope("net"):
        summaries["tf_scoped"] = v1.summary.scalar("loss", tf.constant(1.0))
        summaries["tf_family"] = v1.summary.scalar("loss", tf.constant(2.0), family="fam")
    summaries["tf_merged"] = v1.summary.merge([summaries["tf_scalar"], summaries["tf_scoped"]])
    for name, summary in summaries.items():
        lines.append((name, session.run(summary)))
    # Images: the pixels that TensorFlow's PNG files hold, since two compressors give two files.
    positive = np.array([0.0, 0.5, 1.0, 2.0], np.float32).reshape(1, 2, 2, 1)
    signed = np.array([-2.0, 0.5, np.nan, 1.0], np.float32).reshape(1, 2, 2, 1)
    for name, image in {"tf_image_positive": positive, "tf_image_signed": signed}.items():
        summary = v1.Summary.FromString(session.run(v1.summary.image("im", tf.constant(image), max_outputs=1)))
        pixels = session.run(tf.image.decode_png(summary.value[0].image.encoded_image_string))
        lines.append((name, pixels.tobytes()))

with open(os.path.join(os.path.dirname(__file__), "../../tests/references/tensorboard.txt"), "w") as file:
    for name, data in lines:
        file.write(f"{name} {bytes(data).hex()}\n")
