// From ops of a model's graph to Keras's Operations.
#include <algorithm>
#include <numeric>
#include <optional>

#include "api_keras/saving/graph_ops.h"
#include "core/ops/activation/activation.h"
#include "core/ops/activation/softmax.h"
#include "core/ops/arithmetic/clip.h"
#include "core/ops/creation/full.h"
#include "core/ops/elementary/cast.h"
#include "core/ops/indexing/gather.h"
#include "core/ops/indexing/index.h"
#include "core/ops/indexing/slice.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/normalization/layer_norm.h"
#include "core/ops/order/order.h"
#include "core/ops/pool/pool.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/scan.h"
#include "core/ops/shape/attributes.h"
#include "core/ops/shape/concat.h"
#include "core/ops/shape/permute.h"
#include "core/ops/shape/roll.h"
#include "core/ops/shape/tril.h"
#include "core/ops/shape/windows.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

constexpr const char *numpy = "keras.src.ops.numpy", *nn = "keras.src.ops.nn", *math = "keras.src.ops.math",
                     *core = "keras.src.ops.core", *linalg = "keras.src.ops.linalg";

/// Ops that take operands alone.
struct PlainOp {
  const char *ours, *theirs, *module;
};
constexpr PlainOp plain_ops[] = {
    {"add", "Add", numpy},
    {"sub", "Subtract", numpy},
    {"mul", "Multiply", numpy},
    {"div", "TrueDivide", numpy},
    {"pow", "Power", numpy},
    {"floor_divide", "FloorDivide", numpy},
    {"remainder", "Mod", numpy},
    {"fmod", "Fmod", numpy},
    {"maximum", "Maximum", numpy},
    {"minimum", "Minimum", numpy},
    {"hypot", "Hypot", numpy},
    {"atan2", "Arctan2", numpy},
    {"logaddexp", "Logaddexp", numpy},
    {"logaddexp2", "Logaddexp2", numpy},
    {"gcd", "Gcd", numpy},
    {"nextafter", "Nextafter", numpy},
    {"matmul", "Matmul", numpy},
    {"equal", "Equal", numpy},
    {"not_equal", "NotEqual", numpy},
    {"less", "Less", numpy},
    {"less_equal", "LessEqual", numpy},
    {"greater", "Greater", numpy},
    {"greater_equal", "GreaterEqual", numpy},
    {"logical_and", "LogicalAnd", numpy},
    {"logical_or", "LogicalOr", numpy},
    {"logical_xor", "LogicalXor", numpy},
    {"logical_not", "LogicalNot", numpy},
    {"bitwise_and", "BitwiseAnd", numpy},
    {"bitwise_or", "BitwiseOr", numpy},
    {"bitwise_xor", "BitwiseXor", numpy},
    {"bitwise_not", "BitwiseNot", numpy},
    {"bitwise_left_shift", "BitwiseLeftShift", numpy},
    {"bitwise_right_shift", "BitwiseRightShift", numpy},
    {"where", "Where", numpy},
    {"neg", "Negative", numpy},
    {"abs", "Absolute", numpy},
    {"sign", "Sign", numpy},
    {"exp", "Exp", numpy},
    {"exp2", "Exp2", numpy},
    {"expm1", "Expm1", numpy},
    {"log", "Log", numpy},
    {"log1p", "Log1p", numpy},
    {"log2", "Log2", numpy},
    {"log10", "Log10", numpy},
    {"sqrt", "Sqrt", numpy},
    {"square", "Square", numpy},
    {"reciprocal", "Reciprocal", numpy},
    {"floor", "Floor", numpy},
    {"ceil", "Ceil", numpy},
    {"round", "Round", numpy},
    {"trunc", "Trunc", numpy},
    {"sin", "Sin", numpy},
    {"cos", "Cos", numpy},
    {"tan", "Tan", numpy},
    {"asin", "Arcsin", numpy},
    {"acos", "Arccos", numpy},
    {"atan", "Arctan", numpy},
    {"sinh", "Sinh", numpy},
    {"cosh", "Cosh", numpy},
    {"tanh", "Tanh", numpy},
    {"asinh", "Arcsinh", numpy},
    {"acosh", "Arccosh", numpy},
    {"atanh", "Arctanh", numpy},
    {"sinc", "Sinc", numpy},
    {"i0", "I0", numpy},
    {"isnan", "Isnan", numpy},
    {"isinf", "Isinf", numpy},
    {"isfinite", "Isfinite", numpy},
    {"identity", "Copy", numpy},
    {"contiguous", "Copy", numpy},
    {"rsqrt", "Rsqrt", math},
    {"erf", "Erf", math},
    {"erfc", "Erfc", math},
    {"erfinv", "Erfinv", math},
    {"relu", "Relu", nn},
    {"sigmoid", "Sigmoid", nn},
    {"silu", "Silu", nn},
    {"hardswish", "HardSilu", nn},
    {"log_sigmoid", "LogSigmoid", nn},
    {"eigh", "Eigh", linalg},
};

