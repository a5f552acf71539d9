// From Keras's Operations to ops.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>

#include "api_keras/saving/fields.h"
#include "api_keras/saving/graph_ops.h"
#include "api_keras/saving/objects.h"
#include "triptych/core/ops.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

/// The arguments of a call, each by its place or its name, and what the op was made with.
class Call {
 public:
  explicit Call(const OpCall& call) : call_(call) {
    if (!call.args.is_array() || !call.kwargs.is_object() || !call.config.is_object())
      fail("its arguments", "are no lists or objects");
    for (const Json& value : call.args) look_for_tensor(value);
    for (const Json& value : call.kwargs) look_for_tensor(value);
  }

  [[noreturn]] void fail(const std::string& key, const char* problem = "is not what the op takes") const {
    throw ArgumentError(Reading::op(), "an op of the file has an argument that it does not take",
                        "'" + key + "' of '" + call_.class_name + "' " + problem, "", call_.where);
  }

  /// Null if it is not given.
  const Json* argument(std::size_t place, const char* name) const {
    if (place < call_.args.size()) return &call_.args[place];
    return call_.kwargs.contains(name) ? &call_.kwargs[name] : nullptr;
  }
  /// Numbers become tensors as beside the first tensor.
  Tensor tensor(std::size_t place, const char* name) const {
    const Json* value = argument(place, name);
    if (!value) fail(name, "is missing");
    return as_tensor(*value, name);
  }
  Tensor x() const { return tensor(0, "x"); }
  /// The list that is the first argument.
  std::vector<Tensor> list() const {
    const Json* value = argument(0, "xs");
    if (!value) value = argument(0, "x");
    if (!value || !value->is_array() || value->empty()) fail("xs");
    std::vector<Tensor> tensors;
    for (const Json& item : *value) tensors.push_back(as_tensor(item, "xs"));
    return tensors;
  }
  /// All arguments, by places and then by names.
  std::vector<Tensor> operands() const {
    std::vector<Tensor> tensors;
    for (const Json& item : call_.args) tensors.push_back(as_tensor(item, "operands"));
    for (const Json& item : call_.kwargs) tensors.push_back(as_tensor(item, "operands"));
    return tensors;
  }

