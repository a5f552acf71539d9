// What few nodes have, beside them: values that were packed, functions that wait for a leaf's gradient.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/autodiff/node.h"
#include "triptych/core/autograd.h"

namespace triptych {

struct NodeExtras {
  /// What stands in place of a value that the tape would have saved.
  struct Packed {
    bool output;
    std::uint32_t number;
    std::any value;
    std::shared_ptr<const std::function<Tensor(const std::any&)>> unpack;
  };
  std::vector<Packed> packed;
  /// Of a leaf: called with it when a walk has added to its gradient.
  std::vector<std::shared_ptr<GradientHook>> accumulated;
};

/// Null for a node without any; only a node with `hooks` has them.
NodeExtras* extras_of(const Node& node);
/// Makes them, if need be. They end with the node.
NodeExtras& make_extras(Node& node);
void forget_extras(const Node& node);

/// Packs what `node` has saved, if this thread has a SavedTensorsHooks.
void pack_saved(Node& node);
/// The value of a packed input or output, in the place of its `slot`, which has metadata and the edge; undefined if it
/// is not packed.
Tensor unpack_saved(const Node& node, bool output, std::uint32_t number, const Tensor& slot);

}  // namespace triptych
