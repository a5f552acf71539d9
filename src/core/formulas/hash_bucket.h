// Numbers in bins, by a hash.
#pragma once

#include <cstdint>

#include "core/support/hash_steps.h"

namespace triptych::formula {

/// The bin of a number, by the hash of its decimal digits.
struct HashBucket {
  std::int64_t num_bins;
  bool masks;  // `mask` is in bin 0, all else in the others
  std::int64_t mask;
  bool salted;
  std::uint64_t key0, key1;

  TRIPTYCH_HOST_DEVICE std::int64_t operator()(std::int64_t number) const {
    if (masks && number == mask) return 0;
    char digits[20];
    int begin = 20;
    std::uint64_t rest = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    do {
      digits[--begin] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (number < 0) digits[--begin] = '-';
    const char* text = digits + begin;
    const auto length = static_cast<std::uint64_t>(20 - begin);
    const std::uint64_t value = salted         ? hash::siphash(text, length, key0, key1)
                                : length <= 16 ? hash::FarmHash::up_to_16(text, length)
                                               : hash::FarmHash::from_17_to_32(text, length);
    const auto bins = static_cast<std::uint64_t>(masks ? num_bins - 1 : num_bins);
    return static_cast<std::int64_t>(value % bins) + (masks ? 1 : 0);
  }
};

}  // namespace triptych::formula
