// Random numbers, counter-based: each number is a function of a key, a counter and the element's row-major index, so it
// does not depend on threads, vector width, strides or device.
#pragma once

#include <cstdint>
#include <mutex>

#include "triptych/core/sizes_by_place.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Seeds everything random: the default generator, the initializers (their creation index starts again at 0) and the
/// streams that dropout layers and traced random ops take (their index starts again at 0).
TRIPTYCH_API void manual_seed(std::uint64_t seed);

/// A source of draws. Each eager random op takes one draw: the key follows from the seed, the counter is `offset`,
/// which goes up by one. Safe to use from several threads.
class TRIPTYCH_API Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) : seed_(seed) {}
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Starts again: offset 0, stream index 0.
  void manual_seed(std::uint64_t seed);
  std::uint64_t seed() const;
  std::uint64_t offset() const;
  /// int64 [3]: seed, offset and stream index, to go on later where this generator is now.
  Tensor get_state() const;
  /// ArgumentError unless `state` is an int64 tensor of 3 elements.
  void set_state(const Tensor& state, Location where = Location::here());

  /// The (key, counter) operand of the next draw: int64 [2].
  Tensor next_draw();
  /// A stream of its own: an int64 [2] tensor (key, 0), marked as state, for an op that is run many times (dropout, a
  /// random op in a graph). The op adds one to the counter each time it runs. Save it as a buffer to go on from a
  /// checkpoint.
  Tensor next_stream();

 private:
  mutable std::mutex mutex_;
  std::uint64_t seed_, offset_ = 0, stream_ = 0;
};

/// What functions use that are given no generator. Its seed is 0 until `manual_seed` is called. While a DataLoader
/// makes an example it is one of that example's own.
TRIPTYCH_API Generator& default_generator();

/// The (key, counter) operand for a random op that a user's function applies now: the next draw, or, when a graph is
/// being traced or `symbolic` is set, a stream of its own, so that each run of the graph draws new numbers.
TRIPTYCH_API Tensor random_state(Generator* generator = nullptr, bool symbolic = false);

// --- What users call ------------------------------------------------------------------------------------------------
// A null generator is the default one. Floating dtypes unless said otherwise.

/// Uniform in [0, 1).
TRIPTYCH_API Tensor rand(const Shape& shape, DType dtype = float32, Generator* generator = nullptr,
                         Location where = Location::here());
/// Standard normal.
TRIPTYCH_API Tensor randn(const Shape& shape, DType dtype = float32, Generator* generator = nullptr,
                          Location where = Location::here());
/// The sizes may stand by place, a dtype behind them: `rand(2, 3)`, `randn(2, 3, float64)`.
template <class... More>
requires LengthsThenDType<More...> Tensor rand(At first, More... more) {
  const detail::SizesByPlace sizes(first, more...);
  return rand(sizes.shape, sizes.dtype, nullptr, first.where());
}
template <class... More>
requires LengthsThenDType<More...> Tensor randn(At first, More... more) {
  const detail::SizesByPlace sizes(first, more...);
  return randn(sizes.shape, sizes.dtype, nullptr, first.where());
}
/// As `rand` and `randn`, with x's shape and dtype; x's values are not read.
TRIPTYCH_API Tensor rand_like(Arg x, Generator* generator = nullptr);
TRIPTYCH_API Tensor randn_like(Arg x, Generator* generator = nullptr);
/// Uniform in [low, high).
TRIPTYCH_API Tensor uniform(const Shape& shape, double low = 0, double high = 1, DType dtype = float32,
                            Generator* generator = nullptr, Location where = Location::here());
/// Normal with this mean and standard deviation.
TRIPTYCH_API Tensor normal(const Shape& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                           Generator* generator = nullptr, Location where = Location::here());
/// Normal, but values further than two standard deviations from the mean are drawn again (as TensorFlow's).
TRIPTYCH_API Tensor truncated_normal(const Shape& shape, double mean = 0, double stddev = 1, DType dtype = float32,
                                     Generator* generator = nullptr, Location where = Location::here());
/// Integers, uniform in [low, high); ArgumentError unless low < high and both fit the dtype.
TRIPTYCH_API Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype = int64,
                            Generator* generator = nullptr, Location where = Location::here());
/// 1 with probability p, else 0, elementwise, in p's dtype; ArgumentError unless 0 <= p <= 1.
TRIPTYCH_API Tensor bernoulli(Arg p, Generator* generator = nullptr);
/// The numbers 0 .. n - 1 in random order, int64.
TRIPTYCH_API Tensor permutation(std::int64_t n, Generator* generator = nullptr, Location where = Location::here());

/// `num_samples` indices (int64) for each row of `p`, a vector or a matrix of weights, with probabilities in proportion
/// to them; without `replacement` all different. ArgumentError if a weight is negative or not finite, or too few are
/// positive.
TRIPTYCH_API Tensor multinomial(Arg p, std::int64_t num_samples, bool replacement = false,
                                Generator* generator = nullptr);

// --- The ops under them ---------------------------------------------------------------------------------------------
// `state` is an int64 [2] tensor (key, counter); its counter is raised by one where it is a graph's or a layer's
// stream.

TRIPTYCH_API Tensor random_uniform(Arg state, const Shape& shape, double low = 0, double high = 1,
                                   DType dtype = float32);
TRIPTYCH_API Tensor random_normal(Arg state, const Shape& shape, double mean = 0, double stddev = 1,
                                  DType dtype = float32);
/// With the shape and dtype of `like`, whose values are not read.
TRIPTYCH_API Tensor random_uniform_like(Arg state, Arg like, double low = 0, double high = 1);
TRIPTYCH_API Tensor random_normal_like(Arg state, Arg like, double mean = 0, double stddev = 1);
TRIPTYCH_API Tensor random_truncated_normal(Arg state, const Shape& shape, double mean = 0, double stddev = 1,
                                            DType dtype = float32);
TRIPTYCH_API Tensor random_integers(Arg state, std::int64_t low, std::int64_t high, const Shape& shape,
                                    DType dtype = int64);
TRIPTYCH_API Tensor random_bernoulli(Arg state, Arg p);
TRIPTYCH_API Tensor random_permutation(Arg state, std::int64_t n);
TRIPTYCH_API Tensor random_multinomial(Arg state, Arg p, std::int64_t num_samples, bool replacement = false);

}  // namespace triptych
