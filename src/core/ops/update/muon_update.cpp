#include <algorithm>
#include <cmath>
#include <string>

#include "core/ops/update/composed.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/composed_updates.h"

namespace triptych {
namespace {

/// What is nearest to `matrix` with singular values around 1.
Tensor orthogonal(const Tensor& matrix, const MuonUpdate& a, double rows, double columns) {
  const bool torch = a.formula == UpdateFormula::torch;
  Tensor x = torch ? cast(matrix, bfloat16) : matrix;
  if (rows > columns) x = transpose(x);
  const Tensor length = cast(sqrt(sum(square(x))), x.dtype());
  x = torch ? x / clip(length, a.epsilon) : x / (length + a.epsilon);
  for (std::int64_t i = 0; i < a.ns_steps; ++i) {
    const Tensor gram = matmul(x, transpose(x));
    const Tensor update = gram * a.ns_coefficients[1] + matmul(gram, gram) * a.ns_coefficients[2];
    x = x * a.ns_coefficients[0] + matmul(update, x);
  }
  if (rows > columns) x = transpose(x);
  return torch ? cast(x, matrix.dtype()) : x;
}

double scale_of(const MuonUpdate& a, double rows, double columns) {
  if (a.formula != UpdateFormula::torch) return a.rms_rate == 0 ? 1 : std::sqrt(std::max(rows, columns)) * a.rms_rate;
  switch (a.scale) {
    case MuonUpdate::Scale::original:
      return std::sqrt(std::max(1.0, rows / columns));
    case MuonUpdate::Scale::match_rms_adamw:
      return 0.2 * std::sqrt(std::max(rows, columns));
    case MuonUpdate::Scale::spectral_unclamped:
      return std::sqrt(rows / columns);
  }
  return 1;
}

}  // namespace

void muon_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> buffers, std::span<const Tensor> steps, const MuonUpdate& attributes,
                 Location at) {
  const Hyperparameters check("muon_update", at);
  check.not_negative("momentum", attributes.momentum);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("rms_rate", attributes.rms_rate);
  check.not_negative("weight_decay", attributes.weight_decay);
  for (const double coefficient : attributes.ns_coefficients) check.finite("a coefficient", coefficient);
  if (attributes.ns_steps < 0 || attributes.ns_steps >= 100)
    throw ArgumentError("muon_update", "ns_steps is outside of [0, 100)", std::to_string(attributes.ns_steps), "", at);
  const Frame frame(at);
  ComposedUpdate update("muon_update", learning_rate, parameters, gradients, {buffers}, steps, at);
  const bool torch = attributes.formula == UpdateFormula::torch;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Shape shape = parameters[i].shape();
    if (shape.rank() != 2 || !shape.dim(0).known() || !shape.dim(1).known())
      throw ArgumentError("muon_update", "a parameter is not a matrix",
                          "parameter " + std::to_string(i) + " is " + shape.text(),
                          "Give vectors and kernels to another optimizer", at);
    const auto rows = static_cast<double>(shape.dim(0).raw()), columns = static_cast<double>(shape.dim(1).raw());
    const Tensor rate = update.number(update.rate(i), i), g = update.wide(gradients[i]), b0 = update.wide(buffers[i]);
    const double momentum = attributes.momentum;
    const Tensor b = torch ? b0 + (g - b0) * (1 - momentum) : b0 * momentum + g;
    const Tensor moved = !attributes.nesterov ? b : torch ? g + (b - g) * momentum : g + b * momentum;
    Tensor p = update.wide(parameters[i]);
    if (attributes.weight_decay != 0) p = p - p * (rate * attributes.weight_decay);
    update.write(parameters[i],
                 p - orthogonal(moved, attributes, rows, columns) * (rate * scale_of(attributes, rows, columns)));
    update.write(buffers[i], b);
  }
  update.finish();
}

}  // namespace triptych
