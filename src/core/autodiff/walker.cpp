// The walker: runs gradient rules backwards, over the tape and over the graph alike.
//
// Nodes are visited in the reverse order of their creation, which is a reverse topological order, so when a node's turn
// comes all its users have contributed, and the contributions were added in an order that tape and graph share.
#include "core/autodiff/walker.h"

#include <algorithm>
#include <optional>

#include "core/graph/graph.h"
#include "core/inline_vector.h"
#include "core/modes.h"
#include "core/ops/ops.h"
#include "core/pointer_map.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

/// A visited node: whether a wanted gradient lies behind it, and where its outputs' gradients stand.
struct Entry {
  Node* node;
  std::size_t first_slot = 0;
  bool needed = false;
};

class Walk {
 public:
  Walk(GraphImpl* graph, GradientOptions options) : graph_(graph), options_(options) {}

  void collect(std::span<const Place> roots) {
    std::vector<Node*> stack;
    const auto visit = [&](Node* node) {
      if (index_.insert(node, 0)) {
        entries_.push_back({node});
        stack.push_back(node);
      }
    };
    for (const Place& root : roots) visit(root.node);
    while (!stack.empty()) {
      Node* node = stack.back();
      stack.pop_back();
      if (stops(*node)) continue;
      for (const Tensor& input : node->inputs())
        if (Node* producer = producer_of(input)) visit(producer);
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.node->sequence > b.node->sequence; });
    std::size_t slots = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      index_.set(entries_[i].node, i);
      entries_[i].first_slot = slots;
      slots += entries_[i].node->output_count;
    }
    gradients_.resize(slots);
  }

  /// Marks what lies between the targets and the roots; without targets, everything.
  void mark(std::span<const Place> targets, bool everything) {
    for (const Place& target : targets)
      if (const std::size_t at = index_.at(target.node); at != PointerMap::missing) entries_[at].needed = true;
    for (std::size_t i = entries_.size(); i-- > 0;) {
      Entry& entry = entries_[i];
      if (everything) {
        entry.needed = true;
        continue;
      }
      if (entry.needed || stops(*entry.node)) continue;
      for (const Tensor& input : entry.node->inputs())
        if (const Entry* producer = entry_of(input); producer && producer->needed) entry.needed = true;
    }
  }

  /// Adds a contribution to the gradient of one output.
  void contribute(const Place& place, Tensor gradient) {
    Tensor& slot = gradients_[entries_[index_.at(place.node)].first_slot + place.output];
    slot = slot.defined() ? add(std::move(slot), std::move(gradient)) : std::move(gradient);
  }

  /// Visits all nodes; `keep` is called for each with its gradients before its rule runs.
  template <class Keep>
  void run(Keep keep) {
    for (const Entry& entry : entries_) {
      const std::span<Tensor> upstream{gradients_.data() + entry.first_slot, entry.node->output_count};
      const bool arrived = std::any_of(upstream.begin(), upstream.end(), [](const Tensor& g) { return g.defined(); });
      if (arrived && entry.needed) {
        run_hooks(*entry.node, upstream);
        keep(*entry.node, upstream);
        if (!stops(*entry.node) && entry.node->input_count > 0) visit(*entry.node, upstream);
      }
      for (Tensor& gradient : upstream) gradient.reset();
    }
  }

 private:
  static bool stops(const Node& node) { return node.no_grad || node.op->gradient_stops; }

  static Node* producer_of(const Tensor& input) {
    return input.defined() && is_floating(input.dtype()) ? input.impl()->node.get() : nullptr;
  }

  const Entry* entry_of(const Tensor& input) const {
    const Node* producer = producer_of(input);
    const std::size_t at = producer ? index_.at(producer) : PointerMap::missing;
    return at == PointerMap::missing ? nullptr : &entries_[at];
  }

  void visit(Node& node, std::span<Tensor> upstream) {
    if (node.released)
      throw ArgumentError("backward", "the saved values of this computation were freed by an earlier backward",
                          describe(node), "Call the first backward with retain_graph = true", node.where);
    const std::size_t count = node.input_count;
    InlineVector<Tensor, 4> results(count);
    InlineVector<bool, 8> needed(count);
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) {
      const Entry* producer = entry_of(node.inputs()[i]);
      needed[i] = producer && producer->needed;
      any |= needed[i];
    }
    if (!any) return;
    const Location outer =
        std::exchange(modes.frame, node.where);  // what the rule does is reported at the forward line
    struct Restore {
      Location frame;
      ~Restore() { modes.frame = frame; }
    } restore{outer};

    Gradient context(node, upstream, results.span(), needed.span());
    if (node.op->gradient)
      node.op->gradient(context);
    else if (node.op->decompose)
      differentiate_decomposition(node, context);
    else
      throw UnsupportedError(node.op->name, "the op has no gradient rule", describe(node),
                             "Add one in src/core/ops/, or use stop_gradient", node.where);
    for (std::size_t i = 0; i < count; ++i) {
      if (!needed[i] || !results[i].defined()) continue;
      const Tensor& input = node.inputs()[i];
      if (node.op->broadcasts && !same_known_shape(results[i], input))
        results[i] = sum_to_like(std::move(results[i]), context.input(static_cast<int>(i)));
      contribute({input.impl()->node.get(), input.impl()->output}, std::move(results[i]));
    }
    if (!graph_ && !options_.retain_graph && !options_.create_graph) release_saved(node);
  }

  static bool same_known_shape(const Tensor& a, const Tensor& b) { return a.shape().known() && a.shape() == b.shape(); }

  static void differentiate_decomposition(const Node& node, Gradient& context) {
    GradMode recording(true);
    std::vector<Tensor> inputs, wanted, upstream;
    std::vector<int> places;
    for (int i = 0; i < context.input_count(); ++i) {
      // An identity of its own, so that one input's gradient does not run on into another input that depends on it.
      // What the op does not save does not enter its decomposition.
      const Tensor input = context.input(i);
      const bool needed = context.needs(i) && !(input.flags() & Head::metadata_only);
      inputs.push_back(needed ? identity(input) : input);
      if (!needed) continue;
      wanted.push_back(inputs.back());
      places.push_back(i);
    }
    std::vector<Tensor> parts = node.op->decompose(inputs, node.attributes), outputs;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      // An output may depend on none of the inputs that are wanted.
      if (!context.has_upstream(static_cast<int>(i)) || !(parts[i].requires_grad() || parts[i].is_symbolic())) continue;
      outputs.push_back(std::move(parts[i]));
      upstream.push_back(context.upstream(static_cast<int>(i)));
    }
    if (outputs.empty() || wanted.empty()) return;
    std::vector<Tensor> results =
        gradients(outputs, wanted, upstream, {.create_graph = true, .allow_unused = true}, node.where);
    for (std::size_t i = 0; i < places.size(); ++i) context.set(places[i], std::move(results[i]));
  }

  static void run_hooks(Node& node, std::span<Tensor> upstream) {
    if (!node.hooks) return;
    // Copies: a hook may remove itself, or register others.
    const std::vector<NodeHooks::Hook> functions = node.hooks->functions;
    for (const NodeHooks::Hook& entry : functions) {
      Tensor& gradient = upstream[entry.output];
      const auto function = entry.hook->function;
      if (!function || !gradient.defined()) continue;
      Tensor replaced = function(gradient);
      if (!replaced.defined()) continue;
      if (replaced.shape() != gradient.shape())
        throw ArgumentError(
            "register_hook", "a hook returns a gradient of the same shape",
            "the gradient is " + gradient.shape().text() + ", the hook returned " + replaced.shape().text(), "",
            node.where);
      gradient = std::move(replaced);
    }
    std::erase_if(node.hooks->functions, [](const NodeHooks::Hook& entry) { return !entry.hook->function; });
    for (TensorImpl* tensor : node.hooks->retained)
      if (upstream[tensor->output].defined()) tensor->extras().grad = upstream[tensor->output];
  }

  static void release_saved(Node& node) {
    const auto drop = [&](const Tensor& slot) {
      if (!slot.defined() || slot.impl()->has(Head::metadata_only)) return;
      TensorImpl& impl = *slot.impl();
      impl.storage = {};
      impl.flags |= Head::metadata_only;
      node.released = true;
    };
    for (const Tensor& input : node.inputs()) drop(input);
    for (const Tensor& output : node.outputs()) drop(output);
  }

  GraphImpl* graph_;
  GradientOptions options_;
  std::vector<Entry> entries_;
  PointerMap index_;
  std::vector<Tensor> gradients_;
};

