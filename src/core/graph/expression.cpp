#include "core/graph/expression.h"

#include <algorithm>
#include <set>

#include "core/kernels/element_loops.h"

namespace triptych {

// Only the graph's compiler makes it, after all shapes are known.
extern const Op fused_elementwise_op{.name = "fused_elementwise",
                                     .inputs = 1,
                                     .max_inputs = any_number,
                                     .attributes = &attribute_type<FusedElementwiseAttributes>};

Expression Expression::of(const Program& program, const Instruction& instruction) {
  Expression result;
  if (instruction.inputs.empty() || instruction.outputs.size() != 1) return result;
  const DType in = program.meta(instruction.inputs[0]).dtype;
  result.dtype_ = instruction.outputs[0].dtype;
  std::optional<ElementFormula> formula = element_formula(*instruction.op, instruction.attributes, in, result.dtype_);
  if (!formula) return result;
  std::vector<int> operands;
  for (const Value& input : instruction.inputs) operands.push_back(result.add_input(input, program.meta(input).dtype));
  result.steps_.push_back({instruction.op, instruction.attributes, std::move(*formula), std::move(operands)});
  return result;
}

int Expression::add_input(const Value& value, DType dtype) {
  const auto found = std::find(inputs_.begin(), inputs_.end(), value);
  const int index = static_cast<int>(found - inputs_.begin());
  if (found == inputs_.end()) {
    inputs_.push_back(value);
    dtypes_.push_back(dtype);
  }
  return index;
}

void Expression::add_steps(const Expression& from, const std::vector<int>& place) {
  const int before = static_cast<int>(steps_.size());
  for (Step step : from.steps_) {
    for (int& operand : step.operands)
      operand = operand >= 0 ? place[static_cast<std::size_t>(operand)] : operand - before;
    steps_.push_back(std::move(step));
  }
}

bool Expression::absorb(const Value& operand, const Expression& other) {
  constexpr std::size_t most_ops = 32;  // a GPU's thread has few registers
  if (ops() + other.ops() > most_ops) return false;
  Expression result;
  std::vector<int> place, place_in_other;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {  // in the order in which the ops by themselves would look at them
    if (inputs_[i] == operand) {
      for (std::size_t k = 0; k < other.inputs_.size(); ++k)
        place_in_other.push_back(result.add_input(other.inputs_[k], other.dtypes_[k]));
      place.push_back(~static_cast<int>(other.ops() - 1));
    } else {
      place.push_back(result.add_input(inputs_[i], dtypes_[i]));
    }
  }
  if (result.inputs_.size() > most_inputs) return false;
  result.add_steps(other, place_in_other);
  result.add_steps(*this, place);
  result.dtype_ = dtype_;
  *this = std::move(result);
  return true;
}

std::string Expression::text_of(int operand) const {
  if (operand >= 0) return "x" + std::to_string(operand);
  const int index = ~operand;
  const Step& step = steps_[static_cast<std::size_t>(index)];
  std::string text = std::string(step.op->name) + "(";
  for (std::size_t i = 0; i < step.operands.size(); ++i) text += (i ? ", " : "") + text_of(step.operands[i]);
  if (step.op->attributes && step.attributes) {
    std::string attributes;
    step.op->attributes->print(step.attributes, attributes);
    if (!attributes.empty()) text += ", " + attributes;
  }
  return text + ")";
}

std::string Expression::text() const { return text_of(~static_cast<int>(steps_.size() - 1)); }

std::string Expression::code(const std::string& name) const {
  const auto variable = [](int operand) {
    return operand >= 0 ? "x" + std::to_string(operand) : "y" + std::to_string(~operand);
  };
  std::set<std::string> headers{"core/formulas/compute_type.h"};
  std::string parameters, body;
  for (std::size_t i = 0; i < dtypes_.size(); ++i)
    parameters += (i ? ", " : "") + cpp_type(dtypes_[i]) + " x" + std::to_string(i);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    headers.insert(step.formula.header);
    body += "    const auto y" + std::to_string(i) + " = " + step.formula.function + "(";
    for (std::size_t k = 0; k < step.operands.size(); ++k) body += (k ? ", " : "") + variable(step.operands[k]);
    body += ");\n";
  }
  std::string includes;
  for (const std::string& header : headers) includes += "#include \"" + header + "\"\n";
  return includes + "\nnamespace triptych {\n\n// " + text() + "\nstruct " + name + " {\n  TRIPTYCH_HOST_DEVICE " +
         cpp_type(dtype_) + " operator()(" + parameters + ") const {\n" + body + "    return y" +
         std::to_string(steps_.size() - 1) + ";\n  }\n};\n\n}  // namespace triptych\n";
}

}  // namespace triptych
