#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/infer.h"
#include "core/dispatch/modes.h"
#include "core/graph/changing_shape.h"
#include "core/graph/checks.h"
#include "core/graph/control_flow.h"
#include "core/graph/files/graph_code.h"
#include "core/graph/iterator.h"
#include "core/graph/subgraph_trace.h"
#include "core/graph/summary.h"
#include "core/support/fork.h"
#include "core/support/inline_vector.h"
#include "triptych/core/op.h"
#include "triptych/core/ops/custom_gradient.h"

namespace triptych {

extern const Op custom_gradient_op;

namespace {

constexpr int deepest = 64;  // functions in functions
constexpr std::size_t most_nodes = 1 << 24;

/// A file's name that lives as long as the program, as those of nodes do.
const char* kept_name(const std::string& name) {
  static std::mutex& mutex = process_mutex();
  static std::set<std::string> names;
  const std::lock_guard lock(mutex);
  return names.insert(name).first->c_str();
}

Location location_of(const Json& json) {
  constexpr std::size_t longest = 255;
  const std::string& text = text_of(json);
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || text.size() > longest || text.size() - colon > 6) return {};
  int line = 0;
  for (const char digit : text.substr(colon + 1)) {
    if (digit < '0' || digit > '9') return {};
    line = line * 10 + (digit - '0');
  }
  return {kept_name(text.substr(0, colon)), line};
}

/// While alive, nodes are made as a file says, not as this thread is set.
class PlainModes {
 public:
  PlainModes()
      : no_grad_(std::exchange(modes.no_grad, false)),
        device_set_(std::exchange(modes.device_set, false)),
        device_(modes.device),
        trace_(std::exchange(modes.trace, nullptr)),
        frame_(std::exchange(modes.frame, Location())) {}
  ~PlainModes() {
    modes.no_grad = no_grad_;
    modes.device_set = device_set_;
    modes.device = device_;
    modes.trace = trace_;
    modes.frame = frame_;
  }
  PlainModes(const PlainModes&) = delete;
  PlainModes& operator=(const PlainModes&) = delete;

 private:
  bool no_grad_, device_set_;
  Device device_;
  GraphImpl* trace_;
  Location frame_;
};

/// A graph as it was, if what is added to it cannot all be added.
class Additions {
 public:
  explicit Additions(GraphImpl& graph)
      : graph_(graph),
        nodes_(graph.nodes.size()),
        calls_(graph.calls.size()),
        names_(graph.names),
        initializer_(graph.initializer) {}
  ~Additions() {
    if (kept_) return;
    for (auto& [state, writes] : graph_.writes)
      std::erase_if(writes, [&](const Node* node) { return node->sequence >= nodes_; });
    std::erase_if(graph_.writes, [&](const auto& entry) { return entry.first->sequence >= nodes_; });
    graph_.info.resize(nodes_);
    while (graph_.nodes.size() > nodes_) graph_.nodes.pop_back();
    graph_.calls.resize(calls_);
    graph_.names = std::move(names_);
    graph_.initializer = initializer_;
  }
  Additions(const Additions&) = delete;
  Additions& operator=(const Additions&) = delete;
  /// The names of the new nodes count, those that they had on the way do not.
  void keep() {
    for (std::size_t i = nodes_; i < graph_.info.size(); ++i) ++names_[graph_.info[i].name];
    graph_.names = std::move(names_);
    kept_ = true;
  }

 private:
  GraphImpl& graph_;
  std::size_t nodes_, calls_;
  std::unordered_map<std::string, int> names_;
  Node* initializer_;
  bool kept_ = false;
};

class Decoder final : public ValueReader {
 public:
  Decoder(const StateDict& tensors, const DecodeOptions& options, FileContext context)
      : tensors_(tensors), options_(options), context_(context) {}

  std::string at_node;  // for errors

  Tensor tensor(const Json& json) {
    if (json.is_null()) return {};
    const Tensor* value = tensors_.find(text_of(json));
    if (!value) throw Malformed{"there is no tensor '" + text_of(json) + "'"};
    return *value;
  }

