// keras.ops, the part that is NumPy's: names, order of arguments and defaults are Keras 3's.
#pragma once

#include <concepts>
#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/bessel.h"
#include "triptych/core/ops/integers.h"
#include "triptych/core/ops/moments.h"
#include "triptych/core/ops/nan_statistics.h"
#include "triptych/core/ops/no_nan.h"
#include "triptych/core/ops/real_numbers.h"
#include "triptych/core/ops/spacing.h"
#include "triptych/keras/ops/sizes.h"

namespace triptych::keras::ops {

// The same in both.
using triptych::abs;
using triptych::add;
using triptych::all;
using triptych::allclose;
using triptych::amax;
using triptych::amin;
using triptych::angle;
using triptych::any;
using triptych::arange;
using triptych::argmax;
using triptych::argmin;
using triptych::argsort;
using triptych::array_split;
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
using triptych::conj;
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
using triptych::divide_no_nan;
using triptych::dstack;
using triptych::einsum;
using triptych::empty;
using triptych::empty_like;
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
using triptych::gcd;
using triptych::geomspace;
using triptych::greater;
using triptych::greater_equal;
using triptych::heaviside;
using triptych::hstack;
using triptych::hypot;
using triptych::i0;
using triptych::imag;
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
using triptych::lcm;
using triptych::ldexp;
using triptych::less;
using triptych::less_equal;
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
using triptych::logspace;
using triptych::matmul;
using triptych::max;
using triptych::maximum;
using triptych::mean;
using triptych::min;
using triptych::minimum;
using triptych::moveaxis;
using triptych::nan_to_num;
using triptych::nanargmax;
using triptych::nanargmin;
using triptych::nanmax;
using triptych::nanmean;
using triptych::nanmin;
using triptych::nanprod;
using triptych::nansum;
using triptych::negative;
using triptych::nextafter;
using triptych::not_equal;
using triptych::ones;
using triptych::ones_like;
using triptych::prod;
using triptych::ptp;
using triptych::rad2deg;
using triptych::ravel;
using triptych::real;
using triptych::reciprocal;
using triptych::repeat;
using triptych::reshape;
using triptych::roll;
using triptych::rot90;
using triptych::round;
using triptych::rsqrt;
using triptych::sign;
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
using triptych::tri;
using triptych::tril;
using triptych::triu;
using triptych::true_divide;
using triptych::trunc;
using triptych::unravel_index;
using triptych::vstack;
using triptych::where;
using triptych::zeros;
using triptych::zeros_like;

/// `num` numbers from start to stop; without `endpoint` as if there were one more, which is left out.
TRIPTYCH_API Tensor linspace(double start, double stop, std::int64_t num = 50, bool endpoint = true,
                             std::optional<DType> dtype = {}, Location where = Location::here());
inline Tensor linspace(double start, double stop, std::int64_t num, DType dtype, Location where = Location::here()) {
  return triptych::linspace(start, stop, num, dtype, where);
}
/// The parts along `axis`, each one without it. ArgumentError if they are not `num`, where it is given.
TRIPTYCH_API std::vector<Tensor> unstack(const Arg& x, std::optional<std::int64_t> num = {}, std::int64_t axis = 0);

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
TRIPTYCH_API Tensor signbit(const Arg& x);
// Statistics.
TRIPTYCH_API Tensor bincount(const Arg& x, BincountOptions options = {});
/// Of the whole population: divided by n, not by n - 1.
inline Tensor var(const Arg& x) { return population_var(x); }
inline Tensor var(const Arg& x, const Axes& axis, bool keepdims = false) { return population_var(x, axis, keepdims); }
inline Tensor std(const Arg& x) { return population_std(x); }
inline Tensor std(const Arg& x, const Axes& axis, bool keepdims = false) { return population_std(x, axis, keepdims); }
/// The same without NaN.
inline Tensor nanvar(const Arg& x) { return triptych::nanvar(x); }
inline Tensor nanvar(const Arg& x, const Axes& axis, bool keepdims = false) {
  return triptych::nanvar(x, axis, {.correction = 0, .keepdims = keepdims});
}
inline Tensor nanstd(const Arg& x) { return triptych::nanstd(x); }
inline Tensor nanstd(const Arg& x, const Axes& axis, bool keepdims = false) {
  return triptych::nanstd(x, axis, {.correction = 0, .keepdims = keepdims});
}
inline Tensor average(const Arg& x) { return triptych::mean(x); }
inline Tensor average(const Arg& x, const Axes& axis) { return triptych::mean(x, axis); }
/// With weights of x's shape, or one for each element along `axis`.
TRIPTYCH_API Tensor average(const Arg& x, std::optional<std::int64_t> axis, const Tensor& weights);
/// The middle, or the mean of the two in the middle.
inline Tensor median(const Arg& x) { return triptych::quantile(x, 0.5); }
inline Tensor median(const Arg& x, std::int64_t axis, bool keepdims = false) {
  return triptych::quantile(x, 0.5, {.axis = axis, .keepdims = keepdims});
}
/// The median and quantiles of the elements that are not NaN.
inline Tensor nanmedian(const Arg& x) { return triptych::nanquantile(x, 0.5); }
inline Tensor nanmedian(const Arg& x, std::int64_t axis, bool keepdims = false) {
  return triptych::nanquantile(x, 0.5, {.axis = axis, .keepdims = keepdims});
}
/// q: shares from 0 to 1 (of `percentile`: from 0 to 100); without an axis of all elements.
inline Tensor quantile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis = {},
                       const OwnedText& method = "linear", bool keepdims = false) {
  return triptych::quantile(x, q, {.axis = axis, .keepdims = keepdims, .interpolation = method});
}
inline Tensor nanquantile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis = {},
                          const OwnedText& method = "linear", bool keepdims = false) {
  return triptych::nanquantile(x, q, {.axis = axis, .keepdims = keepdims, .interpolation = method});
}
TRIPTYCH_API Tensor percentile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis = {},
                               const OwnedText& method = "linear", bool keepdims = false);
