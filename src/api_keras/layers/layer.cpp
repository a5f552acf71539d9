#include "triptych/keras/layer.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <new>
#include <set>

#include "api_keras/access.h"
#include "api_keras/layers/brick.h"
#include "api_keras/layers/masks.h"
#include "api_keras/models/call_form.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "core/graph/graph.h"
#include "core/support/printable.h"
#include "core/tensor/transaction.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

void collect(const std::vector<Weight>& from, bool trainable, std::vector<Tensor>& into) {
  for (const Weight& weight : from)
    if (weight.trainable == trainable) into.push_back(weight.value);
}

/// A layer that is called inside of another one but not a part of it would be neither trained nor saved.
void check_held(LayerBase& layer, Location where) {
  const CallScope* caller = CallScope::innermost();
  if (!caller || !LayerAccess::checks_parts(caller->layer)) return;
  for (const CallScope* scope = caller; scope; scope = scope->outer)
    if (&scope->layer == &layer || is_inside(layer, scope->layer)) return;
  if (layer.weights().empty()) return;
  const std::string whole = caller->layer.class_name();
  const Location made = LayerAccess::made_at(layer);
  throw ArgumentError(whole, "a layer with weights is called, and is not a part of the layer that calls it",
                      "'" + layer.name() + "'" + (made ? ", made at " + made.text() + "," : std::string()) + " in '" +
                          caller->layer.name() + "' would be neither trained nor saved",
                      "Hold it as a member of a layer that keras::layer<" + whole + ">() or keras::model<" + whole +
                          ">() makes, or pass it through track()",
                      where);
}

constexpr int most_calls = 200;  // inside of each other

thread_local std::int64_t examples = unknown;

/// The shapes that the layer gave the first time, as Keras shows them: those of the first batch.
void remember_outputs(LayerBase& layer, const std::vector<Tensor>& outputs) {
  if (!LayerAccess::output_shapes(layer).empty() || LayerAccess::is_plain(layer)) return;
  std::vector<Shape> shapes = shapes_of(outputs);
  for (Shape& shape : shapes)
    if (shape.rank() > 0 && !shape.dim(0).known()) shape.set(0, examples);
  LayerAccess::output_shapes(layer) = std::move(shapes);
}

void collect_inner(const LayerBase& layer, std::set<const LayerBase*>& into) {
  for (const Layer& inner : layer.layers())
    if (into.insert(&inner.base()).second) collect_inner(inner.base(), into);
}

bool any_defined(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& tensor) { return tensor.defined(); });
}

/// A mask for each input: what the caller gave, else what the input brings along.
std::vector<Tensor> masks_for(const LayerBase& layer, const std::vector<Tensor>& xs, const std::vector<Tensor>& given,
                              Location where) {
  if (given.size() > xs.size())
    throw ArgumentError(layer.class_name(), "there are more masks than inputs",
                        std::to_string(given.size()) + " masks, " + std::to_string(xs.size()) + " inputs", "", where);
  std::vector<Tensor> masks = given;
  masks.resize(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!masks[i].defined()) masks[i] = mask_of(xs[i]);
    if (masks[i].defined() && masks[i].dtype() != boolean) masks[i] = cast(masks[i], boolean);
  }
  return masks;
}

/// Hands masks on from the inputs to those outputs that have none of their own.
void hand_on_masks(LayerBase& layer, const std::vector<Tensor>& xs, const std::vector<Tensor>& masks,
                   const std::vector<Tensor>& outputs) {
  if (!layer.supports_masking) {
    if (any_defined(masks) && LayerAccess::warns_now(layer))
      std::fprintf(stderr,
                   "[%s] warning: layer '%s' was passed an input with a mask attached to it. However, this layer does "
                   "not support masking and will therefore destroy the mask information. Downstream layers will not "
                   "see the mask.\n",
                   printable(layer.class_name()).c_str(), printable(layer.name()).c_str());
    return;
  }
  if (std::all_of(outputs.begin(), outputs.end(), [](const Tensor& y) { return mask_of(y).defined(); })) return;
  const std::vector<Tensor> made = layer.compute_mask(xs, masks);
  for (std::size_t i = 0; i < std::min(made.size(), outputs.size()); ++i)
    if (made[i].defined() && !mask_of(outputs[i]).defined()) set_mask(outputs[i], made[i]);
}

