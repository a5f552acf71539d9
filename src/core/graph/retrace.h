// What the tape recorded, once more in a graph.
#pragma once

#include "core/graph/graph.h"

namespace triptych {

/// The symbolic tensor for `computed`, a concrete one that was computed from leaves that require a gradient: the ops
/// that the tape recorded are added to the graph, on the captured leaves, so that every run computes it from their
/// values of the day and its gradient reaches them. ArgumentError where the tape does not hold what that takes; `where`
/// is where the tensor met the graph.
Tensor retrace(GraphImpl& graph, const Tensor& computed, Location where);

}  // namespace triptych
