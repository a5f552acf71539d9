#include "core/graph/element_formula.h"

#include <bit>
#include <cctype>
#include <vector>

#include "core/formulas/clip_bounds.h"
#include "core/formulas/elements.h"
#include "core/ops/activation/activation.h"
#include "core/ops/elementary/special.h"

namespace triptych {

extern const Op abs_op, abs_grad_op, elu_grad_op, hardswish_grad_op, hardswish_op, leaky_relu_grad_op, log_sigmoid_op,
    mish_grad_op, mish_op, softplus_grad_op, acos_op, acosh_op, add_op, asin_op, asinh_op, atan2_op, atan_op, atanh_op,
    binary_cross_entropy_op, binary_cross_entropy_with_logits_op, bitwise_and_op, bitwise_left_shift_op, bitwise_not_op,
    bitwise_or_op, bitwise_right_shift_op, bitwise_xor_op, cast_op, ceil_op, clip_op, copysign_op, cos_op, cosh_op,
    digamma_op, div_op, elu_op, equal_op, erf_op, erfc_op, erfcx_op, erfinv_op, gcd_op, i0_op, i0e_op, i1_op, i1e_op,
    igamma_op, igammac_op, ndtri_op, nextafter_op, zeta_op, exp2_op, exp_op, expm1_op, floor_divide_op, floor_op,
    fmod_op, gelu_grad_op, gelu_op, greater_equal_op, greater_op, hypot_op, isfinite_op, isinf_op, isnan_op,
    leaky_relu_op, less_equal_op, less_op, lgamma_op, log10_op, log1p_op, log2_op, log_op, logaddexp2_op, logaddexp_op,
    logical_and_op, logical_not_op, logical_or_op, logical_xor_op, maximum_op, minimum_op, mul_op, neg_op, not_equal_op,
    polygamma_op, pow_op, reciprocal_op, relu_grad_op, relu_op, remainder_op, round_op, rsqrt_op,
    sigmoid_grad_op, sigmoid_op, sign_op, silu_grad_op, silu_op, sin_op, sinc_op, sinh_op, softplus_op, sqrt_op,
    square_op, sub_op, tan_op, tanh_grad_op, tanh_op, trunc_op, where_op, xlogy_op;

namespace {

/// What an op is called with. In each family the formula's name is the op's: logical_and is formula::LogicalAnd.
struct Question {
  const Op& op;
  const void* attributes;
  DType in, out;
  template <class A>
  const A& attributes_as() const {
    return *static_cast<const A*>(attributes);
  }
};

std::string camel_case(const char* name) {
  std::string result;
  bool upper = true;
  for (; *name; ++name) {
    if (*name != '_') result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(*name))) : *name;
    upper = *name == '_';
  }
  return result;
}

/// A number by its bits, so that infinities and NaNs need no words of their own.
template <class T>
std::string literal(T value) {
  if constexpr (std::is_same_v<T, float>)
    return "std::bit_cast<float>(" + std::to_string(std::bit_cast<std::uint32_t>(value)) + "u)";
  else if constexpr (std::is_same_v<T, double>)
    return "std::bit_cast<double>(" + std::to_string(std::bit_cast<std::uint64_t>(value)) + "ul)";
  else
    return "static_cast<" + cpp_type(dtype_of<T>::value) + ">(" +
           std::to_string(static_cast<std::uint64_t>(static_cast<std::int64_t>(value))) + "ul)";
}

/// formula::Name{parameters} between compute types.
std::string rounded(const Question& q, const std::string& name, const std::string& parameters = "") {
  const std::string formula = "formula::" + name;
  return "Rounded<" + cpp_type(q.out) + ", " + formula + ">{" +
         (parameters.empty() ? "" : formula + "{" + parameters + "}") + "}";
}
std::string by_name(const Question& q) { return rounded(q, camel_case(q.op.name)); }
/// On the elements themselves.
std::string on_elements(const Question& q) { return "formula::" + camel_case(q.op.name) + "{}"; }
/// Integers can fail.
std::string floating_only(const Question& q) { return is_floating(q.in) ? by_name(q) : ""; }

std::string cast_text(const Question& q) { return "formula::Cast<" + cpp_type(q.out) + ">{}"; }
std::string where_text(const Question&) { return "formula::Choose{}"; }
std::string bitwise_not_text(const Question& q) { return rounded(q, q.in == boolean ? "LogicalNot" : "BitwiseNot"); }
std::string gelu_text(const Question& q) {
  return rounded(q, q.attributes_as<GeluAttributes>().tanh ? "GeluByTanh" : "Gelu");
}
std::string gelu_grad_text(const Question& q) {
  return rounded(q, q.attributes_as<GeluAttributes>().tanh ? "GeluByTanhGrad" : "GeluGrad");
}
std::string slope_text(const Question& q) {
  return rounded(q, camel_case(q.op.name), literal(q.attributes_as<SlopeAttributes>().slope));
}
std::string softplus_text(const Question& q) {
  const auto& a = q.attributes_as<SoftplusAttributes>();
  return rounded(q, camel_case(q.op.name), literal(a.beta) + ", " + literal(a.threshold));
}
std::string order_text(const Question& q) {
  return rounded(q, camel_case(q.op.name), literal(q.attributes_as<OrderAttributes>().order));
}
std::string clip_text(const Question& q) {
  return visit_dtype(q.out, [&]<class T>(T*) -> std::string {
    using C = compute_type<T>;
    const formula::Clip<C> clip = formula::clip<C>(q.attributes_as<ClipAttributes>());
    return "formula::Clip<" + cpp_type(dtype_of<C>::value) + ">{" + literal(clip.min) + ", " + literal(clip.max) + "}";
  });
}

