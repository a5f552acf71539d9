#include "api_keras/models/functional.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <unordered_map>

#include "api_keras/access.h"
#include "api_keras/layers/masks.h"
#include "api_keras/names.h"
#include "core/graph/control_flow.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layers.h"

namespace triptych::keras {
namespace {

/// What is kept beside a graph that functional models are built in; it lives and dies with the graph. Results of layers
/// are placeholders there, so that the graph holds no weights.
struct KerasGraph {
  explicit KerasGraph(GraphImpl* owner) : graph(owner) {}
  GraphImpl* graph;
  std::unordered_map<const Node*, std::pair<std::shared_ptr<LayerCall>, int>> made_by;
  std::unordered_map<const LayerBase*, int> calls;
  std::unordered_map<const Node*, std::string> names;                      // of ops that are applied without a layer
  std::unordered_map<const Node*, Shape> masks;                            // of results of layers that have some
  std::unordered_map<std::uint64_t, std::vector<LayerCall::Edge>> models;  // their slots, by their numbers
};

constexpr const char* one_graph = "Make all Inputs of a model in one thread while one of them is alive";

KerasGraph* keras_graph_of(const Tensor& tensor) {
  return tensor.is_symbolic() ? static_cast<KerasGraph*>(tensor.impl()->graph->attachment.get()) : nullptr;
}

thread_local std::weak_ptr<KerasGraph> current;

/// This thread's graph for functional models: the one that some tensor still holds, else a new one.
GraphHandle current_graph() {
  if (const auto alive = current.lock()) return GraphHandle(alive->graph);
  GraphHandle graph;
  const auto side = std::make_shared<KerasGraph>(&graph.impl());
  graph.impl().attachment = side;
  current = side;
  return graph;
}

LayerCall::Edge edge_of(const Tensor& tensor) { return {tensor.impl()->node.get(), tensor.impl()->output}; }

/// Undefined for no node: a constant is none.
Tensor tensor_of(const KerasGraph& keras, LayerCall::Edge edge) {
  return edge.node ? keras.graph->handle(*edge.node, edge.output) : Tensor();
}

std::vector<Tensor> write_down(KerasGraph& keras, std::shared_ptr<LayerCall> call,
                               const std::vector<TensorMeta>& results) {
  const GraphHandle graph(keras.graph);
  if (call->layer.defined()) call->index = keras.calls[call->layer.shared().get()]++;
  const std::string name = call->layer.defined() ? call->layer.name() : "operation";
  std::vector<Tensor> outputs;
  for (const TensorMeta& result : results) {
    outputs.push_back(graph_placeholder(graph, name, result.dtype, result.shape, {}, call->where));
    Node* node = outputs.back().impl()->node.get();
    call->outputs.push_back(node);
    keras.made_by[node] = {call, static_cast<int>(outputs.size()) - 1};
  }
  return outputs;
}

/// What a node without operands stands for; undefined for other nodes.
Tensor value_of(const Node& node) {
  if (node.op == &constant_op) return node.attributes_as<ConstantAttributes>().value;
  if (node.op == &captured_op) return node.attributes_as<CapturedAttributes>().tensor;
  if (node.op != &variable_op) return {};
  Tensor stream = initial_value(node);
  mark_state(stream);
  return stream;
}

/// Turns what is written down into a plan: finds what the outputs need, and orders it by distance from the outputs.
class Planner {
 public:
  Planner(KerasGraph& keras, Location where) : keras_(keras), where_(where) {}

  Plan make(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
    for (const Tensor& output : outputs) visit(output.impl()->node.get());
    const std::size_t used = items_.size();
    for (const Tensor& input : inputs) visit(input.impl()->node.get());
    for (std::size_t i = used; i < items_.size(); ++i) items_[i].first_seen = -1;  // inputs that no output needs
    order();
    check_names();
    name_ops();
    Plan plan;
    for (const int item : ordered_) plan.steps.push_back(step(items_[static_cast<std::size_t>(item)]));
    for (const Tensor& input : inputs) plan.inputs.push_back(slot({input.impl()->node.get(), input.impl()->output}));
    for (const Tensor& output : outputs)
      plan.outputs.push_back(slot({output.impl()->node.get(), output.impl()->output}));
    plan.slots = static_cast<int>(slots_.size());
    hide_unread(plan);
    check_inputs(plan, inputs.size());
    return plan;
  }
  /// What stands in each slot.
  std::vector<LayerCall::Edge> slots() const {
    std::vector<LayerCall::Edge> edges(slots_.size());
    for (const auto& [place, slot] : slots_) edges[static_cast<std::size_t>(slot)] = {place.first, place.second};
    return edges;
  }

