// Attributes of embedding and its gradient.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct EmbeddingAttributes {
  std::int64_t padding_idx = -1;
  bool skip_padding = false;  // the padding row gives zeros: so in the transpose of the gradient
  static constexpr auto fields() {
    return std::tuple{field("padding_idx", &EmbeddingAttributes::padding_idx),
                      field("skip_padding", &EmbeddingAttributes::skip_padding)};
  }
};

}  // namespace triptych
