#include "triptych/core/continuous_distributions.h"

#include <limits>

#include "core/random/distribution_parts.h"
#include "core/random/drawing.h"
#include "triptych/core/dtype_info.h"

namespace triptych::distributions {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

// --- Uniform --------------------------------------------------------------------------------------------------------

Uniform::Uniform(const Arg& low_, const Arg& high_) : low(tensor_of(low_, high_)), high(tensor_of(high_, low_)) {
  const Location where = low_.where();
  const Frame frame(where);
  broadcast_both(low, high, where);
  check_values("Uniform", "high - low is not positive", high - low, low < high, where);
}

Tensor Uniform::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  return rsample(sample_shape, generator, where);
}

Tensor Uniform::rsample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const Drawing drawing("rsample", generator);
  return low + rand_like(like(low, sample_shape), generator) * (high - low);
}

Tensor Uniform::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  return triptych::where((value >= low) & (value < high), -log(high - low), -infinity);
}

Tensor Uniform::entropy(Location where) const {
  const Frame frame(where);
  return log(high - low);
}

Tensor Uniform::mean(Location where) const {
  const Frame frame(where);
  return (high + low) / 2;
}

Tensor Uniform::variance(Location where) const {
  const Frame frame(where);
  return square(high - low) / 12;
}

Tensor Uniform::cdf(const Arg& value) const {
  const Frame frame(value.where());
  return clamp((value - low) / (high - low), 0, 1);
}

Tensor Uniform::icdf(const Arg& value) const {
  const Frame frame(value.where());
  return value * (high - low) + low;
}

Tensor kl_divergence(const Uniform& p, const Uniform& q, Location where) {
  const Frame frame(where);
  return triptych::where((q.low <= p.low) & (q.high >= p.high), log((q.high - q.low) / (p.high - p.low)), infinity);
}

// --- Exponential ----------------------------------------------------------------------------------------------------

Exponential::Exponential(const Arg& rate_) : rate(tensor_of(rate_, rate_)) {
  const Frame frame(rate_.where());
  check_values("Exponential", "a rate is not positive", rate, rate > 0, rate_.where());
}

Tensor Exponential::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  return rsample(sample_shape, generator, where);
}

Tensor Exponential::rsample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const Drawing drawing("rsample", generator);
  return -log1p(-rand_like(like(rate, sample_shape), generator)) / rate;
}

Tensor Exponential::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  return triptych::where(value >= 0, log(rate) - rate * value, -infinity);
}

Tensor Exponential::entropy(Location where) const {
  const Frame frame(where);
  return 1 - log(rate);
}

Tensor Exponential::mean(Location where) const {
  const Frame frame(where);
  return 1 / rate;
}

Tensor Exponential::variance(Location where) const {
  const Frame frame(where);
  return 1 / square(rate);
}

Tensor kl_divergence(const Exponential& p, const Exponential& q, Location where) {
  const Frame frame(where);
  const Tensor ratio = q.rate / p.rate;
  return ratio - log(ratio) - 1;
}

// --- Laplace --------------------------------------------------------------------------------------------------------

Laplace::Laplace(const Arg& loc_, const Arg& scale_) : loc(tensor_of(loc_, scale_)), scale(tensor_of(scale_, loc_)) {
  const Location where = loc_.where();
  const Frame frame(where);
  check_values("Laplace", "a scale is not positive", scale, scale > 0, where);
  broadcast_both(loc, scale, where);
}

Tensor Laplace::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  return rsample(sample_shape, generator, where);
}

Tensor Laplace::rsample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const Drawing drawing("rsample", generator);
  const double step = finfo(loc.dtype()).eps;  // -1 would give infinity
  const Tensor u = rand_like(like(loc, sample_shape), generator) * (2 - step) + (step - 1);
  return loc - scale * sign(u) * log1p(-abs(u));
}

Tensor Laplace::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  return -log(2 * scale) - abs(value - loc) / scale;
}

Tensor Laplace::entropy(Location where) const {
  const Frame frame(where);
  return 1 + log(2 * scale);
}

Tensor Laplace::variance(Location where) const {
  const Frame frame(where);
  return 2 * square(scale);
}

Tensor kl_divergence(const Laplace& p, const Laplace& q, Location where) {
  const Frame frame(where);
  const Tensor ratio = p.scale / q.scale, distance = abs(p.loc - q.loc);
  return distance / q.scale + ratio * exp(-distance / p.scale) - log(ratio) - 1;
}

}  // namespace triptych::distributions
