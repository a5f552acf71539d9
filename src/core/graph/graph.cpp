#include "core/graph/graph.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/dispatch/execute.h"
#include "core/dispatch/infer.h"
#include "core/dispatch/modes.h"
#include "core/graph/retrace.h"
#include "core/support/error_context.h"
#include "core/support/inline_vector.h"
#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"

namespace triptych {

extern const Op identity_op, to_device_op;

namespace {

using Head = detail::TensorHead;

Tensor symbolic_meta(const TensorMeta& meta) {
  auto* impl = new TensorImpl;
  impl->meta.shape = meta.shape;
  impl->meta.dtype = meta.dtype;
  impl->meta.device = meta.device;
  impl->flags = Head::metadata_only;
  return adopt(impl);
}

/// A node's own reference to an input: no graph keep-alive, which would be a cycle.
Tensor edge_to(const Tensor& symbolic) {
  Tensor edge = symbolic_meta(symbolic.meta());
  edge.impl()->flags = Head::symbolic;
  edge.impl()->node = symbolic.impl()->node;
  edge.impl()->output = symbolic.impl()->output;
  return edge;
}

}  // namespace

Tensor add_source(GraphImpl& graph, const Op& op, const void* attributes, const TensorMeta& meta, std::string_view name,
                  Location where) {
  {
    const Called called(op.name);
    meta.shape.check_size(where);
  }
  Ref<Node> node = make_node(op, 0, 1, attributes, where);
  node->outputs()[0] = symbolic_meta(meta);
  return graph.handle(graph.add(std::move(node), name));
}

extern const Op placeholder_op{
    .name = "placeholder", .inputs = 0, .attributes = &attribute_type<PlaceholderAttributes>, .stateful = true};
extern const Op constant_op{.name = "constant", .inputs = 0, .attributes = &attribute_type<ConstantAttributes>};
extern const Op variable_op{
    .name = "variable", .inputs = 0, .attributes = &attribute_type<VariableAttributes>, .stateful = true};
extern const Op captured_op{
    .name = "captured", .inputs = 0, .attributes = &attribute_type<CapturedAttributes>, .stateful = true};
extern const Op captured_state_op{
    .name = "captured_state", .inputs = 0, .attributes = &attribute_type<PlaceholderAttributes>, .stateful = true};
extern const Op group_op{.name = "group", .inputs = 0, .stateful = true};
extern const Op initialize_op{.name = "initialize",
                              .inputs = 0,
                              .max_inputs = any_number,
                              .stateful = true,
                              .can_fail = true,
                              .writes = [](int, int) { return true; }};

bool is_source(const Op& op) { return &op == &placeholder_op || &op == &constant_op || is_state(op); }
bool is_state(const Op& op) { return &op == &variable_op || &op == &captured_op || &op == &captured_state_op; }
bool has_effect(const Node& node) { return node.op->writes != nullptr; }

void retain(GraphImpl* graph) { graph->references.fetch_add(1, std::memory_order_relaxed); }
void release(GraphImpl* graph) {
  if (graph->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete graph;
}

GraphImpl::~GraphImpl() {
  while (!nodes.empty()) nodes.pop_back();  // users go before what they use
}

std::string GraphImpl::unique_name(std::string_view base) {
  std::string full = scope + std::string(base);
  const auto [asked, first] = names.try_emplace(full, 0);
  if (first && is_numbered(full)) asked->second = 1;
  for (;;) {
    const int used = asked->second++;
    if (used == 0) return full;
    std::string name = full + "_" + std::to_string(used);
    if (!names.contains(name)) return name;
  }
}

bool GraphImpl::is_numbered(std::string_view name) const {
  const std::size_t line = name.rfind('_');
  if (line == std::string_view::npos || line + 1 == name.size() || name[line + 1] == '0') return false;
  int number = 0;
  const auto [end, error] = std::from_chars(name.data() + line + 1, name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return false;
  const auto found = names.find(std::string(name.substr(0, line)));
  return found != names.end() && found->second > number;
}

Node& GraphImpl::add(Ref<Node> node, std::string_view name) {
  if (finalized)
    throw ArgumentError(node->op->name, "the graph is finalized", "no more nodes can be added",
                        "Build everything before finalize(), or look for ops made inside the training loop",
                        node->where);
  node->graph = this;
  node->sequence = nodes.size();
  node->no_grad = modes.no_grad;
  NodeInfo about{.name = unique_name(name), .control = {}, .call = is_source(*node->op) ? -1 : call};
  // State waits for nobody: its first value must not.
  if (!is_state(*node->op)) about.control = control_stack;
  open.each(gradient_overrides, [&](const GradientOverrides* overrides) {
    if (const auto own = overrides->find(node->op->name); !about.gradient && own != overrides->end())
      about.gradient = own->second;
  });
  nodes.push_back(std::move(node));
  info.push_back(std::move(about));
  return *nodes.back();
}

Tensor GraphImpl::handle(Node& node, std::uint32_t output) {
  // An operation without a value is fetched, and depended on, under an empty tensor.
  Tensor tensor =
      symbolic_meta(node.output_count ? node.outputs()[output].meta()
                                      : TensorMeta{.shape = {0}, .strides = {}, .dtype = boolean, .device = {}});
  TensorImpl& impl = *tensor.impl();
  impl.flags = Head::symbolic;
  impl.node = Ref<Node>::share(&node);
  impl.output = output;
  impl.graph = Ref<GraphImpl>::share(this);
  return tensor;
}

Tensor GraphImpl::import(const Tensor& tensor, Location where) {
  if (!tensor.defined())
    throw ArgumentError("graph", "an undefined tensor cannot be part of a graph", "a default-constructed Tensor",
                        "Give it a value first", where);
  const bool from_here = tensor.is_symbolic() && tensor.impl()->graph.get() == this;
  if (traced && !from_here && (tensor.is_symbolic() || tensor.requires_grad() || is_captured_state(tensor)))
    return input_for(tensor, where);
  if (tensor.is_symbolic()) {
    if (!from_here)
      throw ArgumentError("graph", "the tensor belongs to another graph", describe(*tensor.impl()->node),
                          "Build both in one graph, or run one and feed its value", where);
    if (tensor.impl()->node->output_count == 0)
      throw ArgumentError("graph", "an operation without a value cannot be an operand",
                          "'" + describe(*tensor.impl()->node) + "'",
                          "Use control_dependencies to run something after it", where);
    return tensor;
  }
  if (auto found = written.find(tensor.impl()); found != written.end()) {
    const TensorImpl& value = *found->second.impl();
    return handle(*value.node, value.output);
  }
  const GraphHandle self(this);
  if (is_captured_state(tensor)) return graph_captured(self, tensor);
  return tensor.requires_grad() ? retrace(*this, tensor, where) : graph_constant(self, tensor, "constant", where);
}

Tensor GraphImpl::value_at(Node& state, const Node& reader) {
  const auto found = writes.find(&state);
  if (found == writes.end()) return handle(state);
  const auto write = std::find_if(found->second.begin(), found->second.end(),
                                  [&](const Node* node) { return node->sequence >= reader.sequence; });
  if (write == found->second.end()) return handle(state);
  Node*& snapshot = snapshots[{&state, *write}];
  if (!snapshot) {
    const Tensor current = handle(state);
    Tensor copy;
    append(*this, identity_op, {&current, 1}, nullptr, {&copy, 1}, reader.where);
    snapshot = copy.impl()->node.get();
    info_of(*snapshot).before = *write;
  }
  return handle(*snapshot);
}

Tensor GraphImpl::input_for(const Tensor& tensor, Location where) {
  const Tensor around = outer ? outer->import(tensor, where) : tensor;
  std::vector<Tensor>&inputs = traced->subgraph.inputs, &outers = traced->captured;
  const std::size_t first = inputs.size() - outers.size();
  for (std::size_t i = 0; i < outers.size(); ++i)
    if (same_tensor(outers[i], around)) return inputs[first + i];
  inputs.push_back(subgraph_input(*this, around, where));
  outers.push_back(around);
  return inputs.back();
}

void GraphImpl::give_to_call(Node& effect) {
  if (call < 0) return;
  std::vector<Node*>& effects = calls[static_cast<std::size_t>(call)].effects;
  if (effects.empty() || effects.back() != &effect) effects.push_back(&effect);
}

bool is_captured_state(const Tensor& concrete) {
  return concrete.impl()->has(Head::state) || (concrete.requires_grad() && concrete.is_leaf());
}

namespace {

/// The buffer was given `before` while recording, and has now been written without: its readers get its value with the
/// gradient of `before`, as a tensor keeps it that is written under NoGrad.
void keep_gradient(GraphImpl& graph, const Tensor& state, const Tensor& before, Location where) {
  graph.written.erase(state.impl());
  const Tensor now = graph.import(state, where);
  const Tensor source = graph.handle(*before.impl()->node, before.impl()->output);
  const GradMode recording(true);
  const auto to_source = [](std::span<const Tensor>, std::span<const Tensor> upstream, std::span<const bool>) {
    return std::vector<Tensor>{upstream[0]};
  };
  const Tensor kept = custom_gradient("written", {&now, 1}, {&source, 1}, {}, to_source, where)[0];
  graph.written[state.impl()] = edge_to(kept);
}

}  // namespace

void trace_write(const Tensor& state, const Tensor& value, Location where) {
  GraphImpl& graph = *modes.trace;
  const Tensor symbolic = graph.import(value, where);
  const auto before = graph.written.extract(state.impl());
  assign(state, Arg(symbolic, where));
  graph.give_to_call(*graph.nodes.back());
  if (modes.no_grad && before) keep_gradient(graph, state, before.mapped(), where);
  if (graph.call >= 0 && !modes.no_grad && is_floating(state.dtype())) graph.written[state.impl()] = edge_to(symbolic);
}

namespace {

/// Where a node runs: where the state is that it writes, else where a DeviceScope says, else where its operands are.
Device placement(const Op& op, std::span<const Tensor> inputs, Location where) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (op.writes && op.writes(static_cast<int>(i), static_cast<int>(inputs.size()))) return inputs[i].device();
  if (inputs.empty() || (modes.device_set && &op != &to_device_op)) return modes.device;
  for (const Tensor& input : inputs)
    if (input.device() != inputs[0].device()) {
      InlineVector<const Tensor*, 4> operands(inputs.size());
      for (std::size_t i = 0; i < inputs.size(); ++i) operands[i] = &inputs[i];
      mixed_devices(op, operands.span(), where);
    }
  return inputs[0].device();
}

/// `symbolic`, or a copy of it on `device`.
Tensor placed(const Tensor& symbolic, Device device, Location where) {
  return symbolic.device() == device ? symbolic : to(Arg(symbolic, where), device);
}

/// For the error of a node that cannot be made: the mistake is often where one of its inputs was.
void name_inputs(Error& error, Node& node) {
  std::string text;
  for (const Tensor& input : node.inputs()) {
    const Node* from = input.defined() ? input.impl()->node.get() : nullptr;
    const std::string line = from ? from->where.text() : "";
    if (!line.empty() && line != error.where().text())
      text += (text.empty() ? "Inputs: '" : ", '") + describe(*from) + "' made at " + line;
  }
  if (!text.empty()) add_context(error, text + ".");
}

}  // namespace

void append(GraphImpl& graph, const Op& op, std::span<const Tensor> inputs, const void* attributes,
            std::span<Tensor> outputs, Location where) {
  Ref<Node> node = make_node(op, inputs.size(), outputs.size(), attributes, where);
  const Device device = placement(op, inputs, where);
  InlineVector<const TensorMeta*, 4> metas(inputs.size());
  bool writes_captured = false;
  std::vector<const Node*> written_states;
  std::vector<std::pair<Tensor, Tensor>> with_gradient;  // buffers that are written, and what they had a gradient by
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool written = op.writes && op.writes(static_cast<int>(i), static_cast<int>(inputs.size()));
    if (auto before = written ? graph.written.extract(inputs[i].impl()) : decltype(graph.written)::node_type())
      with_gradient.emplace_back(inputs[i], std::move(before.mapped()));
    Tensor input = graph.import(inputs[i], where);
    if (!in_mask(op.metadata_inputs, i)) input = placed(input, device, where);
    node->inputs()[i] = edge_to(input);
    metas[i] = &node->inputs()[i].meta();
    if (!written) continue;
    if (!graph.may_write)
      throw UnsupportedError(op.name, "a sub-graph writes state", "input " + std::to_string(i) + " is written",
                             "Return the new value from the sub-graph, and write it around it", where);
    if (!is_state(*input.impl()->node->op))
      throw ArgumentError(op.name,
                          "what is written is neither a Variable nor a module's or layer's parameter or buffer",
                          "input " + std::to_string(i) + " is " + describe(*input.impl()->node), "", where);
    written_states.push_back(input.impl()->node.get());
    writes_captured |= input.impl()->node->op == &captured_op;
  }
  InlineVector<TensorMeta, 2> results(outputs.size());
  for (TensorMeta& result : results) result.device = device;
  try {
    infer_outputs(op, metas.span(), attributes, results.span(), where);
  } catch (Error& error) {
    name_inputs(error, *node);
    throw;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) node->outputs()[i] = symbolic_meta(results[i]);
  Node& added = graph.add(std::move(node), op.name);
  if (&op != &initialize_op)
    for (const Node* state : written_states) graph.writes[state].push_back(&added);
  if (writes_captured && graph.call >= 0 && graph.calls[static_cast<std::size_t>(graph.call)].owns_writes)
    graph.give_to_call(added);
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = graph.handle(added, static_cast<std::uint32_t>(i));
  for (const auto& [state, before] : with_gradient) keep_gradient(graph, state, before, where);
}

std::vector<Node*> needed_nodes(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed) {
  std::vector<bool> seen(graph.nodes.size());
  std::vector<Node*> stack, result;
  const auto is_fed = [&](const Place& place) { return std::find(fed.begin(), fed.end(), place) != fed.end(); };
  std::vector<bool> has_fed_output(graph.nodes.size());
  for (const Place& place : fed) has_fed_output[place.node->sequence] = true;
  const auto visit = [&](const Place& place) {
    Node* node = place.node;
    if (seen[node->sequence] || (has_fed_output[node->sequence] && is_fed(place))) return;
    seen[node->sequence] = true;
    stack.push_back(node);
    result.push_back(node);
  };
  std::vector<bool> pulled(graph.calls.size());
  const auto pull = [&](int call) {
    for (; call >= 0 && !pulled[static_cast<std::size_t>(call)];
         call = graph.calls[static_cast<std::size_t>(call)].outer) {
      pulled[static_cast<std::size_t>(call)] = true;
      for (Node* effect : graph.calls[static_cast<std::size_t>(call)].effects) visit({effect, 0});
    }
  };
  for (const Place& fetch : fetches) visit(fetch);
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    for (const Tensor& input : node->inputs()) visit(place_of(input));
    for (Node* before : graph.info_of(*node).control) visit({before, 0});
    pull(graph.info_of(*node).call);
  }
  const auto position = [&](const Node* node) {
    const Node* before = graph.info_of(*node).before;
    return before ? 2 * before->sequence - 1 : 2 * node->sequence;
  };
  std::sort(result.begin(), result.end(), [&](const Node* a, const Node* b) { return position(a) < position(b); });
  return result;
}

