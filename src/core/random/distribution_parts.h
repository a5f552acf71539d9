// What the distributions share: their parameters are tensors of one shape, whose values are allowed.
#pragma once

#include <string>
#include <vector>

#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pytorch_names.h"

namespace triptych::distributions {

/// `what` of the tensor's values, unless they are all as `allowed` says. What a graph or vmap will compute is not
/// known.
inline void check_values(const char* op, const char* what, const Tensor& values, const Tensor& allowed,
                         Location where) {
  if (values.is_symbolic() || values.numel() == 0 || all(allowed).item<bool>()) return;
  throw ArgumentError(
      op, what, "from " + number_text(min(values).item<double>()) + " to " + number_text(max(values).item<double>()),
      "", where);
}

inline Tensor tensor_of(const Arg& given, const Arg& other) {
  if (!given.is_scalar()) return given.tensor();
  const Frame frame(given.where());
  return full({}, given.scalar(), other.is_scalar() ? float32 : other.tensor().dtype());
}

inline Shape joined(const Shape& a, const Shape& b) {
  Shape shape = a;
  for (int axis = 0; axis < b.rank(); ++axis) shape.append(b.dim(axis));
  return shape;
}

/// A tensor with the shape of a sample, whose values nobody reads.
inline Tensor like(const Tensor& parameter, const Shape& sample_shape) {
  return sample_shape.empty() ? parameter : expand(parameter, joined(sample_shape, parameter.shape()));
}

/// Both get the shape that they broadcast to.
inline void broadcast_both(Tensor& a, Tensor& b, Location where) {
  if (a.shape() == b.shape()) return;
  const std::vector<Tensor> alike = broadcast_tensors({a, b}, where);
  a = alike[0], b = alike[1];
}

}  // namespace triptych::distributions
