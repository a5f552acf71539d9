// PyTorch's further functions and names: each is one or a few of the others.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/ops/creation.h"
#include "triptych/core/ops/linalg.h"
#include "triptych/core/ops/rearrange.h"
#include "triptych/core/random.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

// --- Other names ----------------------------------------------------------------------------------------------------

/// `split` into parts of these sizes, along `axis`.
TRIPTYCH_API std::vector<Tensor> split_with_sizes(Arg x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0);
TRIPTYCH_API std::vector<Tensor> unsafe_split(Arg x, std::int64_t size, std::int64_t axis = 0);
TRIPTYCH_API std::vector<Tensor> unsafe_split_with_sizes(Arg x, const std::vector<std::int64_t>& sizes,
                                                         std::int64_t axis = 0);
TRIPTYCH_API std::vector<Tensor> unsafe_chunk(Arg x, std::int64_t count, std::int64_t axis = 0);
/// `narrow`, as a copy.
TRIPTYCH_API Tensor narrow_copy(Arg x, std::int64_t axis, std::int64_t start, std::int64_t length);
/// `transpose` of the last two axes: of real matrices the adjoint.
TRIPTYCH_API Tensor adjoint(Arg x);
/// `trapezoid`.
TRIPTYCH_API Tensor trapz(Arg y, double dx = 1, std::int64_t axis = -1);
TRIPTYCH_API Tensor trapz(Arg y, Arg x, std::int64_t axis = -1);
/// `pad` by (left, right) of the last axis, then of the one before it, ...
TRIPTYCH_API Tensor constant_pad_nd(Arg x, const std::vector<std::int64_t>& pad, Scalar value = 0);
/// `full_like`, `tensor` of a number.
TRIPTYCH_API Tensor fill(Arg x, Scalar value);
TRIPTYCH_API Tensor scalar_tensor(Scalar value, std::optional<DType> dtype = {}, Location where = Location::here());
/// start, start + step, ... up to `end`, which is part of it: float32.
TRIPTYCH_API Tensor range(double start, double end, double step = 1, DType dtype = float32,
                          Location where = Location::here());
/// `permutation`; `randint` with x's shape and dtype.
TRIPTYCH_API Tensor randperm(std::int64_t n, Generator* generator = nullptr, Location where = Location::here());
TRIPTYCH_API Tensor randint_like(Arg x, std::int64_t low, std::int64_t high, Generator* generator = nullptr);
TRIPTYCH_API Tensor randint_like(Arg x, std::int64_t high, Generator* generator = nullptr);
/// `matrix_norm` with "fro" and "nuc" of matrices.
TRIPTYCH_API Tensor frobenius_norm(Arg x, const Axes& axes = {-2, -1}, bool keepdims = false);
TRIPTYCH_API Tensor nuclear_norm(Arg x, const Axes& axes = {-2, -1}, bool keepdims = false);

// --- Distances, norms, sums -----------------------------------------------------------------------------------------

/// The p-norm of x - other.
TRIPTYCH_API Tensor dist(Arg x, Arg other, double p = 2);
/// x with each slice along `axis` whose p-norm is above `maxnorm` made that long.
/// @throws ArgumentError unless p is positive and maxnorm 0 or more.
TRIPTYCH_API Tensor renorm(Arg x, double p, std::int64_t axis, double maxnorm);
/// x summed to `shape`, from which it could have been broadcast.
TRIPTYCH_API Tensor sum_to_size(Arg x, const Shape& shape);
/// The shape that these broadcast to.
/// @throws ArgumentError if they do not.
TRIPTYCH_API Shape broadcast_shapes(const std::vector<Shape>& shapes, Location where = Location::here());
/// The derivatives of x along each of `axes` (all if there are none), for points `spacing` apart: central differences,
/// at the ends those to the one neighbour.
/// @throws ArgumentError if an axis has less than two elements, or spacing is 0.
TRIPTYCH_API std::vector<Tensor> gradient(Arg x, double spacing = 1, const Axes& axes = {});

struct Frexp {
  Tensor mantissa, exponent;
};
/// x = mantissa 2^exponent with a mantissa from 1/2 to 1 (or 0), exponents int32.
TRIPTYCH_API Frexp frexp(Arg x);

// --- Places ---------------------------------------------------------------------------------------------------------

/// x with its slices at `index` along `axis` and those of `source` put together: "prod", "mean", "amax" or "amin".
TRIPTYCH_API Tensor index_reduce(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce,
                                 bool include_self = true);
/// x with `source` in place of as_strided(x, size, strides, storage_offset).
TRIPTYCH_API Tensor as_strided_scatter(Arg x, Arg source, const Shape& size, const Axes& strides,
                                       std::int64_t storage_offset = 0);
/// The first `size` rows of `nonzero`, and rows of `fill_value` if there are fewer.
TRIPTYCH_API Tensor nonzero_static(Arg x, std::int64_t size, std::int64_t fill_value = -1);

// --- Products -------------------------------------------------------------------------------------------------------

/// y_o = x1 W_o x2 + b_o for x1 (..., n), x2 (..., m), weight (o, n, m) and bias (o,), which may be undefined.
TRIPTYCH_API Tensor bilinear(Arg x1, Arg x2, Arg weight, const Tensor& bias = {});
/// conv1d of sequences (length, n, c) by weight (k, c, o), with bias (o,) and `pad` zeros on both sides.
TRIPTYCH_API Tensor conv_tbc(Arg x, Arg weight, Arg bias, std::int64_t pad = 0);

}  // namespace triptych

namespace triptych::linalg {

/// The sums of products along `axis`; both broadcast.
TRIPTYCH_API Tensor vecdot(Arg x, Arg y, std::int64_t axis = -1);
/// The inverse of x as a map from its last dimensions to the first `ind`, whose lengths have one product.
TRIPTYCH_API Tensor tensorinv(Arg x, std::int64_t ind = 2);
/// The solution of tensordot(a, X, X.ndim()) = b.
TRIPTYCH_API Tensor tensorsolve(Arg a, Arg b);

}  // namespace triptych::linalg
