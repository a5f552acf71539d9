// Where the random numbers of a function come from that takes a seed, as TensorFlow's and Keras's do.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>

#include "triptych/core/random.h"

namespace triptych {

/// Nothing: the default generator, which `manual_seed` seeds. An integer: a generator of its own that begins with it,
/// so that each call with it draws the same numbers; they are not those that TensorFlow draws with that seed. A
/// generator: its next numbers.
class Seed {
 public:
  Seed() = default;
  template <std::integral T>
  requires(!std::same_as<T, bool>) Seed(T seed)
      : own_(std::make_shared<Generator>(static_cast<std::uint64_t>(seed))), generator_(own_.get()) {}
  explicit Seed(std::shared_ptr<Generator> generator) : own_(std::move(generator)), generator_(own_.get()) {}
  /// The generator must live as long as this.
  Seed(Generator& generator) : generator_(&generator) {}
  // Copies alone: what was moved from names a generator still.
  Seed(const Seed&) = default;
  Seed& operator=(const Seed&) = default;
  ~Seed() = default;

  /// What functions of random.h take: null for the default one.
  Generator* generator() const { return generator_; }

 private:
  std::shared_ptr<Generator> own_;
  Generator* generator_ = nullptr;
};

}  // namespace triptych
