// Optimizers that add gradient and update nodes to the graph. Formulas and defaults are TensorFlow's (tf.compat.v1.train).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

struct GradientAndVariable {
  Tensor gradient;  // undefined if the loss does not depend on it
  Tensor variable;  // a Variable, or the graph's tensor of captured state
};

/// What all optimizers share. The learning rate, step counts and moments are variables of the graph: changing one
/// recompiles nothing.
class TRIPTYCH_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Adds nodes for the gradients of `loss` and for the updates of `variables`: by default all trainable Variables and all
  /// captured parameters that the loss depends on (ArgumentError if there are none). Running the result takes one step.
  Tensor minimize(const Tensor& loss, const TensorList& variables = {}, Location where = Location::here());
  /// The first half of minimize: change the gradients before they are applied, for example to clip them.
  std::vector<GradientAndVariable> compute_gradients(const Tensor& loss, const TensorList& variables = {},
                                                     Location where = Location::here());
  /// The second half. Entries without a gradient are left out.
  Tensor apply_gradients(const std::vector<GradientAndVariable>& gradients, Location where = Location::here());

  /// The learning rate (0-d float64), which assign() changes; ArgumentError before the first update was added.
  Variable learning_rate(Location where = Location::here()) const;

 protected:
  Optimizer(std::string name, double learning_rate);
  /// A buffer of `variable`'s shape and dtype that starts as zeros, one for each name.
  Tensor slot(const Tensor& variable, std::string_view slot_name);
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
  explicit GradientDescent(const GradientDescentOptions& options = {});

 private:
  void update(const Tensor& learning_rate, const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients,
              Location where) override;
};

}  // namespace triptych::lowlevel
