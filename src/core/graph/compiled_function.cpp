// compile(): a function is traced into a graph; its gradient becomes a graph of its own, which is fed what that of the
// function computed. Each is one compiled step for each set of shapes. On the tape a call is one node.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/dispatch/autocast.h"
#include "core/graph/runner.h"
#include "core/support/error_context.h"
#include "core/support/users_function.h"
#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/compiled.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"

namespace triptych {
extern const Op reshape_op, reshape_like_op, flatten_op, contiguous_op;
}

namespace triptych::detail {
namespace {

/// What two calls must have in common to share a trace.
struct Key {
  std::vector<TensorMeta> inputs;
  std::vector<bool> differentiated;
  std::int64_t mode;
  bool recorded;
  std::vector<std::int64_t> precision;  // of the Autocast around it
  bool dynamic;                         // first dimensions do not count

  bool fits(const Key& call) const {
    if (call.mode != mode || call.recorded != recorded || call.precision != precision ||
        call.differentiated != differentiated || call.inputs.size() != inputs.size())
      return false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const TensorMeta &a = inputs[i], &b = call.inputs[i];
      if (a.dtype != b.dtype || a.device != b.device || a.shape.rank() != b.shape.rank()) return false;
      for (int axis = dynamic ? 1 : 0; axis < a.shape.rank(); ++axis)
        if (a.shape.dim(axis).raw() != b.shape.dim(axis).raw()) return false;
    }
    return true;
  }
};

std::vector<std::int64_t> precision_now() {
  std::vector<std::int64_t> all;
  if (!modes.autocast) return all;
  for (std::size_t i = 0; i < modes.autocast->dtypes.size(); ++i)
    all.push_back(modes.autocast->enabled[i] ? 1 + static_cast<std::int64_t>(modes.autocast->dtypes[i]) : 0);
  return all;
}

Key key_of(std::span<const Tensor> inputs, std::int64_t mode, bool dynamic) {
  Key key{{}, {}, mode, grad_enabled(), precision_now(), dynamic};
  for (const Tensor& input : inputs) {
    key.inputs.push_back(input.meta());
    key.differentiated.push_back(key.recorded && input.requires_grad());
  }
  return key;
}

/// One output of a node, as a key.
using Output = std::pair<const Node*, std::uint32_t>;
Output output_of(const Tensor& symbolic) { return {symbolic.impl()->node.get(), symbolic.impl()->output}; }

/// Copies the nodes that gradients need from the graph of the function to one of their own. What the function computed
/// comes in by placeholders, the residuals.
class BackwardGraph {
 public:
  /// Nodes from number `first` on are gradients.
  BackwardGraph(GraphImpl& forward, std::uint64_t first, const std::vector<Tensor>& cotangents)
      : forward_(forward), first_(first) {
    for (const Tensor& cotangent : cotangents) feed(output_of(cotangent), cotangent);
  }

  /// The same gradients, in the new graph.
  std::vector<Tensor> build(const std::vector<Tensor>& gradients) {
    std::vector<const Node*> wanted;
    for (const Tensor& gradient : gradients) wanted.push_back(gradient.impl()->node.get());
    collect(wanted);
    const TraceScope scope(graph_);
    for (const Node* node : in_order()) copy(*node);
    std::vector<Tensor> results;
    for (const Tensor& gradient : gradients) results.push_back(value(gradient));
    return results;
  }

  const GraphHandle& graph() const { return graph_; }
  /// The placeholders, cotangents first, and the outputs of the forward graph that the others stand for.
  const std::vector<Tensor>& feeds() const { return feeds_; }
  const std::vector<Tensor>& residuals() const { return residuals_; }

 private:
  bool is_gradient(const Node& node) const { return node.sequence >= first_; }

  /// It is computed again where it is needed: it looks at another value, or is a constant. What becomes a copy where
  /// its input lies in another order (images flattened) is not.
  static bool is_free(const Node& node) {
    const bool may_copy =
        node.op == &reshape_op || node.op == &reshape_like_op || node.op == &flatten_op || node.op == &contiguous_op;
    bool reads_one = node.op->view != nullptr && !may_copy;
    for (std::size_t i = 1; i < node.input_count; ++i) reads_one &= in_mask(node.op->metadata_inputs, i);
    return node.op == &constant_op || (reads_one && !has_effect(node));
  }
  /// What state was before the function wrote it.
  bool is_snapshot(const Node& node) const { return forward_.info_of(node).before != nullptr; }

  void feed(const Output& output, const Tensor& like) {
    const PlaceholderAttributes attributes{like.dtype(), like.shape(), {}};
    Tensor placeholder = add_source(graph_.impl(), placeholder_op, &attributes, like.meta(), "residual", {});
    values_[output] = placeholder;
    feeds_.push_back(std::move(placeholder));
  }

