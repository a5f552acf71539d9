// keras.ops, the part that is NumPy's: names, order of arguments and defaults are Keras 3's.
#pragma once

#include <vector>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

// The same in both.
using triptych::abs;
using triptych::add;
using triptych::all;
using triptych::amax;
using triptych::amin;
using triptych::any;
using triptych::arange;
using triptych::argmax;
using triptych::argmin;
using triptych::argsort;
using triptych::array_split;
using triptych::bincount;
using triptych::bitwise_and;
using triptych::bitwise_left_shift;
using triptych::bitwise_not;
using triptych::bitwise_or;
using triptych::bitwise_right_shift;
using triptych::bitwise_xor;
using triptych::broadcast_to;
using triptych::ceil;
using triptych::clip;
using triptych::concatenate;
using triptych::corrcoef;
using triptych::cos;
using triptych::cosh;
using triptych::count_nonzero;
using triptych::cross;
using triptych::deg2rad;
using triptych::diag;
using triptych::diagflat;
using triptych::diagonal;
using triptych::diff;
using triptych::dstack;
using triptych::einsum;
using triptych::equal;
using triptych::exp;
using triptych::exp2;
using triptych::expm1;
using triptych::eye;
using triptych::flip;
using triptych::fliplr;
using triptych::flipud;
using triptych::floor;
using triptych::floor_divide;
using triptych::fmax;
using triptych::fmin;
using triptych::fmod;
using triptych::full;
using triptych::full_like;
using triptych::greater;
using triptych::greater_equal;
using triptych::heaviside;
using triptych::hstack;
using triptych::hypot;
using triptych::inner;
using triptych::isclose;
using triptych::isfinite;
using triptych::isin;
using triptych::isinf;
using triptych::isnan;
using triptych::isneginf;
using triptych::isposinf;
using triptych::isreal;
using triptych::kron;
using triptych::ldexp;
using triptych::less;
using triptych::less_equal;
using triptych::linspace;
using triptych::log;
using triptych::log10;
using triptych::log1p;
using triptych::log2;
using triptych::logaddexp;
using triptych::logaddexp2;
using triptych::logical_and;
using triptych::logical_not;
using triptych::logical_or;
using triptych::logical_xor;
using triptych::matmul;
using triptych::max;
using triptych::maximum;
using triptych::mean;
using triptych::min;
using triptych::minimum;
using triptych::moveaxis;
using triptych::nan_to_num;
using triptych::nanmean;
using triptych::nansum;
using triptych::negative;
using triptych::not_equal;
using triptych::ones;
using triptych::ones_like;
using triptych::prod;
using triptych::ptp;
using triptych::rad2deg;
using triptych::ravel;
using triptych::reciprocal;
using triptych::repeat;
using triptych::reshape;
using triptych::roll;
using triptych::rot90;
using triptych::round;
using triptych::rsqrt;
using triptych::sign;
using triptych::signbit;
using triptych::sin;
using triptych::sinc;
using triptych::sinh;
using triptych::sqrt;
using triptych::square;
using triptych::squeeze;
using triptych::stack;
using triptych::sum;
using triptych::swapaxes;
using triptych::take;
using triptych::take_along_axis;
using triptych::tan;
using triptych::tanh;
using triptych::tensordot;
using triptych::tile;
using triptych::trapezoid;
using triptych::tril;
using triptych::triu;
using triptych::true_divide;
using triptych::trunc;
using triptych::unstack;
using triptych::vstack;
using triptych::where;
using triptych::zeros;
using triptych::zeros_like;

// Other words for the same.
inline Tensor absolute(const Arg& x) { return abs(x); }
inline Tensor fabs(const Arg& x) { return abs(x); }
inline Tensor arccos(const Arg& x) { return acos(x); }
inline Tensor arccosh(const Arg& x) { return acosh(x); }
inline Tensor arcsin(const Arg& x) { return asin(x); }
inline Tensor arcsinh(const Arg& x) { return asinh(x); }
inline Tensor arctan(const Arg& x) { return atan(x); }
inline Tensor arctan2(const Arg& x1, const Arg& x2) { return atan2(x1, x2); }
inline Tensor arctanh(const Arg& x) { return atanh(x); }
inline Tensor bitwise_invert(const Arg& x) { return bitwise_not(x); }
inline Tensor left_shift(const Arg& x, const Arg& y) { return bitwise_left_shift(x, y); }
inline Tensor right_shift(const Arg& x, const Arg& y) { return bitwise_right_shift(x, y); }
inline Tensor divide(const Arg& x1, const Arg& x2) { return div(x1, x2); }
inline Tensor mod(const Arg& x1, const Arg& x2) { return remainder(x1, x2); }
inline Tensor multiply(const Arg& x1, const Arg& x2) { return mul(x1, x2); }
inline Tensor power(const Arg& x1, const Arg& x2) { return pow(x1, x2); }
inline Tensor subtract(const Arg& x1, const Arg& x2) { return sub(x1, x2); }
inline Tensor expand_dims(const Arg& x, std::int64_t axis) { return unsqueeze(x, axis); }
inline Tensor cbrt(const Arg& x) {
  const Frame frame(x.where());
  return sign(x) * pow(abs(x), 1.0 / 3);
}
/// x1 / x2, and 0 where x2 is 0.
inline Tensor divide_no_nan(const Arg& x1, const Arg& x2) {
  const Frame frame(x1.where());
  const Tensor zero = equal(x2, 0);
  return masked_fill(div(x1, masked_fill(x2, zero, 1)), zero, 0);
}

