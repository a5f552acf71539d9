// What the parts of the conformance runner share: references, comparisons, gradients, and samples run in a graph.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/graph/graph.h"
#include "samples.h"
#include "triptych/core/autograd.h"

namespace conformance {

namespace tt = triptych;

/// What the script recorded under op/name/kind/0, .../1 and so on, as far as they go.
Tensors reference(const Sample& sample, const std::string& kind);

inline bool is_float(const Tensor& tensor) { return tt::is_floating(tensor.dtype()); }
Tensors only_floats(const Tensors& tensors);
Tensors only_defined(const Tensors& tensors);
/// The floating ones converted.
Tensors cast_floats(const Tensors& tensors, tt::DType dtype);
/// The values that a sample is given in this dtype; small whole numbers for an integer one.
Tensors converted(const Tensors& inputs, tt::DType dtype);
/// The text of the ArgumentError that `call` throws, without its place; empty if there is none.
std::string refusal(const std::function<void()>& call);
/// Fresh leaves with these values; floating ones require gradients.
Tensors leaves(const Tensors& values);

void expect_close(const Tensors& actual, const Tensors& expected, double tolerance, const std::string& what);
void expect_same_bits(const Tensors& actual, const Tensors& expected, const std::string& what);

/// A cotangent for each tensor that differs from element to element: the script uses the same formula.
Tensors cotangents(const Tensors& outputs, int seed = 0);
/// The gradients of the sample's differentiable outputs with those cotangents; undefined where there is none.
Tensors gradient(const Sample& sample, const Tensors& inputs, bool create_graph = false);

/// A sample traced: placeholders for its inputs, then its outputs and, with gradients, those that exist.
struct Traced {
  tt::GraphHandle graph;
  Tensors inputs, outputs;
};
/// A placeholder for each tensor, with every dimension unknown if asked for.
Tensors placeholders(const tt::GraphHandle& graph, const Tensors& like, bool unknown);
/// With every dimension unknown, if asked for. `order` gradients are added: of the outputs, and of their gradients.
Traced trace(const Sample& sample, const Tensors& inputs, bool unknown, int order);
/// Node by node; checks that what was inferred is what came out.
Tensors interpret(const Traced& traced, const Tensors& inputs);
/// The same, each node by itself: `visit` sees its operands and its results. Nothing is recorded.
void for_each_node(
    const Traced& traced, const Tensors& inputs,
    const std::function<void(const tt::Node& node, const Tensors& operands, const Tensors& results)>& visit);
/// Compiled, at exact.
Tensors run_compiled(const Traced& traced, const Tensors& inputs);

/// Fills memory that is free with bytes that are NaN in every floating dtype, so that a result that reads what nobody
/// wrote shows.
void poison_free_memory();

// The parts of the check of one sample, in files of their own.

/// Every node of the sample's graph, of its gradient's too, on its own: donated, strided, empty and 0-d operands,
/// metadata without values, and against its decomposition.
void check_nodes(const Sample& sample, const Tensors& inputs);
/// All nine dtypes: computed right, or refused with an ArgumentError.
void check_dtypes(const Sample& sample, const Tensors& inputs);
/// No two gradients are one tensor, nor is one an input or what was passed to backward.
void check_independence(const Sample& sample, const Tensors& inputs);

}  // namespace conformance
