// Made by scripts/vocabulary/make_methods.py: the vocabulary as methods of Tensor.
// clang-format off
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/dtype.h"
#include "triptych/core/export.h"
#include "triptych/core/index.h"
#include "triptych/core/location.h"
#include "triptych/core/scalar.h"
#include "triptych/core/shape.h"
#include "triptych/core/sizes_by_place.h"
#include "triptych/core/text.h"

namespace triptych {

class Arg;
class Generator;
class Tensor;
struct BincountOptions;
struct CovOptions;
struct DiffOptions;
struct Frexp;
struct GatherOptions;
struct Histogram;
struct HistogramOptions;
namespace linalg { struct LuSolveOptions; }
struct MinMax;
namespace linalg { struct Qr; }
struct QuantileOptions;
namespace linalg { struct RankOptions; }
struct ScaledSumOptions;
struct Size2;
namespace linalg { struct Slogdet; }
namespace linalg { struct Svd; }
namespace linalg { struct TriangularSolveOptions; }
namespace linalg { struct TriangularSolved; }
struct UnfoldOptions;
struct UniqueConsecutiveOptions;
struct UniqueOptions;
struct UniqueResult;
struct ValuesAndIndices;
struct VarOptions;

/// The functions of core/ops.h that PyTorch has as methods: `x.exp()` is `exp(x)`, `x.sum({0})` is `sum(x, {0})`. They are
/// described with the functions. Those whose names end in _ change this tensor and every handle to it, never another view:
/// the result must have the tensor's shape and becomes its dtype, which must be floating if the result is (ArgumentError).
class TRIPTYCH_API TensorMethods {
 public:
  Tensor abs(Location where = Location::here()) const;
  Tensor absolute(Location where = Location::here()) const;
  Tensor acos(Location where = Location::here()) const;
  Tensor acosh(Location where = Location::here()) const;
  Tensor add(const Arg& b) const;
  Tensor add(const Arg& b, Scalar alpha) const;
  Tensor addbmm(const Arg& a, const Arg& b) const;
  Tensor addbmm(const Arg& a, const Arg& b, ScaledSumOptions options) const;
  Tensor addcdiv(const Arg& tensor1, const Arg& tensor2, Scalar value = 1) const;
  Tensor addcmul(const Arg& tensor1, const Arg& tensor2, Scalar value = 1) const;
  Tensor addmm(const Arg& a, const Arg& b) const;
  Tensor addmm(const Arg& a, const Arg& b, ScaledSumOptions options) const;
  Tensor addmv(const Arg& matrix, const Arg& vector) const;
  Tensor addmv(const Arg& matrix, const Arg& vector, ScaledSumOptions options) const;
  Tensor addr(const Arg& a, const Arg& b) const;
  Tensor addr(const Arg& a, const Arg& b, ScaledSumOptions options) const;
  Tensor adjoint(Location where = Location::here()) const;
  Tensor all(Location where = Location::here()) const;
  Tensor all(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor amax(Location where = Location::here()) const;
  Tensor amax(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor amin(Location where = Location::here()) const;
  Tensor amin(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  MinMax aminmax(std::optional<std::int64_t> axis = {}, bool keepdims = false, Location where = Location::here()) const;
  Tensor angle(Location where = Location::here()) const;
  Tensor any(Location where = Location::here()) const;
  Tensor any(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor arccos(Location where = Location::here()) const;
  Tensor arccosh(Location where = Location::here()) const;
  Tensor arcsin(Location where = Location::here()) const;
  Tensor arcsinh(Location where = Location::here()) const;
  Tensor arctan(Location where = Location::here()) const;
  Tensor arctan2(const Arg& x) const;
  Tensor arctanh(Location where = Location::here()) const;
  Tensor argmax(Location where = Location::here()) const;
  Tensor argmax(std::int64_t axis, bool keepdims = false, Location where = Location::here()) const;
  Tensor argmin(Location where = Location::here()) const;
  Tensor argmin(std::int64_t axis, bool keepdims = false, Location where = Location::here()) const;
  Tensor argsort(std::int64_t axis = -1, bool descending = false, bool stable = false,
                 Location where = Location::here()) const;
  Tensor argwhere(Location where = Location::here()) const;
  Tensor as_strided(const Shape& size, const Axes& strides, std::int64_t storage_offset = 0,
                    Location where = Location::here()) const;
  Tensor as_strided_scatter(const Arg& source, const Shape& size, const Axes& strides,
                            std::int64_t storage_offset = 0) const;
  Tensor asin(Location where = Location::here()) const;
  Tensor asinh(Location where = Location::here()) const;
  Tensor atan(Location where = Location::here()) const;
  Tensor atan2(const Arg& x) const;
  Tensor atanh(Location where = Location::here()) const;
  Tensor baddbmm(const Arg& a, const Arg& b) const;
  Tensor baddbmm(const Arg& a, const Arg& b, ScaledSumOptions options) const;
  Tensor bincount(Location where = Location::here()) const;
  Tensor bincount(BincountOptions options, Location where = Location::here()) const;
  Tensor bitwise_and(const Arg& b) const;
  Tensor bitwise_left_shift(const Arg& b) const;
  Tensor bitwise_not(Location where = Location::here()) const;
  Tensor bitwise_or(const Arg& b) const;
  Tensor bitwise_right_shift(const Arg& b) const;
  Tensor bitwise_xor(const Arg& b) const;
  Tensor bmm(const Arg& b) const;
  Tensor broadcast_to(const Shape& shape, Location where = Location::here()) const;
  Tensor ceil(Location where = Location::here()) const;
  Tensor cholesky(bool upper = false, Location where = Location::here()) const;
  Tensor cholesky_inverse(bool upper = false, Location where = Location::here()) const;
  Tensor cholesky_solve(const Arg& factor, bool upper = false) const;
  std::vector<Tensor> chunk(std::int64_t count, std::int64_t axis = 0, Location where = Location::here()) const;
  Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = {}, Location where = Location::here()) const;
  Tensor clamp(const Tensor& min, Location where = Location::here()) const;
  Tensor clamp(const Tensor& min, const Tensor& max, Location where = Location::here()) const;
  Tensor clamp_max(Scalar max, Location where = Location::here()) const;
  Tensor clamp_max(const Tensor& max, Location where = Location::here()) const;
  Tensor clamp_min(Scalar min, Location where = Location::here()) const;
  Tensor clamp_min(const Tensor& min, Location where = Location::here()) const;
  Tensor clip(std::optional<Scalar> min, std::optional<Scalar> max = {}, Location where = Location::here()) const;
  Tensor clip(const Tensor& min, Location where = Location::here()) const;
  Tensor clip(const Tensor& min, const Tensor& max, Location where = Location::here()) const;
  Tensor conj(Location where = Location::here()) const;
  Tensor contiguous(Location where = Location::here()) const;
  Tensor copysign(const Arg& b) const;
  Tensor corrcoef(Location where = Location::here()) const;
  Tensor cos(Location where = Location::here()) const;
  Tensor cosh(Location where = Location::here()) const;
  Tensor count_nonzero(Location where = Location::here()) const;
  Tensor count_nonzero(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor cov(Location where = Location::here()) const;
  Tensor cov(CovOptions options, Location where = Location::here()) const;
  Tensor cross(const Arg& b, std::int64_t axis = -1) const;
  ValuesAndIndices cummax(std::int64_t axis, Location where = Location::here()) const;
  ValuesAndIndices cummin(std::int64_t axis, Location where = Location::here()) const;
  Tensor cumprod(std::int64_t axis, Location where = Location::here()) const;
  Tensor cumsum(std::int64_t axis, Location where = Location::here()) const;
  Tensor deg2rad(Location where = Location::here()) const;
  Tensor det(Location where = Location::here()) const;
  Tensor diag(std::int64_t k = 0, Location where = Location::here()) const;
  Tensor diag_embed(std::int64_t offset = 0, std::int64_t axis1 = -2, std::int64_t axis2 = -1,
                    Location where = Location::here()) const;
  Tensor diagflat(std::int64_t offset = 0, Location where = Location::here()) const;
  Tensor diagonal(std::int64_t offset = 0, std::int64_t axis1 = 0, std::int64_t axis2 = 1,
                  Location where = Location::here()) const;
  Tensor diagonal_scatter(const Arg& source, std::int64_t offset = 0, std::int64_t axis1 = 0,
                          std::int64_t axis2 = 1) const;
  Tensor diff(std::int64_t n = 1, std::int64_t axis = -1, Location where = Location::here()) const;
  Tensor diff(std::int64_t n, std::int64_t axis, DiffOptions options, Location where = Location::here()) const;
  Tensor digamma(Location where = Location::here()) const;
  Tensor dist(const Arg& other, double p = 2) const;
  Tensor div(const Arg& b) const;
  Tensor divide(const Arg& b) const;
  Tensor dot(const Arg& b) const;
  std::vector<Tensor> dsplit(std::int64_t sections, Location where = Location::here()) const;
  Tensor eq(const Arg& b) const;
  Tensor erf(Location where = Location::here()) const;
  Tensor erfc(Location where = Location::here()) const;
  Tensor erfinv(Location where = Location::here()) const;
  Tensor exp(Location where = Location::here()) const;
  Tensor exp2(Location where = Location::here()) const;
  Tensor expand(const Shape& shape, Location where = Location::here()) const;
  template <Length... More>
  auto expand(At first, More... more) const {
    return expand(detail::SizesByPlace(first, more...).shape, first.where());
  }
  Tensor expand_as(const Arg& other) const;
  Tensor expm1(Location where = Location::here()) const;
  Tensor fix(Location where = Location::here()) const;
  Tensor flatten(std::int64_t start_dim = 0, std::int64_t end_dim = -1, Location where = Location::here()) const;
  Tensor flip(const Axes& axes, Location where = Location::here()) const;
  template <Length... More>
  auto flip(At first, More... more) const {
    return flip(detail::AxesByPlace(first, more...).axes, first.where());
  }
  Tensor fliplr(Location where = Location::here()) const;
  Tensor flipud(Location where = Location::here()) const;
  Tensor float_power(const Arg& b) const;
  Tensor floor(Location where = Location::here()) const;
  Tensor floor_divide(const Arg& b) const;
  Tensor fmax(const Arg& b) const;
  Tensor fmin(const Arg& b) const;
  Tensor fmod(const Arg& b) const;
  Tensor frac(Location where = Location::here()) const;
  Frexp frexp(Location where = Location::here()) const;
  Tensor gather(std::int64_t axis, const Arg& index) const;
  Tensor gather(const Arg& index) const;
  Tensor gather(const Arg& index, const GatherOptions& options) const;
  Tensor gcd(const Arg& b) const;
  Tensor ge(const Arg& b) const;
  Tensor ger(const Arg& b) const;
  Tensor greater(const Arg& b) const;
  Tensor greater_equal(const Arg& b) const;
  Tensor gt(const Arg& b) const;
  Tensor hardshrink(double lambd = 0.5, Location where = Location::here()) const;
  Tensor heaviside(const Arg& values) const;
  Tensor histc(std::int64_t bins = 100, double min = 0, double max = 0, Location where = Location::here()) const;
  Histogram histogram(std::int64_t bins, Location where = Location::here()) const;
  Histogram histogram(std::int64_t bins, HistogramOptions options, Location where = Location::here()) const;
  Histogram histogram(const Arg& bin_edges) const;
  Histogram histogram(const Arg& bin_edges, HistogramOptions options) const;
  std::vector<Tensor> hsplit(std::int64_t sections, Location where = Location::here()) const;
  Tensor hypot(const Arg& b) const;
  Tensor i0(Location where = Location::here()) const;
  Tensor igamma(const Arg& x) const;
  Tensor igammac(const Arg& x) const;
  Tensor index_add(std::int64_t axis, const Arg& index, const Arg& source) const;
  Tensor index_add(std::int64_t axis, const Arg& index, const Arg& source, Scalar alpha) const;
  Tensor index_copy(std::int64_t axis, const Arg& index, const Arg& source) const;
  Tensor index_fill(std::int64_t axis, const Arg& index, const Arg& value) const;
  Tensor index_put(const std::vector<Tensor>& indices, const Arg& values, bool accumulate = false) const;
  Tensor index_reduce(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                      bool include_self = true) const;
  Tensor index_select(std::int64_t axis, const Arg& index) const;
  Tensor inner(const Arg& b) const;
  Tensor inverse(Location where = Location::here()) const;
  Tensor isclose(const Arg& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  Tensor isfinite(Location where = Location::here()) const;
  Tensor isinf(Location where = Location::here()) const;
  Tensor isnan(Location where = Location::here()) const;
  Tensor isneginf(Location where = Location::here()) const;
  Tensor isposinf(Location where = Location::here()) const;
  Tensor isreal(Location where = Location::here()) const;
  Tensor kron(const Arg& b) const;
  ValuesAndIndices kthvalue(std::int64_t k, std::int64_t axis = -1, bool keepdims = false,
                            Location where = Location::here()) const;
  Tensor lcm(const Arg& b) const;
  Tensor ldexp(const Arg& exponent) const;
  Tensor le(const Arg& b) const;
  Tensor lerp(const Arg& end, const Arg& weight) const;
  Tensor less(const Arg& b) const;
  Tensor less_equal(const Arg& b) const;
  Tensor lgamma(Location where = Location::here()) const;
  Tensor log(Location where = Location::here()) const;
  Tensor log10(Location where = Location::here()) const;
  Tensor log1p(Location where = Location::here()) const;
  Tensor log2(Location where = Location::here()) const;
  Tensor log_softmax(std::int64_t axis, DType dtype, Location where = Location::here()) const;
  Tensor log_softmax(std::int64_t axis = -1, Location where = Location::here()) const;
  Tensor logaddexp(const Arg& b) const;
  Tensor logaddexp2(const Arg& b) const;
  Tensor logcumsumexp(std::int64_t axis, Location where = Location::here()) const;
  Tensor logdet(Location where = Location::here()) const;
  Tensor logical_and(const Arg& b) const;
  Tensor logical_not(Location where = Location::here()) const;
  Tensor logical_or(const Arg& b) const;
  Tensor logical_xor(const Arg& b) const;
  Tensor logit(std::optional<double> eps = {}, Location where = Location::here()) const;
  Tensor logsumexp(Location where = Location::here()) const;
  Tensor logsumexp(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor lt(const Arg& b) const;
  Tensor lu_solve(const Arg& pivots, const Arg& b) const;
  Tensor lu_solve(const Arg& pivots, const Arg& b, linalg::LuSolveOptions options) const;
  Tensor masked_fill(const Arg& mask, const Arg& value) const;
  Tensor masked_scatter(const Arg& mask, const Arg& source) const;
  Tensor masked_select(const Arg& mask) const;
  Tensor matmul(const Arg& b) const;
  Tensor matrix_exp(Location where = Location::here()) const;
  Tensor matrix_power(std::int64_t n, Location where = Location::here()) const;
  Tensor max(Location where = Location::here()) const;
  Tensor max(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor maximum(const Arg& b) const;
  Tensor mean(Location where = Location::here()) const;
  Tensor mean(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor median(Location where = Location::here()) const;
  ValuesAndIndices median(std::int64_t axis, bool keepdims = false, Location where = Location::here()) const;
  Tensor min(Location where = Location::here()) const;
  Tensor min(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor minimum(const Arg& b) const;
  Tensor mm(const Arg& b) const;
  ValuesAndIndices mode(std::int64_t axis = -1, bool keepdims = false, Location where = Location::here()) const;
  Tensor moveaxis(const Axes& source, const Axes& destination, Location where = Location::here()) const;
  Tensor moveaxis(std::int64_t source, std::int64_t destination, Location where = Location::here()) const;
  Tensor movedim(const Axes& source, const Axes& destination, Location where = Location::here()) const;
  Tensor msort(Location where = Location::here()) const;
  Tensor mul(const Arg& b) const;
  Tensor multiply(const Arg& b) const;
  Tensor mv(const Arg& vector) const;
  Tensor mvlgamma(std::int64_t p, Location where = Location::here()) const;
  Tensor nan_to_num(double nan = 0, std::optional<double> posinf = {}, std::optional<double> neginf = {},
                    Location where = Location::here()) const;
  Tensor nanmean(Location where = Location::here()) const;
  Tensor nanmean(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor nanmedian(Location where = Location::here()) const;
  ValuesAndIndices nanmedian(std::int64_t axis, bool keepdims = false, Location where = Location::here()) const;
  Tensor nanquantile(const Arg& q) const;
  Tensor nanquantile(const Arg& q, const QuantileOptions& options) const;
  Tensor nansum(Location where = Location::here()) const;
  Tensor nansum(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor narrow(std::int64_t axis, std::int64_t start, std::int64_t length, Location where = Location::here()) const;
  Tensor narrow_copy(std::int64_t axis, std::int64_t start, std::int64_t length,
                     Location where = Location::here()) const;
  Tensor ne(const Arg& b) const;
  Tensor neg(Location where = Location::here()) const;
  Tensor negative(Location where = Location::here()) const;
  Tensor nextafter(const Arg& towards) const;
  Tensor nonzero(Location where = Location::here()) const;
  Tensor nonzero_static(std::int64_t size, std::int64_t fill_value = -1, Location where = Location::here()) const;
  Tensor norm(Location where = Location::here()) const;
  Tensor norm(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor not_equal(const Arg& b) const;
  Tensor outer(const Arg& b) const;
  Tensor permute(const Axes& axes, Location where = Location::here()) const;
  template <Length... More>
  auto permute(At first, More... more) const {
    return permute(detail::AxesByPlace(first, more...).axes, first.where());
  }
  Tensor pinverse(Location where = Location::here()) const;
  Tensor pinverse(linalg::RankOptions options, Location where = Location::here()) const;
  Tensor positive(Location where = Location::here()) const;
  Tensor pow(const Arg& b) const;
  Tensor prelu(const Arg& weight) const;
  Tensor prod(Location where = Location::here()) const;
  Tensor prod(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor put(const Arg& index, const Arg& source, bool accumulate = false) const;
  linalg::Qr qr(Text mode = "reduced", Location where = Location::here()) const;
  Tensor quantile(const Arg& q) const;
  Tensor quantile(const Arg& q, const QuantileOptions& options) const;
  Tensor rad2deg(Location where = Location::here()) const;
  Tensor ravel(Location where = Location::here()) const;
  Tensor reciprocal(Location where = Location::here()) const;
  Tensor relu(Location where = Location::here()) const;
  Tensor remainder(const Arg& b) const;
  Tensor renorm(double p, std::int64_t axis, double maxnorm, Location where = Location::here()) const;
  Tensor repeat(const Axes& repeats, Location where = Location::here()) const;
  template <Length... More>
  auto repeat(At first, More... more) const {
    return repeat(detail::AxesByPlace(first, more...).axes, first.where());
  }
  Tensor repeat_interleave(std::int64_t repeats, Location where = Location::here()) const;
  Tensor repeat_interleave(const Arg& repeats) const;
  Tensor repeat_interleave(const Arg& repeats, std::int64_t axis) const;
  Tensor repeat_interleave(Location where = Location::here()) const;
  Tensor reshape(const Shape& shape, Location where = Location::here()) const;
  template <Length... More>
  auto reshape(At first, More... more) const {
    return reshape(detail::SizesByPlace(first, more...).shape, first.where());
  }
  Tensor reshape_as(const Arg& other) const;
  Tensor roll(const Axes& shifts, const Axes& axes, Location where = Location::here()) const;
  Tensor rot90(std::int64_t k = 1, const Axes& axes = {0, 1}, Location where = Location::here()) const;
  Tensor round(Location where = Location::here()) const;
  Tensor rsqrt(Location where = Location::here()) const;
  Tensor scatter(std::int64_t axis, const Arg& index, const Arg& source) const;
  Tensor scatter(std::int64_t axis, const Arg& index, const Arg& source, Text reduce) const;
  Tensor scatter_add(std::int64_t axis, const Arg& index, const Arg& source) const;
  Tensor scatter_reduce(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                        bool include_self = true) const;
  Tensor select(std::int64_t axis, std::int64_t index, Location where = Location::here()) const;
  Tensor select_scatter(const Arg& source, std::int64_t axis, std::int64_t index) const;
  Tensor sgn(Location where = Location::here()) const;
  Tensor sigmoid(Location where = Location::here()) const;
  Tensor sign(Location where = Location::here()) const;
  Tensor signbit(Location where = Location::here()) const;
  Tensor sin(Location where = Location::here()) const;
  Tensor sinc(Location where = Location::here()) const;
  Tensor sinh(Location where = Location::here()) const;
  Tensor slice_scatter(const Arg& source, std::int64_t axis, Slice range = {}) const;
  linalg::Slogdet slogdet(Location where = Location::here()) const;
  Tensor softmax(std::int64_t axis, DType dtype, Location where = Location::here()) const;
  Tensor softmax(std::int64_t axis = -1, Location where = Location::here()) const;
  ValuesAndIndices sort(std::int64_t axis = -1, bool descending = false, bool stable = false,
                        Location where = Location::here()) const;
  std::vector<Tensor> split(std::int64_t size, std::int64_t axis = 0, Location where = Location::here()) const;
  std::vector<Tensor> split(const std::vector<std::int64_t>& sizes, std::int64_t axis = 0,
                            Location where = Location::here()) const;
  std::vector<Tensor> split(std::initializer_list<std::int64_t> sizes, std::int64_t axis = 0,
                            Location where = Location::here()) const;
  std::vector<Tensor> split_with_sizes(const std::vector<std::int64_t>& sizes, std::int64_t axis = 0,
                                       Location where = Location::here()) const;
  Tensor sqrt(Location where = Location::here()) const;
  Tensor square(Location where = Location::here()) const;
  Tensor squeeze(Location where = Location::here()) const;
  Tensor squeeze(const Axes& axes, Location where = Location::here()) const;
  Tensor std(Location where = Location::here()) const;
  Tensor std(const Axes& axes, Location where = Location::here()) const;
  Tensor std(const Axes& axes, VarOptions options, Location where = Location::here()) const;
  Tensor sub(const Arg& b) const;
  Tensor sub(const Arg& b, Scalar alpha) const;
  Tensor subtract(const Arg& b) const;
  Tensor subtract(const Arg& b, Scalar alpha) const;
  Tensor sum(Location where = Location::here()) const;
  Tensor sum(const Axes& axes, bool keepdims = false, Location where = Location::here()) const;
  Tensor sum_to_size(const Shape& shape, Location where = Location::here()) const;
  linalg::Svd svd(bool full_matrices = true, Location where = Location::here()) const;
  Tensor swapaxes(std::int64_t a, std::int64_t b, Location where = Location::here()) const;
  Tensor swapdims(std::int64_t a, std::int64_t b, Location where = Location::here()) const;
  Tensor take(const Arg& index) const;
  Tensor take(const Arg& index, std::int64_t axis) const;
  Tensor take_along_dim(const Arg& index, std::int64_t axis) const;
  Tensor take_along_dim(const Arg& index) const;
  Tensor tan(Location where = Location::here()) const;
  Tensor tanh(Location where = Location::here()) const;
  std::vector<Tensor> tensor_split(std::int64_t sections, std::int64_t axis = 0,
                                   Location where = Location::here()) const;
  std::vector<Tensor> tensor_split(const std::vector<std::int64_t>& indices, std::int64_t axis = 0,
                                   Location where = Location::here()) const;
  Tensor tile(const Axes& repeats, Location where = Location::here()) const;
  template <Length... More>
  auto tile(At first, More... more) const {
    return tile(detail::AxesByPlace(first, more...).axes, first.where());
  }
  ValuesAndIndices topk(std::int64_t k, std::int64_t axis = -1, bool largest = true, bool sorted = true,
                        Location where = Location::here()) const;
  Tensor trace(Location where = Location::here()) const;
  Tensor transpose(std::int64_t a = -2, std::int64_t b = -1, Location where = Location::here()) const;
  linalg::TriangularSolved triangular_solve(const Arg& a) const;
  linalg::TriangularSolved triangular_solve(const Arg& a, linalg::TriangularSolveOptions options) const;
  Tensor tril(std::int64_t k = 0, Location where = Location::here()) const;
  Tensor triu(std::int64_t k = 0, Location where = Location::here()) const;
  Tensor true_divide(const Arg& b) const;
  Tensor trunc(Location where = Location::here()) const;
  std::vector<Tensor> unbind(std::int64_t axis = 0, Location where = Location::here()) const;
  Tensor unflatten(std::int64_t axis, const Shape& sizes, Location where = Location::here()) const;
  Tensor unfold(Size2 kernel_size, Location where = Location::here()) const;
  Tensor unfold(Size2 kernel_size, UnfoldOptions options, Location where = Location::here()) const;
  Tensor unfold(std::int64_t axis, std::int64_t size, std::int64_t step, Location where = Location::here()) const;
  Tensor unique(Location where = Location::here()) const;
  UniqueResult unique(UniqueOptions options, Location where = Location::here()) const;
  Tensor unique_consecutive(Location where = Location::here()) const;
  UniqueResult unique_consecutive(UniqueConsecutiveOptions options, Location where = Location::here()) const;
  std::vector<Tensor> unsafe_chunk(std::int64_t count, std::int64_t axis = 0, Location where = Location::here()) const;
  std::vector<Tensor> unsafe_split(std::int64_t size, std::int64_t axis = 0, Location where = Location::here()) const;
  std::vector<Tensor> unsafe_split_with_sizes(const std::vector<std::int64_t>& sizes, std::int64_t axis = 0,
                                          Location where = Location::here()) const;
  Tensor unsqueeze(std::int64_t axis, Location where = Location::here()) const;
  Tensor var(Location where = Location::here()) const;
  Tensor var(const Axes& axes, Location where = Location::here()) const;
  Tensor var(const Axes& axes, VarOptions options, Location where = Location::here()) const;
  Tensor vdot(const Arg& b) const;
  Tensor view(const Shape& shape, Location where = Location::here()) const;
  template <Length... More>
  auto view(At first, More... more) const {
    return view(detail::SizesByPlace(first, more...).shape, first.where());
  }
  Tensor view_as(const Arg& other) const;
  std::vector<Tensor> vsplit(std::int64_t sections, Location where = Location::here()) const;
  Tensor xlogy(const Arg& y) const;

  // In place; on a temporary they would do nothing.
  Tensor& abs_(Location where = Location::here()) &;
  Tensor& abs_() && = delete;
  Tensor& absolute_(Location where = Location::here()) &;
  Tensor& absolute_() && = delete;
  Tensor& acos_(Location where = Location::here()) &;
  Tensor& acos_() && = delete;
  Tensor& acosh_(Location where = Location::here()) &;
  Tensor& acosh_() && = delete;
  Tensor& add_(const Arg& b) &;
  Tensor& add_(const Arg&) && = delete;
  Tensor& add_(const Arg& b, Scalar alpha) &;
  Tensor& add_(const Arg&, Scalar) && = delete;
  Tensor& addbmm_(const Arg& a, const Arg& b) &;
  Tensor& addbmm_(const Arg&, const Arg&) && = delete;
  Tensor& addbmm_(const Arg& a, const Arg& b, ScaledSumOptions options) &;
  Tensor& addbmm_(const Arg&, const Arg&, ScaledSumOptions) && = delete;
  Tensor& addcdiv_(const Arg& tensor1, const Arg& tensor2, Scalar value = 1) &;
  Tensor& addcdiv_(const Arg&, const Arg&, Scalar) && = delete;
  Tensor& addcmul_(const Arg& tensor1, const Arg& tensor2, Scalar value = 1) &;
  Tensor& addcmul_(const Arg&, const Arg&, Scalar) && = delete;
  Tensor& addmm_(const Arg& a, const Arg& b) &;
  Tensor& addmm_(const Arg&, const Arg&) && = delete;
  Tensor& addmm_(const Arg& a, const Arg& b, ScaledSumOptions options) &;
  Tensor& addmm_(const Arg&, const Arg&, ScaledSumOptions) && = delete;
  Tensor& addmv_(const Arg& matrix, const Arg& vector) &;
  Tensor& addmv_(const Arg&, const Arg&) && = delete;
  Tensor& addmv_(const Arg& matrix, const Arg& vector, ScaledSumOptions options) &;
  Tensor& addmv_(const Arg&, const Arg&, ScaledSumOptions) && = delete;
  Tensor& addr_(const Arg& a, const Arg& b) &;
  Tensor& addr_(const Arg&, const Arg&) && = delete;
  Tensor& addr_(const Arg& a, const Arg& b, ScaledSumOptions options) &;
  Tensor& addr_(const Arg&, const Arg&, ScaledSumOptions) && = delete;
  Tensor& arccos_(Location where = Location::here()) &;
  Tensor& arccos_() && = delete;
  Tensor& arccosh_(Location where = Location::here()) &;
  Tensor& arccosh_() && = delete;
  Tensor& arcsin_(Location where = Location::here()) &;
  Tensor& arcsin_() && = delete;
  Tensor& arcsinh_(Location where = Location::here()) &;
  Tensor& arcsinh_() && = delete;
  Tensor& arctan_(Location where = Location::here()) &;
  Tensor& arctan_() && = delete;
  Tensor& arctan2_(const Arg& x) &;
  Tensor& arctan2_(const Arg&) && = delete;
  Tensor& arctanh_(Location where = Location::here()) &;
  Tensor& arctanh_() && = delete;
  Tensor& as_strided_(const Shape& size, const Axes& strides, std::int64_t storage_offset = 0,
                      Location where = Location::here()) &;
  Tensor& as_strided_(const Shape&, const Axes&, std::int64_t) && = delete;
  Tensor& asin_(Location where = Location::here()) &;
  Tensor& asin_() && = delete;
  Tensor& asinh_(Location where = Location::here()) &;
  Tensor& asinh_() && = delete;
  Tensor& atan_(Location where = Location::here()) &;
  Tensor& atan_() && = delete;
  Tensor& atan2_(const Arg& x) &;
  Tensor& atan2_(const Arg&) && = delete;
  Tensor& atanh_(Location where = Location::here()) &;
  Tensor& atanh_() && = delete;
  Tensor& baddbmm_(const Arg& a, const Arg& b) &;
  Tensor& baddbmm_(const Arg&, const Arg&) && = delete;
  Tensor& baddbmm_(const Arg& a, const Arg& b, ScaledSumOptions options) &;
  Tensor& baddbmm_(const Arg&, const Arg&, ScaledSumOptions) && = delete;
  Tensor& bitwise_and_(const Arg& b) &;
  Tensor& bitwise_and_(const Arg&) && = delete;
  Tensor& bitwise_left_shift_(const Arg& b) &;
  Tensor& bitwise_left_shift_(const Arg&) && = delete;
  Tensor& bitwise_not_(Location where = Location::here()) &;
  Tensor& bitwise_not_() && = delete;
  Tensor& bitwise_or_(const Arg& b) &;
  Tensor& bitwise_or_(const Arg&) && = delete;
  Tensor& bitwise_right_shift_(const Arg& b) &;
  Tensor& bitwise_right_shift_(const Arg&) && = delete;
  Tensor& bitwise_xor_(const Arg& b) &;
  Tensor& bitwise_xor_(const Arg&) && = delete;
  Tensor& ceil_(Location where = Location::here()) &;
  Tensor& ceil_() && = delete;
  Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = {}, Location where = Location::here()) &;
  Tensor& clamp_(std::optional<Scalar>, std::optional<Scalar>) && = delete;
  Tensor& clamp_(const Tensor& min, Location where = Location::here()) &;
  Tensor& clamp_(const Tensor&) && = delete;
  Tensor& clamp_(const Tensor& min, const Tensor& max, Location where = Location::here()) &;
  Tensor& clamp_(const Tensor&, const Tensor&) && = delete;
  Tensor& clamp_max_(Scalar max, Location where = Location::here()) &;
  Tensor& clamp_max_(Scalar) && = delete;
  Tensor& clamp_max_(const Tensor& max, Location where = Location::here()) &;
  Tensor& clamp_max_(const Tensor&) && = delete;
  Tensor& clamp_min_(Scalar min, Location where = Location::here()) &;
  Tensor& clamp_min_(Scalar) && = delete;
  Tensor& clamp_min_(const Tensor& min, Location where = Location::here()) &;
  Tensor& clamp_min_(const Tensor&) && = delete;
  Tensor& clip_(std::optional<Scalar> min, std::optional<Scalar> max = {}, Location where = Location::here()) &;
  Tensor& clip_(std::optional<Scalar>, std::optional<Scalar>) && = delete;
  Tensor& clip_(const Tensor& min, Location where = Location::here()) &;
  Tensor& clip_(const Tensor&) && = delete;
  Tensor& clip_(const Tensor& min, const Tensor& max, Location where = Location::here()) &;
  Tensor& clip_(const Tensor&, const Tensor&) && = delete;
  Tensor& copysign_(const Arg& b) &;
  Tensor& copysign_(const Arg&) && = delete;
  Tensor& cos_(Location where = Location::here()) &;
  Tensor& cos_() && = delete;
  Tensor& cosh_(Location where = Location::here()) &;
  Tensor& cosh_() && = delete;
  Tensor& cumprod_(std::int64_t axis, Location where = Location::here()) &;
  Tensor& cumprod_(std::int64_t) && = delete;
  Tensor& cumsum_(std::int64_t axis, Location where = Location::here()) &;
  Tensor& cumsum_(std::int64_t) && = delete;
  Tensor& deg2rad_(Location where = Location::here()) &;
  Tensor& deg2rad_() && = delete;
  Tensor& digamma_(Location where = Location::here()) &;
  Tensor& digamma_() && = delete;
  Tensor& div_(const Arg& b) &;
  Tensor& div_(const Arg&) && = delete;
  Tensor& divide_(const Arg& b) &;
  Tensor& divide_(const Arg&) && = delete;
  Tensor& eq_(const Arg& b) &;
  Tensor& eq_(const Arg&) && = delete;
  Tensor& erf_(Location where = Location::here()) &;
  Tensor& erf_() && = delete;
  Tensor& erfc_(Location where = Location::here()) &;
  Tensor& erfc_() && = delete;
  Tensor& erfinv_(Location where = Location::here()) &;
  Tensor& erfinv_() && = delete;
  Tensor& exp_(Location where = Location::here()) &;
  Tensor& exp_() && = delete;
  Tensor& exp2_(Location where = Location::here()) &;
  Tensor& exp2_() && = delete;
  Tensor& expm1_(Location where = Location::here()) &;
  Tensor& expm1_() && = delete;
  Tensor& fix_(Location where = Location::here()) &;
  Tensor& fix_() && = delete;
  Tensor& float_power_(const Arg& b) &;
  Tensor& float_power_(const Arg&) && = delete;
  Tensor& floor_(Location where = Location::here()) &;
  Tensor& floor_() && = delete;
  Tensor& floor_divide_(const Arg& b) &;
  Tensor& floor_divide_(const Arg&) && = delete;
  Tensor& fmod_(const Arg& b) &;
  Tensor& fmod_(const Arg&) && = delete;
  Tensor& frac_(Location where = Location::here()) &;
  Tensor& frac_() && = delete;
  Tensor& gcd_(const Arg& b) &;
  Tensor& gcd_(const Arg&) && = delete;
  Tensor& ge_(const Arg& b) &;
  Tensor& ge_(const Arg&) && = delete;
  Tensor& greater_(const Arg& b) &;
  Tensor& greater_(const Arg&) && = delete;
  Tensor& greater_equal_(const Arg& b) &;
  Tensor& greater_equal_(const Arg&) && = delete;
  Tensor& gt_(const Arg& b) &;
  Tensor& gt_(const Arg&) && = delete;
  Tensor& heaviside_(const Arg& values) &;
  Tensor& heaviside_(const Arg&) && = delete;
  Tensor& hypot_(const Arg& b) &;
  Tensor& hypot_(const Arg&) && = delete;
  Tensor& i0_(Location where = Location::here()) &;
  Tensor& i0_() && = delete;
  Tensor& igamma_(const Arg& x) &;
  Tensor& igamma_(const Arg&) && = delete;
  Tensor& igammac_(const Arg& x) &;
  Tensor& igammac_(const Arg&) && = delete;
  Tensor& index_add_(std::int64_t axis, const Arg& index, const Arg& source) &;
  Tensor& index_add_(std::int64_t, const Arg&, const Arg&) && = delete;
  Tensor& index_add_(std::int64_t axis, const Arg& index, const Arg& source, Scalar alpha) &;
  Tensor& index_add_(std::int64_t, const Arg&, const Arg&, Scalar) && = delete;
  Tensor& index_copy_(std::int64_t axis, const Arg& index, const Arg& source) &;
  Tensor& index_copy_(std::int64_t, const Arg&, const Arg&) && = delete;
  Tensor& index_fill_(std::int64_t axis, const Arg& index, const Arg& value) &;
  Tensor& index_fill_(std::int64_t, const Arg&, const Arg&) && = delete;
  Tensor& index_put_(const std::vector<Tensor>& indices, const Arg& values, bool accumulate = false) &;
  Tensor& index_put_(const std::vector<Tensor>&, const Arg&, bool) && = delete;
  Tensor& index_reduce_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                        bool include_self = true) &;
  Tensor& index_reduce_(std::int64_t, const Arg&, const Arg&, Text, bool) && = delete;
  Tensor& lcm_(const Arg& b) &;
  Tensor& lcm_(const Arg&) && = delete;
  Tensor& ldexp_(const Arg& exponent) &;
  Tensor& ldexp_(const Arg&) && = delete;
  Tensor& le_(const Arg& b) &;
  Tensor& le_(const Arg&) && = delete;
  Tensor& lerp_(const Arg& end, const Arg& weight) &;
  Tensor& lerp_(const Arg&, const Arg&) && = delete;
  Tensor& less_(const Arg& b) &;
  Tensor& less_(const Arg&) && = delete;
  Tensor& less_equal_(const Arg& b) &;
  Tensor& less_equal_(const Arg&) && = delete;
  Tensor& lgamma_(Location where = Location::here()) &;
  Tensor& lgamma_() && = delete;
  Tensor& log_(Location where = Location::here()) &;
  Tensor& log_() && = delete;
  Tensor& log10_(Location where = Location::here()) &;
  Tensor& log10_() && = delete;
  Tensor& log1p_(Location where = Location::here()) &;
  Tensor& log1p_() && = delete;
  Tensor& log2_(Location where = Location::here()) &;
  Tensor& log2_() && = delete;
  Tensor& logical_and_(const Arg& b) &;
  Tensor& logical_and_(const Arg&) && = delete;
  Tensor& logical_not_(Location where = Location::here()) &;
  Tensor& logical_not_() && = delete;
  Tensor& logical_or_(const Arg& b) &;
  Tensor& logical_or_(const Arg&) && = delete;
  Tensor& logical_xor_(const Arg& b) &;
  Tensor& logical_xor_(const Arg&) && = delete;
  Tensor& logit_(std::optional<double> eps = {}, Location where = Location::here()) &;
  Tensor& logit_(std::optional<double>) && = delete;
  Tensor& lt_(const Arg& b) &;
  Tensor& lt_(const Arg&) && = delete;
  Tensor& masked_fill_(const Arg& mask, const Arg& value) &;
  Tensor& masked_fill_(const Arg&, const Arg&) && = delete;
  Tensor& masked_scatter_(const Arg& mask, const Arg& source) &;
  Tensor& masked_scatter_(const Arg&, const Arg&) && = delete;
  Tensor& mul_(const Arg& b) &;
  Tensor& mul_(const Arg&) && = delete;
  Tensor& multiply_(const Arg& b) &;
  Tensor& multiply_(const Arg&) && = delete;
  Tensor& mvlgamma_(std::int64_t p, Location where = Location::here()) &;
  Tensor& mvlgamma_(std::int64_t) && = delete;
  Tensor& nan_to_num_(double nan = 0, std::optional<double> posinf = {}, std::optional<double> neginf = {},
                      Location where = Location::here()) &;
  Tensor& nan_to_num_(double, std::optional<double>, std::optional<double>) && = delete;
  Tensor& ne_(const Arg& b) &;
  Tensor& ne_(const Arg&) && = delete;
  Tensor& neg_(Location where = Location::here()) &;
  Tensor& neg_() && = delete;
  Tensor& negative_(Location where = Location::here()) &;
  Tensor& negative_() && = delete;
  Tensor& nextafter_(const Arg& towards) &;
  Tensor& nextafter_(const Arg&) && = delete;
  Tensor& not_equal_(const Arg& b) &;
  Tensor& not_equal_(const Arg&) && = delete;
  Tensor& pow_(const Arg& b) &;
  Tensor& pow_(const Arg&) && = delete;
  Tensor& put_(const Arg& index, const Arg& source, bool accumulate = false) &;
  Tensor& put_(const Arg&, const Arg&, bool) && = delete;
  Tensor& rad2deg_(Location where = Location::here()) &;
  Tensor& rad2deg_() && = delete;
  Tensor& reciprocal_(Location where = Location::here()) &;
  Tensor& reciprocal_() && = delete;
  Tensor& relu_(Location where = Location::here()) &;
  Tensor& relu_() && = delete;
  Tensor& remainder_(const Arg& b) &;
  Tensor& remainder_(const Arg&) && = delete;
  Tensor& renorm_(double p, std::int64_t axis, double maxnorm, Location where = Location::here()) &;
  Tensor& renorm_(double, std::int64_t, double) && = delete;
  Tensor& round_(Location where = Location::here()) &;
  Tensor& round_() && = delete;
  Tensor& rsqrt_(Location where = Location::here()) &;
  Tensor& rsqrt_() && = delete;
  Tensor& scatter_(std::int64_t axis, const Arg& index, const Arg& source) &;
  Tensor& scatter_(std::int64_t, const Arg&, const Arg&) && = delete;
  Tensor& scatter_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce) &;
  Tensor& scatter_(std::int64_t, const Arg&, const Arg&, Text) && = delete;
  Tensor& scatter_add_(std::int64_t axis, const Arg& index, const Arg& source) &;
  Tensor& scatter_add_(std::int64_t, const Arg&, const Arg&) && = delete;
  Tensor& scatter_reduce_(std::int64_t axis, const Arg& index, const Arg& source, Text reduce,
                          bool include_self = true) &;
  Tensor& scatter_reduce_(std::int64_t, const Arg&, const Arg&, Text, bool) && = delete;
  Tensor& sgn_(Location where = Location::here()) &;
  Tensor& sgn_() && = delete;
  Tensor& sigmoid_(Location where = Location::here()) &;
  Tensor& sigmoid_() && = delete;
  Tensor& sign_(Location where = Location::here()) &;
  Tensor& sign_() && = delete;
  Tensor& sin_(Location where = Location::here()) &;
  Tensor& sin_() && = delete;
  Tensor& sinc_(Location where = Location::here()) &;
  Tensor& sinc_() && = delete;
  Tensor& sinh_(Location where = Location::here()) &;
  Tensor& sinh_() && = delete;
  Tensor& sqrt_(Location where = Location::here()) &;
  Tensor& sqrt_() && = delete;
  Tensor& square_(Location where = Location::here()) &;
  Tensor& square_() && = delete;
  Tensor& sub_(const Arg& b) &;
  Tensor& sub_(const Arg&) && = delete;
  Tensor& sub_(const Arg& b, Scalar alpha) &;
  Tensor& sub_(const Arg&, Scalar) && = delete;
  Tensor& subtract_(const Arg& b) &;
  Tensor& subtract_(const Arg&) && = delete;
  Tensor& subtract_(const Arg& b, Scalar alpha) &;
  Tensor& subtract_(const Arg&, Scalar) && = delete;
  Tensor& tan_(Location where = Location::here()) &;
  Tensor& tan_() && = delete;
  Tensor& tanh_(Location where = Location::here()) &;
  Tensor& tanh_() && = delete;
  Tensor& tril_(std::int64_t k = 0, Location where = Location::here()) &;
  Tensor& tril_(std::int64_t) && = delete;
  Tensor& triu_(std::int64_t k = 0, Location where = Location::here()) &;
  Tensor& triu_(std::int64_t) && = delete;
  Tensor& true_divide_(const Arg& b) &;
  Tensor& true_divide_(const Arg&) && = delete;
  Tensor& trunc_(Location where = Location::here()) &;
  Tensor& trunc_() && = delete;
  Tensor& xlogy_(const Arg& y) &;
  Tensor& xlogy_(const Arg&) && = delete;

 protected:
  TensorMethods() = default;

 private:
  const Tensor& self() const;
  Tensor& self();
};

}  // namespace triptych