std::optional<Place> place_of(const Tensor& tensor, GraphImpl* graph) {
  if (graph) {
    const Tensor symbolic = tensor.is_symbolic() ? tensor : graph->import(tensor, {});
    return Place{symbolic.impl()->node.get(), symbolic.impl()->output};
  }
  if (!tensor.requires_grad()) return std::nullopt;
  return Place{gradient_edge(*tensor.impl()).get(), tensor.impl()->output};
}

/// The gradient that a walk starts with.
Tensor initial_gradient(const Tensor& y, const Tensor& given, bool on_tape, std::string_view op, Location where) {
  if (given.defined()) {
    if (!given.shape().compatible(y.shape()))
      throw ArgumentError(op, "a gradient has its tensor's shape",
                          "tensor " + y.shape().text() + ", gradient " + given.shape().text(), "", where);
    return given;
  }
  if (on_tape && y.numel() != 1)
    throw ArgumentError(op, "only a scalar has an implicit gradient", "the tensor has shape " + y.shape().text(),
                        "Reduce it with sum or mean, or pass the gradient", where);
  return full_like(y, 1.0);
}

std::vector<Place> start(Walk& walk, GraphImpl* graph, std::span<const Tensor> ys, std::span<const Tensor> grad_ys,
                         std::string_view op, Location where, std::vector<Tensor>& initial) {
  std::vector<Place> roots;
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const auto place = place_of(ys[i], graph);
    if (!place)
      throw ArgumentError(op, "the tensor does not depend on anything that requires a gradient",
                          std::string(dtype_name(ys[i].dtype())) + " " + ys[i].shape().text(),
                          "Call set_requires_grad() on a leaf, and check that no NoGrad guard was active", where);
    roots.push_back(*place);
    const Tensor given = i < grad_ys.size() ? grad_ys[i] : Tensor();
    const Tensor gradient = initial_gradient(ys[i], given, !graph, op, where);
    initial.push_back(graph ? graph->import(gradient, where) : gradient);
  }
  walk.collect(roots);
  return roots;
}

}  // namespace