  bool given(const char* key) const { return call_.config.contains(key) && !call_.config[key].is_null(); }
  std::int64_t integer(const char* key) const { return whole(key, member(key)); }
  std::int64_t integer(const char* key, std::int64_t otherwise) const { return given(key) ? integer(key) : otherwise; }
  double number(const char* key) const {
    const Json& value = member(key);
    if (!value.is_number()) fail(key);
    return value.get<double>();
  }
  double number(const char* key, double otherwise) const { return given(key) ? number(key) : otherwise; }
  bool flag(const char* key, bool otherwise = false) const {
    if (!given(key)) return otherwise;
    if (!call_.config[key].is_boolean()) fail(key);
    return call_.config[key].get<bool>();
  }
  std::string text(const char* key, const char* otherwise) const {
    if (!given(key)) return otherwise;
    if (!call_.config[key].is_string()) fail(key);
    return call_.config[key].get<std::string>();
  }
  /// One, or a list.
  std::vector<std::int64_t> integers(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array()) return {whole(key, value)};
    std::vector<std::int64_t> list;
    for (const Json& item : value) list.push_back(whole(key, item));
    return list;
  }
  /// `axis`; all of them for none.
  Axes axes(const Tensor& x) const {
    std::vector<std::int64_t> list;
    if (given("axis")) {
      list = integers("axis");
    } else {
      list.resize(static_cast<std::size_t>(x.ndim()));
      std::iota(list.begin(), list.end(), 0);
    }
    return list;
  }
  std::optional<std::int64_t> axis() const { return given("axis") ? std::optional(integer("axis")) : std::nullopt; }
  bool is_list(const char* key) const { return member(key).is_array(); }
  /// Those of a pool, as its size where there are none.
  Axes strides() const { return given("strides") ? Axes(integers("strides")) : Axes(); }
  DType dtype(DType otherwise) const {
    DType value = otherwise;
    if (given("dtype")) Fields(call_.config, call_.class_name, call_.where).field("dtype", value);
    return value;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs(const char* key) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> list;
    const Json& value = member(key);
    if (!value.is_array()) fail(key);
    for (const Json& item : value) {
      if (!item.is_array() || item.size() != 2) fail(key);
      list.emplace_back(whole(key, item[0]), whole(key, item[1]));
    }
    return list;
  }
  std::int64_t whole(const char* key, const Json& value) const {
    if (!value.is_number_integer() || value.is_number_unsigned()) fail(key);
    return value.get<std::int64_t>();
  }

 private:
  static bool is(const Json& value, const char* kind) {
    return value.is_object() && value.contains("class_name") && value["class_name"] == kind;
  }
  const Json& member(const char* key) const {
    if (!call_.config.contains(key)) fail(key, "is missing");
    return call_.config[key];
  }
  void look_for_tensor(const Json& value) {
    if (first_.defined()) return;
    if (is(value, "__keras_tensor__"))
      first_ = call_.model_tensor(value);
    else if (value.is_array())
      for (const Json& item : value) look_for_tensor(item);
  }
  Tensor as_tensor(const Json& value, const char* name) const {
    if (is(value, "__keras_tensor__")) return call_.model_tensor(value);
    if (!first_.defined()) fail(name, "does not belong to a tensor of the model");
    if (value.is_boolean()) return full({}, value.get<bool>(), boolean);
    const DType beside = first_.dtype();
    if (value.is_number_integer()) return full({}, value.get<std::int64_t>(), beside == boolean ? int32 : beside);
    if (value.is_number()) return full({}, value.get<double>(), is_floating(beside) ? beside : float32);
    if (!is(value, "__numpy__") && !is(value, "__tensor__") && !value.is_array()) fail(name);
    // Numbers in lists, alone or as an array of a dtype.
    const Json object = {{"value", value}};
    Tensor numbers;
    Fields(object, call_.class_name, call_.where).field("value", numbers);
    if (value.is_array()) return cast(numbers, has_fractions(value) ? float32 : int32);
    DType dtype = float32;
    if (value.contains("config") && value["config"].is_object() && value["config"].contains("dtype"))
      Fields(value["config"], call_.class_name, call_.where).field("dtype", dtype);
    return cast(numbers, dtype);
  }
  static bool has_fractions(const Json& value) {
    if (!value.is_array()) return !value.is_number_integer();
    return std::any_of(value.begin(), value.end(), [](const Json& item) { return has_fractions(item); });
  }

  const OpCall& call_;
  Tensor first_;  // of the model
};

/// x[key], of what Keras writes for it: numbers, slices, `...`, and null for a new axis.
Tensor part_of(Tensor x, const Json& key, const Call& call) {
  const auto is = [](const Json& item, const char* kind) {
    return item.is_object() && item.contains("class_name") && item["class_name"] == kind;
  };
  const std::vector<Json> parts = key.is_array() ? std::vector<Json>(key.begin(), key.end()) : std::vector<Json>{key};
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
        return bounds.contains(name) && !bounds[name].is_null() ? Slice::Bound(call.whole(name, bounds[name]))
                                                                : Slice::Bound();
      };
      const Slice::Bound step = bound("step");
      x = slice(x, axis++, Slice(bound("start"), bound("stop"), step.open ? 1 : step.value));
    } else {
      x = select(x, axis, call.whole("key", part));
    }
  }
  return x;
}

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);
using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);
using Along = Tensor (*)(const Tensor&, const std::optional<std::int64_t>&, bool);
using General = std::vector<Tensor> (*)(const Call&);
template <class Function>
struct Known {
  const char* name;
  Function function;
};

#define TRIPTYCH_UNARY(Class, function)                          \
  {                                                              \
    Class, [](const Tensor& x) -> Tensor { return function(x); } \
  }
#define TRIPTYCH_BINARY(Class, function)                                             \
  {                                                                                  \
    Class, [](const Tensor& a, const Tensor& b) -> Tensor { return function(a, b); } \
  }
#define TRIPTYCH_REDUCE(Class, function)                                                                  \
  {                                                                                                       \
    Class, [](const Tensor& x, const Axes& axes, bool keep) -> Tensor { return function(x, axes, keep); } \
  }
