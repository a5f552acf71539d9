// Where a model starts.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

struct InputOptions {
  /// 0: any.
  std::int64_t batch_size = 0;
  DType dtype = float32;
  /// Instead of a shape and batch_size: `Input({}, {.batch_shape = {{32, 10}}})`.
  std::optional<Shape> batch_shape = {};
  OptionText name = {};
};

namespace layers {

/// The start of a model: a symbolic tensor of `shape` (without the batch) to call layers on, or the first brick of a
/// Sequential. ArgumentError if a batch_shape is given besides a shape or a batch_size.
TRIPTYCH_API Tensor Input(const Shape& shape, InputOptions options = {}, Location where = Location::here());

}  // namespace layers

using layers::Input;

}  // namespace triptych::keras