  /// Decides which nodes are copied and which values are fed.
  void collect(std::vector<const Node*> stack) {
    std::vector<Tensor> shapes;  // of these only the metadata is read
    for (const Node* node : stack) need(*node);
    while (!stack.empty()) {
      const Node& node = *stack.back();
      stack.pop_back();
      for (std::size_t i = 0; i < node.input_count; ++i) {
        const Tensor& input = node.inputs()[i];
        const Node& producer = *input.impl()->node;
        if (values_.contains(output_of(input))) continue;
        if (!is_snapshot(producer) && (is_gradient(producer) || is_free(producer))) {
          if (need(producer)) stack.push_back(&producer);
        } else if (in_mask(node.op->metadata_inputs, i)) {
          shapes.push_back(input);
        } else {
          keep(input);
        }
      }
    }
    for (const Tensor& input : shapes) collect_shape(input);
  }

  /// What tells the shape of a value that is not fed: the nodes that made it, which the compiler takes out again.
  void collect_shape(const Tensor& last) {
    std::vector<Tensor> stack{last};
    while (!stack.empty()) {
      const Tensor tensor = stack.back();
      stack.pop_back();
      const Node& node = *tensor.impl()->node;
      if (values_.contains(output_of(tensor)) || nodes_.contains(&node)) continue;
      if ((node.op != &constant_op && node.op->stateful) || has_effect(node) || node.op->can_fail) {
        keep(tensor);
        continue;
      }
      need(node);
      for (const Tensor& input : node.inputs()) stack.push_back(input);
    }
  }

  bool need(const Node& node) { return nodes_.insert(&node).second; }

  void keep(const Tensor& input) {
    feed(output_of(input), input);
    residuals_.push_back(forward_.handle(*input.impl()->node, input.impl()->output));
  }

  std::vector<const Node*> in_order() const {
    std::vector<const Node*> order(nodes_.begin(), nodes_.end());
    std::sort(order.begin(), order.end(), [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
    return order;
  }

  Tensor value(const Tensor& of) const { return values_.at(output_of(of)); }

  void copy(const Node& node) {
    if (values_.contains(Output(&node, 0)) && node.output_count == 1) return;
    std::vector<Tensor> outputs(node.output_count), inputs;
    if (node.op == &constant_op) {
      outputs[0] = graph_constant(graph_, node.attributes_as<ConstantAttributes>().value, "constant", node.where);
    } else {
      for (const Tensor& input : node.inputs()) inputs.push_back(value(input));
      append(graph_.impl(), *node.op, inputs, node.attributes, outputs, node.where);
    }
    for (std::uint32_t i = 0; i < outputs.size(); ++i) values_.emplace(Output(&node, i), outputs[i]);
  }

  GraphImpl& forward_;
  std::uint64_t first_;
  GraphHandle graph_;
  std::map<Output, Tensor> values_;  // of the forward graph's outputs, here
  std::unordered_set<const Node*> nodes_;
  std::vector<Tensor> feeds_, residuals_;
};

std::vector<Tensor> called(const FunctionOfTensors& function, std::span<const Tensor> inputs, Location where) {
  const UsersFunction its_lines(where);
  return function(inputs);
}

/// Symbolic results on placeholders like the inputs.
TracedGraph trace_function(const char* op, const FunctionOfTensors& function, std::span<const Tensor> inputs,
                           bool dynamic, Location where) {
  TracedGraph traced;
  for (const Tensor& input : inputs) {
    if (!input.defined() || input.is_symbolic())
      throw ArgumentError(op, "an argument is undefined or symbolic", "tensor " + std::to_string(traced.inputs.size()),
                          "Pass a tensor with values", where);
    Shape shape = input.shape();
    if (dynamic && shape.rank() > 0) shape.set(0, unknown);
    const PlaceholderAttributes attributes{input.dtype(), shape, {}};
    traced.inputs.push_back(
        add_source(traced.graph.impl(), placeholder_op, &attributes,
                   {.shape = shape, .strides = {}, .dtype = input.dtype(), .device = input.device()}, "input", where));
  }
  const TracedCall call(traced.graph);
  for (const Tensor& result : called(function, traced.inputs, where)) {
    if (!result.defined())
      throw ArgumentError(op, "the function gives an undefined tensor",
                          "result " + std::to_string(traced.outputs.size()), "", where);
    traced.outputs.push_back(call.result(traced.graph.impl().import(result, where)));
  }
  if (traced.outputs.empty()) throw ArgumentError(op, "the function gives no tensor", "an empty result", "", where);
  return traced;
}

}  // namespace

/// One trace, and how it is run.
struct Trace {
  Key key;
  std::string eager;  // why there is no graph
  std::any like;      // how the results are grouped
  TracedGraph graph;
  std::optional<Runner> runner, backward_runner;
  std::shared_ptr<GraphFunction> forward, backward;
  std::vector<Tensor> states;  // that the graph captured
  std::vector<std::pair<TensorMeta, bool>> states_then;
  std::vector<Tensor> differentiated;  // parameters; inputs come behind them
  std::vector<std::size_t> differentiated_inputs,
      gradient_of;                          // gradient k is that of input gradient_of[k] of the node
  std::vector<std::size_t> differentiable;  // which results have gradients
  /// Where each residual comes from: a fetch behind the results, an input, or the value of a state now.
  enum class From : std::uint8_t { fetch, input, state };
  std::vector<std::pair<From, std::size_t>> residuals;

