// tf.math and the mathematics at tf's root, with TensorFlow's order of arguments and defaults: `tf::reduce_mean(x, 1)`.
// They add nothing to the vocabulary: each is a function of core/ops.h.
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/bessel.h"
#include "triptych/core/ops/integers.h"
#include "triptych/core/ops/labels.h"
#include "triptych/core/ops/moments.h"
#include "triptych/core/ops/no_nan.h"
#include "triptych/core/ops/probability.h"
#include "triptych/core/ops/real_numbers.h"

namespace triptych::lowlevel::math {

using triptych::abs;
using triptych::acos;
using triptych::acosh;
using triptych::add;
using triptych::angle;
using triptych::asin;
using triptych::asinh;
using triptych::atan;
using triptych::atan2;
using triptych::atanh;
using triptych::ceil;
using triptych::conj;
using triptych::cos;
using triptych::cosh;
using triptych::digamma;
using triptych::divide_no_nan;
using triptych::equal;
using triptych::erf;
using triptych::erfc;
using triptych::erfcinv;
using triptych::erfinv;
using triptych::exp;
using triptych::expm1;
using triptych::floor;
using triptych::greater;
using triptych::greater_equal;
using triptych::igamma;
using triptych::igammac;
using triptych::imag;
using triptych::in_top_k;
using triptych::less;
using triptych::less_equal;
using triptych::lgamma;
using triptych::log;
using triptych::log1p;
using triptych::logical_and;
using triptych::logical_not;
using triptych::logical_or;
using triptych::logical_xor;
using triptych::maximum;
using triptych::minimum;
using triptych::multiply_no_nan;
using triptych::ndtri;
using triptych::nextafter;
using triptych::not_equal;
using triptych::pow;
using triptych::real;
using triptych::reciprocal;
using triptych::reciprocal_no_nan;
using triptych::round;
using triptych::rsqrt;
using triptych::sigmoid;
using triptych::sign;
using triptych::sin;
using triptych::sinh;
using triptych::softsign;
using triptych::sqrt;
using triptych::square;
using triptych::tan;
using triptych::tanh;
using triptych::xdivy;
using triptych::xlog1py;
using triptych::xlogy;
using triptych::zeta;

// Other words for the same.
inline Tensor subtract(const Arg& x, const Arg& y) { return sub(x, y); }
inline Tensor multiply(const Arg& x, const Arg& y) { return mul(x, y); }
inline Tensor divide(const Arg& x, const Arg& y) { return div(x, y); }
inline Tensor truediv(const Arg& x, const Arg& y) { return div(x, y); }
inline Tensor floordiv(const Arg& x, const Arg& y) { return floor_divide(x, y); }
inline Tensor floormod(const Arg& x, const Arg& y) { return remainder(x, y); }
inline Tensor mod(const Arg& x, const Arg& y) { return remainder(x, y); }
inline Tensor negative(const Arg& x) { return neg(x); }
inline Tensor rint(const Arg& x) { return triptych::round(x); }
inline Tensor is_nan(const Arg& x) { return isnan(x); }
inline Tensor is_inf(const Arg& x) { return isinf(x); }
inline Tensor is_finite(const Arg& x) { return isfinite(x); }
inline Tensor log_sigmoid(const Arg& x) { return triptych::log_sigmoid(x); }
inline Tensor softplus(const Arg& features) { return triptych::softplus(features); }
inline Tensor softmax(const Arg& logits, std::int64_t axis = -1) { return triptych::softmax(logits, axis); }
inline Tensor log_softmax(const Arg& logits, std::int64_t axis = -1) { return triptych::log_softmax(logits, axis); }
inline Tensor squared_difference(const Arg& x, const Arg& y) {
  const Frame frame(x.where());
  return triptych::square(sub(x, y));
}
inline Tensor scalar_mul(const Arg& scalar, const Arg& x) { return mul(scalar, x); }
inline Tensor polygamma(std::int64_t a, const Arg& x) { return triptych::polygamma(a, x); }
inline Tensor bessel_i0(const Arg& x) { return i0(x); }
inline Tensor bessel_i0e(const Arg& x) { return i0e(x); }
inline Tensor bessel_i1(const Arg& x) { return i1(x); }
inline Tensor bessel_i1e(const Arg& x) { return i1e(x); }
/// coeffs[0] x^(n - 1) + ... + coeffs[n - 1]; 0 of no coefficients.
TRIPTYCH_API Tensor polyval(const std::vector<Tensor>& coeffs, const Arg& x);
/// The logarithm of the beta function of the last axis: the sum of lgamma(x) less lgamma of the sum.
TRIPTYCH_API Tensor lbeta(const Arg& x);
inline Tensor add_n(const std::vector<Tensor>& inputs, Location where = Location::here()) {
  const Frame frame(where);
  return triptych::sum(stack(inputs, 0), 0);
}
inline Tensor accumulate_n(const std::vector<Tensor>& inputs, Location where = Location::here()) {
  return add_n(inputs, where);
}

// Reductions: over all axes, or over `axis`.
inline Tensor reduce_sum(const Arg& input) { return sum(input); }
inline Tensor reduce_sum(const Arg& input, const Axes& axis, bool keepdims = false) {
  return sum(input, axis, keepdims);
}
inline Tensor reduce_mean(const Arg& input) { return mean(input); }
inline Tensor reduce_mean(const Arg& input, const Axes& axis, bool keepdims = false) {
  return mean(input, axis, keepdims);
}
inline Tensor reduce_prod(const Arg& input) { return prod(input); }
inline Tensor reduce_prod(const Arg& input, const Axes& axis, bool keepdims = false) {
  return prod(input, axis, keepdims);
}
inline Tensor reduce_max(const Arg& input) { return max(input); }
inline Tensor reduce_max(const Arg& input, const Axes& axis, bool keepdims = false) {
  return max(input, axis, keepdims);
}
inline Tensor reduce_min(const Arg& input) { return min(input); }
inline Tensor reduce_min(const Arg& input, const Axes& axis, bool keepdims = false) {
  return min(input, axis, keepdims);
}
inline Tensor reduce_any(const Arg& input) { return any(input); }
inline Tensor reduce_any(const Arg& input, const Axes& axis, bool keepdims = false) {
  return any(input, axis, keepdims);
}
inline Tensor reduce_all(const Arg& input) { return all(input); }
inline Tensor reduce_all(const Arg& input, const Axes& axis, bool keepdims = false) {
  return all(input, axis, keepdims);
}
inline Tensor reduce_logsumexp(const Arg& input) { return logsumexp(input); }
inline Tensor reduce_logsumexp(const Arg& input, const Axes& axis, bool keepdims = false) {
  return logsumexp(input, axis, keepdims);
}
/// Of the whole population: divided by n, not by n - 1.
inline Tensor reduce_variance(const Arg& input) { return population_var(input); }
inline Tensor reduce_variance(const Arg& input, const Axes& axis, bool keepdims = false) {
  return population_var(input, axis, keepdims);
}
inline Tensor reduce_std(const Arg& input) { return population_std(input); }
inline Tensor reduce_std(const Arg& input, const Axes& axis, bool keepdims = false) {
  return population_std(input, axis, keepdims);
}
using triptych::count_nonzero;
using triptych::reduce_euclidean_norm;
/// Along the first axis, unless another is given.
inline Tensor argmax(const Arg& input, std::int64_t axis = 0, DType output_type = int64) {
  const Frame frame(input.where());
  return cast(triptych::argmax(input, axis), output_type);
}
inline Tensor argmin(const Arg& input, std::int64_t axis = 0, DType output_type = int64) {
  const Frame frame(input.where());
  return cast(triptych::argmin(input, axis), output_type);
}
inline Tensor zero_fraction(const Arg& value) {
  const Frame frame(value.where());
  return triptych::mean(cast(triptych::equal(value, 0), float32));
}
/// Whether each element is above (no less than) the one before it, in row-major order.
TRIPTYCH_API Tensor is_strictly_increasing(const Arg& x);
TRIPTYCH_API Tensor is_non_decreasing(const Arg& x);

// Scans and order.
/// The sums (products) up to each element: without it where `exclusive`, from the end on where `reverse`.
TRIPTYCH_API Tensor cumsum(const Arg& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
TRIPTYCH_API Tensor cumprod(const Arg& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
TRIPTYCH_API Tensor cumulative_logsumexp(const Arg& x, std::int64_t axis = 0, bool exclusive = false,
                                         bool reverse = false);
/// The k largest elements of the last axis; they are sorted with `sorted` or without.
inline ValuesAndIndices top_k(const Arg& input, std::int64_t k = 1, bool sorted = true) {
  return topk(input, k, -1, true, sorted);
}
/// The k largest (smallest) elements: exactly, whatever the recall.
inline ValuesAndIndices approx_max_k(const Arg& operand, std::int64_t k, std::int64_t reduction_dimension = -1) {
  return topk(operand, k, reduction_dimension);
}
inline ValuesAndIndices approx_min_k(const Arg& operand, std::int64_t k, std::int64_t reduction_dimension = -1) {
  return topk(operand, k, reduction_dimension, false);
}
/// How often 0, 1, ... occur, flattened; with weights their sums. As long as the largest element says, at least
/// `minlength` and at most `maxlength`.
TRIPTYCH_API Tensor bincount(const Arg& arr, const Tensor& weights = {}, std::int64_t minlength = 0,
                             std::optional<std::int64_t> maxlength = {});
/// How often the class of each row was taken for that of each column, int32 or the weights' dtype; without
/// `num_classes` as many as the largest label says, whose value must then be known.
TRIPTYCH_API Tensor confusion_matrix(const Arg& labels, const Arg& predictions,
                                     std::optional<std::int64_t> num_classes = {}, const Tensor& weights = {},
                                     DType dtype = int32);
/// y with y[x[i]] = i, for a permutation x of 0, 1, ...
TRIPTYCH_API Tensor invert_permutation(const Arg& x);

using triptych::l2_normalize;
using triptych::segment_max;
using triptych::segment_mean;
using triptych::segment_min;
using triptych::segment_prod;
using triptych::segment_sum;
using triptych::unsorted_segment_max;
using triptych::unsorted_segment_mean;
using triptych::unsorted_segment_min;
using triptych::unsorted_segment_prod;
using triptych::unsorted_segment_sqrt_n;
using triptych::unsorted_segment_sum;

}  // namespace triptych::lowlevel::math

namespace triptych::lowlevel::bitwise {

using triptych::bitwise_and;
using triptych::bitwise_or;
using triptych::bitwise_xor;
inline Tensor invert(const Arg& x) { return bitwise_not(x); }
inline Tensor left_shift(const Arg& x, const Arg& y) { return bitwise_left_shift(x, y); }
inline Tensor right_shift(const Arg& x, const Arg& y) { return bitwise_right_shift(x, y); }

}  // namespace triptych::lowlevel::bitwise
