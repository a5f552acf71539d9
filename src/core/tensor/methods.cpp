// The methods of tensors that are not functions of the vocabulary under another name (those: tensor_methods.cpp).
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor Tensor::t(Location where) const {
  if (ndim(where) > 2)
    throw ArgumentError("t", "the tensor has more than two dimensions", shape().text(), "Use transpose or permute",
                        where);
  return ndim() < 2 ? *this : triptych::transpose(Arg(*this, where));
}
Tensor Tensor::T(Location where) const {
  Axes axes;
  for (int i = ndim(where) - 1; i >= 0; --i) axes.append(i);
  return triptych::permute(Arg(*this, where), axes);
}
// PyTorch's method leaves a dimension of another length as it is; the function, as NumPy's and TensorFlow's, does not.
Tensor TensorMethods::squeeze(const Axes& axes, Location where) const {
  const Shape& shape = self().shape(where);
  Axes ones;
  for (const std::int64_t axis : axes) {
    const std::int64_t place = axis < 0 ? axis + shape.rank() : axis;
    if (place < 0 || place >= shape.rank() || !conflict(shape.dim(static_cast<int>(place)), 1)) ones.append(axis);
  }
  return triptych::squeeze(Arg(self(), where), ones);
}
Tensor Tensor::mT(Location where) const { return triptych::transpose(Arg(*this, where)); }
Tensor Tensor::to(DType dtype, Location where) const { return cast(Arg(*this, where), dtype); }
Tensor Tensor::to(Device device, Location where) const { return triptych::to(Arg(*this, where), device); }
Tensor Tensor::cpu(Location where) const { return to(Device::cpu(), where); }
Tensor Tensor::cuda(int index, Location where) const { return to(Device::cuda(index, where), where); }

Tensor Tensor::clone(Location where) const {
  const Frame frame(where);
  const Called called("clone");
  Tensor copy = identity(Arg(*this, where));
  if (!copy.is_symbolic()) make_storage_unique(*copy.impl());
  return copy;
}

Tensor Tensor::bernoulli(Location where) const { return triptych::bernoulli(Arg(*this, where)); }
Tensor Tensor::multinomial(std::int64_t num_samples, bool replacement, Location where) const {
  return triptych::multinomial(Arg(*this, where), num_samples, replacement);
}
Tensor Tensor::polygamma(std::int64_t n, Location where) const { return triptych::polygamma(n, Arg(*this, where)); }
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan, Location where) const {
  return triptych::allclose(*this, other, AllcloseOptions{rtol, atol, equal_nan}, where);
}

Tensor Tensor::where(const Arg& condition, const Arg& other) const {
  return triptych::where(condition, Arg(*this, condition.where()), other);
}

Tensor Tensor::new_zeros(const Shape& shape, std::optional<DType> dtype, Location where) const {
  return new_full(shape, 0, dtype, where);
}
Tensor Tensor::new_ones(const Shape& shape, std::optional<DType> dtype, Location where) const {
  return new_full(shape, 1, dtype, where);
}
Tensor Tensor::new_full(const Shape& shape, Scalar value, std::optional<DType> dtype, Location where) const {
  const DeviceScope scope(device(where));
  return full(shape, value, dtype.value_or(this->dtype()), where);
}
Tensor Tensor::new_empty(const Shape& shape, std::optional<DType> dtype, Location where) const {
  const DeviceScope scope(device(where));
  return empty(shape, dtype.value_or(this->dtype()), where);
}
Tensor Tensor::new_tensor(Scalar value, std::optional<DType> dtype, Location where) const {
  const DeviceScope scope(device(where));
  return tensor(value, dtype.value_or(this->dtype()), where);
}
Tensor Tensor::new_tensor(std::initializer_list<NumberList> values, std::optional<DType> dtype, Location where) const {
  const DeviceScope scope(device(where));
  return tensor(values, dtype.value_or(this->dtype()), where);
}

bool Tensor::equal(const Tensor& other, Location where) const { return array_equal(*this, other, where); }

std::int64_t Tensor::stride(int axis, Location where) const {
  const std::span<const std::int64_t> steps = strides(where);
  if (steps.empty() && is_symbolic())
    throw ArgumentError("stride", "a symbolic tensor has no strides", shape().text(), "", where);
  const int place = normalize_axis("stride", axis, ndim(), where);
  return steps[static_cast<std::size_t>(place)];
}

}  // namespace triptych
