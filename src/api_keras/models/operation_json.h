// Arguments of Keras's Operations as files have them.
#pragma once

#include <vector>

#include "core/formats/json.h"
#include "triptych/core/ops/channels_last.h"
#include "triptych/core/ops/sizes.h"

namespace triptych::keras {

/// One number, or a list.
inline Json numbers(const Axes& axes) {
  return axes.size() == 1 ? Json(axes[0]) : Json(std::vector<std::int64_t>(axes.begin(), axes.end()));
}
inline Json numbers(Size2 size) { return {size.height, size.width}; }
/// One of Keras's two words; it has no others.
inline Json padding_word(const WindowPadding& padding) {
  return padding.mode() == PaddingMode::same ? "same" : "valid";
}

}  // namespace triptych::keras
