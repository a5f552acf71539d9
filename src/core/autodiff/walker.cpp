// From the latest node to the earliest: all users of a node were made after it, and have contributed in their order.
#include "core/autodiff/walker.h"

#include <algorithm>

#include "core/autodiff/check_gradient.h"
#include "core/autodiff/decomposition.h"
#include "core/autodiff/hooks.h"
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

}  // namespace

void Walk::start(std::span<const Place> roots, std::uint64_t since) {
  constexpr std::size_t usual = 16;  // nodes of a small walk
  since_ = since;
  entries_.reserve(usual);
  std::vector<Node*> stack;  // not the call stack: a chain may have a million nodes
  stack.reserve(usual);
  const auto meet = [&](Node* node) {
    if (!index_.insert(node, 0)) return;
    entries_.push_back({node});
    stack.push_back(node);
  };
  for (const Place& root : roots) meet(root.node);
  while (!stack.empty()) {
    const Node& node = *stack.back();
    stack.pop_back();
    if (stops(node) || (!node.graph && node.sequence < since_)) continue;
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
    if (stops(*entry->node)) continue;
    for (const Tensor& input : entry->node->inputs()) entry->needed |= needs(input);
  }
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
      if (entry.node->graph || entry.node->sequence >= since_) run_hooks(*entry.node, upstream, found);
      keep(*entry.node, upstream);
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
  const RuleScope forward(node);
  InlineVector<Tensor, 4> results(inputs.size());
  Gradient context(node, upstream, results.span(), needed.span());
  run_rule(node, context);
  detect_anomalies(node, results.span());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!needed[i] || !results[i].defined()) continue;
    Tensor gradient = std::move(results[i]);
    if (node.op->broadcasts && !(gradient.shape().known() && gradient.shape() == inputs[i].shape()))
      gradient = sum_to_like(std::move(gradient), context.input(static_cast<int>(i)));
    if (node.op->wide_gradient) gradient = cast(std::move(gradient), inputs[i].dtype());
    check_gradient(node, i, gradient, symbolic_);
    contribute({producer_of(inputs[i]), inputs[i].impl()->output}, std::move(gradient));
  }
  if (saved_ == Saved::release) release_saved(node);
}

}  // namespace triptych
