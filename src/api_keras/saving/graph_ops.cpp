#include "api_keras/saving/graph_ops.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "api_keras/saving/fields.h"
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

namespace {

struct Arguments {
  const std::string& name;
  const Json& config;
  Location where;

  [[noreturn]] void fail(const char* key) const {
    throw ArgumentError("load_model", "an op of the file has an argument that it does not take",
                        "'" + std::string(key) + "' of '" + name + "'", "", where);
  }
  std::int64_t integer(const Json& value, const char* key) const {
    if (!value.is_number_integer() || value.is_number_unsigned()) fail(key);
    return value.get<std::int64_t>();
  }
  /// One, or a list; nothing for null.
  std::optional<std::vector<std::int64_t>> integers(const char* key) const {
    if (!config.contains(key) || config[key].is_null()) return {};
    std::vector<std::int64_t> list;
    if (!config[key].is_array()) return std::vector{integer(config[key], key)};
    for (const Json& item : config[key]) list.push_back(integer(item, key));
    return list;
  }
  std::int64_t axis(std::int64_t otherwise) const {
    const auto list = integers("axis");
    if (list && list->size() != 1) fail("axis");
    return list ? (*list)[0] : otherwise;
  }
  bool flag(const char* key) const {
    if (!config.contains(key) || config[key].is_null()) return false;
    if (!config[key].is_boolean()) fail(key);
    return config[key].get<bool>();
  }
};

/// x[key], of what Keras writes for it: numbers, slices, `...`, and null for a new axis.
Tensor part_of(Tensor x, const Json& key, const Arguments& arguments) {
  const auto is = [](const Json& item, const char* kind) {
    return item.is_object() && item.contains("class_name") && item["class_name"] == kind;
  };
  const Json items = key.is_array() ? key : Json::array();
  const std::vector<Json> parts =
      key.is_array() ? std::vector<Json>(items.begin(), items.end()) : std::vector<Json>{key};
  std::int64_t axis = 0;
  for (const Json& part : parts) {
    if (part.is_null()) {
      x = unsqueeze(x, axis++);
    } else if (is(part, "__ellipsis__")) {
      std::int64_t after = 0;
      for (const Json* later = &part + 1; later != parts.data() + parts.size(); ++later)
        after += later->is_null() ? 0 : 1;
      axis = x.ndim() - after;
    } else if (is(part, "__slice__") && part.contains("config") && part["config"].is_object()) {
      const Json& bounds = part["config"];
      const auto bound = [&](const char* name) {
        return bounds.contains(name) && !bounds[name].is_null() ? Slice::Bound(arguments.integer(bounds[name], name))
                                                                : Slice::Bound();
      };
      const Slice::Bound step = bound("step");
      x = slice(x, axis++, Slice(bound("start"), bound("stop"), step.open ? 1 : step.value));
    } else {
      x = select(x, axis, arguments.integer(part, "key"));
    }
  }
  return x;
}

using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);
struct KnownReduction {
  const char* name;
  Reduce function;
};
constexpr KnownReduction reductions[] = {
    {"Mean", [](const Tensor& x, const Axes& axes, bool keep) { return mean(x, axes, keep); }},
    {"Sum", [](const Tensor& x, const Axes& axes, bool keep) { return sum(x, axes, keep); }},
    {"Max", [](const Tensor& x, const Axes& axes, bool keep) { return amax(x, axes, keep); }},
    {"Min", [](const Tensor& x, const Axes& axes, bool keep) { return amin(x, axes, keep); }}};

Axes all_axes(const Tensor& x) {
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < x.ndim(); ++axis) axes.push_back(axis);
  return axes;
}

constexpr const char* others[] = {"GetItem", "Reshape", "Concatenate", "Transpose", "ExpandDims",
                                  "Squeeze", "Softmax", "Cast",        "Stack"};

}  // namespace

bool takes_arguments(const std::string& class_name) {
  const auto is_it = [&](const auto& known) {
    if constexpr (requires { known.name; })
      return class_name == known.name;
    else
      return class_name == known;
  };
  return std::any_of(std::begin(reductions), std::end(reductions), is_it) ||
         std::any_of(std::begin(others), std::end(others), is_it);
}

Tensor apply_op_with_arguments(const std::string& class_name, const Json& config, const std::vector<Tensor>& tensors,
                               const Json& key, Location where) {
  const Arguments arguments{class_name, config, where};
  const Frame frame(where);
  if (class_name == "Concatenate" && !tensors.empty()) return concat(tensors, arguments.axis(0));
  if (class_name == "Stack" && !tensors.empty()) return stack(tensors, arguments.axis(0));
  if (tensors.size() != 1)
    throw ArgumentError("load_model", "an op of the file has other operands than it takes",
                        "'" + class_name + "' with " + std::to_string(tensors.size()), "", where);
  const Tensor& x = tensors[0];
  for (const auto& [name, function] : reductions)
    if (class_name == name) {
      const auto axes = arguments.integers("axis");
      return function(x, axes ? Axes(*axes) : all_axes(x), arguments.flag("keepdims"));
    }
  if (class_name == "GetItem") return part_of(x, key, arguments);
  if (class_name == "Softmax") return softmax(x, arguments.axis(-1));
  if (class_name == "ExpandDims") return unsqueeze(x, arguments.axis(0));
  if (class_name == "Squeeze") {
    const auto axes = arguments.integers("axis");
    return axes ? squeeze(x, Axes(*axes)) : squeeze(x);
  }
  if (class_name == "Transpose") {
    const auto axes = arguments.integers("axes");
    return axes ? permute(x, Axes(*axes)) : transpose(x);
  }
  if (class_name == "Cast") {
    DType dtype = float32;
    Fields(config, class_name, where).field("dtype", dtype);
    return cast(x, dtype);
  }
  // Reshape: sizes that are not known stay open.
  const auto shape = arguments.integers("newshape");
  if (!shape) arguments.fail("newshape");
  return reshape(x, Shape(*shape));
}

}  // namespace triptych::keras
