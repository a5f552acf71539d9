// Optimizers, with Keras's defaults and formulas.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Base of optimizers. Its state (learning rate, iterations, slots) are tensors of its own, so that a compiled step
/// reads and writes them.
class TRIPTYCH_API OptimizerBase {
 public:
  /// ArgumentError if the learning rate is negative or not finite.
  OptimizerBase(OwnedText name, double learning_rate, Location where = Location::here());
  virtual ~OptimizerBase();
  OptimizerBase(const OptimizerBase&) = delete;
  OptimizerBase& operator=(const OptimizerBase&) = delete;

  /// Makes the slots of those parameters that have none yet.
  void build(std::span<const Tensor> parameters);
  /// One step: changes `parameters`.
  virtual void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) = 0;

  const std::string& name() const { return name_; }
  double learning_rate() const;
  void set_learning_rate(double value);
  /// Steps done so far.
  std::int64_t iterations() const;
  /// All state with its names, as Keras orders it: iteration, learning rate, slots.
  std::vector<std::pair<std::string, Tensor>> variables() const;
  /// What is kept for a parameter: the slot's name, and its value.
  struct Slot {
    std::string name;
    Tensor parameter, value;
  };
  std::vector<Slot> slots() const;
  bool built() const { return built_; }

 protected:
  /// Names of the slots that each parameter gets, zeros of its shape.
  virtual std::vector<std::string> slot_names() const { return {}; }
  /// The slot number `slot` of each of `parameters`.
  std::vector<Tensor> slots_of(std::size_t slot, std::span<const Tensor> parameters) const;
  /// The count of steps, once for each parameter.
  std::vector<Tensor> shared_steps(std::span<const Tensor> parameters) const;

  Tensor iterations_, learning_rate_;

 private:
  std::string name_;
  bool built_ = false;
  std::vector<Tensor> parameters_;
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
  /// Takes effect at the next step; nothing is compiled again.
  void set_learning_rate(double value, Location where = Location::here()) const;
  std::int64_t iterations() const { return base_->iterations(); }
  /// One step of a training loop of one's own: changes `weights` by their gradients.
  void apply(std::span<const Tensor> gradients, std::span<const Tensor> weights,
             Location where = Location::here()) const;
  OptimizerBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  std::shared_ptr<OptimizerBase> base_;
};

/// A learning rate where it stands first, as in Adam(1e-3).
template <class T>
concept LearningRate = std::integral<T> || std::floating_point<T>;

/// Options, in Keras's order.
struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  /// Decoupled: p <- p - lr d p.
  double weight_decay = 0;
};
struct AdamOptions {
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  double weight_decay = 0;
};
struct AdamWOptions {
  double learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
};

namespace optimizers {

/// Without momentum p <- p - lr g; with it v <- momentum v - lr g, p <- p + v (nesterov: p <- p + momentum v - lr g).
TRIPTYCH_API Optimizer SGD(SGDOptions options = {}, Location where = Location::here());
template <LearningRate T>
Optimizer SGD(T learning_rate, SGDOptions options = {}, Location where = Location::here()) {
  options.learning_rate = static_cast<double>(learning_rate);
  return SGD(options, where);
}
template <class = void>
Optimizer SGD(...) = delete;  // neither a learning rate nor SGDOptions
/// Adam with epsilon outside the bias correction: see `UpdateFormula::keras`.
TRIPTYCH_API Optimizer Adam(AdamOptions options = {}, Location where = Location::here());
template <LearningRate T>
Optimizer Adam(T learning_rate, AdamOptions options = {}, Location where = Location::here()) {
  options.learning_rate = static_cast<double>(learning_rate);
  return Adam(options, where);
}
template <class = void>
Optimizer Adam(...) = delete;  // neither a learning rate nor AdamOptions
/// Adam with decoupled weight decay.
TRIPTYCH_API Optimizer AdamW(AdamWOptions options = {}, Location where = Location::here());
template <LearningRate T>
Optimizer AdamW(T learning_rate, AdamWOptions options = {}, Location where = Location::here()) {
  options.learning_rate = static_cast<double>(learning_rate);
  return AdamW(options, where);
}
template <class = void>
Optimizer AdamW(...) = delete;  // neither a learning rate nor AdamWOptions

}  // namespace optimizers
}  // namespace triptych::keras