  Subgraph subgraph(const Json& json) override {
    if (depth_ == deepest) throw Malformed{"functions stand in functions more than 64 deep"};
    const GraphHandle graph;
    graph.impl().depth = ++depth_;
    const std::string outer = at_node;
    const std::vector<Tensor> nodes = read_nodes(member(json, "nodes"), graph.impl(), {}, 0);
    at_node = outer;
    --depth_;
    Subgraph result;
    result.inputs = places(member(json, "inputs"), nodes, true);
    result.outputs = places(member(json, "outputs"), nodes, false);
    result.effects = places(member(json, "effects"), nodes, false);
    for (const Tensor& output : result.outputs)
      if (output.impl()->node->output_count == 0) throw Malformed{"an output of a function has no value"};
    std::unordered_set<const Node*> seen;
    for (const Tensor& input : result.inputs)
      if (!seen.insert(input.impl()->node.get()).second) throw Malformed{"an input of a function stands there twice"};
    if (result.inputs.empty() && result.outputs.empty() && result.effects.empty()) return result;
    finish(result);
    return result;
  }

  /// Handles to the nodes' first outputs.
  std::vector<Tensor> read_nodes(const Json& list, GraphImpl& graph, const std::map<std::string, Tensor>& given,
                                 std::int64_t calls) {
    if (!list.is_array() || list.size() > most_nodes) throw Malformed{"the nodes are no list"};
    const auto before = static_cast<std::int64_t>(graph.calls.size()) - calls;
    std::vector<Tensor> nodes;
    std::set<std::string> names;
    std::vector<std::pair<Node*, std::int64_t>> earlier;
    nodes.reserve(list.size());
    for (const Json& json : list) {
      const std::string& name = text_of(member(json, "name"));
      at_node = name;
      if (name.empty() || !names.insert(name).second) throw Malformed{"a node has no name, or one that another has"};
      if (const auto found = given.find(name); found != given.end()) {
        nodes.push_back(found->second);
        continue;
      }
      Node& node = read_node(json, graph, nodes);
      NodeInfo& info = graph.info_of(node);
      info.name = options_.scope + name;
      if (const auto found = json.find("control"); found != json.end())
        for (const Json& number : *found) {
          const Tensor& first = nodes[static_cast<std::size_t>(earlier_number(number, nodes.size()))];
          info.control.push_back(first.impl()->node.get());
        }
      if (const auto found = json.find("call"); found != json.end())
        info.call = static_cast<int>(before + whole_number(*found, 0, calls - 1));
      if (const auto found = json.find("before"); found != json.end())
        earlier.emplace_back(&node, earlier_number(*found, nodes.size()));
      if (const auto found = json.find("no_grad"); found != json.end()) node.no_grad = truth_of(*found);
      if (json.contains("own_gradient")) info.gradient = lost_gradient(name, where_of(json));
      nodes.push_back(graph.handle(node));
    }
    for (const auto& [node, number] : earlier)
      graph.info_of(*node).before = nodes[static_cast<std::size_t>(number)].impl()->node.get();
    at_node.clear();
    return nodes;
  }

  static std::int64_t earlier_number(const Json& json, std::size_t count) {
    if (count == 0) throw Malformed{"the first node names another"};
    return whole_number(json, 0, static_cast<std::int64_t>(count) - 1);
  }

  static Tensor place(const Json& json, const std::vector<Tensor>& nodes) {
    if (!json.is_array() || json.size() != 2) throw Malformed{"a node's output is no pair of numbers"};
    const Tensor& first = nodes[static_cast<std::size_t>(earlier_number(json[0], nodes.size()))];
    Node& node = *first.impl()->node;
    const std::int64_t output =
        whole_number(json[1], 0, std::max<std::int64_t>(static_cast<std::int64_t>(node.output_count) - 1, 0));
    return output == 0 ? first : first.impl()->graph->handle(node, static_cast<std::uint32_t>(output));
  }

 private:
  static std::vector<Tensor> places(const Json& list, const std::vector<Tensor>& nodes, bool inputs) {
    if (!list.is_array()) throw Malformed{"a list of outputs is wanted"};
    std::vector<Tensor> result;
    for (const Json& json : list) {
      result.push_back(place(json, nodes));
      const Op* op = result.back().impl()->node->op;
      if (inputs && op != &placeholder_op && op != &captured_state_op)
        throw Malformed{"an input of a function is no placeholder"};
    }
    return result;
  }

