// The gradient of an op without a rule of its own: that of the simpler ops that it is made of.
#pragma once

#include "core/autodiff/node.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/support/span.h"

namespace triptych {

/// Computes or, in a graph, builds the node's `decompose` again, and sets the gradients of its inputs in `context`.
void differentiate_decomposition(const Node& node, Gradient& context);

/// While a node's rule runs: errors are told at the forward line, what the rule adds belongs to that call, and a
/// profile shows it.
class RuleScope {
 public:
  explicit RuleScope(const Node& node) : line_(node.where), call_(node), span_(SpanKind::annotation, "", node.where) {
    if (SpanRecord* const record = span_.record()) record->name = std::string("backward of ") + node.op->name;
  }

 private:
  FrameAt line_;
  InCallOf call_;
  Span span_;
};

/// Runs the user's own rule for this node, else the op's, else those of the ops that it is made of.
void run_rule(Node& node, Gradient& context);

}  // namespace triptych
