// tf.random, with TensorFlow's order of arguments and defaults. The streams are this library's own: a seed gives the
// same numbers on each machine and device, but not those that TensorFlow draws with it.
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/distributions.h"
#include "triptych/core/seed.h"

namespace triptych::lowlevel::random {

/// Seeds all that is given no seed.
inline void set_seed(std::int64_t seed) { manual_seed(static_cast<std::uint64_t>(seed)); }

inline Tensor normal(const Shape& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                     const Seed& seed = {}, Location where = Location::here()) {
  return triptych::normal(shape, mean, stddev, dtype, seed.generator(), where);
}
inline Tensor truncated_normal(const Shape& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                               const Seed& seed = {}, Location where = Location::here()) {
  return triptych::truncated_normal(shape, mean, stddev, dtype, seed.generator(), where);
}
/// In [minval, maxval), which is 1 if it is not given; integers need it.
TRIPTYCH_API Tensor uniform(const Shape& shape, Scalar minval = 0, std::optional<Scalar> maxval = {},
                            DType dtype = float32, const Seed& seed = {}, Location where = Location::here());
/// The slices of the first axis in random order.
inline Tensor shuffle(const Arg& value, const Seed& seed = {}) { return triptych::shuffle(value, 0, seed.generator()); }
/// `num_samples` classes for each row of `logits`, unnormalized logarithms of probabilities.
inline Tensor categorical(const Arg& logits, std::int64_t num_samples, DType dtype = int64, const Seed& seed = {}) {
  const Frame frame(logits.where());
  return cast(triptych::categorical(logits, num_samples, seed.generator()), dtype);
}
/// `shape` numbers for each element of alpha, with rate beta (1 if it is undefined), and of lam.
TRIPTYCH_API Tensor gamma(const Shape& shape, const Arg& alpha, const Tensor& beta = {}, DType dtype = float32,
                          const Seed& seed = {});
TRIPTYCH_API Tensor poisson(const Shape& shape, const Arg& lam, DType dtype = float32, const Seed& seed = {});

/// The seed of a stateless function: the same one gives the same numbers, in graphs too, which have them as constants;
/// parameters are no tensors of a graph (ArgumentError).
struct StatelessSeed {
  std::int64_t first = 0, second = 0;
};
/// A new seed from a seed and a number, and `num` of them.
TRIPTYCH_API StatelessSeed fold_in(const StatelessSeed& seed, std::int64_t data);
TRIPTYCH_API std::vector<StatelessSeed> split(const StatelessSeed& seed, std::int64_t num = 2,
                                              Location where = Location::here());

TRIPTYCH_API Tensor stateless_normal(const Shape& shape, const StatelessSeed& seed, double mean = 0, double stddev = 1,
                                     DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor stateless_truncated_normal(const Shape& shape, const StatelessSeed& seed, double mean = 0,
                                               double stddev = 1, DType dtype = float32,
                                               Location where = Location::here());
TRIPTYCH_API Tensor stateless_uniform(const Shape& shape, const StatelessSeed& seed, Scalar minval = 0,
                                      std::optional<Scalar> maxval = {}, DType dtype = float32,
                                      Location where = Location::here());
TRIPTYCH_API Tensor stateless_categorical(const Arg& logits, std::int64_t num_samples, const StatelessSeed& seed,
                                          DType dtype = int64);
/// Parameters broadcast to `shape`, which is that of the result.
TRIPTYCH_API Tensor stateless_gamma(const Shape& shape, const StatelessSeed& seed, const Arg& alpha,
                                    const Tensor& beta = {}, DType dtype = float32);
TRIPTYCH_API Tensor stateless_poisson(const Shape& shape, const StatelessSeed& seed, const Arg& lam,
                                      DType dtype = int32);
TRIPTYCH_API Tensor stateless_binomial(const Shape& shape, const StatelessSeed& seed, const Arg& counts,
                                       const Arg& probs, DType output_dtype = int32);

/// Classes that were drawn (num_sampled,), and how often each true class and each drawn one is expected among them.
struct Candidates {
  Tensor sampled_candidates, true_expected_count, sampled_expected_count;
};
/// Classes below `range_max` with probability ln((c + 2) / (c + 1)) / ln(range_max + 1), frequent ones first; or all
/// with the same. With `unique` all are different, and the counts are those of as many draws as that takes on average.
TRIPTYCH_API Candidates log_uniform_candidate_sampler(const Arg& true_classes, std::int64_t num_true,
                                                      std::int64_t num_sampled, bool unique, std::int64_t range_max,
                                                      const Seed& seed = {});
TRIPTYCH_API Candidates uniform_candidate_sampler(const Arg& true_classes, std::int64_t num_true,
                                                  std::int64_t num_sampled, bool unique, std::int64_t range_max,
                                                  const Seed& seed = {});

}  // namespace triptych::lowlevel::random
