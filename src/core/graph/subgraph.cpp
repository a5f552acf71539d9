#include "triptych/core/subgraph.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/dispatch/attributes.h"
#include "core/dispatch/modes.h"
#include "core/graph/subgraph_code.h"
#include "core/graph/subgraph_trace.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

bool same_tensors(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_tensor);
}

void print_list(std::string& out, const std::vector<Tensor>& tensors) {
  const char* separator = "";
  for (const Tensor& tensor : tensors) {
    out.append(separator).append(dtype_name(tensor.dtype())).append(" ").append(tensor.shape().text());
    separator = ", ";
  }
}

}  // namespace

bool operator==(const Subgraph& a, const Subgraph& b) {
  return same_tensors(a.inputs, b.inputs) && same_tensors(a.outputs, b.outputs);
}

namespace {

/// Something to give in place of an operation without a value: true, once it has run.
Tensor after(GraphImpl& graph, const Tensor& operation) {
  graph.control_stack.push_back(operation.impl()->node.get());
  Tensor done = identity(graph_constant(GraphHandle(&graph), full({}, true, boolean), "done", {}));
  graph.control_stack.pop_back();
  return done;
}

TracedSubgraph trace(std::span<const TensorMeta> arguments, const std::vector<bool>& state,
                     const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function, GraphImpl* outer,
                     bool may_write, Location where) {
  const GraphHandle graph;
  TracedSubgraph result;
  auto& subgraph = result.subgraph;
  GraphImpl& impl = graph.impl();
  impl.depth = outer ? outer->depth + 1 : 1;
  impl.may_write = may_write;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const PlaceholderAttributes attributes{arguments[i].dtype, arguments[i].shape, {}};
    const Op& op = i < state.size() && state[i] ? captured_state_op : placeholder_op;
    subgraph.inputs.push_back(add_source(impl, op, &attributes, arguments[i], "argument", where));
  }
  impl.traced = &result;
  impl.outer = outer;
  struct Close {
    GraphImpl& graph;
    ~Close() {
      graph.traced = nullptr;
      graph.outer = nullptr;
    }
  } close{impl};
  const TraceScope scope(graph);
  const std::vector<Tensor> given = subgraph.inputs;
  for (const Tensor& output : function(given)) {
    const bool operation = may_write && output.is_symbolic() && output.impl()->graph.get() == &impl &&
                           output.impl()->node->output_count == 0;
    subgraph.outputs.push_back(operation ? after(impl, output) : impl.import(output, where));
  }
  // Random numbers are drawn for who needs them; every other write, check or print was meant.
  for (const auto& node : impl.nodes)
    if (node->op->stateful ? node->output_count == 0 : has_effect(*node))
      subgraph.effects.push_back(impl.handle(*node));
  return result;
}

}  // namespace

TracedSubgraph trace_subgraph(std::span<const TensorMeta> arguments,
                              const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function,
                              Location where) {
  check_callable("trace_subgraph", function, where);
  return trace(arguments, {}, function, nullptr, false, where);
}

TracedSubgraph trace_function(std::span<const TensorMeta> arguments, const std::vector<bool>& state,
                              const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function,
                              GraphImpl* outer, Location where) {
  return trace(arguments, state, function, outer, true, where);
}

std::vector<Tensor> unify_captures(std::span<TracedSubgraph* const> subgraphs, std::int64_t& written, Location where) {
  std::vector<Tensor> all;
  std::vector<bool> is_written;
  const auto number_of = [&](const Tensor& tensor) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (same_tensor(all[i], tensor)) return i;
    all.push_back(tensor);
    is_written.push_back(false);
    return all.size() - 1;
  };
  for (const TracedSubgraph* traced : subgraphs) {
    const std::vector<Tensor>& inputs = traced->subgraph.inputs;
    const std::size_t first = inputs.size() - traced->captured.size();
    for (std::size_t i = 0; i < traced->captured.size(); ++i) {
      const std::size_t number = number_of(traced->captured[i]);
      const Place input = place_of(inputs[first + i]);
      if (inputs[first + i].impl()->graph->writes.contains(input.node)) is_written[number] = true;
    }
  }
  std::vector<std::size_t> order;
  for (const bool late : {false, true})
    for (std::size_t i = 0; i < all.size(); ++i)
      if (is_written[i] == late) order.push_back(i);
  std::vector<Tensor> captured;
  for (const std::size_t i : order) captured.push_back(all[i]);
  written = std::count(is_written.begin(), is_written.end(), true);
  for (TracedSubgraph* traced : subgraphs) {
    std::vector<Tensor>& inputs = traced->subgraph.inputs;
    const std::size_t first = inputs.size() - traced->captured.size();
    const std::vector<Tensor> had(inputs.begin() + static_cast<std::ptrdiff_t>(first), inputs.end());
    GraphImpl& graph = *(inputs.empty() ? traced->subgraph.outputs : inputs)[0].impl()->graph;
    inputs.resize(first);
    for (const Tensor& outer : captured) {
      const auto found = std::find_if(traced->captured.begin(), traced->captured.end(),
                                      [&](const Tensor& own) { return same_tensor(own, outer); });
      inputs.push_back(found == traced->captured.end()
                           ? subgraph_input(graph, outer, where)
                           : had[static_cast<std::size_t>(found - traced->captured.begin())]);
    }
    traced->captured = captured;
  }
  return captured;
}

