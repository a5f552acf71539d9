// Attributes of resample.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

enum class ResampleMode : std::uint8_t { nearest, nearest_exact, linear, cubic };

inline const char* name_of(ResampleMode mode) {
  switch (mode) {
    case ResampleMode::nearest:
      return "nearest";
    case ResampleMode::nearest_exact:
      return "nearest-exact";
    case ResampleMode::linear:
      return "linear";
    case ResampleMode::cubic:
      return "cubic";
  }
  return "";
}

struct ResampleAttributes {
  std::int64_t axis = 0;
  std::int64_t size = unknown;  // of the result; unknown: the length times `scale`
  double scale = 0;             // result / x, from which places are computed; 0: as the sizes are
  ResampleMode mode = ResampleMode::nearest;
  bool align_corners = false, antialias = false;
  static constexpr auto fields() {
    using Self = ResampleAttributes;
    return std::tuple{field("axis", &Self::axis),
                      field("size", &Self::size),
                      field("scale", &Self::scale),
                      field("mode", &Self::mode),
                      field("align_corners", &Self::align_corners),
                      field("antialias", &Self::antialias)};
  }
};

}  // namespace triptych
