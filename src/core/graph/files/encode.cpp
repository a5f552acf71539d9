#include "core/graph/changing_shape.h"
#include "core/graph/checks.h"
#include "core/graph/control_flow.h"
#include "core/graph/files/graph_code.h"
#include "core/graph/iterator.h"
#include "core/graph/summary.h"

namespace triptych {

extern const Op custom_gradient_op;

namespace {

/// Ops of graphs alone, which the registry does not have.
bool is_of_graphs(const Op& op) {
  return is_source(op) || &op == &group_op || &op == &initialize_op || is_branch(op) || is_loop(op) ||
         &op == &array_write_op || &op == &assert_op || &op == &print_op || &op == &check_numerics_op ||
         &op == &iterator_next_op || &op == &scalar_summary_op || &op == &histogram_summary_op ||
         &op == &image_summary_op || &op == &cut_op || &op == &fit_like_op || &op == &zeros_of_sizes_op;
}

class Encoder final : public ValueWriter {
 public:
  Encoder(StateDict& tensors, const VariableValues& values, FileContext context)
      : tensors_(tensors), values_(values), context_(context) {}

  Json nodes_of(const GraphImpl& graph) {
    Json nodes = Json::array();
    for (const auto& node : graph.nodes) nodes.push_back(node_json(graph, *node));
    return nodes;
  }

  Json tensor(const Tensor& value) {
    if (!value.defined()) return nullptr;
    const std::string name = "constants/" + std::to_string(constants_++);
    tensors_.add(name, value, context_.where);
    return name;
  }

  Json subgraph(const Subgraph& subgraph) override {
    const auto places = [](const std::vector<Tensor>& tensors) {
      Json list = Json::array();
      for (const Tensor& one : tensors) list.push_back(place_json(place_of(one)));
      return list;
    };
    const std::vector<Tensor>& any = !subgraph.inputs.empty()    ? subgraph.inputs
                                     : !subgraph.outputs.empty() ? subgraph.outputs
                                                                 : subgraph.effects;
    Json json{{"inputs", places(subgraph.inputs)},
              {"outputs", places(subgraph.outputs)},
              {"effects", places(subgraph.effects)}};
    ++depth_;
    json["nodes"] = any.empty() ? Json::array() : nodes_of(*any[0].impl()->graph);
    --depth_;
    return json;
  }

  static Json place_json(const Place& place) { return {place.node->sequence, place.output}; }

 private:
  [[noreturn]] void refuse(const Node& node, std::string_view wrong, const std::string& why) const {
    throw UnsupportedError(context_.op, wrong, "'" + describe(node) + "': " + why, "", context_.where);
  }

  Json node_json(const GraphImpl& graph, const Node& node) {
    const NodeInfo& info = graph.info_of(node);
    // Of a data set a file has what its elements are like.
    if (node.op == &iterator_start_op) return {{"name", info.name}, {"op", group_op.name}};
    Json json{{"name", info.name}, {"op", node.op == &captured_op ? variable_op.name : node.op->name}};
    if (node.input_count > 0) {
      Json& inputs = json["inputs"] = Json::array();
      for (const Tensor& input : node.inputs()) inputs.push_back(place_json(place_of(input)));
    }
    if (node.output_count != 1) json["outputs"] = node.output_count;
    for (const Node* before : info.control) json["control"].push_back(before->sequence);
    if (info.call >= 0 && depth_ == 0) json["call"] = info.call;  // a function runs its effects as a whole
    if (info.before) json["before"] = info.before->sequence;
    if (info.gradient) json["own_gradient"] = true;
    if (node.no_grad) json["no_grad"] = true;
    if (node.where) json["at"] = node.where.text();
    if (node.output_count > 0 && node.outputs()[0].device() != Device())
      json["device"] = node.outputs()[0].device().text();
    try {
      add_attributes(node, json);
    } catch (const Malformed& error) {
      refuse(node, "a node cannot be written to a file", error.what);
    }
    return json;
  }

  void add_attributes(const Node& node, Json& json) {
    const Op& op = *node.op;
    if (!is_of_graphs(op) && find_op(op.name) != &op)
      refuse(node, "a node cannot be written to a file", std::string("its op ") + op.name + " is not registered");
    if (&op == &placeholder_op || &op == &captured_state_op) {
      const auto& a = node.attributes_as<PlaceholderAttributes>();
      json["attributes"] = {{"dtype", std::string(dtype_name(a.dtype))}, {"shape", json_of(a.shape)}};
      if (a.default_value.defined()) json["attributes"]["default"] = tensor(a.default_value);
    } else if (&op == &iterator_next_op) {
      Json& elements = json["attributes"]["elements"] = Json::array();
      for (const Tensor& output : node.outputs())
        elements.push_back({std::string(dtype_name(output.dtype())), json_of(output.shape())});
    } else if (&op == &constant_op) {
      json["attributes"] = {{"value", tensor(node.attributes_as<ConstantAttributes>().value)}};
    } else if (is_state(op)) {
      add_variable(node, json);
    } else if (&op == &custom_gradient_op) {
      return;  // its result is there; its rule is code
    } else if (op.attributes) {
      const AttributeCodec* codec = codec_of(*op.attributes);
      if (!codec)
        refuse(node, "a node cannot be written to a file",
               std::string("the attributes of ") + op.name + ", an op of the program's own, have no form in files");
      json["attributes"] = codec->write(node.attributes, *this);
    }
  }

  void add_variable(const Node& node, Json& json) {
    const bool captured = node.op == &captured_op;
    const TensorMeta& meta = node.outputs()[0].meta();
    const bool trainable = captured ? node.attributes_as<CapturedAttributes>().tensor.requires_grad()
                                    : node.attributes_as<VariableAttributes>().trainable;
    json["attributes"] = {
        {"dtype", std::string(dtype_name(meta.dtype))}, {"shape", json_of(meta.shape)}, {"trainable", trainable}};
    if (!captured && node.attributes_as<VariableAttributes>().on_demand) json["attributes"]["on_demand"] = true;
    const Tensor value = values_(node);
    if (!value.defined()) return;
    const std::string name = "variables/" + describe(node);
    tensors_.add(name, value, context_.where);
    json["attributes"]["value"] = name;
  }

  StateDict& tensors_;
  const VariableValues& values_;
  FileContext context_;
  std::size_t constants_ = 0;
  int depth_ = 0;
};

}  // namespace

GraphCode encode_graph(GraphImpl& graph, const VariableValues& values, FileContext context) {
  GraphCode code;
  Encoder encoder(code.tensors, values, context);
  code.json = {{"nodes", encoder.nodes_of(graph)},
               {"calls", Json::array()},
               {"collections", Json::object()},
               {"signatures", Json::object()}};
  for (const CallInfo& call : graph.calls) {
    Json effects = Json::array();
    for (const Node* effect : call.effects) effects.push_back(effect->sequence);
    code.json["calls"].push_back(
        {{"outer", call.outer}, {"owns_writes", call.owns_writes}, {"effects", std::move(effects)}});
  }
  return code;
}

}  // namespace triptych
