// Kernels of the random ops: element i of a draw is what the CPU's kernels make of the same block of Philox.
#include <bit>
#include <cmath>
#include <string>

#include "core/ops/random/random.h"
#include "cuda/kernels/bitonic_sort.h"
#include "cuda/kernels/random/drawing.h"
#include "cuda/kernels/scratch.h"
#include "cuda/runtime/fault.h"
#include "cuda/shared_memory.h"

namespace triptych {

extern const Op random_uniform_op, random_normal_op, random_truncated_normal_op, random_uniform_like_op,
    random_normal_like_op, random_integers_op, random_bernoulli_op, random_permutation_op, random_multinomial_op;

namespace cuda {
namespace {

// --- uniform and normal ---------------------------------------------------------------------------------------------

template <class T>
struct UniformWord {
  formula::Uniform<T> uniform;
  T* out;
  __device__ void operator()(std::int64_t i, std::uint32_t word) const { out[i] = uniform(word); }
};
struct UniformDouble {
  double low, high;
  double* out;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    out[i] = formula::uniform(formula::random_word64(draw, i), low, high);
  }
};

void fill_uniform(const KernelCall& call, double low, double high) {
  const Operand& out = call.outputs[0];
  visit_floating(out.dtype(), [&]<class T>(T*) {
    if constexpr (std::is_same_v<T, double>)
      for_draws(call, state_of(call), out.size(), UniformDouble{low, high, out.as<double>()});
    else
      for_random_words(call, state_of(call), out.size(), UniformWord<T>{formula::Uniform<T>(low, high), out.as<T>()});
  });
  draw_taken(call);
}

/// Four numbers of a block: a pair of words makes a pair of them.
template <class T>
struct NormalBlock {
  float mean, stddev;
  std::int64_t n;
  T* out;
  __device__ void operator()(Draw draw, std::int64_t b) const {
    const auto words = formula::random_block(draw, b);
    const NormalPair first = normal_pair(words[0], words[1]), second = normal_pair(words[2], words[3]);
    const float numbers[] = {first.first, first.second, second.first, second.second};
    for (int k = 0; k < 4; ++k)
      if (const std::int64_t i = 4 * b + k; i < n) out[i] = T(math::fma(numbers[k], stddev, mean));
  }
};
struct NormalDouble {
  double mean, stddev;
  double* out;
  __device__ void operator()(Draw draw, std::int64_t i) const { out[i] = formula::normal(draw, i, mean, stddev); }
};

void fill_normal(const KernelCall& call, double mean, double stddev) {
  const Operand& out = call.outputs[0];
  visit_floating(out.dtype(), [&]<class T>(T*) {
    if constexpr (std::is_same_v<T, double>)
      for_draws(call, state_of(call), out.size(), NormalDouble{mean, stddev, out.as<double>()});
    else
      for_draws(call, state_of(call), (out.size() + 3) / 4,
                NormalBlock<T>{static_cast<float>(mean), static_cast<float>(stddev), out.size(), out.as<T>()});
  });
  draw_taken(call);
}

void uniform_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  fill_uniform(call, attributes.a, attributes.b);
}
void uniform_like_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomLikeAttributes>();
  fill_uniform(call, attributes.a, attributes.b);
}
void normal_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  fill_normal(call, attributes.a, attributes.b);
}
void normal_like_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomLikeAttributes>();
  fill_normal(call, attributes.a, attributes.b);
}

template <class T>
struct TruncatedNormal {
  double mean, stddev;
  T* out;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    out[i] = formula::truncated_normal<T>(draw, i, mean, stddev);
  }
};

void truncated_normal_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomAttributes>();
  const Operand& out = call.outputs[0];
  visit_floating(out.dtype(), [&]<class T>(T*) {
    for_draws(call, state_of(call), out.size(), TruncatedNormal<T>{attributes.a, attributes.b, out.as<T>()});
  });
  draw_taken(call);
}

// --- integers and choices -------------------------------------------------------------------------------------------

template <class T>
struct Integers {
  std::uint64_t low, range;
  T* out;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    out[i] = static_cast<T>(formula::integer(formula::random_word64(draw, i), low, range));
  }
};

void integers_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<RandomIntegersAttributes>();
  const auto low = static_cast<std::uint64_t>(attributes.low), high = static_cast<std::uint64_t>(attributes.high);
  const Operand& out = call.outputs[0];
  visit_dtype(out.dtype(), [&]<class T>(T*) {
    for_draws(call, state_of(call), out.size(), Integers<T>{low, high - low, out.as<T>()});
  });
  draw_taken(call);
}

