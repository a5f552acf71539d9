// New layers and models of JSON.
#include <algorithm>
#include <map>

#include "api_keras/access.h"
#include "api_keras/layers/recurrent.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/saving/graph_ops.h"
#include "api_keras/saving/objects.h"
#include "api_keras/saving/registry.h"
#include "api_keras/saving/remake.h"
#include "core/formats/json.h"
#include "core/support/near_names.h"
#include "triptych/keras/layers/input.h"

namespace triptych::keras {
namespace {

[[noreturn]] void wrong(const std::string& problem, const std::string& given, Location where) {
  throw ArgumentError(Reading::op(), problem, given, "", where);
}

const Json& member(const Json& object, const char* key, Location where) {
  if (!object.is_object() || !object.contains(key))
    wrong("a part of the config is missing", std::string("'") + key + "'", where);
  return object[key];
}
const Json& list_in(const Json& object, const char* key, Location where) {
  const Json& value = member(object, key, where);
  if (!value.is_array())
    wrong("a part of the config is not a list", std::string("'") + key + "': " + short_text(value), where);
  return value;
}
std::string text_in(const Json& object, const char* key, Location where) {
  const Json& value = member(object, key, where);
  if (!value.is_string())
    wrong("a part of the config is not a text", std::string("'") + key + "': " + short_text(value), where);
  return value.get<std::string>();
}

/// A shape of a config, or none.
std::optional<Shape> shape_of(const Json& value, Location where) {
  if (!value.is_array() || value.empty() || value.size() > 8) return {};
  Shape shape;
  for (const Json& dim : value) {
    if (!dim.is_null() && (!dim.is_number_integer() || dim.get<std::int64_t>() < 0)) return {};
    shape.append(dim.is_null() ? Dim(unknown) : Dim(dim.get<std::int64_t>()), where);
  }
  return shape;
}

Tensor input_of(const Json& config, Location where) {
  const char* key = config.contains("batch_shape") ? "batch_shape" : "batch_input_shape";
  const std::optional<Shape> shape = shape_of(member(config, key, where), where);
  if (!shape) wrong("an InputLayer has no shape", short_text(config[key]), where);
  for (const char* kind : {"sparse", "ragged"})
    if (config.contains(kind) && config[kind] == true)
      wrong("an InputLayer is of a kind that is not here", kind, where);
  InputOptions options;
  if (config.contains("dtype") && !config["dtype"].is_null()) {
    Json dtype = config["dtype"];
    if (dtype.is_object()) dtype = member(member(dtype, "config", where), "name", where);
    if (!dtype.is_string()) wrong("a dtype is not a name", short_text(dtype), where);
    options.dtype = dtype_from_name(dtype.get<std::string>(), where);
  }
  if (shape->dim(0).known()) options.batch_size = shape->dim(0).raw();
  if (config.contains("name")) options.name = text_in(config, "name", where);
  Shape example = *shape;
  example.erase(0);
  return layers::Input(example, options, where);
}

/// A layer that a file calls "dense_1" was so called by its class, not by the user.
void give_name(const Layer& layer, const std::string& name) {
  LayerBase& base = layer.base();
  LayerAccess::name(base) = name;
  const std::string by_class = to_snake_case(base.class_name());
  const bool numbered = name.starts_with(by_class + "_") &&
                        name.find_first_not_of("0123456789", by_class.size() + 1) == std::string::npos;
  LayerAccess::named(base) = name != by_class && !numbered;
}

/// Weights of the layer and, as its call says, of those inside.
void build_as_called(LayerBase& layer, const std::vector<Shape>& shapes) {
  ensure_built(layer, shapes);
  std::vector<TensorMeta> inputs;
  for (const Shape& shape : shapes)
    inputs.push_back({.shape = shape, .strides = {}, .dtype = layer.input_dtype(), .device = {}});
  static_cast<void>(infer_outputs(layer, inputs));
}

Layer sequential_from(const Json& config, const std::string& name, Location where) {
  std::vector<Layer> layers;
  for (const Json& item : list_in(config, "layers", where)) layers.push_back(layer_from(item, where));
  const Sequential model(layers, {.name = name}, where);
  if (!model.built() && config.contains("build_input_shape"))
    if (const auto shape = shape_of(config["build_input_shape"], where)) model.build(*shape, where);
  return model;
}

/// Makes a functional model: its layers, then call after call as soon as what it reads is there.
class FunctionalReader {
 public:
  FunctionalReader(const Json& config, Location where) : config_(config), where_(where) {}

