// keras.ops, mathematics, linear algebra and what belongs to tensors in general, with Keras 3's order of arguments.
#pragma once

#include <vector>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

using triptych::cast;
using triptych::cdist;
using triptych::erf;
using triptych::erfc;
using triptych::erfinv;
using triptych::logsumexp;
using triptych::linalg::cholesky;
using triptych::linalg::cholesky_inverse;
using triptych::linalg::det;
using triptych::linalg::inv;
using triptych::linalg::logdet;
using triptych::linalg::matrix_rank;
using triptych::linalg::pinv;
using triptych::linalg::qr;
using triptych::linalg::slogdet;
using triptych::linalg::solve;
using triptych::linalg::svd;
inline triptych::linalg::Eigh eigh(const Arg& x) { return triptych::linalg::eigh(x); }
/// lower: a is lower triangular.
inline Tensor solve_triangular(const Arg& a, const Arg& b, bool lower = false) {
  return triptych::linalg::solve_triangular(a, b, {.upper = !lower});
}
/// The Euclidean norm of all elements, or along `axis`.
inline Tensor norm(const Arg& x) { return triptych::norm(x); }
/// The k largest elements of the last axis.
inline ValuesAndIndices top_k(const Arg& x, std::int64_t k) { return topk(x, k); }

inline Tensor segment_max(const Arg& data, const Arg& segment_ids, std::int64_t num_segments) {
  return unsorted_segment_max(data, segment_ids, num_segments);
}
inline Tensor segment_sum(const Arg& data, const Arg& segment_ids, std::int64_t num_segments) {
  return unsorted_segment_sum(data, segment_ids, num_segments);
}

inline Tensor convert_to_tensor(const Arg& x) { return identity(x); }
inline Tensor stop_gradient(const Arg& variable) { return variable.tensor().detach(variable.where()); }
inline Tensor scatter(const Arg& indices, const Arg& values, const Shape& shape) {
  return scatter_nd(indices, values, shape);
}
inline Tensor scatter_update(const Arg& inputs, const Arg& indices, const Arg& updates) {
  return tensor_scatter_nd_update(inputs, indices, updates);
}
/// The part of `shape` that begins at `start_indices`.
inline Tensor slice(const Arg& inputs, const Arg& start_indices, const Shape& shape) {
  return dynamic_slice(inputs, start_indices, shape);
}
inline Tensor slice_update(const Arg& inputs, const Arg& start_indices, const Arg& updates) {
  return dynamic_update_slice(inputs, updates, start_indices);
}
inline int ndim(const Arg& x) { return x.tensor().ndim(x.where()); }
inline Shape shape(const Arg& x) { return x.tensor().shape(x.where()); }

}  // namespace triptych::keras::ops
