#include "api_keras/models/cloning.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/models/functional.h"
#include "triptych/keras/layers/input.h"

namespace triptych::keras {

bool has_lambda(const Layer& layer) {
  if (is_lambda(layer)) return true;
  if (!layer.as<SymbolicModel>()) return false;
  const std::vector<Layer> layers = layer.base().layers();
  return std::any_of(layers.begin(), layers.end(), has_lambda);
}

namespace {

/// Each layer's clone, made once.
class Cloner {
 public:
  Cloner(const CloneModelOptions& options, Location where) : options_(options), where_(where) {}

  Model model(const Model& from, const TensorList& inputs) {
    if (const auto* functional = from.as<FunctionalModel>()) return functional_model(*functional, inputs);
    if (const auto* sequential = from.as<SequentialModel>()) return sequential_model(*sequential, inputs);
    throw ArgumentError("clone_model", "the model was not made of symbolic tensors", "'" + from.name() + "'",
                        "clone_function and input_tensors are for functional and Sequential models", where_);
  }

 private:
  Model functional_model(const FunctionalModel& from, const TensorList& given) {
    TensorList inputs = given;
    if (inputs.empty()) {
      const std::vector<std::string> names = from.input_names();
      for (const TensorMeta& meta : from.input_metas())
        inputs.push_back(
            layers::Input({}, {.dtype = meta.dtype, .batch_shape = meta.shape, .name = names[inputs.size()]}, where_));
    }
    if (inputs.size() != from.input_metas().size())
      throw ArgumentError(
          "clone_model", "input_tensors are not as many as the model has inputs",
          std::to_string(inputs.size()) + ", '" + from.name() + "' has " + std::to_string(from.input_metas().size()),
          "", where_);
    OtherLayers others;
    for (const Layer& layer : from.layers())
      if (!layer.as<InputLayer>()) others.emplace(layer.shared().get(), layer_of(layer));
    if (!is_functional(inputs))
      throw ArgumentError("clone_model", "input_tensors are not symbolic", "tensors of values", "Use keras::Input",
                          where_);
    return Model(inputs, from.outputs_of(inputs, others), {.name = from.name(), .trainable = from.trainable()}, where_);
  }

  Model sequential_model(const SequentialModel& from, const TensorList& given) {
    std::vector<Layer> layers;
    if (given.size() > 1)
      throw ArgumentError("clone_model", "a Sequential model has one input", std::to_string(given.size()) + " tensors",
                          "", where_);
    if (!given.empty()) {
      layers.emplace_back(given[0], where_);
    } else if (from.input().defined()) {
      const auto& input = *from.input().as<InputLayer>();
      layers.emplace_back(
          layers::Input({}, {.dtype = input.dtype, .batch_shape = input.shape, .name = input.name()}, where_), where_);
    }
    for (const Layer& layer : from.layers()) layers.push_back(layer_of(layer));
    return Sequential(layers, {.name = from.name(), .trainable = from.trainable()}, where_);
  }

  Layer layer_of(const Layer& layer) {
    Layer& clone = clones_[layer.shared().get()];
    if (clone.defined()) return clone;
    if (!options_.clone_function && is_lambda(layer))
      clone = copy_of_lambda(layer, where_);
    else if (layer.as<SymbolicModel>() && (options_.recursive || (!options_.clone_function && has_lambda(layer))))
      clone = model(Model::of(*layer.as<ModelBase>(), where_), {});
    else if (options_.clone_function)
      clone = options_.clone_function(layer);
    else
      clone = saving::deserialize_keras_object(saving::serialize_keras_object(layer, where_), {}, where_);
    if (!clone.defined())
      throw ArgumentError("clone_model", "clone_function made no layer", "for layer '" + layer.name() + "'", "",
                          where_);
    return clone;
  }

  const CloneModelOptions& options_;
  Location where_;
  OtherLayers clones_;
};

}  // namespace

Model cloned_by_layers(const Model& model, const CloneModelOptions& options, Location where) {
  return Cloner(options, where).model(model, options.input_tensors);
}

}  // namespace triptych::keras
