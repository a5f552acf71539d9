#include <cmath>

#include "core/ops/update/composed.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/dtype_info.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/composed_updates.h"

namespace triptych {
namespace {

Tensor rms(const Tensor& x) { return sqrt(mean(square(x))); }

/// One parameter's second moments: what they are, and what is written of them.
Tensor second_moment(ComposedUpdate& update, const AdafactorUpdate& a, const Tensor& g, const Tensor& fresh,
                     const Tensor& row, const Tensor& column, const Tensor& variance) {
  const bool torch = a.formula == UpdateFormula::torch;
  const Tensor squares = torch ? square(g) : square(g) + a.epsilon1;
  const auto moved = [&](const Tensor& state, const Tensor& value) {
    const Tensor before = update.wide(state), after = before + (value - before) * fresh;
    update.write(state, after);
    return after;
  };
  if (g.ndim() < 2) return moved(variance, squares);
  const Tensor r = moved(row, mean(squares, -1, torch)), c = moved(column, mean(squares, -2, torch));
  if (torch) {
    const double least = a.machine_epsilon ? finfo(g.dtype()).eps : a.epsilon1;
    return r * c / clip(mean(r, -2, true), least);
  }
  const Tensor v = unsqueeze(r / mean(r, -1, true), -1) * unsqueeze(c, -2);
  update.write(variance, v);
  return v;
}

}  // namespace

void adafactor_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                      std::span<const Tensor> gradients, std::span<const Tensor> rows, std::span<const Tensor> columns,
                      std::span<const Tensor> variances, std::span<const Tensor> steps,
                      const AdafactorUpdate& attributes, Location at) {
  const Hyperparameters check("adafactor_update", at);
  check.not_negative("-beta2_decay", -attributes.beta2_decay);
  check.not_negative("epsilon1", attributes.epsilon1);
  check.not_negative("epsilon2", attributes.epsilon2);
  check.positive("clip_threshold", attributes.clip_threshold);
  check.not_negative("weight_decay", attributes.weight_decay);
  const Frame frame(at);
  const bool torch = attributes.formula == UpdateFormula::torch;
  ComposedUpdate update("adafactor_update", learning_rate, parameters, gradients, {rows, columns, variances}, steps,
                        at);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool factored = parameters[i].ndim() >= 2;
    if (factored ? !rows[i].defined() || !columns[i].defined() || (!torch && !variances[i].defined())
                 : !variances[i].defined())
      throw ArgumentError("adafactor_update", "a parameter lacks its second moments",
                          "parameter " + std::to_string(i) + " is " + parameters[i].shape().text(),
                          factored ? "Give rows and columns" : "Give a variance", at);
    const Tensor rate = update.rate(i), t = update.step(i);
    const Tensor p0 = update.wide(parameters[i]), g0 = update.wide(gradients[i]);
    const Tensor g = attributes.maximize ? -g0 : g0;
    const Tensor fresh = update.number(pow(t, attributes.beta2_decay), i);
    Tensor p = p0;
    if (attributes.weight_decay != 0) p = p0 - p0 * update.number(rate * attributes.weight_decay, i);
    // PyTorch measures the parameter before its decay, Keras after it.
    const Tensor length = clip(rms(torch ? p0 : p), attributes.epsilon2);
    const Tensor size = length * update.number(minimum(rate, 1 / sqrt(t)), i);
    Tensor v = second_moment(update, attributes, g, fresh, rows[i], columns[i], variances[i]);
    if (torch) {
      const double least = attributes.machine_epsilon ? finfo(parameters[i].dtype()).eps : attributes.epsilon1;
      v = clip(v, least * least);
    }
    const Tensor u = g / sqrt(v);
    update.write(parameters[i], p - u * (size / clip(rms(u) / attributes.clip_threshold, 1.0)));
  }
  update.finish();
}

}  // namespace triptych
