// tf.random.
#include "triptych/lowlevel/names/random.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "core/random/random.h"

namespace triptych::lowlevel::random {
namespace {

/// SplitMix64's step over two numbers.
std::uint64_t mixed(std::int64_t a, std::int64_t b) {
  return random_key(static_cast<std::uint64_t>(a), RandomPurpose::example, static_cast<std::uint64_t>(b));
}

/// While alive, a graph that is being traced gets no nodes: what is drawn is a constant of it.
class [[nodiscard]] Untraced {
 public:
  Untraced() : outer_(std::exchange(modes.trace, nullptr)) {}
  ~Untraced() { modes.trace = outer_; }
  Untraced(const Untraced&) = delete;
  Untraced& operator=(const Untraced&) = delete;

 private:
  GraphImpl* outer_;
};

/// The (key, counter) of a stateless function: fresh each time, so that raising its counter changes nothing.
Tensor state_of(const StatelessSeed& seed, Location where) {
  return tensor(std::vector<std::int64_t>{static_cast<std::int64_t>(mixed(seed.first, seed.second)), 0}, where);
}

std::int64_t whole(const char* op, const char* name, Scalar number, Location where) {
  if (number.kind() != Scalar::Kind::integer)
    throw ArgumentError(op, std::string(name) + " is not an integer", std::to_string(number.to_double()),
                        "The dtype is one", where);
  return number.to_int();
}

struct Bounds {
  std::int64_t low, high;
  Bounds(const char* op, Scalar minval, const std::optional<Scalar>& maxval, Location where)
      : low(whole(op, "minval", minval, where)), high(0) {
    if (!maxval) throw ArgumentError(op, "maxval is not given", "integers", "They have no bound of their own", where);
    high = whole(op, "maxval", *maxval, where);
  }
};

/// Each of the parameters `shape` times: (shape..., parameters' shape...).
Tensor repeated(const Shape& shape, const Tensor& parameter, Location where) {
  Shape all = shape;
  for (const std::int64_t length : parameter.shape(where)) all.append(length, where);
  return broadcast_to(Arg(parameter, where), all);
}

Tensor as_tensor(const Arg& x) {
  return x.is_scalar() ? full({}, x.scalar().to_double(), float32, x.where()) : x.tensor();
}
/// A parameter of a distribution in the dtype that it is drawn in.
Tensor parameter(const Arg& x, DType dtype) { return cast(as_tensor(x), is_floating(dtype) ? dtype : float32); }

}  // namespace

Tensor uniform(const Shape& shape, Scalar minval, std::optional<Scalar> maxval, DType dtype, const Seed& seed,
               Location where) {
  if (is_floating(dtype))
    return triptych::uniform(shape, minval.to_double(), maxval.value_or(1).to_double(), dtype, seed.generator(), where);
  const Bounds bounds("uniform", minval, maxval, where);
  return randint(bounds.low, bounds.high, shape, dtype, seed.generator(), where);
}

Tensor gamma(const Shape& shape, const Arg& alpha, const Tensor& beta, DType dtype, const Seed& seed) {
  const Frame frame(alpha.where());
  Tensor concentration = parameter(alpha, dtype);
  if (beta.defined()) concentration = concentration + zeros_like(beta);
  const Tensor drawn = standard_gamma(repeated(shape, concentration, alpha.where()), seed.generator());
  return cast(beta.defined() ? drawn / beta : drawn, dtype);
}

Tensor poisson(const Shape& shape, const Arg& lam, DType dtype, const Seed& seed) {
  const Frame frame(lam.where());
  return cast(triptych::poisson(repeated(shape, parameter(lam, dtype), lam.where()), seed.generator()), dtype);
}

StatelessSeed fold_in(const StatelessSeed& seed, std::int64_t data) {
  return {static_cast<std::int64_t>(mixed(seed.first, data)), static_cast<std::int64_t>(mixed(seed.second, ~data))};
}

std::vector<StatelessSeed> split(const StatelessSeed& seed, std::int64_t num, Location where) {
  if (num < 0 || num > (1 << 24))
    throw ArgumentError("split", "num is not from 0 to 2^24", std::to_string(num), "", where);
  std::vector<StatelessSeed> seeds;
  for (std::int64_t i = 0; i < num; ++i) seeds.push_back(fold_in(seed, i));
  return seeds;
}

Tensor stateless_normal(const Shape& shape, const StatelessSeed& seed, double mean, double stddev, DType dtype,
                        Location where) {
  const Untraced constant;
  const Frame frame(where);
  return random_normal(state_of(seed, where), shape, mean, stddev, dtype);
}
Tensor stateless_truncated_normal(const Shape& shape, const StatelessSeed& seed, double mean, double stddev,
                                  DType dtype, Location where) {
  const Untraced constant;
  const Frame frame(where);
  return random_truncated_normal(state_of(seed, where), shape, mean, stddev, dtype);
}
Tensor stateless_uniform(const Shape& shape, const StatelessSeed& seed, Scalar minval, std::optional<Scalar> maxval,
                         DType dtype, Location where) {
  const Untraced constant;
  const Frame frame(where);
  const Tensor state = state_of(seed, where);
  if (is_floating(dtype))
    return random_uniform(state, shape, minval.to_double(), maxval.value_or(1).to_double(), dtype);
  const Bounds bounds("stateless_uniform", minval, maxval, where);
  return random_integers(state, bounds.low, bounds.high, shape, dtype);
}
Tensor stateless_categorical(const Arg& logits, std::int64_t num_samples, const StatelessSeed& seed, DType dtype) {
  const Untraced constant;
  const Frame frame(logits.where());
  return cast(random_multinomial(state_of(seed, logits.where()), softmax(logits), num_samples, true), dtype);
}
Tensor stateless_gamma(const Shape& shape, const StatelessSeed& seed, const Arg& alpha, const Tensor& beta,
                       DType dtype) {
  const Untraced constant;
  const Frame frame(alpha.where());
  const Tensor drawn = random_gamma(state_of(seed, alpha.where()), broadcast_to(parameter(alpha, dtype), shape));
  return cast(beta.defined() ? drawn / beta : drawn, dtype);
}
Tensor stateless_poisson(const Shape& shape, const StatelessSeed& seed, const Arg& lam, DType dtype) {
  const Untraced constant;
  const Frame frame(lam.where());
  return cast(random_poisson(state_of(seed, lam.where()), broadcast_to(parameter(lam, dtype), shape)), dtype);
}
Tensor stateless_binomial(const Shape& shape, const StatelessSeed& seed, const Arg& counts, const Arg& probs,
                          DType output_dtype) {
  const Untraced constant;
  const Frame frame(counts.where());
  return cast(random_binomial(state_of(seed, counts.where()), broadcast_to(parameter(counts, output_dtype), shape),
                              broadcast_to(parameter(probs, output_dtype), shape)),
              output_dtype);
}

// --- Candidates -----------------------------------------------------------------------------------------------------

namespace {

/// How many draws it takes on average until `num` of the classes have come up.
double draws_for(const std::vector<double>& shares, std::int64_t num) {
  double low = 0, high = static_cast<double>(num);
  const auto different = [&](double draws) {
    double sum = 0;
    for (const double share : shares) sum -= std::expm1(draws * std::log1p(-share));
    return sum;
  };
  while (different(high) < static_cast<double>(num) && high < 1e15) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (different(middle) < static_cast<double>(num) ? low : high) = middle;
  }
  return high;
}

/// `shares` are the probabilities of all classes.
Candidates candidates(const char* op, const Arg& true_classes, std::int64_t num_true, std::int64_t num_sampled,
                      bool unique, std::int64_t range_max, const Seed& seed,
                      std::vector<double> (*shares_of)(std::int64_t)) {
  const Location where = true_classes.where();
  const Frame frame(where);
  const auto fail = [&](const char* wrong, std::int64_t given) {
    throw ArgumentError(op, wrong, std::to_string(given), "", where);
  };
  if (num_true < 1) fail("num_true is not positive", num_true);
  if (num_sampled < 1) fail("num_sampled is not positive", num_sampled);
  if (range_max < 1 || range_max > (std::int64_t{1} << 28)) fail("range_max is not from 1 to 2^28", range_max);
  if (unique && num_sampled > range_max) fail("more classes are drawn than there are", num_sampled);
  const Tensor& classes = true_classes.tensor();
  if (classes.ndim(where) != 2 || conflict(classes.shape().dim(1), num_true))
    throw ArgumentError(op, "true_classes are not (n, num_true)", classes.shape().text(), "", where);
  const DeviceScope beside(classes.device());
  const std::vector<double> shares = shares_of(range_max);
  const Tensor weights = tensor(shares, where);
  const Tensor drawn = multinomial(Arg(weights, where), num_sampled, !unique, seed.generator());
  // Each draw finds a class with its share; of several draws, at least one of them.
  const double draws = unique ? draws_for(shares, num_sampled) : static_cast<double>(num_sampled);
  const Tensor expected = cast(unique ? -expm1(log1p(clip(-weights, -1 + 1e-16)) * draws) : weights * draws, float32);
  return {drawn, take(expected, cast(classes, int64)), take(expected, drawn)};
}

std::vector<double> log_uniform_shares(std::int64_t range_max) {
  std::vector<double> shares(static_cast<std::size_t>(range_max));
  const double total = std::log1p(static_cast<double>(range_max));
  for (std::size_t c = 0; c < shares.size(); ++c) shares[c] = std::log1p(1 / (static_cast<double>(c) + 1)) / total;
  return shares;
}
std::vector<double> equal_shares(std::int64_t range_max) {
  return std::vector<double>(static_cast<std::size_t>(range_max), 1 / static_cast<double>(range_max));
}

}  // namespace

Candidates log_uniform_candidate_sampler(const Arg& true_classes, std::int64_t num_true, std::int64_t num_sampled,
                                         bool unique, std::int64_t range_max, const Seed& seed) {
  return candidates("log_uniform_candidate_sampler", true_classes, num_true, num_sampled, unique, range_max, seed,
                    log_uniform_shares);
}
Candidates uniform_candidate_sampler(const Arg& true_classes, std::int64_t num_true, std::int64_t num_sampled,
                                     bool unique, std::int64_t range_max, const Seed& seed) {
  return candidates("uniform_candidate_sampler", true_classes, num_true, num_sampled, unique, range_max, seed,
                    equal_shares);
}

}  // namespace triptych::lowlevel::random
