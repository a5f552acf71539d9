#include "triptych/lowlevel/saver.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <set>

#include "api_lowlevel/graph/side.h"
#include "api_lowlevel/saving/access.h"
#include "api_lowlevel/saving/checkpoint_files.h"
#include "core/ops/update/update.h"
#include "core/support/near_names.h"
#include "triptych/core/io.h"
#include "triptych/core/ops/cast.h"

namespace triptych::lowlevel {

void check_restored(const Node& variable, const Tensor& value, const std::string& where_from, std::string_view op,
                    Location where) {
  const TensorMeta& meta = variable.outputs()[0].meta();
  const auto text = [](DType dtype, const Shape& shape) { return std::string(dtype_name(dtype)) + " " + shape.text(); };
  if (value.shape() != meta.shape || value.dtype() != meta.dtype)
    throw ArgumentError(op, "a saved tensor does not have the variable's shape and dtype",
                        "'" + describe(variable) + "' is " + text(meta.dtype, meta.shape) + ", in " + where_from + " " +
                            text(value.dtype(), value.shape()),
                        "", where);
  if (value.dtype() != int64 || value.ndim() != 0 || value.item<std::int64_t>() >= 0) return;
  for (const auto& node : variable.graph->nodes)
    for (std::size_t i = 0; i < node->input_count; ++i)
      if (counts_steps(*node->op, i) && node->inputs()[i].impl()->node.get() == &variable)
        throw ArgumentError(op, "a count of steps is negative",
                            "'" + describe(variable) + "', " + std::to_string(value.item<std::int64_t>()), "", where);
}

namespace train {
namespace {

using Named = std::map<std::string, Variable>;

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// The graph's variables that files keep.
Named all_of(const Graph& graph, std::string_view op, Location where) {
  Named result;
  for (const Variable& variable : global_variables(graph)) result.emplace(variable.name(), variable);
  if (result.empty())
    throw ArgumentError(op, "the graph has no variable", std::to_string(graph.size()) + " nodes", "", where);
  return result;
}

std::string file_of(const OwnedText& ckpt_dir_or_file, std::string_view op, Location where) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(std::string(ckpt_dir_or_file), ignored)) return ckpt_dir_or_file;
  const std::string latest = latest_checkpoint(ckpt_dir_or_file, "checkpoint", where);
  if (latest.empty())
    throw ArgumentError(op, "the folder has no checkpoint", "'" + ckpt_dir_or_file + "'",
                        "Saver::save writes the file 'checkpoint' that names the latest", where);
  return latest;
}

void restore_values(const Session& session, const Named& variables, const StateDict& state, const std::string& path,
                    std::string_view op, Location where) {
  Runner& runner = SessionAccess::runner(session);
  const std::string from = "'" + path + "'";
  std::vector<std::pair<const Node*, Tensor>> values;
  for (const auto& [name, variable] : variables) {
    if (variable.impl()->graph.get() != &runner.graph().impl())
      throw ArgumentError(op, "a variable is not of the session's graph", "'" + variable.name() + "'", "", where);
    const Tensor* value = state.find(name);
    if (!value) {
      const std::vector<std::string> names = state.names();
      const std::string near = near_names(name, names);
      throw ArgumentError(op, "the checkpoint has no tensor for a variable", "'" + name + "', " + from,
                          near.empty() ? "It has " + std::to_string(names.size()) + " others" : "Near it: " + near,
                          where);
    }
    check_restored(*variable.impl()->node, *value, from, op, where);
    values.emplace_back(variable.impl()->node.get(), *value);
  }
  runner.set_values(values, where);
}

}  // namespace

struct Saver::State {
  SaverOptions options;
  std::optional<Named> variables;  // else all
  std::mutex mutex;
  std::vector<std::pair<std::string, double>> last;
  double next_kept = 0;
  double last_preserved = 0;

  Named variables_of(const Session& session, std::string_view op, Location where) const {
    return variables ? *variables : all_of(session.graph(), op, where);
  }

  /// The checkpoint that goes, if one does: "" for none.
  std::string remember(const std::string& path) {
    std::erase_if(last, [&](const auto& one) { return one.first == path; });
    last.emplace_back(path, now());
    if (static_cast<std::int64_t>(last.size()) <= options.max_to_keep) return {};
    const auto [oldest, time] = last.front();
    last.erase(last.begin());
    if (time <= next_kept) return oldest;
    next_kept += options.keep_checkpoint_every_n_hours * 3600;
    last_preserved = time;
    return {};
  }
};

