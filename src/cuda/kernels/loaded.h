// An element of a dtype that only the kernel's caller knows: a switch in the kernel instead of a kernel for each dtype.
#pragma once

#include <cuda_runtime.h>

#include "core/formulas/cast.h"

namespace triptych::cuda {

/// Element `place`, converted.
template <class To>
__device__ To loaded(const void* from, DType dtype, std::int64_t place) {
  const auto load = [&]<class From>(const From* elements) { return formula::converted<To>(elements[place]); };
  switch (dtype) {
    case DType::float32:
      return load(static_cast<const float*>(from));
    case DType::float64:
      return load(static_cast<const double*>(from));
    case DType::float16:
      return load(static_cast<const Float16*>(from));
    case DType::bfloat16:
      return load(static_cast<const BFloat16*>(from));
    case DType::int8:
      return load(static_cast<const std::int8_t*>(from));
    case DType::uint8:
      return load(static_cast<const std::uint8_t*>(from));
    case DType::int32:
      return load(static_cast<const std::int32_t*>(from));
    case DType::int64:
      return load(static_cast<const std::int64_t*>(from));
    default:
      return load(static_cast<const bool*>(from));
  }
}

}  // namespace triptych::cuda