  Location where_of(const Json& json) const {
    const auto found = json.find("at");
    return found == json.end() ? context_.where : location_of(*found);
  }

  Device device_in(const Json& json) const {
    const auto found = json.find("device");
    return found == json.end() || options_.clear_devices ? Device() : read_device(*found);
  }

  Node& read_node(const Json& json, GraphImpl& graph, const std::vector<Tensor>& nodes) {
    const std::string& op = text_of(member(json, "op"));
    const Location where = where_of(json);
    const DeviceScope placed(device_in(json));
    if (op == placeholder_op.name || op == captured_state_op.name || op == constant_op.name || op == variable_op.name)
      return read_source(op, member(json, "attributes"), graph, where);
    std::vector<Tensor> inputs;
    if (const auto found = json.find("inputs"); found != json.end()) {
      if (!found->is_array()) throw Malformed{"the inputs are no list"};
      for (const Json& input : *found) inputs.push_back(place(input, nodes));
    }
    if (op == iterator_next_op.name) return read_iterator(member(json, "attributes"), graph, where);
    if (op == group_op.name) {
      if (!inputs.empty()) throw Malformed{"a group has inputs"};
      return graph.add(make_node(group_op, 0, 0, nullptr, where), op);
    }
    const auto found = json.find("outputs");
    const std::int64_t outputs = found == json.end() ? 1 : whole_number(*found, 0, UINT16_MAX);
    if (op == custom_gradient_op.name) return read_custom_gradient(inputs, static_cast<std::size_t>(outputs), where);
    return read_applied(op, json, inputs, static_cast<std::size_t>(outputs), graph, where);
  }

  Node& read_source(const std::string& op, const Json& json, GraphImpl& graph, Location where) {
    if (op == constant_op.name) {
      const ConstantAttributes attributes{tensor(member(json, "value"))};
      if (!attributes.value.defined()) throw Malformed{"a constant has no value"};
      const ConstantAttributes here{on_device(attributes.value, modes.device)};
      return *add_source(graph, constant_op, &here, here.value.meta(), op, where).impl()->node;
    }
    const DType dtype = read_dtype(member(json, "dtype"));
    const Shape shape = read_shape(member(json, "shape"));
    const TensorMeta meta{.shape = shape, .strides = {}, .dtype = dtype, .device = modes.device};
    const auto fits = [&](const Tensor& value) {
      if (value.dtype() != dtype || !value.shape().compatible(shape))
        throw Malformed{"its value is " + std::string(dtype_name(value.dtype())) + " " + value.shape().text() +
                        ", not " + std::string(dtype_name(dtype)) + " " + shape.text()};
    };
    if (op != variable_op.name) {
      PlaceholderAttributes attributes{dtype, shape, {}};
      if (const auto found = json.find("default"); found != json.end()) attributes.default_value = tensor(*found);
      if (attributes.default_value.defined()) fits(attributes.default_value);
      const bool state = op == captured_state_op.name;
      if (state && depth_ == 0) throw Malformed{"state of a function stands outside of one"};
      return *add_source(graph, state ? captured_state_op : placeholder_op, &attributes, meta, op, where).impl()->node;
    }
    if (!shape.known()) throw Malformed{"a variable's shape is not known"};
    if (depth_ > 0) throw Malformed{"a variable stands in a function"};
    const auto on_demand = json.find("on_demand");
    VariableAttributes attributes{dtype, shape, truth_of(member(json, "trainable")), nullptr,
                                  on_demand != json.end() && truth_of(*on_demand)};
    Tensor first;
    if (const auto found = json.find("value"); found != json.end()) first = tensor(*found);
    if (first.defined()) fits(first);
    attributes.initializer =
        std::make_shared<Initializer>([first, name = options_.scope + at_node, where](const Shape&, DType) -> Tensor {
          if (!first.defined())
            throw ArgumentError("session", "a variable of a loaded graph has no first value",
                                "'" + name + "': the file has the graph, not the values",
                                "Restore it from a checkpoint with train::Saver, or set_value()", where);
          return alias(first);
        });
    return *add_source(graph, variable_op, &attributes, meta, op, where).impl()->node;
  }

