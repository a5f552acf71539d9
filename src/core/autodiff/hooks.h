// What looks at gradients on their way: hooks, and the search of a NaN.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
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
  /// Of a leaf: called with it when a walk has added to its gradient.
  std::vector<std::shared_ptr<GradientHook>> accumulated;
  /// What stands in place of values that the tape would have saved.
  struct Packed {
    bool output;
    std::uint32_t number;
    std::any value;
    std::shared_ptr<const std::function<Tensor(const std::any&)>> unpack;
  };
  std::vector<Packed> packed;
};

/// Packs what `node` has saved, if this thread has a SavedTensorsHooks.
void pack_saved(Node& node);
/// The value of a packed input or output, in the place of its `slot`, which has metadata and the edge; undefined if it
/// is not packed.
Tensor unpack_saved(const Node& node, bool output, std::uint32_t number, const Tensor& slot);

/// Shows the complete gradients of a node's outputs to its hooks, which may replace them; those that tensors retain are
/// `found`.
void run_hooks(Node& node, std::span<Tensor> gradients, FoundGradients& found);
/// ArgumentError if a gradient that the node's rule gave holds a NaN, and DetectAnomaly looks for it.
void detect_anomalies(const Node& node, std::span<const Tensor> gradients);

}  // namespace triptych