  Model read(const std::string& name) {
    const Json& items = list_in(config_, "layers", where_);
    for (const bool inputs : {true, false})
      for (const Json& item : items)
        if ((text_in(item, "class_name", where_) == "InputLayer") == inputs) add(item);
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (calls_[i].missing == 0) ready_.push_back(i);
    for (std::size_t next = 0; next < ready_.size(); ++next) run(calls_[ready_[next]]);
    if (ready_.size() != calls_.size())
      wrong("calls of layers in the config wait for each other, or for a layer that is not there",
            std::to_string(calls_.size() - ready_.size()) + " calls", where_);
    return Model(ends("input_layers"), ends("output_layers"), {.name = name}, where_);
  }

 private:
  using Key = std::pair<std::string, std::int64_t>;  // a layer, and the number of its call
  struct Call {
    Key key;
    const Json* node = nullptr;
    std::size_t missing = 0;
  };

  void add(const Json& item) {
    const std::string name =
        item.contains("name") ? text_in(item, "name", where_) : text_in(member(item, "config", where_), "name", where_);
    const std::string kind = text_in(item, "class_name", where_);
    if (layers_.contains(name) || ops_.contains(name))
      wrong("two layers of a model have one name", "'" + name + "'", where_);
    if (kind == "InputLayer") {
      const Tensor input = input_of(member(item, "config", where_), where_);
      layers_.emplace(name, Layer(input));
      results_[{name, 0}] = {input};
      return;
    }
    const bool is_op =
        item.contains("module") && item["module"].is_string() && item["module"].text().starts_with("keras.src.ops");
    if (is_op) {
      if (!is_known_op(kind))
        throw UnsupportedError(Reading::op(), "an op of the file is not known here", "'" + kind + "'", "", where_);
      ops_.emplace(name, std::pair(kind, &member(item, "config", where_)));
    } else {
      layers_.emplace(name, layer_from(item, where_));
    }
    std::int64_t number = 0;
    for (const Json& node : list_in(item, "inbound_nodes", where_)) {
      if (!node.is_object()) wrong("a call of a layer is of another version's form", short_text(node), where_);
      Call call{{name, number++}, &node, 0};
      if (call.key.second > 0) wait_for(call, {name, call.key.second - 1});
      const auto read = [&](const Json& tensor) { wait_for(call, key_of(tensor)); };
      for_each_tensor(member(node, "args", where_), read);
      for_each_tensor(member(node, "kwargs", where_), read);
      calls_.push_back(call);
    }
  }

  void wait_for(Call& call, const Key& key) {
    if (results_.contains(key)) return;
    waiting_[key].push_back(calls_.size());
    ++call.missing;
  }

  static bool is_tensor(const Json& value) {
    return value.is_object() && value.contains("class_name") && value["class_name"] == "__keras_tensor__";
  }
  template <class F>
  static void for_each_tensor(const Json& value, const F& f) {
    if (is_tensor(value)) return f(value);
    if (value.is_structured())
      for (const Json& item : value) for_each_tensor(item, f);
  }

  const Json& history_of(const Json& tensor) const {
    return list_in(member(tensor, "config", where_), "keras_history", where_);
  }
  Key key_of(const Json& tensor) const { return key_in(history_of(tensor)); }
  Key key_in(const Json& history) const {
    if (!history.is_array() || history.size() < 3 || !history[0].is_string() || !history[1].is_number_integer() ||
        !history[2].is_number_integer())
      wrong("a tensor of the config does not say where it comes from", short_text(history), where_);
    return {history[0].get<std::string>(), history[1].get<std::int64_t>()};
  }
  Tensor result_of(const Json& history) const {
    const auto found = results_.find(key_in(history));
    const std::int64_t output = history[2].get<std::int64_t>();
    if (found == results_.end() || output < 0 || output >= static_cast<std::int64_t>(found->second.size()))
      wrong("a tensor of the config comes from nowhere", short_text(history), where_);
    return found->second[static_cast<std::size_t>(output)];
  }

