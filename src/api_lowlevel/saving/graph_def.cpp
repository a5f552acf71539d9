#include "triptych/lowlevel/graph_def.h"

#include <algorithm>
#include <set>

#include "api_lowlevel/graph/side.h"
#include "api_lowlevel/saving/access.h"
#include "core/support/near_names.h"

namespace triptych::lowlevel {
namespace {

const Json& nodes_of(const GraphCode& code) { return code.json["nodes"]; }

std::vector<std::string> names_of(const GraphCode& code) {
  std::vector<std::string> names;
  for (const Json& node : nodes_of(code)) names.push_back(node["name"].get<std::string>());
  return names;
}

GraphCode empty_code() {
  return {{{"nodes", Json::array()},
           {"calls", Json::array()},
           {"collections", Json::object()},
           {"signatures", Json::object()}},
          {}};
}

/// An identity that only hands on its input.
bool is_removable(const Json& node) {
  return node["op"] == "identity" && !node.contains("control") && !node.contains("before") && !node.contains("call") &&
         !node.contains("own_gradient");
}

}  // namespace

// --- Between graphs and code -----------------------------------------------------------------------------------------

GraphCode encode_with_collections(const Graph& graph, const VariableValues& values, FileContext context) {
  GraphImpl& impl = graph.impl();
  GraphCode code = encode_graph(impl, values, context);
  const GraphSide& side = side_of(impl);
  for (const auto& [name, places] : side.collections)
    for (const Place& place : places) code.json["collections"][name].push_back({place.node->sequence, place.output});
  for (const auto& [name, node] : side.variables) code.json["get_variable"][name] = node->sequence;
  for (const auto& node : impl.nodes)
    if (side.local.contains(node.get())) code.json["local_variables"].push_back(node->sequence);
  return code;
}

void restore_collections(const GraphCode& code, const Graph& graph, const DecodedGraph& decoded,
                         const std::string& scope) {
  GraphSide& side = side_of(graph.impl());
  const auto node_at = [&](const Json& number) {
    return decoded.nodes.at(number.get<std::size_t>()).impl()->node.get();
  };
  for (const auto& [name, places] : member(code.json, "collections").items())
    for (const Json& place : places) {
      Node* node = node_at(place[0]);
      const auto output = place[1].get<std::uint32_t>();
      if (output < std::max<std::uint32_t>(node->output_count, 1)) side.collections[name].push_back({node, output});
    }
  if (const auto found = code.json.find("get_variable"); found != code.json.end())
    for (const auto& [name, number] : found->items())
      if (Node* node = node_at(number); node->op == &variable_op) side.variables.emplace(scope + name, node);
  if (const auto found = code.json.find("local_variables"); found != code.json.end())
    for (const Json& number : *found) side.local.insert(node_at(number));
}

VariableValues values_in(const Session& session, Location where) {
  return [&runner = SessionAccess::runner(session), where](const Node& node) { return runner.value(node, where); };
}

VariableValues no_values() {
  return [](const Node& node) {
    return node.op == &variable_op && node.attributes_as<VariableAttributes>().on_demand ? initial_value(node)
                                                                                         : Tensor();
  };
}

std::size_t number_of(const GraphCode& code, const std::string& name, FileContext context) {
  const std::int64_t number = node_number(code, name);
  if (number >= 0) return static_cast<std::size_t>(number);
  const std::vector<std::string> names = names_of(code);
  const std::string near = near_names(name, names);
  throw ArgumentError(context.op, "no node has this name", "'" + name + "'", near.empty() ? "" : "Near it: " + near,
                      context.where);
}

Tensor named(const GraphCode& code, const DecodedGraph& decoded, const std::string& name, FileContext context) {
  std::string base = name;
  std::size_t output = 0;
  if (const auto colon = name.rfind(':'); colon != std::string::npos && name.size() - colon < 7 && colon > 0 &&
                                          colon + 1 < name.size() &&
                                          std::all_of(name.begin() + static_cast<std::ptrdiff_t>(colon) + 1, name.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; })) {
    base = name.substr(0, colon);
    output = std::stoul(name.substr(colon + 1));
  }
  const Tensor& first = decoded.nodes[number_of(code, base, context)];
  Node& node = *first.impl()->node;
  if (output > 0 && output >= node.output_count)
    throw ArgumentError(context.op, "the node has fewer outputs", "'" + name + "'", "", context.where);
  return output == 0 ? first : first.impl()->graph->handle(node, static_cast<std::uint32_t>(output));
}

// --- GraphDef --------------------------------------------------------------------------------------------------------