#define TRIPTYCH_ALONG(Class, function)                                                               \
  {                                                                                                   \
    Class, [](const Tensor& x, const std::optional<std::int64_t>& axis, bool keep) -> Tensor {        \
      return axis ? function(x, *axis, keep) : keep ? reshape(function(x), ones_of(x)) : function(x); \
    }                                                                                                 \
  }

/// A shape of so many axes of length 1.
Shape ones_of(const Tensor& x) { return Shape(std::vector<std::int64_t>(static_cast<std::size_t>(x.ndim()), 1)); }

constexpr Known<Unary> unary[] = {
    TRIPTYCH_UNARY("Negative", neg),
    TRIPTYCH_UNARY("Absolute", abs),
    TRIPTYCH_UNARY("Fabs", abs),
    TRIPTYCH_UNARY("Sign", sign),
    TRIPTYCH_UNARY("Exp", exp),
    TRIPTYCH_UNARY("Exp2", exp2),
    TRIPTYCH_UNARY("Expm1", expm1),
    TRIPTYCH_UNARY("Log", log),
    TRIPTYCH_UNARY("Log1p", log1p),
    TRIPTYCH_UNARY("Log2", log2),
    TRIPTYCH_UNARY("Log10", log10),
    TRIPTYCH_UNARY("Sqrt", sqrt),
    TRIPTYCH_UNARY("Rsqrt", rsqrt),
    TRIPTYCH_UNARY("Cbrt", ops::cbrt),
    TRIPTYCH_UNARY("Square", square),
    TRIPTYCH_UNARY("Reciprocal", reciprocal),
    TRIPTYCH_UNARY("Floor", floor),
    TRIPTYCH_UNARY("Ceil", ceil),
    TRIPTYCH_UNARY("Trunc", trunc),
    TRIPTYCH_UNARY("Sin", sin),
    TRIPTYCH_UNARY("Cos", cos),
    TRIPTYCH_UNARY("Tan", tan),
    TRIPTYCH_UNARY("Arcsin", asin),
    TRIPTYCH_UNARY("Arccos", acos),
    TRIPTYCH_UNARY("Arctan", atan),
    TRIPTYCH_UNARY("Sinh", sinh),
    TRIPTYCH_UNARY("Cosh", cosh),
    TRIPTYCH_UNARY("Tanh", tanh),
    TRIPTYCH_UNARY("Arcsinh", asinh),
    TRIPTYCH_UNARY("Arccosh", acosh),
    TRIPTYCH_UNARY("Arctanh", atanh),
    TRIPTYCH_UNARY("Sinc", sinc),
    TRIPTYCH_UNARY("I0", i0),
    TRIPTYCH_UNARY("Deg2rad", ops::deg2rad),
    TRIPTYCH_UNARY("Rad2deg", ops::rad2deg),
    TRIPTYCH_UNARY("Isnan", isnan),
    TRIPTYCH_UNARY("Isinf", isinf),
    TRIPTYCH_UNARY("Isfinite", isfinite),
    TRIPTYCH_UNARY("Signbit", signbit),
    TRIPTYCH_UNARY("LogicalNot", logical_not),
    TRIPTYCH_UNARY("BitwiseNot", bitwise_not),
    TRIPTYCH_UNARY("BitwiseInvert", bitwise_not),
    TRIPTYCH_UNARY("Copy", identity),
    TRIPTYCH_UNARY("StopGradient", ops::stop_gradient),
    TRIPTYCH_UNARY("ZerosLike", zeros_like),
    TRIPTYCH_UNARY("OnesLike", ones_like),
    TRIPTYCH_UNARY("Ravel", ravel),
    TRIPTYCH_UNARY("Fliplr", fliplr),
    TRIPTYCH_UNARY("Flipud", flipud),
    TRIPTYCH_UNARY("Erf", erf),
    TRIPTYCH_UNARY("Erfc", erfc),
    TRIPTYCH_UNARY("Erfinv", erfinv),
    TRIPTYCH_UNARY("Relu", relu),
    TRIPTYCH_UNARY("Relu6", relu6),
    TRIPTYCH_UNARY("Sigmoid", sigmoid),
    TRIPTYCH_UNARY("SparseSigmoid", ops::sparse_sigmoid),
    TRIPTYCH_UNARY("SparsePlus", ops::sparse_plus),
    TRIPTYCH_UNARY("Softplus", ops::softplus),
    TRIPTYCH_UNARY("Softsign", softsign),
    TRIPTYCH_UNARY("Silu", silu),
    TRIPTYCH_UNARY("LogSigmoid", ops::log_sigmoid),
    TRIPTYCH_UNARY("HardSigmoid", ops::hard_sigmoid),
    TRIPTYCH_UNARY("HardSilu", ops::hard_silu),
    TRIPTYCH_UNARY("HardTanh", ops::hard_tanh),
    TRIPTYCH_UNARY("Selu", selu),
    TRIPTYCH_UNARY("TanhShrink", ops::tanh_shrink),
    TRIPTYCH_UNARY("Det", ops::det),
    TRIPTYCH_UNARY("Inv", ops::inv),
};

