// Where gradients end: what several walks, of several threads, may change at once.
#pragma once

#include <mutex>

#include "core/autodiff/node.h"

namespace triptych {

/// Guards a leaf's gradient, retained gradients and hooks. Nodes share a few mutexes; nothing is computed or destroyed
/// while one is held.
std::mutex& mutex_of(const Node& node);

/// Adds to the gradient of `tensor`; null: of the node's leaf, if that still lives.
void accumulate(Node& node, TensorImpl* tensor, Tensor gradient);

/// Before a tensor ends: its node forgets it.
void leave_node(TensorImpl& tensor);

}  // namespace triptych
