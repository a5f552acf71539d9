// Made by scripts/vocabulary/make_methods.py: the vocabulary as methods of Tensor.
// clang-format off
#include "core/tensor/inplace.h"
#include "triptych/core/ops.h"

namespace triptych {

const Tensor& TensorMethods::self() const { return static_cast<const Tensor&>(*this); }
Tensor& TensorMethods::self() { return static_cast<Tensor&>(*this); }

Tensor TensorMethods::abs(Location where) const {
  return triptych::abs(Arg(self(), where));
}
Tensor TensorMethods::absolute(Location where) const {
  return triptych::abs(Arg(self(), where));
}
Tensor TensorMethods::acos(Location where) const {
  return triptych::acos(Arg(self(), where));
}
Tensor TensorMethods::acosh(Location where) const {
  return triptych::acosh(Arg(self(), where));
}
Tensor TensorMethods::add(const Arg& b) const {
  return triptych::add(Arg(self(), b.where()), b);
}
Tensor TensorMethods::add(const Arg& b, Scalar alpha) const {
  return triptych::add(Arg(self(), b.where()), b, alpha);
}
Tensor TensorMethods::addbmm(const Arg& a, const Arg& b) const {
  return triptych::addbmm(Arg(self(), a.where()), a, b);
}
Tensor TensorMethods::addbmm(const Arg& a, const Arg& b, ScaledSumOptions options) const {
  return triptych::addbmm(Arg(self(), a.where()), a, b, options);
}
Tensor TensorMethods::addcdiv(const Arg& tensor1, const Arg& tensor2, Scalar value) const {
  return triptych::addcdiv(Arg(self(), tensor1.where()), tensor1, tensor2, value);
}
Tensor TensorMethods::addcmul(const Arg& tensor1, const Arg& tensor2, Scalar value) const {
  return triptych::addcmul(Arg(self(), tensor1.where()), tensor1, tensor2, value);
}
Tensor TensorMethods::addmm(const Arg& a, const Arg& b) const {
  return triptych::addmm(Arg(self(), a.where()), a, b);
}
Tensor TensorMethods::addmm(const Arg& a, const Arg& b, ScaledSumOptions options) const {
  return triptych::addmm(Arg(self(), a.where()), a, b, options);
}
Tensor TensorMethods::addmv(const Arg& matrix, const Arg& vector) const {
  return triptych::addmv(Arg(self(), matrix.where()), matrix, vector);
}
Tensor TensorMethods::addmv(const Arg& matrix, const Arg& vector, ScaledSumOptions options) const {
  return triptych::addmv(Arg(self(), matrix.where()), matrix, vector, options);
}
Tensor TensorMethods::addr(const Arg& a, const Arg& b) const {
  return triptych::addr(Arg(self(), a.where()), a, b);
}
Tensor TensorMethods::addr(const Arg& a, const Arg& b, ScaledSumOptions options) const {
  return triptych::addr(Arg(self(), a.where()), a, b, options);
}
Tensor TensorMethods::adjoint(Location where) const {
  return triptych::adjoint(Arg(self(), where));
}
Tensor TensorMethods::all(Location where) const {
  return triptych::all(Arg(self(), where));
}
Tensor TensorMethods::all(const Axes& axes, bool keepdims, Location where) const {
  return triptych::all(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::amax(Location where) const {
  return triptych::amax(Arg(self(), where));
}
Tensor TensorMethods::amax(const Axes& axes, bool keepdims, Location where) const {
  return triptych::amax(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::amin(Location where) const {
  return triptych::amin(Arg(self(), where));
}
Tensor TensorMethods::amin(const Axes& axes, bool keepdims, Location where) const {
  return triptych::amin(Arg(self(), where), axes, keepdims);
}
MinMax TensorMethods::aminmax(std::optional<std::int64_t> axis, bool keepdims, Location where) const {
  return triptych::aminmax(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::angle(Location where) const {
  return triptych::angle(Arg(self(), where));
}
Tensor TensorMethods::any(Location where) const {
  return triptych::any(Arg(self(), where));
}
Tensor TensorMethods::any(const Axes& axes, bool keepdims, Location where) const {
  return triptych::any(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::arccos(Location where) const {
  return triptych::acos(Arg(self(), where));
}
Tensor TensorMethods::arccosh(Location where) const {
  return triptych::acosh(Arg(self(), where));
}
Tensor TensorMethods::arcsin(Location where) const {
  return triptych::asin(Arg(self(), where));
}
Tensor TensorMethods::arcsinh(Location where) const {
  return triptych::asinh(Arg(self(), where));
}
Tensor TensorMethods::arctan(Location where) const {
  return triptych::atan(Arg(self(), where));
}
Tensor TensorMethods::arctan2(const Arg& x) const {
  return triptych::atan2(Arg(self(), x.where()), x);
}
Tensor TensorMethods::arctanh(Location where) const {
  return triptych::atanh(Arg(self(), where));
}
Tensor TensorMethods::argmax(Location where) const {
  return triptych::argmax(Arg(self(), where));
}
Tensor TensorMethods::argmax(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::argmax(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::argmin(Location where) const {
  return triptych::argmin(Arg(self(), where));
}
Tensor TensorMethods::argmin(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::argmin(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::argsort(std::int64_t axis, bool descending, bool stable, Location where) const {
  return triptych::argsort(Arg(self(), where), axis, descending, stable);
}
Tensor TensorMethods::argwhere(Location where) const {
  return triptych::argwhere(Arg(self(), where));
}
Tensor TensorMethods::as_strided(const Shape& size, const Axes& strides, std::int64_t storage_offset,
                                 Location where) const {
  return triptych::as_strided(Arg(self(), where), size, strides, storage_offset);
}
Tensor TensorMethods::as_strided_scatter(const Arg& source, const Shape& size, const Axes& strides,
                                         std::int64_t storage_offset) const {
  return triptych::as_strided_scatter(Arg(self(), source.where()), source, size, strides, storage_offset);
}
Tensor TensorMethods::asin(Location where) const {
  return triptych::asin(Arg(self(), where));
}
Tensor TensorMethods::asinh(Location where) const {
  return triptych::asinh(Arg(self(), where));
}
Tensor TensorMethods::atan(Location where) const {
  return triptych::atan(Arg(self(), where));
}
Tensor TensorMethods::atan2(const Arg& x) const {
  return triptych::atan2(Arg(self(), x.where()), x);
}
Tensor TensorMethods::atanh(Location where) const {
  return triptych::atanh(Arg(self(), where));
}
Tensor TensorMethods::baddbmm(const Arg& a, const Arg& b) const {
  return triptych::baddbmm(Arg(self(), a.where()), a, b);
}
Tensor TensorMethods::baddbmm(const Arg& a, const Arg& b, ScaledSumOptions options) const {
  return triptych::baddbmm(Arg(self(), a.where()), a, b, options);
}
Tensor TensorMethods::bincount(Location where) const {
  return triptych::bincount(Arg(self(), where));
}
Tensor TensorMethods::bincount(BincountOptions options, Location where) const {
  return triptych::bincount(Arg(self(), where), options);
}
Tensor TensorMethods::bitwise_and(const Arg& b) const {
  return triptych::bitwise_and(Arg(self(), b.where()), b);
}
Tensor TensorMethods::bitwise_left_shift(const Arg& b) const {
  return triptych::bitwise_left_shift(Arg(self(), b.where()), b);
}
Tensor TensorMethods::bitwise_not(Location where) const {
  return triptych::bitwise_not(Arg(self(), where));
}
Tensor TensorMethods::bitwise_or(const Arg& b) const {
  return triptych::bitwise_or(Arg(self(), b.where()), b);
}
Tensor TensorMethods::bitwise_right_shift(const Arg& b) const {
  return triptych::bitwise_right_shift(Arg(self(), b.where()), b);
}
Tensor TensorMethods::bitwise_xor(const Arg& b) const {
  return triptych::bitwise_xor(Arg(self(), b.where()), b);
}
Tensor TensorMethods::bmm(const Arg& b) const {
  return triptych::bmm(Arg(self(), b.where()), b);
}
Tensor TensorMethods::broadcast_to(const Shape& shape, Location where) const {
  return triptych::broadcast_to(Arg(self(), where), shape);
}
Tensor TensorMethods::ceil(Location where) const {
  return triptych::ceil(Arg(self(), where));
}
Tensor TensorMethods::cholesky(bool upper, Location where) const {
  return triptych::linalg::cholesky(Arg(self(), where), upper);
}
Tensor TensorMethods::cholesky_inverse(bool upper, Location where) const {
  return triptych::linalg::cholesky_inverse(Arg(self(), where), upper);
}
Tensor TensorMethods::cholesky_solve(const Arg& factor, bool upper) const {
  return triptych::linalg::cholesky_solve(Arg(self(), factor.where()), factor, upper);
}
std::vector<Tensor> TensorMethods::chunk(std::int64_t count, std::int64_t axis, Location where) const {
  return triptych::chunk(Arg(self(), where), count, axis);
}
Tensor TensorMethods::clamp(std::optional<Scalar> min, std::optional<Scalar> max, Location where) const {
  return triptych::clamp(Arg(self(), where), min, max);
}
Tensor TensorMethods::clamp(const Tensor& min, Location where) const {
  return triptych::clamp(Arg(self(), where), min);
}
Tensor TensorMethods::clamp(const Tensor& min, const Tensor& max, Location where) const {
  return triptych::clamp(Arg(self(), where), min, max);
}
Tensor TensorMethods::clamp_max(Scalar max, Location where) const {
  return triptych::clamp_max(Arg(self(), where), max);
}
Tensor TensorMethods::clamp_max(const Tensor& max, Location where) const {
  return triptych::clamp_max(Arg(self(), where), max);
}
Tensor TensorMethods::clamp_min(Scalar min, Location where) const {
  return triptych::clamp_min(Arg(self(), where), min);
}
Tensor TensorMethods::clamp_min(const Tensor& min, Location where) const {
  return triptych::clamp_min(Arg(self(), where), min);
}
Tensor TensorMethods::clip(std::optional<Scalar> min, std::optional<Scalar> max, Location where) const {
  return triptych::clip(Arg(self(), where), min, max);
}
Tensor TensorMethods::clip(const Tensor& min, Location where) const {
  return triptych::clip(Arg(self(), where), min);
}
Tensor TensorMethods::clip(const Tensor& min, const Tensor& max, Location where) const {
  return triptych::clip(Arg(self(), where), min, max);
}
Tensor TensorMethods::conj(Location where) const {
  return triptych::conj(Arg(self(), where));
}
Tensor TensorMethods::contiguous(Location where) const {
  return triptych::contiguous(Arg(self(), where));
}
Tensor TensorMethods::copysign(const Arg& b) const {
  return triptych::copysign(Arg(self(), b.where()), b);
}
Tensor TensorMethods::corrcoef(Location where) const {
  return triptych::corrcoef(Arg(self(), where));
}
Tensor TensorMethods::cos(Location where) const {
  return triptych::cos(Arg(self(), where));
}
Tensor TensorMethods::cosh(Location where) const {
  return triptych::cosh(Arg(self(), where));
}
Tensor TensorMethods::count_nonzero(Location where) const {
  return triptych::count_nonzero(Arg(self(), where));
}
Tensor TensorMethods::count_nonzero(const Axes& axes, bool keepdims, Location where) const {
  return triptych::count_nonzero(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::cov(Location where) const {
  return triptych::cov(Arg(self(), where));
}
Tensor TensorMethods::cov(CovOptions options, Location where) const {
  return triptych::cov(Arg(self(), where), options);
}
Tensor TensorMethods::cross(const Arg& b, std::int64_t axis) const {
  return triptych::cross(Arg(self(), b.where()), b, axis);
}
ValuesAndIndices TensorMethods::cummax(std::int64_t axis, Location where) const {
  return triptych::cummax(Arg(self(), where), axis);
}
ValuesAndIndices TensorMethods::cummin(std::int64_t axis, Location where) const {
  return triptych::cummin(Arg(self(), where), axis);
}
Tensor TensorMethods::cumprod(std::int64_t axis, Location where) const {
  return triptych::cumprod(Arg(self(), where), axis);
}
Tensor TensorMethods::cumsum(std::int64_t axis, Location where) const {
  return triptych::cumsum(Arg(self(), where), axis);
}
Tensor TensorMethods::deg2rad(Location where) const {
  return triptych::deg2rad(Arg(self(), where));
}
Tensor TensorMethods::det(Location where) const {
  return triptych::linalg::det(Arg(self(), where));
}
Tensor TensorMethods::diag(std::int64_t k, Location where) const {
  return triptych::diag(Arg(self(), where), k);
}
Tensor TensorMethods::diag_embed(std::int64_t offset, std::int64_t axis1, std::int64_t axis2, Location where) const {
  return triptych::diag_embed(Arg(self(), where), offset, axis1, axis2);
}
Tensor TensorMethods::diagflat(std::int64_t offset, Location where) const {
  return triptych::diagflat(Arg(self(), where), offset);
}
Tensor TensorMethods::diagonal(std::int64_t offset, std::int64_t axis1, std::int64_t axis2, Location where) const {
  return triptych::diagonal(Arg(self(), where), offset, axis1, axis2);
}
Tensor TensorMethods::diagonal_scatter(const Arg& source, std::int64_t offset, std::int64_t axis1,
                                       std::int64_t axis2) const {
  return triptych::diagonal_scatter(Arg(self(), source.where()), source, offset, axis1, axis2);
}
Tensor TensorMethods::diff(std::int64_t n, std::int64_t axis, Location where) const {
  return triptych::diff(Arg(self(), where), n, axis);
}
Tensor TensorMethods::diff(std::int64_t n, std::int64_t axis, DiffOptions options, Location where) const {
  return triptych::diff(Arg(self(), where), n, axis, options);
}
Tensor TensorMethods::digamma(Location where) const {
  return triptych::digamma(Arg(self(), where));
}
Tensor TensorMethods::dist(const Arg& other, double p) const {
  return triptych::dist(Arg(self(), other.where()), other, p);
}
Tensor TensorMethods::div(const Arg& b) const {
  return triptych::div(Arg(self(), b.where()), b);
}
Tensor TensorMethods::divide(const Arg& b) const {
  return triptych::div(Arg(self(), b.where()), b);
}
Tensor TensorMethods::dot(const Arg& b) const {
  return triptych::dot(Arg(self(), b.where()), b);
}
std::vector<Tensor> TensorMethods::dsplit(std::int64_t sections, Location where) const {
  return triptych::dsplit(Arg(self(), where), sections);
}
Tensor TensorMethods::eq(const Arg& b) const {
  return triptych::equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::erf(Location where) const {
  return triptych::erf(Arg(self(), where));
}
Tensor TensorMethods::erfc(Location where) const {
  return triptych::erfc(Arg(self(), where));
}
Tensor TensorMethods::erfinv(Location where) const {
  return triptych::erfinv(Arg(self(), where));
}
Tensor TensorMethods::exp(Location where) const {
  return triptych::exp(Arg(self(), where));
}
Tensor TensorMethods::exp2(Location where) const {
  return triptych::exp2(Arg(self(), where));
}
Tensor TensorMethods::expand(const Shape& shape, Location where) const {
  return triptych::expand(Arg(self(), where), shape);
}
Tensor TensorMethods::expand_as(const Arg& other) const {
  return triptych::expand_as(Arg(self(), other.where()), other);
}
Tensor TensorMethods::expm1(Location where) const {
  return triptych::expm1(Arg(self(), where));
}
Tensor TensorMethods::fix(Location where) const {
  return triptych::trunc(Arg(self(), where));
}
Tensor TensorMethods::flatten(std::int64_t start_dim, std::int64_t end_dim, Location where) const {
  return triptych::flatten(Arg(self(), where), start_dim, end_dim);
}
Tensor TensorMethods::flip(const Axes& axes, Location where) const {
  return triptych::flip(Arg(self(), where), axes);
}
Tensor TensorMethods::fliplr(Location where) const {
  return triptych::fliplr(Arg(self(), where));
}
Tensor TensorMethods::flipud(Location where) const {
  return triptych::flipud(Arg(self(), where));
}
Tensor TensorMethods::float_power(const Arg& b) const {
  return triptych::float_power(Arg(self(), b.where()), b);
}
Tensor TensorMethods::floor(Location where) const {
  return triptych::floor(Arg(self(), where));
}
Tensor TensorMethods::floor_divide(const Arg& b) const {
  return triptych::floor_divide(Arg(self(), b.where()), b);
}
Tensor TensorMethods::fmax(const Arg& b) const {
  return triptych::fmax(Arg(self(), b.where()), b);
}
Tensor TensorMethods::fmin(const Arg& b) const {
  return triptych::fmin(Arg(self(), b.where()), b);
}
Tensor TensorMethods::fmod(const Arg& b) const {
  return triptych::fmod(Arg(self(), b.where()), b);
}
Tensor TensorMethods::frac(Location where) const {
  return triptych::frac(Arg(self(), where));
}
Frexp TensorMethods::frexp(Location where) const {
  return triptych::frexp(Arg(self(), where));
}
Tensor TensorMethods::gather(std::int64_t axis, const Arg& index) const {
  return triptych::gather(Arg(self(), index.where()), axis, index);
}
Tensor TensorMethods::gather(const Arg& index) const {
  return triptych::gather(Arg(self(), index.where()), index);
}
Tensor TensorMethods::gather(const Arg& index, const GatherOptions& options) const {
  return triptych::gather(Arg(self(), index.where()), index, options);
}
Tensor TensorMethods::gcd(const Arg& b) const {
  return triptych::gcd(Arg(self(), b.where()), b);
}
Tensor TensorMethods::ge(const Arg& b) const {
  return triptych::greater_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::ger(const Arg& b) const {
  return triptych::ger(Arg(self(), b.where()), b);
}
Tensor TensorMethods::greater(const Arg& b) const {
  return triptych::greater(Arg(self(), b.where()), b);
}
Tensor TensorMethods::greater_equal(const Arg& b) const {
  return triptych::greater_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::gt(const Arg& b) const {
  return triptych::greater(Arg(self(), b.where()), b);
}
Tensor TensorMethods::hardshrink(double lambd, Location where) const {
  return triptych::hardshrink(Arg(self(), where), lambd);
}
Tensor TensorMethods::heaviside(const Arg& values) const {
  return triptych::heaviside(Arg(self(), values.where()), values);
}
Tensor TensorMethods::histc(std::int64_t bins, double min, double max, Location where) const {
  return triptych::histc(Arg(self(), where), bins, min, max);
}
Histogram TensorMethods::histogram(std::int64_t bins, Location where) const {
  return triptych::histogram(Arg(self(), where), bins);
}
Histogram TensorMethods::histogram(std::int64_t bins, HistogramOptions options, Location where) const {
  return triptych::histogram(Arg(self(), where), bins, options);
}
Histogram TensorMethods::histogram(const Arg& bin_edges) const {
  return triptych::histogram(Arg(self(), bin_edges.where()), bin_edges);
}
Histogram TensorMethods::histogram(const Arg& bin_edges, HistogramOptions options) const {
  return triptych::histogram(Arg(self(), bin_edges.where()), bin_edges, options);
}
std::vector<Tensor> TensorMethods::hsplit(std::int64_t sections, Location where) const {
  return triptych::hsplit(Arg(self(), where), sections);
}
Tensor TensorMethods::hypot(const Arg& b) const {
  return triptych::hypot(Arg(self(), b.where()), b);
}
Tensor TensorMethods::i0(Location where) const {
  return triptych::i0(Arg(self(), where));
}
Tensor TensorMethods::igamma(const Arg& x) const {
  return triptych::igamma(Arg(self(), x.where()), x);
}
Tensor TensorMethods::igammac(const Arg& x) const {
  return triptych::igammac(Arg(self(), x.where()), x);
}
Tensor TensorMethods::index_add(std::int64_t axis, const Arg& index, const Arg& source) const {
  return triptych::index_add(Arg(self(), index.where()), axis, index, source);
}
Tensor TensorMethods::index_add(std::int64_t axis, const Arg& index, const Arg& source, Scalar alpha) const {
  return triptych::index_add(Arg(self(), index.where()), axis, index, source, alpha);
}
Tensor TensorMethods::index_copy(std::int64_t axis, const Arg& index, const Arg& source) const {
  return triptych::index_copy(Arg(self(), index.where()), axis, index, source);
}
Tensor TensorMethods::index_fill(std::int64_t axis, const Arg& index, const Arg& value) const {
  return triptych::index_fill(Arg(self(), index.where()), axis, index, value);
}
Tensor TensorMethods::index_put(const std::vector<Tensor>& indices, const Arg& values, bool accumulate) const {
  return triptych::index_put(Arg(self(), values.where()), indices, values, accumulate);
}
Tensor TensorMethods::index_reduce(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                                   bool include_self) const {
  return triptych::index_reduce(Arg(self(), index.where()), axis, index, source, reduce, include_self);
}
Tensor TensorMethods::index_select(std::int64_t axis, const Arg& index) const {
  return triptych::index_select(Arg(self(), index.where()), axis, index);
}
Tensor TensorMethods::inner(const Arg& b) const {
  return triptych::inner(Arg(self(), b.where()), b);
}
Tensor TensorMethods::inverse(Location where) const {
  return triptych::linalg::inv(Arg(self(), where));
}
Tensor TensorMethods::isclose(const Arg& b, double rtol, double atol, bool equal_nan) const {
  return triptych::isclose(Arg(self(), b.where()), b, rtol, atol, equal_nan);
}
Tensor TensorMethods::isfinite(Location where) const {
  return triptych::isfinite(Arg(self(), where));
}
Tensor TensorMethods::isinf(Location where) const {
  return triptych::isinf(Arg(self(), where));
}
Tensor TensorMethods::isnan(Location where) const {
  return triptych::isnan(Arg(self(), where));
}
Tensor TensorMethods::isneginf(Location where) const {
  return triptych::isneginf(Arg(self(), where));
}
Tensor TensorMethods::isposinf(Location where) const {
  return triptych::isposinf(Arg(self(), where));
}
Tensor TensorMethods::isreal(Location where) const {
  return triptych::isreal(Arg(self(), where));
}
Tensor TensorMethods::kron(const Arg& b) const {
  return triptych::kron(Arg(self(), b.where()), b);
}
ValuesAndIndices TensorMethods::kthvalue(std::int64_t k, std::int64_t axis, bool keepdims, Location where) const {
  return triptych::kthvalue(Arg(self(), where), k, axis, keepdims);
}
Tensor TensorMethods::lcm(const Arg& b) const {
  return triptych::lcm(Arg(self(), b.where()), b);
}
Tensor TensorMethods::ldexp(const Arg& exponent) const {
  return triptych::ldexp(Arg(self(), exponent.where()), exponent);
}
Tensor TensorMethods::le(const Arg& b) const {
  return triptych::less_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::lerp(const Arg& end, const Arg& weight) const {
  return triptych::lerp(Arg(self(), end.where()), end, weight);
}
Tensor TensorMethods::less(const Arg& b) const {
  return triptych::less(Arg(self(), b.where()), b);
}
Tensor TensorMethods::less_equal(const Arg& b) const {
  return triptych::less_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::lgamma(Location where) const {
  return triptych::lgamma(Arg(self(), where));
}
Tensor TensorMethods::log(Location where) const {
  return triptych::log(Arg(self(), where));
}
Tensor TensorMethods::log10(Location where) const {
  return triptych::log10(Arg(self(), where));
}
Tensor TensorMethods::log1p(Location where) const {
  return triptych::log1p(Arg(self(), where));
}
Tensor TensorMethods::log2(Location where) const {
  return triptych::log2(Arg(self(), where));
}
Tensor TensorMethods::log_softmax(std::int64_t axis, DType dtype, Location where) const {
  return triptych::log_softmax(Arg(self(), where), axis, dtype);
}
Tensor TensorMethods::log_softmax(std::int64_t axis, Location where) const {
  return triptych::log_softmax(Arg(self(), where), axis);
}
Tensor TensorMethods::logaddexp(const Arg& b) const {
  return triptych::logaddexp(Arg(self(), b.where()), b);
}
Tensor TensorMethods::logaddexp2(const Arg& b) const {
  return triptych::logaddexp2(Arg(self(), b.where()), b);
}
Tensor TensorMethods::logcumsumexp(std::int64_t axis, Location where) const {
  return triptych::logcumsumexp(Arg(self(), where), axis);
}
Tensor TensorMethods::logdet(Location where) const {
  return triptych::linalg::logdet(Arg(self(), where));
}
Tensor TensorMethods::logical_and(const Arg& b) const {
  return triptych::logical_and(Arg(self(), b.where()), b);
}
Tensor TensorMethods::logical_not(Location where) const {
  return triptych::logical_not(Arg(self(), where));
}
Tensor TensorMethods::logical_or(const Arg& b) const {
  return triptych::logical_or(Arg(self(), b.where()), b);
}
Tensor TensorMethods::logical_xor(const Arg& b) const {
  return triptych::logical_xor(Arg(self(), b.where()), b);
}
Tensor TensorMethods::logit(std::optional<double> eps, Location where) const {
  return triptych::logit(Arg(self(), where), eps);
}
Tensor TensorMethods::logsumexp(Location where) const {
  return triptych::logsumexp(Arg(self(), where));
}
Tensor TensorMethods::logsumexp(const Axes& axes, bool keepdims, Location where) const {
  return triptych::logsumexp(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::lt(const Arg& b) const {
  return triptych::less(Arg(self(), b.where()), b);
}
Tensor TensorMethods::lu_solve(const Arg& pivots, const Arg& b) const {
  return triptych::linalg::lu_solve(Arg(self(), pivots.where()), pivots, b);
}
Tensor TensorMethods::lu_solve(const Arg& pivots, const Arg& b, linalg::LuSolveOptions options) const {
  return triptych::linalg::lu_solve(Arg(self(), pivots.where()), pivots, b, options);
}
Tensor TensorMethods::masked_fill(const Arg& mask, const Arg& value) const {
  return triptych::masked_fill(Arg(self(), mask.where()), mask, value);
}
Tensor TensorMethods::masked_scatter(const Arg& mask, const Arg& source) const {
  return triptych::masked_scatter(Arg(self(), mask.where()), mask, source);
}
Tensor TensorMethods::masked_select(const Arg& mask) const {
  return triptych::masked_select(Arg(self(), mask.where()), mask);
}
Tensor TensorMethods::matmul(const Arg& b) const {
  return triptych::matmul(Arg(self(), b.where()), b);
}
Tensor TensorMethods::matrix_exp(Location where) const {
  return triptych::linalg::matrix_exp(Arg(self(), where));
}
Tensor TensorMethods::matrix_power(std::int64_t n, Location where) const {
  return triptych::matrix_power(Arg(self(), where), n);
}
Tensor TensorMethods::max(Location where) const {
  return triptych::max(Arg(self(), where));
}
Tensor TensorMethods::max(const Axes& axes, bool keepdims, Location where) const {
  return triptych::max(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::maximum(const Arg& b) const {
  return triptych::maximum(Arg(self(), b.where()), b);
}
Tensor TensorMethods::mean(Location where) const {
  return triptych::mean(Arg(self(), where));
}
Tensor TensorMethods::mean(const Axes& axes, bool keepdims, Location where) const {
  return triptych::mean(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::median(Location where) const {
  return triptych::median(Arg(self(), where));
}
ValuesAndIndices TensorMethods::median(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::median(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::min(Location where) const {
  return triptych::min(Arg(self(), where));
}
Tensor TensorMethods::min(const Axes& axes, bool keepdims, Location where) const {
  return triptych::min(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::minimum(const Arg& b) const {
  return triptych::minimum(Arg(self(), b.where()), b);
}
Tensor TensorMethods::mm(const Arg& b) const {
  return triptych::mm(Arg(self(), b.where()), b);
}
ValuesAndIndices TensorMethods::mode(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::mode(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::moveaxis(const Axes& source, const Axes& destination, Location where) const {
  return triptych::moveaxis(Arg(self(), where), source, destination);
}
Tensor TensorMethods::moveaxis(std::int64_t source, std::int64_t destination, Location where) const {
  return triptych::moveaxis(Arg(self(), where), source, destination);
}
Tensor TensorMethods::movedim(const Axes& source, const Axes& destination, Location where) const {
  return triptych::movedim(Arg(self(), where), source, destination);
}
Tensor TensorMethods::msort(Location where) const {
  return triptych::msort(Arg(self(), where));
}
Tensor TensorMethods::mul(const Arg& b) const {
  return triptych::mul(Arg(self(), b.where()), b);
}
Tensor TensorMethods::multiply(const Arg& b) const {
  return triptych::mul(Arg(self(), b.where()), b);
}
Tensor TensorMethods::mv(const Arg& vector) const {
  return triptych::mv(Arg(self(), vector.where()), vector);
}
Tensor TensorMethods::mvlgamma(std::int64_t p, Location where) const {
  return triptych::mvlgamma(Arg(self(), where), p);
}
Tensor TensorMethods::nan_to_num(double nan, std::optional<double> posinf, std::optional<double> neginf,
                                 Location where) const {
  return triptych::nan_to_num(Arg(self(), where), nan, posinf, neginf);
}
Tensor TensorMethods::nanmean(Location where) const {
  return triptych::nanmean(Arg(self(), where));
}
Tensor TensorMethods::nanmean(const Axes& axes, bool keepdims, Location where) const {
  return triptych::nanmean(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::nanmedian(Location where) const {
  return triptych::nanmedian(Arg(self(), where));
}
ValuesAndIndices TensorMethods::nanmedian(std::int64_t axis, bool keepdims, Location where) const {
  return triptych::nanmedian(Arg(self(), where), axis, keepdims);
}
Tensor TensorMethods::nanquantile(const Arg& q) const {
  return triptych::nanquantile(Arg(self(), q.where()), q);
}
Tensor TensorMethods::nanquantile(const Arg& q, const QuantileOptions& options) const {
  return triptych::nanquantile(Arg(self(), q.where()), q, options);
}
Tensor TensorMethods::nansum(Location where) const {
  return triptych::nansum(Arg(self(), where));
}
Tensor TensorMethods::nansum(const Axes& axes, bool keepdims, Location where) const {
  return triptych::nansum(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::narrow(std::int64_t axis, std::int64_t start, std::int64_t length, Location where) const {
  return triptych::narrow(Arg(self(), where), axis, start, length);
}
Tensor TensorMethods::narrow_copy(std::int64_t axis, std::int64_t start, std::int64_t length, Location where) const {
  return triptych::narrow_copy(Arg(self(), where), axis, start, length);
}
Tensor TensorMethods::ne(const Arg& b) const {
  return triptych::not_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::neg(Location where) const {
  return triptych::neg(Arg(self(), where));
}
Tensor TensorMethods::negative(Location where) const {
  return triptych::negative(Arg(self(), where));
}
Tensor TensorMethods::nextafter(const Arg& towards) const {
  return triptych::nextafter(Arg(self(), towards.where()), towards);
}
Tensor TensorMethods::nonzero(Location where) const {
  return triptych::nonzero(Arg(self(), where));
}
Tensor TensorMethods::nonzero_static(std::int64_t size, std::int64_t fill_value, Location where) const {
  return triptych::nonzero_static(Arg(self(), where), size, fill_value);
}
Tensor TensorMethods::norm(Location where) const {
  return triptych::norm(Arg(self(), where));
}
Tensor TensorMethods::norm(const Axes& axes, bool keepdims, Location where) const {
  return triptych::norm(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::not_equal(const Arg& b) const {
  return triptych::not_equal(Arg(self(), b.where()), b);
}
Tensor TensorMethods::outer(const Arg& b) const {
  return triptych::outer(Arg(self(), b.where()), b);
}
Tensor TensorMethods::permute(const Axes& axes, Location where) const {
  return triptych::permute(Arg(self(), where), axes);
}
Tensor TensorMethods::pinverse(Location where) const {
  return triptych::linalg::pinv(Arg(self(), where));
}
Tensor TensorMethods::pinverse(linalg::RankOptions options, Location where) const {
  return triptych::linalg::pinv(Arg(self(), where), options);
}
Tensor TensorMethods::positive(Location where) const {
  return triptych::positive(Arg(self(), where));
}
Tensor TensorMethods::pow(const Arg& b) const {
  return triptych::pow(Arg(self(), b.where()), b);
}
Tensor TensorMethods::prelu(const Arg& weight) const {
  return triptych::prelu(Arg(self(), weight.where()), weight);
}
Tensor TensorMethods::prod(Location where) const {
  return triptych::prod(Arg(self(), where));
}
Tensor TensorMethods::prod(const Axes& axes, bool keepdims, Location where) const {
  return triptych::prod(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::put(const Arg& index, const Arg& source, bool accumulate) const {
  return triptych::put(Arg(self(), index.where()), index, source, accumulate);
}
linalg::Qr TensorMethods::qr(Text mode, Location where) const {
  return triptych::linalg::qr(Arg(self(), where), mode);
}
Tensor TensorMethods::quantile(const Arg& q) const {
  return triptych::quantile(Arg(self(), q.where()), q);
}
Tensor TensorMethods::quantile(const Arg& q, const QuantileOptions& options) const {
  return triptych::quantile(Arg(self(), q.where()), q, options);
}
Tensor TensorMethods::rad2deg(Location where) const {
  return triptych::rad2deg(Arg(self(), where));
}
Tensor TensorMethods::ravel(Location where) const {
  return triptych::ravel(Arg(self(), where));
}
Tensor TensorMethods::reciprocal(Location where) const {
  return triptych::reciprocal(Arg(self(), where));
}
Tensor TensorMethods::relu(Location where) const {
  return triptych::relu(Arg(self(), where));
}
Tensor TensorMethods::remainder(const Arg& b) const {
  return triptych::remainder(Arg(self(), b.where()), b);
}
Tensor TensorMethods::renorm(double p, std::int64_t axis, double maxnorm, Location where) const {
  return triptych::renorm(Arg(self(), where), p, axis, maxnorm);
}
Tensor TensorMethods::repeat(const Axes& repeats, Location where) const {
  return triptych::tile(Arg(self(), where), repeats);
}
Tensor TensorMethods::repeat_interleave(std::int64_t repeats, Location where) const {
  return triptych::repeat_interleave(Arg(self(), where), repeats);
}
Tensor TensorMethods::repeat_interleave(const Arg& repeats) const {
  return triptych::repeat_interleave(Arg(self(), repeats.where()), repeats);
}
Tensor TensorMethods::repeat_interleave(const Arg& repeats, std::int64_t axis) const {
  return triptych::repeat_interleave(Arg(self(), repeats.where()), repeats, axis);
}
Tensor TensorMethods::repeat_interleave(Location where) const {
  return triptych::repeat_interleave(Arg(self(), where));
}
Tensor TensorMethods::reshape(const Shape& shape, Location where) const {
  return triptych::reshape(Arg(self(), where), shape);
}
Tensor TensorMethods::reshape_as(const Arg& other) const {
  return triptych::reshape_as(Arg(self(), other.where()), other);
}
Tensor TensorMethods::roll(const Axes& shifts, const Axes& axes, Location where) const {
  return triptych::roll(Arg(self(), where), shifts, axes);
}
Tensor TensorMethods::rot90(std::int64_t k, const Axes& axes, Location where) const {
  return triptych::rot90(Arg(self(), where), k, axes);
}
Tensor TensorMethods::round(Location where) const {
  return triptych::round(Arg(self(), where));
}
Tensor TensorMethods::rsqrt(Location where) const {
  return triptych::rsqrt(Arg(self(), where));
}
Tensor TensorMethods::scatter(std::int64_t axis, const Arg& index, const Arg& source) const {
  return triptych::scatter(Arg(self(), index.where()), axis, index, source);
}
Tensor TensorMethods::scatter(std::int64_t axis, const Arg& index, const Arg& source, Text reduce) const {
  return triptych::scatter(Arg(self(), index.where()), axis, index, source, reduce);
}
Tensor TensorMethods::scatter_add(std::int64_t axis, const Arg& index, const Arg& source) const {
  return triptych::scatter_add(Arg(self(), index.where()), axis, index, source);
}
Tensor TensorMethods::scatter_reduce(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                                     bool include_self) const {
  return triptych::scatter_reduce(Arg(self(), index.where()), axis, index, source, reduce, include_self);
}
Tensor TensorMethods::select(std::int64_t axis, std::int64_t index, Location where) const {
  return triptych::select(Arg(self(), where), axis, index);
}
Tensor TensorMethods::select_scatter(const Arg& source, std::int64_t axis, std::int64_t index) const {
  return triptych::select_scatter(Arg(self(), source.where()), source, axis, index);
}
Tensor TensorMethods::sgn(Location where) const {
  return triptych::sgn(Arg(self(), where));
}
Tensor TensorMethods::sigmoid(Location where) const {
  return triptych::sigmoid(Arg(self(), where));
}
Tensor TensorMethods::sign(Location where) const {
  return triptych::sign(Arg(self(), where));
}
Tensor TensorMethods::signbit(Location where) const {
  return triptych::signbit(Arg(self(), where));
}
Tensor TensorMethods::sin(Location where) const {
  return triptych::sin(Arg(self(), where));
}
Tensor TensorMethods::sinc(Location where) const {
  return triptych::sinc(Arg(self(), where));
}
Tensor TensorMethods::sinh(Location where) const {
  return triptych::sinh(Arg(self(), where));
}
Tensor TensorMethods::slice_scatter(const Arg& source, std::int64_t axis, Slice range) const {
  return triptych::slice_scatter(Arg(self(), source.where()), source, axis, range);
}
linalg::Slogdet TensorMethods::slogdet(Location where) const {
  return triptych::linalg::slogdet(Arg(self(), where));
}
Tensor TensorMethods::softmax(std::int64_t axis, DType dtype, Location where) const {
  return triptych::softmax(Arg(self(), where), axis, dtype);
}
Tensor TensorMethods::softmax(std::int64_t axis, Location where) const {
  return triptych::softmax(Arg(self(), where), axis);
}
ValuesAndIndices TensorMethods::sort(std::int64_t axis, bool descending, bool stable, Location where) const {
  return triptych::sort(Arg(self(), where), axis, descending, stable);
}
std::vector<Tensor> TensorMethods::split(std::int64_t size, std::int64_t axis, Location where) const {
  return triptych::split(Arg(self(), where), size, axis);
}
std::vector<Tensor> TensorMethods::split(const std::vector<std::int64_t>& sizes, std::int64_t axis,
                                         Location where) const {
  return triptych::split(Arg(self(), where), sizes, axis);
}
std::vector<Tensor> TensorMethods::split(std::initializer_list<std::int64_t> sizes, std::int64_t axis,
                                         Location where) const {
  return triptych::split(Arg(self(), where), sizes, axis);
}
std::vector<Tensor> TensorMethods::split_with_sizes(const std::vector<std::int64_t>& sizes, std::int64_t axis,
                                          Location where) const {
  return triptych::split_with_sizes(Arg(self(), where), sizes, axis);
}
Tensor TensorMethods::sqrt(Location where) const {
  return triptych::sqrt(Arg(self(), where));
}
Tensor TensorMethods::square(Location where) const {
  return triptych::square(Arg(self(), where));
}
Tensor TensorMethods::squeeze(Location where) const {
  return triptych::squeeze(Arg(self(), where));
}
Tensor TensorMethods::std(Location where) const {
  return triptych::std(Arg(self(), where));
}
Tensor TensorMethods::std(const Axes& axes, Location where) const {
  return triptych::std(Arg(self(), where), axes);
}
Tensor TensorMethods::std(const Axes& axes, VarOptions options, Location where) const {
  return triptych::std(Arg(self(), where), axes, options);
}
Tensor TensorMethods::sub(const Arg& b) const {
  return triptych::sub(Arg(self(), b.where()), b);
}
Tensor TensorMethods::sub(const Arg& b, Scalar alpha) const {
  return triptych::sub(Arg(self(), b.where()), b, alpha);
}
Tensor TensorMethods::subtract(const Arg& b) const {
  return triptych::sub(Arg(self(), b.where()), b);
}
Tensor TensorMethods::subtract(const Arg& b, Scalar alpha) const {
  return triptych::sub(Arg(self(), b.where()), b, alpha);
}
Tensor TensorMethods::sum(Location where) const {
  return triptych::sum(Arg(self(), where));
}
Tensor TensorMethods::sum(const Axes& axes, bool keepdims, Location where) const {
  return triptych::sum(Arg(self(), where), axes, keepdims);
}
Tensor TensorMethods::sum_to_size(const Shape& shape, Location where) const {
  return triptych::sum_to_size(Arg(self(), where), shape);
}
linalg::Svd TensorMethods::svd(bool full_matrices, Location where) const {
  return triptych::linalg::svd(Arg(self(), where), full_matrices);
}
Tensor TensorMethods::swapaxes(std::int64_t a, std::int64_t b, Location where) const {
  return triptych::swapaxes(Arg(self(), where), a, b);
}
Tensor TensorMethods::swapdims(std::int64_t a, std::int64_t b, Location where) const {
  return triptych::swapdims(Arg(self(), where), a, b);
}
Tensor TensorMethods::take(const Arg& index) const {
  return triptych::take(Arg(self(), index.where()), index);
}
Tensor TensorMethods::take(const Arg& index, std::int64_t axis) const {
  return triptych::take(Arg(self(), index.where()), index, axis);
}
Tensor TensorMethods::take_along_dim(const Arg& index, std::int64_t axis) const {
  return triptych::take_along_dim(Arg(self(), index.where()), index, axis);
}
Tensor TensorMethods::take_along_dim(const Arg& index) const {
  return triptych::take_along_dim(Arg(self(), index.where()), index);
}
Tensor TensorMethods::tan(Location where) const {
  return triptych::tan(Arg(self(), where));
}
Tensor TensorMethods::tanh(Location where) const {
  return triptych::tanh(Arg(self(), where));
}
std::vector<Tensor> TensorMethods::tensor_split(std::int64_t sections, std::int64_t axis, Location where) const {
  return triptych::tensor_split(Arg(self(), where), sections, axis);
}
std::vector<Tensor> TensorMethods::tensor_split(const std::vector<std::int64_t>& indices, std::int64_t axis,
                                          Location where) const {
  return triptych::tensor_split(Arg(self(), where), indices, axis);
}
Tensor TensorMethods::tile(const Axes& repeats, Location where) const {
  return triptych::tile(Arg(self(), where), repeats);
}
ValuesAndIndices TensorMethods::topk(std::int64_t k, std::int64_t axis, bool largest, bool sorted,
                                     Location where) const {
  return triptych::topk(Arg(self(), where), k, axis, largest, sorted);
}
Tensor TensorMethods::trace(Location where) const {
  return triptych::linalg::trace(Arg(self(), where));
}
Tensor TensorMethods::transpose(std::int64_t a, std::int64_t b, Location where) const {
  return triptych::transpose(Arg(self(), where), a, b);
}
linalg::TriangularSolved TensorMethods::triangular_solve(const Arg& a) const {
  return triptych::linalg::triangular_solve(Arg(self(), a.where()), a);
}
linalg::TriangularSolved TensorMethods::triangular_solve(const Arg& a, linalg::TriangularSolveOptions options) const {
  return triptych::linalg::triangular_solve(Arg(self(), a.where()), a, options);
}
Tensor TensorMethods::tril(std::int64_t k, Location where) const {
  return triptych::tril(Arg(self(), where), k);
}
Tensor TensorMethods::triu(std::int64_t k, Location where) const {
  return triptych::triu(Arg(self(), where), k);
}
Tensor TensorMethods::true_divide(const Arg& b) const {
  return triptych::true_divide(Arg(self(), b.where()), b);
}
Tensor TensorMethods::trunc(Location where) const {
  return triptych::trunc(Arg(self(), where));
}
std::vector<Tensor> TensorMethods::unbind(std::int64_t axis, Location where) const {
  return triptych::unbind(Arg(self(), where), axis);
}
Tensor TensorMethods::unflatten(std::int64_t axis, const Shape& sizes, Location where) const {
  return triptych::unflatten(Arg(self(), where), axis, sizes);
}
Tensor TensorMethods::unfold(Size2 kernel_size, Location where) const {
  return triptych::unfold(Arg(self(), where), kernel_size);
}
Tensor TensorMethods::unfold(Size2 kernel_size, UnfoldOptions options, Location where) const {
  return triptych::unfold(Arg(self(), where), kernel_size, options);
}
Tensor TensorMethods::unfold(std::int64_t axis, std::int64_t size, std::int64_t step, Location where) const {
  return triptych::unfold(Arg(self(), where), axis, size, step);
}
Tensor TensorMethods::unique(Location where) const {
  return triptych::unique(Arg(self(), where));
}
UniqueResult TensorMethods::unique(UniqueOptions options, Location where) const {
  return triptych::unique(Arg(self(), where), options);
}
Tensor TensorMethods::unique_consecutive(Location where) const {
  return triptych::unique_consecutive(Arg(self(), where));
}
UniqueResult TensorMethods::unique_consecutive(UniqueConsecutiveOptions options, Location where) const {
  return triptych::unique_consecutive(Arg(self(), where), options);
}
std::vector<Tensor> TensorMethods::unsafe_chunk(std::int64_t count, std::int64_t axis, Location where) const {
  return triptych::unsafe_chunk(Arg(self(), where), count, axis);
}
std::vector<Tensor> TensorMethods::unsafe_split(std::int64_t size, std::int64_t axis, Location where) const {
  return triptych::unsafe_split(Arg(self(), where), size, axis);
}
std::vector<Tensor> TensorMethods::unsafe_split_with_sizes(const std::vector<std::int64_t>& sizes, std::int64_t axis,
                                          Location where) const {
  return triptych::unsafe_split_with_sizes(Arg(self(), where), sizes, axis);
}
Tensor TensorMethods::unsqueeze(std::int64_t axis, Location where) const {
  return triptych::unsqueeze(Arg(self(), where), axis);
}
Tensor TensorMethods::var(Location where) const {
  return triptych::var(Arg(self(), where));
}
Tensor TensorMethods::var(const Axes& axes, Location where) const {
  return triptych::var(Arg(self(), where), axes);
}
Tensor TensorMethods::var(const Axes& axes, VarOptions options, Location where) const {
  return triptych::var(Arg(self(), where), axes, options);
}
Tensor TensorMethods::vdot(const Arg& b) const {
  return triptych::vdot(Arg(self(), b.where()), b);
}
Tensor TensorMethods::view(const Shape& shape, Location where) const {
  return triptych::reshape(Arg(self(), where), shape);
}
Tensor TensorMethods::view_as(const Arg& other) const {
  return triptych::view_as(Arg(self(), other.where()), other);
}
std::vector<Tensor> TensorMethods::vsplit(std::int64_t sections, Location where) const {
  return triptych::vsplit(Arg(self(), where), sections);
}
Tensor TensorMethods::xlogy(const Arg& y) const {
  return triptych::xlogy(Arg(self(), y.where()), y);
}
Tensor& TensorMethods::abs_(Location where) & {
  return Change(self(), "abs_", where).to(triptych::abs(Arg(self(), where)));
}
Tensor& TensorMethods::absolute_(Location where) & {
  return Change(self(), "absolute_", where).to(triptych::abs(Arg(self(), where)));
}
Tensor& TensorMethods::acos_(Location where) & {
  return Change(self(), "acos_", where).to(triptych::acos(Arg(self(), where)));
}
Tensor& TensorMethods::acosh_(Location where) & {
  return Change(self(), "acosh_", where).to(triptych::acosh(Arg(self(), where)));
}
Tensor& TensorMethods::add_(const Arg& b) & {
  return Change(self(), "add_", b.where()).to(triptych::add(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::add_(const Arg& b, Scalar alpha) & {
  return Change(self(), "add_", b.where()).to(triptych::add(Arg(self(), b.where()), b, alpha));
}
Tensor& TensorMethods::addbmm_(const Arg& a, const Arg& b) & {
  return Change(self(), "addbmm_", a.where()).to(triptych::addbmm(Arg(self(), a.where()), a, b));
}
Tensor& TensorMethods::addbmm_(const Arg& a, const Arg& b, ScaledSumOptions options) & {
  return Change(self(), "addbmm_", a.where()).to(triptych::addbmm(Arg(self(), a.where()), a, b, options));
}
Tensor& TensorMethods::addcdiv_(const Arg& tensor1, const Arg& tensor2, Scalar value) & {
  return Change(self(), "addcdiv_", tensor1.where()).to(triptych::addcdiv(Arg(self(), tensor1.where()), tensor1, tensor2, value));
}
Tensor& TensorMethods::addcmul_(const Arg& tensor1, const Arg& tensor2, Scalar value) & {
  return Change(self(), "addcmul_", tensor1.where()).to(triptych::addcmul(Arg(self(), tensor1.where()), tensor1, tensor2, value));
}
Tensor& TensorMethods::addmm_(const Arg& a, const Arg& b) & {
  return Change(self(), "addmm_", a.where()).to(triptych::addmm(Arg(self(), a.where()), a, b));
}
Tensor& TensorMethods::addmm_(const Arg& a, const Arg& b, ScaledSumOptions options) & {
  return Change(self(), "addmm_", a.where()).to(triptych::addmm(Arg(self(), a.where()), a, b, options));
}
Tensor& TensorMethods::addmv_(const Arg& matrix, const Arg& vector) & {
  return Change(self(), "addmv_", matrix.where()).to(triptych::addmv(Arg(self(), matrix.where()), matrix, vector));
}
Tensor& TensorMethods::addmv_(const Arg& matrix, const Arg& vector, ScaledSumOptions options) & {
  return Change(self(), "addmv_", matrix.where()).to(triptych::addmv(Arg(self(), matrix.where()), matrix, vector, options));
}
Tensor& TensorMethods::addr_(const Arg& a, const Arg& b) & {
  return Change(self(), "addr_", a.where()).to(triptych::addr(Arg(self(), a.where()), a, b));
}
Tensor& TensorMethods::addr_(const Arg& a, const Arg& b, ScaledSumOptions options) & {
  return Change(self(), "addr_", a.where()).to(triptych::addr(Arg(self(), a.where()), a, b, options));
}
Tensor& TensorMethods::arccos_(Location where) & {
  return Change(self(), "arccos_", where).to(triptych::acos(Arg(self(), where)));
}
Tensor& TensorMethods::arccosh_(Location where) & {
  return Change(self(), "arccosh_", where).to(triptych::acosh(Arg(self(), where)));
}
Tensor& TensorMethods::arcsin_(Location where) & {
  return Change(self(), "arcsin_", where).to(triptych::asin(Arg(self(), where)));
}
Tensor& TensorMethods::arcsinh_(Location where) & {
  return Change(self(), "arcsinh_", where).to(triptych::asinh(Arg(self(), where)));
}
Tensor& TensorMethods::arctan_(Location where) & {
  return Change(self(), "arctan_", where).to(triptych::atan(Arg(self(), where)));
}
Tensor& TensorMethods::arctan2_(const Arg& x) & {
  return Change(self(), "arctan2_", x.where()).to(triptych::atan2(Arg(self(), x.where()), x));
}
Tensor& TensorMethods::arctanh_(Location where) & {
  return Change(self(), "arctanh_", where).to(triptych::atanh(Arg(self(), where)));
}
Tensor& TensorMethods::as_strided_(const Shape& size, const Axes& strides, std::int64_t storage_offset,
                                   Location where) & {
  return Change(self(), "as_strided_", where).to(triptych::as_strided(Arg(self(), where), size, strides, storage_offset));
}
Tensor& TensorMethods::asin_(Location where) & {
  return Change(self(), "asin_", where).to(triptych::asin(Arg(self(), where)));
}
Tensor& TensorMethods::asinh_(Location where) & {
  return Change(self(), "asinh_", where).to(triptych::asinh(Arg(self(), where)));
}
Tensor& TensorMethods::atan_(Location where) & {
  return Change(self(), "atan_", where).to(triptych::atan(Arg(self(), where)));
}
Tensor& TensorMethods::atan2_(const Arg& x) & {
  return Change(self(), "atan2_", x.where()).to(triptych::atan2(Arg(self(), x.where()), x));
}
Tensor& TensorMethods::atanh_(Location where) & {
  return Change(self(), "atanh_", where).to(triptych::atanh(Arg(self(), where)));
}
Tensor& TensorMethods::baddbmm_(const Arg& a, const Arg& b) & {
  return Change(self(), "baddbmm_", a.where()).to(triptych::baddbmm(Arg(self(), a.where()), a, b));
}
Tensor& TensorMethods::baddbmm_(const Arg& a, const Arg& b, ScaledSumOptions options) & {
  return Change(self(), "baddbmm_", a.where()).to(triptych::baddbmm(Arg(self(), a.where()), a, b, options));
}
Tensor& TensorMethods::bitwise_and_(const Arg& b) & {
  return Change(self(), "bitwise_and_", b.where()).to(triptych::bitwise_and(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::bitwise_left_shift_(const Arg& b) & {
  return Change(self(), "bitwise_left_shift_", b.where()).to(triptych::bitwise_left_shift(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::bitwise_not_(Location where) & {
  return Change(self(), "bitwise_not_", where).to(triptych::bitwise_not(Arg(self(), where)));
}
Tensor& TensorMethods::bitwise_or_(const Arg& b) & {
  return Change(self(), "bitwise_or_", b.where()).to(triptych::bitwise_or(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::bitwise_right_shift_(const Arg& b) & {
  return Change(self(), "bitwise_right_shift_", b.where()).to(triptych::bitwise_right_shift(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::bitwise_xor_(const Arg& b) & {
  return Change(self(), "bitwise_xor_", b.where()).to(triptych::bitwise_xor(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::ceil_(Location where) & {
  return Change(self(), "ceil_", where).to(triptych::ceil(Arg(self(), where)));
}
Tensor& TensorMethods::clamp_(std::optional<Scalar> min, std::optional<Scalar> max, Location where) & {
  return Change(self(), "clamp_", where).to(triptych::clamp(Arg(self(), where), min, max));
}
Tensor& TensorMethods::clamp_(const Tensor& min, Location where) & {
  return Change(self(), "clamp_", where).to(triptych::clamp(Arg(self(), where), min));
}
Tensor& TensorMethods::clamp_(const Tensor& min, const Tensor& max, Location where) & {
  return Change(self(), "clamp_", where).to(triptych::clamp(Arg(self(), where), min, max));
}
Tensor& TensorMethods::clamp_max_(Scalar max, Location where) & {
  return Change(self(), "clamp_max_", where).to(triptych::clamp_max(Arg(self(), where), max));
}
Tensor& TensorMethods::clamp_max_(const Tensor& max, Location where) & {
  return Change(self(), "clamp_max_", where).to(triptych::clamp_max(Arg(self(), where), max));
}
Tensor& TensorMethods::clamp_min_(Scalar min, Location where) & {
  return Change(self(), "clamp_min_", where).to(triptych::clamp_min(Arg(self(), where), min));
}
Tensor& TensorMethods::clamp_min_(const Tensor& min, Location where) & {
  return Change(self(), "clamp_min_", where).to(triptych::clamp_min(Arg(self(), where), min));
}
Tensor& TensorMethods::clip_(std::optional<Scalar> min, std::optional<Scalar> max, Location where) & {
  return Change(self(), "clip_", where).to(triptych::clip(Arg(self(), where), min, max));
}
Tensor& TensorMethods::clip_(const Tensor& min, Location where) & {
  return Change(self(), "clip_", where).to(triptych::clip(Arg(self(), where), min));
}
Tensor& TensorMethods::clip_(const Tensor& min, const Tensor& max, Location where) & {
  return Change(self(), "clip_", where).to(triptych::clip(Arg(self(), where), min, max));
}
Tensor& TensorMethods::copysign_(const Arg& b) & {
  return Change(self(), "copysign_", b.where()).to(triptych::copysign(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::cos_(Location where) & {
  return Change(self(), "cos_", where).to(triptych::cos(Arg(self(), where)));
}
Tensor& TensorMethods::cosh_(Location where) & {
  return Change(self(), "cosh_", where).to(triptych::cosh(Arg(self(), where)));
}
Tensor& TensorMethods::cumprod_(std::int64_t axis, Location where) & {
  return Change(self(), "cumprod_", where).to(triptych::cumprod(Arg(self(), where), axis));
}
Tensor& TensorMethods::cumsum_(std::int64_t axis, Location where) & {
  return Change(self(), "cumsum_", where).to(triptych::cumsum(Arg(self(), where), axis));
}
Tensor& TensorMethods::deg2rad_(Location where) & {
  return Change(self(), "deg2rad_", where).to(triptych::deg2rad(Arg(self(), where)));
}
Tensor& TensorMethods::digamma_(Location where) & {
  return Change(self(), "digamma_", where).to(triptych::digamma(Arg(self(), where)));
}
Tensor& TensorMethods::div_(const Arg& b) & {
  return Change(self(), "div_", b.where()).to(triptych::div(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::divide_(const Arg& b) & {
  return Change(self(), "divide_", b.where()).to(triptych::div(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::eq_(const Arg& b) & {
  return Change(self(), "eq_", b.where()).to(triptych::equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::erf_(Location where) & {
  return Change(self(), "erf_", where).to(triptych::erf(Arg(self(), where)));
}
Tensor& TensorMethods::erfc_(Location where) & {
  return Change(self(), "erfc_", where).to(triptych::erfc(Arg(self(), where)));
}
Tensor& TensorMethods::erfinv_(Location where) & {
  return Change(self(), "erfinv_", where).to(triptych::erfinv(Arg(self(), where)));
}
Tensor& TensorMethods::exp_(Location where) & {
  return Change(self(), "exp_", where).to(triptych::exp(Arg(self(), where)));
}
Tensor& TensorMethods::exp2_(Location where) & {
  return Change(self(), "exp2_", where).to(triptych::exp2(Arg(self(), where)));
}
Tensor& TensorMethods::expm1_(Location where) & {
  return Change(self(), "expm1_", where).to(triptych::expm1(Arg(self(), where)));
}
Tensor& TensorMethods::fix_(Location where) & {
  return Change(self(), "fix_", where).to(triptych::trunc(Arg(self(), where)));
}
Tensor& TensorMethods::float_power_(const Arg& b) & {
  return Change(self(), "float_power_", b.where()).to(triptych::float_power(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::floor_(Location where) & {
  return Change(self(), "floor_", where).to(triptych::floor(Arg(self(), where)));
}
Tensor& TensorMethods::floor_divide_(const Arg& b) & {
  return Change(self(), "floor_divide_", b.where()).to(triptych::floor_divide(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::fmod_(const Arg& b) & {
  return Change(self(), "fmod_", b.where()).to(triptych::fmod(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::frac_(Location where) & {
  return Change(self(), "frac_", where).to(triptych::frac(Arg(self(), where)));
}
Tensor& TensorMethods::gcd_(const Arg& b) & {
  return Change(self(), "gcd_", b.where()).to(triptych::gcd(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::ge_(const Arg& b) & {
  return Change(self(), "ge_", b.where()).to(triptych::greater_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::greater_(const Arg& b) & {
  return Change(self(), "greater_", b.where()).to(triptych::greater(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::greater_equal_(const Arg& b) & {
  return Change(self(), "greater_equal_", b.where()).to(triptych::greater_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::gt_(const Arg& b) & {
  return Change(self(), "gt_", b.where()).to(triptych::greater(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::heaviside_(const Arg& values) & {
  return Change(self(), "heaviside_", values.where()).to(triptych::heaviside(Arg(self(), values.where()), values));
}
Tensor& TensorMethods::hypot_(const Arg& b) & {
  return Change(self(), "hypot_", b.where()).to(triptych::hypot(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::i0_(Location where) & {
  return Change(self(), "i0_", where).to(triptych::i0(Arg(self(), where)));
}
Tensor& TensorMethods::igamma_(const Arg& x) & {
  return Change(self(), "igamma_", x.where()).to(triptych::igamma(Arg(self(), x.where()), x));
}
Tensor& TensorMethods::igammac_(const Arg& x) & {
  return Change(self(), "igammac_", x.where()).to(triptych::igammac(Arg(self(), x.where()), x));
}
Tensor& TensorMethods::index_add_(std::int64_t axis, const Arg& index, const Arg& source) & {
  return Change(self(), "index_add_", index.where()).to(triptych::index_add(Arg(self(), index.where()), axis, index, source));
}
Tensor& TensorMethods::index_add_(std::int64_t axis, const Arg& index, const Arg& source, Scalar alpha) & {
  return Change(self(), "index_add_", index.where()).to(triptych::index_add(Arg(self(), index.where()), axis, index, source, alpha));
}
Tensor& TensorMethods::index_copy_(std::int64_t axis, const Arg& index, const Arg& source) & {
  return Change(self(), "index_copy_", index.where()).to(triptych::index_copy(Arg(self(), index.where()), axis, index, source));
}
Tensor& TensorMethods::index_fill_(std::int64_t axis, const Arg& index, const Arg& value) & {
  return Change(self(), "index_fill_", index.where()).to(triptych::index_fill(Arg(self(), index.where()), axis, index, value));
}
Tensor& TensorMethods::index_put_(const std::vector<Tensor>& indices, const Arg& values, bool accumulate) & {
  return Change(self(), "index_put_", values.where()).to(triptych::index_put(Arg(self(), values.where()), indices, values, accumulate));
}
Tensor& TensorMethods::index_reduce_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                                     bool include_self) & {
  return Change(self(), "index_reduce_", index.where()).to(triptych::index_reduce(Arg(self(), index.where()), axis, index, source, reduce, include_self));
}
Tensor& TensorMethods::lcm_(const Arg& b) & {
  return Change(self(), "lcm_", b.where()).to(triptych::lcm(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::ldexp_(const Arg& exponent) & {
  return Change(self(), "ldexp_", exponent.where()).to(triptych::ldexp(Arg(self(), exponent.where()), exponent));
}
Tensor& TensorMethods::le_(const Arg& b) & {
  return Change(self(), "le_", b.where()).to(triptych::less_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::lerp_(const Arg& end, const Arg& weight) & {
  return Change(self(), "lerp_", end.where()).to(triptych::lerp(Arg(self(), end.where()), end, weight));
}
Tensor& TensorMethods::less_(const Arg& b) & {
  return Change(self(), "less_", b.where()).to(triptych::less(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::less_equal_(const Arg& b) & {
  return Change(self(), "less_equal_", b.where()).to(triptych::less_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::lgamma_(Location where) & {
  return Change(self(), "lgamma_", where).to(triptych::lgamma(Arg(self(), where)));
}
Tensor& TensorMethods::log_(Location where) & {
  return Change(self(), "log_", where).to(triptych::log(Arg(self(), where)));
}
Tensor& TensorMethods::log10_(Location where) & {
  return Change(self(), "log10_", where).to(triptych::log10(Arg(self(), where)));
}
Tensor& TensorMethods::log1p_(Location where) & {
  return Change(self(), "log1p_", where).to(triptych::log1p(Arg(self(), where)));
}
Tensor& TensorMethods::log2_(Location where) & {
  return Change(self(), "log2_", where).to(triptych::log2(Arg(self(), where)));
}
Tensor& TensorMethods::logical_and_(const Arg& b) & {
  return Change(self(), "logical_and_", b.where()).to(triptych::logical_and(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::logical_not_(Location where) & {
  return Change(self(), "logical_not_", where).to(triptych::logical_not(Arg(self(), where)));
}
Tensor& TensorMethods::logical_or_(const Arg& b) & {
  return Change(self(), "logical_or_", b.where()).to(triptych::logical_or(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::logical_xor_(const Arg& b) & {
  return Change(self(), "logical_xor_", b.where()).to(triptych::logical_xor(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::logit_(std::optional<double> eps, Location where) & {
  return Change(self(), "logit_", where).to(triptych::logit(Arg(self(), where), eps));
}
Tensor& TensorMethods::lt_(const Arg& b) & {
  return Change(self(), "lt_", b.where()).to(triptych::less(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::masked_fill_(const Arg& mask, const Arg& value) & {
  return Change(self(), "masked_fill_", mask.where()).to(triptych::masked_fill(Arg(self(), mask.where()), mask, value));
}
Tensor& TensorMethods::masked_scatter_(const Arg& mask, const Arg& source) & {
  return Change(self(), "masked_scatter_", mask.where()).to(triptych::masked_scatter(Arg(self(), mask.where()), mask, source));
}
Tensor& TensorMethods::mul_(const Arg& b) & {
  return Change(self(), "mul_", b.where()).to(triptych::mul(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::multiply_(const Arg& b) & {
  return Change(self(), "multiply_", b.where()).to(triptych::mul(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::mvlgamma_(std::int64_t p, Location where) & {
  return Change(self(), "mvlgamma_", where).to(triptych::mvlgamma(Arg(self(), where), p));
}
Tensor& TensorMethods::nan_to_num_(double nan, std::optional<double> posinf, std::optional<double> neginf,
                                   Location where) & {
  return Change(self(), "nan_to_num_", where).to(triptych::nan_to_num(Arg(self(), where), nan, posinf, neginf));
}
Tensor& TensorMethods::ne_(const Arg& b) & {
  return Change(self(), "ne_", b.where()).to(triptych::not_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::neg_(Location where) & {
  return Change(self(), "neg_", where).to(triptych::neg(Arg(self(), where)));
}
Tensor& TensorMethods::negative_(Location where) & {
  return Change(self(), "negative_", where).to(triptych::negative(Arg(self(), where)));
}
Tensor& TensorMethods::nextafter_(const Arg& towards) & {
  return Change(self(), "nextafter_", towards.where()).to(triptych::nextafter(Arg(self(), towards.where()), towards));
}
Tensor& TensorMethods::not_equal_(const Arg& b) & {
  return Change(self(), "not_equal_", b.where()).to(triptych::not_equal(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::pow_(const Arg& b) & {
  return Change(self(), "pow_", b.where()).to(triptych::pow(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::put_(const Arg& index, const Arg& source, bool accumulate) & {
  return Change(self(), "put_", index.where()).to(triptych::put(Arg(self(), index.where()), index, source, accumulate));
}
Tensor& TensorMethods::rad2deg_(Location where) & {
  return Change(self(), "rad2deg_", where).to(triptych::rad2deg(Arg(self(), where)));
}
Tensor& TensorMethods::reciprocal_(Location where) & {
  return Change(self(), "reciprocal_", where).to(triptych::reciprocal(Arg(self(), where)));
}
Tensor& TensorMethods::relu_(Location where) & {
  return Change(self(), "relu_", where).to(triptych::relu(Arg(self(), where)));
}
Tensor& TensorMethods::remainder_(const Arg& b) & {
  return Change(self(), "remainder_", b.where()).to(triptych::remainder(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::renorm_(double p, std::int64_t axis, double maxnorm, Location where) & {
  return Change(self(), "renorm_", where).to(triptych::renorm(Arg(self(), where), p, axis, maxnorm));
}
Tensor& TensorMethods::round_(Location where) & {
  return Change(self(), "round_", where).to(triptych::round(Arg(self(), where)));
}
Tensor& TensorMethods::rsqrt_(Location where) & {
  return Change(self(), "rsqrt_", where).to(triptych::rsqrt(Arg(self(), where)));
}
Tensor& TensorMethods::scatter_(std::int64_t axis, const Arg& index, const Arg& source) & {
  return Change(self(), "scatter_", index.where()).to(triptych::scatter(Arg(self(), index.where()), axis, index, source));
}
Tensor& TensorMethods::scatter_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce) & {
  return Change(self(), "scatter_", index.where()).to(triptych::scatter(Arg(self(), index.where()), axis, index, source, reduce));
}
Tensor& TensorMethods::scatter_add_(std::int64_t axis, const Arg& index, const Arg& source) & {
  return Change(self(), "scatter_add_", index.where()).to(triptych::scatter_add(Arg(self(), index.where()), axis, index, source));
}
Tensor& TensorMethods::scatter_reduce_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                                       bool include_self) & {
  return Change(self(), "scatter_reduce_", index.where()).to(triptych::scatter_reduce(Arg(self(), index.where()), axis, index, source, reduce, include_self));
}
Tensor& TensorMethods::sgn_(Location where) & {
  return Change(self(), "sgn_", where).to(triptych::sgn(Arg(self(), where)));
}
Tensor& TensorMethods::sigmoid_(Location where) & {
  return Change(self(), "sigmoid_", where).to(triptych::sigmoid(Arg(self(), where)));
}
Tensor& TensorMethods::sign_(Location where) & {
  return Change(self(), "sign_", where).to(triptych::sign(Arg(self(), where)));
}
Tensor& TensorMethods::sin_(Location where) & {
  return Change(self(), "sin_", where).to(triptych::sin(Arg(self(), where)));
}
Tensor& TensorMethods::sinc_(Location where) & {
  return Change(self(), "sinc_", where).to(triptych::sinc(Arg(self(), where)));
}
Tensor& TensorMethods::sinh_(Location where) & {
  return Change(self(), "sinh_", where).to(triptych::sinh(Arg(self(), where)));
}
Tensor& TensorMethods::sqrt_(Location where) & {
  return Change(self(), "sqrt_", where).to(triptych::sqrt(Arg(self(), where)));
}
Tensor& TensorMethods::square_(Location where) & {
  return Change(self(), "square_", where).to(triptych::square(Arg(self(), where)));
}
Tensor& TensorMethods::sub_(const Arg& b) & {
  return Change(self(), "sub_", b.where()).to(triptych::sub(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::sub_(const Arg& b, Scalar alpha) & {
  return Change(self(), "sub_", b.where()).to(triptych::sub(Arg(self(), b.where()), b, alpha));
}
Tensor& TensorMethods::subtract_(const Arg& b) & {
  return Change(self(), "subtract_", b.where()).to(triptych::sub(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::subtract_(const Arg& b, Scalar alpha) & {
  return Change(self(), "subtract_", b.where()).to(triptych::sub(Arg(self(), b.where()), b, alpha));
}
Tensor& TensorMethods::tan_(Location where) & {
  return Change(self(), "tan_", where).to(triptych::tan(Arg(self(), where)));
}
Tensor& TensorMethods::tanh_(Location where) & {
  return Change(self(), "tanh_", where).to(triptych::tanh(Arg(self(), where)));
}
Tensor& TensorMethods::tril_(std::int64_t k, Location where) & {
  return Change(self(), "tril_", where).to(triptych::tril(Arg(self(), where), k));
}
Tensor& TensorMethods::triu_(std::int64_t k, Location where) & {
  return Change(self(), "triu_", where).to(triptych::triu(Arg(self(), where), k));
}
Tensor& TensorMethods::true_divide_(const Arg& b) & {
  return Change(self(), "true_divide_", b.where()).to(triptych::true_divide(Arg(self(), b.where()), b));
}
Tensor& TensorMethods::trunc_(Location where) & {
  return Change(self(), "trunc_", where).to(triptych::trunc(Arg(self(), where)));
}
Tensor& TensorMethods::xlogy_(const Arg& y) & {
  return Change(self(), "xlogy_", y.where()).to(triptych::xlogy(Arg(self(), y.where()), y));
}

}  // namespace triptych
