#include "triptych/keras/layer.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "core/graph/graph.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// Sets the training flag for inner layers while a layer is called.
struct CallScope {
  explicit CallScope(bool training) : previous(std::exchange(call_training(), training)) {}
  ~CallScope() { call_training() = previous; }
  bool previous;
};

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

void collect(const std::vector<Weight>& from, bool trainable, std::vector<Tensor>& into) {
  for (const Weight& weight : from)
    if (weight.trainable == trainable) into.push_back(weight.value);
}

}  // namespace

bool& call_training() {
  thread_local bool training = false;
  return training;
}

void ensure_built(LayerBase& layer, const std::vector<Shape>& input_shapes) {
  if (layer.built()) return;
  std::vector<Shape> shapes = input_shapes;
  for (Shape& shape : shapes)
    if (shape.rank() > 0) shape.set(0, unknown);
  {
    RunNow now;
    layer.build_many(shapes);
  }
  LayerAccess::built(layer) = true;
}

std::vector<TensorMeta> infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& inputs) {
  const GraphHandle scratch;
  TraceScope scope(scratch);
  std::vector<Tensor> xs;
  for (const TensorMeta& input : inputs)
    xs.push_back(graph_placeholder(scratch, "x", input.dtype, input.shape, {}, {}));
  CallScope context(false);
  std::vector<TensorMeta> outputs;
  for (const Tensor& output : layer.call_many(xs, false)) outputs.push_back(output.meta());
  return outputs;
}

// --- LayerBase ------------------------------------------------------------------------------------------------------

LayerBase::LayerBase() = default;
LayerBase::~LayerBase() = default;

void LayerBase::build(const Shape&) {}
void LayerBase::build_many(const std::vector<Shape>& input_shapes) {
  build(input_shapes.empty() ? Shape{} : input_shapes[0]);
}

Tensor LayerBase::call(const Tensor&, bool) {
  throw ArgumentError(class_name(), "a layer overrides call or call_many", "'" + name_ + "' overrides neither");
}

std::vector<Tensor> LayerBase::call_many(const std::vector<Tensor>& xs, bool training) {
  if (xs.size() != 1)
    throw ArgumentError(class_name(), "the layer takes one input",
                        "layer '" + name_ + "' was called on " + std::to_string(xs.size()));
  return {call(xs[0], training)};
}

std::string LayerBase::class_name() const { return class_name_of(typeid(*this)); }

void LayerBase::set_trainable(bool value, Location where) {
  trainable_ = value;
  frozen_at_ = value ? Location() : where;
  for (const Layer& inner : layers()) inner.set_trainable(value, where);
}

std::vector<Layer> LayerBase::layers() const {
  std::vector<Layer> result;
  for (const auto& inner : tracked_) result.push_back(Layer::of(inner));
  return result;
}

std::vector<Weight> LayerBase::weights() const {
  std::vector<Weight> all;
  const auto add_once = [&](Weight weight) {
    for (const Weight& known : all)
      if (known.value.is_same(weight.value)) return;
    all.push_back(std::move(weight));
  };
  for (const bool trainable : {true, false})
    for (const Weight& weight : weights_)
      if ((weight.trainable && trainable_) == trainable) add_once({weight.name, weight.value, trainable});
  for (const Layer& inner : layers())
    for (const Weight& weight : inner.weights())
      add_once({inner.name() + "/" + weight.name, weight.value, weight.trainable});
  return all;
}

std::vector<Tensor> LayerBase::trainable_weights() const {
  std::vector<Tensor> result;
  collect(weights(), true, result);
  return result;
}

std::vector<Tensor> LayerBase::non_trainable_weights() const {
  std::vector<Tensor> result;
  collect(weights(), false, result);
  return result;
}

std::int64_t LayerBase::count_params() const {
  std::int64_t count = 0;
  for (const Weight& weight : weights()) count += weight.value.numel();
  return count;
}

Tensor LayerBase::add_weight(const WeightOptions& options) {
  RunNow now;
  if (!options.shape.known())
    throw ArgumentError(class_name(), "a weight's shape must be known",
                        "'" + options.name + "' of layer '" + name_ + "' has shape " + options.shape.text(),
                        "Give the input all dimensions but the batch");
  Tensor value = options.initializer(options.shape, options.dtype);
  if (options.trainable && is_floating(options.dtype)) value.set_requires_grad();
  mark_state(value);
  weights_.push_back({options.name, value, options.trainable});
  return value;
}

