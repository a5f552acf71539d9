#include "api_keras/utils/model_drawing.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/saving/objects.h"
#include "core/formats/json.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

/// As Python prints it: (None, 3), (3,).
std::string tuple_text(const Shape& shape) {
  std::string text = "(";
  int count = 0;
  for (const std::int64_t dim : shape) text += (count++ ? ", " : "") + (dim < 0 ? "None" : std::to_string(dim));
  return text + (count == 1 ? ",)" : ")");
}

template <class T, class Text>
std::string one_or_list(const std::vector<T>& items, const Text& text_of) {
  if (items.empty()) return "?";
  if (items.size() == 1) return text_of(items[0]);
  std::string text;
  for (const T& item : items) text += (text.empty() ? "[" : ", ") + text_of(item);
  return text + "]";
}

/// The name of a layer's activation; empty if it has none.
std::string activation_of(const LayerBase& layer) {
  Json config;
  try {
    config = Json::parse(layer.config());
  } catch (const JsonError&) {  // a layer of the user's own
  }
  if (!config.contains("activation")) return {};
  const Json& activation = config["activation"];
  if (activation.is_string()) return activation.get<std::string>();
  if (activation.is_object() && activation.contains("config") && activation["config"].is_string())
    return activation["config"].get<std::string>();
  return {};
}

class Drawer {
 public:
  explicit Drawer(const PlotModelOptions& options) : options_(options) {}

  ModelDrawing draw(const ModelBase& model) {
    ModelDrawing drawing{printable(model.name()), {}, {}, {}, {}};
    if (const auto* functional = dynamic_cast<const FunctionalModel*>(&model))
      draw_functional(functional->plan(), drawing);
    else if (dynamic_cast<const SequentialModel*>(&model))
      draw_sequential(model, drawing);
    else
      add_layer(drawing, const_cast<ModelBase&>(model), {}, metas(model.output_shapes(), {}), true);
    return drawing;
  }

 private:
  static std::vector<TensorMeta> metas(const std::vector<Shape>& shapes, const std::vector<DType>& dtypes) {
    std::vector<TensorMeta> result;
    for (std::size_t i = 0; i < shapes.size(); ++i)
      result.push_back(
          {.shape = shapes[i], .strides = {}, .dtype = i < dtypes.size() ? dtypes[i] : float32, .device = {}});
    return result;
  }

  void add_cells(DrawnBox& box, const std::vector<TensorMeta>& inputs, const std::vector<TensorMeta>& outputs) const {
    const auto shape_text = [](const TensorMeta& meta) { return tuple_text(meta.shape); };
    const auto add = [&](const char* label, std::string value) {
      box.cells.push_back({label, std::move(value), "white", "black"});
    };
    if (options_.show_shapes && box.class_name != "InputLayer") add("Input shape: ", one_or_list(inputs, shape_text));
    if (options_.show_shapes) add("Output shape: ", one_or_list(outputs, shape_text));
    if (options_.show_dtype)
      add("Output dtype: ",
          one_or_list(outputs, [](const TensorMeta& meta) { return std::string(dtype_name(meta.dtype)); }));
  }

  /// A layer's box; of a layer that is called again the shapes are those of its first call.
  void add_layer(ModelDrawing& drawing, LayerBase& layer, const std::vector<TensorMeta>& inputs,
                 const std::vector<TensorMeta>& outputs, bool whole = false) {
    DrawnBox box{printable(layer.name()), layer.class_name(), {}, {}, nullptr};
    const auto* model = dynamic_cast<const ModelBase*>(&layer);
    if (model && !whole && options_.expand_nested &&
        (dynamic_cast<const FunctionalModel*>(model) || dynamic_cast<const SequentialModel*>(model)))
      box.inside = std::make_shared<ModelDrawing>(draw(*model));
    if (options_.show_layer_activations) box.activation = printable(activation_of(layer));
    add_cells(box, inputs, outputs);
    if (options_.show_trainable && !layer.weights().empty()) {
      if (layer.trainable())
        box.cells.push_back({"", "Trainable", "forestgreen", "white"});
      else
        box.cells.push_back({"", "Non-trainable", "firebrick", "white"});
    }
    drawing.boxes.push_back(std::move(box));
  }

