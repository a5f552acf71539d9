#!/usr/bin/env python3
"""What TensorFlow computes with while_loop, TensorArray, cond, scan, map_fn and foldr, with gradients of both orders:

    make_references_control_flow.py tests/references/control_flow.safetensors"""

import os
import pathlib
import sys

import numpy
import tensorflow.compat.v1 as tf
from safetensors.numpy import save_file

tf.disable_eager_execution()
random = numpy.random.RandomState(7)
data = {name: random.standard_normal(shape).astype(numpy.float32) * 0.5
        for name, shape in {"x": (5, 2, 3), "w": (3, 4), "u": (4, 4), "b": (4,), "h0": (2, 4)}.items()}
x, w, u, b, h0 = (tf.constant(data[name]) for name in ("x", "w", "u", "b", "h0"))


def body(i, h, outputs):
    h = tf.tanh(tf.matmul(x[i], w) + tf.matmul(h, u) + b)
    h = tf.cond(tf.reduce_sum(h) > 0, lambda: h * 0.5, lambda: h - tf.square(h))
    return i + 1, h, outputs.write(i, h)


_, last, outputs = tf.while_loop(lambda i, *_: i < 5, body, (0, h0, tf.TensorArray(tf.float32, 5)))
stacked = outputs.stack()
loss = tf.reduce_sum(tf.square(stacked)) + tf.reduce_sum(last)
variables = {"w": w, "u": u, "b": b, "x": x, "h0": h0}
gradients = dict(zip(variables, tf.gradients(loss, list(variables.values()))))
second = tf.gradients(tf.reduce_sum(tf.square(gradients["w"])), [w, h0])

scanned = tf.scan(lambda a, row: tf.sin(a) + tf.reduce_sum(row), x, initializer=0.0, reverse=True)
mapped = tf.map_fn(lambda row: tf.matmul(row, w), x)
folded = tf.foldr(lambda a, row: a * 0.5 + row * row, x)


def grow(i, array):
    return i + 1, array.write(i + 1, tf.sin(array.read(i) * u[0]) + array.read(0) * tf.reduce_sum(x[i]))


_, grown = tf.while_loop(lambda i, _: i < 4, grow, (0, tf.TensorArray(tf.float32, 1, dynamic_size=True, clear_after_read=False,
                                                                      element_shape=(4,)).write(0, b)))
grown = grown.stack()
grown_b = tf.gradients(tf.reduce_sum(tf.square(grown)), b)[0]
doubled = tf.while_loop(lambda i, _: i < 3, lambda i, rows: (i + 1, tf.concat([rows, tf.sin(rows) * b], 0)), (0, h0),
                        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None, 4])))[1]
doubled_h0 = tf.gradients(tf.reduce_sum(doubled * doubled), h0)[0]
doubled_b = tf.gradients(tf.reduce_sum(doubled * doubled), b)[0]
results = {"grown": grown, "grown/b": grown_b, "grown/second": tf.gradients(tf.reduce_sum(tf.square(grown_b)), b)[0],
           "doubled": doubled, "doubled/h0": doubled_h0, "doubled/b": doubled_b,
           "doubled/second": tf.gradients(tf.reduce_sum(tf.square(doubled_b)), h0)[0], "last": last, "stacked": stacked, "second/w": second[0], "second/h0": second[1], "scan": scanned, "map": mapped,
           "foldr": folded, "scan/x": tf.gradients(tf.reduce_sum(scanned * scanned), x)[0],
           "map/w": tf.gradients(tf.reduce_sum(mapped * mapped), w)[0],
           "foldr/x": tf.gradients(tf.reduce_sum(folded), x)[0]}
results.update({f"gradient/{name}": value for name, value in gradients.items()})
with tf.Session() as session:
    data.update({f"result/{name}": numpy.ascontiguousarray(value) for name, value in session.run(results).items()})
path = pathlib.Path(sys.argv[1])
save_file(data, path)
os.chmod(path, 0o644)
