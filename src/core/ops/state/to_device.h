// The attribute of to.
#pragma once

#include <tuple>

#include "triptych/core/attributes.h"

namespace triptych {

struct ToDeviceAttributes {
  Device device;
  bool non_blocking = false;  // no field: the same values
  static constexpr auto fields() { return std::tuple{field("device", &ToDeviceAttributes::device)}; }
};

}  // namespace triptych
