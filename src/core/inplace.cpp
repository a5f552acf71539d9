// In-place methods: the op's ordinary result, taken over by this tensor and every handle to it.
#include "core/graph/graph.h"
#include "core/modes.h"
#include "core/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

void check_writable(const Tensor& target, std::string_view op, Location where) {
  if (!target.defined())
    throw ArgumentError(op, "the tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
  if (target.is_symbolic())
    throw ArgumentError(op, "a symbolic tensor cannot be changed in place", describe(*target.impl()->node),
                        "Use the op that returns a new tensor, or assign() to a Variable", where);
  if (target.requires_grad() && target.is_leaf() && grad_enabled() && !modes.trace)
    throw ArgumentError(op, "a leaf that requires a gradient cannot be changed in place while recording",
                        std::string(dtype_name(target.dtype())) + " " + target.shape().text(),
                        "Change it under a NoGrad guard", where);
}

/// The value in the target's dtype and shape.
void take(Tensor& target, Tensor value, std::string_view op, Location where) {
  if (value.shape() != target.shape()) {
    Shape result;
    if (!broadcast(value.shape(), target.shape(), result) || result != target.shape())
      throw ArgumentError(op, "the result does not have the tensor's shape",
                          "the tensor is " + target.shape().text() + ", the value " + value.shape().text(), "", where);
    value = contiguous_now(expand_like(value, target));
  }
  if (value.dtype() != target.dtype()) value = cast(value, target.dtype());
  rebind(target, std::move(value));
}

}  // namespace

Tensor& Tensor::fill_(Scalar value, Location where) & {
  check_writable(*this, "fill_", where);
  take(*this, full_like(Arg(*this, where), value), "fill_", where);
  return *this;
}
Tensor& Tensor::zero_(Location where) & { return fill_(0, where); }

Tensor& Tensor::copy_(const Arg& source) & {
  check_writable(*this, "copy_", source.where());
  take(*this, source.is_scalar() ? scalar_tensor(source.scalar(), dtype()) : identity(source), "copy_", source.where());
  return *this;
}
Tensor& Tensor::add_(const Arg& other) & {
  check_writable(*this, "add_", other.where());
  take(*this, add(Arg(*this, other.where()), other), "add_", other.where());
  return *this;
}
Tensor& Tensor::sub_(const Arg& other) & {
  check_writable(*this, "sub_", other.where());
  take(*this, sub(Arg(*this, other.where()), other), "sub_", other.where());
  return *this;
}
Tensor& Tensor::mul_(const Arg& other) & {
  check_writable(*this, "mul_", other.where());
  take(*this, mul(Arg(*this, other.where()), other), "mul_", other.where());
  return *this;
}
Tensor& Tensor::div_(const Arg& other) & {
  check_writable(*this, "div_", other.where());
  take(*this, div(Arg(*this, other.where()), other), "div_", other.where());
  return *this;
}
Tensor& Tensor::operator+=(const Arg& other) & { return add_(other); }
Tensor& Tensor::operator-=(const Arg& other) & { return sub_(other); }
Tensor& Tensor::operator*=(const Arg& other) & { return mul_(other); }
Tensor& Tensor::operator/=(const Arg& other) & { return div_(other); }

}  // namespace triptych
