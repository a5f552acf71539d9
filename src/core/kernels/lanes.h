// Numbers in the lanes of a vector register, read from memory and written there in the type that they are kept in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "triptych/core/dtype.h"

namespace triptych {

/// Lanes in which sums are added (reduce.h).
inline constexpr std::int64_t reduce_lanes = 16;

#if defined(__AVX512F__)
inline constexpr std::int64_t register_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::int64_t register_bytes = 32;
#else
inline constexpr std::int64_t register_bytes = 16;
#endif
/// Lanes that one register holds. Not wider vectors: g++ takes comparisons and choices on those apart into scalars.
template <class T>
inline constexpr std::int64_t lanes_at_once = std::min<std::int64_t>(reduce_lanes,
                                                                     register_bytes /
                                                                         static_cast<std::int64_t>(sizeof(T)));

template <class T>
using Lanes __attribute__((vector_size(lanes_at_once<T> * sizeof(T)))) = T;

/// first, first + 1, ...
template <class T>
Lanes<T> lane_numbers(std::int64_t first) {
  return [first]<std::size_t... l>(std::index_sequence<l...>) {
    return Lanes<T>{static_cast<T>(first + static_cast<std::int64_t>(l))...};
  }
  (std::make_index_sequence<static_cast<std::size_t>(lanes_at_once<T>)>());
}

/// Bits of `size` lanes of bfloat16, and of float.
template <std::size_t size>
struct BFloat16Lanes {
  typedef std::uint16_t Halves __attribute__((vector_size(size * sizeof(std::uint16_t))));
  typedef std::uint32_t Words __attribute__((vector_size(size * sizeof(std::uint32_t))));
};

template <class Acc, class In>
Lanes<Acc> load_lanes(const In* p) {
  Lanes<Acc> result;
  if constexpr (std::is_same_v<In, Acc>) {
    std::memcpy(&result, p, sizeof result);
  } else if constexpr (std::is_same_v<In, BFloat16> && std::is_same_v<Acc, float>) {
    using Bits = BFloat16Lanes<lanes_at_once<float>>;
    typename Bits::Halves halves;
    std::memcpy(&halves, p, sizeof halves);
    const auto words = __builtin_convertvector(halves, typename Bits::Words) << 16;
    std::memcpy(&result, &words, sizeof result);
  } else {
    Acc values[lanes_at_once<Acc>];
    for (std::int64_t l = 0; l < lanes_at_once<Acc>; ++l) values[l] = static_cast<Acc>(p[l]);
    std::memcpy(&result, values, sizeof result);
  }
  return result;
}
template <class Acc, class Out>
void store_lanes(const Lanes<Acc>& lanes, Out* to) {
  if constexpr (std::is_same_v<Out, Acc>) {
    std::memcpy(to, &lanes, sizeof lanes);
  } else if constexpr (std::is_same_v<Out, BFloat16> && std::is_same_v<Acc, float>) {
    using Bits = BFloat16Lanes<lanes_at_once<float>>;
    typename Bits::Words words;
    std::memcpy(&words, &lanes, sizeof words);
    // As BFloat16's constructor: to the nearest, ties to even; a NaN stays one.
    const typename Bits::Words nan = words >> 16 | 0x40, rounded = (words + 0x7fff + (words >> 16 & 1)) >> 16;
    const auto halves = __builtin_convertvector(lanes != lanes ? nan : rounded, typename Bits::Halves);
    std::memcpy(static_cast<void*>(to), &halves, sizeof halves);
  } else {
    Acc values[lanes_at_once<Acc>];
    std::memcpy(values, &lanes, sizeof lanes);
    for (std::int64_t l = 0; l < lanes_at_once<Acc>; ++l) to[l] = Out(values[l]);
  }
}

}  // namespace triptych
