// Global steps, schedules and clipping.
#include "triptych/lowlevel/train.h"

#include <algorithm>
#include <cmath>

#include "core/graph/graph.h"
#include "core/ops/update/clip_norm.h"
#include "core/ops/update/learning_rate.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {

Tensor clip_by_norm(const Arg& t, double clip_norm, const std::optional<Axes>& axes) {
  Hyperparameters("clip_by_norm", t.where()).finite("clip_norm", clip_norm);
  const Frame frame(t.where());
  return clipped_by_norm(t.tensor(), std::max(clip_norm, 0.0), axes ? &*axes : nullptr);
}

Tensor clip_by_average_norm(const Arg& t, double clip_norm) {
  Hyperparameters("clip_by_average_norm", t.where()).positive("clip_norm", clip_norm);
  const Frame frame(t.where());
  const Tensor& x = t.tensor();
  const Tensor average = sqrt(sum(square(x))) / sum(ones_like(x));
  return x * (clip_norm / maximum(average, clip_norm));
}

namespace {

void check_some(const char* op, const TensorList& tensors, Location where) {
  if (std::none_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.defined(); }))
    throw ArgumentError(op, "there is no tensor", std::to_string(tensors.size()) + " entries, none defined", "", where);
}

}  // namespace

Tensor global_norm(const TensorList& t_list, Location where) {
  check_some("global_norm", t_list, where);
  const Frame frame(where);
  return global_norm_of(t_list.tensors());
}

std::pair<std::vector<Tensor>, Tensor> clip_by_global_norm(const TensorList& t_list, double clip_norm,
                                                           const Tensor& use_norm, Location where) {
  Hyperparameters("clip_by_global_norm", where).positive("clip_norm", clip_norm);
  check_some("clip_by_global_norm", t_list, where);
  if (use_norm.defined() && use_norm.shape(where).rank() != 0)
    throw ArgumentError("clip_by_global_norm", "use_norm is not one number", use_norm.shape(where).text(), "", where);
  const Frame frame(where);
  const Tensor norm = use_norm.defined() ? use_norm : global_norm_of(t_list.tensors());
  return {clipped_by_global_norm(t_list.tensors(), clip_norm, norm), norm};
}

namespace train {

Variable get_global_step(const Graph& graph) {
  for (const Variable& variable : graph.variables())
    if (variable.name() == "global_step") return variable;
  return {};
}
Variable create_global_step(const Graph& graph, Location where) {
  if (get_global_step(graph).defined())
    throw ArgumentError("create_global_step", "the graph has a global step already", "'global_step'",
                        "Call get_or_create_global_step", where);
  return graph.variable(
      "global_step", {}, [](const Shape& shape, DType dtype) { return full(shape, 0, dtype); },
      {.dtype = int64, .trainable = false}, where);
}
Variable get_or_create_global_step(const Graph& graph, Location where) {
  const Variable step = get_global_step(graph);
  return step.defined() ? step : create_global_step(graph, where);
}

namespace {

/// `schedule` of the rate beside the step; the numbers are checked.
template <class F>
Tensor scheduled(const char* op, const LearningRate& rate, const Tensor& step, double decay_steps,
                 std::initializer_list<double> numbers, Location where, F schedule) {
  learning_rate::check_decay_steps(op, decay_steps, where);
  const Hyperparameters check(op, where);
  check.not_negative("learning_rate", rate.value());
  for (const double number : numbers) check.finite("a number", number);
  if (!step.defined() || step.shape(where).rank() != 0)
    throw ArgumentError(op, "the global step is not a 0-d tensor",
                        step.defined() ? step.shape(where).text() : "an undefined tensor",
                        "Make it by train::get_or_create_global_step(graph)", where);
  const Frame frame(where);
  const Tensor& given = rate.tensor();
  if (!given.defined()) return schedule(cast(step, float64) * 0 + rate.value());
  if (!is_floating(given.dtype()) || given.shape(where).rank() != 0)
    throw ArgumentError(op, "the learning rate is not a 0-d floating-point tensor",
                        std::string(dtype_name(given.dtype())) + " " + given.shape(where).text(), "", where);
  return cast(schedule(given), given.dtype());
}

}  // namespace

Tensor exponential_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double decay_rate,
                         bool staircase, Location where) {
  return scheduled("exponential_decay", rate, step, decay_steps, {decay_rate}, where, [&](const Tensor& r) {
    return learning_rate::exponential_decay(r, step, decay_steps, decay_rate, staircase);
  });
}

