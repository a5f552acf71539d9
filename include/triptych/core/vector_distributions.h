// Distributions of vectors: normal ones with covariances, and those whose numbers are independent.
#pragma once

#include <cstdint>
#include <utility>

#include "triptych/core/distributions.h"

namespace triptych::distributions {

/// What a MultivariateNormal is made from: one of the three, symmetric and positive definite (..., d, d), or
/// `scale_tril` L, lower triangular, of the covariance L L^T.
struct Covariance {
  Tensor covariance_matrix = {};
  Tensor precision_matrix = {};
  Tensor scale_tril = {};
};

/// Normal vectors of mean `loc` (..., d). Batches broadcast.
/// @throws ArgumentError unless one matrix is given, if it does not fit `loc`, or is not positive definite.
class TRIPTYCH_API MultivariateNormal : public Distribution {
 public:
  MultivariateNormal(const Arg& loc, const Covariance& given);
  MultivariateNormal(const Arg& loc, const Tensor& covariance_matrix)
      : MultivariateNormal(loc, Covariance{.covariance_matrix = covariance_matrix}) {}
  /// A sample through which gradients flow, loc + L e.
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const;
  /// Of vectors (..., d).
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location = Location::here()) const override { return loc; }
  /// The diagonal of the covariance.
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override;
  Shape event_shape(Location where = Location::here()) const { return Shape({loc.size(-1, where)}); }
  Tensor covariance_matrix(Location where = Location::here()) const;
  Tensor precision_matrix(Location where = Location::here()) const;

  Tensor loc, scale_tril;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// The Kullback-Leibler divergence of `q` from `p`.
TRIPTYCH_API Tensor kl_divergence(const MultivariateNormal& p, const MultivariateNormal& q,
                                  Location where = Location::here());

namespace detail {
/// The sum over the last `count` dimensions.
TRIPTYCH_API Tensor sum_of_last(const Tensor& values, std::int64_t count, Location where);
/// ArgumentError unless `batch` has so many dimensions.
TRIPTYCH_API void check_event_dimensions(const Shape& batch, std::int64_t count, Location where);
/// The first dimensions of `batch`, without so many of the last ones, and these.
TRIPTYCH_API Shape first_of(const Shape& batch, std::int64_t count);
TRIPTYCH_API Shape last_of(const Shape& batch, std::int64_t count);
}  // namespace detail

/// A distribution whose last dimensions of the batch are one event: `Independent(Normal(mean, scale), 1)` is that of
/// vectors.
/// @throws ArgumentError unless the batch has so many dimensions.
template <class D>
class Independent : public Distribution {
 public:
  Independent(D base_distribution, std::int64_t reinterpreted_batch_ndims, Location where = Location::here())
      : base_dist(std::move(base_distribution)), reinterpreted_batch_ndims(reinterpreted_batch_ndims) {
    detail::check_event_dimensions(base_dist.batch_shape(where), reinterpreted_batch_ndims, where);
  }
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const {
    return base_dist.rsample(sample_shape, generator, where);
  }
  Tensor log_prob(const Arg& value) const override {
    return detail::sum_of_last(base_dist.log_prob(value), reinterpreted_batch_ndims, value.where());
  }
  Tensor entropy(Location where = Location::here()) const override {
    return detail::sum_of_last(base_dist.entropy(where), reinterpreted_batch_ndims, where);
  }
  Tensor mean(Location where = Location::here()) const override { return base_dist.mean(where); }
  Tensor variance(Location where = Location::here()) const override { return base_dist.variance(where); }
  Shape batch_shape(Location where = Location::here()) const override {
    return detail::first_of(base_dist.batch_shape(where), reinterpreted_batch_ndims);
  }
  Shape event_shape(Location where = Location::here()) const {
    return detail::last_of(base_dist.batch_shape(where), reinterpreted_batch_ndims);
  }

  D base_dist;
  std::int64_t reinterpreted_batch_ndims;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override {
    return base_dist.sample(sample_shape, generator, where);
  }
};

template <class D>
Tensor kl_divergence(const Independent<D>& p, const Independent<D>& q, Location where = Location::here()) {
  return detail::sum_of_last(kl_divergence(p.base_dist, q.base_dist, where), p.reinterpreted_batch_ndims, where);
}

}  // namespace triptych::distributions