void LayerBase::add_state(std::string name, Tensor value) {
  mark_state(value);
  states_.push_back({std::move(name), std::move(value), false});
}

std::vector<Weight> LayerBase::states() const {
  std::vector<Weight> all = states_;
  for (const Layer& inner : layers())
    for (const Weight& state : inner.base().states())
      all.push_back({inner.name() + "/" + state.name, state.value, false});
  return all;
}

Layer LayerBase::track(Layer layer) {
  tracked_.push_back(layer.shared());
  return layer;
}

// --- Layer ----------------------------------------------------------------------------------------------------------

Layer::Layer(std::shared_ptr<LayerBase> base, std::string name, Location where) : base_(std::move(base)) {
  LayerAccess::name(*base_) = name.empty() ? unique_name(to_snake_case(base_->class_name())) : std::move(name);
  LayerAccess::made_at(*base_) = where;
}

Layer::Layer(const Tensor& input, Location where) : base_(input_layer_of(input, where).base_) {}

Layer Layer::of(std::shared_ptr<LayerBase> base) {
  Layer handle;
  handle.base_ = std::move(base);
  return handle;
}

LayerBase& Layer::base() const {
  if (!base_)
    throw ArgumentError("Layer", "the handle is undefined", "a default-constructed Layer", "Give it a layer first");
  return *base_;
}

Tensor Layer::operator()(const Tensor& x, std::optional<bool> training, Location where) const {
  return (*this)(std::vector<Tensor>{x}, training, where);
}

Tensor Layer::operator()(const std::vector<Tensor>& xs, std::optional<bool> training, Location where) const {
  std::vector<Tensor> outputs = call(xs, training, where);
  if (outputs.size() != 1)
    throw ArgumentError(base().class_name(), "the layer has several outputs",
                        std::to_string(outputs.size()) + " outputs", "Use layer.call(x)", where);
  return std::move(outputs[0]);
}

std::vector<Tensor> Layer::call(const TensorList& xs, std::optional<bool> training, Location where) const {
  Frame frame(where);
  LayerBase& layer = base();
  for (const Tensor& x : xs)
    if (!x.defined())
      throw ArgumentError(layer.class_name(), "an input is undefined", "layer '" + layer.name() + "'",
                          "Give the tensor a value first", where);
  if (is_functional(xs)) return functional_call(*this, xs, where);
  ensure_built(layer, shapes_of(xs));
  CallScope context(training.value_or(call_training()));
  for (const Tensor& x : xs)
    if (x.is_symbolic()) {
      const TracedCall traced{GraphHandle(x.impl()->graph.get())};
      std::vector<Tensor> outputs = layer.call_many(xs, call_training());
      for (Tensor& output : outputs) output = traced.result(std::move(output));
      return outputs;
    }
  return layer.call_many(xs, call_training());
}

void Layer::build(const Shape& input_shape, Location where) const {
  Frame frame(where);
  ensure_built(base(), {input_shape});
}

std::vector<Tensor> Layer::get_weights() const {
  std::vector<Tensor> values;  // as in Keras, copies
  for (const Weight& weight : base().weights()) values.push_back(alias(weight.value));
  return values;
}

void Layer::set_weights(const std::vector<Tensor>& values, Location where) const {
  const std::vector<Weight> weights = base().weights();
  if (values.size() != weights.size())
    throw ArgumentError("set_weights", "as many values as weights are needed",
                        "layer '" + name() + "' has " + std::to_string(weights.size()) + " weights, " +
                            std::to_string(values.size()) + " values were given",
                        base().built() ? "" : "Build the layer first", where);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].defined() || values[i].shape() != weights[i].value.shape())
      throw ArgumentError("set_weights", "a value has its weight's shape",
                          "weight '" + weights[i].name + "' of layer '" + name() + "' is " +
                              weights[i].value.shape().text() + ", the value " +
                              (values[i].defined() ? values[i].shape().text() : "undefined"),
                          "", where);
  RunNow now;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Tensor weight = weights[i].value;
    weight.copy_(Arg(values[i], where));
  }
}

}  // namespace triptych::keras