thread_local const CallScope* innermost_call = nullptr;
thread_local bool shapes_only = false;
thread_local detail::Construction* construction = nullptr;
thread_local WeightBudget* budget = nullptr;
std::atomic<std::uint64_t> changes{1}, freezes{0};

}  // namespace

std::uint64_t structure_changes() { return changes.load(std::memory_order_relaxed); }
void structure_changed() { changes.fetch_add(1, std::memory_order_relaxed); }
std::uint64_t trainability_changes() { return freezes.load(std::memory_order_relaxed); }

CallScope::CallScope(const LayerBase& called, std::optional<bool> in_training, bool with_mask)
    : layer(called),
      asked(in_training),
      training(in_training.value_or(LayerAccess::trains_by_default(called))),
      mask_given(with_mask),
      outer(std::exchange(innermost_call, this)),
      depth(outer ? outer->depth + 1 : 0) {}
CallScope::~CallScope() {
  innermost_call = outer;
  if (!outer) forget_masks_of_the_dead();
}
const CallScope* CallScope::innermost() { return innermost_call; }

WeightBudget::WeightBudget(std::uint64_t bytes) : outer_(std::exchange(budget, this)), left_(bytes) {}
WeightBudget::~WeightBudget() { budget = outer_; }
void WeightBudget::spend(const Shape& shape, DType dtype, Location where) {
  if (!budget) return;
  const auto bytes = static_cast<std::uint64_t>(shape.size(where)) * size_of(dtype);
  if (bytes > budget->left_)
    throw ArgumentError("load_model", "the file's layers have more weights than the file", "a weight " + shape.text(),
                        "", where);
  budget->left_ -= bytes;
}

BatchScope::BatchScope(std::int64_t size) : outer_(std::exchange(examples, size)) {}
BatchScope::~BatchScope() { examples = outer_; }
std::int64_t examples_of_step() { return examples; }

std::optional<bool> call_training() { return innermost_call ? innermost_call->asked : std::nullopt; }

namespace detail {

Construction::Construction() : outer_(std::exchange(construction, this)) {}
Construction::~Construction() { construction = outer_; }

void Construction::note(const Layer& handle, bool is_new) {
  if (!construction) return;
  try {
    construction->seen_.push_back({&handle, handle.shared(), is_new});
  } catch (const std::bad_alloc&) {  // a handle may be moved where nothing can be thrown: `finish` says it
    construction->lost_ = true;
  }
}

void Construction::finish(LayerBase& whole, std::size_t size) {
  construction = outer_;
  if (lost_) throw std::bad_alloc();
  const auto* begin = static_cast<const char*>(dynamic_cast<const void*>(&whole));
  // What stands in the object's own bytes: the last handle that came to life there counts, others have gone.
  std::set<const Layer*> known;
  std::set<const LayerBase*> members, inner;
  for (std::size_t i = seen_.size(); i-- > 0;) {
    const auto* at = reinterpret_cast<const char*>(seen_[i].at);
    const bool is_member = at >= begin && at < begin + size && known.insert(seen_[i].at).second;
    const auto layer = seen_[i].layer.lock();
    if (!layer) continue;
    if (is_member) members.insert(layer.get());
    collect_inner(*layer, inner);
  }
  for (const Seen& seen : seen_)
    if (const auto layer = seen.layer.lock(); layer && layer.get() != &whole)
      if (members.contains(layer.get()) || (seen.is_new && !inner.contains(layer.get())))
        LayerAccess::track(whole, Layer::of(layer), LayerAccess::made_at(*layer));
}

}  // namespace detail

bool is_inside(const LayerBase& part, const LayerBase& whole) {
  for (const auto& inner : LayerAccess::tracked(whole))
    if (inner.get() == &part) return true;
  for (const Layer& inner : whole.layers())
    if (&inner.base() == &part || is_inside(part, inner.base())) return true;
  return false;
}