GraphHandle::GraphHandle() : impl_(new GraphImpl) {}
GraphHandle::GraphHandle(GraphImpl* shared) : impl_(shared) {
  if (!impl_) throw ArgumentError("graph", "there is no graph", "a null pointer");
  retain(impl_);
}
GraphHandle::GraphHandle(const GraphHandle& other) : impl_(other.impl_) { retain(impl_); }
GraphHandle& GraphHandle::operator=(const GraphHandle& other) {
  GraphHandle copy(other);
  std::swap(impl_, copy.impl_);
  return *this;
}
GraphHandle::~GraphHandle() { release(impl_); }

namespace {

/// A graph that takes no more nodes traces nothing: what could be computed at once is.
GraphImpl* unless_finalized(GraphImpl* graph) { return graph && graph->finalized ? nullptr : graph; }

}  // namespace

TraceScope::TraceScope(const GraphHandle& graph) {
  // The scope of a temporary handle outlives it.
  open_scopes().begin(this, modes.trace, unless_finalized(&graph.impl()), std::make_shared<const GraphHandle>(graph));
}
TraceScope::~TraceScope() {
  end_scope(this);
  modes.trace = unless_finalized(modes.trace);
}

TracedCall::TracedCall(const GraphHandle& graph, bool owns_writes)
    : TraceScope(graph), graph_(graph), outer_(graph.impl().call), own_(outer_) {
  GraphImpl& impl = graph.impl();
  if (outer_ >= 0 && impl.calls[static_cast<std::size_t>(outer_)].owns_writes) return;
  impl.calls.push_back({.outer = outer_, .owns_writes = owns_writes, .effects = {}});
  own_ = static_cast<int>(impl.calls.size()) - 1;
  impl.open.begin(this, impl.call, own_);
}

