// Metrics.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Base of metrics. What one batch contributes is computed by ops, so it is the same on both engines; what the sums
/// mean is arithmetic on the host.
class TRIPTYCH_API MetricBase {
 public:
  /// Which values are better, for callbacks that are to find out.
  enum class Direction : std::uint8_t { unknown, down, up };

  explicit MetricBase(OwnedText name) : name_(std::move(name)) {}
  virtual ~MetricBase();
  MetricBase(const MetricBase&) = delete;
  MetricBase& operator=(const MetricBase&) = delete;

  /// A batch's contributions, 0-d tensors: by default the sum of `values` and how many they are. Of targets and
  /// predictions whose ranks differ by a last axis of length 1, `values` gets the same rank.
  virtual std::vector<Tensor> contributions(const Tensor& y_true, const Tensor& y_pred);
  /// How many contributions there are.
  virtual std::size_t parts() const { return 2; }
  /// The metric of every example (or element); for metrics that are a mean.
  virtual Tensor values(const Tensor& y_true, const Tensor& y_pred);
  /// The metric, from the contributions' sums, of which there are `parts()`: by default first / second.
  virtual double result(const std::vector<double>& sums) const;
  virtual Direction direction() const { return Direction::unknown; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// A handle to a metric: an object of `keras::metrics`, or one of Keras's names ("accuracy", "mse", ...). "accuracy"
/// means binary, sparse or categorical accuracy, by the shapes that it first meets, as in Keras.
class TRIPTYCH_API Metric {
 public:
  /// ArgumentError that lists the known names if there is no such one.
  Metric(const char* name, Location where = Location::here());
  Metric(const std::string& name, Location where = Location::here());
  Metric(std::nullptr_t) = delete;
  explicit Metric(std::shared_ptr<MetricBase> base, Location where = Location::here());
  // Copies only: a handle that was moved from is one still.
  Metric(const Metric&) = default;
  Metric& operator=(const Metric&) = default;
  ~Metric() = default;

  /// Adds a batch; the result counts all batches since the last reset.
  void update_state(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
  /// 0 if nothing was added.
  double result() const;
  void reset_state() { sums_.clear(); }
  /// Adds contributions that were computed elsewhere; ArgumentError unless they are `base().parts()` numbers.
  void add(const std::vector<double>& contributions, Location where = Location::here());

  MetricBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  std::shared_ptr<MetricBase> base_;
  std::vector<double> sums_;
};

/// Options of metrics, in Keras's order.
struct MetricOptions {
  /// "": Keras's name.
  OptionText name = {};
};
struct BinaryAccuracyOptions {
  OwnedText name = "binary_accuracy";
  double threshold = 0.5;
};

namespace metrics {

/// Share of elements with y_true == y_pred.
TRIPTYCH_API Metric Accuracy(MetricOptions options = {});
/// Share of elements with y_true == (y_pred > threshold). ArgumentError unless the threshold is finite.
TRIPTYCH_API Metric BinaryAccuracy(BinaryAccuracyOptions options = {}, Location where = Location::here());
/// Share of examples with argmax(y_true) == argmax(y_pred).
TRIPTYCH_API Metric CategoricalAccuracy(MetricOptions options = {});
/// Share of examples with y_true == argmax(y_pred).
TRIPTYCH_API Metric SparseCategoricalAccuracy(MetricOptions options = {});
TRIPTYCH_API Metric MeanSquaredError(MetricOptions options = {});
TRIPTYCH_API Metric MeanAbsoluteError(MetricOptions options = {});

}  // namespace metrics
}  // namespace triptych::keras
