// Tensors from values.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// A tensor of `shape` filled with `value`. Inside a trace scope it is a node.
TRIPTYCH_API Tensor full(const Shape& shape, Scalar value, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor zeros(const Shape& shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor ones(const Shape& shape, DType dtype = float32, Location where = Location::here());
/// Filled with `value`, with x's shape and dtype; x's values are not read.
TRIPTYCH_API Tensor full_like(Arg x, Scalar value);
TRIPTYCH_API Tensor zeros_like(Arg x);
TRIPTYCH_API Tensor ones_like(Arg x);

/// Copies `values` (row-major) into a new tensor of `shape`; ArgumentError unless the sizes agree.
template <class T>
Tensor from_span(std::span<const T> values, const Shape& shape, Location where = Location::here());
template <class T>
Tensor tensor(const std::vector<T>& values, const Shape& shape, Location where = Location::here()) {
  return from_span(std::span<const T>(values), shape, where);
}
template <class T>
Tensor tensor(const std::vector<T>& values, Location where = Location::here()) {
  return from_span(std::span<const T>(values), {static_cast<std::int64_t>(values.size())}, where);
}
template <class T>
  requires std::is_arithmetic_v<T>
Tensor tensor(std::initializer_list<T> values, Location where = Location::here()) {
  return from_span(std::span<const T>(values.begin(), values.size()), {static_cast<std::int64_t>(values.size())}, where);
}

namespace detail {
TRIPTYCH_API Tensor from_bytes(const void* values, std::size_t count, const Shape& shape, DType dtype, Location where);
}

template <class T>
Tensor from_span(std::span<const T> values, const Shape& shape, Location where) {
  return detail::from_bytes(values.data(), values.size(), shape, dtype_of<T>::value, where);
}

}  // namespace triptych
