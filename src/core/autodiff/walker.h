// Hooks on a node's gradients.
#pragma once

#include <vector>

#include "core/tensor_impl.h"

namespace triptych {

/// Functions that see (and may replace) the gradients of a node's outputs, and tensors that keep theirs.
struct NodeHooks {
  struct Hook {
    std::uint32_t output;
    std::int64_t id;
    GradHookFunction function;
  };
  std::vector<Hook> functions;
  std::vector<TensorImpl*> retained;
};

}  // namespace triptych
