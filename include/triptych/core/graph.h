// The static graph: nodes in the order of their creation, with names, scopes and control edges beside them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triptych/core/op.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

struct GraphImpl;

/// Makes a variable's first value from its shape and dtype.
using Initializer = std::function<Tensor(const Shape& shape, DType dtype)>;

/// A handle to a graph; the graph lives as long as a handle, a tensor or a session of it. This is the core's graph:
/// what users of the low-level API see is `lowlevel::Graph`, derived from it without members.
class TRIPTYCH_API GraphHandle {
 public:
  GraphHandle();
  explicit GraphHandle(GraphImpl* shared);
  GraphHandle(const GraphHandle&);
  GraphHandle& operator=(const GraphHandle&);
  ~GraphHandle();

  GraphImpl& impl() const { return *impl_; }
  friend bool operator==(const GraphHandle& a, const GraphHandle& b) { return a.impl_ == b.impl_; }

 private:
  GraphImpl* impl_;
};

/// While alive, ops of this thread that cannot tell from their operands (creation, random numbers, writes to captured
/// state) are added to this graph, and a concrete tensor that is a parameter or buffer counts as captured state.
class [[nodiscard]] TRIPTYCH_API TraceScope {
 public:
  explicit TraceScope(const GraphHandle& graph);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
};

/// A TraceScope for one call of a module or layer: what it writes belongs to it, and a run that needs a node made in
/// the call does all of that (docs/design.md, "Order"). A call inside a call is part of it.
class [[nodiscard]] TRIPTYCH_API TracedCall : public TraceScope {
 public:
  /// With `owns_writes = false`, for a plain scope of names, only in-place methods belong to it.
  explicit TracedCall(const GraphHandle& graph, bool owns_writes = true);
  ~TracedCall();
  /// What the caller gets for `output`: a node of the call if the call writes something, or its writes could be missed.
  Tensor result(Tensor output) const;

 private:
  GraphHandle graph_;
  int outer_, own_;  // the call around this one, and this one: the same inside another call
};

/// Builders of the nodes that stand for values from outside.
TRIPTYCH_API Tensor graph_placeholder(const GraphHandle& graph, Text name, DType dtype, const Shape& shape,
                                      const Tensor& default_value, Location where);
TRIPTYCH_API Tensor graph_variable(const GraphHandle& graph, Text name, const Shape& shape, DType dtype,
                                   Initializer initializer, bool trainable, Location where, bool on_demand = false);
/// A snapshot of a concrete tensor.
TRIPTYCH_API Tensor graph_constant(const GraphHandle& graph, const Tensor& value, Text name, Location where);
/// The node by which the graph reads and writes `tensor` itself; one for each tensor.
TRIPTYCH_API Tensor graph_captured(const GraphHandle& graph, const Tensor& tensor);
/// A module's or layer's parameter (needs gradients) or buffer: captured by reference when traced, never folded.
TRIPTYCH_API void mark_state(Tensor& tensor);

}  // namespace triptych