TRIPTYCH_API Tensor nanpercentile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis = {},
                                  const OwnedText& method = "linear", bool keepdims = false);
/// Counts in equal bins between x's ends, or those of `range`, and the bins' edges.
TRIPTYCH_API Histogram histogram(const Arg& x, std::int64_t bins = 10,
                                 std::optional<std::pair<double, double>> range = {});
/// Of the elements in row-major order, or along `axis`.
using triptych::cumprod;
using triptych::cumsum;
inline Tensor cumsum(const Arg& x) { return triptych::cumsum(Arg(flatten(x), x.where()), 0); }
inline Tensor cumprod(const Arg& x) { return triptych::cumprod(Arg(flatten(x), x.where()), 0); }
/// The same with 0 (1) for NaN.
using triptych::nancumprod;
using triptych::nancumsum;
inline Tensor nancumsum(const Arg& x) { return triptych::nancumsum(Arg(flatten(x), x.where()), 0); }
inline Tensor nancumprod(const Arg& x) { return triptych::nancumprod(Arg(flatten(x), x.where()), 0); }
inline Tensor trace(const Arg& x, std::int64_t offset = 0, std::int64_t axis1 = 0, std::int64_t axis2 = 1) {
  const Frame frame(x.where());
  return triptych::sum(triptych::diagonal(x, offset, axis1, axis2), -1);
}

// Order.
inline Tensor sort(const Arg& x, std::int64_t axis = -1) { return triptych::sort(x, axis).values; }
/// Places whose element before is smaller, and the one behind larger: kth in their order.
inline Tensor argpartition(const Arg& x, std::int64_t kth, std::int64_t axis = -1) {
  static_cast<void>(kth);  // all are in order, that one among them
  return triptych::argsort(x, axis);
}
/// side: "left" or "right" of equal ones.
TRIPTYCH_API Tensor searchsorted(const Arg& sorted_sequence, const Arg& values, Text side = "left");
/// The different elements in ascending order.
using triptych::unique;
/// Where x is not zero: a vector for each dimension.
inline std::vector<Tensor> nonzero(const Arg& x) { return triptych::where(x); }
/// The bin of each element between `bins`, which are sorted.
inline Tensor digitize(const Arg& x, const Arg& bins) { return bucketize(x, bins, true, true); }

// Shapes.
inline Tensor conjugate(const Arg& x) { return conj(x); }
/// The number of elements, int32.
TRIPTYCH_API Tensor size(const Arg& x);
/// x[{...}]: numbers, slices, masks and index tensors.
inline Tensor get_item(const Arg& x, const std::vector<Index>& key) { return index(x, key); }
/// Equal parts along axis 1 (of a vector 0), 0 and 2; or cut at these places.
inline std::vector<Tensor> hsplit(const Arg& x, std::int64_t indices_or_sections) {
  return triptych::hsplit(x, indices_or_sections);
}
inline std::vector<Tensor> vsplit(const Arg& x, std::int64_t indices_or_sections) {
  return triptych::vsplit(x, indices_or_sections);
}
inline std::vector<Tensor> dsplit(const Arg& x, std::int64_t indices_or_sections) {
  return triptych::dsplit(x, indices_or_sections);
}
TRIPTYCH_API std::vector<Tensor> hsplit(const Arg& x, const std::vector<std::int64_t>& indices);
TRIPTYCH_API std::vector<Tensor> vsplit(const Arg& x, const std::vector<std::int64_t>& indices);
TRIPTYCH_API std::vector<Tensor> dsplit(const Arg& x, const std::vector<std::int64_t>& indices);
/// Of the first condition that is true its choice, `default_value` where none is.
TRIPTYCH_API Tensor select(const std::vector<Tensor>& condlist, const std::vector<Tensor>& choicelist,
                           const Arg& default_value = 0);
/// The powers of a vector's elements, from N - 1 down to 0, or up; N: as many as elements.
TRIPTYCH_API Tensor vander(const Arg& x, std::optional<std::int64_t> N = {}, bool increasing = false);
/// The sums of products of a vector with another one that is moved along it, as NumPy's: "valid", "same" or "full".
TRIPTYCH_API Tensor correlate(const Arg& x1, const Arg& x2, Text mode = "valid");
/// Windows of n weights, symmetric.
inline Tensor bartlett(std::int64_t x, Location where = Location::here()) {
  return bartlett_window(x, false, float32, where);
}
inline Tensor blackman(std::int64_t x, Location where = Location::here()) {
  return blackman_window(x, false, float32, where);
}
inline Tensor hamming(std::int64_t x, Location where = Location::here()) {
  return hamming_window(x, false, 0.54, 0.46, float32, where);
}
inline Tensor hanning(std::int64_t x, Location where = Location::here()) {
  return hann_window(x, false, float32, where);
}
inline Tensor kaiser(std::int64_t x, double beta, Location where = Location::here()) {
  return kaiser_window(x, false, beta, float32, where);
}
/// Dimensions taken apart, put together and put in order by name, as einops writes it: "b (h w) c -> b h w c", with
/// the lengths that do not follow from x's shape.
TRIPTYCH_API Tensor rearrange(const Arg& tensor, Text pattern,
                              const std::vector<std::pair<OwnedText, std::int64_t>>& axes_lengths = {});
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