TracedCall::~TracedCall() {
  GraphImpl& impl = graph_.impl();
  impl.open.end(this);
  if (impl.call < 0) impl.written.clear();
}

Tensor TracedCall::result(Tensor output) const {
  if (own_ == outer_ || graph_.impl().calls[static_cast<std::size_t>(own_)].effects.empty()) return output;
  if (output.is_symbolic() && graph_.impl().info_of(*output.impl()->node).call == own_) return output;
  return identity(std::move(output));
}

namespace {

/// A node that stands for a value from outside needs that value.
void check_concrete(const Tensor& value, std::string_view name, Location where) {
  if (!value.defined() || value.is_symbolic())
    throw ArgumentError("graph", "a node's value is undefined or symbolic", "'" + std::string(name) + "'", "", where);
}

}  // namespace

Tensor graph_placeholder(const GraphHandle& graph, Text name, DType dtype, const Shape& shape,
                         const Tensor& default_value, Location where) {
  if (default_value.defined()) check_concrete(default_value, name, where);
  const PlaceholderAttributes attributes{dtype, shape, default_value};
  return add_source(graph.impl(), placeholder_op, &attributes,
                    {.shape = shape, .strides = {}, .dtype = dtype, .device = modes.device}, name, where);
}

Tensor graph_variable(const GraphHandle& graph, Text name, const Shape& shape, DType dtype, Initializer initializer,
                      bool trainable, Location where, bool on_demand) {
  check_callable("graph_variable", initializer, where);
  const VariableAttributes attributes{dtype, shape, trainable, std::make_shared<Initializer>(std::move(initializer)),
                                      on_demand};
  return add_source(graph.impl(), variable_op, &attributes,
                    {.shape = shape, .strides = {}, .dtype = dtype, .device = modes.device}, name, where);
}

