// A function of a graph as the compiler's passes see it: instructions in the order of execution. Shapes are known, but
// for those that depend on data.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace triptych {

struct Diagram;

/// Output `output` of instruction `instruction`.
struct Value {
  int instruction = -1;
  std::uint32_t output = 0;
  friend bool operator==(const Value& a, const Value& b) {
    return a.instruction == b.instruction && a.output == b.output;
  }
};

/// Instructions without inputs besides constants and state: a fed value (`Instruction::feed` says which), and a shape
/// that other instructions refer to without reading values.
extern const Op feed_op;
extern const Op shape_op;

struct Instruction {
  const Op* op = nullptr;
  const void* attributes = nullptr;
  std::shared_ptr<const void> owned_attributes = {};  // where a pass made them; else they are the node's
  std::vector<Value> inputs = {};
  std::vector<TensorMeta> outputs = {};  // only what is fed, constant or state has strides
  std::vector<int> control = {};         // instructions that must have run
  const Node* origin = nullptr;          // the node that it came from: name and location
  int feed = -1;

  template <class A>
  const A& attributes_as() const {
    return *static_cast<const A*>(attributes);
  }
  bool writes(std::size_t input) const {
    return op->writes && op->writes(static_cast<int>(input), static_cast<int>(inputs.size()));
  }
  /// Reads from outside or does nothing.
  bool is_source() const { return op == &feed_op || op == &shape_op || triptych::is_source(*op); }
  /// May be computed once for two, or at compile time.
  bool is_pure() const { return !op->stateful && !op->writes && control.empty() && !is_source(); }
};

struct Program {
  std::vector<Instruction> instructions;
  std::vector<Value> fetches;  // instruction -1: an operation without a value
  std::vector<int> targets;    // fetched operations

  const TensorMeta& meta(const Value& value) const {
    return instructions[static_cast<std::size_t>(value.instruction)].outputs[value.output];
  }
  /// A constant that a pass made.
  static Instruction constant(Tensor value, const Node* origin);
  /// One line for each instruction.
  std::string text() const;
  /// A box for each.
  Diagram diagram() const;
};

/// Why a function is run node by node.
struct NotCompilable {
  std::string reason;
  bool for_ever = true;  // else: only this time
};

/// How a fed value lies in memory when a step runs that was made for one like `value`: as that, if it has neither gaps
/// nor repeats (images channels-last, a transposed matrix), else row-major.
TensorMeta fed_meta(const Tensor& value);

/// The program that computes `fetches` for fed values like these. Throws NotCompilable, or the error of a shape
/// rule.
Program build_program(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                      std::span<const Tensor> values, const VariableStore& variables);

}  // namespace triptych
