// Keys of random draws, by what they are for.
#pragma once

#include <cstdint>

#include "triptych/core/random.h"

namespace triptych {

/// Draws, initializers and streams never share numbers, whatever their indices are; `example` spreads the seeds of
/// generators of their own.
enum class RandomPurpose : std::uint64_t { draw = 1, initializer = 2, stream = 3, example = 4 };

std::uint64_t random_key(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index);

/// Counts the calls of random initializers since the last manual_seed.
std::uint64_t next_creation_index();
/// The (key, counter) operand of the initializer call with this index.
Tensor initializer_state(std::uint64_t seed, std::uint64_t index);

/// `random_state` for an op on `like`: a stream in its graph if it is symbolic.
Tensor random_state_for(const Tensor& like, Generator* generator = nullptr);

/// The generator that a public function of this thread was given and draws from: what it draws is given back if it
/// fails.
extern constinit thread_local const Generator* drawing_from;

/// While alive, this thread's default generator is one of its own.
class [[nodiscard]] GeneratorScope {
 public:
  explicit GeneratorScope(std::uint64_t seed);
  ~GeneratorScope();
  GeneratorScope(const GeneratorScope&) = delete;
  GeneratorScope& operator=(const GeneratorScope&) = delete;

 private:
  Generator generator_;
  Generator* outer_;
};

}  // namespace triptych
