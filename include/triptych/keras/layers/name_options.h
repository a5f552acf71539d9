// Options of layers that have no others.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct NameOptions {
  OptionText name = {};
  DTypePolicy dtype = {};
};

}  // namespace triptych::keras