/// Ops that reduce along `axis`.
constexpr PlainOp reductions[] = {
    {"sum", "Sum", numpy},       {"mean", "Mean", numpy},         {"prod", "Prod", numpy}, {"max", "Max", numpy},
    {"min", "Min", numpy},       {"any", "Any", numpy},           {"all", "All", numpy},   {"argmax", "Argmax", numpy},
    {"argmin", "Argmin", numpy}, {"logsumexp", "Logsumexp", math}};

template <std::size_t N>
const PlainOp* find(const PlainOp (&ops)[N], std::string_view ours) {
  const auto found = std::find_if(ops, ops + N, [&](const PlainOp& op) { return ours == op.ours; });
  return found == ops + N ? nullptr : found;
}

Json list_of(const Axes& axes) {
  Json list = Json::array();
  for (const std::int64_t axis : axes) list.push_back(axis);
  return list;
}
/// None: all, one, or several.
Json axis_of(const Axes& axes) { return axes.empty() ? Json() : axes.size() == 1 ? Json(axes[0]) : list_of(axes); }

Json number_of(const Scalar& scalar) {
  return scalar.kind() == Scalar::Kind::floating ? Json(scalar.to_double()) : Json(scalar.to_int());
}

/// A shape of which at most one length is open; nothing for others.
std::optional<Json> open_shape(const Shape& shape) {
  Json list = Json::array();
  int open = 0;
  for (const std::int64_t dim : shape) {
    open += dim == unknown;
    list.push_back(dim == unknown ? std::int64_t{-1} : dim);
  }
  if (open > 1) return {};
  return list;
}

Json slice_object(std::int64_t start, std::int64_t stop, std::int64_t step) {
  const auto bound = [](std::int64_t value) {
    return value == SliceAttributes::first || value == SliceAttributes::last ? Json() : Json(value);
  };
  return {{"class_name", "__slice__"},
          {"config", {{"start", bound(start)}, {"stop", bound(stop)}, {"step", step == 1 ? Json() : Json(step)}}}};
}

Json key_of(const SliceAttributes& slice) {
  Json key = Json::array();
  for (int i = 0; i < static_cast<int>(slice.starts.size()); ++i)
    key.push_back(slice.drops(i) ? Json(slice.starts[i])
                                 : slice_object(slice.starts[i], slice.stops[i], slice.steps[i]));
  return key;
}

/// How often each axis is repeated where `expand` repeats those of length 1.
std::optional<Json> repeats_of(const Shape& from, const Shape& to) {
  Json repeats = Json::array();
  const int added = to.rank() - from.rank();
  for (int i = 0; i < to.rank(); ++i) {
    const std::int64_t before = i < added ? 1 : from.dim(i - added).raw(), after = to.dim(i).raw();
    if (before != after && (before != 1 || after == unknown)) return {};
    repeats.push_back(before == after ? std::int64_t{1} : after);
  }
  return repeats;
}

template <std::size_t N>
std::optional<WrittenOp> pool_of(const Node& op, const char* class_name) {
  const auto& a = op.attributes_as<PoolAttributes<N>>();
  const auto all_are = [](const auto& numbers, std::int64_t value) {
    return std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t n) { return n == value; });
  };
  const bool same = a.padding_mode == PaddingMode::same;
  if (a.adaptive || a.ceil_mode || a.divisor != 0 || !all_are(a.dilation, 1)) return {};
  if (a.padding_mode == PaddingMode::numbers && !all_are(a.padding, 0)) return {};
  WrittenOp written{nn, class_name};
  written.config["pool_size"] = std::vector(a.kernel_size.begin(), a.kernel_size.end());
  written.config["strides"] = std::vector(a.stride.begin(), a.stride.end());
  written.config["padding"] = same ? "same" : "valid";
  written.config["data_format"] = a.data_format == DataFormat::nchw ? "channels_first" : "channels_last";
  return written;
}

