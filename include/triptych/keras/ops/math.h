// keras.ops, mathematics, linear algebra and what belongs to tensors in general, with Keras 3's order of arguments.
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/ops/labels.h"
#include "triptych/core/ops/saturate_cast.h"
#include "triptych/keras/ops/sizes.h"

namespace triptych::keras::ops {

using triptych::cast;
using triptych::cdist;
using triptych::custom_gradient;
using triptych::erf;
using triptych::erfc;
using triptych::erfinv;
using triptych::in_top_k;
using triptych::logsumexp;
using triptych::saturate_cast;
using triptych::linalg::cholesky;
using triptych::linalg::cholesky_inverse;
using triptych::linalg::qr;
using triptych::linalg::svd;
// As those of linalg; of a functional model's tensors one step each, which files hold.
TRIPTYCH_API Tensor det(const Arg& x);
TRIPTYCH_API triptych::linalg::Slogdet slogdet(const Arg& x);
TRIPTYCH_API Tensor logdet(const Arg& x);
TRIPTYCH_API Tensor inv(const Arg& x);
TRIPTYCH_API Tensor pinv(const Arg& x, triptych::linalg::RankOptions options = {});
TRIPTYCH_API Tensor matrix_rank(const Arg& x, triptych::linalg::RankOptions options = {});
TRIPTYCH_API Tensor solve(const Arg& a, const Arg& b);
inline triptych::linalg::Eigh eigh(const Arg& x) { return triptych::linalg::eigh(x); }
/// lower: a is lower triangular.
inline Tensor solve_triangular(const Arg& a, const Arg& b, bool lower = false) {
  return triptych::linalg::solve_triangular(a, b, {.upper = !lower});
}
/// The Euclidean norm of all elements, or along `axis`; of two axes the matrices' Frobenius norm.
inline Tensor norm(const Arg& x) { return triptych::norm(x); }
/// ord: a number, or of matrices "fro" or "nuc"; without an axis of a vector or a matrix.
TRIPTYCH_API Tensor norm(const Arg& x, double ord, const Axes& axis = {}, bool keepdims = false);
TRIPTYCH_API Tensor norm(const Arg& x, Text ord, const Axes& axis = {}, bool keepdims = false);
/// The Euclidean norm along axes: ord std::nullopt, Keras's None.
inline Tensor norm(const Arg& x, std::nullopt_t, const Axes& axis, bool keepdims = false) {
  return triptych::norm(x, axis, keepdims);
}
struct LuFactor {
  Tensor lu, pivots;
};
/// The factors of Gaussian elimination in one matrix; row i was exchanged with row pivots[i], counted from 0.
TRIPTYCH_API LuFactor lu_factor(const Arg& x);
/// The x for which a x is nearest to b.
TRIPTYCH_API Tensor lstsq(const Arg& a, const Arg& b, std::optional<double> rcond = {});
/// The k largest elements of the last axis; they are sorted with `sorted` or without.
inline ValuesAndIndices top_k(const Arg& x, std::int64_t k, bool sorted = true) { return topk(x, k, -1, true, sorted); }

/// num_segments: as many as the largest number says, if it is not given.
TRIPTYCH_API Tensor segment_max(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments = {});
TRIPTYCH_API Tensor segment_min(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments = {});
TRIPTYCH_API Tensor segment_prod(const Arg& data, const Arg& segment_ids,
                                 std::optional<std::int64_t> num_segments = {});
TRIPTYCH_API Tensor segment_sum(const Arg& data, const Arg& segment_ids, std::optional<std::int64_t> num_segments = {});
/// The windows of `sequence_length` elements of the last axis, each `sequence_stride` behind the one before.
TRIPTYCH_API Tensor extract_sequences(const Arg& x, std::int64_t sequence_length, std::int64_t sequence_stride);

TRIPTYCH_API Tensor convert_to_tensor(const Arg& x, std::optional<DType> dtype = {});
inline Tensor convert_to_tensor(std::initializer_list<NumberList> x, std::optional<DType> dtype = {},
                                Location where = Location::here()) {
  return tensor(x, dtype, where);
}
inline DType dtype(const Arg& x) { return x.tensor().dtype(x.where()); }
inline Tensor stop_gradient(const Arg& variable) { return variable.tensor().detach(variable.where()); }
/// Zeros of `shape` but for `values` at the places `indices`, which are added where some are the same.
TRIPTYCH_API Tensor scatter(const Arg& indices, const Arg& values, const Shape& shape);
TRIPTYCH_API Tensor scatter_update(const Arg& inputs, const Arg& indices, const Arg& updates);
/// The part of `shape` that begins at `start_indices`.
inline Tensor slice(const Arg& inputs, const Arg& start_indices, const Shape& shape) {
  return dynamic_slice(inputs, start_indices, shape);
}
TRIPTYCH_API Tensor slice_update(const Arg& inputs, const Arg& start_indices, const Arg& updates);
inline int ndim(const Arg& x) { return x.tensor().ndim(x.where()); }
inline Sizes shape(const Arg& x) { return Sizes::of(x.tensor(), x.where()); }

/// keras.ops.linalg: the same functions.
namespace linalg {
using ops::cholesky;
using ops::cholesky_inverse;
using ops::det;
using ops::eigh;
using ops::inv;
using ops::lstsq;
using ops::lu_factor;
using ops::matrix_rank;
using ops::norm;
using ops::pinv;
using ops::qr;
using ops::solve;
using ops::solve_triangular;
using ops::svd;
}  // namespace linalg

}  // namespace triptych::keras::ops