// Statistics.
/// Of the whole population: divided by n, not by n - 1.
inline Tensor var(const Arg& x) { return flatten(x).var(0, {.correction = 0}, x.where()); }
inline Tensor var(const Arg& x, const Axes& axis, bool keepdims = false) {
  return triptych::var(x, axis, {.correction = 0, .keepdims = keepdims});
}
inline Tensor std(const Arg& x) { return flatten(x).std(0, {.correction = 0}, x.where()); }
inline Tensor std(const Arg& x, const Axes& axis, bool keepdims = false) {
  return triptych::std(x, axis, {.correction = 0, .keepdims = keepdims});
}
inline Tensor average(const Arg& x) { return triptych::mean(x); }
inline Tensor average(const Arg& x, const Axes& axis) { return triptych::mean(x, axis); }
/// The middle, or the mean of the two in the middle.
inline Tensor median(const Arg& x) { return triptych::quantile(x, 0.5); }
inline Tensor median(const Arg& x, std::int64_t axis, bool keepdims = false) {
  return triptych::quantile(x, 0.5, {.axis = axis, .keepdims = keepdims});
}
inline Tensor quantile(const Arg& x, const Arg& q) { return triptych::quantile(x, q); }
inline Tensor quantile(const Arg& x, const Arg& q, std::int64_t axis, bool keepdims = false) {
  return triptych::quantile(x, q, {.axis = axis, .keepdims = keepdims});
}
/// Of the elements in row-major order, or along `axis`.
using triptych::cumprod;
using triptych::cumsum;
inline Tensor cumsum(const Arg& x) { return triptych::cumsum(Arg(flatten(x), x.where()), 0); }
inline Tensor cumprod(const Arg& x) { return triptych::cumprod(Arg(flatten(x), x.where()), 0); }
inline Tensor trace(const Arg& x) { return triptych::linalg::trace(x); }

// Order.
inline Tensor sort(const Arg& x, std::int64_t axis = -1) { return triptych::sort(x, axis).values; }
inline Tensor searchsorted(const Arg& sorted_sequence, const Arg& values) {
  return triptych::searchsorted(sorted_sequence, values);
}
/// The bin of each element between `bins`, which are sorted.
inline Tensor digitize(const Arg& x, const Arg& bins) { return bucketize(x, bins, true, true); }

// Shapes.
inline Tensor append(const Arg& x1, const Arg& x2) { return concat({flatten(x1), flatten(x2)}, 0, x1.where()); }
inline Tensor append(const Arg& x1, const Arg& x2, std::int64_t axis) {
  return concat({x1.tensor(), x2.tensor()}, axis, x1.where());
}
inline Tensor array(const Arg& x) { return identity(x); }
inline Tensor copy(const Arg& x) { return x.tensor().clone(x.where()); }
inline Tensor transpose(const Arg& x) { return x.tensor().T(x.where()); }
inline Tensor transpose(const Arg& x, const Axes& axes) { return permute(x, axes); }
inline Tensor flip(const Arg& x) {
  Axes all;
  for (int axis = 0; axis < x.tensor().ndim(x.where()); ++axis) all.append(axis);
  return triptych::flip(x, all);
}
/// As many equal parts; or cut at these places.
inline std::vector<Tensor> split(const Arg& x, std::int64_t indices_or_sections, std::int64_t axis = 0) {
  return tensor_split(x, indices_or_sections, axis);
}
inline std::vector<Tensor> split(const Arg& x, const std::vector<std::int64_t>& indices, std::int64_t axis = 0) {
  return tensor_split(x, indices, axis);
}
inline Tensor pad(const Arg& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& pad_width) {
  return triptych::pad(x, pad_width);
}
/// mode: "constant", "reflect", "symmetric", "edge", "wrap".
inline Tensor pad(const Arg& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& pad_width, Text mode) {
  const std::string_view name = mode;
  if (name == "constant") return triptych::pad(x, pad_width);
  return triptych::pad(x, pad_width, name == "edge" ? Text("replicate") : name == "wrap" ? Text("circular") : mode);
}
/// Columns and rows change places, as in images: "xy"; or "ij".
inline std::vector<Tensor> meshgrid(const std::vector<Tensor>& x, Text indexing = "xy",
                                    Location where = Location::here()) {
  return triptych::meshgrid(x, indexing, where);
}
inline Tensor identity(std::int64_t n, DType dtype = float32, Location where = Location::here()) {
  return eye(n, n, dtype, where);
}
/// Of all elements in row-major order.
inline Tensor outer(const Arg& x1, const Arg& x2) {
  return triptych::outer(Arg(flatten(x1), x1.where()), Arg(flatten(x2), x2.where()));
}
inline Tensor vdot(const Arg& x1, const Arg& x2) {
  return triptych::vdot(Arg(flatten(x1), x1.where()), Arg(flatten(x2), x2.where()));
}
/// The dot product of NumPy: of vectors and matrices, over the last axis of x1 and the last but one of x2.
inline Tensor dot(const Arg& x1, const Arg& x2) { return triptych::matmul(x1, x2); }

}  // namespace triptych::keras::ops