bool grad_enabled() { return !modes.no_grad; }
GradMode::GradMode(bool enabled) : previous_(!modes.no_grad) { modes.no_grad = !enabled; }
GradMode::~GradMode() { modes.no_grad = !previous_; }

std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> grad_ys,
                              GradientOptions options, Location where) {
  if (ys.empty()) throw ArgumentError("gradients", "there must be at least one y", "an empty list", "", where);
  GraphImpl* graph = nullptr;
  for (const Tensor& y : ys)
    if (y.is_symbolic()) graph = y.impl()->graph.get();
  std::optional<TraceScope> trace;
  if (graph) trace.emplace(GraphHandle(graph));
  GradMode recording(graph || options.create_graph);

  Walk walk(graph, options);
  std::vector<Tensor> initial;
  const std::vector<Place> roots = start(walk, graph, ys, grad_ys, "gradients", where, initial);
  std::vector<Place> targets;
  for (const Tensor& x : xs) {
    const auto place = place_of(x, graph);
    if (!place)
      throw ArgumentError("gradients", "an x does not require a gradient",
                          std::string(dtype_name(x.dtype())) + " " + x.shape().text(), "Call set_requires_grad() on it",
                          where);
    targets.push_back(*place);
  }
  walk.mark(targets, false);
  for (std::size_t i = 0; i < roots.size(); ++i) walk.contribute(roots[i], initial[i]);

  std::vector<Tensor> results(xs.size());
  walk.run([&](Node& node, std::span<Tensor> upstream) {
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (targets[i].node == &node) results[i] = upstream[targets[i].output];
  });
  if (!options.allow_unused)
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!results[i].defined())
        throw ArgumentError("gradients", "no y depends on an x",
                            "x number " + std::to_string(i) + " of shape " + xs[i].shape().text(),
                            "Leave it out, or set allow_unused", where);
  return results;
}

void Tensor::backward(Location where) const { backward(Tensor(), false, false, where); }

void Tensor::backward(const Tensor& gradient, bool retain_graph, bool create_graph, Location where) const {
  if (is_symbolic())
    throw ArgumentError("backward", "a symbolic tensor has no tape", describe(*impl()->node),
                        "Use lowlevel::gradients or an optimizer's minimize", where);
  GradMode recording(create_graph);
  Walk walk(nullptr, {.create_graph = create_graph, .retain_graph = retain_graph});
  std::vector<Tensor> initial;
  const auto roots = start(walk, nullptr, {this, 1}, {&gradient, 1}, "backward", where, initial);
  walk.mark({}, true);
  walk.contribute(roots[0], initial[0]);
  walk.run([&](Node& node, std::span<Tensor> upstream) {
    if (!node.leaf) return;
    Tensor& grad = node.leaf->extras().grad;
    grad = grad.defined() ? add(std::move(grad), upstream[0]) : upstream[0];
  });
}

// --- What a rule sees
// -------------------------------------------------------------------------------------------------

const void* Gradient::raw_attributes() const { return node_.attributes; }

Tensor Gradient::input(int i) const {
  const Tensor& slot = node_.inputs()[static_cast<std::size_t>(i)];
  if (!node_.graph) return slot;
  return node_.graph->handle(*slot.impl()->node, slot.impl()->output);
}

Tensor Gradient::output(int i) const {
  Node& node = const_cast<Node&>(node_);
  if (node.graph) return node.graph->handle(node, static_cast<std::uint32_t>(i));
  const Tensor& slot = node.outputs()[static_cast<std::size_t>(i)];
  if (!slot.defined())
    throw InternalError(node.op->name, "a gradient rule reads an output that its op does not save",
                        "output " + std::to_string(i), "Add it to saves_outputs of the op");
  if (slot.impl()->has(Head::metadata_only)) return slot;
  Tensor output = alias(slot);  // attached here only: the node itself holding its output would be a cycle
  output.impl()->node = Ref<Node>::share(&node);
  output.impl()->output = static_cast<std::uint32_t>(i);
  output.impl()->flags |= Head::requires_grad;
  return output;
}

Tensor Gradient::upstream(int i) const {
  const Tensor& gradient = upstream_[static_cast<std::size_t>(i)];
  return gradient.defined() ? gradient : full_like(output(i), 0.0);
}

}  // namespace triptych
