// Layers and models as JSON.
#include <algorithm>
#include <map>
#include <set>

#include "api_keras/access.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/saving/graph_ops.h"
#include "api_keras/saving/objects.h"
#include "api_keras/saving/registry.h"
#include "api_keras/saving/remake.h"
#include "core/formats/json.h"
#include "core/support/printable.h"
#include "triptych/keras/layers/input.h"

namespace triptych::keras {
namespace {

Json dims(const Shape& shape) {
  Json list = Json::array();
  for (const std::int64_t dim : shape) list.push_back(dim == unknown ? Json() : Json(dim));
  return list;
}

Json policy_object(const DTypePolicy& policy) {
  return {{"module", "keras"},
          {"class_name", "DTypePolicy"},
          {"config", {{"name", policy.name()}}},
          {"registered_name", nullptr}};
}

/// Keras's name of a class.
std::string class_in_files(const LayerBase& layer) {
  const std::string name = layer.class_name();
  return name == "GroupedQueryAttention" ? "GroupQueryAttention" : name;
}

bool is_built_in(const std::string& class_name) {
  for (const std::string& name : built_in_layers())
    if (name == class_name) return true;
  return false;
}

/// A tensor of a functional model: of which call of which layer it is.
struct History {
  std::string layer;
  int call, output;
  Shape shape;
  DType dtype;
};

Json tensor_object(const History& history) {
  return {{"class_name", "__keras_tensor__"},
          {"config",
           {{"shape", dims(history.shape)},
            {"dtype", dtype_name(history.dtype)},
            {"keras_history", {history.layer, history.call, history.output}}}}};
}

/// Writes a functional model's calls.
class FunctionalWriter {
 public:
  explicit FunctionalWriter(const Plan& plan) : plan_(plan) {
    std::map<const LayerBase*, std::vector<int>> calls;
    for (const PlanStep& step : plan.steps)
      if (step.layer.defined()) calls[&step.layer.base()].push_back(step.call_index);
    for (auto& [layer, indices] : calls) std::sort(indices.begin(), indices.end());
    read_.insert(plan.outputs.begin(), plan.outputs.end());
    for (const PlanStep& step : plan.steps) read_.insert(step.inputs.begin(), step.inputs.end());
    for (const PlanStep& step : plan.steps) {
      int call = 0;
      if (step.layer.defined()) {
        const std::vector<int>& indices = calls[&step.layer.base()];
        call = static_cast<int>(std::find(indices.begin(), indices.end(), step.call_index) - indices.begin());
      }
      for (std::size_t i = 0; i < step.outputs.size(); ++i)
        histories_[step.outputs[i]] = {step.name, call, static_cast<int>(i),
                                       i < step.output_shapes.size() ? step.output_shapes[i] : Shape(),
                                       i < step.output_dtypes.size() ? step.output_dtypes[i] : float32};
      if (step.value.defined())
        constants_[step.outputs[0]] = step.value;
      else if (step.op)  // which Keras may have without the first outputs
        for (const int slot : step.outputs) histories_[slot].output -= written(step).first_output;
    }
  }