GraphDef::GraphDef() : code_(std::make_shared<const GraphCode>(empty_code())) {}
std::vector<std::string> GraphDef::node_names() const { return names_of(*code_); }
bool GraphDef::contains(Text name) const { return node_number(*code_, std::string(name)) >= 0; }
std::size_t GraphDef::size() const { return nodes_of(*code_).size(); }

GraphDef as_graph_def(const Graph& graph, Location where) {
  return GraphDefAccess::make(encode_with_collections(graph, no_values(), {"as_graph_def", where}));
}

GraphDef as_graph_def(const Session& session, Location where) {
  return GraphDefAccess::make(
      encode_with_collections(session.graph(), values_in(session, where), {"as_graph_def", where}));
}

void write_graph(const GraphDef& graph_def, const OwnedText& path, Location where) {
  save_graph_code(GraphDefAccess::code(graph_def), path, {"write_graph", where});
}

GraphDef read_graph(const OwnedText& path, Location where) {
  const FileContext context{"read_graph", where};
  GraphCode code = load_graph_code(path, context);
  const Graph checked;
  decode_graph(code, checked.impl(), {}, "'" + path + "'", context);
  return GraphDefAccess::make(std::move(code));
}

std::vector<Tensor> import_graph_def(const GraphDef& graph_def, const Graph& graph, const ImportGraphOptions& options,
                                     Location where) {
  const FileContext context{"import_graph_def", where};
  const GraphCode& code = GraphDefAccess::code(graph_def);
  DecodeOptions decoding;
  for (const auto& [name, tensor] : options.input_map) {
    number_of(code, name, context);
    if (!tensor.is_symbolic() || tensor.impl()->graph.get() != &graph.impl())
      throw ArgumentError(context.op, "a tensor of input_map is not one of the graph", "'" + name + "'", "", where);
    decoding.given.emplace(name, tensor);
  }
  for (const std::string& name : options.return_elements) {
    const Graph checked;  // before anything is added
    static_cast<void>(named(code, decode_graph(code, checked.impl(), {}, "the GraphDef", context), name, context));
  }
  GraphImpl& impl = graph.impl();
  const std::string before = impl.scope;
  if (!options.name.empty()) {
    decoding.scope = impl.unique_name(options.name) + "/";
  } else {
    std::set<std::string> taken;
    for (const NodeInfo& info : impl.info) taken.insert(info.name);
    decoding.scope = before;
    for (const std::string& name : names_of(code))
      if (taken.contains(before + name) && !decoding.given.contains(name))
        throw ArgumentError(context.op, "the graph has a node of this name", "'" + before + name + "'",
                            "Import it into a scope: {.name = \"import\"}", where);
  }
  const DecodedGraph decoded = decode_graph(code, impl, decoding, "the GraphDef", context);
  std::vector<Tensor> result;
  for (const std::string& name : options.return_elements) result.push_back(named(code, decoded, name, context));
  return result;
}

std::vector<Tensor> import_graph_def(const GraphDef& graph_def, const ImportGraphOptions& options, Location where) {
  return import_graph_def(graph_def, get_default_graph(), options, where);
}

// --- graph_util ------------------------------------------------------------------------------------------------------

namespace graph_util {
namespace {

std::vector<std::size_t> numbers_of(const GraphCode& code, const std::vector<std::string>& names, FileContext context) {
  if (names.empty()) throw ArgumentError(context.op, "there is no output", "an empty list", "", context.where);
  std::vector<std::size_t> numbers;
  for (const std::string& name : names) numbers.push_back(number_of(code, name, context));
  return numbers;
}

/// Identities are passed by; those that nothing needs any more go.
GraphCode without_identities(const GraphCode& code, const std::set<std::size_t>& kept) {
  GraphCode result = code;
  Json& nodes = result.json["nodes"];
  std::vector<Json> stands_for(nodes.size());
  std::set<std::size_t> after;  // something runs after these
  for (const Json& node : nodes) {
    if (const auto found = node.find("control"); found != node.end())
      for (const Json& number : *found) after.insert(number.get<std::size_t>());
    if (const auto found = node.find("before"); found != node.end()) after.insert(found->get<std::size_t>());
  }
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (const auto found = nodes[i].find("inputs"); found != nodes[i].end())
      for (Json& place : *found)
        if (const Json& instead = stands_for[place[0].get<std::size_t>()]; !instead.is_null()) place = Json(instead);
    // What reads state later than now is no mere identity.
    if (is_removable(nodes[i]) && !kept.contains(i) && !after.contains(i) &&
        nodes[nodes[i]["inputs"][0][0].get<std::size_t>()]["op"] != "variable")
      stands_for[i] = nodes[i]["inputs"][0];
    else
      left.push_back(i);
  }
  return extract_nodes(result, left);
}

}  // namespace

