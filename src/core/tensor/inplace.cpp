// In-place methods: the op's ordinary result, taken over by this tensor and every handle to it.
#include "core/tensor/inplace.h"

#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/ops/indexing/index.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/converted.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_writable(const Tensor& target, std::string_view op, Location where) {
  if (!target.defined())
    throw ArgumentError(op, "the tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
  if (target.is_symbolic())
    throw ArgumentError(op, "a symbolic tensor cannot be changed in place", describe(*target.impl()->node),
                        "Use the op that returns a new tensor, or assign() to a Variable", where);
  if (target.requires_grad() && target.is_leaf() && grad_enabled())
    throw ArgumentError(op, "a leaf that requires a gradient cannot be changed in place while recording",
                        std::string(dtype_name(target.dtype())) + " " + target.shape().text(),
                        "Change it under a NoGrad guard", where);
  check_no_living_base(*target.impl(), op, where);
}

/// The tensor takes over `value`, in its own dtype and shape. State that is being traced is assigned to by a node.
void take_over(Tensor& target, Tensor value, std::string_view op, Location where) {
  if (value.shape() != target.shape()) {
    Shape result;
    if (!broadcast(value.shape(), target.shape(), result) || !result.compatible(target.shape()))
      throw ArgumentError(op, "the result does not have the tensor's shape",
                          "the tensor is " + target.shape().text() + ", the value " + value.shape().text(), "", where);
    value = contiguous(expand_like(Arg(value, where), target));
  }
  if (value.dtype() != target.dtype()) value = cast(Arg(value, where), target.dtype());
  if (modes.trace && is_captured_state(target)) return trace_write(target, value, where);
  if (value.is_symbolic())
    throw ArgumentError(op, "a concrete tensor cannot hold a symbolic value", describe(*value.impl()->node),
                        "Only a module's or layer's parameters and buffers can be changed while tracing", where);
  rebind(target, std::move(value));
}

Tensor& write_part(Tensor& target, std::span<const Index> indices, const Arg& value) {
  const Called called("set");
  const Frame frame(value.where());
  check_writable(target, "set", value.where());
  take_over(target, apply_index_update(Arg(target, value.where()), indices, value), "set", value.where());
  return target;
}

}  // namespace

Change::Change(Tensor& target, const char* method, Location where)
    : called_(method), frame_(where), target_(target), method_(method), where_(where) {
  check_writable(target, method, where);
}

Tensor& Change::to(Tensor result) const {
  if (is_floating(result.dtype()) && !is_floating(target_.dtype()))
    throw ArgumentError(method_, "a floating-point result does not fit the tensor",
                        std::string(dtype_name(result.dtype())) + " into " + std::string(dtype_name(target_.dtype())),
                        "Convert the tensor with cast first", where_);
  take_over(target_, std::move(result), method_, where_);
  return target_;
}

Tensor& Tensor::fill_(Scalar value, Location where) & {
  const Called called("fill_");
  const Frame frame(where);
  check_writable(*this, "fill_", where);
  check_fits("fill_", value, dtype(), where);
  take_over(*this, full_like(Arg(*this, where), value), "fill_", where);
  return *this;
}
Tensor& Tensor::zero_(Location where) & {
  const Called called("zero_");
  return fill_(0, where);
}

Tensor& Tensor::copy_(const Arg& source) & {
  const Called called("copy_");
  const Frame frame(source.where());
  check_writable(*this, "copy_", source.where());
  Tensor value =
      source.is_scalar() ? number_as(dtype(), "copy_", source, device()) : triptych::to(identity(source), device());
  take_over(*this, converted_to_fit("copy_", Arg(value, source.where()), dtype()), "copy_", source.where());
  return *this;
}
Tensor& Tensor::uniform_(double low, double high, Location where) & {
  const Change change(*this, "uniform_", where);
  const DeviceScope scope(device());
  return change.to(uniform(shape(), low, high, dtype(), nullptr, where));
}
Tensor& Tensor::normal_(double mean, double stddev, Location where) & {
  const Change change(*this, "normal_", where);
  const DeviceScope scope(device());
  return change.to(normal(shape(), mean, stddev, dtype(), nullptr, where));
}
Tensor& Tensor::bernoulli_(double p, Location where) & {
  const Change change(*this, "bernoulli_", where);
  const DeviceScope scope(device());
  const Tensor probability = full({}, p, float32, where);
  return change.to(cast(bernoulli(probability.expand(shape())), dtype()));
}

Tensor& Tensor::set(const Index& index, const Arg& value) & { return write_part(*this, {&index, 1}, value); }
Tensor& Tensor::set(std::initializer_list<Index> indices, const Arg& value) & {
  return write_part(*this, {indices.begin(), indices.size()}, value);
}

Tensor& Tensor::operator+=(const Arg& other) & { return add_(other); }
Tensor& Tensor::operator-=(const Arg& other) & { return sub_(other); }
Tensor& Tensor::operator*=(const Arg& other) & { return mul_(other); }
Tensor& Tensor::operator/=(const Arg& other) & { return div_(other); }

}  // namespace triptych