CallOptions only_training(bool training, std::size_t inputs) {
  return {.training = training, .mask = std::vector<Tensor>(inputs)};
}

namespace {

/// Floating ones in `dtype`, with their masks.
std::vector<Tensor> floating_in(DType dtype, const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  result.reserve(tensors.size());
  for (const Tensor& x : tensors) {
    if (x.dtype() == dtype || !is_floating(x.dtype())) {
      result.push_back(x);
      continue;
    }
    result.push_back(cast(x, dtype));
    if (const Tensor mask = mask_of(x); mask.defined()) set_mask(result.back(), mask);
  }
  return result;
}

/// The layer's function, on what its dtype policy makes of inputs and weights.
std::vector<Tensor> cast_and_called(LayerBase& layer, const std::vector<Tensor>& inputs, const CallOptions& options) {
  const DType dtype = layer.compute_dtype();
  const bool casts = layer.autocast && is_floating(dtype);
  const ReadWeightsIn reading(casts ? std::optional(dtype) : std::nullopt, dtype != layer.variable_dtype());
  const auto differs = [&](const Tensor& x) { return x.dtype() != dtype && is_floating(x.dtype()); };
  const std::vector<Tensor>& states = options.initial_state;
  if (!layer.autocast || !LayerAccess::converts_inputs(layer) ||
      (std::none_of(inputs.begin(), inputs.end(), differs) && std::none_of(states.begin(), states.end(), differs)))
    return layer.call_with(inputs, options);
  CallOptions in_dtype = options;
  in_dtype.initial_state = floating_in(dtype, states);
  return layer.call_with(floating_in(dtype, inputs), in_dtype);
}

}  // namespace

std::vector<Tensor> outputs_of(LayerBase& layer, const std::vector<Tensor>& inputs, const CallOptions& options,
                               Location where) {
  std::vector<Tensor> outputs = cast_and_called(layer, inputs, options);
  const auto fail = [&](const char* wrong) {
    throw ArgumentError(layer.class_name(), wrong, "layer '" + layer.name() + "'", "", where);
  };
  for (const Tensor& output : outputs)
    if (!output.defined()) fail("the layer's function returned an undefined tensor");
  if (outputs.empty()) fail("the layer's function returned no tensor");
  if (layer.activity_regularizer().defined()) penalize_activity(layer, outputs);
  return outputs;
}

void ensure_built(LayerBase& layer, const std::vector<Shape>& input_shapes) {
  if (layer.built()) return;
  std::vector<Shape> shapes = input_shapes;
  for (Shape& shape : shapes)
    if (shape.rank() > 0) shape.set(0, unknown);
  // What a build that failed has made goes, and the next one draws the same numbers. One that ended well stays,
  // whatever fails around it.
  Transaction whole;
  whole.keep_for_good();
  Transaction::did(undo_by([&layer, before = LayerAccess::Parts(layer)] { before.restore(layer); }));
  {
    RunNow now;
    detail::Construction parts;
    layer.build_many(shapes);
    parts.finish(layer, 0);
  }
  LayerAccess::build_shapes(layer) = std::move(shapes);
  LayerAccess::built(layer) = true;
}

std::vector<TensorMeta> infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& inputs) {
  return infer_outputs(layer, inputs, CallForm::of_inputs(inputs.size()), {}).outputs;
}

