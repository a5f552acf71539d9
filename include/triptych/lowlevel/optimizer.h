// Optimizers that add gradient and update nodes to the graph. Formulas and defaults are TensorFlow's
// (tf.compat.v1.train).
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

struct GradientAndVariable {
  Tensor gradient;  // undefined if the loss does not depend on it
  Tensor variable;  // a Variable, or the graph's tensor of captured state
};

/// A learning rate: a number, which becomes a variable of the graph, or a tensor of the graph, such as a schedule.
class TRIPTYCH_API LearningRate {
 public:
  template <Number T>
  LearningRate(T value) : value_(static_cast<double>(value)) {}
  LearningRate(const Tensor& tensor) : tensor_(tensor) {}
  /// The number; 0 of a tensor.
  double value() const { return value_; }
  /// Undefined for a number.
  const Tensor& tensor() const { return tensor_; }

 private:
  double value_ = 0;
  Tensor tensor_;
};

/// What all optimizers share. Learning rates that are numbers, step counts and slots are variables of the graph:
/// changing one recompiles nothing. Constructors raise an ArgumentError for an option that is negative or not finite,
/// or a beta outside of [0, 1).
class TRIPTYCH_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Adds nodes for the gradients of `loss` and for the updates of `variables`: by default all trainable Variables and
  /// all captured parameters that the loss depends on (ArgumentError if there are none). Running the result takes one
  /// step.
  Tensor minimize(const Tensor& loss, const TensorList& variables = {}, Location where = Location::here());
  /// As TensorFlow's: the integer Variable `global_step` is counted up after the update. (A floating one is the one to
  /// train.)
  template <class V>
  requires std::same_as<V, Variable> Tensor minimize(const Tensor& loss, const V& global_step,
                                                     const TensorList& var_list = {},
                                                     Location where = Location::here()) {
    return minimize_and_count(loss, global_step, var_list, where);
  }
  /// The first half of minimize: change the gradients before they are applied, for example to clip them.
  std::vector<GradientAndVariable> compute_gradients(const Tensor& loss, const TensorList& variables = {},
                                                     Location where = Location::here());
  /// The second half. Entries without a gradient are left out.
  Tensor apply_gradients(const std::vector<GradientAndVariable>& gradients, Location where = Location::here());
  Tensor apply_gradients(const std::vector<GradientAndVariable>& gradients, const Variable& global_step,
                         Location where = Location::here());

  /// The learning rate (0-d float64), which assign() changes; ArgumentError before the first update was added, or if
  /// it is a tensor.
  Variable learning_rate(Location where = Location::here()) const;
  /// What is kept for `var` under a name; undefined if there is nothing.
  Variable get_slot(const Tensor& var, Text name) const;
  /// In the order of the alphabet.
  std::vector<std::string> get_slot_names() const;
  /// All variables that the optimizer has made.
  std::vector<Variable> variables() const;
  const std::string& get_name() const;

 protected:
  Optimizer(std::string name, const LearningRate& learning_rate, Location where);
  /// A buffer of `variable`'s shape and dtype that starts as a number, one for each name.
  Tensor slot(const Tensor& variable, Text slot_name, double start = 0);
  /// Those of all `variables`, and the count of steps for each.
  std::vector<Tensor> slots(const std::vector<Tensor>& variables, Text slot_name, double start = 0);
  std::vector<Tensor> counts(const std::vector<Tensor>& variables);
  /// The count of steps done (0-d int64).
  Tensor steps(const GraphHandle& graph);
  /// Adds the op that updates `parameters`.
  virtual void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                      const std::vector<Tensor>& gradients, Location where) = 0;

 private:
  Tensor minimize_and_count(const Tensor& loss, const Variable& global_step, const TensorList& var_list,
                            Location where);

  struct State;
  std::unique_ptr<State> state_;
};