std::vector<bool> used_inputs(const Subgraph& subgraph) {
  std::vector<Place> fetches;
  for (const auto* list : {&subgraph.outputs, &subgraph.effects})
    for (const Tensor& fetch : *list) fetches.push_back(place_of(fetch));
  std::unordered_set<const Node*> needed;
  for (const Node* node : needed_nodes(*subgraph.outputs[0].impl()->graph, fetches, {})) needed.insert(node);
  std::vector<bool> used;
  for (const Tensor& input : subgraph.inputs) used.push_back(needed.contains(place_of(input).node));
  return used;
}

void finish(Subgraph& subgraph) { subgraph.code = std::make_shared<SubgraphCode>(subgraph); }

GraphImpl* graph_around(std::span<const Tensor> tensors) {
  GraphImpl* graph = modes.trace;
  for (const Tensor& tensor : tensors) {
    if (!tensor.is_symbolic()) continue;
    GraphImpl* of = tensor.impl()->graph.get();
    if (!graph || of->depth > graph->depth || (of->depth == graph->depth && !graph->traced)) graph = of;
  }
  return graph;
}

std::vector<Tensor> call_subgraph(const Subgraph& subgraph, std::span<const Tensor> inputs) {
  if (inputs.size() != subgraph.inputs.size())
    throw ArgumentError(
        "call_subgraph", "the number of values differs from that of the inputs",
        std::to_string(inputs.size()) + " values for " + std::to_string(subgraph.inputs.size()) + " inputs");
  if (subgraph.outputs.empty()) return {};
  const WithoutAutocast as_traced;
  for (const std::vector<Tensor>* tensors : {&subgraph.inputs, &subgraph.outputs})
    for (const Tensor& tensor : *tensors)
      if (!tensor.is_symbolic())
        throw ArgumentError("call_subgraph", "an input or output of the sub-graph is no tensor of a graph",
                            "a concrete or undefined tensor", "trace_subgraph makes one");
  std::unordered_map<const Node*, std::vector<Tensor>> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[place_of(subgraph.inputs[i]).node] = {inputs[i]};
  std::vector<Place> fetches;
  for (const Tensor& output : subgraph.outputs) fetches.push_back(place_of(output));
  std::vector<Place> run = fetches;
  for (const Tensor& effect : subgraph.effects) run.push_back(place_of(effect));
  const auto value_of = [&](const Place& place) { return values.at(place.node)[place.output]; };
  for (const Node* node : needed_nodes(*subgraph.outputs[0].impl()->graph, run, {})) {
    if (values.contains(node)) continue;
    std::vector<Tensor>& outputs = values[node];
    outputs.resize(node->output_count);
    if (node->op == &group_op) continue;
    if (node->op == &constant_op) {
      outputs[0] = node->attributes_as<ConstantAttributes>().value;
      continue;
    }
    std::vector<Tensor> operands;
    for (const Tensor& input : node->inputs()) operands.push_back(value_of(place_of(input)));
    const GradMode recording(!node->no_grad && !modes.no_grad);
    apply(*node->op, operands, node->attributes, outputs, node->where);
  }
  std::vector<Tensor> results;
  for (const Place& fetch : fetches) results.push_back(value_of(fetch));
  return results;
}

void print_value(std::string& out, const Subgraph& subgraph) {
  if (subgraph.outputs.empty()) return void(out += "none");
  out += "(";
  print_list(out, subgraph.inputs);
  out += ") -> ";
  print_list(out, subgraph.outputs);
  // The identity is part of the text where that is hashed or compared.
  if (!prints_readably())
    out += "@" + std::to_string(reinterpret_cast<std::uintptr_t>(subgraph.outputs[0].impl()->graph.get()));
}

}  // namespace triptych
