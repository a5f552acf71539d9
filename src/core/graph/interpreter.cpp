// Runs a graph node by node with the eager kernels: for what cannot be compiled, and the oracle for what is.
#include <chrono>
#include <unordered_map>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/execute.h"
#include "core/dispatch/modes.h"
#include "core/graph/cost.h"
#include "core/graph/graph.h"
#include "core/graph/loop_history.h"
#include "core/graph/node_observer.h"
#include "core/graph/passes/passes.h"
#include "core/graph/run_limits.h"
#include "core/graph/subgraph_code.h"
#include "core/support/inline_vector.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"

namespace triptych {

extern const Op assign_op;

constinit thread_local NodeObserver* node_observer = nullptr;

namespace {

std::string made_at(const Node& node) { return node.where ? ", made at " + node.where.text() : ""; }
Location run_line(const Node& node) { return modes.run ? modes.run : node.where; }

}  // namespace

const Tensor& state_tensor(const Node& node, const VariableStore& variables) {
  if (node.op == &captured_op) return node.attributes_as<CapturedAttributes>().tensor;
  if (auto found = variables.values.find(&node); found != variables.values.end()) return found->second;
  throw ArgumentError("session", "a variable is used before it is initialized",
                      "'" + describe(node) + "'" + made_at(node), "Run graph.initializer() first", run_line(node));
}

Tensor initial_value(const Node& variable) {
  const auto& attributes = variable.attributes_as<VariableAttributes>();
  const FrameAt where_it_was_made(variable.where);
  struct RunHere {  // also in the middle of a trace
    GraphImpl* trace = std::exchange(modes.trace, nullptr);
    ~RunHere() { modes.trace = trace; }
  } here;
  const Transaction whole;
  const Device device = variable.outputs()[0].device();
  const DeviceScope there(device);
  Tensor value = (*attributes.initializer)(attributes.shape, attributes.dtype);
  if (!value.defined() || value.is_symbolic() || value.shape() != attributes.shape || value.dtype() != attributes.dtype)
    throw ArgumentError(
        "session", "an initializer does not give the variable's shape and dtype",
        "'" + describe(variable) + "' is " + std::string(dtype_name(attributes.dtype)) + " " + attributes.shape.text() +
            (value.defined() ? ", the value " + std::string(dtype_name(value.dtype())) + " " + value.shape().text()
                             : ", the value is undefined"),
        "", variable.where);
  // A tensor of the session's own: the initializer may have handed out one that it keeps.
  return contiguous_now(on_device(alias(value), device));
}

namespace {

using Clock = std::chrono::steady_clock;

class Interpreter {
 public:
  Interpreter(std::span<const Place> fed, std::span<const Tensor> values, VariableStore& variables)
      : variables_(variables) {
    for (std::size_t i = 0; i < fed.size(); ++i) slots(*fed[i].node)[fed[i].output] = values[i];
  }

  void run(Node& node, const void* attributes) {
    if (is_state(*node.op) || node.op == &group_op) return;  // state is read where it is used
    if (node.op == &initialize_op) return initialize(node);
    std::vector<Tensor>& outputs = slots(node);
    if (is_source(*node.op)) {
      if (!outputs[0].defined()) outputs[0] = source_value(node);
      return;
    }
    InlineVector<const Tensor*, 4> inputs(node.input_count);
    for (std::size_t i = 0; i < node.input_count; ++i) {
      const Place place = place_of(node.inputs()[i]);
      const bool written = node.op->writes && node.op->writes(static_cast<int>(i), static_cast<int>(node.input_count));
      if (written && node.op == &assign_op) make_if_missing(*place.node);
      inputs[i] = &value_of(place);
    }
    if (node_observer) [[unlikely]]
      node_observer->before(node, inputs.span());
    std::vector<Tensor> results(node.output_count);
    const Device device = node.output_count ? node.outputs()[0].device() : Device();
    if (running_options && running_options->allow_soft_placement && runs_on_the_host(*node.op, device)) {
      run_there(node, inputs.span(), attributes, results);
    } else {
      const DeviceScope placed(device);
      run_now(*node.op, inputs.span(), attributes, results, node.where);
    }
    if (node_observer) [[unlikely]]
      node_observer->after(node, inputs.span(), results);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!outputs[i].defined()) outputs[i] = std::move(results[i]);  // a fed output stays
  }

  /// Of a node that has run; nothing for one whose result is a view.
  Cost cost(Node& node) {
    InlineVector<const TensorMeta*, 4> inputs(node.input_count);
    InlineVector<const TensorMeta*, 2> outputs(node.output_count);
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = &value_of(place_of(node.inputs()[i])).meta();
    for (std::uint32_t i = 0; i < node.output_count; ++i) outputs[i] = &value_of({&node, i}).meta();
    const bool looks = (node.op->view || node.op->views) &&
                       value_of({&node, 0}).impl()->storage == value_of(place_of(node.inputs()[0])).impl()->storage;
    return looks ? Cost() : cost_of(*node.op, inputs.span(), outputs.span(), node.attributes);
  }

