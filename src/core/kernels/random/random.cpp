// Kernels of the random ops. Outputs are row-major, so an element's place is its index.
#include "core/kernels/random/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "core/kernels/elementwise.h"
#include "core/ops/random/random.h"
#include "core/support/checked.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op random_uniform_op, random_normal_op, random_truncated_normal_op, random_uniform_like_op,
    random_normal_like_op, random_integers_op, random_bernoulli_op, random_permutation_op, random_multinomial_op;

namespace {

/// Calls `f(begin, end)` for parts of [0, n) that are whole blocks.
template <class F>
void in_parts(std::int64_t n, F f) {
  constexpr std::int64_t part = 16384;
  if (n <= part) return f(0, n);
  parallel_for((n + part - 1) / part, [&](std::int64_t p) { f(p * part, std::min(n, (p + 1) * part)); });
}

void fill_uniform(const Operand& state, const Operand& out, double low, double high) {
  const Draw draw = take_draw(state);
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* values = out.as<T>();
    if constexpr (std::is_same_v<T, double>) {
      in_parts(out.size(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          values[i] = formula::uniform(formula::random_word64(draw, i), low, high);
      });
    } else {
      const formula::Uniform<T> uniform(low, high);
      for_random_words(draw, out.size(), [=](std::int64_t i, std::uint32_t word) { values[i] = uniform(word); });
    }
  });
}

void fill_normal(const Operand& state, const Operand& out, double mean, double stddev) {
  const Draw draw = take_draw(state);
  const std::int64_t n = out.size();
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* values = out.as<T>();
    if constexpr (std::is_same_v<T, double>) {
      in_parts(n, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) values[i] = formula::normal(draw, i, mean, stddev);
      });
    } else {
      const float center = static_cast<float>(mean), scale = static_cast<float>(stddev);
      // Elements 4b and 4b + 1 are the pair of words 0 and 1 of block b, the next two that of words 2 and 3.
      in_parts(n, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; i += 4 * random_batch) {
          std::uint32_t words[4 * random_batch];
          float numbers[4 * random_batch];
          random_batch_words(draw, i / 4, words);
          for (std::int64_t j = 0; j < random_batch; ++j) {
            const NormalPair a = normal_pair(words[j], words[random_batch + j]);
            const NormalPair b = normal_pair(words[2 * random_batch + j], words[3 * random_batch + j]);
            numbers[4 * j] = a.first;
            numbers[4 * j + 1] = a.second;
            numbers[4 * j + 2] = b.first;
            numbers[4 * j + 3] = b.second;
          }
          const std::int64_t count = std::min(4 * random_batch, end - i);
          for (std::int64_t j = 0; j < count; ++j) values[i + j] = T(math::fma(numbers[j], scale, center));
        }
      });
    }
  });
}

void truncated_normal_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  const Draw draw = take_draw(call.inputs[0]);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* values = call.outputs[0].as<T>();
    in_parts(call.outputs[0].size(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        values[i] = formula::truncated_normal<T>(draw, i, attributes.a, attributes.b);
    });
  });
}

void uniform_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  fill_uniform(call.inputs[0], call.outputs[0], attributes.a, attributes.b);
}
void uniform_like_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomLikeAttributes>();
  fill_uniform(call.inputs[0], call.outputs[0], attributes.a, attributes.b);
}
void normal_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  fill_normal(call.inputs[0], call.outputs[0], attributes.a, attributes.b);
}
void normal_like_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomLikeAttributes>();
  fill_normal(call.inputs[0], call.outputs[0], attributes.a, attributes.b);
}

void integers_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomIntegersAttributes>();
  const Draw draw = take_draw(call.inputs[0]);
  const auto low = static_cast<std::uint64_t>(attributes.low);
  const std::uint64_t range = static_cast<std::uint64_t>(attributes.high) - low;
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* values = call.outputs[0].as<T>();
    in_parts(call.outputs[0].size(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        values[i] = static_cast<T>(formula::integer(formula::random_word64(draw, i), low, range));
    });
  });
}

void bernoulli_run(const KernelCall& call) {
  const Operand &p = call.inputs[1], &out = call.outputs[0];
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const T* probabilities = p.as<const T>();
    for (std::int64_t i = 0; i < p.size(); ++i)
      if (const C probability = static_cast<C>(probabilities[i]); !(probability >= 0 && probability <= 1))
        throw ArgumentError("bernoulli", "a probability is outside of [0, 1]",
                            std::to_string(probability) + " at element " + std::to_string(i), "", call.context.where);
    T* values = out.as<T>();
    for_random_words(take_draw(call.inputs[0]), out.size(), [=](std::int64_t i, std::uint32_t word) {
      values[i] = formula::bernoulli(word, probabilities[i]);
    });
  });
}