  static Node& read_iterator(const Json& json, GraphImpl& graph, Location where) {
    std::vector<DType> types;
    std::vector<Shape> shapes;
    const Json& elements = member(json, "elements");
    if (!elements.is_array() || elements.empty() || elements.size() > UINT16_MAX)
      throw Malformed{"an element has no tensors, or too many"};
    for (const Json& element : elements) {
      if (!element.is_array() || element.size() != 2) throw Malformed{"an element's tensor has no dtype and shape"};
      types.push_back(read_dtype(element[0]));
      shapes.push_back(read_shape(element[1]));
    }
    return *add_iterator_next(graph, nullptr, types, shapes, {}, iterator_next_op.name, where)[0].impl()->node;
  }

  static std::shared_ptr<const NodeGradient> lost_gradient(const std::string& name, Location where) {
    return std::make_shared<const NodeGradient>(
        [name, where](const Node&, std::span<const Tensor>) -> std::vector<Tensor> { refuse_gradient(name, where); });
  }

  [[noreturn]] static void refuse_gradient(const std::string& name, Location where) {
    throw UnsupportedError("gradients", "a gradient rule of the program that saved the graph is not in the file",
                           "'" + name + "'", "Build that part of the graph by code", where);
  }

  Node& read_custom_gradient(const std::vector<Tensor>& inputs, std::size_t outputs, Location where) {
    if (outputs == 0 || outputs > inputs.size()) throw Malformed{"it has more outputs than inputs"};
    const std::span<const Tensor> all(inputs);
    const std::vector<Tensor> results = custom_gradient(
        "custom_gradient", all.first(outputs), all.subspan(outputs), {},
        [name = at_node, where](std::span<const Tensor>, std::span<const Tensor>,
                                std::span<const bool>) -> std::vector<Tensor> { refuse_gradient(name, where); },
        where);
    return *results[0].impl()->node;
  }