  /// A tensor, or several in a list or by names.
  void collect(const Json& value, std::vector<Tensor>& into) const {
    if (is_tensor(value))
      into.push_back(result_of(history_of(value)));
    else if (value.is_array() || (value.is_object() && !value.contains("class_name")))
      for (const Json& item : value) collect(item, into);
    else
      wrong("a layer is called on something else than tensors", short_text(value), where_);
  }

  void run(const Call& call) {
    const auto op = ops_.find(call.key.first);
    std::vector<Tensor> outputs =
        op != ops_.end() ? run_op(op->second.first, *op->second.second, *call.node) : run_layer(call);
    results_[call.key] = std::move(outputs);
    if (const auto waiting = waiting_.find(call.key); waiting != waiting_.end())
      for (const std::size_t number : waiting->second)
        if (--calls_[number].missing == 0) ready_.push_back(number);
  }

  std::vector<Tensor> run_op(const std::string& kind, const Json& config, const Json& node) const {
    const auto model_tensor = [this](const Json& tensor) { return result_of(history_of(tensor)); };
    return apply_known_op(
        {kind, config, list_in(node, "args", where_), member(node, "kwargs", where_), model_tensor, where_});
  }

  std::vector<Tensor> run_layer(const Call& call) const {
    const Layer& layer = layers_.at(call.key.first);
    const std::string kind = layer.base().class_name();
    const bool is_attention = kind == "MultiHeadAttention" || kind == "GroupedQueryAttention";
    const bool is_recurrent = kind == "Bidirectional" || kind == "RNN" || kind == "LSTM" || kind == "GRU" ||
                              kind == "SimpleRNN" || kind.starts_with("ConvLSTM");
    TensorList inputs, masks;
    CallOptions options;
    const Json& arguments = list_in(*call.node, "args", where_);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i].is_null()) continue;
      if (i > 0 && is_recurrent)
        collect(arguments[i], options.initial_state);
      else
        collect(arguments[i], inputs);
    }
    TensorList attention_masks(std::vector<Tensor>(3));
    for (const Json::Member& argument : (*call.node)["kwargs"].items()) {
      const std::string& key = argument.name;
      const Json& value = argument.value;
      if (value.is_null()) continue;
      const auto flag = [&] {
        if (!value.is_boolean()) wrong("an argument of a call is neither true nor false", "'" + key + "'", where_);
        return value.get<bool>();
      };
      if (key == "training") {
        // Keras writes its default for every layer, for random images true, and lets that of the model's call decide
        // all the same. A model inside and what was asked for here stay as they are.
        const bool decided = call.node->contains("decided_training") || layer.as<ModelBase>();
        if (const bool given = flag(); decided) options.training = given;
      } else if (key == "return_attention_scores")
        options.return_attention_scores = flag();
      else if (key == "use_causal_mask")
        options.use_causal_mask = flag();
      else if (key == "reverse")
        options.reverse = flag();
      else if (key == "initial_state")
        collect(value, options.initial_state);
      else if (key == "mask")
        collect_masks(value, masks);
      else if (key == "attention_mask")
        options.attention_mask = one(value);
      else if (is_attention && key == "query_mask")
        attention_masks[0] = one(value);
      else if (is_attention && key == "value_mask")
        attention_masks[1] = one(value);
      else if (is_attention && key == "key_mask")
        attention_masks[2] = one(value);
      else if (key == "query" || key == "value" || key == "key" || key == "inputs" || key == "sequences" ||
               key == "sequence" || key == "x")
        collect(value, inputs);
      else
        wrong("a call of a layer has an argument that is not known here", "'" + key + "' of '" + layer.name() + "'",
              where_);
    }
    while (!attention_masks.empty() && !attention_masks.back().defined()) attention_masks.pop_back();
    options.mask = is_attention && !attention_masks.empty() ? attention_masks : masks;
    return layer.call(inputs, options, where_);
  }

  Tensor one(const Json& value) const {
    std::vector<Tensor> tensors;
    collect(value, tensors);
    if (tensors.size() != 1) wrong("an argument of a call is not one tensor", short_text(value), where_);
    return tensors[0];
  }
  void collect_masks(const Json& value, TensorList& into) const {
    if (!value.is_array()) {
      into.push_back(one(value));
      return;
    }
    for (const Json& item : value) into.push_back(item.is_null() ? Tensor() : one(item));
  }

  TensorList ends(const char* key) const {
    const Json& value = member(config_, key, where_);
    TensorList tensors;
    if (value.is_array() && !value.empty() && value[0].is_string()) return {result_of(value)};
    if (!value.is_structured()) wrong("a part of the config is not a list", std::string("'") + key + "'", where_);
    for (const Json& item : value) tensors.push_back(result_of(item));
    return tensors;
  }

  const Json& config_;
  Location where_;
  std::map<std::string, Layer> layers_;
  std::map<std::string, std::pair<std::string, const Json*>> ops_;
  std::map<Key, std::vector<Tensor>> results_;
  std::map<Key, std::vector<std::size_t>> waiting_;
  std::vector<Call> calls_;
  std::vector<std::size_t> ready_;
};

