// More distributions of single numbers: uniform, exponential, Laplace's. As those of core/distributions.h.
#pragma once

#include "triptych/core/distributions.h"

namespace triptych::distributions {

/// Numbers of [low, high), each as likely as the others.
/// @throws ArgumentError unless each low is less than its high.
class TRIPTYCH_API Uniform : public Distribution {
 public:
  Uniform(const Arg& low, const Arg& high);
  /// A sample through which gradients flow, as of those below.
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const;
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location where = Location::here()) const override;
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override { return low.shape(where); }
  /// The probability of less than `value`, and its inverse.
  Tensor cdf(const Arg& value) const;
  Tensor icdf(const Arg& value) const;

  Tensor low, high;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// The density rate e^(-rate x) of x >= 0.
/// @throws ArgumentError if a rate is not positive.
class TRIPTYCH_API Exponential : public Distribution {
 public:
  explicit Exponential(const Arg& rate);
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const;
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location where = Location::here()) const override;
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override { return rate.shape(where); }

  Tensor rate;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// The density e^(-|x - loc| / scale) / (2 scale).
/// @throws ArgumentError if a scale is not positive.
class TRIPTYCH_API Laplace : public Distribution {
 public:
  Laplace(const Arg& loc, const Arg& scale);
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const;
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location = Location::here()) const override { return loc; }
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override { return loc.shape(where); }

  Tensor loc, scale;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// The Kullback-Leibler divergence of `q` from `p`; of uniform ones infinity where p has numbers that q has not.
TRIPTYCH_API Tensor kl_divergence(const Uniform& p, const Uniform& q, Location where = Location::here());
TRIPTYCH_API Tensor kl_divergence(const Exponential& p, const Exponential& q, Location where = Location::here());
TRIPTYCH_API Tensor kl_divergence(const Laplace& p, const Laplace& q, Location where = Location::here());

}  // namespace triptych::distributions
