// What is kept for a gradient where one is asked for: a loop's histories, and what a recurrent layer went through.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "core/graph/graph.h"
#include "core/graph/passes/passes.h"

namespace triptych {

/// The attributes of the loops among `nodes`, which are all that run, for those who give `fetches`.
class UsedHistories {
 public:
  UsedHistories(std::span<Node* const> nodes, std::span<const Place> fetches);
  const void* attributes_of(const Node& node) const {
    const auto found = attributes_.find(&node);
    return found == attributes_.end() ? node.attributes : found->second.get();
  }

 private:
  std::unordered_map<const Node*, std::shared_ptr<const void>> attributes_;
};

/// Loops record the histories that are read, and recurrent layers keep what they went through if it is; part of
/// `prune`.
PassResult used_histories(Program program);

}  // namespace triptych
