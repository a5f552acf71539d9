// Where a contribution to a gradient is added.
#include <optional>

#include "core/autodiff/walker.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op sum_to_like_op;

// A graph that does not know shapes has a sum_to_like where the tape, and a graph that knows them, may have none. Its
// gradient is handed on part by part, so that all of them add the contributions to one gradient in the same order.
bool is_seen_through(const Node& node) { return node.op == &sum_to_like_op && !node.no_grad && !node.hooks; }

void Walk::contribute(Place place, Tensor gradient) {
  std::optional<FrameAt> forward_line;  // of the latest sum_to_like that was seen through
  std::optional<InCallOf> forward_call;
  while (true) {  // not the call stack: a chain of them may be long
    Node& node = *place.node;
    Tensor& sum = gradients_[entries_[index_.at(&node)].first_gradient + place.output];
    const auto add_up = [&](Tensor part) {
      sum = sum.defined() ? add(std::move(sum), std::move(part)) : std::move(part);
    };
    if (!is_seen_through(node)) return add_up(std::move(gradient));
    add_up(gradient);  // for who asks for the gradient of this very result
    const Tensor& input = node.inputs()[0];
    const Place behind{input.impl()->node.get(), input.impl()->output};
    if (!behind.node || index_.at(behind.node) == PointerMap::missing) return;
    forward_call.reset();
    forward_call.emplace(node);
    forward_line.reset();
    forward_line.emplace(node.where);
    if (!input.shape().known() || gradient.shape() != input.shape())
      gradient = expand_like(std::move(gradient), node.graph ? node.graph->handle(*behind.node, behind.output) : input);
    place = behind;
  }
}

}  // namespace triptych