  Json config() {
    Json layers = Json::array();
    std::map<const LayerBase*, std::size_t> places;
    std::vector<std::vector<std::pair<int, Json>>> nodes;
    for (const PlanStep& step : plan_.steps) {
      if (step.value.defined()) continue;
      if (!step.layer.defined()) {
        layers.push_back(op_object(step));
        nodes.emplace_back();
        continue;
      }
      const auto [place, is_new] = places.emplace(&step.layer.base(), layers.size());
      if (is_new) {
        Json object = layer_object(step.layer, {});
        object["name"] = step.layer.name();
        object["inbound_nodes"] = Json::array();
        layers.push_back(std::move(object));
        nodes.emplace_back();
      }
      if (!step.layer.as<InputLayer>()) nodes[place->second].emplace_back(step.call_index, call(step));
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
      std::stable_sort(nodes[i].begin(), nodes[i].end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (auto& [index, node] : nodes[i]) layers[i]["inbound_nodes"].push_back(std::move(node));
    }
    return {
        {"layers", std::move(layers)}, {"input_layers", ends(plan_.inputs)}, {"output_layers", ends(plan_.outputs)}};
  }

 private:
  std::vector<bool> reads(const PlanStep& step) const {
    std::vector<bool> result;
    for (const int slot : step.outputs) result.push_back(read_.contains(slot));
    return result;
  }
  WrittenOp written(const PlanStep& step) const {
    std::vector<Json> operands;
    for (const int slot : step.inputs) operands.push_back(operand(slot));
    if (step.operation) return written_operation(*step.operation, operands);
    return written_op(*step.op, operands, reads(step));
  }
  Json op_object(const PlanStep& step) const {
    WrittenOp op = written(step);
    op.config["name"] = valid_utf8(step.name);
    Json object = {{"module", op.module}, {"class_name", op.class_name}};
    object["config"] = std::move(op.config);
    object["registered_name"] = op.class_name;
    object["name"] = valid_utf8(step.name);
    object["inbound_nodes"] = Json::array();
    object["inbound_nodes"].push_back({{"args", std::move(op.args)}, {"kwargs", std::move(op.kwargs)}});
    return object;
  }
  Json operand(int slot) const {
    const auto constant = constants_.find(slot);
    if (constant == constants_.end()) return tensor_object(histories_.at(slot));
    const Tensor& value = constant->second;
    if (value.ndim() > 0) return array_object(value);
    if (value.dtype() == boolean) return value.item<bool>();
    if (is_floating(value.dtype())) return value.item<double>();
    return value.item<std::int64_t>();
  }

  Json call(const PlanStep& step) const {
    std::vector<Json> tensors;
    for (const int slot : step.inputs) tensors.push_back(operand(slot));
    const CallForm& form = step.form;
    auto next = tensors.begin();
    Json inputs = Json::array(), arguments = Json::array(), named = Json::object();
    for (std::size_t i = 0; i < form.inputs; ++i) inputs.push_back(std::move(*next++));
    const std::string kind = step.layer.base().class_name();
    if (kind == "MultiHeadAttention" || kind == "GroupedQueryAttention")
      arguments = std::move(inputs);  // (query, value, key)
    else if ((kind == "MixUp" || kind == "CutMix") && form.inputs == 2)
      arguments.push_back({{"images", inputs[0]}, {"labels", inputs[1]}});
    else
      arguments.push_back(form.inputs == 1 ? inputs[0] : std::move(inputs));
    put_masks(form, kind, next, named);
    if (form.states > 0) {
      Json states = Json::array();
      for (std::size_t i = 0; i < form.states; ++i) states.push_back(std::move(*next++));
      named["initial_state"] = std::move(states);
    }
    if (form.attention_mask) named["attention_mask"] = std::move(*next++);
    if (form.flags.return_attention_scores) named["return_attention_scores"] = true;
    if (form.flags.use_causal_mask) named["use_causal_mask"] = true;
    if (form.flags.reverse) named["reverse"] = true;
    if (step.training) named["training"] = *step.training;
    Json node = {{"args", std::move(arguments)}, {"kwargs", std::move(named)}};
    if (step.training) node["decided_training"] = true;  // see revive.cpp
    return node;
  }

  static void put_masks(const CallForm& form, const std::string& kind, std::vector<Json>::iterator& next, Json& named) {
    if (!form.mask_given()) return;
    const char* names[] = {"query_mask", "value_mask", "key_mask"};
    const bool by_name = kind == "MultiHeadAttention" || kind == "GroupedQueryAttention";
    Json masks = Json::array();
    for (std::size_t i = 0; i < form.masks.size(); ++i) {
      Json mask = form.masks[i] ? std::move(*next++) : Json();
      if (by_name && i < std::size(names)) {
        if (!mask.is_null()) named[names[i]] = std::move(mask);
      } else {
        masks.push_back(std::move(mask));
      }
    }
    if (!by_name) named["mask"] = form.inputs == 1 ? masks[0] : std::move(masks);
  }

  Json ends(const std::vector<int>& slots) const {
    Json list = Json::array();
    for (const int slot : slots) {
      const History& history = histories_.at(slot);
      list.push_back({history.layer, history.call, history.output});
    }
    return list.size() == 1 ? list[0] : list;
  }

  const Plan& plan_;
  std::set<int> read_;  // slots
  std::map<int, History> histories_;
  std::map<int, Tensor> constants_;
};

}  // namespace

std::vector<std::string> built_in_layers() {
  std::vector<std::string> names;
  for (const auto classes :
       {layers_dense_and_convolutions(), layers_pooling_and_shapes(), layers_others(), layers_preprocessing()})
    for (const LayerClass& known : classes) names.emplace_back(known.name);
  return names;
}

std::string InputLayer::config() const {
  return Json{{"batch_shape", dims(shape)},
              {"dtype", dtype_name(dtype)},
              {"sparse", false},
              {"ragged", false},
              {"optional", false}}
      .dump();
}

std::string SequentialModel::config() const {
  Json list = Json::array();
  if (input_.defined()) list.push_back(layer_object(input_, {}));
  for (const Layer& layer : bricks_) list.push_back(layer_object(layer, {}));
  Json config = {{"layers", std::move(list)}};
  if (input_.defined())
    config["build_input_shape"] = dims(input_.as<InputLayer>()->shape);
  else if (const auto& built = LayerAccess::build_shapes(const_cast<SequentialModel&>(*this)); !built.empty())
    config["build_input_shape"] = dims(built[0]);
  return config.dump();
}

std::string FunctionalModel::config() const { return FunctionalWriter(plan_).config().dump(); }

std::string Layer::get_config(Location where) const {
  const Frame frame(where);
  base(where);
  const Json object = layer_object(*this, where);
  return text_of(object["config"]);
}

Json layer_object(const Layer& layer, Location where) {
  const LayerBase& base = layer.base(where);
  const std::string name = class_in_files(base);
  Json object, config = {{"name", valid_utf8(base.name())}, {"trainable", base.trainable()}};
  const Json own = parse_json(base.config(), "get_config", "the config of layer '" + base.name() + "'", where);
  if (!own.is_object())
    throw ArgumentError("get_config", "the config of a layer is not an object", "layer '" + base.name() + "'", "",
                        where);
  if (layer.as<InputLayer>()) {
    config = own;
    config["name"] = valid_utf8(base.name());
    return {{"module", "keras.layers"}, {"class_name", name}, {"config", config}, {"registered_name", nullptr}};
  }
  const bool is_sequential = layer.as<SequentialModel>() != nullptr, is_graph = layer.as<FunctionalModel>() != nullptr;
  const bool of_library = is_built_in(typeid(base));
  const std::string registered = of_library ? "" : registered_name_of<Layer(const Config&)>(name);
  const bool built_in = of_library && !is_sequential && !is_graph && is_built_in(name);
  if (!is_graph) config["dtype"] = policy_object(base.dtype_policy());
  // Keras's constructors of these do not take it.
  if (built_in && (name.starts_with("SpatialDropout") || name == "Discretization" || name == "Pipeline"))
    config.erase("trainable");
  if (built_in && name == "Pipeline") config.erase("dtype");
  config.update(own);
  // Keras makes these two with the dtype of what they give.
  if (built_in && (name == "Hashing" || name == "HashedCrossing") && config["output_mode"] == "int")
    config["dtype"] = policy_object(DTypePolicy("int64"));
  if (built_in && name == "Cropping1D" && config["data_format"] == "channels_last") config.erase("data_format");
  object["module"] = is_sequential ? Json("keras")
                     : is_graph    ? Json("keras.src.models.functional")
                     : built_in    ? Json("keras.layers")
                                   : Json();
  object["class_name"] = valid_utf8(name);
  object["config"] = std::move(config);
  object["registered_name"] = is_sequential || built_in ? Json()
                              : is_graph                ? Json("Functional")
                              : registered.empty()      ? Json(valid_utf8(name))
                                                        : Json(valid_utf8(registered));
  if (const auto& shapes = LayerAccess::build_shapes(const_cast<LayerBase&>(base));
      !built_in && !is_graph && !shapes.empty()) {
    Json list = Json::array();
    for (const Shape& shape : shapes) list.push_back(dims(shape));
    object["build_config"] = {{"input_shape", list.size() == 1 ? list[0] : list}};
  }
  return object;
}

}  // namespace triptych::keras
