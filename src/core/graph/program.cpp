#include "core/graph/program.h"

#include <unordered_map>

#include "core/dispatch/attributes.h"
#include "core/dispatch/infer.h"
#include "core/dispatch/layout.h"
#include "core/support/inline_vector.h"
#include "core/support/printable.h"

namespace triptych {

extern const Op feed_op{.name = "feed", .inputs = 0, .stateful = true};
extern const Op shape_op{.name = "shape", .inputs = 0};

namespace {

class Builder {
 public:
  Builder(GraphImpl& graph, std::span<const Place> fed, std::span<const Tensor> values, const VariableStore& variables)
      : graph_(graph), variables_(variables) {
    for (std::size_t i = 0; i < fed.size(); ++i) {
      Instruction feed{
          .op = &feed_op, .outputs = {fed_meta(values[i])}, .origin = fed[i].node, .feed = static_cast<int>(i)};
      feeds_[fed[i].node].emplace_back(fed[i].output, add(std::move(feed)));
    }
  }

  void add_node(const Node& node) {
    if (node.op == &initialize_op) throw NotCompilable{"it initializes variables"};
    Instruction instruction{.op = node.op, .attributes = node.attributes, .origin = &node};
    for (const Node* before : graph_.info_of(node).control)
      if (auto found = places_.find(before); found != places_.end()) instruction.control.push_back(found->second);
    if (node.op == &placeholder_op) return add_default(node);
    if (node.op == &constant_op) {
      instruction.outputs = {node.attributes_as<ConstantAttributes>().value.meta()};
    } else if (is_state(*node.op)) {
      instruction.outputs = {state_meta(node)};
    } else if (node.op != &group_op) {
      infer(node, instruction);
    }
    places_[&node] = add(std::move(instruction));
  }

  Value value_of(const Place& place) const {
    if (auto found = feeds_.find(place.node); found != feeds_.end())
      for (const auto& [output, instruction] : found->second)
        if (output == place.output) return {instruction, 0};
    return {places_.at(place.node), place.output};
  }

  Program program;

 private:
  int add(Instruction instruction) {
    program.instructions.push_back(std::move(instruction));
    return static_cast<int>(program.instructions.size()) - 1;
  }

  TensorMeta state_meta(const Node& node) const {
    if (node.op == &variable_op && !variables_.values.contains(&node)) {
      // The run will say that it is not initialized, unless an assignment does that.
      throw NotCompilable{"a variable has no value yet", false};
    }
    return state_tensor(node, variables_).meta();
  }

  void add_default(const Node& node) {
    const auto& attributes = node.attributes_as<PlaceholderAttributes>();
    if (!attributes.default_value.defined()) throw NotCompilable{"a placeholder was not fed", false};
    places_[&node] = add(Program::constant(attributes.default_value, &node));
  }

  void infer(const Node& node, Instruction& instruction) {
    InlineVector<const TensorMeta*, 4> metas(node.input_count);
    for (std::size_t i = 0; i < node.input_count; ++i) {
      Value value = value_of(place_of(node.inputs()[i]));
      if (in_mask(node.op->metadata_inputs, i) && program.meta(value).shape.known()) {
        Instruction shape{.op = &shape_op, .outputs = {program.meta(value)}, .origin = &node};
        value = {add(std::move(shape)), 0};
      }
      instruction.inputs.push_back(value);
    }
    for (std::size_t i = 0; i < node.input_count; ++i) metas[i] = &program.meta(instruction.inputs[i]);
    instruction.outputs.resize(node.output_count);
    for (std::size_t i = 0; i < node.output_count; ++i) instruction.outputs[i].device = node.outputs()[i].meta().device;
    infer_outputs(*node.op, metas.span(), node.attributes, instruction.outputs, node.where);
  }

  GraphImpl& graph_;
  const VariableStore& variables_;
  std::unordered_map<const Node*, int> places_;
  std::unordered_map<const Node*, std::vector<std::pair<std::uint32_t, int>>> feeds_;
};

}  // namespace

Instruction Program::constant(Tensor value, const Node* origin) {
  auto attributes = std::make_shared<ConstantAttributes>();
  const TensorMeta meta = value.meta();
  attributes->value = std::move(value);
  return {.op = &constant_op,
          .attributes = attributes.get(),
          .owned_attributes = attributes,
          .inputs = {},
          .outputs = {meta},
          .control = {},
          .origin = origin};
}

std::string Program::text() const {
  std::string text;
  const auto name = [](const Value& value) {
    return "%" + std::to_string(value.instruction) + (value.output ? "." + std::to_string(value.output) : "");
  };
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    text += "%" + std::to_string(i) + " = " + instruction.op->name + "(";
    const char* separator = "";
    for (const Value& input : instruction.inputs) {
      text += separator + name(input);
      separator = ", ";
    }
    if (instruction.attributes && instruction.op->attributes && !is_state(*instruction.op)) {
      text += *separator ? "; " : "";
      print_readably(*instruction.op->attributes, instruction.attributes, text);
    }
    text += ")";
    separator = " : ";
    for (const TensorMeta& output : instruction.outputs) {
      text += separator + std::string(dtype_name(output.dtype)) + " " + output.shape.text();
      separator = ", ";
    }
    if (!instruction.control.empty()) {
      separator = " after ";
      for (int before : instruction.control) {
        text += separator + name({before, 0});
        separator = ", ";
      }
    }
    if (instruction.origin) {
      text += "  # " + printable(describe(*instruction.origin));
      if (instruction.origin->where) text += ", " + instruction.origin->where.text();
    }
    text += "\n";
  }
  text += "fetch";
  for (const Value& fetch : fetches) text += " " + (fetch.instruction < 0 ? std::string("-") : name(fetch));
  return text + "\n";
}

TensorMeta fed_meta(const Tensor& value) {
  TensorMeta meta = value.meta();
  if (!is_dense(meta)) meta.strides = contiguous_strides(meta.shape);
  return meta;
}

Program build_program(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                      std::span<const Tensor> values, const VariableStore& variables) {
  constexpr std::size_t limit = 100000;  // beyond that planning costs more than it brings
  const std::vector<Node*> nodes = needed_nodes(graph, fetches, fed);
  if (nodes.size() > limit) throw NotCompilable{"it has more than " + std::to_string(limit) + " nodes"};
  Builder builder(graph, fed, values, variables);
  for (const Node* node : nodes) builder.add_node(*node);
  for (const Place& fetch : fetches) {
    const Value value = builder.value_of(fetch);
    const bool has_value = fetch.node->output_count > 0;
    builder.program.fetches.push_back(has_value ? value : Value{});
    if (!has_value) builder.program.targets.push_back(value.instruction);
  }
  return std::move(builder.program);
}

}  // namespace triptych
