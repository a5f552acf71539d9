// Weights and configuration as files.
#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/layers/brick.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/training/trainer.h"
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

StateDict weights_of(const Model& model) {
  StateDict dict;
  for (const Weight& weight : model.weights()) dict.set(weight.name, weight.value.detach());
  return dict;
}

/// Keras's optimizer state under names of its own, so that a file of weights may have it too.
std::string optimizer_key(const std::string& name) { return "optimizer/" + name; }

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
    items += (items.empty() ? "" : ", ") +
             item.add_raw("inputs", list(step.inputs)).add_raw("outputs", list(step.outputs)).text();
  }
  return JsonObject()
      .add_raw("steps", "[" + items + "]")
      .add_raw("inputs", list(plan_.inputs))
      .add_raw("outputs", list(plan_.outputs))
      .text();
}

std::string Model::to_json() const { return layer_json(*this); }

void Model::save_weights(const OwnedText& path, Location where) const {
  triptych::save(weights_of(*this), path, where);
}

void Model::save(const OwnedText& path, Location where) const {
  StateDict dict = weights_of(*this);
  dict.metadata["format"] = "triptych.keras";
  dict.metadata["config"] = to_json();
  for (const Weight& state : base().states()) dict.set(state.name, state.value.detach());
  if (const Optimizer* optimizer = base().trainer().optimizer_if_any(); optimizer && optimizer->base().built()) {
    dict.metadata["optimizer"] = optimizer->name();
    for (const auto& [name, value] : optimizer->base().variables()) dict.set(optimizer_key(name), value.detach());
  }
  triptych::save(dict, path, where);
}

void Model::load_weights(const OwnedText& path, Location where) const {
  const StateDict dict = triptych::load(path, where);
  const std::vector<Weight> weights = this->weights();
  if (weights.empty())
    throw ArgumentError("load_weights", "the model must be built first", "model '" + name() + "' has no weights",
                        "Give it an Input, or call build()", where);
  std::vector<std::pair<Tensor, Tensor>> pairs;
  const auto match = [&](const std::string& key, const Tensor& own) {
    const Tensor* value = dict.find(key);
    if (!value)
      throw ArgumentError("load_weights", "the file lacks a weight of the model",
                          "'" + key + "' is not in '" + path + "'", "It has " + quoted_list(dict.names()), where);
    if (value->shape() != own.shape() || value->dtype() != own.dtype())
      throw ArgumentError("load_weights", "a weight in the file has another shape or dtype",
                          "'" + key + "' is " + std::string(dtype_name(own.dtype())) + " " + own.shape().text() +
                              ", in '" + path + "' " + std::string(dtype_name(value->dtype())) + " " +
                              value->shape().text(),
                          "", where);
    pairs.emplace_back(own, *value);
  };
  for (const Weight& weight : weights) match(weight.name, weight.value);
  for (const Weight& state : base().states())
    if (dict.contains(state.name)) match(state.name, state.value);
  if (const Optimizer* optimizer = base().trainer().optimizer_if_any();
      optimizer && dict.contains(optimizer_key("iteration"))) {
    RunNow now;
    optimizer->base().build(base().trainable_weights());
    for (const auto& [key, value] : optimizer->base().variables()) match(optimizer_key(key), value);
  }
  RunNow now;
  for (auto& [own, value] : pairs) own.copy_(value);
}

}  // namespace triptych::keras
