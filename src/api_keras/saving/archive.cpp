// `.keras` archives: metadata.json, config.json and model.weights.h5.
#include "api_keras/saving/archive.h"

#include <cstdlib>
#include <ctime>
#include <map>

#include "api_keras/access.h"
#include "api_keras/models/cloning.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/saving/objects.h"
#include "api_keras/saving/weight_file.h"
#include "api_keras/training/trainer.h"
#include "core/formats/atomic_file.h"
#include "core/formats/json.h"
#include "core/formats/zip.h"
#include "core/support/printable.h"
#include "triptych/keras/saving.h"

namespace triptych::keras {

namespace {

constexpr const char *metadata_name = "metadata.json", *config_name = "config.json", *weights_name = "model.weights.h5",
                     *keras_version = "3.15.0";

// --- How a model was compiled ---------------------------------------------------------------------------------------

Json list_of(const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const Metric& metric : metrics) list.push_back(metric_object(metric));
  return list;
}

Json metrics_object(const MetricList& metrics) {
  if (metrics.by_output.empty()) return metrics.in_order.empty() ? Json() : list_of(metrics.in_order);
  Json object = Json::object();
  for (const NamedMetrics& output : metrics.by_output) object[valid_utf8(output.output)] = list_of(output.metrics);
  return object;
}

/// One for all, a list, or an object by outputs' names.
template <class Item>
Json by_output(const std::vector<Item>& items, const std::vector<std::string>& outputs) {
  if (items.empty()) return nullptr;
  Json list = Json::array(), object = Json::object();
  for (std::size_t i = 0; i < items.size(); ++i) {
    Json item;
    if constexpr (std::is_same_v<Item, Loss>)
      item = loss_object(items[i]);
    else
      item = items[i];
    if (i < outputs.size())
      object[valid_utf8(outputs[i])] = std::move(item);
    else
      list.push_back(std::move(item));
  }
  if (!outputs.empty()) return object;
  return list.size() == 1 ? list[0] : list;
}

/// Null, after a warning, if a part of it is a function that has no name.
Json compile_config(const CompileOptions& options, const char* op) {
  Json config = {{"optimizer", optimizer_object(options.optimizer)},
                 {"loss", by_output(options.loss, options.loss.outputs)},
                 {"loss_weights", by_output(options.loss_weights, options.loss_weights.outputs)},
                 {"metrics", metrics_object(options.metrics)},
                 {"weighted_metrics", metrics_object(options.weighted_metrics)},
                 {"run_eagerly", options.run_eagerly},
                 {"steps_per_execution", options.steps_per_execution},
                 {"jit_compile", false}};
  // Keras wants a weight of each loss that it is told by name.
  if (Json& weights = config["loss_weights"]; weights.is_object())
    for (const std::string& output : options.loss.outputs)
      if (!weights.contains(output)) weights[valid_utf8(output)] = 1.0;
  try {
    check_writable(config, op, {});
    return config;
  } catch (const UnsupportedError&) {
    std::fprintf(stderr,
                 "[%s] warning: how the model was compiled is not kept: a part of it is a function of your own. "
                 "saving::register_keras_serializable gives it a name.\n",
                 op);
    return nullptr;
  }
}

/// One for all, a list with a place for each output, or an object by outputs' names.
template <class Item, class Read>
void read_by_output(const Json& value, std::vector<Item>& items, std::vector<std::string>& outputs,
                    const ModelBase& model, const Read& read) {
  const auto add = [&](const std::string& output, const Json& item) {
    if (item.is_null()) return;
    outputs.push_back(output);
    items.push_back(read(item));
  };
  const auto is_null = [](const Json& item) { return item.is_null(); };
  if (value.is_object() && !value.contains("class_name")) {
    for (const auto& [name, item] : value.items()) add(name, item);
  } else if (const auto names = model.output_names();
             value.is_array() && value.size() == names.size() && std::any_of(value.begin(), value.end(), is_null)) {
    for (std::size_t i = 0; i < names.size(); ++i) add(names[i], value[i]);
  } else if (value.is_array()) {
    for (const Json& item : value) items.push_back(read(item));
  } else if (!value.is_null()) {
    items.push_back(read(value));
  }
}

OutputMetrics metrics_of_output(const Json& value, Location where) {
  OutputMetrics metrics;
  if (value.is_array()) {
    for (const Json& item : value)
      if (!item.is_null()) metrics.push_back(metric_from(item, where));
  } else if (!value.is_null()) {
    metrics.push_back(metric_from(value, where));
  }
  return metrics;
}

MetricList metrics_from(const Json& value, const ModelBase& model, Location where) {
  MetricList metrics;
  const auto has_place = [](const Json& item) { return item.is_array() || item.is_null(); };
  if (value.is_object() && !value.contains("class_name")) {
    for (const auto& [name, item] : value.items())
      metrics.by_output.push_back({OwnedText(name), metrics_of_output(item, where)});
  } else if (const auto names = model.output_names();
             value.is_array() && value.size() == names.size() && std::any_of(value.begin(), value.end(), has_place)) {
    for (std::size_t i = 0; i < names.size(); ++i)
      metrics.by_output.push_back({OwnedText(names[i]), metrics_of_output(value[i], where)});
  } else if (value.is_array() && !value.empty() && value[0].is_array()) {
    metrics.in_order = metrics_of_output(value[0], where);  // of the one output, whose name is not known
  } else {
    metrics.in_order = metrics_of_output(value, where);
  }
  return metrics;
}

void compile_from(const Model& model, const Json& config, Location where) {
  if (!config.is_object() || config.empty() || !config.contains("optimizer") || config["optimizer"].is_null()) return;
  const auto part = [&](const char* key) { return config.contains(key) ? config[key] : Json(); };
  CompileOptions options;
  options.optimizer = optimizer_from(config["optimizer"], where);
  read_by_output(part("loss"), static_cast<std::vector<Loss>&>(options.loss), options.loss.outputs, model.base(),
                 [&](const Json& loss) { return loss_from(loss, where); });
  read_by_output(part("loss_weights"), static_cast<std::vector<double>&>(options.loss_weights),
                 options.loss_weights.outputs, model.base(), [&](const Json& weight) {
                   if (!weight.is_number())
                     throw ArgumentError(Reading::op(), "the weight of a loss is not a number", short_text(weight), "",
                                         where);
                   return weight.get<double>();
                 });
  options.metrics = metrics_from(part("metrics"), model.base(), where);
  options.weighted_metrics = metrics_from(part("weighted_metrics"), model.base(), where);
  if (part("run_eagerly") == true) options.run_eagerly = true;
  if (const Json steps = part("steps_per_execution"); steps.is_number_integer())
    options.steps_per_execution = steps.get<std::int64_t>();
  model.compile(options, where);
}

Model as_model(const Layer& layer, Location where) {
  if (auto* base = layer.as<ModelBase>()) return Model::of(*base, where);
  throw ArgumentError(Reading::op(), "this is no model", "a layer of class '" + layer.base().class_name() + "'", "",
                      where);
}

/// The files that layers of one's own keep in an archive.
std::map<std::string, std::string> assets_of(const Model& model, Location where) {
  std::map<std::string, std::string> assets;
  for (const auto& [folder, layer] : asset_folders(model)) {
    std::map<std::string, std::string> files;
    {
      const UserCode its_lines;
      layer->save_assets(files);
    }
    for (auto& [name, bytes] : files) {
      if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
        throw ArgumentError("save_assets", "this is no name of a file",
                            "'" + name + "' of layer '" + layer->name() + "'", "", where);
      assets.emplace(folder + "/" + name, std::move(bytes));
    }
  }
  return assets;
}

/// Gives layers what an archive has for them.
void read_assets(const Model& model, const ZipReader& archive) {
  const std::vector<std::string> members = archive.names();
  for (const auto& [folder, layer] : asset_folders(model)) {
    std::map<std::string, std::string> files;
    const std::string start = folder + "/";
    for (const std::string& member : members)
      if (member.size() > start.size() && member.starts_with(start) &&
          member.find('/', start.size()) == std::string::npos)
        files.emplace(member.substr(start.size()), *archive.read(member));
    if (auto* lookup = dynamic_cast<AdaptiveLayerBase*>(layer)) {
      if (const auto vocabulary = files.find("vocabulary.txt"); vocabulary != files.end())
        lookup->read_asset(vocabulary->second);
    } else if (!files.empty()) {
      const UserCode its_lines;
      layer->load_assets(files);
    }
  }
}

/// Now, or the seconds of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch).
std::string now_as_text() {
  std::time_t now = std::time(nullptr);
  const char* given = std::getenv("SOURCE_DATE_EPOCH");
  if (given) now = static_cast<std::time_t>(std::strtoll(given, nullptr, 10));
  std::tm parts{};
  if (!(given ? ::gmtime_r(&now, &parts) : ::localtime_r(&now, &parts))) return "";
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", &parts));
}

}  // namespace

