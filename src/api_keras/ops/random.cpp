// keras.random.
#include "triptych/keras/random.h"

#include <limits>

#include "core/random/drawing.h"

namespace triptych::keras::random {
namespace {

Tensor parameter(const Arg& x, const Shape& shape, DType dtype) {
  const DType drawn = is_floating(dtype) ? dtype : float32;
  const Tensor given = x.is_scalar() ? full({}, x.scalar().to_double(), drawn, x.where()) : cast(x, drawn);
  return broadcast_to(given, shape);
}

}  // namespace

SeedGenerator::SeedGenerator(std::optional<std::int64_t> seed) {
  const std::int64_t from =
      seed ? *seed : triptych::randint(0, std::numeric_limits<std::int64_t>::max(), {}).item<std::int64_t>();
  generator_ = std::make_shared<triptych::Generator>(static_cast<std::uint64_t>(from));
}

Tensor normal(const ops::Sizes& shape, double mean, double stddev, DType dtype, const Seed& seed, Location where) {
  if (shape.known()) return triptych::normal(shape, mean, stddev, dtype, seed.generator(), where);
  const Frame frame(where);
  return randn_like(shape.zeros(dtype, where), seed.generator()) * stddev + mean;
}
Tensor uniform(const ops::Sizes& shape, double minval, double maxval, DType dtype, const Seed& seed, Location where) {
  if (shape.known()) return triptych::uniform(shape, minval, maxval, dtype, seed.generator(), where);
  const Frame frame(where);
  return rand_like(shape.zeros(dtype, where), seed.generator()) * (maxval - minval) + minval;
}

Tensor gamma(const Shape& shape, const Arg& alpha, DType dtype, const Seed& seed) {
  const Frame frame(alpha.where());
  const Drawing drawing("gamma", seed.generator());
  return cast(standard_gamma(parameter(alpha, shape, dtype), seed.generator()), dtype);
}
Tensor beta(const Shape& shape, const Arg& alpha, const Arg& beta, DType dtype, const Seed& seed) {
  const Frame frame(alpha.where());
  const Drawing drawing("beta", seed.generator());
  return cast(random_beta(parameter(alpha, shape, dtype), parameter(beta, shape, dtype), seed.generator()), dtype);
}
Tensor binomial(const Shape& shape, const Arg& counts, const Arg& probabilities, DType dtype, const Seed& seed) {
  const Frame frame(counts.where());
  const Drawing drawing("binomial", seed.generator());
  return cast(
      triptych::binomial(parameter(counts, shape, dtype), parameter(probabilities, shape, dtype), seed.generator()),
      dtype);
}

Tensor dropout(const Arg& inputs, double rate) { return triptych::dropout(inputs, {.p = rate}); }

}  // namespace triptych::keras::random