  const Tensor& value_of(const Place& place) {
    if (auto found = values_.find(place.node); found != values_.end() && found->second[place.output].defined())
      return found->second[place.output];
    if (is_state(*place.node->op)) return state_tensor(*place.node, variables_);
    throw InternalError("session", "a node ran before its input", describe(*place.node));
  }

 private:
  std::vector<Tensor>& slots(const Node& node) {
    auto& result = values_[&node];
    if (result.empty()) result.resize(node.output_count);
    return result;
  }

  /// On the CPU, for want of a kernel.
  static void run_there(const Node& node, std::span<const Tensor* const> inputs, const void* attributes,
                        std::span<Tensor> results) {
    std::vector<Tensor> copies;
    for (const Tensor* input : inputs) copies.push_back(on_host(*input));
    std::vector<const Tensor*> operands;
    for (const Tensor& copy : copies) operands.push_back(&copy);
    const DeviceScope host((Device()));
    run_now(*node.op, operands, attributes, results, node.where);
    for (std::size_t i = 0; i < results.size(); ++i) results[i] = on_device(results[i], node.outputs()[i].device());
  }

  static Tensor source_value(const Node& node) {
    if (node.op == &constant_op) return node.attributes_as<ConstantAttributes>().value;
    const auto& attributes = node.attributes_as<PlaceholderAttributes>();
    if (attributes.default_value.defined()) return attributes.default_value;
    throw ArgumentError("session", "a placeholder that is needed was not fed",
                        "'" + describe(node) + "' " + std::string(dtype_name(attributes.dtype)) + " " +
                            attributes.shape.text() + made_at(node),
                        "Pass a value for it in the feeds", run_line(node));
  }

  /// assign() may be what initializes a variable.
  void make_if_missing(const Node& node) {
    if (node.op != &variable_op || variables_.values.contains(&node)) return;
    const auto& attributes = node.attributes_as<VariableAttributes>();
    create(node, make_tensor(attributes.shape, attributes.dtype, node.outputs()[0].device()));
  }

  /// All first values are made before one is set.
  void initialize(const Node& node) {
    std::vector<Tensor> values;
    for (const Tensor& input : node.inputs()) values.push_back(initial_value(*place_of(input).node));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Node* variable = place_of(node.inputs()[i]).node;
      if (const auto found = variables_.values.find(variable); found != variables_.values.end())
        rebind(found->second, std::move(values[i]));
      else
        create(*variable, std::move(values[i]));
    }
  }

  void create(const Node& variable, Tensor value) {
    auto undo = undo_by([&values = variables_.values, &variable] { values.erase(&variable); });
    variables_.values.emplace(&variable, std::move(value));
    Transaction::did(std::move(undo));
  }

  VariableStore& variables_;
  std::unordered_map<const Node*, std::vector<Tensor>> values_;
};

}  // namespace

void note_output(NodeTiming& timing, const TensorMeta& meta) {
  timing.outputs.push_back(std::string(dtype_name(meta.dtype)) + " " + meta.shape.text());
  timing.output_bytes += meta.shape.size() * static_cast<std::int64_t>(size_of(meta.dtype));
}

std::vector<Tensor> run_nodes(std::span<Node* const> nodes, std::span<const Place> fetches, std::span<const Place> fed,
                              std::span<const Tensor> values, VariableStore& variables, RunMetadata* metadata) {
  GradMode no_recording(false);
  Interpreter interpreter(fed, values, variables);
  const UsedHistories histories(nodes, fetches);
  const auto began = Clock::now();
  for (Node* node : nodes) {
    check_run_limits();
    const auto start = metadata ? Clock::now() : Clock::time_point();
    interpreter.run(*node, histories.attributes_of(*node));
    if (metadata && !is_source(*node->op) && node->op != &group_op) {
      const auto microseconds = [](Clock::duration time) {
        return std::chrono::duration<double, std::micro>(time).count();
      };
      NodeTiming timing{.name = describe(*node),
                        .op = node->op->name,
                        .microseconds = microseconds(Clock::now() - start),
                        .start = microseconds(start - began)};
      for (std::uint32_t i = 0; i < node->output_count; ++i)
        note_output(timing, interpreter.value_of({node, i}).meta());
      const Cost cost = interpreter.cost(*node);
      timing.flops = cost.flops;
      timing.bytes = cost.bytes;
      metadata->nodes.push_back(std::move(timing));
    }
  }
  std::vector<Tensor> results(fetches.size());
  for (std::size_t i = 0; i < fetches.size(); ++i)
    if (fetches[i].node->output_count) results[i] = alias(interpreter.value_of(fetches[i]));
  return results;
}

std::vector<Tensor> interpret(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                              std::span<const Tensor> values, VariableStore& variables, RunMetadata* metadata) {
  Transaction whole;  // state stays as it is if the run fails
  whole.keep_for_good();
  return run_nodes(needed_nodes(graph, fetches, fed), fetches, fed, values, variables, metadata);
}

}  // namespace triptych
