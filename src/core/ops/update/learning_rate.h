// Learning rates as functions of a step, of which the low level's and Keras's schedules are made. All are 0-d float64,
// symbolic where `step` is. Sources: tf.compat.v1.train.*_decay, keras.optimizers.schedules.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych::learning_rate {

/// rate decay_rate^(step / decay_steps); staircase: of whole quotients.
Tensor exponential_decay(const Tensor& rate, const Tensor& step, double decay_steps, double decay_rate, bool staircase);
/// rate / (1 + decay_rate step / decay_steps).
Tensor inverse_time_decay(const Tensor& rate, const Tensor& step, double decay_steps, double decay_rate,
                          bool staircase);
/// values[i] up to boundaries[i], the last value after them.
Tensor piecewise_constant(const Tensor& step, const std::vector<double>& boundaries, const std::vector<double>& values);
/// From rate to end_rate as (1 - step / decay_steps)^power; cycle: over the next multiple of decay_steps.
Tensor polynomial_decay(const Tensor& rate, const Tensor& step, double decay_steps, double end_rate, double power,
                        bool cycle);
/// rate ((1 - alpha) (1 + cos(pi step / decay_steps)) / 2 + alpha).
Tensor cosine_decay(const Tensor& rate, const Tensor& step, double decay_steps, double alpha);
/// A cosine of first_decay_steps that starts again, t_mul times as long and m_mul times as high each time.
Tensor cosine_decay_restarts(const Tensor& rate, const Tensor& step, double first_decay_steps, double t_mul,
                             double m_mul, double alpha);
/// rate ((alpha + 1 - s + noise) (1 + cos(2 pi num_periods s)) / 2 + beta), s = step / decay_steps; undefined: no
/// noise.
Tensor linear_cosine_decay(const Tensor& rate, const Tensor& step, double decay_steps, double num_periods, double alpha,
                           double beta, const Tensor& noise = {});

/// What all schedules ask of their settings: ArgumentError of `op` at `where` unless steps are positive, boundaries
/// grow and there is one value more than boundaries, and all is finite.
void check_decay_steps(const char* op, double decay_steps, Location where);
void check_pieces(const char* op, const std::vector<double>& boundaries, const std::vector<double>& values,
                  Location where);

}  // namespace triptych::learning_rate
