// Elementwise ops that are computed together, as a tree: each result but the last is used once, within it.
#pragma once

#include "core/graph/element_formula.h"
#include "core/graph/program.h"

namespace triptych {

class Expression {
 public:
  /// The one op of `instruction`; empty if that has no formula.
  static Expression of(const Program& program, const Instruction& instruction);

  bool empty() const { return steps_.empty(); }
  std::size_t ops() const { return steps_.size(); }
  const std::vector<Value>& inputs() const { return inputs_; }

  /// Computes operand number `operand` of the last op as `other` does. False, and nothing changed, if that would be too
  /// large for a kernel.
  bool absorb(const Value& operand, const Expression& other);

  /// "relu(add(mul(x0, x1), x2))"
  std::string text() const;
  /// The same as a C++ struct called `name`, with what it includes.
  std::string code(const std::string& name) const;

 private:
  struct Step {
    const Op* op;
    const void* attributes;
    ElementFormula formula;
    std::vector<int> operands;  // input i is i, the result of step i is ~i
  };
  int add_input(const Value& value, DType dtype);
  /// The steps of `from`, whose input i is operand `place[i]` here.
  void add_steps(const Expression& from, const std::vector<int>& place);
  std::string text_of(int operand) const;

  std::vector<Value> inputs_;
  std::vector<DType> dtypes_;  // of the inputs
  DType dtype_ = float32;      // of the result
  std::vector<Step> steps_;    // in the order of execution
};

/// The op that stands for an expression in a program. Its inputs are the expression's.
struct FusedElementwiseAttributes {
  std::string expression;
  std::string code;  // Expression::code("Fused")
  static constexpr auto fields() { return std::tuple{field("expression", &FusedElementwiseAttributes::expression)}; }
};
extern const Op fused_elementwise_op;

}  // namespace triptych
