// Learning rates that follow the count of steps, as keras.optimizers.schedules'.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/function.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {
struct BuiltIn;
}

namespace triptych::keras::optimizers::schedules {

/// A function of the step, which optimizers take in place of a learning rate. One of one's own is a function of a 0-d
/// int64 tensor that gives a 0-d one, written with ops, since it is traced into the step.
class TRIPTYCH_API LearningRateSchedule {
 public:
  using Function = std::function<Tensor(const Tensor& step)>;
  /// ArgumentError for an empty function.
  explicit LearningRateSchedule(Function function, OwnedText name = "LearningRateSchedule",
                                Location where = Location::here());
  // Copies alone: a schedule that was moved from is still one.
  LearningRateSchedule(const LearningRateSchedule&) = default;
  LearningRateSchedule& operator=(const LearningRateSchedule&) = default;
  ~LearningRateSchedule() = default;

  /// The rate at a step, 0-d float64.
  Tensor operator()(const Tensor& step, Location where = Location::here()) const;
  template <std::integral T>
  double operator()(T step, Location where = Location::here()) const {
    return at(static_cast<std::int64_t>(step), where);
  }
  const std::string& name() const { return name_; }
  /// Keras's class name, and the arguments as a JSON object, for files; "" of one of one's own.
  const std::string& class_name() const { return class_name_; }
  const std::string& config() const { return config_; }
  /// The same schedule, known by them.
  LearningRateSchedule known_as(OwnedText class_name, OwnedText config) &&;

 private:
  friend struct keras::BuiltIn;
  double at(std::int64_t step, Location where) const;
  std::shared_ptr<const Function> function_;
  std::string name_, class_name_, config_ = "{}";
  bool is_built_in_ = false;
};

// All raise an ArgumentError if decay_steps is not positive, or a number is not finite.

/// initial_learning_rate decay_rate^(step / decay_steps); with staircase the quotient is cut to a whole number.
TRIPTYCH_API LearningRateSchedule ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                                                   bool staircase = false, OwnedText name = "ExponentialDecay",
                                                   Location where = Location::here());
/// values[i] up to the step boundaries[i], the last value after all. ArgumentError unless there is one value more than
/// boundaries, which grow.
TRIPTYCH_API LearningRateSchedule PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values,
                                                         OwnedText name = "PiecewiseConstant",
                                                         Location where = Location::here());
/// (initial - end) (1 - step / decay_steps)^power + end; with cycle decay_steps is its next multiple above the step.
TRIPTYCH_API LearningRateSchedule PolynomialDecay(double initial_learning_rate, double decay_steps,
                                                  double end_learning_rate = 0.0001, double power = 1.0,
                                                  bool cycle = false, OwnedText name = "PolynomialDecay",
                                                  Location where = Location::here());
/// initial_learning_rate / (1 + decay_rate step / decay_steps).
TRIPTYCH_API LearningRateSchedule InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                                                   bool staircase = false, OwnedText name = "InverseTimeDecay",
                                                   Location where = Location::here());

struct CosineDecayOptions {
  double alpha = 0.0;
  OwnedText name = "CosineDecay";
  /// The rate grows from initial_learning_rate to it in warmup_steps, before the cosine begins there.
  std::optional<double> warmup_target = {};
  double warmup_steps = 0;
};
/// initial_learning_rate ((1 - alpha) (1 + cos(pi step / decay_steps)) / 2 + alpha)
/// (https://arxiv.org/abs/1608.03983).
TRIPTYCH_API LearningRateSchedule CosineDecay(double initial_learning_rate, double decay_steps,
                                              const CosineDecayOptions& options = {},
                                              Location where = Location::here());
template <Number T>
LearningRateSchedule CosineDecay(double initial_learning_rate, double decay_steps, T alpha,
                                 Location where = Location::here()) {
  return CosineDecay(initial_learning_rate, decay_steps, CosineDecayOptions{.alpha = static_cast<double>(alpha)},
                     where);
}
/// A cosine of first_decay_steps that starts again, each time t_mul as long and m_mul as high.
TRIPTYCH_API LearningRateSchedule CosineDecayRestarts(double initial_learning_rate, double first_decay_steps,
                                                      double t_mul = 2.0, double m_mul = 1.0, double alpha = 0.0,
                                                      OwnedText name = "SGDRDecay", Location where = Location::here());

}  // namespace triptych::keras::optimizers::schedules
