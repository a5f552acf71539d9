#include "api_keras/saving/graph_ops.h"

#include <algorithm>

#include "core/formats/json.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

struct KnownOp {
  const char *ours, *theirs, *module;
  Tensor (*unary)(const Tensor&);
  Tensor (*binary)(const Tensor&, const Tensor&);
};

constexpr const char *numpy = "keras.src.ops.numpy", *nn = "keras.src.ops.nn";

constexpr KnownOp known_ops[] = {
    {"add", "Add", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", "Subtract", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", "Multiply", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", "TrueDivide", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return a / b; }},
    {"pow", "Power", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return pow(a, b); }},
    {"maximum", "Maximum", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return maximum(a, b); }},
    {"minimum", "Minimum", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return minimum(a, b); }},
    {"matmul", "Matmul", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return matmul(a, b); }},
    {"not_equal", "NotEqual", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return not_equal(a, b); }},
    {"equal", "Equal", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return equal(a, b); }},
    {"logical_and", "LogicalAnd", numpy, nullptr, [](const Tensor& a, const Tensor& b) { return logical_and(a, b); }},
    {"neg", "Negative", numpy, [](const Tensor& x) { return neg(x); }, nullptr},
    {"abs", "Absolute", numpy, [](const Tensor& x) { return abs(x); }, nullptr},
    {"exp", "Exp", numpy, [](const Tensor& x) { return exp(x); }, nullptr},
    {"log", "Log", numpy, [](const Tensor& x) { return log(x); }, nullptr},
    {"sqrt", "Sqrt", numpy, [](const Tensor& x) { return sqrt(x); }, nullptr},
    {"square", "Square", numpy, [](const Tensor& x) { return square(x); }, nullptr},
    {"sin", "Sin", numpy, [](const Tensor& x) { return sin(x); }, nullptr},
    {"cos", "Cos", numpy, [](const Tensor& x) { return cos(x); }, nullptr},
    {"tanh", "Tanh", numpy, [](const Tensor& x) { return tanh(x); }, nullptr},
    {"relu", "Relu", nn, [](const Tensor& x) { return relu(x); }, nullptr},
    {"sigmoid", "Sigmoid", nn, [](const Tensor& x) { return sigmoid(x); }, nullptr},
};

const KnownOp* find(const std::string& class_name) {
  for (const KnownOp& op : known_ops)
    if (class_name == op.theirs) return &op;
  return nullptr;
}

}  // namespace

Json op_object(const Node& op, const std::string& name) {
  const std::string_view ours = op.op->name;
  for (const KnownOp& known : known_ops)
    if (ours == known.ours)
      return {{"module", known.module},
              {"class_name", known.theirs},
              {"config", {{"name", name}}},
              {"registered_name", known.theirs},
              {"name", name}};
  throw UnsupportedError("get_config", "an op that a functional model applies has no place in a config",
                         "'" + std::string(ours) + "'", "Put it in a layer of your own, and register its class",
                         op.where);
}

bool is_known_op(const std::string& class_name) { return find(class_name) != nullptr; }

Tensor apply_known_op(const std::string& class_name, const std::vector<OpOperand>& operands, Location where) {
  const KnownOp& op = *find(class_name);
  const std::size_t wanted = op.unary ? 1 : 2;
  const auto with_tensor =
      std::find_if(operands.begin(), operands.end(), [](const auto& o) { return o.tensor.defined(); });
  if (operands.size() != wanted || with_tensor == operands.end())
    throw ArgumentError("load_model", "an op of the file has other operands than it takes",
                        "'" + class_name + "' with " + std::to_string(operands.size()), "", where);
  const auto tensor = [&](const OpOperand& operand) {
    return operand.tensor.defined() ? operand.tensor : full({}, operand.number, with_tensor->tensor.dtype());
  };
  if (op.unary) return op.unary(tensor(operands[0]));
  return op.binary(tensor(operands[0]), tensor(operands[1]));
}

}  // namespace triptych::keras