GraphDef extract_sub_graph(const GraphDef& graph_def, const std::vector<std::string>& dest_nodes, Location where) {
  const GraphCode& code = GraphDefAccess::code(graph_def);
  return GraphDefAccess::make(extract_nodes(code, numbers_of(code, dest_nodes, {"extract_sub_graph", where})));
}

GraphDef convert_variables_to_constants(const Session& session, const std::vector<std::string>& output_node_names,
                                        const FreezeOptions& options, Location where) {
  const FileContext context{"convert_variables_to_constants", where};
  const GraphCode whole = encode_with_collections(session.graph(), values_in(session, where), context);
  for (const auto* list : {&options.variable_names_whitelist, &options.variable_names_blacklist})
    for (const std::string& name : *list) number_of(whole, name, context);
  GraphCode code = extract_nodes(whole, numbers_of(whole, output_node_names, context));
  const auto is_in = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  GraphImpl& impl = session.graph().impl();
  std::map<std::string, const Node*> writers;
  for (const auto& [state, writes] : impl.writes)
    for (const Node* write : writes)
      if (node_number(code, describe(*write)) >= 0) writers[describe(*state)] = write;
  for (Json& node : code.json["nodes"]) {
    const std::string name = node["name"].get<std::string>();
    if (node["op"] != "variable" || is_in(options.variable_names_blacklist, name)) continue;
    if (!options.variable_names_whitelist.empty() && !is_in(options.variable_names_whitelist, name)) continue;
    Json& attributes = node["attributes"];
    if (attributes.contains("on_demand")) continue;  // a random stream moves on
    if (const auto found = writers.find(name); found != writers.end())
      throw ArgumentError(context.op, "a variable that the outputs need is written by one of their nodes",
                          "'" + name + "' by '" + describe(*found->second) + "'",
                          "Freeze the graph of inference, or leave the variable by variable_names_blacklist", where);
    if (!attributes.contains("value"))
      throw ArgumentError(context.op, "a variable has no value in the session", "'" + name + "'",
                          "Initialize or restore it first", where);
    node["op"] = "constant";
    node["attributes"] = {{"value", attributes["value"]}};
  }
  return GraphDefAccess::make(std::move(code));
}

GraphDef remove_training_nodes(const GraphDef& graph_def, const std::vector<std::string>& protected_nodes,
                               Location where) {
  const GraphCode& code = GraphDefAccess::code(graph_def);
  std::set<std::size_t> kept;
  for (const std::string& name : protected_nodes) kept.insert(number_of(code, name, {"remove_training_nodes", where}));
  return GraphDefAccess::make(without_identities(code, kept));
}

GraphDef strip_for_inference(const GraphDef& graph_def, const std::vector<std::string>& input_node_names,
                             const std::vector<std::string>& output_node_names, Location where) {
  const FileContext context{"strip_for_inference", where};
  GraphCode code = GraphDefAccess::code(graph_def);
  const Graph whole;
  const DecodedGraph decoded = decode_graph(code, whole.impl(), {}, "the GraphDef", context);
  const std::vector<std::size_t> outputs = numbers_of(code, output_node_names, context);
  std::set<std::size_t> kept(outputs.begin(), outputs.end());
  for (const std::string& name : input_node_names) {
    const std::size_t number = number_of(code, name, context);
    kept.insert(number);
    Json& node = code.json["nodes"][number];
    if (node["op"] == "placeholder") continue;
    const Node& now = *decoded.nodes[number].impl()->node;
    if (now.output_count != 1)
      throw ArgumentError(context.op, "an input has not one output",
                          "'" + name + "' has " + std::to_string(now.output_count), "", where);
    const TensorMeta& meta = now.outputs()[0].meta();
    Json placeholder{{"name", name},
                     {"op", "placeholder"},
                     {"attributes", {{"dtype", std::string(dtype_name(meta.dtype))}, {"shape", json_of(meta.shape)}}}};
    if (meta.device != Device()) placeholder["device"] = meta.device.text();
    node = std::move(placeholder);
  }
  code = extract_nodes(code, outputs);
  std::set<std::size_t> kept_now;
  for (const auto* list : {&input_node_names, &output_node_names})
    for (const std::string& name : *list)
      if (const std::int64_t number = node_number(code, name); number >= 0)
        kept_now.insert(static_cast<std::size_t>(number));
  const GraphCode bare = without_identities(code, kept_now);
  std::vector<std::size_t> last;
  for (const std::string& name : output_node_names) last.push_back(number_of(bare, name, context));
  return GraphDefAccess::make(extract_nodes(bare, last));
}

}  // namespace graph_util
}  // namespace triptych::lowlevel
