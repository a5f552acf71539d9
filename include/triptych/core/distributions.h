// Probability distributions as objects, as torch.distributions' and tf.distributions': what they draw, and how likely
// it was. Parameters broadcast to the distribution's batch; gradients flow into them through log_prob, entropy, rsample
// and kl_divergence. Symbolic parameters build graphs.
#pragma once

#include <optional>

#include "triptych/core/random.h"
#include "triptych/core/shape.h"
#include "triptych/core/tensor.h"

namespace triptych::distributions {

/// What all have. A shape is that of the draws, before the batch's; a null generator is the default one.
class TRIPTYCH_API Distribution {
 public:
  virtual ~Distribution() = default;
  /// Of so many draws from each of the batch. No gradient flows through it.
  Tensor sample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                Location where = Location::here()) const;
  /// The logarithm of the probability, or of the density, of `value`, which broadcasts to the batch.
  virtual Tensor log_prob(const Arg& value) const = 0;
  virtual Tensor entropy(Location where = Location::here()) const = 0;
  virtual Tensor mean(Location where = Location::here()) const = 0;
  virtual Tensor variance(Location where = Location::here()) const = 0;
  Tensor stddev(Location where = Location::here()) const;
  virtual Shape batch_shape(Location where = Location::here()) const = 0;

 protected:
  Distribution() = default;
  Distribution(const Distribution&) = default;
  Distribution& operator=(const Distribution&) = default;
  virtual Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const = 0;
};

/// The normal distribution of mean `loc` and standard deviation `scale`.
/// @throws ArgumentError if a scale is not positive.
class TRIPTYCH_API Normal : public Distribution {
 public:
  Normal(const Arg& loc, const Arg& scale);
  /// A sample through which gradients flow, loc + scale e. Source: Kingma and Welling, 2013.
  Tensor rsample(const Shape& sample_shape = {}, Generator* generator = nullptr,
                 Location where = Location::here()) const;
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location = Location::here()) const override { return loc; }
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override { return loc.shape(where); }
  /// The probability of less than `value`, and its inverse.
  Tensor cdf(const Arg& value) const;
  Tensor icdf(const Arg& value) const;

  Tensor loc, scale;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// What Bernoulli and Categorical are made from: one of the two, `Categorical({.logits = x})`. A tensor alone is probs.
struct ProbsOrLogits {
  Tensor probs = {};
  Tensor logits = {};
};

/// 1 with probability `probs`, else 0; `logits` = ln(probs / (1 - probs)). Both can be read, whichever was given.
/// @throws ArgumentError unless one of them is given, or if a probability is outside of [0, 1].
class TRIPTYCH_API Bernoulli : public Distribution {
 public:
  explicit Bernoulli(const Arg& probs);
  explicit Bernoulli(const ProbsOrLogits& given, Location where = Location::here());
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  Tensor mean(Location = Location::here()) const override { return probs; }
  Tensor variance(Location where = Location::here()) const override;
  Shape batch_shape(Location where = Location::here()) const override { return probs.shape(where); }

  Tensor probs, logits;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// One of the classes 0 to K - 1 (int64), which the last dimension counts: with a probability in proportion to `probs`,
/// or to e^`logits`. What can be read is normalized: probs that add up to 1, logits that are their logarithms.
/// @throws ArgumentError unless one of them is given, or if it is a scalar, or a probability is negative or not finite.
class TRIPTYCH_API Categorical : public Distribution {
 public:
  explicit Categorical(const Arg& probs) : Categorical(ProbsOrLogits{.probs = probs.tensor()}, probs.where()) {}
  explicit Categorical(const ProbsOrLogits& given, Location where = Location::here());
  /// @throws ArgumentError for a class that there is not.
  Tensor log_prob(const Arg& value) const override;
  Tensor entropy(Location where = Location::here()) const override;
  /// NaN, as in PyTorch: classes are no numbers.
  Tensor mean(Location where = Location::here()) const override;
  Tensor variance(Location where = Location::here()) const override;
  /// The likeliest class.
  Tensor mode(Location where = Location::here()) const;
  Shape batch_shape(Location where = Location::here()) const override;

  Tensor probs, logits;

 protected:
  Tensor draw(const Shape& sample_shape, Generator* generator, Location where) const override;
};

/// The Kullback-Leibler divergence of `q` from `p`, the mean under p of ln p(x) - ln q(x).
TRIPTYCH_API Tensor kl_divergence(const Normal& p, const Normal& q, Location where = Location::here());
TRIPTYCH_API Tensor kl_divergence(const Bernoulli& p, const Bernoulli& q, Location where = Location::here());
TRIPTYCH_API Tensor kl_divergence(const Categorical& p, const Categorical& q, Location where = Location::here());

}  // namespace triptych::distributions
