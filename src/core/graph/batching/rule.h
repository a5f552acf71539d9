// How an op is applied to many examples at once: a batching rule.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "triptych/core/op.h"

namespace triptych::batching {

using Tensors = std::vector<Tensor>;

/// A value of each example, the examples being axis 0 if `batched`; else all examples share it.
struct Value {
  Tensor tensor;
  bool batched = false;
};

/// One application of an op, of which at least one input has a value of each example. Shapes and numbers of axes are
/// those of one example, the user's function knows no others.
struct Call {
  const Op& op;
  const void* attributes;
  std::span<const Value> inputs;
  std::span<const TensorMeta* const> examples;  // of the inputs
  std::span<const TensorMeta* const> results;   // of the outputs
  std::int64_t size;                            // how many examples there are
  Location where;

  template <class A>
  const A& attributes_as() const {
    return *static_cast<const A*>(attributes);
  }
  std::size_t count() const { return inputs.size(); }
  bool batched(std::size_t i) const { return inputs[i].batched; }
  const Shape& shape(std::size_t i) const { return examples[i]->shape; }
  int rank(std::size_t i) const { return shape(i).rank(); }
  const Shape& result(std::size_t i = 0) const { return results[i]->shape; }

  /// The examples in front of a shape.
  Shape with_size(Shape shape) const;
  /// Input `i` with an axis for the examples, repeated if they share it.
  Tensor all(std::size_t i) const;
  /// All inputs so.
  Tensors all() const;
  /// Input `i` for broadcasting: after the examples come axes of length one, up to `rank` with its own. What is shared
  /// is as it is.
  Tensor aligned(std::size_t i, int rank) const;
  /// Applies `op`, for `outputs` outputs.
  Tensors run(const Op& op, const Tensors& inputs, const void* attributes, std::size_t outputs) const;
  /// The same of the call's own op.
  Tensors run(const Tensors& inputs, const void* attributes) const {
    return run(op, inputs, attributes, results.size());
  }
};

/// What the op gives for each example, the examples in front; empty if the rule has no way for this call: then the
/// examples are computed one by one.
using Rule = Tensors (*)(const Call& call);

using Rules = std::unordered_map<std::string_view, Rule>;

inline void add(Rules& rules, Rule rule, std::initializer_list<std::string_view> ops) {
  for (const std::string_view op : ops) rules.emplace(op, rule);
}

// By family; each file has the rules of some.
void add_shape_rules(Rules& rules);
void add_elementwise_rules(Rules& rules);
void add_reduction_rules(Rules& rules);
void add_indexing_rules(Rules& rules);
void add_product_rules(Rules& rules);
void add_window_rules(Rules& rules);
void add_normalization_rules(Rules& rules);
void add_sequence_rules(Rules& rules);
void add_loss_rules(Rules& rules);

/// The rule of `op`; null if its examples are computed one by one.
Rule find_rule(const Op& op);

/// Inputs that every example has, on the op as it is: what treats leading axes as examples itself.
Tensors leading(const Call& call);
/// The same for an op that broadcasts.
Tensors broadcasting(const Call& call);

/// Attributes with one axis, which moves one place back.
template <class A>
Tensors along_axis(const Call& call) {
  A attributes = call.attributes_as<A>();
  if (call.rank(0) == 0) return {};
  attributes.axis = (attributes.axis < 0 ? attributes.axis + call.rank(0) : attributes.axis) + 1;
  return call.run(call.all(), &attributes);
}

/// Axes of an example of `rank` axes, among those of all.
Axes moved_back(const Axes& axes, int rank);
/// 1, ..., rank: all axes of an example.
Axes example_axes(int rank);
/// x (B, N, ...) as (B N, ...).
Tensor merged(const Tensor& x);
/// And back.
Tensor parted(const Tensor& x, std::int64_t size);
/// x (B, N, C, ...) as (N, B C, ...): axis 1 of an example takes the examples, too. And back.
Tensor behind_first(const Tensor& x);
Tensor in_front(const Tensor& x, std::int64_t size);
/// x (B, ...) with axes of length one behind the examples.
Tensor spaced(Tensor x, int axes);

}  // namespace triptych::batching
