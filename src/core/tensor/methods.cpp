// The functions that are most used as methods.
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor Tensor::reshape(const Shape& shape, Location where) const { return triptych::reshape(Arg(*this, where), shape); }
Tensor Tensor::flatten(std::int64_t start_dim, std::int64_t end_dim, Location where) const {
  return triptych::flatten(Arg(*this, where), start_dim, end_dim);
}
Tensor Tensor::squeeze(Location where) const { return triptych::squeeze(Arg(*this, where)); }
Tensor Tensor::squeeze(const Axes& axes, Location where) const { return triptych::squeeze(Arg(*this, where), axes); }
Tensor Tensor::unsqueeze(std::int64_t axis, Location where) const {
  return triptych::unsqueeze(Arg(*this, where), axis);
}
Tensor Tensor::permute(const Axes& axes, Location where) const { return triptych::permute(Arg(*this, where), axes); }
Tensor Tensor::transpose(std::int64_t a, std::int64_t b, Location where) const {
  return triptych::transpose(Arg(*this, where), a, b);
}
Tensor Tensor::t(Location where) const {
  if (ndim(where) > 2)
    throw ArgumentError("t", "the tensor has more than two dimensions", shape().text(), "Use transpose or permute",
                        where);
  return ndim() < 2 ? *this : triptych::transpose(Arg(*this, where));
}
Tensor Tensor::expand(const Shape& shape, Location where) const { return triptych::expand(Arg(*this, where), shape); }
Tensor Tensor::contiguous(Location where) const { return triptych::contiguous(Arg(*this, where)); }
Tensor Tensor::to(DType dtype, Location where) const { return cast(Arg(*this, where), dtype); }
Tensor Tensor::to(Device device, Location where) const { return triptych::to(Arg(*this, where), device); }
Tensor Tensor::matmul(const Arg& other) const { return triptych::matmul(Arg(*this, other.where()), other); }
Tensor Tensor::sum(Location where) const { return triptych::sum(Arg(*this, where)); }
Tensor Tensor::sum(const Axes& axes, bool keepdims, Location where) const {
  return triptych::sum(Arg(*this, where), axes, keepdims);
}
Tensor Tensor::mean(Location where) const { return triptych::mean(Arg(*this, where)); }
Tensor Tensor::mean(const Axes& axes, bool keepdims, Location where) const {
  return triptych::mean(Arg(*this, where), axes, keepdims);
}
Tensor Tensor::max(Location where) const { return triptych::max(Arg(*this, where)); }
Tensor Tensor::max(const Axes& axes, bool keepdims, Location where) const {
  return triptych::max(Arg(*this, where), axes, keepdims);
}
Tensor Tensor::min(Location where) const { return triptych::min(Arg(*this, where)); }
Tensor Tensor::min(const Axes& axes, bool keepdims, Location where) const {
  return triptych::min(Arg(*this, where), axes, keepdims);
}
Tensor Tensor::argmax(Location where) const { return triptych::argmax(Arg(*this, where)); }
Tensor Tensor::argmax(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::argmax(Arg(*this, where), axis, keepdims);
}
Tensor Tensor::relu(Location where) const { return triptych::relu(Arg(*this, where)); }

Tensor Tensor::clone(Location where) const {
  const Frame frame(where);
  const Called called("clone");
  Tensor copy = identity(Arg(*this, where));
  if (!copy.is_symbolic()) make_storage_unique(*copy.impl());
  return copy;
}

}  // namespace triptych
