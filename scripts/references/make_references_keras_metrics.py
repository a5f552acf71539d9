#!/usr/bin/env python3
"""Makes tests/references/keras_metrics.safetensors with Keras 3 (TensorFlow backend, CPU): every metric over three batches of the
same data, with and without weights. tests/api_keras/keras_metrics_test.cpp has the same.
"""
from safetensors_writer import References

import keras
import numpy as np
from keras import metrics

R = References()


def values(*shape):
    """-1 to 1, without an order."""
    return ((np.arange(np.prod(shape)) * 7919 % 23 - 11) / 11).astype(np.float32).reshape(shape)


scores = values(12, 4) * 3
probabilities = np.asarray(keras.ops.softmax(scores))
near = np.asarray(keras.ops.sigmoid(scores))
numbers = np.roll(values(12, 4), 5) * 2
labels = np.arange(12) * 7 % 4
one_hot = np.eye(4, dtype=np.float32)[labels]
binary = (np.roll(values(12, 4), 3) > 0).astype(np.float32)
answers = np.roll(labels, 1)
weights = np.array([1, 0.5, 2, 0, 1, 3, 1, 1, 2, 0.25, 4, 1], np.float32)
for name, value in dict(scores=scores, probabilities=probabilities, near=near, numbers=numbers, labels=labels, one_hot=one_hot,
                        binary=binary, answers=answers, weights=weights).items():
    R.put(name, value)


def case(name, metric, y_true, y_pred, weighted=True):
    for w in (None, weights) if weighted else (None,):
        metric.reset_state()
        for i in range(0, 12, 4):
            metric.update_state(y_true[i:i + 4], y_pred[i:i + 4], sample_weight=None if w is None else w[i:i + 4])
        R.put(name + ("" if w is None else "/weighted"), metric.result())


case("Accuracy", metrics.Accuracy(), labels, answers)
case("BinaryAccuracy", metrics.BinaryAccuracy(threshold=0.4), binary, near)
case("CategoricalAccuracy", metrics.CategoricalAccuracy(), one_hot, scores)
case("SparseCategoricalAccuracy", metrics.SparseCategoricalAccuracy(), labels, scores)
case("TopK", metrics.TopKCategoricalAccuracy(k=2), one_hot, scores)
case("SparseTopK", metrics.SparseTopKCategoricalAccuracy(k=3), labels, scores)
for name in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall"):
    case(name, getattr(metrics, name)(), binary, near)
    case(name + "_thresholds", getattr(metrics, name)(thresholds=[0.2, 0.5, 0.9]), binary, near)
case("Precision_top_k", metrics.Precision(top_k=2), binary, near)
case("Recall_class", metrics.Recall(class_id=1, thresholds=0.3), binary, near)
case("Recall_top_class", metrics.Recall(class_id=2, top_k=2), binary, near)
case("SensitivityAtSpecificity", metrics.SensitivityAtSpecificity(0.5), binary, near)
case("SpecificityAtSensitivity", metrics.SpecificityAtSensitivity(0.4, num_thresholds=7), binary, near)
case("PrecisionAtRecall", metrics.PrecisionAtRecall(0.5), binary, near)
case("RecallAtPrecision", metrics.RecallAtPrecision(0.5, num_thresholds=1), binary, near)
for curve in ("ROC", "PR", "PRGAIN"):
    for method in ("interpolation", "minoring", "majoring"):
        case(f"AUC_{curve}_{method}", metrics.AUC(num_thresholds=50, curve=curve, summation_method=method), binary, near)
case("AUC_thresholds", metrics.AUC(thresholds=[0.1, 0.35, 0.8]), binary, near)
case("AUC_logits", metrics.AUC(from_logits=True), binary, scores)
case("AUC_labels", metrics.AUC(multi_label=True), binary, near)
case("AUC_labels_pr", metrics.AUC(multi_label=True, curve="PR", num_labels=4, label_weights=[1.0, 2.0, 0.5, 1.0]), binary, near)
case("AUC_label_weights", metrics.AUC(label_weights=[1.0, 2.0, 0.5, 1.0]), binary, near)
case("AUC_labels_thresholds", metrics.AUC(multi_label=True, thresholds=[0.2, 0.3]), binary, near)
for average in (None, "micro", "macro", "weighted"):
    case(f"F1_{average}", metrics.F1Score(average=average, threshold=0.5), binary, near)
case("FBeta", metrics.FBetaScore(average="macro", beta=2.0), one_hot, scores)
case("IoU", metrics.IoU(4, [0, 2]), labels, answers)
case("IoU_float", metrics.IoU(4, [0, 2], dtype="float32"), labels, answers)
case("MeanIoU", metrics.MeanIoU(3, ignore_class=1), labels, answers)
case("BinaryIoU", metrics.BinaryIoU(threshold=0.3), binary[:, 0], near[:, 0])
case("OneHotIoU", metrics.OneHotIoU(4, [1, 3]), one_hot, scores)
case("OneHotMeanIoU", metrics.OneHotMeanIoU(4, sparse_y_pred=True), one_hot, answers)
for name in ("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "LogCoshError",
             "CosineSimilarity", "R2Score", "PearsonCorrelation", "ConcordanceCorrelation"):
    case(name, getattr(metrics, name)(), numbers, scores)
case("MeanSquaredLogarithmicError", metrics.MeanSquaredLogarithmicError(), near, probabilities)
case("R2_none", metrics.R2Score(class_aggregation=None), numbers, scores)
case("R2_variance", metrics.R2Score(class_aggregation="variance_weighted_average", num_regressors=3), numbers, scores)
case("Hinge", metrics.Hinge(), binary, scores)
case("SquaredHinge", metrics.SquaredHinge(), binary, scores)
case("CategoricalHinge", metrics.CategoricalHinge(), one_hot, scores)
case("KLDivergence", metrics.KLDivergence(), one_hot * 0.9 + 0.02, probabilities)
case("Poisson", metrics.Poisson(), np.abs(numbers), near)
case("BinaryCrossentropy", metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.1), binary, scores)
case("CategoricalCrossentropy", metrics.CategoricalCrossentropy(label_smoothing=0.1), one_hot, probabilities)
case("SparseCategoricalCrossentropy", metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2), labels, scores)
for name, metric in (("Mean", metrics.Mean()), ("Sum", metrics.Sum())):
    metric.update_state(scores)
    R.put(name, metric.result())
    metric.reset_state()
    metric.update_state(scores, sample_weight=weights)
    metric.update_state(3.5)
    R.put(name + "/weighted", metric.result())

x = values(12, 3)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="sigmoid")])
model.set_weights([values(3, 4), values(4)])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="bce",
              metrics=["AUC", metrics.Precision(name="precision"), metrics.F1Score(average="macro", threshold=0.5)],
              weighted_metrics=["mse", metrics.F1Score(average="macro", threshold=0.5)])
history = model.fit(x, binary, batch_size=5, epochs=3, shuffle=False, verbose=0, sample_weight=weights,
                    validation_data=(x[:7], binary[:7], weights[:7]))
R.put("x", x)
for key, value in history.history.items():
    R.put("history/" + key, value)
R.write("keras_metrics.safetensors")
print(sorted(history.history))
