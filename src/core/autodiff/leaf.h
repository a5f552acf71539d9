// Where gradients end: what several walks, of several threads, may change at once.
#pragma once

#include <mutex>
#include <vector>

#include "core/autodiff/node.h"

namespace triptych {

/// Guards a leaf's gradient, retained gradients and hooks. Nodes share a few mutexes; nothing is computed or destroyed
/// while one is held.
std::mutex& mutex_of(const Node& node);

/// What a walk has found for tensors. They get it all together when the walk has ended: one that fails gives nothing.
class FoundGradients {
 public:
  /// For `tensor`, or the node's leaf if that is null: to be added to what it has.
  void add(Node& node, TensorImpl* tensor, Tensor gradient);
  /// For a tensor that retains the gradient of this walk.
  void retain(Node& node, TensorImpl* tensor, Tensor gradient);
  /// No sum is lost to another thread's walk.
  void give();

 private:
  struct Found {
    Node* node;
    TensorImpl* tensor;
    Tensor gradient;
    bool retained;

    /// The tensor, if it still lives; under the node's lock.
    TensorImpl* living() const;
  };
  std::vector<Found> found_;
};

/// Makes the leaf node of `tensor` if it has no node.
void make_leaf(TensorImpl& tensor);

/// Before a tensor ends: its node forgets it.
void leave_node(TensorImpl& tensor);

}  // namespace triptych