constexpr Known<Binary> binary[] = {
    TRIPTYCH_BINARY("Add", add),
    TRIPTYCH_BINARY("Subtract", sub),
    TRIPTYCH_BINARY("Multiply", mul),
    TRIPTYCH_BINARY("Divide", true_divide),
    TRIPTYCH_BINARY("TrueDivide", true_divide),
    TRIPTYCH_BINARY("DivideNoNan", divide_no_nan),
    TRIPTYCH_BINARY("FloorDivide", floor_divide),
    TRIPTYCH_BINARY("Mod", remainder),
    TRIPTYCH_BINARY("Fmod", fmod),
    TRIPTYCH_BINARY("Power", pow),
    TRIPTYCH_BINARY("Maximum", maximum),
    TRIPTYCH_BINARY("Minimum", minimum),
    TRIPTYCH_BINARY("Fmax", fmax),
    TRIPTYCH_BINARY("Fmin", fmin),
    TRIPTYCH_BINARY("Hypot", hypot),
    TRIPTYCH_BINARY("Arctan2", atan2),
    TRIPTYCH_BINARY("Logaddexp", logaddexp),
    TRIPTYCH_BINARY("Logaddexp2", logaddexp2),
    TRIPTYCH_BINARY("Gcd", gcd),
    TRIPTYCH_BINARY("Nextafter", nextafter),
    TRIPTYCH_BINARY("Heaviside", heaviside),
    TRIPTYCH_BINARY("Matmul", matmul),
    TRIPTYCH_BINARY("Dot", ops::dot),
    TRIPTYCH_BINARY("Outer", ops::outer),
    TRIPTYCH_BINARY("Inner", inner),
    TRIPTYCH_BINARY("Equal", equal),
    TRIPTYCH_BINARY("NotEqual", not_equal),
    TRIPTYCH_BINARY("Less", less),
    TRIPTYCH_BINARY("LessEqual", less_equal),
    TRIPTYCH_BINARY("Greater", greater),
    TRIPTYCH_BINARY("GreaterEqual", greater_equal),
    TRIPTYCH_BINARY("LogicalAnd", logical_and),
    TRIPTYCH_BINARY("LogicalOr", logical_or),
    TRIPTYCH_BINARY("LogicalXor", logical_xor),
    TRIPTYCH_BINARY("BitwiseAnd", bitwise_and),
    TRIPTYCH_BINARY("BitwiseOr", bitwise_or),
    TRIPTYCH_BINARY("BitwiseXor", bitwise_xor),
    TRIPTYCH_BINARY("BitwiseLeftShift", bitwise_left_shift),
    TRIPTYCH_BINARY("LeftShift", bitwise_left_shift),
    TRIPTYCH_BINARY("BitwiseRightShift", bitwise_right_shift),
    TRIPTYCH_BINARY("RightShift", bitwise_right_shift),
    TRIPTYCH_BINARY("Solve", ops::solve),
};

constexpr Known<Reduce> reductions[] = {
    TRIPTYCH_REDUCE("Mean", mean),    TRIPTYCH_REDUCE("Sum", sum),      TRIPTYCH_REDUCE("Prod", prod),
    TRIPTYCH_REDUCE("Max", amax),     TRIPTYCH_REDUCE("Amax", amax),    TRIPTYCH_REDUCE("Min", amin),
    TRIPTYCH_REDUCE("Amin", amin),    TRIPTYCH_REDUCE("Any", any),      TRIPTYCH_REDUCE("All", all),
    TRIPTYCH_REDUCE("Var", ops::var), TRIPTYCH_REDUCE("Std", ops::std), TRIPTYCH_REDUCE("Logsumexp", logsumexp),
};

