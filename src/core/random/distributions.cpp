#include "triptych/core/distributions.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "core/random/distribution_parts.h"
#include "core/random/drawing.h"
#include "core/support/error_context.h"
#include "triptych/core/autograd.h"
#include "triptych/core/dtype_info.h"
#include "triptych/core/ops/probability.h"

namespace triptych::distributions {
namespace {

void check_given(const char* op, const ProbsOrLogits& given, Location where) {
  if (given.probs.defined() == given.logits.defined())
    throw ArgumentError(
        op, given.probs.defined() ? "both probs and logits are given" : "neither probs nor logits are given",
        "they say the same", "Give one of them", where);
}

/// Away from 0 and 1 by the dtype's step, so that logarithms are finite.
Tensor inside(const Tensor& probs) {
  const double step = finfo(probs.dtype()).eps;
  return clamp(probs, step, 1 - step);
}

}  // namespace

Tensor Distribution::sample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const GradMode off(false);
  const Drawing drawing("sample", generator);
  return draw(sample_shape, generator, where);
}

Tensor Distribution::stddev(Location where) const { return sqrt(Arg(variance(where), where)); }

// --- Normal ---------------------------------------------------------------------------------------------------------

Normal::Normal(const Arg& loc_, const Arg& scale_) : loc(tensor_of(loc_, scale_)), scale(tensor_of(scale_, loc_)) {
  const Location where = loc_.where();
  const Frame frame(where);
  check_values("Normal", "a scale is not positive", scale, scale > 0, where);
  broadcast_both(loc, scale, where);
}

Tensor Normal::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  return rsample(sample_shape, generator, where);
}

Tensor Normal::rsample(const Shape& sample_shape, Generator* generator, Location where) const {
  const Frame frame(where);
  const Drawing drawing("rsample", generator);
  return loc + randn_like(like(loc, sample_shape), generator) * scale;
}

Tensor Normal::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  const Tensor distance = value - loc;
  return -(distance * distance) / (2 * (scale * scale)) - log(scale) - 0.5 * std::log(2 * std::numbers::pi);
}

Tensor Normal::entropy(Location where) const {
  const Frame frame(where);
  return 0.5 + 0.5 * std::log(2 * std::numbers::pi) + log(scale);
}

Tensor Normal::variance(Location where) const {
  const Frame frame(where);
  return scale * scale;
}

Tensor Normal::cdf(const Arg& value) const {
  const Frame frame(value.where());
  return ndtr((value - loc) / scale);
}

Tensor Normal::icdf(const Arg& value) const {
  const Frame frame(value.where());
  return loc + scale * ndtri(value);
}

Tensor kl_divergence(const Normal& p, const Normal& q, Location where) {
  const Frame frame(where);
  const Tensor ratio = square(p.scale / q.scale), distance = square((p.loc - q.loc) / q.scale);
  return 0.5 * (ratio + distance - 1 - log(ratio));
}

// --- Bernoulli ------------------------------------------------------------------------------------------------------

Bernoulli::Bernoulli(const Arg& probs_)
    : Bernoulli(ProbsOrLogits{.probs = tensor_of(probs_, probs_)}, probs_.where()) {}
Bernoulli::Bernoulli(const ProbsOrLogits& given, Location where) : probs(given.probs), logits(given.logits) {
  const Frame frame(where);
  check_given("Bernoulli", given, where);
  if (probs.defined()) {
    check_values("Bernoulli", "a probability is outside of [0, 1]", probs, (probs >= 0) & (probs <= 1), where);
    const Tensor within = inside(probs);
    logits = log(within) - log1p(-within);
  } else {
    probs = sigmoid(logits);
  }
}

Tensor Bernoulli::draw(const Shape& sample_shape, Generator* generator, Location) const {
  return bernoulli(like(probs, sample_shape), generator);
}

Tensor Bernoulli::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  return value * logits - softplus(logits);
}

Tensor Bernoulli::entropy(Location where) const {
  const Frame frame(where);
  return softplus(logits) - probs * logits;
}

Tensor Bernoulli::variance(Location where) const {
  const Frame frame(where);
  return probs * (1 - probs);
}

Tensor kl_divergence(const Bernoulli& p, const Bernoulli& q, Location where) {
  const Frame frame(where);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto part = [&](const Tensor& of, const Tensor& instead, const Tensor& gain) {
    return triptych::where(of == 0, 0, triptych::where(instead == 0, infinity, of * gain));
  };
  return part(p.probs, q.probs, softplus(-q.logits) - softplus(-p.logits)) +
         part(1 - p.probs, 1 - q.probs, softplus(q.logits) - softplus(p.logits));
}

// --- Categorical ----------------------------------------------------------------------------------------------------

Categorical::Categorical(const ProbsOrLogits& given, Location where) {
  const Frame frame(where);
  check_given("Categorical", given, where);
  const Tensor& weights = given.probs.defined() ? given.probs : given.logits;
  if (weights.ndim() == 0)
    throw ArgumentError("Categorical", "there is no dimension of classes", "a scalar", "The last one counts them",
                        where);
  if (given.probs.defined()) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check_values("Categorical", "a probability is negative or not finite", weights,
                 (weights >= 0) & (weights < infinity), where);
    const Tensor totals = sum(weights, -1, true);
    check_values("Categorical", "the probabilities add up to 0 or to no finite number", totals,
                 (totals > 0) & (totals < infinity), where);
    probs = weights / totals;
    logits = log(inside(probs));
  } else {
    logits = log_softmax(weights, -1);
    probs = softmax(weights, -1);
  }
}

Shape Categorical::batch_shape(Location where) const {
  Shape shape = logits.shape(where);
  shape.erase(shape.rank() - 1);
  return shape;
}

Tensor Categorical::draw(const Shape& sample_shape, Generator* generator, Location where) const {
  const Tensor rows = probs.ndim() <= 2 ? probs : flatten(probs, 0, -2);
  const Tensor drawn = multinomial(rows, sample_shape.size(where), true, generator);  // (rows, draws), or (draws)
  return reshape(drawn.ndim() == 2 ? transpose(drawn, 0, 1) : drawn, joined(sample_shape, batch_shape()));
}

Tensor Categorical::log_prob(const Arg& value) const {
  const Frame frame(value.where());
  const Called called("Categorical");
  Tensor classes = unsqueeze(cast(value.tensor(), int64), -1);
  if (value.tensor().shape() == batch_shape()) return squeeze(take_along_axis(logits, classes, -1), -1);
  const Shape batch = broadcast_shapes({value.tensor().shape(), batch_shape()}, value.where());
  const std::int64_t count = logits.size(-1);
  return squeeze(
      take_along_axis(expand(logits, joined(batch, Shape({count}))), expand(classes, joined(batch, Shape({1}))), -1),
      -1);
}

Tensor Categorical::entropy(Location where) const {
  const Frame frame(where);
  return -sum(clamp(logits, finfo(logits.dtype()).min) * probs, -1);
}

Tensor Categorical::mean(Location where) const {
  const Frame frame(where);
  return full_like(sum(logits, -1), std::numeric_limits<double>::quiet_NaN());
}

Tensor Categorical::variance(Location where) const { return mean(where); }

Tensor Categorical::mode(Location where) const {
  const Frame frame(where);
  return argmax(probs, -1);
}

Tensor kl_divergence(const Categorical& p, const Categorical& q, Location where) {
  const Frame frame(where);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor terms = triptych::where(q.probs == 0, infinity, p.probs * (p.logits - q.logits));
  return sum(triptych::where(p.probs == 0, 0, terms), -1);
}

}  // namespace triptych::distributions