  static void connect(ModelDrawing& drawing, const DrawnEdge& edge) {
    const bool there = std::any_of(drawing.edges.begin(), drawing.edges.end(), [&](const DrawnEdge& other) {
      return other.from == edge.from && other.to == edge.to && other.output == edge.output && other.input == edge.input;
    });
    if (!there) drawing.edges.push_back(edge);
  }

  void draw_functional(const Plan& plan, ModelDrawing& drawing) {
    struct Made {
      TensorMeta meta;
      DrawnEnd end;
      bool by_box = false;
    };
    std::vector<Made> made(static_cast<std::size_t>(plan.slots));
    std::vector<const LayerBase*> layers;  // of the boxes
    const auto in_slot = [&](int slot) -> Made& { return made[static_cast<std::size_t>(slot)]; };
    for (const PlanStep& step : plan.steps) {
      const std::vector<TensorMeta> outputs = metas(step.output_shapes, step.output_dtypes);
      const bool shown = step.layer.defined() || !step.inputs.empty();
      std::size_t box = layers.size();
      if (shown) {
        const LayerBase* layer = step.layer.defined() ? &step.layer.base() : nullptr;
        if (layer) box = static_cast<std::size_t>(std::find(layers.begin(), layers.end(), layer) - layers.begin());
        std::vector<TensorMeta> inputs;
        for (const int slot : step.inputs)
          if (in_slot(slot).by_box) inputs.push_back(in_slot(slot).meta);
        if (box == layers.size()) {
          layers.push_back(layer);
          if (layer) {
            add_layer(drawing, step.layer.base(), inputs, outputs);
          } else {
            drawing.boxes.push_back({printable(step.name), step.class_name(), {}, {}, nullptr});
            add_cells(drawing.boxes.back(), inputs, outputs);
          }
        }
        std::size_t number = 0;
        for (const int slot : step.inputs)
          if (const Made& input = in_slot(slot); input.by_box)
            connect(drawing, {input.end.box, box, input.end.number, number++});
      }
      for (std::size_t i = 0; i < step.outputs.size(); ++i)
        in_slot(step.outputs[i]) = {i < outputs.size() ? outputs[i] : TensorMeta{}, {box, i}, shown};
    }
    for (const int slot : plan.inputs) drawing.inputs.push_back(in_slot(slot).end);
    for (const int slot : plan.outputs) drawing.outputs.push_back(in_slot(slot).end);
  }

  void draw_sequential(const ModelBase& model, ModelDrawing& drawing) {
    std::vector<TensorMeta> value = model.input_metas();
    if (value.empty()) {
      const auto& shapes = LayerAccess::build_shapes(const_cast<ModelBase&>(model));
      if (!shapes.empty()) value = metas({shapes[0]}, {model.input_dtype()});
    }
    for (const Layer& layer : model.layers()) {
      const std::vector<TensorMeta> outputs = value.empty() ? value : infer_outputs(layer.base(), value);
      add_layer(drawing, layer.base(), value, outputs);
      const std::size_t box = drawing.boxes.size() - 1;
      if (box > 0) connect(drawing, {box - 1, box});
      value = outputs;
    }
    if (drawing.boxes.empty()) return;
    drawing.inputs.push_back({0, 0});
    drawing.outputs.push_back({drawing.boxes.size() - 1, 0});
  }

  const PlotModelOptions& options_;
};

}  // namespace

ModelDrawing drawing_of(const ModelBase& model, const PlotModelOptions& options) { return Drawer(options).draw(model); }

DrawnTitle title_of(const DrawnBox& box, const PlotModelOptions& options) {
  if (!options.show_layer_names) return {box.class_name, ""};
  return {box.name, " (" + box.class_name + ")"};
}

}  // namespace triptych::keras