  Node& read_applied(const std::string& name, const Json& json, const std::vector<Tensor>& inputs, std::size_t outputs,
                     GraphImpl& graph, Location where) {
    std::shared_ptr<const void> attributes;
    const Op& op = find(name, json, inputs, outputs, attributes);
    if (static_cast<int>(inputs.size()) < op.inputs || inputs.size() > static_cast<std::size_t>(op.input_limit()))
      throw Malformed{"an op of " + std::to_string(op.inputs) + " to " + std::to_string(op.input_limit()) +
                      " inputs has " + std::to_string(inputs.size())};
    InlineVector<const TensorMeta*, 4> metas(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].impl()->node->output_count == 0) throw Malformed{"an operation without a value is an input"};
      metas[i] = &inputs[i].meta();
    }
    // Of an op that gives fewer outputs than the file says, the others would be memory as it was found.
    if (op.infer && outputs > 0) {
      const Shape none(std::vector<std::int64_t>(Shape::max_rank, unknown));
      InlineVector<TensorMeta, 2> results(outputs);
      for (TensorMeta& result : results) result.shape = none;
      infer_outputs(op, metas.span(), attributes.get(), results.span(), where);
      for (const TensorMeta& result : results)
        if (result.shape == none) throw Malformed{"it gives fewer outputs than " + std::to_string(outputs)};
    }
    std::vector<Tensor> made(outputs);
    append(graph, op, inputs, attributes.get(), made, where);
    return *graph.nodes.back();
  }

  const Op& find(const std::string& name, const Json& json, const std::vector<Tensor>& inputs, std::size_t outputs,
                 std::shared_ptr<const void>& attributes) {
    const auto read = [&](const Op& op) -> const Op& {
      if (!op.attributes) return op;
      const AttributeCodec* codec = codec_of(*op.attributes);
      if (!codec) throw Malformed{"the attributes of this op have no form in files"};
      Json given = member(json, "attributes");
      if (options_.clear_devices && given.is_object() && given.contains("device")) given["device"] = "cpu";
      attributes = codec->read(given, *this);
      return op;
    };
    if (name == branch_op(0, {}).name) {
      read(branch_op(0, {}));
      return branch_op(check_branch(*static_cast<const BranchAttributes*>(attributes.get()), inputs, outputs),
                       context_.where);
    }
    if (name == loop_op(0, {}).name) {
      read(loop_op(0, {}));
      return loop_op(check_loop(*static_cast<const LoopAttributes*>(attributes.get()), inputs, outputs),
                     context_.where);
    }
    load_array_write_kernel();
    load_check_kernels();
    load_summary_kernels();
    load_changing_shape_kernels();
    for (const Op* op : {&array_write_op, &assert_op, &print_op, &check_numerics_op, &initialize_op, &scalar_summary_op,
                         &histogram_summary_op, &image_summary_op, &cut_op, &fit_like_op, &zeros_of_sizes_op})
      if (name == op->name) {
        read(*op);
        const bool has_value = op != &assert_op && op != &print_op && op != &initialize_op;
        if (outputs != (has_value ? 1 : 0)) throw Malformed{"it has a wrong number of outputs"};
        if (op == &print_op && static_cast<const PrintAttributes*>(attributes.get())->texts.size() != inputs.size() + 1)
          throw Malformed{"a print has not one text more than tensors"};
        if (op == &initialize_op)
          for (const Tensor& input : inputs)
            if (input.impl()->node->op != &variable_op) throw Malformed{"what it initializes is no variable"};
        return *op;
      }
    const Op* op = find_op(name);
    if (!op)
      throw UnsupportedError(context_.op, "the graph has an op that this program does not have",
                             "'" + name + "', of node '" + at_node + "'", "Link the library that registers it",
                             context_.where);
    return read(*op);
  }

  /// Functions of one node: the same inputs as they are given, outputs alike.
  static void check_function(const Subgraph& function, std::span<const Tensor> given, std::int64_t written) {
    if (function.inputs.size() != given.size())
      throw Malformed{"a function of " + std::to_string(function.inputs.size()) + " inputs is given " +
                      std::to_string(given.size())};
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (function.inputs[i].dtype() != given[i].dtype()) throw Malformed{"a function's input is of another dtype"};
      const Node* node = function.inputs[i].impl()->node.get();
      const bool is_written = node->graph->writes.contains(node);
      if (is_written && i + static_cast<std::size_t>(written) < given.size())
        throw Malformed{"a function writes an input that its node does not write"};
      if (i + static_cast<std::size_t>(written) >= given.size() &&
          (node->op != &captured_state_op || !is_state(*given[i].impl()->node->op)))
        throw Malformed{"what a function writes is no state"};
    }
  }

  static std::int64_t check_written(std::int64_t written, std::size_t inputs) {
    if (written < 0 || written > most_written || written > static_cast<std::int64_t>(inputs))
      throw Malformed{std::to_string(written) + " written inputs are not possible"};
    return written;
  }

  static std::int64_t check_branch(const BranchAttributes& a, const std::vector<Tensor>& inputs, std::size_t outputs) {
    if (inputs.empty() || a.branches.empty()) throw Malformed{"a branch has no condition, or no function"};
    check_written(a.written, inputs.size() - 1);
    const DType selector = inputs[0].dtype();
    if (selector != boolean && selector != int32 && selector != int64) throw Malformed{"a condition is a fraction"};
    for (const Subgraph& branch : a.branches) {
      if (!branch.code) throw Malformed{"a branch has neither inputs nor outputs"};
      check_function(branch, std::span(inputs).subspan(1), a.written);
      if (branch.outputs.size() != outputs) throw Malformed{"branches differ in their number of outputs"};
      for (std::size_t i = 0; i < outputs; ++i)
        if (branch.outputs[i].dtype() != a.branches[0].outputs[i].dtype() ||
            branch.outputs[i].shape().rank() != a.branches[0].outputs[i].shape().rank())
          throw Malformed{"branches differ in the dtypes or ranks of their outputs"};
    }
    if (selector == boolean && a.branches.size() > 2) throw Malformed{"a boolean chooses among more than two branches"};
    return a.written;
  }

  static std::int64_t check_loop(const LoopAttributes& a, const std::vector<Tensor>& inputs, std::size_t outputs) {
    constexpr std::int64_t most = 1 << 20;
    const auto count = static_cast<std::int64_t>(inputs.size()) - 1;
    if (a.carried < 0 || a.scanned < 0 || a.carried > most || a.scanned > most || a.carried + a.scanned > count ||
        a.carried > static_cast<std::int64_t>(a.body.outputs.size()) || !a.body.code)
      throw Malformed{"a loop's numbers of variables and stacks do not fit its inputs and its body"};
    check_written(a.written, static_cast<std::size_t>(count - a.carried - a.scanned));
    if (outputs != a.output_count()) throw Malformed{"a loop has a wrong number of outputs"};
    for (const auto* list : {&a.grown, &a.kept, &a.changing})
      for (const std::int64_t number : *list)
        if (number < 0 || number >= (list == &a.kept ? static_cast<std::int64_t>(a.history_count()) : a.carried))
          throw Malformed{"a loop names a variable that it does not have"};
    const std::span<const Tensor> given(inputs);
    check_function(a.body, given.subspan(1), a.written);
    for (std::int64_t k = 0; k < a.carried; ++k) {
      const auto at = static_cast<std::size_t>(k);
      if (a.body.outputs[at].dtype() != inputs[1 + at].dtype() ||
          a.body.outputs[at].shape().rank() != inputs[1 + at].shape().rank())
        throw Malformed{"a loop's variable changes its dtype or its rank"};
    }
    if (a.condition.outputs.empty()) {
      if (a.condition.code || !a.condition.inputs.empty()) throw Malformed{"a loop's condition has no result"};
      return a.written;
    }
    std::vector<Tensor> seen(given.begin() + 1, given.begin() + 1 + a.carried);
    seen.insert(seen.end(), given.begin() + 1 + a.carried + a.scanned, given.end());
    check_function(a.condition, seen, a.written);
    if (a.condition.outputs.size() != 1 || a.condition.outputs[0].dtype() != boolean ||
        a.condition.outputs[0].shape().rank() != 0)
      throw Malformed{"a loop's condition is no boolean scalar"};
    return a.written;
  }

  const StateDict& tensors_;
  const DecodeOptions& options_;
  FileContext context_;
  int depth_ = 0;
};