/// A fault's value is a number's bits.
std::string number_text(const Fault& fault) { return std::to_string(std::bit_cast<double>(fault.value)); }
std::string probability_text(const Fault& fault) {
  return number_text(fault) + " at element " + std::to_string(fault.limit);
}

template <class T>
struct Bernoulli {
  const T* probabilities;
  T* out;
  FaultReport report;
  __device__ void operator()(std::int64_t i, std::uint32_t word) const {
    const auto p = static_cast<double>(static_cast<compute_type<T>>(probabilities[i]));
    if (!(p >= 0 && p <= 1)) report_fault(report, std::bit_cast<long long>(p), i);
    out[i] = formula::bernoulli(word, probabilities[i]);
  }
};

void bernoulli_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const FaultReport report = fault_report(call.context.device.index, "bernoulli", "a probability is outside of [0, 1]",
                                          call.context.where, probability_text);
  visit_floating(out.dtype(), [&]<class T>(T*) {
    for_random_words(call, state_of(call), out.size(), Bernoulli<T>{call.inputs[1].as<const T>(), out.as<T>(), report});
  });
  draw_taken(call);
}

/// The first `count` indices of each row.
__global__ void first_indices(SortedRows<std::uint64_t> sorted, std::int64_t count, std::int64_t* out) {
  for (std::int64_t i = thread_index(); i < sorted.rows * count; i += thread_count())
    out[i] = sorted.indices[i / count * sorted.width + i % count];
}

void give_first(const KernelCall& call, const SortedRows<std::uint64_t>& sorted, std::int64_t count) {
  bitonic_sort(call, sorted);
  run(call, first_indices, blocks_for(sorted.rows * count), block_threads, 0, sorted, count,
      call.outputs[0].as<std::int64_t>());
}

struct PermutationKeys {
  SortedRows<std::uint64_t> sorted;
  std::int64_t n;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    sorted.keys[i] = i < n ? formula::random_word64(draw, i) : ~std::uint64_t{0};
    sorted.indices[i] = i;
  }
};

/// The order of n random 64-bit words, equal ones by index.
void permutation_run(const KernelCall& call) {
  if (const std::int64_t n = call.outputs[0].size(); n > 0) {
    const Sorting<std::uint64_t> sorting(call.context, 1, n);
    for_draws(call, state_of(call), sorting.sorted.width, PermutationKeys{sorting.sorted, n});
    give_first(call, sorting.sorted, n);
  }
  draw_taken(call);
}

// --- multinomial ----------------------------------------------------------------------------------------------------

std::string positive_text(const Fault& fault) {
  return std::to_string(fault.limit) + " samples, " + std::to_string(fault.value) + " positive weights";
}

struct WeightRules {
  FaultReport sign, number;
  std::int64_t num_samples, needed;
};

/// A block for each row: its weights as doubles, checked.
template <class T>
__global__ void weights_kernel(const T* given, std::int64_t rows, std::int64_t choices, WeightRules rules,
                               double* weights) {
  TRIPTYCH_SHARED(positive, unsigned long long);
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    if (threadIdx.x == 0) positive = 0;
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < choices; i += blockDim.x) {
      double weight = static_cast<double>(static_cast<compute_type<T>>(given[row * choices + i]));
      if (!(weight >= 0 && weight <= std::numeric_limits<double>::max())) {
        report_fault(rules.sign, std::bit_cast<long long>(weight));
        weight = 0;
      }
      if (weight > 0) atomicAdd(&positive, 1ull);
      weights[row * choices + i] = weight;
    }
    __syncthreads();
    if (threadIdx.x == 0 && static_cast<std::int64_t>(positive) < rules.needed)
      report_fault(rules.number, static_cast<long long>(positive), rules.num_samples);
    __syncthreads();
  }
}

