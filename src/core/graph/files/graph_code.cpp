#include "core/graph/files/graph_code.h"

#include <algorithm>

namespace triptych {
namespace {

constexpr const char* format_name = "triptych graph";

/// The numbers of nodes that node `json` cannot do without.
void add_needed(const Json& json, std::vector<std::size_t>& stack) {
  const auto add = [&](const Json& number) { stack.push_back(number.get<std::size_t>()); };
  if (const auto found = json.find("inputs"); found != json.end())
    for (const Json& place : *found) add(place[0]);
  if (const auto found = json.find("control"); found != json.end())
    for (const Json& number : *found) add(number);
  if (const auto found = json.find("before"); found != json.end()) add(*found);
}

/// Tensors that a node or a node of its functions names.
void copy_tensors(const Json& json, const StateDict& from, StateDict& to) {
  if (json.is_string()) {
    const std::string& name = json.text();
    if ((name.starts_with("constants/") || name.starts_with("variables/")) && from.contains(name))
      to.set(name, from.at(name));
  } else if (json.is_structured()) {
    for (const Json& part : json) copy_tensors(part, from, to);
  }
}

}  // namespace

std::int64_t node_number(const GraphCode& code, const std::string& name) {
  const Json& nodes = code.json["nodes"];
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i]["name"] == name) return static_cast<std::int64_t>(i);
  return -1;
}

GraphCode extract_nodes(const GraphCode& code, std::span<const std::size_t> outputs) {
  const Json &nodes = code.json["nodes"], &calls = code.json["calls"];
  std::vector<bool> needed(nodes.size()), pulled(calls.size());
  std::vector<std::size_t> stack(outputs.begin(), outputs.end());
  while (!stack.empty()) {
    const std::size_t at = stack.back();
    stack.pop_back();
    if (needed[at]) continue;
    needed[at] = true;
    add_needed(nodes[at], stack);
    std::int64_t call = nodes[at].contains("call") ? nodes[at]["call"].get<std::int64_t>() : -1;
    for (; call >= 0 && !pulled[static_cast<std::size_t>(call)];
         call = calls[static_cast<std::size_t>(call)]["outer"].get<std::int64_t>()) {
      pulled[static_cast<std::size_t>(call)] = true;
      for (const Json& effect : calls[static_cast<std::size_t>(call)]["effects"])
        stack.push_back(effect.get<std::size_t>());
    }
  }
  std::vector<std::size_t> number(nodes.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (needed[i]) number[i] = count++;
  const auto renumber = [&](Json& json) { json = number[json.get<std::size_t>()]; };
  GraphCode result;
  result.json = {
      {"nodes", Json::array()}, {"calls", calls}, {"collections", Json::object()}, {"signatures", Json::object()}};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!needed[i]) continue;
    Json node = nodes[i];
    if (const auto found = node.find("inputs"); found != node.end())
      for (Json& place : *found) renumber(place[0]);
    if (const auto found = node.find("control"); found != node.end())
      for (Json& before : *found) renumber(before);
    if (const auto found = node.find("before"); found != node.end()) renumber(*found);
    if (const auto found = node.find("attributes"); found != node.end())
      copy_tensors(*found, code.tensors, result.tensors);
    result.json["nodes"].push_back(std::move(node));
  }
  for (std::size_t call = 0; call < calls.size(); ++call) {
    Json& effects = result.json["calls"][call]["effects"];
    if (!pulled[call]) effects = Json::array();
    for (Json& effect : effects) renumber(effect);
  }
  return result;
}

void save_graph_code(const GraphCode& code, const std::string& path, FileContext context) {
  StateDict file = code.tensors;
  file.metadata = {{"format", format_name}, {"version", std::to_string(graph_file_version)}};
  try {
    file.metadata["graph"] = code.json.dump();
  } catch (const JsonError& error) {
    throw ArgumentError(context.op, "a name in the graph is not UTF-8", error.what(), "", context.where);
  }
  save(file, path, context.where);
}

GraphCode load_graph_code(const std::string& path, FileContext context) {
  GraphCode code;
  code.tensors = load(path, context.where);
  const std::map<std::string, std::string> metadata = std::move(code.tensors.metadata);
  code.tensors.metadata.clear();
  const auto fail = [&](const std::string& what) {
    throw ArgumentError(context.op, "not a graph file", "'" + path + "': " + what, "saved_model::save writes one",
                        context.where);
  };
  const auto at = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  if (at("format") != format_name) fail("its format is '" + at("format") + "', not '" + format_name + "'");
  const std::string version = at("version");
  const bool is_number = !version.empty() && version.size() < 10 &&
                         std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || std::stoll(version) < 1) fail("its version is '" + version + "'");
  if (std::stoll(version) > graph_file_version)
    throw UnsupportedError(
        context.op, "the graph file is of a newer version than this library reads",
        "'" + path + "' has version " + version + ", this library reads up to " + std::to_string(graph_file_version),
        "Read it with a newer Triptych", context.where);
  constexpr int deepest = 400;  // functions may stand 64 deep in functions
  try {
    code.json = Json::parse(at("graph"), deepest);
  } catch (const JsonError& error) {
    fail(std::string("the graph is no JSON: ") + error.what());
  }
  if (!code.json.is_object()) fail("the graph is no JSON object");
  return code;
}

}  // namespace triptych