Json model_object(const Model& model, bool compiled, std::string_view op, Location where) {
  Json object = layer_object(model, where);
  check_writable(object, op, where);
  Trainer& trainer = model.base().trainer();
  object["compile_config"] = compiled && trainer.compiled() ? compile_config(trainer.options(), "save") : Json();
  if (!object["compile_config"].is_object()) object["compile_config"] = Json::object();
  return object;
}

void save_archive(const Model& model, const std::string& path, Location where) {
  const FileContext context{"save", where};
  const std::string metadata = Json{{"keras_version", keras_version}, {"date_saved", now_as_text()}}.dump();
  const std::string config = model_object(model, true, "save", where).dump();
  const std::string weights = weight_file(model, false, context);
  const auto assets = assets_of(model, where);
  std::vector<std::pair<std::string, std::string_view>> members{
      {metadata_name, metadata}, {config_name, config}, {weights_name, weights}};
  members.insert(members.end(), assets.begin(), assets.end());
  const std::string bytes = make_zip(members, context);
  AtomicFile file(path, context);
  file.write(bytes);
  file.commit();
}

void save_weight_file(const Model& model, const std::string& path, Location where) {
  const FileContext context{"save_weights", where};
  const std::string bytes = weight_file(model, true, context);
  AtomicFile file(path, context);
  file.write(bytes);
  file.commit();
}

