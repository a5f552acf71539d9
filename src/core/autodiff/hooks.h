// What looks at gradients on their way: hooks, and the search of a NaN.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "triptych/core/autograd.h"

namespace triptych {

struct Node;
class FoundGradients;

/// Functions that see (and may replace) the gradients of a node's outputs, and tensors that keep theirs.
struct NodeHooks {
  struct Hook {
    std::uint32_t output;
    std::shared_ptr<GradientHook> hook;  // without function once it was removed
  };
  std::vector<Hook> functions;
  std::vector<TensorImpl*> retained;
};

/// Shows the complete gradients of a node's outputs to its hooks, which may replace them; those that tensors retain are
/// `found`.
void run_hooks(Node& node, std::span<Tensor> gradients, FoundGradients& found);
/// ArgumentError if a gradient that the node's rule gave holds a NaN, and DetectAnomaly looks for it.
void detect_anomalies(const Node& node, std::span<const Tensor> gradients);

}  // namespace triptych
