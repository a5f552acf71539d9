// What all optimizers share: state, the handle, and the options of Keras's base class.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/optimizers/schedules.h"

namespace triptych::keras {

/// A learning rate: a number, which can be set later, or a schedule of the steps.
class TRIPTYCH_API LearningRate {
 public:
  template <Number T>
  LearningRate(T value) : value_(static_cast<double>(value)) {}
  LearningRate(optimizers::schedules::LearningRateSchedule schedule) : schedule_(std::move(schedule)) {}

  /// The number; 0 of a schedule.
  double value() const { return value_; }
  /// Null for a number.
  const optimizers::schedules::LearningRateSchedule* schedule() const { return schedule_ ? &*schedule_ : nullptr; }

 private:
  double value_ = 0;
  std::optional<optimizers::schedules::LearningRateSchedule> schedule_;
};

class Optimizer;

/// Base of optimizers. Its state (learning rate, iterations, slots) are tensors of its own, so that a compiled step
/// reads and writes them. One of one's own has slot_names and apply.
class TRIPTYCH_API OptimizerBase {
 public:
  /// ArgumentError if the learning rate is negative or not finite.
  OptimizerBase(OwnedText name, const LearningRate& learning_rate, Location where = Location::here());
  virtual ~OptimizerBase();
  OptimizerBase(const OptimizerBase&) = delete;
  OptimizerBase& operator=(const OptimizerBase&) = delete;

  /// Makes the slots of those parameters that have none yet. `paths` may have a name for each, "dense/kernel".
  virtual void build(std::span<const Tensor> parameters, std::span<const std::string> paths = {});
  /// One step: changes `parameters`.
  virtual void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) = 0;

  const std::string& name() const { return name_; }
  /// The rate of the next step.
  virtual double learning_rate() const;
  /// ArgumentError if the optimizer was given a schedule.
  virtual void set_learning_rate(double value, Location where = Location::here());
  /// Steps done so far.
  virtual std::int64_t iterations() const;
  /// All state with its names, as Keras orders it: iteration, learning rate, slots.
  virtual std::vector<std::pair<std::string, Tensor>> variables() const;
  /// What is kept for a parameter: the slot's name, and its value.
  struct Slot {
    std::string name;
    Tensor parameter, value;
  };
  virtual std::vector<Slot> slots() const;
  bool built() const { return built_; }
  /// The name of its class, for files: Keras's ("Adam"), or by default that of the C++ class.
  virtual std::string class_name() const;
  /// The arguments besides the name, for files: a JSON object (`Config`), of which, of an optimizer of one's own, the
  /// function that `saving::register_keras_serializable` was given makes it again.
  virtual std::string config() const { return "{}"; }
  /// The optimizer around which this one is; null if there is none.
  virtual const Optimizer* inner() const { return nullptr; }

  /// What gradients are computed of: the loss, or a multiple of it.
  virtual Tensor scale_loss(const Tensor& loss) const { return loss; }
  /// At the end of a training: averages take the weights' place where that is asked for.
  virtual void finalize_variable_values(std::span<const Tensor> parameters);
  /// Weights that do not decay: those of the list, and those in whose names one of `var_names` (regular expressions) is
  /// found. ArgumentError once the optimizer is built.
  virtual void exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                         Location where = Location::here());

 protected:
  /// Names of the slots that each parameter gets.
  virtual std::vector<std::string> slot_names() const { return {}; }
  /// A slot's first value, zeros like the parameter; undefined where the parameter does not have it.
  virtual Tensor make_slot(std::size_t slot, const Tensor& parameter, const std::string& path) const;
  /// Slots of one group stand side by side in `variables`, groups one after the other.
  virtual int slot_group(std::size_t) const { return 0; }
  /// The slot number `slot` of each of `parameters`.
  std::vector<Tensor> slots_of(std::size_t slot, std::span<const Tensor> parameters) const;
  /// The count of steps, once for each parameter.
  std::vector<Tensor> shared_steps(std::span<const Tensor> parameters) const;
  /// The rate of this step: 0-d float64.
  Tensor current_rate() const;
  const std::string& path_of(const Tensor& parameter) const;

  Tensor iterations_, learning_rate_;

 private:
  friend struct OptimizerAccess;
  std::string name_;
  std::optional<optimizers::schedules::LearningRateSchedule> schedule_;
  bool built_ = false;
  std::vector<Tensor> parameters_;
  std::vector<std::string> paths_;
  std::vector<std::vector<Tensor>> slots_;  // by slot name, then parameter
};

/// A handle to an optimizer: an object of `keras::optimizers`, or one of Keras's names ("adam", "sgd", ...).
class TRIPTYCH_API Optimizer {
 public:
  /// ArgumentError that lists the known names if there is no such one.
  Optimizer(const char* name, Location where = Location::here());
  Optimizer(const std::string& name, Location where = Location::here());
  Optimizer(std::nullptr_t) = delete;
  explicit Optimizer(std::shared_ptr<OptimizerBase> base, Location where = Location::here());
  // Copies only: a handle that was moved from is one still.
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;
  ~Optimizer() = default;

  double learning_rate() const { return base_->learning_rate(); }
  /// Takes effect at the next step; nothing is compiled again. ArgumentError if the optimizer has a schedule.
  void set_learning_rate(double value, Location where = Location::here()) const;
  std::int64_t iterations() const { return base_->iterations(); }
  /// One step of a training loop of one's own: changes `weights` by their gradients.
  void apply(std::span<const Tensor> gradients, std::span<const Tensor> weights,
             Location where = Location::here()) const;
  void apply_gradients(const std::vector<std::pair<Tensor, Tensor>>& grads_and_vars,
                       Location where = Location::here()) const;
  void exclude_from_weight_decay(const std::vector<Tensor>& var_list, const std::vector<std::string>& var_names = {},
                                 Location where = Location::here()) const;
  void finalize_variable_values(const std::vector<Tensor>& weights, Location where = Location::here()) const;
  Tensor scale_loss(const Tensor& loss, Location where = Location::here()) const;
  OptimizerBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  std::shared_ptr<OptimizerBase> base_;
};

/// A handle to a new optimizer of your own class.
template <class Mine, class... Args>
Optimizer optimizer(Args&&... args) {
  return Optimizer(std::make_shared<Mine>(std::forward<Args>(args)...));
}

}  // namespace triptych::keras
