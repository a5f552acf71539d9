// From Keras's Operations to ops.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>

#include "api_keras/saving/graph_call.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);
using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);
using Along = Tensor (*)(const Tensor&, const std::optional<std::int64_t>&, bool);
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
    TRIPTYCH_UNARY("Signbit", ops::signbit),
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
    TRIPTYCH_UNARY("Abs", abs),
    TRIPTYCH_UNARY("Angle", angle),
    TRIPTYCH_UNARY("Conj", conj),
    TRIPTYCH_UNARY("Conjugate", conj),
    TRIPTYCH_UNARY("Corrcoef", corrcoef),
    TRIPTYCH_UNARY("Real", real),
    TRIPTYCH_UNARY("Imag", imag),
    TRIPTYCH_UNARY("Isreal", isreal),
    TRIPTYCH_UNARY("Isposinf", isposinf),
    TRIPTYCH_UNARY("Isneginf", isneginf),
    TRIPTYCH_UNARY("EmptyLike", zeros_like),
    TRIPTYCH_UNARY("Size", ops::size),
    TRIPTYCH_UNARY("Det", ops::det),
    TRIPTYCH_UNARY("Inv", ops::inv),
    TRIPTYCH_UNARY("Logdet", ops::logdet),
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
    TRIPTYCH_BINARY("Kron", kron),
    TRIPTYCH_BINARY("Lcm", lcm),
    TRIPTYCH_BINARY("Ldexp", ldexp),
    TRIPTYCH_BINARY("Vdot", ops::vdot),
    TRIPTYCH_BINARY("Digitize", ops::digitize),
    TRIPTYCH_BINARY("CDist", cdist),
    TRIPTYCH_BINARY("Solve", ops::solve),
};

constexpr Known<Reduce> reductions[] = {
    TRIPTYCH_REDUCE("Mean", mean),
    TRIPTYCH_REDUCE("Sum", sum),
    TRIPTYCH_REDUCE("Prod", prod),
    TRIPTYCH_REDUCE("Max", amax),
    TRIPTYCH_REDUCE("Amax", amax),
    TRIPTYCH_REDUCE("Min", amin),
    TRIPTYCH_REDUCE("Amin", amin),
    TRIPTYCH_REDUCE("Any", any),
    TRIPTYCH_REDUCE("All", all),
    TRIPTYCH_REDUCE("Var", ops::var),
    TRIPTYCH_REDUCE("Std", ops::std),
    TRIPTYCH_REDUCE("Logsumexp", logsumexp),
    TRIPTYCH_REDUCE("Ptp", ptp),
    TRIPTYCH_REDUCE("CountNonzero", count_nonzero),
    TRIPTYCH_REDUCE("Nanmax", nanmax),
    TRIPTYCH_REDUCE("Nanmin", nanmin),
    TRIPTYCH_REDUCE("Nanmean", nanmean),
    TRIPTYCH_REDUCE("Nansum", nansum),
    TRIPTYCH_REDUCE("Nanprod", nanprod),
    TRIPTYCH_REDUCE("Nanvar", ops::nanvar),
    TRIPTYCH_REDUCE("Nanstd", ops::nanstd),
};

constexpr Known<Along> along[] = {TRIPTYCH_ALONG("Argmax", argmax), TRIPTYCH_ALONG("Argmin", argmin),
                                  TRIPTYCH_ALONG("Nanargmax", nanargmax), TRIPTYCH_ALONG("Nanargmin", nanargmin)};

#undef TRIPTYCH_UNARY
#undef TRIPTYCH_BINARY
#undef TRIPTYCH_REDUCE
#undef TRIPTYCH_ALONG

template <class Table>
auto find(const Table& table, const std::string& name) -> decltype(&table[0]) {
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const auto& op) { return name == op.name; });
  return found == std::end(table) ? nullptr : &*found;
}

const KnownOp* find_other(const std::string& name) {
  for (const auto ops : {known_numpy_ops(), known_nn_ops(), known_image_ops(), known_math_ops()})
    for (const KnownOp& op : ops)
      if (name == op.name) return &op;
  return nullptr;
}

}  // namespace

bool is_known_op(const std::string& class_name) {
  return find(unary, class_name) || find(binary, class_name) || find(reductions, class_name) ||
         find(along, class_name) || find_other(class_name);
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
  return find_other(op.class_name)->function(call);
}

}  // namespace triptych::keras