Layer custom_layer(const saving::LayerMaker& maker, const ObjectParts& parts, Location where) {
  const Layer layer = maker(parts.config ? Config(parts.config->dump(), where) : Config());
  if (!layer.defined())
    wrong("the function that is registered for a class made no layer", "'" + parts.class_name + "'", where);
  return layer;
}

}  // namespace

Layer built_in_layer(const std::string& class_name, const Json& config, Location where) {
  for (const auto classes :
       {layers_dense_and_convolutions(), layers_pooling_and_shapes(), layers_others(), layers_preprocessing()})
    for (const LayerClass& known : classes)
      if (class_name == known.name) {
        Fields fields(config, class_name, where);
        for (const char* elsewhere : {"name", "trainable", "dtype"}) fields.ignore(elsewhere);
        // What is one way of computing the same, or a hint to another backend.
        for (const char* no_matter : {"use_cudnn", "implementation", "time_major", "ragged", "sparse", "autocast",
                                      "unroll", "zero_output_for_mask"})
          fields.ignore(no_matter);
        const Layer layer = known.make(fields);
        if (auto* recurrent = layer.as<Recurrent>();
            recurrent && config.contains("zero_output_for_mask") && config["zero_output_for_mask"] == true)
          recurrent->set_zero_output_for_mask(true);
        return layer;
      }
  return {};
}

Layer layer_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "a layer", where);
  static const Json none = Json::object();
  const Json& config = parts.config ? *parts.config : none;
  if (!config.is_object()) wrong("the config of a layer is not an object", short_text(config), where);
  const std::string& kind = parts.class_name;
  const std::string name = config.contains("name") ? text_in(config, "name", where) : "";
  Layer layer;
  bool custom = false;  // others are built by the calls around them
  if (const auto maker =
          parts.is_built_in ? saving::LayerMaker() : custom_function<Layer(const Config&)>(parts.custom_name(), kind))
    layer = custom_layer(maker, parts, where), custom = true;
  else if (kind == "InputLayer")
    return Layer(input_of(config, where));
  else if (kind == "Sequential")
    layer = sequential_from(config, name, where);
  else if ((kind == "Functional" || kind == "Model") && config.contains("layers"))
    layer = FunctionalReader(config, where).read(name);
  else if (parts.registered_name.empty())
    layer = built_in_layer(kind, config, where);
  if (!layer.defined()) {
    const std::string near = near_names(kind, built_in_layers());
    throw ArgumentError(Reading::op(), "there is no layer of this class", "'" + kind + "'",
                        (near.empty() ? "" : "Did you mean " + near + "? ") +
                            std::string("Classes of your own are made known by saving::register_keras_serializable"),
                        where);
  }
  if (!name.empty()) give_name(layer, name);
  if (DTypePolicy policy; layer.as<ModelBase>() || custom) {  // those of others are among their options
    Fields(config, kind, where).policy(policy);
    if (policy.defined()) layer.base().set_dtype_policy(policy, where);
  }
  if (config.contains("trainable") && config["trainable"] == false) layer.set_trainable(false, where);
  if (custom && !layer.built() && object.is_object() && object.contains("build_config") &&
      object["build_config"].is_object() && object["build_config"].contains("input_shape")) {
    const Json& given = object["build_config"]["input_shape"];
    std::vector<Shape> shapes;
    if (const auto shape = shape_of(given, where))
      shapes.push_back(*shape);
    else if (given.is_array())
      for (const Json& item : given)
        if (const auto one = shape_of(item, where)) shapes.push_back(*one);
    const Frame frame(where);
    if (!shapes.empty()) build_as_called(layer.base(), shapes);
  }
  return layer;
}

}  // namespace triptych::keras
