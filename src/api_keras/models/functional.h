// Functional models: calls of layers on symbolic tensors, written down, and the plan that repeats them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "api_keras/models/call_form.h"
#include "api_keras/models/operation.h"
#include "core/graph/graph.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// The first brick: says what goes in.
class InputLayer : public LayerBase {
 public:
  InputLayer(Shape shape, DType dtype) : shape(shape), dtype(dtype) {}
  std::string class_name() const override { return "InputLayer"; }
  Tensor call(const Tensor& x, bool) override { return x; }
  std::string config() const override;
  TensorMeta meta() const { return {.shape = shape, .strides = {}, .dtype = dtype, .device = {}}; }

  Shape shape;  // with the batch
  DType dtype;
};

/// A call of a layer, or of an operation, on tensors of a functional model.
struct LayerCall {
  struct Edge {
    Node* node;
    std::uint32_t output;
  };
  Layer layer;  // or
  std::shared_ptr<const RecordedOperation> operation;
  std::vector<Edge> inputs;  // masks and states after them
  CallForm form;
  std::vector<Node*> outputs;    // placeholders that stand for the results
  std::optional<bool> training;  // as the call asked; else as the model is called
  Location where;
  int index = 0;  // how many calls the layer had before
};

/// One of the tensors belongs to a functional model that is being built.
bool is_functional(const std::vector<Tensor>& tensors);
/// Writes the call down and returns the tensors that stand for its results.
std::vector<Tensor> functional_call(const Layer& layer, const std::vector<Tensor>& xs, const CallOptions& options,
                                    Location where);
/// The input layer that made `tensor`; ArgumentError if none did.
Layer input_layer_of(const Tensor& tensor, Location where);

/// What a layer was called on, and what it gave: tensors of functional models.
struct SymbolicCall {
  Layer layer;
  std::vector<Tensor> inputs, outputs;
};
/// A model as such calls.
struct Symbols {
  std::vector<Tensor> inputs, outputs;
  std::vector<SymbolicCall> calls;
};
/// Which tensors of a graph a model's are: they are known as long as somebody holds one, and made anew after.
class SymbolicModel {
 public:
  virtual ~SymbolicModel() = default;
  virtual Symbols symbols(Location where) const = 0;

 protected:
  static std::uint64_t new_number();
  /// In graphs; another one once the model has other layers.
  std::uint64_t number_ = new_number();
};
/// The tensors of a functional or Sequential model; ArgumentError for another kind.
Symbols symbols_of(const LayerBase& model, Location where);
/// The first call of `layer` in the model that it stands in; ArgumentError if there is none.
SymbolicCall first_call_of(const Layer& layer, Location where);
/// The layers of `model` stand in it, those that stand in no other one.
void connect_layers(const Model& model);

/// One step of a plan: a layer, or an op or operation that was applied to the tensors directly, or where a value comes
/// from.
struct PlanStep {
  Layer layer;
  std::shared_ptr<const RecordedOperation> operation;
  Ref<Node> op;
  Tensor value;  // a constant, a captured tensor, or the stream of a random op, which the model holds
  std::vector<int> inputs, outputs;  // slots
  CallForm form;                     // of a layer's inputs
  std::vector<Shape> output_shapes;
  std::vector<DType> output_dtypes;
  std::optional<bool> training;
  Location where;
  std::string name;
  int call_index = 0;
  int depth = 0;  // steps to the outputs

  /// That of a layer, or what Keras calls the op.
  std::string class_name() const;
};

struct Plan {
  std::vector<PlanStep> steps;  // in the order of Keras's summary, which is one to run in
  std::vector<int> inputs, outputs;
  int slots = 0;
};

/// Layers that stand in for those of a model.
using OtherLayers = std::map<const LayerBase*, Layer>;

class FunctionalModel : public ModelBase, public SymbolicModel {
 public:
  FunctionalModel(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs, Location where);

  std::string class_name() const override { return "Functional"; }
  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override;
  std::vector<Layer> layers() const override { return layers_; }
  std::vector<TensorMeta> input_metas() const override;
  std::vector<std::string> input_names() const override;
  std::vector<std::string> output_names() const override;
  const Plan& plan() const { return plan_; }
  std::string config() const override;
  Symbols symbols(Location where) const override;
  /// What other layers make of these inputs.
  std::vector<Tensor> outputs_of(const std::vector<Tensor>& inputs, const OtherLayers& others) const;

 private:
  /// The value of each slot; whether layers are in training they know from the call around them.
  std::vector<Tensor> values(const std::vector<Tensor>& xs, const std::vector<Tensor>& masks,
                             const OtherLayers& others = {}) const;

  Plan plan_;
  std::vector<Layer> layers_;  // of its steps, each once
};

class SequentialModel : public ModelBase, public SymbolicModel {
 public:
  SequentialModel();
  std::string class_name() const override { return "Sequential"; }
  void build(const Shape& input_shape) override;
  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override;
  std::vector<Layer> layers() const override { return bricks_; }
  std::vector<TensorMeta> input_metas() const override;
  /// The Input's dtype, else that of the first brick.
  DType input_dtype() const override;
  void add(const Layer& layer, Location where);
  Layer pop(Location where);
  Symbols symbols(Location where) const override;
  const Layer& input() const { return input_; }
  std::string config() const override;

 private:
  void append(const Layer& layer);
  /// The input, and what each brick gives.
  std::vector<Tensor> values(Location where) const;

  Layer input_;
  std::vector<Layer> bricks_;
  TensorMeta last_;  // what comes out of the last brick, once there is an input
  std::optional<Shape> last_mask_;
};

}  // namespace triptych::keras
