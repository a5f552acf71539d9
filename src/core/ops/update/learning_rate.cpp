#include "core/ops/update/learning_rate.h"

#include <cmath>
#include <numbers>
#include <string>

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::learning_rate {
namespace {

using std::numbers::pi;

Tensor number(const Tensor& value) { return cast(value, float64); }
/// How many times decay_steps the step is, not more than once.
Tensor part_of(const Tensor& step, double decay_steps) { return minimum(number(step), decay_steps) / decay_steps; }
Tensor quotient(const Tensor& step, double decay_steps, bool staircase) {
  const Tensor q = number(step) / decay_steps;
  return staircase ? floor(q) : q;
}

}  // namespace

Tensor exponential_decay(const Tensor& rate, const Tensor& step, double decay_steps, double decay_rate,
                         bool staircase) {
  return number(rate) * pow(decay_rate, quotient(step, decay_steps, staircase));
}

Tensor inverse_time_decay(const Tensor& rate, const Tensor& step, double decay_steps, double decay_rate,
                          bool staircase) {
  return number(rate) / (quotient(step, decay_steps, staircase) * decay_rate + 1);
}

Tensor piecewise_constant(const Tensor& step, const std::vector<double>& boundaries,
                          const std::vector<double>& values) {
  const Tensor x = number(step);
  Tensor result = x * 0 + values[0];
  for (std::size_t i = 0; i < boundaries.size(); ++i) result = where(x > boundaries[i], values[i + 1], result);
  return result;
}

Tensor polynomial_decay(const Tensor& rate, const Tensor& step, double decay_steps, double end_rate, double power,
                        bool cycle) {
  const Tensor x = number(step);
  const Tensor part = cycle ? x / (maximum(ceil(x / decay_steps), 1.0) * decay_steps) : part_of(step, decay_steps);
  return (number(rate) - end_rate) * pow(1 - part, power) + end_rate;
}

Tensor cosine_decay(const Tensor& rate, const Tensor& step, double decay_steps, double alpha) {
  return number(rate) * ((cos(part_of(step, decay_steps) * pi) + 1) * (0.5 * (1 - alpha)) + alpha);
}

Tensor cosine_decay_restarts(const Tensor& rate, const Tensor& step, double first_decay_steps, double t_mul,
                             double m_mul, double alpha) {
  const Tensor done = number(step) / first_decay_steps;
  Tensor restarts, part;
  if (t_mul == 1) {
    restarts = floor(done);
    part = done - restarts;
  } else {
    restarts = floor(log(done * (t_mul - 1) + 1) / std::log(t_mul));
    const Tensor length = pow(t_mul, restarts);
    part = (done - (1 - length) / (1 - t_mul)) / length;
  }
  return number(rate) * (pow(m_mul, restarts) * (cos(part * pi) + 1) * (0.5 * (1 - alpha)) + alpha);
}

Tensor linear_cosine_decay(const Tensor& rate, const Tensor& step, double decay_steps, double num_periods, double alpha,
                           double beta, const Tensor& noise) {
  const Tensor part = part_of(step, decay_steps), falling = 1 + alpha - part;
  const Tensor linear = noise.defined() ? falling + noise : falling;
  return number(rate) * (linear * ((cos(part * (2 * pi * num_periods)) + 1) * 0.5) + beta);
}

void check_decay_steps(const char* op, double decay_steps, Location where) {
  Hyperparameters(op, where).positive("decay_steps", decay_steps);
}

void check_pieces(const char* op, const std::vector<double>& boundaries, const std::vector<double>& values,
                  Location where) {
  if (values.size() != boundaries.size() + 1)
    throw ArgumentError(op, "there is not one value more than boundaries",
                        std::to_string(boundaries.size()) + " boundaries, " + std::to_string(values.size()) + " values",
                        "", where);
  const Hyperparameters check(op, where);
  for (const double value : values) check.not_negative("a value", value);
  for (std::size_t i = 0; i < boundaries.size(); ++i) {
    check.finite("a boundary", boundaries[i]);
    if (i > 0 && boundaries[i] <= boundaries[i - 1])
      throw ArgumentError(op, "the boundaries do not grow",
                          number_text(boundaries[i - 1]) + ", then " + number_text(boundaries[i]), "", where);
  }
}

}  // namespace triptych::learning_rate
