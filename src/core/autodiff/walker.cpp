// From the latest node to the earliest: all users of a node were made after it, and have contributed in their order.
#include "core/autodiff/walker.h"

#include <algorithm>

#include "core/autodiff/check_gradient.h"
#include "core/autodiff/decomposition.h"
#include "core/autodiff/hooks.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/support/inline_vector.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// No gradient goes through the node.
bool stops(const Node& node) { return node.no_grad || node.op->gradient_stops; }

/// The node that a gradient of this input goes to.
Node* producer_of(const Tensor& input) {
  return input.defined() && is_floating(input.dtype()) ? input.impl()->node.get() : nullptr;
}

/// A user's rule in place of the op's.
void apply_own_rule(Node& node, const NodeGradient& rule, std::span<const Tensor> upstream,
                    std::span<const bool> needed, std::span<Tensor> results) {
  std::vector<Tensor> given;
  for (std::size_t k = 0; k < upstream.size(); ++k)
    given.push_back(upstream[k].defined() ? upstream[k]
                                          : zeros_like(node.graph->handle(node, static_cast<std::uint32_t>(k))));
  std::vector<Tensor> gradients = rule(node, given);
  if (gradients.size() != results.size())
    throw ArgumentError(node.op->name, "a registered gradient does not give one tensor for each input",
                        std::to_string(gradients.size()) + " for " + std::to_string(results.size()),
                        "Return an undefined Tensor where there is none", node.where);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (needed[i]) results[i] = std::move(gradients[i]);
}

}  // namespace

void Walk::start(std::span<const Place> roots) {
  std::vector<Node*> stack;  // not the call stack: a chain may have a million nodes
  const auto meet = [&](Node* node) {
    if (!index_.insert(node, 0)) return;
    entries_.push_back({node});
    stack.push_back(node);
  };
  for (const Place& root : roots) meet(root.node);
  while (!stack.empty()) {
    const Node& node = *stack.back();
    stack.pop_back();
    if (stops(node) || is_end(node)) continue;
    for (const Tensor& input : node.inputs())
      if (Node* producer = producer_of(input)) meet(producer);
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.node->sequence > b.node->sequence; });
  std::size_t outputs = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    index_.set(entries_[i].node, i);
    entries_[i].first_gradient = outputs;
    outputs += entries_[i].node->output_count;
  }
  gradients_.resize(outputs);
}

void Walk::want(std::span<const Place> targets) {
  for (const Place& target : targets)
    if (const std::size_t at = index_.at(target.node); at != PointerMap::missing) entries_[at].needed = true;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (stops(*entry->node) || is_end(*entry->node)) continue;
    for (const Tensor& input : entry->node->inputs()) entry->needed |= needs(input);
  }
}

bool Walk::is_end(const Node& node) const {
  std::uint32_t outputs = 0;
  for (const Place& end : ends_) outputs += end.node == &node ? 1 : 0;
  return outputs > 0 && outputs >= node.output_count;
}

bool Walk::needs(const Tensor& input) const {
  const Node* producer = producer_of(input);
  const std::size_t at = producer ? index_.at(producer) : PointerMap::missing;
  return at != PointerMap::missing && entries_[at].needed;
}

void Walk::run(const std::function<void(Node&, std::span<Tensor>)>& keep) {
  for (const Entry& entry : entries_) {
    const std::span<Tensor> upstream{gradients_.data() + entry.first_gradient, entry.node->output_count};
    const bool arrived = std::any_of(upstream.begin(), upstream.end(), [](const Tensor& g) { return g.defined(); });
    if (arrived && entry.needed) {
      run_hooks(*entry.node, upstream, found);
      keep(*entry.node, upstream);
      for (const Place& end : ends_)
        if (end.node == entry.node) upstream[end.output].reset();
      if (is_end(*entry.node)) continue;
      if (!stops(*entry.node) && !is_seen_through(*entry.node)) visit(*entry.node, upstream);
    }
    for (Tensor& gradient : upstream) gradient.reset();
  }
  found.give();
}

/// Runs the rule of one node and hands its results on to the nodes of the inputs.
void Walk::visit(Node& node, std::span<Tensor> upstream) {
  const std::span<const Tensor> inputs = node.inputs();
  InlineVector<bool, 8> needed(inputs.size());
  std::transform(inputs.begin(), inputs.end(), needed.begin(), [&](const Tensor& input) { return needs(input); });
  if (std::none_of(needed.begin(), needed.end(), std::identity())) return;
  if (node.released)
    throw ArgumentError("backward", "the saved values of this computation were freed by an earlier backward",
                        describe(node), "Call the first backward with retain_graph = true", node.where);

  const FrameAt forward_line(node.where);  // an error in the rule is reported there
  const InCallOf forward_call(node);       // and what the rule adds belongs to that call
  InlineVector<Tensor, 4> results(inputs.size());
  Gradient context(node, upstream, results.span(), needed.span());
  if (const NodeGradient* own = node.graph ? node.graph->info_of(node).gradient.get() : nullptr)
    apply_own_rule(node, *own, upstream, needed.span(), results.span());
  else if (node.op->gradient)
    node.op->gradient(context);
  else
    differentiate_decomposition(node, context);
  detect_anomalies(node, results.span());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!needed[i] || !results[i].defined()) continue;
    Tensor gradient = std::move(results[i]);
    if (node.op->broadcasts && !(gradient.shape().known() && gradient.shape() == inputs[i].shape()))
      gradient = sum_to_like(std::move(gradient), context.input(static_cast<int>(i)));
    if (node.op->wide_gradient) gradient = cast(std::move(gradient), inputs[i].dtype());
    check_gradient(node, i, gradient);
    contribute({producer_of(inputs[i]), inputs[i].impl()->output}, std::move(gradient));
  }
  if (saved_ == Saved::release) release_saved(node);
}

}  // namespace triptych
