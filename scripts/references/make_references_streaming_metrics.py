"""tf.compat.v1.metrics over three batches: tests/references/streaming_metrics.safetensors.

Inputs are "labels_0" ..., results "NAME/update_0" ... and "NAME/value"."""
from safetensors_writer import References

import numpy
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()
random = numpy.random.default_rng(3)
references = References()
batches = []
for i, n in enumerate((7, 5, 9)):
    batch = {
        "labels": random.integers(0, 2, n),
        "scores": random.uniform(0, 1, n).astype("float32"),
        "weights": random.uniform(0, 2, n).astype("float32"),
        "classes": random.integers(0, 4, n),
        "answers": random.integers(0, 4, n),
        "x": random.normal(size=(n, 3)).astype("float32"),
        "y": random.normal(size=(n, 3)).astype("float32"),
    }
    batches.append(batch)
    for name, value in batch.items():
        references.put(f"{name}_{i}", value)

feeds = {name: tf.placeholder(value.dtype, (None,) + value.shape[1:]) for name, value in batches[0].items()}
labels, scores, weights = feeds["labels"], feeds["scores"], feeds["weights"]
classes, answers, x, y = feeds["classes"], feeds["answers"], feeds["x"], feeds["y"]
yes = tf.cast(scores > 0.5, tf.int64)
m = tf.metrics
thresholds = [0.2, 0.5, 0.9]
metrics = {
    "mean": m.mean(scores),
    "mean_weighted": m.mean(scores, weights=weights),
    "accuracy": m.accuracy(classes, answers),
    "accuracy_weighted": m.accuracy(classes, answers, weights=weights),
    "percentage_below": m.percentage_below(scores, 0.4),
    "mean_absolute_error": m.mean_absolute_error(x, y),
    "mean_squared_error": m.mean_squared_error(x, y, weights=tf.expand_dims(weights, 1)),
    "root_mean_squared_error": m.root_mean_squared_error(x, y),
    "mean_relative_error": m.mean_relative_error(x, y, tf.round(x)),
    "mean_cosine_distance": m.mean_cosine_distance(x, y, 1),
    "true_positives": m.true_positives(labels, yes),
    "false_positives": m.false_positives(labels, yes, weights=weights),
    "true_negatives": m.true_negatives(labels, yes),
    "false_negatives": m.false_negatives(labels, yes),
    "precision": m.precision(labels, yes, weights=weights),
    "recall": m.recall(labels, yes),
    "true_positives_at_thresholds": m.true_positives_at_thresholds(labels, scores, thresholds),
    "false_positives_at_thresholds": m.false_positives_at_thresholds(labels, scores, thresholds),
    "true_negatives_at_thresholds": m.true_negatives_at_thresholds(labels, scores, thresholds, weights=weights),
    "false_negatives_at_thresholds": m.false_negatives_at_thresholds(labels, scores, thresholds),
    "precision_at_thresholds": m.precision_at_thresholds(labels, scores, thresholds),
    "recall_at_thresholds": m.recall_at_thresholds(labels, scores, thresholds, weights=weights),
    "auc": m.auc(labels, scores),
    "auc_weighted": m.auc(labels, scores, weights=weights, num_thresholds=20),
    "auc_pr": m.auc(labels, scores, curve="PR", summation_method="careful_interpolation"),
    "auc_minoring": m.auc(labels, scores, curve="PR", summation_method="minoring"),
    "auc_majoring": m.auc(labels, scores, summation_method="majoring"),
    "auc_thresholds": m.auc(labels, scores, thresholds=thresholds),
    "mean_iou": m.mean_iou(classes, answers, 5),
    "mean_iou_weighted": m.mean_iou(classes, answers, 5, weights=weights),
    "mean_per_class_accuracy": m.mean_per_class_accuracy(classes, answers, 5),
}
with tf.Session() as session:
    session.run(tf.local_variables_initializer())
    for i, batch in enumerate(batches):
        fed = {feeds[name]: value for name, value in batch.items()}
        for name, (value, update) in metrics.items():
            references.put(f"{name}/update_{i}", session.run(update, fed))
    for name, (value, update) in metrics.items():
        references.put(f"{name}/value", session.run(value))
references.write("streaming_metrics.safetensors")
