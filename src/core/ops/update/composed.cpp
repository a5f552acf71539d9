#include "core/ops/update/composed.h"

#include <algorithm>
#include <string>

#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/loss_scaling.h"

namespace triptych {
namespace {

DType arithmetic(DType dtype) { return dtype == float64 ? float64 : float32; }

}  // namespace

void assign_unless_skipped(const Tensor& state, const Tensor& value) {
  const Tensor fresh = cast(value, state.dtype());
  const Tensor* skip = SkipUpdates::current();
  assign(state, skip ? where(not_equal(to(*skip, state.device()), 0), state, fresh) : fresh);
}

ComposedUpdate::ComposedUpdate(const char* name, const Tensor& learning_rate, std::span<const Tensor> parameters,
                               std::span<const Tensor> gradients, std::initializer_list<std::span<const Tensor>> lists,
                               std::span<const Tensor> steps, Location where)
    : learning_rate_(learning_rate), parameters_(parameters), steps_(steps) {
  const auto fail = [&](const char* rule, const std::string& given) {
    throw ArgumentError(name, rule, given, "", where);
  };
  if (!learning_rate.defined() || learning_rate.dtype() != float64 || learning_rate.ndim() != 0)
    fail("the learning rate is not a 0-d float64 tensor",
         learning_rate.defined() ? std::string(dtype_name(learning_rate.dtype())) : "undefined");
  const auto as_long = [&](std::span<const Tensor> list) {
    if (list.size() != parameters.size())
      fail("the lists differ in length",
           std::to_string(parameters.size()) + " parameters, another list has " + std::to_string(list.size()));
  };
  as_long(gradients);
  if (!steps.empty()) as_long(steps);
  for (const std::span<const Tensor>& list : lists) as_long(list);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string which = "parameter " + std::to_string(i);
    for (const Tensor& tensor : {parameters[i], gradients[i], steps.empty() ? gradients[i] : steps[i]})
      if (!tensor.defined()) fail("a tensor is undefined", which + ", its gradient or its step");
    if (!is_floating(parameters[i].dtype())) fail("a parameter is not floating-point", which);
    if (gradients[i].dtype() != parameters[i].dtype() || !gradients[i].shape().compatible(parameters[i].shape()))
      fail("a gradient or buffer differs from its parameter in shape or dtype",
           which + " is " + std::string(dtype_name(parameters[i].dtype())) + " " + parameters[i].shape().text() +
               ", its gradient " + std::string(dtype_name(gradients[i].dtype())) + " " + gradients[i].shape().text());
    if (!steps.empty() && (steps[i].dtype() != int64 || steps[i].ndim() != 0)) fail("a step is not a 0-d int64 tensor", which);
    for (std::size_t k = 0; k < i; ++k)
      if (parameters[k].is_same(parameters[i]))
        fail("a tensor that is written to is given twice",
             "parameters " + std::to_string(k) + " and " + std::to_string(i));
  }
}

Tensor ComposedUpdate::wide(const Tensor& tensor) const { return cast(tensor, arithmetic(tensor.dtype())); }
Tensor ComposedUpdate::number(const Tensor& value, std::size_t i) const {
  return cast(value, arithmetic(parameters_[i].dtype()));
}
Tensor ComposedUpdate::rate(std::size_t i) const { return to(learning_rate_, parameters_[i].device()); }
Tensor ComposedUpdate::step(std::size_t i) const { return cast(steps_[i], float64) + 1; }

void ComposedUpdate::finish() {
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (std::none_of(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const Tensor& before) { return before.is_same(steps_[i]); }))
      write(steps_[i], steps_[i] + 1);
  const Tensor* skip = SkipUpdates::current();
  for (auto& [state, value] : writes_) {
    value = cast(value, state.dtype());
    if (skip) value = where(not_equal(to(*skip, state.device()), 0), state, value);
  }
  for (const auto& [state, value] : writes_) assign(state, value);
}

}  // namespace triptych
