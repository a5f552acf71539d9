// What the user is told of an index that its axis does not have.
#pragma once

#include <string>

#include "cuda/runtime/fault.h"

namespace triptych::cuda {

inline std::string axis_text(const Fault& fault) {
  return "index " + std::to_string(fault.value) + " for an axis of length " + std::to_string(fault.limit);
}

}  // namespace triptych::cuda