Inferred infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& tensors, const CallForm& form,
                       const std::vector<std::optional<Shape>>& masks) {
  const GraphHandle scratch;
  const TraceScope scope(scratch);
  struct ShapesOnly {
    bool outer = std::exchange(shapes_only, true);
    ~ShapesOnly() { shapes_only = outer; }
  } const shapes;
  std::vector<Tensor> xs;
  for (const TensorMeta& tensor : tensors)
    xs.push_back(graph_placeholder(scratch, "x", tensor.dtype, tensor.shape, {}, {}));
  auto [inputs, options] = form.taken_apart(xs);
  options.training = false;
  options.mask.resize(inputs.size());
  for (std::size_t i = 0; i < std::min(masks.size(), inputs.size()); ++i) {
    if (!masks[i]) continue;
    set_mask(inputs[i], graph_placeholder(scratch, "mask", boolean, *masks[i], {}, {}));
    if (!options.mask[i].defined()) options.mask[i] = mask_of(inputs[i]);
  }
  const CallScope context(layer, false, form.mask_given());
  const std::vector<Tensor> outputs = outputs_of(layer, inputs, options);
  if (layer.supports_masking) hand_on_masks(layer, inputs, options.mask, outputs);
  Inferred inferred;
  for (const Tensor& output : outputs) {
    inferred.outputs.push_back(output.meta());
    const Tensor mask = mask_of(output);
    inferred.masks.push_back(mask.defined() ? std::optional(mask.shape()) : std::nullopt);
  }
  clear_losses(layer);
  return inferred;
}

bool inferring() { return shapes_only; }

// --- LayerBase ------------------------------------------------------------------------------------------------------

LayerBase::LayerBase() : dtype_policy_(mixed_precision::global_policy()) {}
LayerBase::~LayerBase() = default;

void LayerBase::build(const Shape&) {}
void LayerBase::build_many(const std::vector<Shape>& input_shapes) {
  build(input_shapes.empty() ? Shape{} : input_shapes[0]);
}

Tensor LayerBase::call(const Tensor&, bool) {
  throw ArgumentError(class_name(), "the layer has no function",
                      "'" + name_ + "' overrides neither call nor call_many");
}

std::vector<Tensor> LayerBase::call_many(const std::vector<Tensor>& xs, bool training) {
  if (xs.size() != 1)
    throw ArgumentError(class_name(), "the layer takes one input, and got another number",
                        "layer '" + name_ + "' was called on " + std::to_string(xs.size()));
  return {call(xs[0], training)};
}

std::vector<Tensor> LayerBase::call_with(const std::vector<Tensor>& xs, const CallOptions& options) {
  const CallScope* call = CallScope::innermost();
  if (call && &call->layer == this && call->mask_given)
    throw ArgumentError(class_name(), "the layer does not take an argument that it is called with",
                        ".mask, layer '" + name_ + "'");
  takes(*this, options, {});
  return call_many(xs, options.training.value_or(false));
}

std::vector<Tensor> LayerBase::compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) {
  return mask;
}

void LayerBase::adapt(const Tensor&) {
  throw ArgumentError(class_name(), "the layer takes nothing from data", "layer '" + name_ + "'",
                      "Layers that preprocess, as Normalization, do");
}

void LayerBase::reset_states() {
  for (const Layer& inner : layers()) inner.base().reset_states();
}

std::string LayerBase::class_name() const { return class_name_of(typeid(*this)); }

void LayerBase::set_dtype_policy(const DTypePolicy& policy, Location where) {
  if (!weights_.empty() && policy.variable_dtype() != variable_dtype())
    throw ArgumentError(class_name(), "the weights are made already, in another dtype than the policy's",
                        "'" + policy.name() + "' for layer '" + name_ + "', whose weights are " +
                            std::string(dtype_name(variable_dtype())),
                        "Set the policy before the layer is built", where);
  dtype_policy_ = policy.defined() ? policy : mixed_precision::global_policy();
}

