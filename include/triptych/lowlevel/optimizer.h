// Optimizers that add gradient and update nodes to the graph. Formulas and defaults are TensorFlow's
// (tf.compat.v1.train).
#pragma once

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

/// What all optimizers share. The learning rate, step counts and moments are variables of the graph: changing one
/// recompiles nothing. Constructors raise an ArgumentError for an option that is negative or not finite, or a beta
/// outside of [0, 1).
class TRIPTYCH_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Adds nodes for the gradients of `loss` and for the updates of `variables`: by default all trainable Variables and
  /// all captured parameters that the loss depends on (ArgumentError if there are none). Running the result takes one
  /// step.
  Tensor minimize(const Tensor& loss, const TensorList& variables = {}, Location where = Location::here());
  /// The first half of minimize: change the gradients before they are applied, for example to clip them.
  std::vector<GradientAndVariable> compute_gradients(const Tensor& loss, const TensorList& variables = {},
                                                     Location where = Location::here());
  /// The second half. Entries without a gradient are left out.
  Tensor apply_gradients(const std::vector<GradientAndVariable>& gradients, Location where = Location::here());

  /// The learning rate (0-d float64), which assign() changes; ArgumentError before the first update was added.
  Variable learning_rate(Location where = Location::here()) const;

 protected:
  Optimizer(std::string name, double learning_rate, Location where);
  /// A buffer of `variable`'s shape and dtype that starts as zeros, one for each name.
  Tensor slot(const Tensor& variable, Text slot_name);
  /// The count of steps done (0-d int64).
  Tensor steps(const GraphHandle& graph);
  /// Adds the op that updates `parameters`.
  virtual void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                      const std::vector<Tensor>& gradients, Location where) = 0;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct GradientDescentOptions {
  double learning_rate = 0.01;
};
/// p <- p - learning_rate g.
class TRIPTYCH_API GradientDescent : public Optimizer {
 public:
  explicit GradientDescent(const GradientDescentOptions& options = {}, Location where = Location::here());
  template <Number T>
  explicit GradientDescent(T learning_rate, Location where = Location::here())
      : GradientDescent(GradientDescentOptions{static_cast<double>(learning_rate)}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
};

struct MomentumOptions {
  double learning_rate = 0.01;
  double momentum = 0.9;
  bool use_nesterov = false;
};
/// a <- momentum a + g; p <- p - learning_rate a (with Nesterov: p <- p - learning_rate (g + momentum a)).
class TRIPTYCH_API Momentum : public Optimizer {
 public:
  explicit Momentum(const MomentumOptions& options = {}, Location where = Location::here());
  template <Number T>
  Momentum(T learning_rate, double momentum, Location where = Location::here())
      : Momentum(MomentumOptions{.learning_rate = static_cast<double>(learning_rate), .momentum = momentum}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  MomentumOptions options_;
};

struct AdamOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};
/// m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2;
/// p <- p - learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon).
class TRIPTYCH_API Adam : public Optimizer {
 public:
  explicit Adam(const AdamOptions& options = {}, Location where = Location::here());
  template <Number T>
  explicit Adam(T learning_rate, Location where = Location::here())
      : Adam(AdamOptions{.learning_rate = static_cast<double>(learning_rate)}, where) {}

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
  AdamOptions options_;
};

}  // namespace triptych::lowlevel