/// The order of n random 64-bit words (ties, once in 10^10 at a million, by index).
void permutation_run(const KernelCall& call) {
  const Draw draw = take_draw(call.inputs[0]);
  const std::int64_t n = call.outputs[0].size();
  using Place = std::pair<std::uint64_t, std::int64_t>;
  const Scratch scratch(bytes_of(sizeof(Place), n));
  Place* order = scratch.as<Place>();
  in_parts(n, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) new (order + i) Place(formula::random_word64(draw, i), i);
  });
  std::sort(order, order + n);
  for (std::int64_t i = 0; i < n; ++i) call.outputs[0].as<std::int64_t>()[i] = order[i].second;
}

/// The weights of one row, checked.
std::vector<double> weights_of(const KernelCall& call, std::int64_t row, std::int64_t choices) {
  std::vector<double> weights(static_cast<std::size_t>(choices));
  const Operand& p = call.inputs[1];
  convert(p.as<const char>() + static_cast<std::size_t>(row * choices) * size_of(p.dtype()), p.dtype(), weights.data(),
          float64, choices);
  const auto positive = std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; });
  for (const double weight : weights)
    if (!(weight >= 0) || std::isinf(weight))
      throw ArgumentError("multinomial", "a weight is negative or not finite", std::to_string(weight), "",
                          call.context.where);
  const auto& [num_samples, replacement] = call.attributes_as<RandomMultinomialAttributes>();
  if (const std::int64_t needed = replacement ? std::min<std::int64_t>(num_samples, 1) : num_samples; positive < needed)
    throw ArgumentError("multinomial", "there are too few positive weights",
                        std::to_string(num_samples) + " samples, " + std::to_string(positive) + " positive weights", "",
                        call.context.where);
  return weights;
}

/// Sample i is where its random number falls among the sums of the weights.
void choose_with_replacement(const std::vector<double>& weights, std::span<std::int64_t> samples, Draw draw,
                             std::int64_t first) {
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double place =
        formula::unit_of(formula::random_word64(draw, first + static_cast<std::int64_t>(i))) * sums.back();
    auto chosen = std::upper_bound(sums.begin(), sums.end(), place);
    // Rounding may put the place at the very end: then it is the last that has a weight.
    if (chosen == sums.end()) chosen = std::lower_bound(sums.begin(), sums.end(), sums.back());
    samples[i] = chosen - sums.begin();
  }
}

/// The first to ring of clocks that ring after a time of -ln(u) / weight, in their order (Efraimidis and Spirakis,
/// 2006).
void choose_without_replacement(const std::vector<double>& weights, std::span<std::int64_t> samples, Draw draw,
                                std::int64_t first) {
  std::vector<std::pair<double, std::int64_t>> times(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    times[i] = {formula::ringing_time(formula::random_word64(draw, first + place), weights[i]), place};
  }
  const auto wanted = times.begin() + static_cast<std::ptrdiff_t>(samples.size());
  std::partial_sort(times.begin(), wanted, times.end());
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = times[i].second;
}

void multinomial_run(const KernelCall& call) {
  const auto& [num_samples, replacement] = call.attributes_as<RandomMultinomialAttributes>();
  const Draw draw = take_draw(call.inputs[0]);
  const Shape& shape = call.inputs[1].shape();
  const std::int64_t choices = shape[-1], rows = shape.rank() == 2 ? shape[0] : 1;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::vector<double> weights = weights_of(call, row, choices);
    if (num_samples == 0) continue;
    const std::span samples(call.outputs[0].as<std::int64_t>() + row * num_samples,
                            static_cast<std::size_t>(num_samples));
    if (replacement)
      choose_with_replacement(weights, samples, draw, row * num_samples);
    else
      choose_without_replacement(weights, samples, draw, row * choices);
  }
}

const Kernel uniform_kernel{.run = uniform_run}, uniform_like_kernel{.run = uniform_like_run},
    normal_kernel{.run = normal_run}, normal_like_kernel{.run = normal_like_run},
    truncated_normal_kernel{.run = truncated_normal_run}, integers_kernel{.run = integers_run},
    bernoulli_kernel{.run = bernoulli_run}, permutation_kernel{.run = permutation_run},
    multinomial_kernel{.run = multinomial_run};

}  // namespace

void register_random_kernels() {
  register_kernel(random_uniform_op, Device::Type::cpu, uniform_kernel);
  register_kernel(random_uniform_like_op, Device::Type::cpu, uniform_like_kernel);
  register_kernel(random_normal_op, Device::Type::cpu, normal_kernel);
  register_kernel(random_normal_like_op, Device::Type::cpu, normal_like_kernel);
  register_kernel(random_truncated_normal_op, Device::Type::cpu, truncated_normal_kernel);
  register_kernel(random_integers_op, Device::Type::cpu, integers_kernel);
  register_kernel(random_bernoulli_op, Device::Type::cpu, bernoulli_kernel);
  register_kernel(random_permutation_op, Device::Type::cpu, permutation_kernel);
  register_kernel(random_multinomial_op, Device::Type::cpu, multinomial_kernel);
}

}  // namespace triptych