Tensor piecewise_constant(const Tensor& x, const std::vector<double>& boundaries, const std::vector<double>& values,
                          Location where) {
  learning_rate::check_pieces("piecewise_constant", boundaries, values, where);
  if (!x.defined() || x.shape(where).rank() != 0)
    throw ArgumentError("piecewise_constant", "x is not a 0-d tensor",
                        x.defined() ? x.shape(where).text() : "an undefined tensor", "", where);
  const Frame frame(where);
  return learning_rate::piecewise_constant(x, boundaries, values);
}

Tensor polynomial_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double end_learning_rate,
                        double power, bool cycle, Location where) {
  return scheduled("polynomial_decay", rate, step, decay_steps, {end_learning_rate, power}, where,
                   [&](const Tensor& r) {
                     return learning_rate::polynomial_decay(r, step, decay_steps, end_learning_rate, power, cycle);
                   });
}

Tensor natural_exp_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double decay_rate,
                         bool staircase, Location where) {
  return scheduled("natural_exp_decay", rate, step, decay_steps, {decay_rate}, where, [&](const Tensor& r) {
    return learning_rate::exponential_decay(r, step, decay_steps, std::exp(-decay_rate), staircase);
  });
}

Tensor inverse_time_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double decay_rate,
                          bool staircase, Location where) {
  return scheduled("inverse_time_decay", rate, step, decay_steps, {decay_rate}, where, [&](const Tensor& r) {
    return learning_rate::inverse_time_decay(r, step, decay_steps, decay_rate, staircase);
  });
}

Tensor cosine_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double alpha, Location where) {
  return scheduled("cosine_decay", rate, step, decay_steps, {alpha}, where,
                   [&](const Tensor& r) { return learning_rate::cosine_decay(r, step, decay_steps, alpha); });
}

Tensor cosine_decay_restarts(const LearningRate& rate, const Tensor& step, double first_decay_steps, double t_mul,
                             double m_mul, double alpha, Location where) {
  Hyperparameters("cosine_decay_restarts", where).not_negative("t_mul - 1", t_mul - 1);
  return scheduled("cosine_decay_restarts", rate, step, first_decay_steps, {m_mul, alpha}, where, [&](const Tensor& r) {
    return learning_rate::cosine_decay_restarts(r, step, first_decay_steps, t_mul, m_mul, alpha);
  });
}

Tensor linear_cosine_decay(const LearningRate& rate, const Tensor& step, double decay_steps, double num_periods,
                           double alpha, double beta, Location where) {
  return scheduled("linear_cosine_decay", rate, step, decay_steps, {num_periods, alpha, beta}, where,
                   [&](const Tensor& r) {
                     return learning_rate::linear_cosine_decay(r, step, decay_steps, num_periods, alpha, beta);
                   });
}

Tensor noisy_linear_cosine_decay(const LearningRate& rate, const Tensor& step, double decay_steps,
                                 double initial_variance, double variance_decay, double num_periods, double alpha,
                                 double beta, Location where) {
  Hyperparameters("noisy_linear_cosine_decay", where).not_negative("initial_variance", initial_variance);
  const auto schedule = [&](const Tensor& r) {
    const Tensor variance = initial_variance / pow(1.0 + cast(step, float64), variance_decay);
    Tensor noise;
    if (step.is_symbolic())
      noise = graph_of(step).random_normal({}, {.dtype = float64}, where);
    else
      noise = normal({}, 0, 1, float64);
    return learning_rate::linear_cosine_decay(r, step, decay_steps, num_periods, alpha, beta, noise * sqrt(variance));
  };
  return scheduled("noisy_linear_cosine_decay", rate, step, decay_steps,
                   {initial_variance, variance_decay, num_periods, alpha, beta}, where, schedule);
}

}  // namespace train
}  // namespace triptych::lowlevel
