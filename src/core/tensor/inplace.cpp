// In-place methods: the op's ordinary result, taken over by this tensor and every handle to it.
#include "core/tensor/inplace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/ops/indexing/index.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
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
  return change.to(cast(triptych::bernoulli(probability.expand(shape())), dtype()));
}

namespace {

/// Numbers in [0, 1) of the tensor's shape, in the dtype that others are made of them in.
Tensor unit_for(const Tensor& x, Location where) {
  return uniform(x.shape(), 0, 1, x.dtype() == float64 ? float64 : float32, nullptr, where);
}

void check_floating(const char* method, const Tensor& x, Location where) {
  if (!is_floating(x.dtype()))
    throw ArgumentError(method, "the dtype is not floating", std::string(dtype_name(x.dtype())),
                        "Make the tensor of a floating dtype", where);
}

/// The largest integer up to which the dtype has all of them.
std::int64_t largest_whole(DType dtype) {
  switch (dtype) {
    case DType::float16:
      return 1 << 11;
    case DType::bfloat16:
      return 1 << 8;
    case DType::float32:
      return 1 << 24;
    case DType::float64:
      return std::int64_t{1} << 53;
    case DType::int8:
      return 127;
    case DType::uint8:
      return 255;
    case DType::int32:
      return std::numeric_limits<std::int32_t>::max();
    case DType::int64:
      return std::numeric_limits<std::int64_t>::max() - 1;
    default:
      return 1;
  }
}

}  // namespace

Tensor& Tensor::exponential_(double lambd, Location where) & {
  const Change change(*this, "exponential_", where);
  check_floating("exponential_", *this, where);
  Hyperparameters("exponential_", where).positive("lambd", lambd);
  const DeviceScope scope(device());
  return change.to(cast(triptych::log1p(triptych::neg(unit_for(*this, where))) / -lambd, dtype()));
}
Tensor& Tensor::geometric_(double p, Location where) & {
  const Change change(*this, "geometric_", where);
  if (!(p > 0 && p < 1)) throw ArgumentError("geometric_", "p is not between 0 and 1", number_text(p), "", where);
  const DeviceScope scope(device());
  const Tensor trials = triptych::ceil(triptych::log1p(triptych::neg(unit_for(*this, where))) / std::log1p(-p));
  return change.to(cast(triptych::clip(trials, 1), dtype()));
}
Tensor& Tensor::log_normal_(double mean, double std, Location where) & {
  const Change change(*this, "log_normal_", where);
  check_floating("log_normal_", *this, where);
  const DeviceScope scope(device());
  return change.to(triptych::exp(normal(shape(), mean, std, dtype(), nullptr, where)));
}
Tensor& Tensor::cauchy_(double median, double sigma, Location where) & {
  const Change change(*this, "cauchy_", where);
  check_floating("cauchy_", *this, where);
  const Hyperparameters check("cauchy_", where);
  check.finite("median", median);
  check.positive("sigma", sigma);
  const DeviceScope scope(device());
  return change.to(cast(triptych::tan((unit_for(*this, where) - 0.5) * std::numbers::pi) * sigma + median, dtype()));
}
Tensor& Tensor::random_(std::int64_t low, std::int64_t high, Location where) & {
  const Change change(*this, "random_", where);
  if (low >= high)
    throw ArgumentError("random_", "low is not less than high", std::to_string(low) + " and " + std::to_string(high),
                        "", where);
  for (const std::int64_t end : {low, high - 1}) check_fits("random_", end, dtype(), where);
  const DeviceScope scope(device());
  return change.to(cast(randint(low, high, shape(), int64, nullptr, where), dtype()));
}
Tensor& Tensor::random_(std::int64_t high, Location where) & { return random_(0, high, where); }
Tensor& Tensor::random_(Location where) & { return random_(0, largest_whole(dtype(where)) + 1, where); }

Tensor& Tensor::fill_diagonal_(Scalar value, Location where) & {
  const Change change(*this, "fill_diagonal_", where);
  const int rank = ndim();
  if (rank < 2) throw ArgumentError("fill_diagonal_", "there are less than two dimensions", shape().text(), "", where);
  std::int64_t length = size(0, where);
  for (int axis = 1; axis < rank; ++axis) {
    const std::int64_t other = size(axis, where);
    if (rank > 2 && other != length)
      throw ArgumentError("fill_diagonal_", "the lengths of more than two dimensions differ", shape().text(), "",
                          where);
    length = std::min(length, other);
  }
  const DeviceScope scope(device());
  const std::vector<Tensor> places(static_cast<std::size_t>(rank), arange(length, where));
  return change.to(triptych::index_put(Arg(*this, where), places, full({}, value, dtype(), where)));
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