 private:
  struct Item {
    std::shared_ptr<LayerCall> call;  // or
    Node* op = nullptr;
    std::vector<int> parents;
    int depth = 0;
    int first_seen = 0;
  };

  /// Adds the item that makes `node`, after what it needs; iterative, as models may be deep.
  void visit(Node* root) {
    struct Open {
      int item;
      std::vector<Node*> parents;
      std::size_t next = 0;
    };
    std::vector<Open> stack;
    const auto enter = [&](Node* node) -> int {
      const auto made = keras_.made_by.find(node);
      const void* key = made != keras_.made_by.end() ? static_cast<const void*>(made->second.first.get()) : node;
      if (const auto found = index_.find(key); found != index_.end()) return found->second;
      const int number = static_cast<int>(items_.size());
      index_.emplace(key, number);
      Item item;
      item.first_seen = number;
      std::vector<Node*> parents;
      if (made != keras_.made_by.end()) {
        item.call = made->second.first;
        for (const LayerCall::Edge& edge : item.call->inputs) parents.push_back(edge.node);
      } else {
        item.op = node;
        for (const Tensor& input : node->inputs()) parents.push_back(input.impl()->node.get());
      }
      items_.push_back(std::move(item));
      stack.push_back({number, std::move(parents)});
      return number;
    };
    enter(root);
    while (!stack.empty()) {
      const std::size_t top = stack.size() - 1;
      if (stack[top].next == stack[top].parents.size()) {
        finished_.push_back(stack[top].item);
        stack.pop_back();
        continue;
      }
      Node* parent = stack[top].parents[stack[top].next++];
      const int child = stack[top].item, number = enter(parent);
      items_[static_cast<std::size_t>(child)].parents.push_back(number);
    }
  }

  void order() {
    for (std::size_t i = finished_.size(); i-- > 0;) {
      const Item& item = items_[static_cast<std::size_t>(finished_[i])];
      for (const int parent : item.parents) {
        int& depth = items_[static_cast<std::size_t>(parent)].depth;
        depth = std::max(depth, item.depth + 1);
      }
    }
    ordered_ = finished_;
    std::stable_sort(ordered_.begin(), ordered_.end(), [&](int a, int b) {
      const Item &x = items_[static_cast<std::size_t>(a)], &y = items_[static_cast<std::size_t>(b)];
      return x.depth != y.depth ? x.depth > y.depth : x.first_seen < y.first_seen;
    });
  }

  /// As in Keras, of two layers of one name one could not be found, nor be read from a file.
  void check_names() const {
    std::map<std::string, const Layer*> known;
    for (const int item : ordered_) {
      const auto& call = items_[static_cast<std::size_t>(item)].call;
      if (!call || !call->layer.defined()) continue;
      const auto [other, is_new] = known.emplace(call->layer.name(), &call->layer);
      if (!is_new && *other->second != call->layer)
        throw ArgumentError("Model", "two layers have one name", "'" + other->first + "'",
                            "Give one of them another name", where_);
    }
  }

