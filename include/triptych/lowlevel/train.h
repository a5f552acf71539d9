// Around the optimizers: global steps, learning rates that follow them, gradients cut to a size, moving averages. Names
// are TensorFlow's: tf.compat.v1.train, tf.clip_by_norm.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/shape.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/optimizer.h"

namespace triptych::lowlevel {

// --- Gradients cut to a size (clip_by_value stands with the other names) --------------------------------------------

/// t clip_norm / max(|t|, clip_norm), |t| the square norm of all elements or over `axes`; a negative clip_norm is 0.
TRIPTYCH_API Tensor clip_by_norm(const Arg& t, double clip_norm, const std::optional<Axes>& axes = {});
/// t clip_norm / max(|t| / n, clip_norm), n the number of elements. ArgumentError if clip_norm is not positive.
TRIPTYCH_API Tensor clip_by_average_norm(const Arg& t, double clip_norm);
/// The square norm of all tensors as one vector; undefined ones are left out. ArgumentError if there is no other.
TRIPTYCH_API Tensor global_norm(const TensorList& t_list, Location where = Location::here());
/// Each tensor times clip_norm / max(global norm, clip_norm), and the global norm, which may be given as `use_norm`.
/// NaN all if it is not finite. Undefined tensors stay so. ArgumentError if clip_norm is not positive.
TRIPTYCH_API std::pair<std::vector<Tensor>, Tensor> clip_by_global_norm(const TensorList& t_list, double clip_norm,
                                                                        const Tensor& use_norm = {},
                                                                        Location where = Location::here());

namespace train {

// --- Global steps ----------------------------------------------------------------------------------------------------

/// The Variable "global_step" of the graph, 0-d int64, from 0. create: ArgumentError if there is one; get: undefined if
/// there is none.
TRIPTYCH_API Variable create_global_step(const Graph& graph = get_default_graph(), Location where = Location::here());
TRIPTYCH_API Variable get_global_step(const Graph& graph = get_default_graph());
TRIPTYCH_API Variable get_or_create_global_step(const Graph& graph = get_default_graph(),
                                                Location where = Location::here());

// --- Learning rates that follow a global step ------------------------------------------------------------------------
//
// 0-d nodes of the graph of `global_step`, of the dtype of a learning rate that is a tensor, else float64.
// ArgumentError if decay_steps is not positive, or a number is not finite.

/// learning_rate decay_rate^(global_step / decay_steps); with staircase the quotient is cut to a whole number.
TRIPTYCH_API Tensor exponential_decay(const LearningRate& learning_rate, const Tensor& global_step, double decay_steps,
                                      double decay_rate, bool staircase = false, Location where = Location::here());
/// values[i] up to boundaries[i], the last value after all.
TRIPTYCH_API Tensor piecewise_constant(const Tensor& x, const std::vector<double>& boundaries,
                                       const std::vector<double>& values, Location where = Location::here());
/// (learning_rate - end) (1 - global_step / decay_steps)^power + end; cycle: over the next multiple of decay_steps.
TRIPTYCH_API Tensor polynomial_decay(const LearningRate& learning_rate, const Tensor& global_step, double decay_steps,
                                     double end_learning_rate = 0.0001, double power = 1.0, bool cycle = false,
                                     Location where = Location::here());
/// learning_rate exp(-decay_rate global_step / decay_steps).
TRIPTYCH_API Tensor natural_exp_decay(const LearningRate& learning_rate, const Tensor& global_step, double decay_steps,
                                      double decay_rate, bool staircase = false, Location where = Location::here());
/// learning_rate / (1 + decay_rate global_step / decay_steps).
TRIPTYCH_API Tensor inverse_time_decay(const LearningRate& learning_rate, const Tensor& global_step, double decay_steps,
                                       double decay_rate, bool staircase = false, Location where = Location::here());
/// learning_rate ((1 - alpha) (1 + cos(pi global_step / decay_steps)) / 2 + alpha).
TRIPTYCH_API Tensor cosine_decay(const LearningRate& learning_rate, const Tensor& global_step, double decay_steps,
                                 double alpha = 0.0, Location where = Location::here());
/// A cosine that starts again, each time t_mul as long and m_mul as high.
TRIPTYCH_API Tensor cosine_decay_restarts(const LearningRate& learning_rate, const Tensor& global_step,
                                          double first_decay_steps, double t_mul = 2.0, double m_mul = 1.0,
                                          double alpha = 0.0, Location where = Location::here());
/// learning_rate ((alpha + 1 - s) (1 + cos(2 pi num_periods s)) / 2 + beta), s = global_step / decay_steps.
TRIPTYCH_API Tensor linear_cosine_decay(const LearningRate& learning_rate, const Tensor& global_step,
                                        double decay_steps, double num_periods = 0.5, double alpha = 0.0,
                                        double beta = 0.001, Location where = Location::here());
/// The same with alpha + 1 - s + noise in the first factor: normal numbers, new ones in each run, of variance
/// initial_variance / (1 + global_step)^variance_decay.
TRIPTYCH_API Tensor noisy_linear_cosine_decay(const LearningRate& learning_rate, const Tensor& global_step,
                                              double decay_steps, double initial_variance = 1.0,
                                              double variance_decay = 0.55, double num_periods = 0.5,
                                              double alpha = 0.0, double beta = 0.001,
                                              Location where = Location::here());

// --- Moving averages -------------------------------------------------------------------------------------------------

struct ExponentialMovingAverageOptions {
  /// With a count of updates the decay is at most (1 + num_updates) / (10 + num_updates), so that averages move faster
  /// at first.
  Tensor num_updates = {};
  /// Averages of tensors that are no variables start as zeros; with it they are divided by what that takes away.
  bool zero_debias = false;
  OwnedText name = "ExponentialMovingAverage";
};

/// shadow <- decay shadow + (1 - decay) variable, in variables "<name>/ExponentialMovingAverage", which start as their
/// variable does. ArgumentError unless decay is in [0, 1].
class TRIPTYCH_API ExponentialMovingAverage {
 public:
  explicit ExponentialMovingAverage(double decay, const ExponentialMovingAverageOptions& options = {},
                                    Location where = Location::here());
  ~ExponentialMovingAverage();
  ExponentialMovingAverage(const ExponentialMovingAverage&) = delete;
  ExponentialMovingAverage& operator=(const ExponentialMovingAverage&) = delete;

  /// A node that updates the averages of `var_list`, by nodes that read the variables when it runs: put it behind the
  /// training step by control dependencies. ArgumentError for an empty list, or a tensor that is not of a graph or not
  /// floating.
  Tensor apply(const TensorList& var_list, Location where = Location::here());
  /// All trainable variables of the graph.
  Tensor apply(const Graph& graph, Location where = Location::here());
  /// The shadow; undefined if there is none.
  Variable average(const Tensor& var) const;
  std::string average_name(const Tensor& var, Location where = Location::here()) const;
  /// What to restore to go on with averages in the variables' place: names in files, and where they go. By default for
  /// all trainable variables; the graph's other variables keep their names.
  std::map<std::string, Variable> variables_to_restore(const Graph& graph,
                                                       const std::vector<Variable>& moving_avg_variables = {},
                                                       Location where = Location::here()) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace train
}  // namespace triptych::lowlevel
