// Reading, converting and copying elements of any dtype and strides on the CPU.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"

namespace triptych {

double read_double(const void* element, DType dtype);
std::int64_t read_int(const void* element, DType dtype);
/// Converts `count` dense elements.
void convert(const void* from, DType from_dtype, void* to, DType to_dtype, std::int64_t count);

/// `meta` broadcast to `shape` by steps of zero.
TensorMeta broadcast_meta(const TensorMeta& meta, const Shape& shape);

/// Calls `f` with a null pointer of the dtype's C++ element type.
template <class F>
decltype(auto) visit_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(static_cast<float*>(nullptr));
    case DType::float64:
      return f(static_cast<double*>(nullptr));
    case DType::float16:
      return f(static_cast<Float16*>(nullptr));
    case DType::bfloat16:
      return f(static_cast<BFloat16*>(nullptr));
    case DType::int8:
      return f(static_cast<std::int8_t*>(nullptr));
    case DType::uint8:
      return f(static_cast<std::uint8_t*>(nullptr));
    case DType::int32:
      return f(static_cast<std::int32_t*>(nullptr));
    case DType::int64:
      return f(static_cast<std::int64_t*>(nullptr));
    default:
      return f(static_cast<bool*>(nullptr));
  }
}

/// The same for floating dtypes only.
template <class F>
decltype(auto) visit_floating(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float64:
      return f(static_cast<double*>(nullptr));
    case DType::float16:
      return f(static_cast<Float16*>(nullptr));
    case DType::bfloat16:
      return f(static_cast<BFloat16*>(nullptr));
    default:
      return f(static_cast<float*>(nullptr));
  }
}

}  // namespace triptych
