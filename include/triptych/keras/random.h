// keras.random, with Keras 3's order of arguments and defaults. seed: nothing (the default generator), an integer (the
// same numbers each time), or a SeedGenerator, whose numbers go on. They are not those that Keras draws with that seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "triptych/core/ops.h"
#include "triptych/core/ops/distributions.h"
#include "triptych/core/ops/shaped_dropout.h"
#include "triptych/core/seed.h"
#include "triptych/keras/ops/sizes.h"

namespace triptych::keras::random {

/// Numbers that go on from call to call. Copies share them.
class TRIPTYCH_API SeedGenerator {
 public:
  /// Without a seed: one that the default generator draws.
  explicit SeedGenerator(std::optional<std::int64_t> seed = {});
  operator Seed() const { return Seed(generator_); }

 private:
  std::shared_ptr<triptych::Generator> generator_;
};

// Of a shape that a graph's feeds decide, too: `normal(ops::shape(x))`, `normal({ops::shape(x)[0], 128})`.
TRIPTYCH_API Tensor normal(const ops::Sizes& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                           const Seed& seed = {}, Location where = Location::here());
TRIPTYCH_API Tensor uniform(const ops::Sizes& shape, double minval = 0, double maxval = 1, DType dtype = float32,
                            const Seed& seed = {}, Location where = Location::here());
inline Tensor truncated_normal(const Shape& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                               const Seed& seed = {}, Location where = Location::here()) {
  return triptych::truncated_normal(shape, mean, stddev, dtype, seed.generator(), where);
}
/// Integers in [minval, maxval).
inline Tensor randint(const Shape& shape, std::int64_t minval, std::int64_t maxval, DType dtype = int32,
                      const Seed& seed = {}, Location where = Location::here()) {
  return triptych::randint(minval, maxval, shape, dtype, seed.generator(), where);
}
/// Parameters broadcast to `shape`.
TRIPTYCH_API Tensor gamma(const Shape& shape, const Arg& alpha, DType dtype = float32, const Seed& seed = {});
TRIPTYCH_API Tensor beta(const Shape& shape, const Arg& alpha, const Arg& beta, DType dtype = float32,
                         const Seed& seed = {});
TRIPTYCH_API Tensor binomial(const Shape& shape, const Arg& counts, const Arg& probabilities, DType dtype = float32,
                             const Seed& seed = {});
/// `num_samples` classes for each row of logits.
inline Tensor categorical(const Arg& logits, std::int64_t num_samples, DType dtype = int32, const Seed& seed = {}) {
  const Frame frame(logits.where());
  return cast(triptych::categorical(logits, num_samples, seed.generator()), dtype);
}
inline Tensor shuffle(const Arg& x, std::int64_t axis = 0, const Seed& seed = {}) {
  return triptych::shuffle(x, axis, seed.generator());
}
/// Elements become zero with probability `rate`; with `noise_shape` together where that has length one.
inline Tensor dropout(const Arg& inputs, double rate, const Shape& noise_shape, const Seed& seed = {}) {
  return shaped_dropout(inputs, rate, noise_shape, seed.generator());
}
TRIPTYCH_API Tensor dropout(const Arg& inputs, double rate);

}  // namespace triptych::keras::random