/// An op with arguments; nothing for one that Keras does not have, or not with these. Its operands are in `args`
/// unless it puts others there.
std::optional<WrittenOp> with_arguments(const Node& op, const std::vector<Json>& operands,
                                        const std::vector<bool>& reads) {
  const std::string_view name = op.op->name;
  const Shape& in = op.input_count > 0 ? op.inputs()[0].shape() : op.outputs()[0].shape();
  const Shape& out = op.outputs()[0].shape();
  const auto made = [](const char* module, const char* class_name, Json config = Json::object()) {
    WrittenOp written{module, class_name};
    written.config = std::move(config);
    return written;
  };
  const auto of_list = [&](WrittenOp written) {
    Json list = Json::array();
    for (const Json& operand : operands) list.push_back(operand);
    written.args.push_back(std::move(list));
    return written;
  };
  if (const PlainOp* reduction = find(reductions, name)) {
    const auto& a = op.attributes_as<ReduceAttributes>();
    return made(reduction->module, reduction->theirs, {{"axis", axis_of(a.axes)}, {"keepdims", a.keepdims}});
  }
  if (name == "norm") {
    const auto& a = op.attributes_as<ReduceAttributes>();
    if (a.axes.size() > 2) return {};
    return made(linalg, "Norm", {{"ord", nullptr}, {"axis", axis_of(a.axes)}, {"keepdims", a.keepdims}});
  }
  if (name == "var" || name == "std") {
    const auto& a = op.attributes_as<CountAttributes>();
    if (a.correction != 0) return {};
    return made(numpy, name == "var" ? "Var" : "Std", {{"axis", axis_of(a.axes)}, {"keepdims", a.keepdims}});
  }
  if (name == "cumsum" || name == "cumprod") {
    const auto& a = op.attributes_as<ScanAttributes>();
    if (a.reverse) return {};
    return made(numpy, name == "cumsum" ? "Cumsum" : "Cumprod", {{"axis", a.axis}});
  }
  if (name == "softmax" || name == "log_softmax")
    return made(nn, name == "softmax" ? "Softmax" : "LogSoftmax",
                {{"axis", op.attributes_as<SoftmaxAttributes>().axis}});
  if (name == "gelu") return made(nn, "Gelu", {{"approximate", op.attributes_as<GeluAttributes>().tanh}});
  if (name == "elu") return made(nn, "Elu", {{"alpha", op.attributes_as<SlopeAttributes>().slope}});
  if (name == "leaky_relu")
    return made(nn, "LeakyRelu", {{"negative_slope", op.attributes_as<SlopeAttributes>().slope}});
  if (name == "softplus") {
    if (op.attributes_as<SoftplusAttributes>().beta != 1) return {};
    return made(nn, "Softplus");
  }
  if (name == "clip") {
    const auto& a = op.attributes_as<ClipAttributes>();
    if (a.has_min && a.has_max) return made(numpy, "Clip", {{"x_min", number_of(a.min)}, {"x_max", number_of(a.max)}});
    WrittenOp written = made(numpy, a.has_min ? "Maximum" : "Minimum");
    written.args.push_back(operands[0]);
    written.args.push_back(number_of(a.has_min ? a.min : a.max));
    return written;
  }
  if (name == "cast") return made(core, "Cast", {{"dtype", dtype_name(op.attributes_as<CastAttributes>().dtype)}});
  if (name == "full_like") {
    WrittenOp written = made(numpy, "FullLike", {{"dtype", nullptr}});
    written.args.push_back(operands[0]);
    written.args.push_back(number_of(op.attributes_as<FullLikeAttributes>().value));
    return written;
  }
  if (name == "one_hot") {
    const auto& a = op.attributes_as<OneHotAttributes>();
    return made(nn, "OneHot",
                {{"num_classes", a.depth}, {"axis", -1}, {"dtype", dtype_name(a.dtype)}, {"sparse", false}});
  }
  if (name == "concat")
    return of_list(made(numpy, "Concatenate", {{"axis", op.attributes_as<ConcatAttributes>().axis}}));
  if (name == "split") {
    const auto& a = op.attributes_as<SplitAttributes>();
    Json sections = static_cast<std::int64_t>(op.output_count);
    if (!a.sizes.empty()) {
      sections = Json::array();
      std::int64_t place = 0;
      for (std::size_t i = 0; i + 1 < a.sizes.size(); ++i) sections.push_back(place += a.sizes[i]);
    }
    return made(numpy, "Split", {{"indices_or_sections", std::move(sections)}, {"axis", a.axis}});
  }
  if (name == "permute")
    return made(numpy, "Transpose", {{"axes", list_of(op.attributes_as<PermuteAttributes>().axes)}});
  if (name == "unsqueeze") return made(numpy, "ExpandDims", {{"axis", op.attributes_as<UnsqueezeAttributes>().axis}});
  if (name == "squeeze") return made(numpy, "Squeeze", {{"axis", axis_of(op.attributes_as<SqueezeAttributes>().axes)}});
  if (name == "reshape" || name == "flatten" || name == "split_axis" || name == "reshape_like") {
    const auto shape = open_shape(out);
    if (!shape) return {};
    WrittenOp written = made(numpy, "Reshape", {{"newshape", *shape}});
    written.args.push_back(operands[0]);
    return written;
  }
  if (name == "expand") {
    const auto repeats = repeats_of(in, out);
    if (!repeats) return {};
    return made(numpy, "Tile", {{"repeats", *repeats}});
  }
  if (name == "expand_like") {
    WrittenOp written = made(numpy, "FullLike", {{"dtype", dtype_name(op.outputs()[0].dtype())}});
    written.args.push_back(operands[1]);
    written.args.push_back(operands[0]);
    return written;
  }
  if (name == "pad") {
    const auto& a = op.attributes_as<PadAttributes>();
    Json widths = Json::array();
    for (int i = 0; i < static_cast<int>(a.before.size()); ++i) {
      if (a.before[i] < 0 || a.after[i] < 0) return {};
      widths.push_back({a.before[i], a.after[i]});
    }
    WrittenOp written = made(numpy, "Pad", {{"pad_width", std::move(widths)}, {"mode", "constant"}});
    written.kwargs["constant_values"] = number_of(a.value);
    return written;
  }
  if (name == "roll") {
    const auto& a = op.attributes_as<RollAttributes>();
    return made(numpy, "Roll", {{"shift", a.shift}, {"axis", a.axis}});
  }
  if (name == "tril" || name == "triu")
    return made(numpy, name == "tril" ? "Tril" : "Triu", {{"k", op.attributes_as<DiagonalAttributes>().k}});
  if (name == "diagonal") {
    const auto& a = op.attributes_as<DiagonalViewAttributes>();
    return made(numpy, "Diagonal", {{"offset", a.offset}, {"axis1", a.axis1}, {"axis2", a.axis2}});
  }
  if (name == "slice") {
    WrittenOp written = made(numpy, "GetItem");
    written.args.push_back(operands[0]);
    written.args.push_back(key_of(op.attributes_as<SliceAttributes>()));
    return written;
  }
  if (name == "gather") return made(numpy, "TakeAlongAxis", {{"axis", op.attributes_as<AlongAxisAttributes>().axis}});
  if (name == "index_select") return made(numpy, "Take", {{"axis", op.attributes_as<AlongAxisAttributes>().axis}});
  if (name == "index") {
    const auto& a = op.attributes_as<IndexAttributes>();
    if (a.axes.size() != 1 || a.place != a.axes[0]) return {};
    return made(numpy, "Take", {{"axis", a.axes[0]}});
  }
  if (name == "embedding") return made(numpy, "Take", {{"axis", 0}});
  if (name == "sort") {
    const auto& a = op.attributes_as<SortAttributes>();
    if (a.descending) {  // as the best of all
      const std::int64_t last = in.rank() - 1;
      if ((a.axis != -1 && a.axis != last) || !in.dim(-1).known()) return {};
      return made(math, "TopK", {{"k", in.dim(-1).raw()}, {"sorted", true}});
    }
    if (reads[0] && reads[1]) return {};
    WrittenOp written = made(numpy, reads[1] ? "Argsort" : "Sort", {{"axis", a.axis}});
    written.first_output = reads[1] ? 1 : 0;
    return written;
  }
  if (name == "topk") {
    const auto& a = op.attributes_as<TopkAttributes>();
    if (!a.largest || (a.axis != -1 && a.axis != in.rank() - 1)) return {};
    return made(math, "TopK", {{"k", a.k}, {"sorted", true}});
  }
  if (name == "searchsorted")
    return made(numpy, "SearchSorted", {{"side", op.attributes_as<SearchsortedAttributes>().right ? "right" : "left"}});
  if (name == "binary_cross_entropy" || name == "binary_cross_entropy_with_logits") {
    WrittenOp written = made(nn, "BinaryCrossentropy", {{"from_logits", name != "binary_cross_entropy"}});
    written.args.push_back(operands[1]);  // the targets
    written.args.push_back(operands[0]);
    return written;
  }
  if (name == "layer_norm") {
    const auto& a = op.attributes_as<LayerNormAttributes>();
    Json axes = Json::array();
    for (std::int64_t axis = -a.axes; axis < 0; ++axis) axes.push_back(axis);
    WrittenOp written = made(nn, "LayerNorm", {{"axis", a.axes == 1 ? Json(-1) : std::move(axes)}, {"epsilon", a.eps}});
    for (std::size_t i = 0; i < 3; ++i) written.args.push_back(i < operands.size() ? operands[i] : Json());
    return written;
  }
  if (name == "cholesky") return made(linalg, "Cholesky", {{"upper", op.attributes_as<CholeskyAttributes>().upper}});
  if (name == "qr")
    return made(linalg, "Qr", {{"mode", op.attributes_as<QrAttributes>().complete ? "complete" : "reduced"}});
  if (name == "svd")
    return made(linalg, "SVD",
                {{"full_matrices", op.attributes_as<SvdAttributes>().full_matrices}, {"compute_uv", true}});
  if (name == "svdvals") return made(linalg, "SVD", {{"full_matrices", false}, {"compute_uv", false}});
  if (name == "triangular_solve") {
    const auto& a = op.attributes_as<TriangularSolveAttributes>();
    if (a.unitriangular) return {};
    return made(linalg, "SolveTriangular", {{"lower", !a.upper}});
  }
  if (name == "max_pool1d") return pool_of<1>(op, "MaxPool");
  if (name == "max_pool2d") return pool_of<2>(op, "MaxPool");
  if (name == "max_pool3d") return pool_of<3>(op, "MaxPool");
  if (name == "avg_pool1d") return pool_of<1>(op, "AveragePool");
  if (name == "avg_pool2d") return pool_of<2>(op, "AveragePool");
  if (name == "avg_pool3d") return pool_of<3>(op, "AveragePool");
  return {};
}

