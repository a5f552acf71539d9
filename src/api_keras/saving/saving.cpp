// Weights and configuration as files.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "api_keras/access.h"
#include "api_keras/layers/brick.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/optimizers/paths.h"
#include "api_keras/saving/archive.h"
#include "api_keras/saving/objects.h"
#include "api_keras/saving/structure.h"
#include "api_keras/saving/weight_file.h"
#include "api_keras/training/trainer.h"
#include "core/formats/json.h"
#include "core/support/printable.h"
#include "core/tensor/transaction.h"
#include "triptych/core/io.h"

namespace triptych::keras {

std::vector<std::string> structural_names(const std::vector<Layer>& layers) {
  std::set<std::string> taken{optimizer_folder};
  for (const Layer& layer : layers)
    if (LayerAccess::named(layer.base())) taken.insert(layer.name());
  std::set<std::string> given;
  std::vector<std::string> names;
  for (const Layer& layer : layers) {
    const bool named = LayerAccess::named(layer.base());
    const std::string base = named ? layer.name() : to_snake_case(layer.base().class_name());
    std::string name = base;
    // Of several that were given one name, a model and its clone, the first one has it alone.
    if (!named || !given.insert(name).second)
      for (int i = 1; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
    names.push_back(std::move(name));
  }
  return names;
}

namespace {

/// What a layer's weights or states are called in files.
struct Named {
  std::string key;
  Tensor value;
};

/// `own` gives a layer's own; a tensor that several layers share is named once.
template <class Own>
void collect(const LayerBase& layer, const std::string& prefix, const Own& own, std::vector<Named>& into) {
  for (const Weight& weight : own(layer))
    if (std::none_of(into.begin(), into.end(), [&](const Named& n) { return n.value.is_same(weight.value); }))
      into.push_back({prefix + weight.name, weight.value});
  const std::vector<Layer> inner = layer.layers();
  const std::vector<std::string> names = structural_names(inner);
  for (std::size_t i = 0; i < inner.size(); ++i) collect(inner[i].base(), prefix + names[i] + "/", own, into);
}

std::vector<Named> weights_of(const Model& model) {
  std::vector<Named> result;
  collect(model.base(), "", LayerAccess::own_weights, result);
  return result;
}

std::vector<Named> states_of(const Model& model) {
  std::vector<Named> result;
  collect(model.base(), "", LayerAccess::own_states, result);
  return result;
}

/// What layers of one's own keep beside their weights, called as those.
struct NamedOwn {
  LayerBase* layer;
  std::string prefix;
  StateDict store;
};
void collect_own(LayerBase& layer, const std::string& prefix, std::vector<NamedOwn>& into, Location where) {
  if (StateDict store = own_variables(layer, where); !store.empty()) into.push_back({&layer, prefix, std::move(store)});
  const std::vector<Layer> inner = layer.layers();
  const std::vector<std::string> names = structural_names(inner);
  for (std::size_t i = 0; i < inner.size(); ++i) collect_own(inner[i].base(), prefix + names[i] + "/", into, where);
}
std::vector<NamedOwn> own_of(const Model& model, Location where) {
  std::vector<NamedOwn> result;
  collect_own(model.base(), "", result, where);
  return result;
}
void put(const std::vector<NamedOwn>& own, StateDict& into, Location where) {
  for (const auto& [layer, prefix, store] : own)
    for (const auto& [name, value] : store) into.add(prefix + name, value.detach(), where);
}

void put(const std::vector<Named>& tensors, StateDict& into, Location where) {
  for (const auto& [key, value] : tensors) into.add(key, value.detach(), where);
}

const std::string optimizer_prefix = std::string(optimizer_folder) + "/",
                  iteration_key = optimizer_prefix + "iteration";

/// An optimizer's moments, named after the weights that they belong to: "optimizer/velocity/dense/kernel".
std::vector<Named> slots_of(const OptimizerBase& optimizer, const std::vector<Named>& weights) {
  std::vector<Named> result;
  for (const OptimizerBase::Slot& slot : optimizer.slots())
    for (const auto& [key, weight] : weights)
      if (weight.is_same(slot.parameter)) result.push_back({optimizer_prefix + slot.name + "/" + key, slot.value});
  return result;
}

bool fits(const Tensor& own, const Tensor& value) {
  return value.shape() == own.shape() && value.dtype() == own.dtype();
}

/// The optimizer's steps and moments from a file, if they are this optimizer's; else why they are not.
std::string match_optimizer(const StateDict& dict, const OptimizerBase& optimizer, const std::vector<Named>& weights,
                            Values& values) {
  const auto kind = dict.metadata.find("optimizer");
  if (kind == dict.metadata.end() || kind->second != optimizer.name())
    return "it is of '" + (kind == dict.metadata.end() ? "an unknown optimizer" : kind->second) +
           "', the model is compiled with '" + optimizer.name() + "'";
  const Tensor iterations = optimizer.variables()[0].second;
  const Tensor& steps = dict.at(iteration_key);
  if (!fits(iterations, steps))
    return "'" + iteration_key + "' is " + described(steps) + ", here " + described(iterations);
  if (const auto count = steps.item<std::int64_t>(); count < 0)
    return "'" + iteration_key + "' is negative: " + std::to_string(count);
  Values found{{iterations, steps}};
  for (const auto& [key, own] : slots_of(optimizer, weights)) {
    const Tensor* value = dict.find(key);
    if (!value) return "it lacks '" + key + "'";
    if (!fits(own, *value)) return "'" + key + "' is " + described(*value) + ", here " + described(own);
    found.emplace_back(own, *value);
  }
  values.insert(values.end(), found.begin(), found.end());
  return {};
}

}  // namespace

std::string Model::to_json(Location where) const {
  const Frame frame(where);
  base(where);
  return text_of(layer_object(*this, where));
}

namespace {

/// Before a file is written: a model without weights would be one without them when it is read.
void check_saving(const Model& model, const std::string& path, const SaveOptions& options, const char* op,
                  Location where) {
  if (!model.built() && model.weights().empty())
    throw ArgumentError(op, "the model is not built", "model '" + model.name() + "' has no weights yet",
                        "Give it an Input, or call it on data once", where);
  std::error_code failed;  // opening the file says it
  if (!options.overwrite && std::filesystem::exists(path, failed))
    throw ArgumentError(op, "the file is there already", "'" + path + "'", "Say .overwrite = true to replace it",
                        where);
}

}  // namespace

void Model::save_weights(const OwnedText& path, SaveOptions options, Location where) const {
  const Frame frame(where);
  base(where);
  check_saving(*this, path, options, "save_weights", where);
  if (path.ends_with(".weights.h5")) return save_weight_file(*this, path, where);
  StateDict dict;
  put(weights_of(*this), dict, where);
  put(own_of(*this, where), dict, where);
  triptych::save(dict, path, where);
}

void Model::save(const OwnedText& path, SaveOptions options, Location where) const {
  const Frame frame(where);
  base(where);
  check_saving(*this, path, options, "save", where);
  if (path.ends_with(".keras")) return save_archive(*this, path, where);
  StateDict dict;
  const std::vector<Named> weights = weights_of(*this);
  put(weights, dict, where);
  put(states_of(*this), dict, where);
  put(own_of(*this, where), dict, where);
  dict.metadata["format"] = "triptych.keras";
  dict.metadata["config"] = to_json();
  if (const Optimizer* optimizer = base().trainer().optimizer_if_any(); optimizer && optimizer->base().built()) {
    dict.metadata["optimizer"] = optimizer->name();
    for (const auto& [name, value] : optimizer->base().variables())
      if (name == "iteration" || name == "learning_rate") dict.add(optimizer_prefix + name, value.detach(), where);
    put(slots_of(optimizer->base(), weights), dict, where);
  }
  triptych::save(dict, path, where);
}

void Model::load_weights(const OwnedText& path, LoadWeightsOptions options, Location where) const {
  const Frame frame(where);
  base(where);
  const FileKind kind = kind_of_file(path, {"load_weights", where});
  const std::vector<Named> weights = weights_of(*this);
  if (weights.empty())
    throw ArgumentError("load_weights", "the model has no weights yet", "model '" + name() + "' is not built",
                        "Give it an Input, or call build()", where);
  if (kind != FileKind::other) return load_weight_file(*this, path, kind, options.skip_mismatch, where);
  const StateDict dict = triptych::load(path, where);
  FoundValues found;
  Values& values = found.values;
  const auto match = [&](const std::string& key, const Tensor& own) {
    const Tensor* value = dict.find(key);
    if (options.skip_mismatch && (!value || !fits(own, *value))) {
      std::fprintf(stderr, "[load_weights] warning: weight '%s' is left as it is: the file has %s.\n",
                   printable(key).c_str(), value ? described(*value).c_str() : "none");
      return;
    }
    if (!value)
      throw ArgumentError("load_weights", "the file lacks a weight of the model",
                          "'" + key + "' is not in '" + path + "'", "It has " + quoted_list(dict.names()), where);
    if (!fits(own, *value))
      throw ArgumentError("load_weights", "a weight in the file has another shape or dtype",
                          "'" + key + "' is " + described(own) + ", in '" + path + "' " + described(*value), "", where);
    values.emplace_back(own, *value);
  };
  for (const auto& [key, own] : weights) match(key, own);
  for (const auto& [key, own] : states_of(*this))
    if (dict.contains(key)) match(key, own);
  for (auto& [layer, prefix, store] : own_of(*this, where)) {
    OwnVariables own{layer, {}};
    for (const std::string& name : store.names())
      if (const Tensor* value = dict.find(prefix + name)) own.store.add(name, *value);
    if (!own.store.empty()) found.own.push_back(std::move(own));
  }
  RunNow now;
  const Transaction whole;
  if (const Optimizer* optimizer = base().trainer().optimizer_if_any(); optimizer && dict.contains(iteration_key)) {
    const std::vector<Tensor> trained = base().trainable_weights();
    optimizer->base().build(trained, paths_of(base(), trained));
    if (const std::string why = match_optimizer(dict, optimizer->base(), weights, values); !why.empty())
      std::fprintf(stderr, "[load_weights] warning: the optimizer's state in '%s' is not read: %s.\n",
                   printable(path).c_str(), printable(why).c_str());
  }
  assign_all(found);
}

}  // namespace triptych::keras