  /// Ops get names as layers of Keras's names for them do, in the order in which they were applied.
  void name_ops() {
    std::vector<const Node*> ops;
    for (const Item& item : items_)
      if (const Node* op = op_of(item); op && !keras_.names.contains(op)) ops.push_back(op);
    std::sort(ops.begin(), ops.end(), [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
    for (const Node* op : ops) {
      if (const auto made = keras_.made_by.find(op); made != keras_.made_by.end()) {
        keras_.names[op] = unique_name(to_snake_case(made->second.first->operation->operation.class_name));
        continue;
      }
      const bool is_value = op->input_count == 0;
      keras_.names[op] = is_value ? op->op->name : unique_name(operation_name(op->op->name));
    }
  }

  /// The node that the name of an op or an operation is kept with; null for a layer's call.
  static const Node* op_of(const Item& item) {
    return item.op ? item.op : item.call->operation ? item.call->outputs[0] : nullptr;
  }

  int slot(LayerCall::Edge edge) {
    return slots_.emplace(std::pair{edge.node, edge.output}, static_cast<int>(slots_.size())).first->second;
  }

  PlanStep step(const Item& item) {
    PlanStep result;
    result.depth = item.depth;
    if (item.call) {
      result.layer = item.call->layer;
      result.operation = item.call->operation;
      result.training = item.call->training;
      result.form = item.call->form;
      result.where = item.call->where;
      result.name = result.layer.defined() ? result.layer.name() : keras_.names.at(op_of(item));
      result.call_index = item.call->index;
      for (const LayerCall::Edge& edge : item.call->inputs) result.inputs.push_back(slot(edge));
      for (Node* node : item.call->outputs) {
        result.outputs.push_back(slot({node, 0}));
        result.output_shapes.push_back(node->outputs()[0].shape());
        result.output_dtypes.push_back(node->outputs()[0].dtype());
      }
    } else {
      result.op = Ref<Node>::share(item.op);
      result.value = value_of(*item.op);
      result.where = item.op->where;
      result.name = keras_.names.at(item.op);
      for (const Tensor& input : item.op->inputs())
        result.inputs.push_back(slot({input.impl()->node.get(), input.impl()->output}));
      for (std::uint32_t i = 0; i < item.op->output_count; ++i) {
        result.outputs.push_back(slot({item.op, i}));
        result.output_shapes.push_back(item.op->outputs()[i].shape());
        result.output_dtypes.push_back(item.op->outputs()[i].dtype());
      }
    }
    return result;
  }

  /// Of what an op gives beside its value (the mask of dropout), nothing is shown that nobody reads.
  static void hide_unread(Plan& plan) {
    std::set<int> read(plan.outputs.begin(), plan.outputs.end());
    for (const PlanStep& step : plan.steps) read.insert(step.inputs.begin(), step.inputs.end());
    for (PlanStep& step : plan.steps)
      for (std::size_t i = step.outputs.size(); step.op && i-- > 1;)
        if (!read.contains(step.outputs[i])) step.output_shapes.erase(step.output_shapes.begin() + static_cast<int>(i));
  }

  void check_inputs(const Plan& plan, std::size_t count) const {
    for (const PlanStep& step : plan.steps) {
      if (!step.layer.defined() || !step.layer.as<InputLayer>()) continue;
      if (std::find(plan.inputs.begin(), plan.inputs.end(), step.outputs[0]) == plan.inputs.end())
        throw ArgumentError("Model", "an output depends on an Input that is not among the inputs",
                            "'" + step.name + "' is not one of the " + std::to_string(count) + " inputs",
                            "Add it to the inputs", where_);
    }
  }

  KerasGraph& keras_;
  Location where_;
  std::vector<Item> items_;
  std::unordered_map<const void*, int> index_;
  std::vector<int> finished_, ordered_;  // finished: what an item needs comes before it
  std::map<std::pair<Node*, std::uint32_t>, int> slots_;
};

/// The graph of `tensors`, which are all of one: `graph`, unless that is null.
KerasGraph* functional_graph(const std::vector<Tensor>& tensors, const char* what, KerasGraph* graph, Location where) {
  if (tensors.empty())
    throw ArgumentError("Model", "a model lacks inputs or outputs", std::string("no ") + what, "", where);
  for (const Tensor& tensor : tensors) {
    KerasGraph* keras = keras_graph_of(tensor);
    if (!keras)
      throw ArgumentError("Model", std::string("one of the ") + what + " does not come from Input",
                          tensor.defined() ? "a tensor of shape " + tensor.shape().text() : "an undefined tensor",
                          "Start with keras::Input(shape)", where);
    if (graph && keras != graph)
      throw ArgumentError("Model", "inputs and outputs belong to different graphs",
                          std::string("one of the ") + what + " does not belong to that of the first input", one_graph,
                          where);
    graph = keras;
  }
  return graph;
}

/// The plan of model `number`, whose tensors the graph knows from now on.
Plan make_plan(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs, std::uint64_t number,
               Location where) {
  KerasGraph* keras = functional_graph(inputs, "inputs", nullptr, where);
  functional_graph(outputs, "outputs", keras, where);
  std::vector<Layer> layers;
  for (const Tensor& input : inputs) {
    const Layer layer = input_layer_of(input, where);
    if (std::find(layers.begin(), layers.end(), layer) != layers.end())
      throw ArgumentError("Model", "an Input is given twice", "'" + layer.name() + "'", "", where);
    layers.push_back(layer);
  }
  Planner planner(*keras, where);
  Plan plan = planner.make(inputs, outputs);
  keras->models[number] = planner.slots();
  return plan;
}

/// The Input of `layer` once more.
Tensor input_again(KerasGraph& keras, const Layer& layer, Location where) {
  auto call = std::make_shared<LayerCall>();
  call->layer = layer;
  call->where = where;
  return write_down(keras, std::move(call), {layer.as<InputLayer>()->meta()})[0];
}

}  // namespace

bool is_functional(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return keras_graph_of(t) != nullptr; });
}

std::vector<Tensor> functional_call(const Layer& layer, const std::vector<Tensor>& inputs, const CallOptions& options,
                                    Location where) {
  std::vector<Shape> shapes;
  std::vector<TensorMeta> metas;
  std::vector<std::optional<Shape>> masks;
  KerasGraph* keras = nullptr;
  auto call = std::make_shared<LayerCall>();
  call->layer = layer;
  call->training = options.training;
  call->form = CallForm::of(inputs, options);
  call->where = where;
  const std::vector<Tensor> xs = CallForm::tensors_of(inputs, options);
  for (const Tensor& x : xs) {
    if (!x.is_symbolic())
      throw ArgumentError(layer.base().class_name(), "a layer is called on symbolic tensors and concrete ones at once",
                          "layer '" + layer.name() + "'", "", where);
    masks.emplace_back();
    if (KerasGraph* of_x = keras_graph_of(x)) {
      keras = of_x;
      if (const auto mask = keras->masks.find(x.impl()->node.get()); mask != keras->masks.end())
        masks.back() = mask->second;
    }
    if (x.impl()->graph.get() != xs[0].impl()->graph.get())
      throw ArgumentError(layer.base().class_name(), "the inputs belong to different graphs",
                          "layer '" + layer.name() + "'", one_graph, where);
    shapes.push_back(x.shape());
    metas.push_back(x.meta());
    call->inputs.push_back({x.impl()->node.get(), x.impl()->output});
  }
  shapes.resize(inputs.size());
  ensure_built(layer.base(), shapes);
  const Inferred results = infer_outputs(layer.base(), metas, call->form, masks);
  std::vector<Shape>& output_shapes = LayerAccess::output_shapes(layer.base());
  output_shapes.clear();
  for (const TensorMeta& result : results.outputs) output_shapes.push_back(result.shape);
  std::vector<Tensor> outputs = write_down(*keras, std::move(call), results.outputs);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (results.masks[i]) keras->masks.emplace(outputs[i].impl()->node.get(), *results.masks[i]);
  return outputs;
}

std::vector<Tensor> RecordedOperation::repeat(const std::vector<Tensor>& tensors) const {
  std::vector<Tensor> operands;
  auto next = tensors.begin();
  for (const bool is_given : given) operands.push_back(is_given ? *next++ : Tensor());
  return apply(operation, operands, run, where);
}

std::vector<Tensor> apply(const Operation& operation, const std::vector<Tensor>& operands,
                          const RecordedOperation::Run& run, Location where) {
  const Frame frame(where);
  const auto functional = std::find_if(operands.begin(), operands.end(), keras_graph_of);
  if (functional == operands.end()) return run(operands);
  KerasGraph& keras = *keras_graph_of(*functional);
  auto call = std::make_shared<LayerCall>();
  call->where = where;
  std::vector<Tensor> inside;
  std::vector<bool> given;
  for (const Tensor& operand : operands) {
    given.push_back(operand.defined());
    inside.push_back(operand.defined() ? keras.graph->import(operand, where) : operand);
    if (operand.defined()) call->inputs.push_back(edge_of(inside.back()));
  }
  // What it records here nobody reads: it says what comes out.
  std::vector<TensorMeta> results;
  for (const Tensor& result : run(inside)) results.push_back(result.meta());
  call->operation =
      std::make_shared<const RecordedOperation>(RecordedOperation{operation, run, std::move(given), where});
  return write_down(keras, std::move(call), results);
}

std::string PlanStep::class_name() const {
  if (layer.defined()) return layer.base().class_name();
  return operation ? operation->operation.class_name : to_camel_case(operation_name(op->op->name));
}

Layer input_layer_of(const Tensor& tensor, Location where) {
  if (KerasGraph* keras = keras_graph_of(tensor))
    if (const auto found = keras->made_by.find(tensor.impl()->node.get()); found != keras->made_by.end())
      if (const Layer& layer = found->second.first->layer; layer.as<InputLayer>()) return layer;
  throw ArgumentError("Input", "a tensor that is to stand for a layer was not made by Input",
                      tensor.defined() ? "a tensor of shape " + tensor.shape().text() : "an undefined tensor",
                      "Use keras::Input(shape)", where);
}

namespace layers {

Tensor Input(const Shape& shape, InputOptions options, Location where) {
  if (options.batch_size < 0)
    throw ArgumentError("Input", "batch_size is negative", std::to_string(options.batch_size), "0 stands for any",
                        where);
  if (options.batch_shape && (shape.rank() > 0 || options.batch_size > 0))
    throw ArgumentError("Input", "batch_shape is given besides a shape or a batch_size", options.batch_shape->text(),
                        "It has both", where);
  if (options.batch_shape && options.batch_shape->rank() == 0)
    throw ArgumentError("Input", "batch_shape has no axis of the batch", options.batch_shape->text(), "", where);
  const Frame frame(where);
  const GraphHandle graph = current_graph();
  Shape full = shape;
  if (options.batch_shape)
    full = *options.batch_shape;
  else
    full.insert(0, options.batch_size > 0 ? options.batch_size : unknown);
  const auto base = std::make_shared<InputLayer>(full, options.dtype);
  auto call = std::make_shared<LayerCall>();
  call->layer = Layer(base, options.name.empty() ? OptionText(unique_name("input_layer")) : options.name, where);
  call->where = where;
  LayerAccess::built(*base) = true;
  LayerAccess::output_shapes(*base) = {full};
  return write_down(*static_cast<KerasGraph*>(graph.impl().attachment.get()), std::move(call),
                    {{.shape = full, .strides = {}, .dtype = options.dtype, .device = {}}})[0];
}

}  // namespace layers

// --- The models -----------------------------------------------------------------------------------------------------

FunctionalModel::FunctionalModel(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs, Location where)
    : plan_(make_plan(inputs, outputs, number_, where)) {
  supports_masking = true;
  LayerAccess::built(*this) = true;
  LayerAccess::leave_parts_unchecked(*this);
  LayerAccess::leave_inputs(*this);
  for (const Tensor& output : outputs) LayerAccess::output_shapes(*this).push_back(output.shape());
  for (const PlanStep& step : plan_.steps)
    if (step.layer.defined() && std::find(layers_.begin(), layers_.end(), step.layer) == layers_.end())
      layers_.push_back(step.layer);
}

std::vector<TensorMeta> FunctionalModel::input_metas() const {
  std::vector<TensorMeta> metas;
  for (const int input : plan_.inputs)
    for (const PlanStep& step : plan_.steps)
      if (step.outputs[0] == input) metas.push_back(step.layer.as<InputLayer>()->meta());
  return metas;
}

std::vector<std::string> FunctionalModel::input_names() const {
  std::vector<std::string> names;
  for (const int input : plan_.inputs)
    for (const PlanStep& step : plan_.steps)
      if (step.outputs[0] == input) names.push_back(step.name);
  return names;
}

std::vector<std::string> FunctionalModel::output_names() const {
  std::vector<std::string> names;
  for (const int output : plan_.outputs)
    for (const PlanStep& step : plan_.steps)
      if (std::find(step.outputs.begin(), step.outputs.end(), output) != step.outputs.end()) names.push_back(step.name);
  return names;
}

/// The op once more, without recording if it was made so.
static void repeat(const PlanStep& step, std::span<const Tensor> inputs, std::span<Tensor> outputs) {
  const GradMode mode(grad_enabled() && !step.op->no_grad);
  const auto has_value = [](const Tensor& input) { return !input.is_symbolic(); };
  if (grad_enabled() && std::all_of(inputs.begin(), inputs.end(), has_value))
    if (const auto results = unrolled(*step.op->op, step.op->attributes, inputs)) {
      std::copy(results->begin(), results->end(), outputs.begin());
      return;
    }
  apply(*step.op->op, inputs, step.op->attributes, outputs, step.where);
}

/// An input in the dtype that a model wants, with the mask that was given or that it brings along.
static Tensor as_input(const Tensor& x, DType dtype, const Tensor& mask) {
  Tensor value = x.dtype() == dtype ? x : cast(x, dtype);
  if (mask.defined()) set_mask(value, mask);
  return value;
}

/// What stands in these slots.
static std::vector<Tensor> at(const std::vector<Tensor>& values, const std::vector<int>& slots) {
  std::vector<Tensor> tensors;
  for (const int slot : slots) tensors.push_back(values[static_cast<std::size_t>(slot)]);
  return tensors;
}

std::vector<Tensor> FunctionalModel::call_with(const std::vector<Tensor>& xs, const CallOptions& options) {
  if (xs.size() != plan_.inputs.size())
    throw ArgumentError(class_name(), "the number of tensors is not that of the model's inputs",
                        "model '" + name() + "' has " + std::to_string(plan_.inputs.size()) + " inputs, " +
                            std::to_string(xs.size()) + " tensors were given");
  const std::vector<Tensor> all = values(xs, options.mask);
  return at(all, plan_.outputs);
}

std::vector<Tensor> FunctionalModel::values(const std::vector<Tensor>& xs, const std::vector<Tensor>& masks,
                                            const OtherLayers& others) const {
  std::vector<Tensor> values(static_cast<std::size_t>(plan_.slots));
  const auto value = [&](int slot) -> Tensor& { return values[static_cast<std::size_t>(slot)]; };
  const std::vector<TensorMeta> metas = input_metas();
  for (std::size_t i = 0; i < xs.size(); ++i) value(plan_.inputs[i]) = as_input(xs[i], metas[i].dtype, masks[i]);
  for (const PlanStep& step : plan_.steps) {
    if (step.layer.defined() && step.layer.as<InputLayer>()) continue;
    std::vector<Tensor> inputs, outputs(step.outputs.size());
    for (const int slot : step.inputs) inputs.push_back(value(slot));
    if (step.layer.defined()) {
      auto [own, how] = step.form.taken_apart(inputs);
      how.training = step.training;
      const auto other = others.find(step.layer.shared().get());
      outputs = (other != others.end() ? other->second : step.layer).call(own, how, step.where);
    } else if (step.operation)
      outputs = step.operation->repeat(inputs);
    else if (step.value.defined())
      outputs[0] = step.value;
    else
      repeat(step, inputs, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) value(step.outputs[i]) = std::move(outputs[i]);
  }
  return values;
}

std::vector<Tensor> FunctionalModel::outputs_of(const std::vector<Tensor>& inputs, const OtherLayers& others) const {
  return at(values(inputs, std::vector<Tensor>(inputs.size()), others), plan_.outputs);
}

Symbols FunctionalModel::symbols(Location where) const {
  const GraphHandle graph = current_graph();
  KerasGraph& keras = *static_cast<KerasGraph*>(graph.impl().attachment.get());
  std::vector<Tensor> all;
  if (const auto known = keras.models.find(number_); known != keras.models.end()) {
    for (const LayerCall::Edge edge : known->second) all.push_back(tensor_of(keras, edge));
  } else {
    std::vector<Tensor> inputs;
    for (const int input : plan_.inputs)
      for (const PlanStep& step : plan_.steps)
        if (step.outputs[0] == input) inputs.push_back(input_again(keras, step.layer, where));
    all = values(inputs, std::vector<Tensor>(inputs.size()));
    std::vector<LayerCall::Edge>& edges = keras.models[number_];
    for (const Tensor& value : all) edges.push_back(value.is_symbolic() ? edge_of(value) : LayerCall::Edge{});
    for (const PlanStep& step : plan_.steps)
      if (const Tensor& value = all[static_cast<std::size_t>(step.outputs[0])];
          (step.op || step.operation) && value.is_symbolic())
        keras.names[edge_of(value).node] = step.name;
  }
  Symbols symbols{.inputs = at(all, plan_.inputs), .outputs = at(all, plan_.outputs), .calls = {}};
  for (const PlanStep& step : plan_.steps) {
    if (!step.layer.defined()) continue;
    SymbolicCall call{step.layer, at(all, step.inputs), at(all, step.outputs)};
    if (call.inputs.empty())
      call.inputs = call.outputs;  // an InputLayer
    else
      call.inputs.resize(step.form.inputs);
    symbols.calls.push_back(std::move(call));
  }
  return symbols;
}

std::uint64_t SymbolicModel::new_number() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

Symbols symbols_of(const LayerBase& model, Location where) {
  if (const auto* symbolic = dynamic_cast<const SymbolicModel*>(&model)) return symbolic->symbols(where);
  throw ArgumentError(model.class_name(), "the model was not made of symbolic tensors", "'" + model.name() + "'",
                      "A functional or a Sequential model is", where);
}

SymbolicCall first_call_of(const Layer& layer, Location where) {
  LayerBase& base = layer.base(where);
  if (dynamic_cast<const SymbolicModel*>(&base)) {
    Symbols symbols = symbols_of(base, where);
    return {layer, std::move(symbols.inputs), std::move(symbols.outputs)};
  }
  if (const auto model = LayerAccess::stands_in(base).lock())
    for (SymbolicCall& call : symbols_of(*model, where).calls)
      if (call.layer == layer) return std::move(call);
  if (const auto keras = current.lock())
    for (const auto& [node, made] : keras->made_by) {
      const LayerCall& call = *made.first;
      if (call.layer != layer || call.index != 0) continue;
      SymbolicCall found{.layer = layer, .inputs = {}, .outputs = {}};
      for (std::size_t i = 0; i < std::min(call.form.inputs, call.inputs.size()); ++i)
        found.inputs.push_back(tensor_of(*keras, call.inputs[i]));
      for (Node* output : call.outputs) found.outputs.push_back(tensor_of(*keras, {output, 0}));
      if (found.inputs.empty()) found.inputs = found.outputs;
      return found;
    }
  throw ArgumentError(base.class_name(), "the layer stands in no functional or Sequential model",
                      "'" + base.name() + "'", "Call it on what Input gives, and make a Model of that", where);
}

void connect_layers(const Model& model) {
  for (const Layer& layer : model.layers())
    if (std::weak_ptr<LayerBase>& stands_in = LayerAccess::stands_in(layer.base()); stands_in.expired())
      stands_in = model.shared();
}

void SequentialModel::append(const Layer& layer) {
  Frame frame(LayerAccess::made_at(layer.base()));
  ensure_built(layer.base(), {last_.shape});
  const auto& [outputs, masks] = infer_outputs(layer.base(), {last_}, CallForm::of_inputs(1), {last_mask_});
  if (outputs.size() != 1)
    throw ArgumentError("Sequential", "a layer does not have one output",
                        "layer '" + layer.name() + "' has " + std::to_string(outputs.size()), "Use a functional Model");
  last_ = outputs[0];
  last_mask_ = masks[0];
  LayerAccess::output_shapes(layer.base()) = {last_.shape};
  if (input_.defined()) LayerAccess::output_shapes(*this) = {last_.shape};
}

void SequentialModel::add(const Layer& layer, Location where) {
  if (LayerBase& part = layer.base(where); &part == this || is_inside(*this, part))
    throw ArgumentError("Sequential", "a model would be inside of itself", "'" + name() + "'", "", where);
  const auto check_name = [&](const Layer& other) {
    if (other.defined() && other.name() == layer.name())
      throw ArgumentError("Sequential", "two layers have one name", "'" + layer.name() + "'",
                          "Make a second layer, or use a functional Model to share one", where);
  };
  if (layer.as<InputLayer>()) {
    if (input_.defined() || !bricks_.empty())
      throw ArgumentError("Sequential", "Input does not stand first, or stands twice",
                          "'" + layer.name() + "' stands behind other layers", "", where);
    input_ = layer;
    last_ = layer.as<InputLayer>()->meta();
    LayerAccess::output_shapes(*this) = {last_.shape};
    LayerAccess::built(*this) = true;
    unique_name("functional");  // Keras counts the functional model inside
    return;
  }
  if (Location& made = LayerAccess::made_at(layer.base()); !made) made = where;
  check_name(input_);
  for (const Layer& brick : bricks_) check_name(brick);
  if (built()) append(layer);
  bricks_.push_back(layer);
  number_ = new_number();
  structure_changed();
}

Layer SequentialModel::pop(Location where) {
  if (bricks_.empty())
    throw ArgumentError("Sequential", "there is no layer to take away", "'" + name() + "'", "", where);
  Layer last = bricks_.back();
  bricks_.pop_back();
  if (built()) {
    last_ =
        input_.defined()
            ? input_.as<InputLayer>()->meta()
            : TensorMeta{
                  .shape = LayerAccess::build_shapes(*this)[0], .strides = {}, .dtype = input_dtype(), .device = {}};
    last_mask_.reset();
    if (input_.defined()) LayerAccess::output_shapes(*this) = {last_.shape};
    for (const Layer& brick : layers()) append(brick);
  }
  number_ = new_number();
  structure_changed();
  return last;
}

std::vector<Tensor> SequentialModel::values(Location where) const {
  const GraphHandle graph = current_graph();
  KerasGraph& keras = *static_cast<KerasGraph*>(graph.impl().attachment.get());
  if (const auto known = keras.models.find(number_); known != keras.models.end()) {
    std::vector<Tensor> all;
    for (const LayerCall::Edge edge : known->second) all.push_back(tensor_of(keras, edge));
    return all;
  }
  if (!input_.defined())
    throw ArgumentError("Sequential", "the model was not made of symbolic tensors", "'" + name() + "' has no Input",
                        "Put an Input first", where);
  std::vector<Tensor> all{input_again(keras, input_, where)};
  for (const Layer& layer : layers()) all.push_back(layer(all.back(), {}, LayerAccess::made_at(layer.base())));
  std::vector<LayerCall::Edge>& edges = keras.models[number_];
  for (const Tensor& value : all) edges.push_back(edge_of(value));
  return all;
}

Symbols SequentialModel::symbols(Location where) const {
  const std::vector<Layer> bricks = bricks_;
  const std::vector<Tensor> all = values(where);
  Symbols symbols{.inputs = {all.front()}, .outputs = {all.back()}, .calls = {{input_, {all[0]}, {all[0]}}}};
  for (std::size_t i = 0; i < bricks.size(); ++i) symbols.calls.push_back({bricks[i], {all[i]}, {all[i + 1]}});
  return symbols;
}

SequentialModel::SequentialModel() {
  supports_masking = true;
  LayerAccess::leave_parts_unchecked(*this);
  LayerAccess::leave_inputs(*this);
}

DType SequentialModel::input_dtype() const {
  if (input_.defined()) return input_.as<InputLayer>()->dtype;
  return bricks_.empty() ? float32 : bricks_[0].base().input_dtype();
}

void SequentialModel::build(const Shape& input_shape) {
  unique_name("input_layer");
  unique_name("functional");
  last_ = {.shape = input_shape, .strides = {}, .dtype = input_dtype(), .device = {}};
  for (const Layer& layer : layers()) append(layer);
}

std::vector<Tensor> SequentialModel::call_with(const std::vector<Tensor>& xs, const CallOptions& options) {
  if (xs.size() != 1)
    throw ArgumentError(class_name(), "the layer takes one input, and got another number",
                        "layer '" + name() + "' was called on " + std::to_string(xs.size()));
  Tensor value = as_input(xs[0], input_dtype(), options.mask[0]);
  for (const Layer& layer : layers()) value = layer(value, {}, LayerAccess::made_at(layer.base()));
  return {value};
}

std::vector<TensorMeta> SequentialModel::input_metas() const {
  if (!input_.defined()) return {};
  return {input_.as<InputLayer>()->meta()};
}

Sequential::Sequential(const std::vector<Layer>& layers, const ModelOptions& options, Location where)
    : Model(std::make_shared<SequentialModel>(), options.name, where) {
  for (const Layer& layer : layers) add(layer, where);
  if (!options.trainable) set_trainable(false, where);
}
Sequential::Sequential(std::initializer_list<Layer> layers, const ModelOptions& options, Location where)
    : Sequential(std::vector<Layer>(layers), options, where) {}

Model::Model(const TensorList& inputs, const TensorList& outputs, const ModelOptions& options, Location where)
    : Model(std::make_shared<FunctionalModel>(inputs, outputs, where), options.name, where) {
  connect_layers(*this);
  if (!options.trainable) set_trainable(false, where);
}

}  // namespace triptych::keras
