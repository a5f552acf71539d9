// The gradient of an op without a rule of its own: that of the simpler ops that it is made of.
#pragma once

#include "core/autodiff/node.h"

namespace triptych {

/// Computes or, in a graph, builds the node's `decompose` again, and sets the gradients of its inputs in `context`.
void differentiate_decomposition(const Node& node, Gradient& context);

/// Runs the user's own rule for this node, else the op's, else those of the ops that it is made of.
void run_rule(Node& node, Gradient& context);

}  // namespace triptych
