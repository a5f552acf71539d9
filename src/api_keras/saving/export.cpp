// A model's computation without its code: a graph file, for programs that only predict.
#include <map>

#include "api_keras/access.h"
#include "core/dispatch/modes.h"
#include "triptych/keras/model.h"
#include "triptych/lowlevel/saved_model.h"

namespace triptych::keras {
namespace {

/// What goes into the model; ArgumentError before that is known.
std::vector<TensorMeta> inputs_of(ModelBase& model, Location where) {
  std::vector<TensorMeta> inputs = model.input_metas();
  if (inputs.empty())
    for (const Shape& shape : LayerAccess::build_shapes(model))
      inputs.push_back({.shape = shape, .strides = {}, .dtype = model.input_dtype(), .device = {}});
  if (inputs.empty())
    throw ArgumentError("export_", "what goes into the model is not known yet",
                        "model '" + model.name() + "' is not built", "Give it an Input, or call it on data once",
                        where);
  return inputs;
}

/// The name of number `i`, or `otherwise`; with a number where it is taken.
std::string free_name(const std::vector<std::string>& names, std::size_t i, const char* otherwise,
                      const std::map<std::string, Tensor>& taken) {
  const std::string base = i < names.size() ? names[i] : otherwise;
  std::string name = base;
  for (int number = 1; taken.contains(name); ++number) name = base + "_" + std::to_string(number);
  return name;
}

}  // namespace

void Model::export_(const OwnedText& path, Location where) const {
  const Frame frame(where);
  ModelBase& model = base(where);
  const lowlevel::Graph graph;
  lowlevel::saved_model::SignatureDef signature;
  std::vector<Tensor> inputs;
  for (const TensorMeta& meta : inputs_of(model, where)) {
    const std::string name = free_name(model.input_names(), inputs.size(), "x", signature.inputs);
    inputs.push_back(graph.placeholder(name, meta.dtype, meta.shape, {}, where));
    signature.inputs.emplace(name, inputs.back());
  }
  {
    const TraceScope scope(graph);
    const GradMode not_recording(false);
    const CallScope call(model, false);
    const std::vector<Tensor> outputs = outputs_of(model, inputs, only_training(false, inputs.size()), where);
    const std::vector<std::string> names = model.output_names();
    for (std::size_t i = 0; i < outputs.size(); ++i)
      signature.outputs.emplace(free_name(names, i, "output", signature.outputs), outputs[i]);
  }
  clear_losses(model);
  lowlevel::saved_model::save(lowlevel::Session(graph), path,
                              {{lowlevel::saved_model::DEFAULT_SERVING_SIGNATURE_DEF_KEY, signature}}, where);
}

}  // namespace triptych::keras