Tensor subgraph_input(GraphImpl& graph, const Tensor& around, Location where) {
  const PlaceholderAttributes attributes{around.dtype(), around.shape(), {}};
  const bool around_is_state = around.is_symbolic() ? is_state(*around.impl()->node->op) : is_captured_state(around);
  const bool state = graph.may_write && around_is_state;
  return add_source(graph, state ? captured_state_op : placeholder_op, &attributes, around.meta(), "captured", where);
}

Tensor graph_constant(const GraphHandle& graph, const Tensor& value, Text name, Location where) {
  check_concrete(value, name, where);
  // Of what the tape keeps no value of, only the metadata is read.
  const bool has_values = !value.impl()->has(Head::metadata_only);
  const ConstantAttributes attributes{has_values ? alias(value) : make_metadata_only(value.meta())};
  return add_source(graph.impl(), constant_op, &attributes, value.meta(), name, where);
}

Tensor graph_captured(const GraphHandle& graph, const Tensor& tensor) {
  check_concrete(tensor, "captured", {});
  GraphImpl& impl = graph.impl();
  if (auto found = impl.captured.find(tensor.impl()); found != impl.captured.end()) return impl.handle(*found->second);
  const CapturedAttributes attributes{tensor};
  Tensor symbolic = add_source(impl, captured_op, &attributes, tensor.meta(), "captured", {});
  impl.captured.emplace(tensor.impl(), symbolic.impl()->node.get());
  return symbolic;
}

void mark_state(Tensor& tensor) {
  if (!tensor.defined()) throw ArgumentError("graph", "state is undefined", "a default-constructed Tensor");
  tensor.impl()->flags |= Head::state;
}

}  // namespace triptych
