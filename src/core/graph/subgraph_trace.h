// Tracing the functions that control flow is made of.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/graph/graph.h"

namespace triptych {

/// As trace_subgraph. What the function reads from around it is looked up in `outer`, if there is one; it may write
/// state of `outer`, and the arguments that are `state`, if the list is not empty.
TracedSubgraph trace_function(std::span<const TensorMeta> arguments, const std::vector<bool>& state,
                              const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function,
                              GraphImpl* outer, Location where);

/// Gives all of them the same inputs behind their arguments, for all that one of them captures: first what is read,
/// then what one of them writes. Returns the captured tensors; `written` of them, the last, are written.
std::vector<Tensor> unify_captures(std::span<TracedSubgraph* const> subgraphs, std::int64_t& written, Location where);

/// The inputs that its outputs and effects depend on.
std::vector<bool> used_inputs(const Subgraph& subgraph);

/// Makes it ready to run; its inputs do not change any more.
void finish(Subgraph& subgraph);

/// The graph that the thread traces, or the innermost one of symbolic tensors; null if there is none.
GraphImpl* graph_around(std::span<const Tensor> tensors);

}  // namespace triptych