/// A block for each row. Its weights are summed one by one, so that the sums have the CPU's bits; sample i is where its
/// random number falls among them.
__global__ void choose_kernel(const std::uint64_t* state, std::int64_t rows, std::int64_t choices, double* sums,
                              std::int64_t num_samples, std::int64_t* samples) {
  const Draw draw{state[0], state[1]};
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    double* own = sums + row * choices;
    if (threadIdx.x == 0)
      for (std::int64_t i = 1; i < choices; ++i) own[i] += own[i - 1];
    __syncthreads();
    const double total = own[choices - 1];
    for (std::int64_t i = threadIdx.x; i < num_samples; i += blockDim.x) {
      const std::int64_t sample = row * num_samples + i;
      const double place = formula::unit_of(formula::random_word64(draw, sample)) * total;
      // Rounding may put the place at the very end: then it is the last that has a weight.
      const bool at_end = !(place < total);
      std::int64_t low = 0, high = choices - 1;  // the first sum that is more, or at the end no less
      while (low < high) {
        const std::int64_t middle = (low + high) / 2;
        if (at_end ? own[middle] < place : own[middle] <= place)
          low = middle + 1;
        else
          high = middle;
      }
      samples[sample] = low;
    }
  }
}

/// Times that are not negative are ordered as their bits are.
struct RingingTimes {
  SortedRows<std::uint64_t> sorted;
  std::int64_t choices;
  const double* weights;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    const std::int64_t row = i / sorted.width, choice = i % sorted.width, place = row * choices + choice;
    sorted.indices[i] = choice;
    sorted.keys[i] =
        choice < choices
            ? std::bit_cast<std::uint64_t>(formula::ringing_time(formula::random_word64(draw, place), weights[place]) +
                                           0.0)  // -0 becomes 0
            : ~std::uint64_t{0};
  }
};

void multinomial_run(const KernelCall& call) {
  const auto& [num_samples, replacement] = call.attributes_as<RandomMultinomialAttributes>();
  const Operand& given = call.inputs[1];
  const Shape& shape = given.shape();
  const std::int64_t choices = shape[-1], rows = shape.rank() == 2 ? shape[0] : 1;
  if (rows > 0 && choices > 0) {
    const int device = call.context.device.index;
    const WeightRules rules{
        fault_report(device, "multinomial", "a weight is negative or not finite", call.context.where, number_text),
        fault_report(device, "multinomial", "there are too few positive weights", call.context.where, positive_text),
        num_samples, replacement ? std::min<std::int64_t>(num_samples, 1) : num_samples};
    const Scratch memory(call.context, static_cast<std::size_t>(rows * choices) * sizeof(double));
    auto* weights = memory.as<double>();
    const unsigned blocks = blocks_for(rows, 1);
    visit_floating(given.dtype(), [&]<class T>(T*) {
      run(call, weights_kernel<T>, blocks, block_threads, 0, given.as<const T>(), rows, choices, rules, weights);
    });
    if (num_samples > 0 && replacement) {
      run(call, choose_kernel, blocks, block_threads, 0, state_of(call), rows, choices, weights, num_samples,
          call.outputs[0].as<std::int64_t>());
    } else if (num_samples > 0) {
      const Sorting<std::uint64_t> sorting(call.context, rows, choices);
      for_draws(call, state_of(call), rows * sorting.sorted.width, RingingTimes{sorting.sorted, choices, weights});
      give_first(call, sorting.sorted, num_samples);
    }
  }
  draw_taken(call);
}

const Kernel uniform_kernel{.run = uniform_run}, uniform_like_kernel{.run = uniform_like_run},
    normal_kernel{.run = normal_run}, normal_like_kernel{.run = normal_like_run},
    truncated_normal_kernel{.run = truncated_normal_run}, integers_kernel{.run = integers_run},
    bernoulli_kernel{.run = bernoulli_run}, permutation_kernel{.run = permutation_run},
    multinomial_kernel{.run = multinomial_run};

}  // namespace

void register_random_kernels() {
  register_kernel(random_uniform_op, Device::Type::cuda, uniform_kernel);
  register_kernel(random_uniform_like_op, Device::Type::cuda, uniform_like_kernel);
  register_kernel(random_normal_op, Device::Type::cuda, normal_kernel);
  register_kernel(random_normal_like_op, Device::Type::cuda, normal_like_kernel);
  register_kernel(random_truncated_normal_op, Device::Type::cuda, truncated_normal_kernel);
  register_kernel(random_integers_op, Device::Type::cuda, integers_kernel);
  register_kernel(random_bernoulli_op, Device::Type::cuda, bernoulli_kernel);
  register_kernel(random_permutation_op, Device::Type::cuda, permutation_kernel);
  register_kernel(random_multinomial_op, Device::Type::cuda, multinomial_kernel);
}

}  // namespace cuda
}  // namespace triptych