void read_calls(const Json& list, GraphImpl& graph, std::size_t first, const std::vector<Tensor>& nodes) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    CallInfo& call = graph.calls[first + i];
    const std::int64_t outer = whole_number(member(list[i], "outer"), -1, static_cast<std::int64_t>(i) - 1);
    call.outer = outer < 0 ? -1 : static_cast<int>(static_cast<std::int64_t>(first) + outer);
    call.owns_writes = truth_of(member(list[i], "owns_writes"));
    for (const Json& effect : member(list[i], "effects"))
      call.effects.push_back(
          nodes[static_cast<std::size_t>(Decoder::earlier_number(effect, nodes.size()))].impl()->node.get());
  }
}

}  // namespace

DecodedGraph decode_graph(const GraphCode& code, GraphImpl& graph, const DecodeOptions& options,
                          const std::string& source, FileContext context) {
  if (graph.finalized)
    throw ArgumentError(context.op, "the graph is finalized", "no more nodes can be added", "", context.where);
  const PlainModes plain;
  const TopLevel outside(graph);
  Additions additions(graph);
  Decoder decoder(code.tensors, options, context);
  const auto fail = [&](const std::string& what) {
    const std::string at = decoder.at_node.empty() ? "" : "node '" + decoder.at_node + "': ";
    throw ArgumentError(context.op, "not a valid graph", source + ": " + at + what, "", context.where);
  };
  try {
    const Json& calls = member(code.json, "calls");
    if (!calls.is_array() || calls.size() > most_nodes) throw Malformed{"the calls are no list"};
    const std::size_t first_call = graph.calls.size();
    graph.calls.resize(first_call + calls.size());
    DecodedGraph result;
    result.nodes =
        decoder.read_nodes(member(code.json, "nodes"), graph, options.given, static_cast<std::int64_t>(calls.size()));
    read_calls(calls, graph, first_call, result.nodes);
    additions.keep();
    return result;
  } catch (const Malformed& error) {
    fail(error.what);
  } catch (const UnsupportedError&) {
    throw;
  } catch (const Error& error) {
    fail(error.what());
  } catch (const JsonError& error) {
    fail(error.what());
  }
  return {};
}

}  // namespace triptych
