// Attributes of cross_entropy and nll_loss.
#pragma once

#include "triptych/core/op.h"
#include "triptych/core/ops/losses.h"

namespace triptych {

struct CrossEntropyAttributes {
  std::int64_t axis = 1;  // the classes
  bool ignores = true;    // examples whose label is ignore_index; else that is a label like any other
  std::int64_t ignore_index = -100;
  double label_smoothing = 0;
  Reduction reduction = Reduction::mean;
  static constexpr auto fields() {
    return std::tuple{field("axis", &CrossEntropyAttributes::axis), field("ignores", &CrossEntropyAttributes::ignores),
                      field("ignore_index", &CrossEntropyAttributes::ignore_index),
                      field("label_smoothing", &CrossEntropyAttributes::label_smoothing),
                      field("reduction", &CrossEntropyAttributes::reduction)};
  }
};

}  // namespace triptych