FileKind kind_of_file(const std::string& path, FileContext context) {
  const InputFile file(path, context);
  char start[8] = {};
  file.read_at(0, start, std::min<std::uint64_t>(sizeof start, file.size()), context);
  const std::string_view bytes(start, sizeof start);
  if (bytes == "\x89HDF\r\n\x1a\n") return FileKind::hdf5;
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") ? FileKind::archive : FileKind::other;
}

void load_weight_file(const Model& model, const std::string& path, FileKind kind, bool skip_mismatch, Location where) {
  const FileContext context{"load_weights", where};
  std::string bytes;
  if (kind == FileKind::archive) {
    const ZipReader archive(path, context);
    if (std::optional<std::string> member = archive.read(weights_name))
      bytes = std::move(*member);
    else
      throw ArgumentError("load_weights", "the archive has no weights", "'" + path + "' lacks '" + weights_name + "'",
                          "", where);
  } else {
    const InputFile file(path, context);
    bytes.resize(file.size());
    file.read_at(0, bytes.data(), bytes.size(), context);
  }
  const Hdf5Reader file(std::move(bytes), "'" + path + "'", context);
  FoundValues found = match_weights(file, model, {.skip_mismatch = skip_mismatch}, context);
  assign_all(found);
}

namespace models {

Model load_model(const OwnedText& path, LoadModelOptions options, Location where) {
  const Frame frame(where);
  const FileContext context{"load_model", where};
  const Reading reading("load_model");
  const saving::custom_object_scope scope(std::move(options.custom_objects), where);
  const ZipReader archive(path, context);
  const std::optional<std::string> config = archive.read(config_name);
  std::optional<std::string> weights = archive.read(weights_name);
  if (!config || !weights)
    throw ArgumentError("load_model", "this is no Keras archive",
                        "'" + path + "' lacks '" + (config ? weights_name : config_name) + "'",
                        "A file of weights is for load_weights", where);
  const Json object = parse_json(*config, "load_model", "'" + path + "', " + config_name, where);
  const Hdf5Reader file(std::move(*weights), "'" + path + "', " + weights_name, context);
  constexpr std::uint64_t slack = 1 << 20, expansion = 1100;  // states of stateful layers; weights that are compressed
  const WeightBudget budget(static_cast<std::uint64_t>(file.size()) * expansion + slack);
  const Model model = as_model(layer_from(object, where), where);
  const bool compiles = options.compile && object.is_object() && object.contains("compile_config");
  if (compiles) compile_from(model, object["compile_config"], where);
  FoundValues found = match_weights(file, model, {.optimizer = options.compile, .learning_rate = true}, context);
  read_assets(model, archive);
  assign_all(found);
  return model;
}

Model model_from_json(const OwnedText& json, const saving::CustomObjects& custom_objects, Location where) {
  const Frame frame(where);
  const Reading reading("model_from_json");
  const saving::custom_object_scope scope(custom_objects, where);
  return as_model(layer_from(parse_json(json, "model_from_json", "the text", where), where), where);
}

Model clone_model(const Model& model, CloneModelOptions options, Location where) {
  const Frame frame(where);
  const Reading reading("clone_model");
  ModelBase& base = model.base(where);
  const bool by_config = !options.clone_function && options.input_tensors.empty() && !has_lambda(model);
  const Model clone = by_config ? as_model(layer_from(model_object(model, false, "clone_model", where), where), where)
                                : cloned_by_layers(model, options, where);
  if (base.trainer().compiled()) try {
      compile_from(clone, compile_config(base.trainer().options(), "clone_model"), where);
    } catch (const ArgumentError& error) {  // of a class that is not registered
      std::fprintf(stderr, "[clone_model] warning: the clone is not compiled: %s\n", error.what());
    }
  return clone;
}

}  // namespace models

}  // namespace triptych::keras