constexpr Known<Along> along[] = {TRIPTYCH_ALONG("Argmax", argmax), TRIPTYCH_ALONG("Argmin", argmin)};

#undef TRIPTYCH_UNARY
#undef TRIPTYCH_BINARY
#undef TRIPTYCH_REDUCE
#undef TRIPTYCH_ALONG

using Tensors = std::vector<Tensor>;

std::vector<Tensor> split_of(const Call& c, const Tensor& x, const char* sections, std::int64_t axis) {
  const std::vector<std::int64_t> given = c.integers(sections);
  return given.size() == 1 && !c.is_list(sections) ? ops::split(x, given[0], axis) : ops::split(x, given, axis);
}

constexpr Known<General> others[] = {
    {"Concatenate", [](const Call& c) -> Tensors { return {concat(c.list(), c.integer("axis", 0))}; }},
    {"Stack", [](const Call& c) -> Tensors { return {stack(c.list(), c.integer("axis", 0))}; }},
    {"Einsum", [](const Call& c) -> Tensors { return {einsum(c.text("subscripts", ""), c.operands())}; }},
    {"Where",
     [](const Call& c) -> Tensors { return {where(c.tensor(0, "condition"), c.tensor(1, "x1"), c.tensor(2, "x2"))}; }},
    {"Clip",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       const auto bound = [&](const char* key) {
         return is_floating(x.dtype()) ? Scalar(c.number(key)) : Scalar(c.integer(key));
       };
       return {clip(x, bound("x_min"), bound("x_max"))};
     }},
    {"Cast", [](const Call& c) -> Tensors { return {cast(c.x(), c.dtype(float32))}; }},
    {"FullLike",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       const DType dtype = c.dtype(x.dtype());
       const Json* value = c.argument(1, "fill_value");
       if (value && value->is_number()) return {full_like(cast(x, dtype), value->get<double>())};
       return {expand_like(cast(c.tensor(1, "fill_value"), dtype), x)};
     }},
    {"Round",
     [](const Call& c) -> Tensors {
       const double scale = std::pow(10.0, static_cast<double>(c.integer("decimals", 0)));
       return {scale == 1 ? round(c.x()) : round(c.x() * scale) / scale};
     }},
    {"Cumsum",
     [](const Call& c) -> Tensors { return {c.axis() ? cumsum(c.x(), *c.axis()) : cumsum(ravel(c.x()), 0)}; }},
    {"Cumprod",
     [](const Call& c) -> Tensors { return {c.axis() ? cumprod(c.x(), *c.axis()) : cumprod(ravel(c.x()), 0)}; }},
    {"GetItem",
     [](const Call& c) -> Tensors {
       const Json* key = c.argument(1, "key");
       if (!key) c.fail("key", "is missing");
       return {part_of(c.x(), *key, c)};
     }},
    {"Take",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x(), indices = c.tensor(1, "indices");
       return {c.axis() ? take(x, indices, *c.axis()) : take(x, indices)};
     }},
    {"TakeAlongAxis",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x(), indices = c.tensor(1, "indices");
       return {c.axis() ? take_along_axis(x, indices, *c.axis()) : take_along_axis(ravel(x), ravel(indices), 0)};
     }},
    {"Reshape", [](const Call& c) -> Tensors { return {reshape(c.x(), Shape(c.integers("newshape")))}; }},
    {"ExpandDims",
     [](const Call& c) -> Tensors {
       Tensor x = c.x();
       std::vector<std::int64_t> axes = c.integers("axis");
       const std::int64_t rank = x.ndim() + static_cast<std::int64_t>(axes.size());
       for (std::int64_t& axis : axes)
         if (axis < 0) axis += rank;
       std::sort(axes.begin(), axes.end());
       for (const std::int64_t axis : axes) x = unsqueeze(x, axis);
       return {x};
     }},
    {"Squeeze",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {c.given("axis") ? squeeze(x, Axes(c.integers("axis"))) : squeeze(x)};
     }},
    {"Transpose",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {c.given("axes") ? permute(x, Axes(c.integers("axes"))) : ops::transpose(x)};
     }},
    {"Swapaxes", [](const Call& c) -> Tensors { return {swapaxes(c.x(), c.integer("axis1"), c.integer("axis2"))}; }},
    {"Moveaxis",
     [](const Call& c) -> Tensors {
       return {moveaxis(c.x(), Axes(c.integers("source")), Axes(c.integers("destination")))};
     }},
    {"BroadcastTo", [](const Call& c) -> Tensors { return {broadcast_to(c.x(), Shape(c.integers("shape")))}; }},
    {"Tile", [](const Call& c) -> Tensors { return {tile(c.x(), Axes(c.integers("repeats")))}; }},
    {"Repeat",
     [](const Call& c) -> Tensors {
       const Tensor x = c.axis() ? c.x() : ravel(c.x());
       return {repeat_interleave(x, c.integer("repeats"), c.axis().value_or(0))};
     }},
    {"Flip",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {flip(x, c.axes(x))};
     }},
    {"Roll",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       if (!c.given("axis")) return {reshape(roll(ravel(x), c.integer("shift"), 0), x.shape())};
       return {roll(x, Axes(c.integers("shift")), Axes(c.integers("axis")))};
     }},
    {"Pad",
     [](const Call& c) -> Tensors {
       const std::string mode = c.text("mode", "constant");
       if (mode != "constant") return {pad(c.x(), c.pairs("pad_width"), mode)};
       const Json* value = c.argument(1, "constant_values");
       if (value && !value->is_null() && !value->is_number()) c.fail("constant_values");
       return {pad(c.x(), c.pairs("pad_width"), value && value->is_number() ? value->get<double>() : 0.0)};
     }},
    {"Tril", [](const Call& c) -> Tensors { return {tril(c.x(), c.integer("k", 0))}; }},
    {"Triu", [](const Call& c) -> Tensors { return {triu(c.x(), c.integer("k", 0))}; }},
    {"Diagonal",
     [](const Call& c) -> Tensors {
       return {diagonal(c.x(), c.integer("offset", 0), c.integer("axis1", 0), c.integer("axis2", 1))};
     }},
    {"OneHot",
     [](const Call& c) -> Tensors {
       return {ops::one_hot(c.x(), c.integer("num_classes"), c.integer("axis", -1), c.dtype(float32))};
     }},
    {"Sort", [](const Call& c) -> Tensors { return {ops::sort(c.x(), c.integer("axis", -1))}; }},
    {"Argsort", [](const Call& c) -> Tensors { return {argsort(c.x(), c.integer("axis", -1))}; }},
    {"TopK",
     [](const Call& c) -> Tensors {
       const auto best = ops::top_k(c.x(), c.integer("k"), c.flag("sorted", true));
       return {best.values, best.indices};
     }},
    {"Split", [](const Call& c) -> Tensors { return split_of(c, c.x(), "indices_or_sections", c.integer("axis", 0)); }},
    {"Unstack", [](const Call& c) -> Tensors { return unbind(c.x(), c.integer("axis", 0)); }},
    {"SearchSorted",
     [](const Call& c) -> Tensors {
       return {ops::searchsorted(c.tensor(0, "sorted_sequence"), c.tensor(1, "values"), c.text("side", "left"))};
     }},
    {"Softmax", [](const Call& c) -> Tensors { return {softmax(c.x(), c.integer("axis", -1))}; }},
    {"LogSoftmax", [](const Call& c) -> Tensors { return {log_softmax(c.x(), c.integer("axis", -1))}; }},
    {"Sparsemax", [](const Call& c) -> Tensors { return {ops::sparsemax(c.x(), c.integer("axis", -1))}; }},
    {"Glu", [](const Call& c) -> Tensors { return {glu(c.x(), c.integer("axis", -1))}; }},
    {"Gelu", [](const Call& c) -> Tensors { return {ops::gelu(c.x(), c.flag("approximate", true))}; }},
    {"Elu", [](const Call& c) -> Tensors { return {elu(c.x(), c.number("alpha", 1))}; }},
    {"Celu", [](const Call& c) -> Tensors { return {celu(c.x(), c.number("alpha", 1))}; }},
    {"LeakyRelu", [](const Call& c) -> Tensors { return {leaky_relu(c.x(), c.number("negative_slope", 0.2))}; }},
    {"SoftShrink", [](const Call& c) -> Tensors { return {ops::soft_shrink(c.x(), c.number("threshold", 0.5))}; }},
    {"HardShrink", [](const Call& c) -> Tensors { return {ops::hard_shrink(c.x(), c.number("threshold", 0.5))}; }},
    {"Squareplus", [](const Call& c) -> Tensors { return {ops::squareplus(c.x(), c.number("b", 4))}; }},
    {"Threshold",
     [](const Call& c) -> Tensors { return {threshold(c.x(), c.number("threshold"), c.number("default_value"))}; }},
    {"MaxPool",
     [](const Call& c) -> Tensors {
       return {ops::max_pool(c.tensor(0, "inputs"), Axes(c.integers("pool_size")), c.strides(),
                             c.text("padding", "valid"), c.text("data_format", "channels_last"))};
     }},
    {"AveragePool",
     [](const Call& c) -> Tensors {
       return {ops::average_pool(c.tensor(0, "inputs"), Axes(c.integers("pool_size")), c.strides(),
                                 c.text("padding", "valid"), c.text("data_format", "channels_last"))};
     }},
    {"BinaryCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::binary_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"))};
     }},
    {"CategoricalCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::categorical_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"),
                                             c.integer("axis", -1))};
     }},
    {"SparseCategoricalCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::sparse_categorical_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"),
                                                    c.integer("axis", -1))};
     }},
    {"LayerNorm",
     [](const Call& c) -> Tensors {
       const Json *gamma = c.argument(1, "gamma"), *beta = c.argument(2, "beta");
       const auto given = [&](const Json* value, std::size_t place, const char* name) {
         return value && !value->is_null() ? c.tensor(place, name) : Tensor();
       };
       return {ops::layer_normalization(c.x(), given(gamma, 1, "gamma"), given(beta, 2, "beta"),
                                        c.given("axis") ? Axes(c.integers("axis")) : Axes(-1),
                                        c.number("epsilon", 1e-7))};
     }},
    {"Norm",
     [](const Call& c) -> Tensors {
       if (c.given("ord") && c.integer("ord") != 2) c.fail("ord");
       const Tensor x = c.x();
       return {norm(x, c.axes(x), c.flag("keepdims"))};
     }},
    {"Cholesky",
     [](const Call& c) -> Tensors {
       const Tensor lower = ops::cholesky(c.x());
       return {c.flag("upper") ? swapaxes(lower, -1, -2) : lower};
     }},
    {"SolveTriangular",
     [](const Call& c) -> Tensors {
       return {ops::solve_triangular(c.tensor(0, "a"), c.tensor(1, "b"), c.flag("lower"))};
     }},
};

template <class Table>
auto find(const Table& table, const std::string& name) -> decltype(&table[0]) {
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const auto& op) { return name == op.name; });
  return found == std::end(table) ? nullptr : &*found;
}

}  // namespace

bool is_known_op(const std::string& class_name) {
  return find(unary, class_name) || find(binary, class_name) || find(reductions, class_name) ||
         find(along, class_name) || find(others, class_name);
}

std::vector<Tensor> apply_known_op(const OpCall& op) {
  const Frame frame(op.where);
  const Call call(op);
  if (const auto* known = find(unary, op.class_name)) return {known->function(call.x())};
  if (const auto* known = find(binary, op.class_name)) {
    const std::vector<Tensor> operands = call.operands();
    if (operands.size() != 2) call.fail("the number of operands");
    return {known->function(operands[0], operands[1])};
  }
  if (const auto* known = find(reductions, op.class_name)) {
    const Tensor x = call.x();
    return {known->function(x, call.axes(x), call.flag("keepdims"))};
  }
  if (const auto* known = find(along, op.class_name))
    return {known->function(call.x(), call.axis(), call.flag("keepdims"))};
  return find(others, op.class_name)->function(call);
}

}  // namespace triptych::keras
