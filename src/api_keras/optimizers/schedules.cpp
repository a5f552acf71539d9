#include "triptych/keras/optimizers/schedules.h"

#include "api_keras/access.h"
#include "api_keras/built_in.h"
#include "api_keras/layers/brick.h"
#include "core/ops/update/learning_rate.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/callable.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::keras::optimizers::schedules {
namespace {

/// A rate beside `step`, concrete or symbolic.
Tensor beside(const Tensor& step, double rate) { return cast(step, float64) * 0 + rate; }

void check_all(const char* op, double rate, double decay_steps, std::initializer_list<double> others, Location where) {
  const Hyperparameters check(op, where);
  check.not_negative("initial_learning_rate", rate);
  learning_rate::check_decay_steps(op, decay_steps, where);
  for (const double other : others) check.finite("a number", other);
}

/// Of the two that multiply or divide by a rate in each stretch of steps.
std::string decay_config(double initial_learning_rate, double decay_steps, double decay_rate, bool staircase,
                         const OwnedText& name) {
  return JsonObject()
      .add("initial_learning_rate", initial_learning_rate)
      .add("decay_steps", decay_steps)
      .add("decay_rate", decay_rate)
      .add("staircase", staircase)
      .add("name", std::string(name))
      .text();
}

}  // namespace

LearningRateSchedule::LearningRateSchedule(Function function, OwnedText name, Location where) : name_(std::move(name)) {
  check_callable("LearningRateSchedule", function, where);
  function_ = std::make_shared<const Function>(std::move(function));
}

LearningRateSchedule LearningRateSchedule::known_as(OwnedText class_name, OwnedText config) && {
  class_name_ = std::move(class_name);
  config_ = std::move(config);
  return std::move(*this);
}

Tensor LearningRateSchedule::operator()(const Tensor& step, Location where) const {
  const Frame frame(where);
  const Tensor rate = (*function_)(step);
  if (!rate.defined() || rate.ndim() != 0)
    throw ArgumentError(name_.empty() ? "LearningRateSchedule" : name_, "the schedule does not give a 0-d tensor",
                        rate.defined() ? rate.shape().text() : "an undefined tensor", "", where);
  return cast(rate, float64);
}

double LearningRateSchedule::at(std::int64_t step, Location where) const {
  if (step < 0) throw ArgumentError(name_, "the step is negative", std::to_string(step), "", where);
  RunNow now;
  return (*this)(full({}, step, int64), where).item<double>();
}

LearningRateSchedule ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                                      bool staircase, OwnedText name, Location where) {
  check_all("ExponentialDecay", initial_learning_rate, decay_steps, {decay_rate}, where);
  return BuiltIn::made(
      LearningRateSchedule(
          [=](const Tensor& step) {
            return learning_rate::exponential_decay(beside(step, initial_learning_rate), step, decay_steps, decay_rate,
                                                    staircase);
          },
          name, where)
          .known_as("ExponentialDecay", decay_config(initial_learning_rate, decay_steps, decay_rate, staircase, name)));
}

LearningRateSchedule PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values, OwnedText name,
                                            Location where) {
  learning_rate::check_pieces("PiecewiseConstantDecay", boundaries, values, where);
  return BuiltIn::made(
      LearningRateSchedule(
          [=](const Tensor& step) { return learning_rate::piecewise_constant(step, boundaries, values); }, name, where)
          .known_as(
              "PiecewiseConstantDecay",
              JsonObject().add("boundaries", boundaries).add("values", values).add("name", std::string(name)).text()));
}

