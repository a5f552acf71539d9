#include "triptych/core/subgraph.h"

#include <algorithm>
#include <unordered_map>

#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "triptych/core/callable.h"

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

TracedSubgraph trace_subgraph(std::span<const TensorMeta> arguments,
                              const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function,
                              Location where) {
  check_callable("trace_subgraph", function, where);
  const GraphHandle graph;
  TracedSubgraph result;
  auto& [inputs, outputs] = result.subgraph;
  for (const TensorMeta& argument : arguments)
    inputs.push_back(graph_placeholder(graph, "argument", argument.dtype, argument.shape, {}, where));
  GraphImpl& impl = graph.impl();
  impl.traced = &result;
  struct Close {
    GraphImpl& graph;
    ~Close() { graph.traced = nullptr; }
  } close{impl};
  const TraceScope scope(graph);
  const std::vector<Tensor> given = inputs;
  for (const Tensor& output : function(given)) outputs.push_back(impl.import(output, where));
  return result;
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
  const auto value_of = [&](const Place& place) { return values.at(place.node)[place.output]; };
  for (const Node* node : needed_nodes(*subgraph.outputs[0].impl()->graph, fetches, {})) {
    if (values.contains(node)) continue;
    std::vector<Tensor>& outputs = values[node];
    outputs.resize(node->output_count);
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
  out += "(";
  print_list(out, subgraph.inputs);
  out += ") -> ";
  print_list(out, subgraph.outputs);
  // The identity is part of the text, because the text is hashed.
  if (!subgraph.outputs.empty())
    out += "@" + std::to_string(reinterpret_cast<std::uintptr_t>(subgraph.outputs[0].impl()->graph.get()));
}

}  // namespace triptych