  bool is_valid() const {
    for (std::size_t i = 0; i < states.size(); ++i) {
      const auto& [meta, requires_grad] = states_then[i];
      const TensorMeta& now = states[i].meta();
      if (now.dtype != meta.dtype || now.device != meta.device || now.shape != meta.shape ||
          (key.recorded && states[i].requires_grad() != requires_grad))
        return false;
    }
    return true;
  }

  void build(const FunctionOfTensors& function, std::span<const Tensor> inputs, const SessionOptions& options,
             Location where) {
    graph = trace_function("compile", function, inputs, key.dynamic, where);
    GraphImpl& impl = graph.graph.impl();
    for (const auto& node : std::vector(impl.nodes.begin(), impl.nodes.end()))
      if (node->op == &captured_op) states.push_back(node->attributes_as<CapturedAttributes>().tensor);
    for (const Tensor& state : states) states_then.emplace_back(state.meta(), state.requires_grad());
    std::vector<Tensor> fetches = graph.outputs;
    if (key.recorded) add_gradients(inputs, options, fetches, where);
    runner.emplace(graph.graph, options);
    forward = runner->function(graph.inputs, fetches, where);
  }

  void add_gradients(std::span<const Tensor> inputs, const SessionOptions& options, std::vector<Tensor>& fetches,
                     Location where) {
    GraphImpl& impl = graph.graph.impl();
    std::vector<Tensor> xs, ys, cotangents;
    for (const Tensor& state : states)
      if (state.requires_grad() && is_floating(state.dtype())) {
        differentiated.push_back(state);
        xs.push_back(graph_captured(graph.graph, state));
      }
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (key.differentiated[i]) {
        differentiated_inputs.push_back(i);
        xs.push_back(graph.inputs[i]);
      }
    if (xs.empty()) return;
    for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
      const Tensor& y = graph.outputs[i];
      if (!is_floating(y.dtype())) continue;
      differentiable.push_back(i);
      ys.push_back(y);
      const PlaceholderAttributes attributes{y.dtype(), y.shape(), {}};
      cotangents.push_back(add_source(impl, placeholder_op, &attributes, y.meta(), "cotangent", where));
    }
    if (ys.empty()) return;
    const std::uint64_t first = impl.nodes.size();
    const std::vector<Tensor> all = gradients(ys, xs, cotangents, {.allow_unused = true}, where);
    std::vector<Tensor> found;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].defined()) {
        gradient_of.push_back(i);
        found.push_back(all[i]);
      }
    if (found.empty()) return;
    BackwardGraph back(impl, first, cotangents);
    const std::vector<Tensor> results = back.build(found);
    for (const Tensor& residual : back.residuals()) note_residual(residual, fetches);
    backward_runner.emplace(back.graph(), options);
    backward = backward_runner->function(back.feeds(), results, where);
  }

  void note_residual(const Tensor& residual, std::vector<Tensor>& fetches) {
    const Node& node = *residual.impl()->node;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
      if (graph.inputs[i].impl()->node.get() == &node) return void(residuals.emplace_back(From::input, i));
    if (node.op == &captured_op) {
      const Tensor& tensor = node.attributes_as<CapturedAttributes>().tensor;
      const auto place = std::find_if(states.begin(), states.end(), [&](const Tensor& s) { return s.is_same(tensor); });
      if (place != states.end() && !graph.graph.impl().writes.contains(&node))
        return void(residuals.emplace_back(From::state, static_cast<std::size_t>(place - states.begin())));
    }
    const auto known =
        std::find_if(fetches.begin(), fetches.end(), [&](const Tensor& f) { return same_tensor(f, residual); });
    residuals.emplace_back(From::fetch, static_cast<std::size_t>(known - fetches.begin()));
    if (known == fetches.end()) fetches.push_back(residual);
  }

  static std::vector<Tensor> run(const std::shared_ptr<Trace>& self, std::span<const Tensor> inputs, Location where) {
    std::vector<Tensor> values;
    for (const Tensor& input : inputs) values.push_back(input.requires_grad() ? alias(input) : input);
    std::vector<Tensor> kept;
    for (const auto& [from, number] : self->residuals)
      if (from == From::state) kept.push_back(alias(self->states[number]));
    std::vector<Tensor> fetched = self->runner->call(*self->forward, values, where);
    std::vector<Tensor> results(fetched.begin(),
                                fetched.begin() + static_cast<std::ptrdiff_t>(self->graph.outputs.size()));
    if (!self->backward) return results;
    std::vector<Tensor> saved, ys, given = self->differentiated;
    std::size_t next = 0;
    for (const auto& [from, number] : self->residuals)
      saved.push_back(from == From::fetch ? fetched[number] : from == From::input ? values[number] : kept[next++]);
    fetched.clear();
    kept.clear();
    for (const std::size_t i : self->differentiated_inputs) given.push_back(inputs[i]);
    for (const std::size_t i : self->differentiable) ys.push_back(results[i]);
    const std::size_t count = given.size();
    const std::vector<Tensor> outputs = custom_gradient(
        "compiled", ys, given, saved,
        [self, where, count](std::span<const Tensor> residuals, std::span<const Tensor> upstream,
                             std::span<const bool>) {
          if (grad_enabled())
            throw UnsupportedError("compile", "the gradient of a compiled function is differentiated",
                                   "create_graph = true",
                                   "Compile the function that gives the gradient, or run this one eagerly", where);
          std::vector<Tensor> feeds(upstream.begin(), upstream.end()), gradients(count);
          feeds.insert(feeds.end(), residuals.begin(), residuals.end());
          std::vector<Tensor> found = self->backward_runner->call(*self->backward, feeds, where);
          for (std::size_t k = 0; k < found.size(); ++k) gradients[self->gradient_of[k]] = std::move(found[k]);
          return gradients;
        },
        where);
    for (std::size_t i = 0; i < outputs.size(); ++i) results[self->differentiable[i]] = outputs[i];
    return results;
  }
};

