// Where a model starts.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

struct InputOptions {
  /// 0: any.
  std::int64_t batch_size = 0;
  DType dtype = float32;
  OptionText name = {};
};

namespace layers {

/// The start of a model: a symbolic tensor of `shape` (without the batch) to call layers on, or the first brick of a
/// Sequential.
TRIPTYCH_API Tensor Input(const Shape& shape, InputOptions options = {}, Location where = Location::here());

}  // namespace layers

using layers::Input;

}  // namespace triptych::keras
