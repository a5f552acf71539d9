// Weights and configuration as files.
#include <algorithm>
#include <cstdio>
#include <set>

#include "api_keras/access.h"
#include "api_keras/layers/brick.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/training/trainer.h"
#include "core/support/printable.h"
#include "core/tensor/transaction.h"
#include "triptych/core/io.h"

namespace triptych::keras {
namespace {

std::string layer_json(const Layer& layer) {
  const auto* model = layer.as<ModelBase>();
  return JsonObject()
      .add("class_name", layer.base().class_name())
      .add("name", layer.name())
      .add("trainable", layer.trainable())
      .add_raw("config", model ? model->config() : layer.base().config())
      .text();
}

/// What a layer's weights or states are called in files.
struct Named {
  std::string key;
  Tensor value;
};

/// Names of layers side by side: those that the user gave, and the others by their class and place, as in Keras, so
/// that another model of the same structure has the same.
std::vector<std::string> structural_names(const std::vector<Layer>& layers) {
  std::set<std::string> taken{optimizer_folder};
  for (const Layer& layer : layers)
    if (LayerAccess::named(layer.base())) taken.insert(layer.name());
  std::vector<std::string> names;
  for (const Layer& layer : layers) {
    std::string name = layer.name();
    if (!LayerAccess::named(layer.base())) {
      const std::string base = to_snake_case(layer.base().class_name());
      name = base;
      for (int i = 1; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
    }
    names.push_back(std::move(name));
  }
  return names;
}

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

using Values = std::vector<std::pair<Tensor, Tensor>>;  // a tensor of the model, and what it becomes

std::string described(const Tensor& tensor) {
  return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
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

std::string InputLayer::config() const {
  return JsonObject().add("batch_shape", shape).add("dtype", std::string(dtype_name(dtype))).text();
}

std::string SequentialModel::config() const {
  std::string items = input_.defined() ? layer_json(input_) : "";
  for (const Layer& layer : bricks_) items += (items.empty() ? "" : ", ") + layer_json(layer);
  return JsonObject().add_raw("layers", "[" + items + "]").text();
}

std::string FunctionalModel::config() const {
  const auto list = [](const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
    return "[" + text + "]";
  };
  std::string items;
  for (const PlanStep& step : plan_.steps) {
    JsonObject item;
    if (step.layer.defined())
      item.add_raw("layer", layer_json(step.layer));
    else
      item.add("op", step.op->op->name);
    if (step.training) item.add("training", *step.training);
    items += (items.empty() ? "" : ", ") +
             item.add_raw("inputs", list(step.inputs)).add_raw("outputs", list(step.outputs)).text();
  }
  return JsonObject()
      .add_raw("steps", "[" + items + "]")
      .add_raw("inputs", list(plan_.inputs))
      .add_raw("outputs", list(plan_.outputs))
      .text();
}

std::string Model::to_json(Location where) const {
  base(where);
  return layer_json(*this);
}

void Model::save_weights(const OwnedText& path, Location where) const {
  base(where);
  StateDict dict;
  put(weights_of(*this), dict, where);
  triptych::save(dict, path, where);
}

void Model::save(const OwnedText& path, Location where) const {
  base(where);
  StateDict dict;
  const std::vector<Named> weights = weights_of(*this);
  put(weights, dict, where);
  put(states_of(*this), dict, where);
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

void Model::load_weights(const OwnedText& path, Location where) const {
  base(where);
  const StateDict dict = triptych::load(path, where);
  const std::vector<Named> weights = weights_of(*this);
  if (weights.empty())
    throw ArgumentError("load_weights", "the model has no weights yet", "model '" + name() + "' is not built",
                        "Give it an Input, or call build()", where);
  Values values;
  const auto match = [&](const std::string& key, const Tensor& own) {
    const Tensor* value = dict.find(key);
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
  RunNow now;
  const Transaction whole;
  if (const Optimizer* optimizer = base().trainer().optimizer_if_any(); optimizer && dict.contains(iteration_key)) {
    optimizer->base().build(base().trainable_weights());
    if (const std::string why = match_optimizer(dict, optimizer->base(), weights, values); !why.empty())
      std::fprintf(stderr, "[load_weights] warning: the optimizer's state in '%s' is not read: %s.\n",
                   printable(path).c_str(), printable(why).c_str());
  }
  for (auto& [own, value] : values) own.copy_(value);
}

}  // namespace triptych::keras
