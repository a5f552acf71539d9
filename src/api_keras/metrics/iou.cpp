#include "triptych/keras/metrics/iou.h"

#include <numeric>

#include "api_keras/metrics/registered.h"
#include "api_keras/names.h"
#include "api_keras/training/targets.h"
#include "core/metrics/confusion.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

class IoU : public MetricBase {
 public:
  IoU(OwnedText name, std::int64_t classes, const std::vector<std::int64_t>& targets, const IoUOptions& options,
      std::optional<double> threshold = {})
      : MetricBase(std::move(name)), classes_(classes), target_ids_(targets), options_(options), threshold_(threshold) {
    matrix_ = add_variable(
        {.shape = {classes, classes}, .dtype = options.dtype.value_or(int64), .name = "total_confusion_matrix"});
  }

  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    const Tensor truth = class_numbers_of(y_true, options_.sparse_y_true);
    const Tensor answer = threshold_ ? reshape(cast(greater_equal(y_pred, *threshold_), int64), {-1})
                                     : class_numbers_of(y_pred, options_.sparse_y_pred);
    const auto in_range = [&](const Tensor& x) { return logical_and(greater_equal(x, 0), less(x, classes_)); };
    Tensor counts = logical_and(in_range(truth), in_range(answer));
    if (options_.ignore_class) counts = logical_and(counts, not_equal(truth, *options_.ignore_class));
    Tensor weights = cast(counts, matrix_.dtype());
    if (sample_weight.defined()) weights = weights * expand_like(flat_weights(sample_weight, y_true), weights);
    assign_add(matrix_, confusion_matrix(where(counts, truth, 0), where(counts, answer, 0), classes_, weights));
  }

  Tensor result() override {
    const DeviceScope here(matrix_.device());
    const Tensor matrix = cast(matrix_, float64), right = diagonal(matrix), targets = tensor(target_ids_);
    const Tensor together = index_select(sum(matrix, 0) + sum(matrix, 1) - right, 0, targets);
    const Tensor there = greater(together, 1e-9);  // a class that there is not does not count
    const Tensor shares = index_select(right, 0, targets) / (together + epsilon);
    return sum(where(there, shares, zeros_like(shares))) / (sum(cast(there, float64)) + epsilon);
  }

  Direction direction() const override { return Direction::up; }

 private:
  Tensor class_numbers_of(const Tensor& y, bool sparse) const {
    return reshape(sparse ? cast(y, int64) : argmax(y, options_.axis), {-1});
  }
  /// Weights of examples, or of each of their parts, in the dtype of the counts.
  Tensor flat_weights(const Tensor& sample_weight, const Tensor& y_true) const {
    Tensor weights = cast(sample_weight, matrix_.dtype());
    const Tensor parts = options_.sparse_y_true ? y_true : argmax(y_true, options_.axis);
    while (weights.ndim() < parts.ndim()) weights = unsqueeze(weights, -1);
    return reshape(weights.ndim() == parts.ndim() ? expand_like(weights, parts) : weights, {-1});
  }

  std::int64_t classes_;
  std::vector<std::int64_t> target_ids_;
  IoUOptions options_;
  std::optional<double> threshold_;
  Tensor matrix_;
};

void check(const char* metric, std::int64_t classes, const std::vector<std::int64_t>& targets, Location where) {
  if (classes < 1) throw ArgumentError(metric, "num_classes is below 1", std::to_string(classes), "", where);
  if (classes > 46340)
    throw ArgumentError(metric, "num_classes is too large for a matrix of them", std::to_string(classes), "", where);
  if (targets.empty()) throw ArgumentError(metric, "there is no target class", "an empty list", "", where);
  for (const std::int64_t target : targets)
    if (target < 0 || target >= classes)
      throw ArgumentError(metric, "a target class is none of the classes",
                          std::to_string(target) + " of " + std::to_string(classes) + " classes", "", where);
}

std::vector<std::int64_t> all_of(std::int64_t classes) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(std::max<std::int64_t>(classes, 0)));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Metric make(const char* metric, const char* name, std::int64_t classes, const std::vector<std::int64_t>& targets,
            const IoUOptions& options, Location where, std::optional<double> threshold = {}) {
  const Frame frame(where);
  check(metric, classes, targets, where);
  return Metric(std::make_shared<IoU>(options.name.empty() ? unique_name(name) : std::string(options.name), classes,
                                      targets, options, threshold));
}

/// Files say which dtype the counts have.
template <class Options, class... T>
Metric known_with_dtype(const char* class_name, const Options& options, Metric metric, NamedArgument<T>... arguments) {
  const DType dtype = options.dtype.value_or(int64);
  return known_as(class_name, options, std::move(metric), arguments..., arg("dtype", dtype));
}

IoUOptions of_one_hot(const OneHotIoUOptions& options) {
  return {.name = options.name,
          .dtype = options.dtype,
          .ignore_class = options.ignore_class,
          .sparse_y_true = false,
          .sparse_y_pred = options.sparse_y_pred,
          .axis = options.axis};
}

}  // namespace

namespace metrics {

Metric IoU(std::int64_t num_classes, std::vector<std::int64_t> target_class_ids, IoUOptions options, Location where) {
  return known_with_dtype("IoU", options, make("IoU", "io_u", num_classes, target_class_ids, options, where),
                          arg("num_classes", num_classes), arg("target_class_ids", target_class_ids));
}
Metric BinaryIoU(BinaryIoUOptions options, Location where) {
  Hyperparameters("BinaryIoU", where).finite("threshold", options.threshold);
  return known_with_dtype("BinaryIoU", options,
                          make("BinaryIoU", "binary_io_u", 2, options.target_class_ids,
                               {.name = options.name, .dtype = options.dtype}, where, options.threshold));
}
Metric MeanIoU(std::int64_t num_classes, IoUOptions options, Location where) {
  check("MeanIoU", num_classes, {0}, where);
  return known_with_dtype("MeanIoU", options,
                          make("MeanIoU", "mean_io_u", num_classes, all_of(num_classes), options, where),
                          arg("num_classes", num_classes));
}
Metric OneHotIoU(std::int64_t num_classes, std::vector<std::int64_t> target_class_ids, OneHotIoUOptions options,
                 Location where) {
  return known_with_dtype("OneHotIoU", options,
                          make("OneHotIoU", "one_hot_io_u", num_classes, target_class_ids, of_one_hot(options), where),
                          arg("num_classes", num_classes), arg("target_class_ids", target_class_ids));
}
Metric OneHotMeanIoU(std::int64_t num_classes, OneHotIoUOptions options, Location where) {
  check("OneHotMeanIoU", num_classes, {0}, where);
  return known_as(
      "OneHotMeanIoU", options,
      make("OneHotMeanIoU", "one_hot_mean_io_u", num_classes, all_of(num_classes), of_one_hot(options), where),
      arg("num_classes", num_classes));
}

}  // namespace metrics
}  // namespace triptych::keras
