#include "triptych/core/vector_distributions.h"

#include <cmath>
#include <numbers>
#include <string>

#include "core/random/distribution_parts.h"
#include "core/random/drawing.h"
#include "triptych/core/ops/linalg.h"

namespace triptych::distributions {
namespace {

/// The lower triangular L with L L^T = precision^-1, by the Cholesky factor of the matrix read backwards.
Tensor factor_of_inverse(const Tensor& precision) {
  const Tensor factor = flip(linalg::cholesky(flip(precision, {-2, -1})), {-2, -1});
  return linalg::solve_triangular(transpose(factor), cast(eye(precision.size(-1)), precision.dtype()),
                                  {.upper = false});
}

Tensor factor_of(const Covariance& given) {
  if (given.scale_tril.defined()) return given.scale_tril;
  return given.covariance_matrix.defined() ? linalg::cholesky(given.covariance_matrix)
                                           : factor_of_inverse(given.precision_matrix);
}

/// The squared length of L^-1 x for vectors x (..., d).
Tensor scaled_square(const Tensor& factor, const Tensor& x) {
  return sum(square(squeeze(linalg::solve_triangular(factor, unsqueeze(x, -1), {.upper = false}), -1)), -1);
}

/// ln |L|.
Tensor log_determinant(const Tensor& factor) { return sum(log(diagonal(factor, 0, -2, -1)), -1); }

}  // namespace

// --- MultivariateNormal ---------------------------------------------------------------------------------------------

MultivariateNormal::MultivariateNormal(const Arg& loc_, const Covariance& given) : loc(loc_.tensor()) {
  const Location where = loc_.where();
  const Frame frame(where);
  const int count = given.covariance_matrix.defined() + given.precision_matrix.defined() + given.scale_tril.defined();
  if (count != 1)
    throw ArgumentError("MultivariateNormal", "not one matrix is given", std::to_string(count) + " are",
                        "Give covariance_matrix, precision_matrix or scale_tril", where);
  const Tensor& matrix = given.scale_tril.defined()          ? given.scale_tril
                         : given.covariance_matrix.defined() ? given.covariance_matrix
                                                             : given.precision_matrix;
  const Shape& shape = matrix.shape();
  if (loc.ndim() < 1 || shape.rank() < 2 || shape.dim(-1).raw() != loc.shape().dim(-1).raw() ||
      shape.dim(-2).raw() != shape.dim(-1).raw())
    throw ArgumentError("MultivariateNormal", "the matrix does not fit loc",
                        shape.text() + " for " + loc.shape().text(), "loc is (..., d), the matrix (..., d, d)", where);
  scale_tril = factor_of(given);
  const Tensor roots = diagonal(scale_tril, 0, -2, -1);
  check_values("MultivariateNormal", "scale_tril has a diagonal that is not positive", roots, roots > 0, where);
  Tensor like_loc = select(scale_tril, -1, 0);
  broadcast_both(loc, like_loc, where);
  if (scale_tril.ndim() != loc.ndim() + 1 || select(scale_tril, -1, 0).shape() != loc.shape())
    scale_tril = expand(scale_tril, joined(loc.shape(), Shape({loc.size(-1)})));
}

Tensor MultivariateNormal::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  return rsample(sample_shape, generator, where);
}

Tensor MultivariateNormal::rsample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const Drawing drawing("rsample", generator);
  const Tensor noise = randn_like(like(loc, sample_shape), generator);
  return loc + squeeze(matmul(scale_tril, unsqueeze(noise, -1)), -1);
}

Tensor MultivariateNormal::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  const double constant = static_cast<double>(loc.size(-1)) * std::log(2 * std::numbers::pi);
  return -0.5 * (constant + scaled_square(scale_tril, value - loc)) - log_determinant(scale_tril);
}

Tensor MultivariateNormal::entropy(Location where) const {
  const Frame frame(where);
  return 0.5 * static_cast<double>(loc.size(-1)) * (1 + std::log(2 * std::numbers::pi)) + log_determinant(scale_tril);
}

Tensor MultivariateNormal::variance(Location where) const {
  const Frame frame(where);
  return sum(square(scale_tril), -1);
}

Shape MultivariateNormal::batch_shape(Location where) const { return detail::first_of(loc.shape(where), 1); }

Tensor MultivariateNormal::covariance_matrix(Location where) const {
  const Frame frame(where);
  return matmul(scale_tril, transpose(scale_tril));
}

Tensor MultivariateNormal::precision_matrix(Location where) const {
  const Frame frame(where);
  return linalg::cholesky_inverse(scale_tril);
}

Tensor kl_divergence(const MultivariateNormal& p, const MultivariateNormal& q, Location where) {
  const Frame frame(where);
  const Tensor ratio = sum(square(linalg::solve_triangular(q.scale_tril, p.scale_tril, {.upper = false})), {-2, -1});
  const Tensor distance = scaled_square(q.scale_tril, q.loc - p.loc);
  return log_determinant(q.scale_tril) - log_determinant(p.scale_tril) +
         0.5 * (ratio + distance - static_cast<double>(p.loc.size(-1)));
}

// --- Independent ----------------------------------------------------------------------------------------------------

namespace detail {

Tensor sum_of_last(const Tensor& values, std::int64_t count, Location where) {
  const Frame frame(where);
  if (count == 0) return values;
  Axes axes;
  for (std::int64_t axis = -count; axis < 0; ++axis) axes.append(axis);
  return sum(values, axes);
}

void check_event_dimensions(const Shape& batch, std::int64_t count, Location where) {
  if (count < 0 || count > batch.rank())
    throw ArgumentError("Independent", "the batch has not so many dimensions",
                        std::to_string(count) + " of " + batch.text(), "", where);
}

Shape first_of(const Shape& batch, std::int64_t count) {
  Shape shape = batch;
  for (std::int64_t i = 0; i < count; ++i) shape.erase(shape.rank() - 1);
  return shape;
}
Shape last_of(const Shape& batch, std::int64_t count) {
  Shape shape;
  for (auto axis = batch.rank() - static_cast<int>(count); axis < batch.rank(); ++axis) shape.append(batch.dim(axis));
  return shape;
}

}  // namespace detail

}  // namespace triptych::distributions
