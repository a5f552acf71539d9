// A metric: state that batches add to, and what it means. The state are tensors and batches add to them by ops, so that
// a compiled step does it too. Your own derive from MetricBase:
//
//   struct TruePositives : keras::MetricBase {
//     TruePositives() : MetricBase("true_positives") { count = add_variable({.name = "count"}); }
//     void update_state(const tt::Tensor& y_true, const tt::Tensor& y_pred, const tt::Tensor&) override {
//       tt::assign_add(count, tt::sum(y_true * tt::round(y_pred)));
//     }
//     tt::Tensor result() override { return count; }
//     tt::Tensor count;
//   };
//   keras::Metric metric = keras::metric<TruePositives>();
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/function.h"
#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/initializers.h"

namespace triptych::keras {

/// Options of `MetricBase::add_variable`, in Keras's order.
struct MetricVariableOptions {
  Shape shape = {};
  Initializer initializer = "zeros";
  DType dtype = float32;
  /// "": "variable", "variable_1", ...
  OptionText name = {};
};

/// Base of metrics. Override `values` for a mean over examples, else `update_state` and `result`.
class TRIPTYCH_API MetricBase {
 public:
  /// Which values are better, for callbacks that are to find out.
  enum class Direction : std::uint8_t { unknown, down, up };

  explicit MetricBase(OwnedText name) : name_(std::move(name)) {}
  virtual ~MetricBase();
  MetricBase(const MetricBase&) = delete;
  MetricBase& operator=(const MetricBase&) = delete;

  /// Adds a batch to the state, with weights of its examples (undefined: none): by default what `values` gives to a
  /// mean. Of targets and predictions whose ranks differ by a last axis of length 1, `values` gets the same rank.
  virtual void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight);
  /// The metric of every example (or element); for metrics that are a mean.
  virtual Tensor values(const Tensor& y_true, const Tensor& y_pred);
  /// Adds numbers that were computed elsewhere; for metrics that take any (Mean, Sum).
  virtual void update_values(const Tensor& values, const Tensor& sample_weight);
  /// The metric, from the state: by default the mean, 0 before there is a batch.
  virtual Tensor result();
  /// Makes all state what it was in the beginning.
  virtual void reset_state();
  virtual Direction direction() const { return Direction::unknown; }
  /// The name of its class, for files; by default that of the C++ class, "" of a function.
  virtual std::string class_name() const;
  /// Its arguments besides the name, for files: a JSON object (`Config`), of which the function that
  /// `saving::register_keras_serializable` was given makes a metric again.
  virtual std::string config() const { return config_; }
  const std::string& name() const { return name_; }
  /// The state, by name.
  const std::vector<std::pair<std::string, Tensor>>& variables() const { return variables_; }

 protected:
  /// State that batches add to, made now. Call it from the constructor, or from the first update, which knows shapes.
  /// ArgumentError for a name that is taken, or a shape that is not known.
  Tensor add_variable(const MetricVariableOptions& options = {}, Location where = Location::here());
  /// Several, in order: all of them or, if there is an error, none.
  std::vector<Tensor> add_variables(const std::vector<MetricVariableOptions>& options,
                                    Location where = Location::here());
  /// Adds the mean of each example's `values` to what the default `result` is the mean of, as Keras's Mean does.
  void add_to_mean(const Tensor& values, const Tensor& sample_weight);

 private:
  friend class Metric;
  friend struct MetricAccess;
  std::string name_;
  std::string class_name_, config_ = "{}";  // of Keras's own
  std::vector<std::pair<std::string, Tensor>> variables_;
  std::vector<Initializer> initializers_;
  Tensor total_, count_;  // of the mean, from its first batch on
};

/// A metric written as a function: of every example, or element, of y_true and y_pred.
template <class F>
concept MetricFunction = std::is_invocable_r_v<Tensor, F, const Tensor&, const Tensor&>;

/// A handle to a metric: an object of `keras::metrics`, one of Keras's names ("accuracy", "mse", "AUC", ...) or a
/// function, whose mean it is. "accuracy" means binary, sparse or categorical accuracy, by the shapes that it meets, as
/// in Keras. Copies share the state.
class TRIPTYCH_API Metric {
 public:
  /// ArgumentError that lists the known names, the nearest first, if there is no such one.
  Metric(const char* name, Location where = Location::here());
  Metric(const std::string& name, Location where = Location::here());
  Metric(std::nullptr_t) = delete;
  explicit Metric(std::shared_ptr<MetricBase> base, Location where = Location::here());
  // Copies only: a handle that was moved from is one still.
  Metric(const Metric&) = default;
  Metric& operator=(const Metric&) = default;
  ~Metric() = default;
  template <MetricFunction F>
  Metric(F function, Location where = Location::here());

  /// Adds a batch; the result counts all batches since the last reset. If the update fails, nothing is added.
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    Location where = Location::here());
  /// Adds numbers to a Mean or Sum.
  void update_state(const Tensor& values, Location where = Location::here());
  /// Adds numbers to a Mean or Sum, each as many times as its weight says.
  void update_values(const Tensor& values, const Tensor& sample_weight = {}, Location where = Location::here());
  /// The metric as one number; 0 if nothing was added. ArgumentError if it has several.
  double result(Location where = Location::here()) const;
  /// The metric as a tensor, of as many numbers as it has.
  Tensor result_tensor(Location where = Location::here()) const;
  /// `update_state`, and the result.
  double operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    Location where = Location::here());
  void reset_state(Location where = Location::here());

  MetricBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  friend class Trainer;
  friend struct MetricAccess;
  /// One of the same kind with a state of its own, if this one was made by a name; else this one.
  Metric fresh() const;

  std::shared_ptr<MetricBase> base_;
  std::string made_by_name_;  // "" if by another way
};

/// A handle to a new metric of your own class.
template <class Mine, class... Args>
Metric metric(Args&&... args) {
  return Metric(std::make_shared<Mine>(std::forward<Args>(args)...));
}

namespace detail {
template <class F>
struct FunctionMetric : MetricBase {
  FunctionMetric(F f, OwnedText name) : MetricBase(std::move(name)), function(std::move(f)) {}
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override {
    const UserCode its_lines;
    return function(y_true, y_pred);
  }
  std::string class_name() const override { return {}; }
  F function;
};
}  // namespace detail

template <MetricFunction F>
Metric::Metric(F function, Location where)
    : base_(std::make_shared<detail::FunctionMetric<F>>(not_empty(std::move(function), "metric", where), "lambda")) {}

/// Options of metrics that have no others.
struct MetricOptions {
  /// "": Keras's name.
  OptionText name = {};
};

}  // namespace triptych::keras