Saver::Saver(const SaverOptions& options, Location where) : state_(new State{}) {
  const auto refuse = [&](const char* what, const std::string& given) {
    throw ArgumentError("Saver", what, given, "", where);
  };
  if (options.max_to_keep < 0) refuse("max_to_keep is negative", std::to_string(options.max_to_keep));
  if (options.max_shard_bytes < 0) refuse("max_shard_bytes is negative", std::to_string(options.max_shard_bytes));
  if (!(options.keep_checkpoint_every_n_hours > 0))
    refuse("keep_checkpoint_every_n_hours is not positive", std::to_string(options.keep_checkpoint_every_n_hours));
  state_->options = options;
  state_->next_kept = now() + options.keep_checkpoint_every_n_hours * 3600;
}

VariableList::VariableList(std::initializer_list<NamedVariable> variables, Location where) {
  for (const auto& [name, variable] : variables) {
    static_cast<void>(variable.name(where));  // it must be one
    if (!variables_.emplace(name, variable).second)
      throw ArgumentError("Saver", "two variables have one name", "'" + name + "'", "", where);
  }
}
VariableList::VariableList(const std::vector<Variable>& variables, Location where) {
  for (const Variable& variable : variables)
    if (!variables_.emplace(variable.name(where), variable).second)
      throw ArgumentError("Saver", "two variables have one name", "'" + variable.name() + "'", "Give names by a map",
                          where);
}
VariableList::VariableList(const std::map<std::string, Variable>& variables, Location where) : variables_(variables) {
  for (const auto& [name, variable] : variables) static_cast<void>(variable.name(where));  // which must be one
}

Saver::Saver(const VariableList& var_list, const SaverOptions& options, Location where) : Saver(options, where) {
  if (var_list.variables().empty()) throw ArgumentError("Saver", "there is no variable", "an empty list", "", where);
  state_->variables = var_list.variables();
}

std::string Saver::save(const Session& session, const OwnedText& save_path, const SaveOptions& options,
                        Location where) const {
  const SaverOptions& own = state_->options;
  if (save_path.empty()) throw ArgumentError("save", "the path is empty", "''", "", where);
  std::string path = save_path;
  std::optional<std::int64_t> step = options.global_step.number();
  if (const Tensor& tensor = options.global_step.tensor(); tensor.defined()) {
    const Tensor value = session.run(tensor, {}, {}, where);
    if (!value.defined() || value.ndim() != 0 || !is_integral(value.dtype()))
      throw ArgumentError("save", "global_step is no 0-d integer tensor",
                          value.defined() ? std::string(dtype_name(value.dtype())) + " " + value.shape().text()
                                          : std::string("an operation without a value"),
                          "", where);
    step = cast(value, int64).item<std::int64_t>();
  }
  if (step) {
    std::string digits = std::to_string(*step);
    constexpr std::size_t padded = 8;
    if (own.pad_step_number && digits.size() < padded) digits.insert(0, padded - digits.size(), '0');
    path += "-" + digits;
  }
  const Runner& runner = SessionAccess::runner(session);
  StateDict state;
  for (const auto& [name, variable] : state_->variables_of(session, "save", where)) {
    if (variable.impl()->graph.get() != &runner.graph().impl())
      throw ArgumentError("save", "a variable is not of the session's graph", "'" + variable.name() + "'", "", where);
    state.add(name, session.value(variable, where), where);
  }
  write_checkpoint(state, path, own.sharded, own.max_shard_bytes, where);
  if (options.write_meta_graph) export_meta_graph(path + ".meta", session.graph(), where);
  if (!options.write_state) return path;
  const std::lock_guard lock(state_->mutex);
  std::string old;
  if (own.max_to_keep > 0) old = state_->remember(path);
  CheckpointState written{.model_checkpoint_path = path, .last_preserved_timestamp = state_->last_preserved};
  for (const auto& [one, time] : state_->last) {
    written.all_model_checkpoint_paths.push_back(one);
    written.all_model_checkpoint_timestamps.push_back(time);
  }
  const std::string folder = std::filesystem::path(path).parent_path();
  update_checkpoint_state(folder.empty() ? std::string(".") : folder, written, options.latest_filename, where);
  if (!old.empty()) remove_checkpoint(old, where);
  return path;
}

void Saver::restore(const Session& session, const OwnedText& save_path, Location where) const {
  restore_values(session, state_->variables_of(session, "restore", where), read_checkpoint(save_path, "restore", where),
                 save_path, "restore", where);
}

std::vector<std::string> Saver::last_checkpoints() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> result;
  for (const auto& [path, time] : state_->last) result.push_back(path);
  return result;
}

void Saver::set_last_checkpoints(const std::vector<std::string>& last_checkpoints) const {
  const std::lock_guard lock(state_->mutex);
  state_->last.clear();
  for (const std::string& path : last_checkpoints) state_->last.emplace_back(path, now());
}

void Saver::recover_last_checkpoints(const std::vector<std::string>& checkpoint_paths) const {
  const std::lock_guard lock(state_->mutex);
  state_->last.clear();
  for (const std::string& path : checkpoint_paths)
    if (const std::optional<double> time = checkpoint_time(path)) state_->last.emplace_back(path, *time);
}