LearningRateSchedule PolynomialDecay(double initial_learning_rate, double decay_steps, double end_learning_rate,
                                     double power, bool cycle, OwnedText name, Location where) {
  check_all("PolynomialDecay", initial_learning_rate, decay_steps, {end_learning_rate, power}, where);
  return BuiltIn::made(LearningRateSchedule(
                           [=](const Tensor& step) {
                             return learning_rate::polynomial_decay(beside(step, initial_learning_rate), step,
                                                                    decay_steps, end_learning_rate, power, cycle);
                           },
                           name, where)
                           .known_as("PolynomialDecay", JsonObject()
                                                            .add("initial_learning_rate", initial_learning_rate)
                                                            .add("decay_steps", decay_steps)
                                                            .add("end_learning_rate", end_learning_rate)
                                                            .add("power", power)
                                                            .add("cycle", cycle)
                                                            .add("name", std::string(name))
                                                            .text()));
}

LearningRateSchedule InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                                      bool staircase, OwnedText name, Location where) {
  check_all("InverseTimeDecay", initial_learning_rate, decay_steps, {decay_rate}, where);
  return BuiltIn::made(
      LearningRateSchedule(
          [=](const Tensor& step) {
            return learning_rate::inverse_time_decay(beside(step, initial_learning_rate), step, decay_steps, decay_rate,
                                                     staircase);
          },
          name, where)
          .known_as("InverseTimeDecay", decay_config(initial_learning_rate, decay_steps, decay_rate, staircase, name)));
}

LearningRateSchedule CosineDecay(double initial_learning_rate, double decay_steps, const CosineDecayOptions& o,
                                 Location where) {
  check_all("CosineDecay", initial_learning_rate, decay_steps, {o.alpha}, where);
  Hyperparameters("CosineDecay", where).not_negative("warmup_steps", o.warmup_steps);
  JsonObject config;
  config.add("initial_learning_rate", initial_learning_rate)
      .add("decay_steps", decay_steps)
      .add("alpha", o.alpha)
      .add("name", o.name);
  config.add_raw("warmup_target", o.warmup_target ? JsonObject::number(*o.warmup_target) : "null")
      .add("warmup_steps", o.warmup_steps);
  if (!o.warmup_target)
    return BuiltIn::made(LearningRateSchedule(
                             [=, alpha = o.alpha](const Tensor& step) {
                               return learning_rate::cosine_decay(beside(step, initial_learning_rate), step,
                                                                  decay_steps, alpha);
                             },
                             o.name, where)
                             .known_as("CosineDecay", config.text()));
  Hyperparameters("CosineDecay", where).not_negative("warmup_target", *o.warmup_target);
  return BuiltIn::made(
      LearningRateSchedule(
          [=, alpha = o.alpha, target = *o.warmup_target, warmup = o.warmup_steps](const Tensor& step) {
            const Tensor x = cast(step, float64);
            const Tensor decayed = learning_rate::cosine_decay(beside(step, target), x - warmup, decay_steps, alpha);
            if (warmup == 0) return decayed;
            const Tensor rising = x * ((target - initial_learning_rate) / warmup) + initial_learning_rate;
            return triptych::where(x < warmup, rising, decayed);
          },
          o.name, where)
          .known_as("CosineDecay", config.text()));
}

LearningRateSchedule CosineDecayRestarts(double initial_learning_rate, double first_decay_steps, double t_mul,
                                         double m_mul, double alpha, OwnedText name, Location where) {
  check_all("CosineDecayRestarts", initial_learning_rate, first_decay_steps, {m_mul, alpha}, where);
  Hyperparameters("CosineDecayRestarts", where).not_negative("t_mul - 1", t_mul - 1);
  return BuiltIn::made(LearningRateSchedule(
                           [=](const Tensor& step) {
                             return learning_rate::cosine_decay_restarts(beside(step, initial_learning_rate), step,
                                                                         first_decay_steps, t_mul, m_mul, alpha);
                           },
                           name, where)
                           .known_as("CosineDecayRestarts", JsonObject()
                                                                .add("initial_learning_rate", initial_learning_rate)
                                                                .add("first_decay_steps", first_decay_steps)
                                                                .add("t_mul", t_mul)
                                                                .add("m_mul", m_mul)
                                                                .add("alpha", alpha)
                                                                .add("name", std::string(name))
                                                                .text()));
}

}  // namespace triptych::keras::optimizers::schedules
