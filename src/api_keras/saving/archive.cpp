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

struct MetricAccess {
  static const std::string& made_by_name(const Metric& metric) { return metric.made_by_name_; }
};

namespace {

constexpr const char *metadata_name = "metadata.json", *config_name = "config.json", *weights_name = "model.weights.h5",
                     *keras_version = "3.15.0";

// --- How a model was compiled ---------------------------------------------------------------------------------------

/// Undefined where one of them has no name.
std::optional<Json> names_of(const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const Metric& metric : metrics) {
    const std::string& name = MetricAccess::made_by_name(metric);
    if (name.empty()) return {};
    list.push_back(name);
  }
  return list;
}

std::optional<Json> metrics_object(const MetricList& metrics) {
  if (metrics.by_output.empty()) return metrics.in_order.empty() ? Json() : names_of(metrics.in_order);
  Json object = Json::object();
  for (const NamedMetrics& output : metrics.by_output) {
    const auto list = names_of(output.metrics);
    if (!list) return {};
    object[valid_utf8(output.output)] = *list;
  }
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

/// Null, after a warning, if a part of it is a function or an object of the user's, as in Keras.
Json compile_config(const CompileOptions& options, const char* op) {
  const auto metrics = metrics_object(options.metrics), weighted = metrics_object(options.weighted_metrics);
  Json config = {{"optimizer", optimizer_object(options.optimizer)},
                 {"loss", by_output(options.loss, options.loss.outputs)},
                 {"loss_weights", by_output(options.loss_weights, options.loss_weights.outputs)},
                 {"metrics", metrics.value_or(nullptr)},
                 {"weighted_metrics", weighted.value_or(nullptr)},
                 {"run_eagerly", options.run_eagerly},
                 {"steps_per_execution", options.steps_per_execution},
                 {"jit_compile", false}};
  try {
    check_writable(config, op, {});
    if (metrics && weighted) return config;
  } catch (const UnsupportedError&) {
  }
  if (metrics && weighted) {
    std::fprintf(stderr,
                 "[%s] warning: how the model was compiled is not kept: a part of it is a function of your own.\n", op);
    return nullptr;
  }
  std::fprintf(stderr, "[%s] warning: metrics that were given as objects are not kept; give them by their names.\n",
               op);
  return config;
}

template <class Item, class Read>
void read_by_output(const Json& value, std::vector<Item>& items, std::vector<std::string>& outputs, const Read& read) {
  if (value.is_object() && !value.contains("class_name")) {
    for (const auto& [name, item] : value.items())
      if (!item.is_null()) {
        outputs.push_back(name);
        items.push_back(read(item));
      }
  } else if (value.is_array()) {
    for (const Json& item : value) items.push_back(read(item));
  } else if (!value.is_null()) {
    items.push_back(read(value));
  }
}

Metric metric_from(const Json& value, Location where) {
  if (value.is_string()) return Metric(value.get<std::string>(), where);
  const ObjectParts parts = parts_of(value, "a metric", where);
  if (parts.class_name == "function" && parts.config && parts.config->is_string())
    return Metric(parts.config->get<std::string>(), where);
  // Of a metric as an object what its class says alone; a name of its own would be lost, other arguments change it.
  if (parts.config && parts.config->is_object())
    for (const auto& [key, argument] : parts.config->items())
      if (key != "name" && key != "dtype" && !argument.is_null())
        std::fprintf(stderr, "[load_model] warning: metric '%s' is made without its '%s'.\n",
                     printable(parts.class_name).c_str(), printable(key).c_str());
  return Metric(parts.class_name, where);
}

OutputMetrics metrics_of_output(const Json& value, Location where) {
  OutputMetrics metrics;
  if (value.is_array())
    for (const Json& item : value) metrics.push_back(metric_from(item, where));
  else if (!value.is_null())
    metrics.push_back(metric_from(value, where));
  return metrics;
}

MetricList metrics_from(const Json& value, const ModelBase& model, Location where) {
  MetricList metrics;
  if (value.is_object() && !value.contains("class_name")) {
    for (const auto& [name, item] : value.items())
      metrics.by_output.push_back({OwnedText(name), metrics_of_output(item, where)});
  } else if (value.is_array() && !value.empty() && value[0].is_array()) {
    const std::vector<std::string> outputs = model.output_names();
    for (std::size_t i = 0; i < value.size(); ++i)
      if (outputs.size() == value.size())
        metrics.by_output.push_back({OwnedText(outputs[i]), metrics_of_output(value[i], where)});
      else
        for (const Metric& metric : metrics_of_output(value[i], where)) metrics.in_order.push_back(metric);
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
  read_by_output(part("loss"), static_cast<std::vector<Loss>&>(options.loss), options.loss.outputs,
                 [&](const Json& loss) { return loss_from(loss, where); });
  read_by_output(part("loss_weights"), static_cast<std::vector<double>&>(options.loss_weights),
                 options.loss_weights.outputs, [&](const Json& weight) {
                   if (!weight.is_number())
                     throw ArgumentError("load_model", "the weight of a loss is not a number", short_text(weight), "",
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
  throw ArgumentError("load_model", "the file holds no model", "a layer of class '" + layer.base().class_name() + "'",
                      "", where);
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
  const saving::custom_object_scope scope(custom_objects, where);
  return as_model(layer_from(parse_json(json, "model_from_json", "the text", where), where), where);
}

Model clone_model(const Model& model, CloneModelOptions options, Location where) {
  const Frame frame(where);
  ModelBase& base = model.base(where);
  const bool by_config = !options.clone_function && options.input_tensors.empty() && !has_lambda(model);
  const Model clone = by_config ? as_model(layer_from(model_object(model, false, "clone_model", where), where), where)
                                : cloned_by_layers(model, options, where);
  if (base.trainer().compiled()) compile_from(clone, compile_config(base.trainer().options(), "clone_model"), where);
  return clone;
}

}  // namespace models

namespace saving {

std::string serialize_keras_object(const Layer& layer, Location where) {
  const Frame frame(where);
  const Json object = layer_object(layer, where);
  check_writable(object, "serialize_keras_object", where);
  return object.dump();
}

Layer deserialize_keras_object(const OwnedText& json, const CustomObjects& custom_objects, Location where) {
  const Frame frame(where);
  const custom_object_scope scope(custom_objects, where);
  return layer_from(parse_json(json, "deserialize_keras_object", "the text", where), where);
}

}  // namespace saving

Layer layers::from_config(const OwnedText& class_name, const OwnedText& config, Location where) {
  const Frame frame(where);
  Json object = {{"class_name", valid_utf8(class_name)}};
  object["config"] = parse_json(config, "from_config", "the text", where);
  return layer_from(object, where);
}

}  // namespace triptych::keras