CompiledFunction::~CompiledFunction() = default;

void CompiledFunction::reset() {
  traces_.clear();
  reason_.clear();
}

std::shared_ptr<Trace> CompiledFunction::trace_for(const FunctionOfTensors& function, std::span<const Tensor> inputs,
                                                   std::int64_t mode, Location where) {
  const Key call = key_of(inputs, mode, false);
  std::erase_if(traces_, [](const std::shared_ptr<Trace>& trace) { return !trace->is_valid(); });
  for (const auto& trace : traces_)
    if (trace->key.fits(call)) return trace;
  constexpr std::size_t most = 64;  // shapes that never come again
  if (traces_.size() == most) traces_.erase(traces_.begin());
  auto trace = std::make_shared<Trace>();
  if (options_.dynamic) {
    try {  // what asks for a length that is not known is traced for each
      trace->key = key_of(inputs, mode, true);
      trace->build(function, inputs, options_.session, where);
      trace->like = like;
      traces_.push_back(trace);
      return trace;
    } catch (const Error&) {
      trace = std::make_shared<Trace>();
    }
  }
  trace->key = call;
  try {
    trace->build(function, inputs, options_.session, where);
    trace->like = like;
  } catch (Error& error) {
    if (options_.fullgraph) {
      const std::string here = where.text();
      add_context(error, "While compile traced the function" + (here.empty() ? "" : " for its call at " + here) +
                             "; with fullgraph = false it is run eagerly.");
      throw;
    }
    auto failed = std::make_shared<Trace>();
    failed->key = call;
    failed->eager = error.what();
    trace = std::move(failed);
  }
  traces_.push_back(trace);
  return trace;
}

std::vector<Tensor> CompiledFunction::call(const FunctionOfTensors& function, std::span<const Tensor> inputs,
                                           std::int64_t mode, Location where) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].defined())
      throw ArgumentError("compile", "an argument is undefined", "tensor " + std::to_string(i), "Give it a value first",
                          where);
  reason_.clear();
  const bool traced_around =
      modes.trace || std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_symbolic(); });
  if (options_.disable || traced_around) return called(function, inputs, where);  // it becomes part of that graph
  const std::shared_ptr<Trace> trace = trace_for(function, inputs, mode, where);
  if (trace->runner) {
    like = trace->like;
    return Trace::run(trace, inputs, where);
  }
  reason_ = trace->eager;
  return called(function, inputs, where);
}

TracedGraph make_graph(const FunctionOfTensors& function, std::span<const Tensor> inputs, bool dynamic,
                       Location where) {
  return trace_function("make_graph", function, inputs, dynamic, where);
}

}  // namespace triptych::detail
