// A function made of nodes that an op has as an attribute: a branch of a conditional, the body of a loop.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

class SubgraphCode;

/// `outputs` in terms of `inputs`, placeholders of a graph of their own. The last of the inputs stand for tensors from
/// around it that the function reads (TracedSubgraph::captured).
struct Subgraph {
  std::vector<Tensor> inputs, outputs;
  /// Operations that write state: they belong to the function, and run with it in the order of their creation.
  std::vector<Tensor> effects = {};
  /// What is made of it when it first runs; copies share it. It is no part of what the function is.
  std::shared_ptr<SubgraphCode> code = {};
};

/// What trace_subgraph gives. An op passes `captured` as operands of its own behind the arguments, so that gradients
/// flow into them, passes see them, and nothing reaches into another graph. No attribute holds them: an attribute that
/// owned tensors of the graph around it would keep that graph alive for ever.
struct TracedSubgraph {
  Subgraph subgraph;
  std::vector<Tensor> captured;
};

/// The same function: the same tensors.
TRIPTYCH_API bool operator==(const Subgraph& a, const Subgraph& b);

/// Traces `function` on arguments of these shapes and dtypes.
TRIPTYCH_API TracedSubgraph
trace_subgraph(std::span<const TensorMeta> arguments,
               const std::function<std::vector<Tensor>(std::span<const Tensor> arguments)>& function,
               Location where = Location::here());

/// Applies it to values for all its inputs: runs it now, records it or adds its nodes to a graph, as the operands
/// decide.
TRIPTYCH_API std::vector<Tensor> call_subgraph(const Subgraph& subgraph, std::span<const Tensor> inputs);

/// "(float32 (?, 3)) -> float32 (3)": as attributes are printed.
TRIPTYCH_API void print_value(std::string& out, const Subgraph& subgraph);

}  // namespace triptych