std::vector<std::pair<std::string, Shape>> list_variables(const OwnedText& ckpt_dir_or_file, Location where) {
  const StateDict state = read_checkpoint(file_of(ckpt_dir_or_file, "list_variables", where), "list_variables", where);
  std::vector<std::pair<std::string, Shape>> result;
  for (const auto& [name, tensor] : state) result.emplace_back(name, tensor.shape());
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return result;
}

Tensor load_variable(const OwnedText& ckpt_dir_or_file, Text name, Location where) {
  return read_checkpoint(file_of(ckpt_dir_or_file, "load_variable", where), "load_variable", where).at(name, where);
}

void init_from_checkpoint(const Session& session, const OwnedText& ckpt_dir_or_file,
                          const std::map<std::string, std::string>& assignment_map, Location where) {
  const char* const op = "init_from_checkpoint";
  if (assignment_map.empty()) throw ArgumentError(op, "assignment_map is empty", "no entry", "", where);
  const std::string path = file_of(ckpt_dir_or_file, op, where);
  const StateDict state = read_checkpoint(path, op, where);
  Named all;
  for (const Variable& variable : session.graph().variables()) all.emplace(variable.name(), variable);
  Named chosen;
  for (const auto& [from, to] : assignment_map) {
    const bool scope = from.ends_with('/');
    if (scope != to.ends_with('/'))
      throw ArgumentError(op, "a scope is assigned to what is none", "'" + from + "' to '" + to + "'",
                          "Both end in a slash, or none", where);
    if (!scope) {
      const auto found = all.find(to);
      if (found == all.end()) {
        std::vector<std::string> names;
        for (const auto& [name, variable] : all) names.push_back(name);
        const std::string near = near_names(to, names);
        throw ArgumentError(op, "the graph has no variable of this name", "'" + to + "'",
                            near.empty() ? "" : "Near it: " + near, where);
      }
      chosen[from] = found->second;
      continue;
    }
    const std::string source = from == "/" ? "" : from, target = to == "/" ? "" : to;
    bool any = false;
    for (const auto& [name, variable] : all)
      if (name.starts_with(target)) {
        chosen[source + name.substr(target.size())] = variable;
        any = true;
      }
    if (!any) throw ArgumentError(op, "the graph has no variable in this scope", "'" + to + "'", "", where);
  }
  restore_values(session, chosen, state, path, op, where);
}

void export_meta_graph(const OwnedText& filename, const Graph& graph, Location where) {
  const FileContext context{"export_meta_graph", where};
  save_graph_code(encode_with_collections(graph, no_values(), context), filename, context);
}

Saver import_meta_graph(const OwnedText& meta_graph, const Graph& graph, const ImportMetaGraphOptions& options,
                        Location where) {
  const FileContext context{"import_meta_graph", where};
  const GraphCode code = load_graph_code(meta_graph, context);
  GraphImpl& impl = graph.impl();
  {
    const Graph checked;  // a file that is none leaves the graph as it was
    const DecodedGraph decoded =
        decode_graph(code, checked.impl(), {.clear_devices = options.clear_devices}, "'" + meta_graph + "'", context);
    try {
      restore_collections(code, checked, decoded, {});
    } catch (const Malformed& error) {
      throw ArgumentError(context.op, "not a valid graph", "'" + meta_graph + "': " + error.what, "", where);
    } catch (const std::exception& error) {
      throw ArgumentError(context.op, "not a valid graph", "'" + meta_graph + "': its collections: " + error.what(), "",
                          where);
    }
  }
  DecodeOptions decoding{.clear_devices = options.clear_devices};
  if (!options.import_scope.empty()) {
    decoding.scope = impl.unique_name(options.import_scope) + "/";
  } else {
    std::set<std::string> taken;
    for (const NodeInfo& info : impl.info) taken.insert(info.name);
    for (const std::string& name : GraphDefAccess::make(code).node_names())
      if (taken.contains(name))
        throw ArgumentError(context.op, "the graph has a node of this name", "'" + name + "'",
                            "Give an import_scope, or a graph of its own", where);
  }
  const DecodedGraph decoded = decode_graph(code, impl, decoding, "'" + meta_graph + "'", context);
  restore_collections(code, graph, decoded, decoding.scope);
  // Under the names that a checkpoint beside the file has.
  Named variables;
  const GraphSide& side = side_of(impl);
  for (const Tensor& node : decoded.nodes)
    if (node.impl()->node->op == &variable_op && !side.local.contains(node.impl()->node.get()))
      variables.emplace(describe(*node.impl()->node).substr(decoding.scope.size()), variable_of(*node.impl()->node));
  return variables.empty() ? Saver(SaverOptions(), where) : Saver(variables, {}, where);
}

}  // namespace train
}  // namespace triptych::lowlevel
