// Compiled for the machine's instruction set, as the library's kernels are.
#include "machine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>

#include "triptych/core/memory.h"
#include "triptych/core/op.h"

namespace bench {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif
typedef float Vector __attribute__((vector_size(vector_bytes)));
constexpr int lanes = vector_bytes / sizeof(float);

/// The least seconds of `tries` calls of `body(thread)` on all threads.
template <class Body>
double least_seconds(int tries, Body body) {
  double least = INFINITY;
  for (int i = 0; i < tries; ++i) {
    const double start = seconds();
    triptych::parallel_for(triptych::num_threads(), body);
    least = std::min(least, seconds() - start);
  }
  return least;
}

/// Twelve sums at once hide the latency of four cycles of two units, and leave registers for their operands.
float multiply_add(std::int64_t rounds) {
  constexpr int sums = 12;
  Vector sum[sums], x = Vector{} + 0.5f, y = Vector{} + 1.0f;
  for (int j = 0; j < sums; ++j) sum[j] = Vector{} + static_cast<float>(j);  // all differ, or one would do for all
  for (std::int64_t i = 0; i < rounds; ++i)
    for (int j = 0; j < sums; ++j) sum[j] = sum[j] * x + y;
  for (int j = 1; j < sums; ++j) sum[0] += sum[j];
  return sum[0][0];
}

double peak() {
  constexpr std::int64_t rounds = 200'000;
  volatile float sink = 0;
  const double least = least_seconds(50, [&](std::int64_t) { sink = multiply_add(rounds); });
  return triptych::num_threads() * rounds * 12.0 * 2 * lanes / least;
}

/// y = x + 1, half of the bytes read and half of them written, again and again.
double bandwidth_of(std::int64_t bytes) {
  const std::int64_t threads = triptych::num_threads(), count = bytes / 2 / static_cast<std::int64_t>(sizeof(float));
  const std::int64_t part = count / threads, rounds = std::max<std::int64_t>(1, (1 << 22) / bytes);
  std::vector<float> x(static_cast<std::size_t>(count), 1.0f), y(static_cast<std::size_t>(count));
  const double least = least_seconds(30, [&](std::int64_t thread) {
    const float* from = x.data() + thread * part;
    float* to = y.data() + thread * part;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const float one = static_cast<float>(round);  // so that no round repeats the last one
      for (std::int64_t i = 0; i < part; ++i) to[i] = from[i] + one;
    }
  });
  return static_cast<double>(bytes * rounds) / least;
}

}  // namespace

double seconds() {
  if (triptych::num_threads() > 1)
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double Machine::bandwidth_at(std::int64_t bytes) const {
  const auto above = std::find_if(bandwidth.begin(), bandwidth.end(), [&](const auto& p) { return p.first >= bytes; });
  if (above == bandwidth.begin()) return above->second;
  if (above == bandwidth.end()) return bandwidth.back().second;
  const auto [low, slow] = above[-1];
  const auto [high, fast] = *above;
  const double where = std::log2(static_cast<double>(bytes) / static_cast<double>(low)) /
                       std::log2(static_cast<double>(high) / static_cast<double>(low));
  return slow + (fast - slow) * where;
}

double Machine::limit_ms(double operations, std::int64_t bytes) const {
  return 1e3 * std::max(operations / flops, static_cast<double>(bytes) / bandwidth_at(bytes));
}

Machine measure_machine() {
  Machine machine{peak(), {}};
  for (std::int64_t bytes = 1 << 14; bytes <= 1 << 27; bytes *= 2)
    machine.bandwidth.emplace_back(bytes, bandwidth_of(bytes));
  return machine;
}

}  // namespace bench