struct Family {
  const char* header;  // below core/formulas/
  std::string (*text)(const Question&);
  std::vector<const Op*> ops;
};

const std::vector<Family>& families() {
  static const std::vector<Family> all{
      {"arithmetic", by_name, {&add_op, &sub_op, &mul_op, &div_op}},
      {"bessel", by_name, {&i0_op, &i0e_op, &i1_op, &i1e_op}},
      {"binary_cross_entropy_with_logits", by_name, {&binary_cross_entropy_with_logits_op}},
      {"binary_cross_entropy", by_name, {&binary_cross_entropy_op}},
      {"cast", cast_text, {&cast_op}},
      {"comparison", by_name, {&equal_op, &not_equal_op, &less_op, &less_equal_op, &greater_op, &greater_equal_op}},
      {"exponential", by_name, {&exp_op, &exp2_op, &expm1_op, &log_op, &log1p_op, &log2_op, &log10_op, &erf_op}},
      {"floor_divide", floating_only, {&floor_divide_op, &remainder_op, &fmod_op}},
      {"gelu", gelu_text, {&gelu_op}},
      {"gelu", gelu_grad_text, {&gelu_grad_op}},
      {"hardswish", by_name, {&hardswish_op, &hardswish_grad_op}},
      {"integers", by_name, {&gcd_op, &nextafter_op}},
      {"isnan", by_name, {&isnan_op, &isinf_op, &isfinite_op}},
      {"logic", by_name, {&logical_and_op, &logical_or_op, &logical_xor_op, &logical_not_op}},
      {"logic",
       by_name,
       {&bitwise_and_op, &bitwise_or_op, &bitwise_xor_op, &bitwise_left_shift_op, &bitwise_right_shift_op}},
      {"logic", bitwise_not_text, {&bitwise_not_op}},
      {"maximum", by_name, {&maximum_op, &minimum_op}},
      {"maximum", clip_text, {&clip_op}},
      {"power", floating_only, {&pow_op}},
      {"power", by_name, {&square_op, &sqrt_op, &rsqrt_op, &reciprocal_op, &hypot_op}},
      {"probability", by_name, {&igamma_op, &igammac_op, &zeta_op, &erfcx_op, &ndtri_op}},
      {"relu", on_elements, {&relu_op, &relu_grad_op}},
      {"rounding", by_name, {&floor_op, &ceil_op, &round_op, &trunc_op}},
      {"sigmoid", by_name, {&sigmoid_op, &sigmoid_grad_op, &tanh_op, &tanh_grad_op, &silu_op, &silu_grad_op}},
      {"sign", by_name, {&neg_op, &abs_op, &abs_grad_op, &sign_op, &copysign_op}},
      {"softplus", by_name, {&log_sigmoid_op, &mish_op, &mish_grad_op}},
      {"softplus", slope_text, {&leaky_relu_op, &leaky_relu_grad_op, &elu_op, &elu_grad_op}},
      {"softplus", softplus_text, {&softplus_op, &softplus_grad_op}},
      {"special", by_name, {&erfc_op, &erfinv_op, &lgamma_op, &digamma_op, &xlogy_op, &logaddexp_op, &logaddexp2_op}},
      {"special", order_text, {&polygamma_op, &sinc_op}},
      {"trigonometric",
       by_name,
       {&sin_op, &cos_op, &tan_op, &asin_op, &acos_op, &atan_op, &atan2_op, &sinh_op, &cosh_op, &asinh_op, &acosh_op,
        &atanh_op}},
      {"where", where_text, {&where_op}},
  };
  return all;
}

}  // namespace

std::optional<ElementFormula> element_formula(const Op& op, const void* attributes, DType in, DType out) {
  for (const Family& family : families())
    for (const Op* member : family.ops) {
      if (member != &op) continue;
      std::string text = family.text({op, attributes, in, out});
      if (text.empty()) return std::nullopt;
      return ElementFormula{"core/formulas/" + std::string(family.header) + ".h", std::move(text)};
    }
  return std::nullopt;
}

std::span<const Op* const> ops_with_element_formula() {
  static const std::vector<const Op*> all = [] {
    std::vector<const Op*> ops;
    for (const Family& family : families()) ops.insert(ops.end(), family.ops.begin(), family.ops.end());
    return ops;
  }();
  return all;
}

std::string element_formula_includes() {
  std::string text;
  for (const Family& family : families()) text += "#include \"core/formulas/" + std::string(family.header) + ".h\"\n";
  return text;
}

std::string cpp_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float";
    case DType::float64:
      return "double";
    case DType::float16:
      return "Float16";
    case DType::bfloat16:
      return "BFloat16";
    case DType::boolean:
      return "bool";
    default:
      return "std::" + std::string(dtype_name(dtype)) + "_t";
  }
}

}  // namespace triptych
