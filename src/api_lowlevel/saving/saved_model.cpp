#include "triptych/lowlevel/saved_model.h"

#include "api_lowlevel/graph/side.h"
#include "api_lowlevel/saving/access.h"
#include "core/support/near_names.h"

namespace triptych::lowlevel::saved_model {
namespace {

Json places_json(const std::map<std::string, Tensor>& tensors, const GraphImpl& graph, const std::string& signature,
                 FileContext context) {
  Json object = Json::object();
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_symbolic() || tensor.impl()->graph.get() != &graph)
      throw ArgumentError(context.op, "a tensor of a signature is not of the session's graph",
                          "'" + name + "' of '" + signature + "'", "", context.where);
    const Place place = place_of(tensor);
    if (place.node->output_count == 0)
      throw ArgumentError(context.op, "a tensor of a signature is an operation without a value",
                          "'" + name + "' of '" + signature + "', '" + describe(*place.node) + "'", "", context.where);
    object[name] = {place.node->sequence, place.output};
  }
  return object;
}

std::map<std::string, Tensor> read_places(const Json& object, const DecodedGraph& decoded) {
  std::map<std::string, Tensor> result;
  for (const auto& [name, place] : object.items()) {
    const Tensor& first = decoded.nodes.at(place[0].get<std::size_t>());
    Node& node = *first.impl()->node;
    const auto output = place[1].get<std::uint32_t>();
    if (output >= node.output_count) throw Malformed{"a signature names an output that there is not"};
    result.emplace(name, output == 0 ? first : first.impl()->graph->handle(node, output));
  }
  return result;
}

std::string known_names(const std::map<std::string, Tensor>& tensors) {
  std::string text;
  for (const auto& [name, tensor] : tensors) text += (text.empty() ? "'" : ", '") + name + "'";
  return text.empty() ? "It has none" : "It has " + text;
}

}  // namespace

void save(const Session& session, const OwnedText& path, const std::map<std::string, SignatureDef>& signature_def_map,
          Location where) {
  const FileContext context{"saved_model", where};
  const Graph graph = session.graph();
  GraphCode code = encode_with_collections(graph, values_in(session, where), context);
  for (const auto& [key, signature] : signature_def_map) {
    if (signature.outputs.empty())
      throw ArgumentError(context.op, "a signature has no output", "'" + key + "'", "", where);
    code.json["signatures"][key] = {{"inputs", places_json(signature.inputs, graph.impl(), key, context)},
                                    {"outputs", places_json(signature.outputs, graph.impl(), key, context)},
                                    {"method_name", static_cast<const std::string&>(signature.method_name)}};
  }
  save_graph_code(code, path, context);
}

void simple_save(const Session& session, const OwnedText& export_dir, const std::map<std::string, Tensor>& inputs,
                 const std::map<std::string, Tensor>& outputs, Location where) {
  save(session, export_dir, {{DEFAULT_SERVING_SIGNATURE_DEF_KEY, {.inputs = inputs, .outputs = outputs}}}, where);
}

LoadedModel load(const OwnedText& path, const LoadOptions& options, Location where) {
  const FileContext context{"saved_model", where};
  const GraphCode code = load_graph_code(path, context);
  const Graph graph;
  const DecodedGraph decoded =
      decode_graph(code, graph.impl(), {.clear_devices = options.clear_devices}, "'" + path + "'", context);
  const auto fail = [&](const std::string& what) {
    throw ArgumentError(context.op, "not a valid graph", "'" + path + "': " + what, "", where);
  };
  std::map<std::string, SignatureDef> signatures;
  try {
    restore_collections(code, graph, decoded, {});
    for (const auto& [key, json] : member(code.json, "signatures").items())
      signatures.emplace(key, SignatureDef{.inputs = read_places(member(json, "inputs"), decoded),
                                           .outputs = read_places(member(json, "outputs"), decoded),
                                           .method_name = text_of(member(json, "method_name"))});
  } catch (const Malformed& error) {
    fail(error.what);
  } catch (const JsonError& error) {
    fail(error.what());
  } catch (const std::out_of_range&) {
    fail("a node is named that there is not");
  }
  Session session(graph, options.session);
  std::vector<std::pair<const Node*, Tensor>> values;
  for (std::size_t i = 0; i < decoded.nodes.size(); ++i) {
    const Node& node = *decoded.nodes[i].impl()->node;
    if (node.op != &variable_op || node.attributes_as<VariableAttributes>().on_demand) continue;
    const Json& attributes = code.json["nodes"][i]["attributes"];
    if (const auto found = attributes.find("value"); found != attributes.end()) {
      const Tensor& value = code.tensors.at(found->text());
      check_restored(node, value, "'" + path + "'", context.op, where);
      values.emplace_back(&node, value);
    }
  }
  SessionAccess::runner(session).set_values(values, where);
  return {graph, session, std::move(signatures)};
}

std::map<std::string, Tensor> LoadedModel::operator()(const std::map<std::string, Tensor>& inputs, Text signature,
                                                      Location where) const {
  const auto found = signatures_.find(std::string(signature));
  if (found == signatures_.end()) {
    std::string names;
    for (const auto& [name, one] : signatures_) names += (names.empty() ? "'" : ", '") + name + "'";
    throw ArgumentError("saved_model", "the model has no signature of this name", "'" + std::string(signature) + "'",
                        names.empty() ? "It has none" : "It has " + names, where);
  }
  std::vector<Feed> feeds;
  for (const auto& [name, value] : inputs) {
    const auto input = found->second.inputs.find(name);
    if (input == found->second.inputs.end())
      throw ArgumentError("saved_model", "the signature has no input of this name", "'" + name + "'",
                          known_names(found->second.inputs), where);
    feeds.emplace_back(input->second, Arg(value, where));
  }
  std::vector<Tensor> fetches;
  for (const auto& [name, tensor] : found->second.outputs) fetches.push_back(tensor);
  const std::vector<Tensor> values = session_.run(fetches, feeds, {}, where);
  std::map<std::string, Tensor> result;
  std::size_t i = 0;
  for (const auto& [name, tensor] : found->second.outputs) result.emplace(name, values[i++]);
  return result;
}

}  // namespace triptych::lowlevel::saved_model
