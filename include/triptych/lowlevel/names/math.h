// tf.math and the mathematics at tf's root, with TensorFlow's order of arguments and defaults: `tf::reduce_mean(x, 1)`.
// They add nothing to the vocabulary: each is a function of core/ops.h.
#pragma once

#include <vector>

#include "triptych/core/ops.h"

namespace triptych::lowlevel::math {

using triptych::abs;
using triptych::acos;
using triptych::acosh;
using triptych::add;
using triptych::asin;
using triptych::asinh;
using triptych::atan;
using triptych::atan2;
using triptych::atanh;
using triptych::ceil;
using triptych::cos;
using triptych::cosh;
using triptych::digamma;
using triptych::equal;
using triptych::erf;
using triptych::erfc;
using triptych::erfinv;
using triptych::exp;
using triptych::expm1;
using triptych::floor;
using triptych::greater;
using triptych::greater_equal;
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
using triptych::not_equal;
using triptych::pow;
using triptych::reciprocal;
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
using triptych::xlogy;

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
/// x / y, and 0 where y is 0.
inline Tensor divide_no_nan(const Arg& x, const Arg& y) {
  const Frame frame(x.where());
  const Tensor zero = triptych::equal(y, 0);
  return masked_fill(div(x, masked_fill(y, zero, 1)), zero, 0);
}
/// x * y, and 0 where y is 0, whatever x is.
inline Tensor multiply_no_nan(const Arg& x, const Arg& y) {
  const Frame frame(x.where());
  return masked_fill(mul(x, y), triptych::equal(y, 0), 0);
}
inline Tensor reciprocal_no_nan(const Arg& x) {
  const Frame frame(x.where());
  const Tensor zero = triptych::equal(x, 0);
  return masked_fill(triptych::reciprocal(masked_fill(x, zero, 1)), zero, 0);
}
inline Tensor add_n(const std::vector<Tensor>& inputs, Location where = Location::here()) {
  const Frame frame(where);
  return triptych::sum(stack(inputs, 0), 0);
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
inline Tensor reduce_variance(const Arg& input) { return flatten(input).var(0, {.correction = 0}, input.where()); }
inline Tensor reduce_variance(const Arg& input, const Axes& axis, bool keepdims = false) {
  return var(input, axis, {.correction = 0, .keepdims = keepdims});
}
inline Tensor reduce_std(const Arg& input) { return flatten(input).std(0, {.correction = 0}, input.where()); }
inline Tensor reduce_std(const Arg& input, const Axes& axis, bool keepdims = false) {
  return triptych::std(input, axis, {.correction = 0, .keepdims = keepdims});
}
using triptych::count_nonzero;
using triptych::reduce_euclidean_norm;
/// Along the first axis, unless another is given.
inline Tensor argmax(const Arg& input, std::int64_t axis = 0) { return triptych::argmax(input, axis); }
inline Tensor argmin(const Arg& input, std::int64_t axis = 0) { return triptych::argmin(input, axis); }
inline Tensor zero_fraction(const Arg& value) {
  const Frame frame(value.where());
  return triptych::mean(cast(triptych::equal(value, 0), float32));
}

// Scans and order.
inline Tensor cumsum(const Arg& x, std::int64_t axis = 0) { return triptych::cumsum(x, axis); }
inline Tensor cumprod(const Arg& x, std::int64_t axis = 0) { return triptych::cumprod(x, axis); }
inline Tensor cumulative_logsumexp(const Arg& x, std::int64_t axis = 0) { return logcumsumexp(x, axis); }
/// The k largest elements of the last axis.
inline ValuesAndIndices top_k(const Arg& input, std::int64_t k = 1) { return topk(input, k); }
inline Tensor bincount(const Arg& arr) { return triptych::bincount(arr); }

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