Json nested(const double*& next, const Shape& shape, int axis, bool whole) {
  if (axis == shape.rank()) {
    const double value = *next++;
    return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
  }
  Json list = Json::array();
  for (std::int64_t i = 0; i < shape[axis]; ++i) list.push_back(nested(next, shape, axis + 1, whole));
  return list;
}

}  // namespace

WrittenOp written_op(const Node& op, const std::vector<Json>& operands, const std::vector<bool>& reads) {
  std::optional<WrittenOp> written;
  if (const PlainOp* plain = find(plain_ops, op.op->name))
    written = WrittenOp{plain->module, plain->theirs};
  else
    written = with_arguments(op, operands, reads);
  if (!written)
    throw UnsupportedError("get_config", "an op that a functional model applies has no place in a config",
                           "'" + std::string(op.op->name) + "', which Keras does not have, or not with these arguments",
                           "Put it in a layer of your own, and register its class", op.where);
  if (written->args.empty())
    for (const Json& operand : operands) written->args.push_back(operand);
  return *written;
}

WrittenOp written_operation(const RecordedOperation& recorded, const std::vector<Json>& operands) {
  const Operation& operation = recorded.operation;
  WrittenOp written{std::string("keras.src.ops.") + operation.module, operation.class_name, operation.config};
  auto next = operands.begin();
  for (const bool is_given : recorded.given) written.args.push_back(is_given ? *next++ : Json());
  for (const Json& argument : operation.arguments) written.args.push_back(argument);
  return written;
}

Json array_object(const Tensor& values) {
  const bool whole = !is_floating(values.dtype());
  const std::vector<double> numbers = cast(values, float64).to_vector<double>();
  const double* next = numbers.data();
  return {{"class_name", "__numpy__"},
          {"config", {{"value", nested(next, values.shape(), 0, whole)}, {"dtype", dtype_name(values.dtype())}}}};
}

}  // namespace triptych::keras
