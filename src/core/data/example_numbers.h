// What is drawn while an example is made.
#pragma once

#include <cstdint>
#include <optional>

#include "core/random/random.h"

namespace triptych::data {

/// While alive, this thread makes examples of an epoch of a loader with this seed.
class [[nodiscard]] EpochNumbers {
 public:
  EpochNumbers(std::uint64_t seed, std::int64_t epoch)
      : key_(random_key(seed, RandomPurpose::example, static_cast<std::uint64_t>(epoch))), outer_(current) {
    current = this;
  }
  ~EpochNumbers() { current = outer_; }
  EpochNumbers(const EpochNumbers&) = delete;
  EpochNumbers& operator=(const EpochNumbers&) = delete;

 private:
  friend class ExampleNumbers;
  static inline thread_local const EpochNumbers* current = nullptr;
  std::uint64_t key_;
  const EpochNumbers* outer_;
};

/// While alive, and inside of an EpochNumbers, what is drawn without a generator depends on the loader's seed, the
/// epoch and `index` only: not on the order of examples, on workers, or on what was drawn before.
class [[nodiscard]] ExampleNumbers {
 public:
  explicit ExampleNumbers(std::int64_t index) {
    if (const EpochNumbers* epoch = EpochNumbers::current)
      scope_.emplace(random_key(epoch->key_, RandomPurpose::example, static_cast<std::uint64_t>(index)));
  }

 private:
  std::optional<GeneratorScope> scope_;
};

}  // namespace triptych::data