struct GradientDescentOptions {
  LearningRate learning_rate = 0.01;
  OwnedText name = "GradientDescent";
};
/// p <- p - learning_rate g.
class TRIPTYCH_API GradientDescent : public Optimizer {
 public:
  explicit GradientDescent(const GradientDescentOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit GradientDescent(T learning_rate, Location where = Location::here())
      : GradientDescent(GradientDescentOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
};

struct MomentumOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0.9;
  bool use_nesterov = false;
  OwnedText name = "Momentum";
};
/// a <- momentum a + g; p <- p - learning_rate a (with Nesterov: p <- p - learning_rate (g + momentum a)).
class TRIPTYCH_API Momentum : public Optimizer {
 public:
  explicit Momentum(const MomentumOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit Momentum(T learning_rate, Location where = Location::here())
      : Momentum(MomentumOptions{.learning_rate = learning_rate}, where) {}
  template <std::convertible_to<LearningRate> T>
  Momentum(T learning_rate, double momentum, Location where = Location::here())
      : Momentum(MomentumOptions{.learning_rate = learning_rate, .momentum = momentum}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  MomentumOptions options_;
};

struct AdagradOptions {
  LearningRate learning_rate = 0.01;
  double initial_accumulator_value = 0.1;
  OwnedText name = "Adagrad";
};
/// s <- s + g^2; p <- p - learning_rate g / sqrt(s). Slot: "accumulator".
class TRIPTYCH_API Adagrad : public Optimizer {
 public:
  explicit Adagrad(const AdagradOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit Adagrad(T learning_rate, Location where = Location::here())
      : Adagrad(AdagradOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  AdagradOptions options_;
};

struct AdadeltaOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-8;
  OwnedText name = "Adadelta";
};
/// Steps in the units of the parameters (https://arxiv.org/abs/1212.5701). Slots: "accum", "accum_update".
class TRIPTYCH_API Adadelta : public Optimizer {
 public:
  explicit Adadelta(const AdadeltaOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit Adadelta(T learning_rate, Location where = Location::here())
      : Adadelta(AdadeltaOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  AdadeltaOptions options_;
};

struct RMSPropOptions {
  LearningRate learning_rate = 0.001;
  double decay = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-10;
  bool centered = false;
  OwnedText name = "RMSProp";
};
/// s <- decay s + (1 - decay) g^2; m <- momentum m + learning_rate g / sqrt(s + epsilon); p <- p - m. s starts as ones.
/// Slots: "rms", "momentum" and, centered, "mg".
class TRIPTYCH_API RMSProp : public Optimizer {
 public:
  explicit RMSProp(const RMSPropOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit RMSProp(T learning_rate, Location where = Location::here())
      : RMSProp(RMSPropOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  RMSPropOptions options_;
};

struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  OwnedText name = "Adam";
};
/// m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2;
/// p <- p - learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon). Slots: "m", "v".
class TRIPTYCH_API Adam : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit Adam(T learning_rate, Location where = Location::here())
      : Adam(AdamOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  AdamOptions options_;
};

struct AdamWOptions {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.01;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  OwnedText name = "AdamW";
};
/// Adam with decoupled weight decay, p <- p - learning_rate weight_decay p before the update (tf.compat.v1 has none).
class TRIPTYCH_API AdamW : public Optimizer {
 public:
  explicit AdamW(const AdamWOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit AdamW(T learning_rate, Location where = Location::here())
      : AdamW(AdamWOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  AdamWOptions options_;
};

struct FtrlOptions {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
  OwnedText name = "Ftrl";
};
/// Follow the regularized leader: `FtrlUpdate`. Slots: "accum", "linear".
class TRIPTYCH_API Ftrl : public Optimizer {
 public:
  explicit Ftrl(const FtrlOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit Ftrl(T learning_rate, Location where = Location::here())
      : Ftrl(FtrlOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  FtrlOptions options_;
};

struct ProximalGradientDescentOptions {
  LearningRate learning_rate = 0.001;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  OwnedText name = "ProximalGradientDescent";
};
/// Gradient descent that keeps parameters small or zero: `ProximalUpdate`.
class TRIPTYCH_API ProximalGradientDescent : public Optimizer {
 public:
  explicit ProximalGradientDescent(const ProximalGradientDescentOptions& options = {},
                                   Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit ProximalGradientDescent(T learning_rate, Location where = Location::here())
      : ProximalGradientDescent(ProximalGradientDescentOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  ProximalGradientDescentOptions options_;
};

struct ProximalAdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  OwnedText name = "ProximalAdagrad";
};
/// The same with Adagrad's rates. Slot: "accumulator".
class TRIPTYCH_API ProximalAdagrad : public Optimizer {
 public:
  explicit ProximalAdagrad(const ProximalAdagradOptions& options = {}, Location where = Location::here());
  template <std::convertible_to<LearningRate> T>
  explicit ProximalAdagrad(T learning_rate, Location where = Location::here())
      : ProximalAdagrad(ProximalAdagradOptions{.learning_rate = learning_rate}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  ProximalAdagradOptions options_;
};

/// TensorFlow's names: `tf::train::AdamOptimizer(1e-3)`.
namespace train {
using GradientDescentOptimizer = GradientDescent;
using MomentumOptimizer = Momentum;
using AdagradOptimizer = Adagrad;
using AdadeltaOptimizer = Adadelta;
using RMSPropOptimizer = RMSProp;
using AdamOptimizer = Adam;
using AdamWOptimizer = AdamW;
using FtrlOptimizer = Ftrl;
using ProximalGradientDescentOptimizer = ProximalGradientDescent;
using ProximalAdagradOptimizer = ProximalAdagrad;
}  // namespace train

}  // namespace triptych::lowlevel