void LayerBase::set_trainable(bool value, Location where) {
  freezes.fetch_add(1, std::memory_order_relaxed);
  trainable_ = value;
  set_trainable_at_ = where;
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
      if ((weight.trainable && trainable_) == trainable)
        add_once({weight.name, weight.value, trainable, weight.regularizer, weight.constraint});
  for (const Layer& inner : layers())
    for (const Weight& weight : inner.weights())
      add_once(
          {inner.name() + "/" + weight.name, weight.value, weight.trainable, weight.regularizer, weight.constraint});
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

void LayerBase::check_new_name(const std::string& name, const char* what, Location where) const {
  const auto fail = [&](const std::string& wrong, const char* hint) {
    throw ArgumentError(class_name(), wrong, "'" + name + "' of layer '" + name_ + "'", hint, where);
  };
  if (name.find('/') != std::string::npos)
    fail(std::string("the name of a ") + what + " has a slash", "Files call a weight 'layer/weight'");
  const auto has_name = [&](const Weight& other) { return other.name == name; };
  if (std::any_of(weights_.begin(), weights_.end(), has_name) || std::any_of(states_.begin(), states_.end(), has_name))
    fail(std::string("the name of a ") + what + " is taken", "One of the two would be lost in files");
}

Tensor LayerBase::add_weight(const WeightOptions& options, Location where) {
  std::string name = options.name;
  for (int i = 0; options.name.empty(); ++i) {
    name = i == 0 ? "variable" : "variable_" + std::to_string(i);
    if (std::none_of(weights_.begin(), weights_.end(), [&](const Weight& other) { return other.name == name; })) break;
  }
  check_new_name(name, "weight", where);
  const auto fail = [&](const char* wrong, const std::string& given, const char* hint) {
    throw ArgumentError(class_name(), wrong, "'" + name + "' of layer '" + name_ + "' " + given, hint, where);
  };
  const DType dtype = options.dtype.value_or(variable_dtype());
  RunNow now;
  if (!options.shape.known())
    fail("a weight's shape is not known", "has shape " + options.shape.text(),
         "Give the input all dimensions but the batch");
  WeightBudget::spend(options.shape, dtype, where);
  Tensor value = options.initializer(options.shape, dtype, where);
  if (!value.defined() || value.is_symbolic()) fail("an initializer returned a tensor without values", "has none", "");
  if (value.shape() != options.shape || value.dtype() != dtype)
    fail("an initializer made another shape or dtype than it was asked for",
         "is " + std::string(dtype_name(dtype)) + " " + options.shape.text() + ", made was " +
             std::string(dtype_name(value.dtype())) + " " + value.shape().text(),
         "");
  if (options.trainable && is_floating(dtype)) value.set_requires_grad();
  mark_state(value);
  weights_.push_back({std::move(name), value, options.trainable, options.regularizer, options.constraint});
  return value;
}

void LayerBase::add_state(OwnedText name, Tensor value, Location where) {
  check_new_name(name, "state", where);
  if (!value.defined())
    throw ArgumentError(class_name(), "a state is undefined", "'" + name + "' of layer '" + name_ + "'", "", where);
  mark_state(value);
  states_.push_back({std::move(name), std::move(value), false, {}, {}});
}

std::vector<Weight> LayerBase::states() const {
  std::vector<Weight> all = states_;
  for (const Layer& inner : layers())
    for (const Weight& state : inner.base().states())
      all.push_back({inner.name() + "/" + state.name, state.value, false, {}, {}});
  return all;
}

void LayerBase::track_part(const Layer& layer, Location where) {
  if (!layer.defined())
    throw ArgumentError(class_name(), "a layer to track is undefined", "a default-constructed Layer",
                        "Give it a layer first", where);
  LayerBase& part = layer.base();
  if (&part == this || is_inside(*this, part))
    throw ArgumentError(class_name(), "a layer would be inside of itself", "'" + part.name_ + "'", "", where);
  for (const auto& other : tracked_)
    if (other.get() == &part) return;
  tracked_.push_back(layer.shared());
  structure_changed();
}

// --- Layer ----------------------------------------------------------------------------------------------------------

Layer::Layer(std::shared_ptr<LayerBase> base, OptionText name, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("Layer", "there is no layer", "a null pointer", "", where);
  if (name.find('/') != std::string::npos)
    throw ArgumentError(base_->class_name(), "the name of a layer has a slash", "'" + name + "'",
                        "Files call a weight 'layer/weight'", where);
  if (name == optimizer_folder)
    throw ArgumentError(base_->class_name(), "the name of a layer is that of the optimizer's state in files",
                        "'" + name + "'", "Choose another one", where);
  LayerAccess::named(*base_) = !name.empty();
  LayerAccess::name(*base_) = name.empty() ? unique_name(to_snake_case(base_->class_name())) : std::move(name);
  LayerAccess::made_at(*base_) = where;
  detail::Construction::note(*this, true);
}

Layer::Layer(const Tensor& input, Location where) : base_(input_layer_of(input, where).base_) {}

Layer& Layer::operator=(const Layer& other) {
  base_ = other.base_;
  detail::Construction::note(*this, false);
  return *this;
}
Layer& Layer::operator=(Layer&& other) noexcept {
  base_ = std::move(other.base_);
  detail::Construction::note(*this, false);
  return *this;
}

Layer Layer::of(std::shared_ptr<LayerBase> base) {
  Layer handle;
  handle.base_ = std::move(base);
  return handle;
}

LayerBase& Layer::base(Location where) const {
  if (!base_)
    throw ArgumentError("Layer", "the handle is undefined", "a Layer that was default-constructed or moved from",
                        "Give it a layer first", where);
  return *base_;
}

void Layer::adapt(const Tensor& data, Location where) const {
  LayerBase& layer = base(where);
  const Frame frame(where);
  if (!data.defined() || data.is_symbolic() || data.ndim() == 0)
    throw ArgumentError(layer.class_name(), "data to adapt to are not an array of examples",
                        !data.defined()      ? "an undefined tensor"
                        : data.is_symbolic() ? "a symbolic tensor"
                                             : "one number");
  const Transaction whole;
  layer.adapt(data);
}

Tensor Layer::operator()(const Tensor& x, std::optional<bool> training, Location where) const {
  return (*this)(std::vector<Tensor>{x}, training, where);
}

Tensor Layer::operator()(const std::vector<Tensor>& xs, std::optional<bool> training, Location where) const {
  return only_output(call(xs, training, where), where);
}

Tensor Layer::only_output(std::vector<Tensor> outputs, Location where) const {
  if (outputs.size() != 1)
    throw ArgumentError(base().class_name(), "the layer has several outputs",
                        std::to_string(outputs.size()) + " outputs", "Use layer.call(x)", where);
  return std::move(outputs[0]);
}

std::vector<Tensor> Layer::call(const TensorList& xs, std::optional<bool> training, Location where) const {
  return call_all(xs, {.training = training}, where);
}

std::vector<Tensor> Layer::call_all(const TensorList& xs, const CallOptions& given, Location where) const {
  Frame frame(where);
  LayerBase& layer = base(where);
  const std::shared_ptr<LayerBase> alive = shared();  // its call may drop all other handles
  for (const std::vector<Tensor>* list :
       {static_cast<const std::vector<Tensor>*>(&xs), static_cast<const std::vector<Tensor>*>(&given.initial_state)})
    for (const Tensor& x : *list)
      if (!x.defined())
        throw ArgumentError(layer.class_name(), "an input is undefined", "layer '" + layer.name() + "'",
                            "Give the tensor a value first", where);
  if (is_functional(CallForm::tensors_of(xs, given))) return functional_call(*this, xs, given, where);
  ensure_built(layer, shapes_of(xs));
  check_held(layer, where);
  if (const CallScope* around = CallScope::innermost(); around && around->depth > most_calls)
    throw ArgumentError(layer.class_name(), "calls of layers are nested too deep",
                        "layer '" + layer.name() + "', inside of " + std::to_string(around->depth) + " others",
                        "Does a layer call itself?", where);
  if (!CallScope::innermost()) clear_losses(layer);
  const CallScope call(layer, given.training ? given.training : call_training(), any_defined(given.mask));
  const Transaction whole;  // running statistics and streams stay if the call fails
  CallOptions options = given;
  options.training = call.training;
  options.mask = masks_for(layer, xs, given.mask, where);
  std::vector<Tensor> outputs;
  const auto symbolic = std::find_if(xs.begin(), xs.end(), [](const Tensor& x) { return x.is_symbolic(); });
  if (symbolic != xs.end()) {
    const TracedCall traced{GraphHandle(symbolic->impl()->graph.get())};
    outputs = outputs_of(layer, xs, options);
    hand_on_masks(layer, xs, options.mask, outputs);
    for (Tensor& output : outputs) {
      const Tensor mask = mask_of(output);
      output = traced.result(std::move(output));
      if (mask.defined()) set_mask(output, mask);
    }
  } else {
    outputs = outputs_of(layer, xs, options);
    hand_on_masks(layer, xs, options.mask, outputs);
  }
  remember_outputs(layer, outputs);
  return outputs;
}

std::vector<Tensor> Layer::compute_mask(const TensorList& inputs, const TensorList& mask, Location where) const {
  const Frame frame(where);
  LayerBase& layer = base(where);
  return layer.compute_mask(inputs, masks_for(layer, inputs, mask, where));
}

namespace {

Tensor only_symbol(const Layer& layer, std::vector<Tensor> tensors, const char* what, Location where) {
  if (tensors.size() != 1)
    throw ArgumentError(layer.base().class_name(), std::string("the layer has several ") + what,
                        "'" + layer.name() + "' has " + std::to_string(tensors.size()),
                        std::string("Use ") + what + "()", where);
  return std::move(tensors[0]);
}

}  // namespace

std::vector<Tensor> Layer::inputs(Location where) const { return first_call_of(*this, where).inputs; }
std::vector<Tensor> Layer::outputs(Location where) const { return first_call_of(*this, where).outputs; }
Tensor Layer::input(Location where) const { return only_symbol(*this, inputs(where), "inputs", where); }
Tensor Layer::output(Location where) const { return only_symbol(*this, outputs(where), "outputs", where); }

namespace {

/// A file has what this layer does not take.
void check_nothing_more(const LayerBase& layer, const std::vector<std::string>& names) {
  if (!names.empty())
    throw ArgumentError("load_own_variables", "the file keeps what the layer does not know",
                        "layer '" + layer.name() + "' of class '" + layer.class_name() + "': " + quoted_list(names),
                        "A class that keeps more than its weights overrides load_own_variables, or load_assets");
}

}  // namespace

void LayerBase::save_own_variables(StateDict&) const {}
void LayerBase::load_own_variables(const StateDict& store) { check_nothing_more(*this, store.names()); }
void LayerBase::save_assets(std::map<std::string, std::string>&) const {}
void LayerBase::load_assets(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  check_nothing_more(*this, names);
}

Shape Layer::compute_output_shape(const Shape& input_shape, Location where) const {
  const Frame frame(where);
  LayerBase& layer = base(where);
  ensure_built(layer, {input_shape});
  const std::vector<TensorMeta> outputs =
      infer_outputs(layer, {{.shape = input_shape, .strides = {}, .dtype = layer.input_dtype(), .device = {}}});
  if (outputs.size() != 1)
    throw ArgumentError(layer.class_name(), "the layer has several outputs",
                        std::to_string(outputs.size()) + " outputs", "", where);
  return outputs[0].shape;
}

void Layer::build(const Shape& input_shape, Location where) const {
  Frame frame(where);
  ensure_built(base(where), {input_shape});
}

std::vector<Tensor> Layer::get_weights(Location where) const {
  std::vector<Tensor> values;  // as in Keras, copies
  for (const Weight& weight : weights(where)) values.push_back(alias(weight.value));
  return values;
}

void Layer::set_weights(const std::vector<Tensor>& values, Location where) const {
  const std::vector<Weight> weights = this->weights(where);
  if (values.size() != weights.size())
    throw ArgumentError("set_weights", "the number of values is not that of the weights",
                        "layer '" + name() + "' has " + std::to_string(weights.size()) + " weights, " +
                            std::to_string(values.size()) + " values were given",
                        base().built() ? "" : "Build the layer first", where);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].defined() || values[i].shape() != weights[i].value.shape())
      throw ArgumentError("set_weights", "a value does not have its weight's shape",
                          "weight '" + weights[i].name + "' of layer '" + name() + "' is " +
                              weights[i].value.shape().text() + ", the value " +
                              (values[i].defined() ? values[i].shape().text() : "undefined"),
                          "", where);
  RunNow now;
  const Transaction whole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Tensor weight = weights[i].value;
    weight.copy_(Arg(values[i], where));
  }
}

}  // namespace triptych::keras
