// The walker: runs gradient rules backwards, over the tape and over the graph alike.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/autodiff/leaf.h"
#include "core/support/pointer_map.h"

namespace triptych {

/// Contributions to the gradient of this node's result go on to its input as they are made (contribute.cpp).
bool is_seen_through(const Node& node);

/// One walk: `start` at the roots, say what is wanted, `contribute` the gradients of the roots, `run`.
class Walk {
 public:
  enum class Saved { keep, release };
  /// With `symbolic` gradients of computed tensors may be those of a graph that is being traced.
  explicit Walk(Saved saved, bool symbolic = false) : saved_(saved), symbolic_(symbolic) {}

  /// Collects all nodes that the roots were made from. Those of the tape before number `since` are another walk's: no
  /// gradient goes on behind them, and their hooks see none.
  void start(std::span<const Place> roots, std::uint64_t since = 0);
  /// Marks what lies between targets and roots; the rules of other nodes do not run.
  void want(std::span<const Place> targets);
  void want_everything() {
    for (Entry& entry : entries_) entry.needed = true;
  }
  void contribute(Place place, Tensor gradient);
  /// Visits the nodes; `keep` sees the complete gradients of each one's outputs. In the end tensors get what is found.
  void run(const std::function<void(Node&, std::span<Tensor>)>& keep);

  FoundGradients found;

 private:
  /// A node, whether a wanted gradient lies behind it, and where the gradients of its outputs stand.
  struct Entry {
    Node* node;
    std::size_t first_gradient = 0;
    bool needed = false;
  };

  bool needs(const Tensor& input) const;
  void visit(Node& node, std::span<Tensor> upstream);

  Saved saved_;
  bool symbolic_;
  std::uint64_t since_ = 0;
  std::vector<Entry> entries_;  // the latest node first
  PointerMap index_;            // node -> its place in entries_
  std::vector<Tensor> gradients_;
};

}  // namespace triptych
