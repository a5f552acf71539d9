// The order of elements as that of whole numbers, which is what sorting compares: NaN after all numbers, -0 equal to 0.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/formulas/compute_type.h"

namespace triptych::formula {

template <class T>
using key_type =
    std::conditional_t<sizeof(T) == 1, std::uint8_t,
                       std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// The bit that is the sign of a number.
template <class T>
inline constexpr key_type<T> sign_bit = static_cast<key_type<T>>(key_type<T>(1) << (8 * sizeof(T) - 1));

/// order_key(a) < order_key(b) if and only if a comes before b.
template <class T>
TRIPTYCH_HOST_DEVICE key_type<T> order_key(T x) {
  using Key = key_type<T>;
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key>(static_cast<Key>(x) ^ (std::is_signed_v<T> ? sign_bit<T> : Key(0)));
  } else {
    const auto value = static_cast<compute_type<T>>(x);
    const Key bits = std::bit_cast<Key>(x);
    const Key number = static_cast<Key>(bits & sign_bit<T> ? ~bits : bits | sign_bit<T>);
    return value != value ? std::numeric_limits<Key>::max() : value == 0 ? sign_bit<T> : number;
  }
}

/// The element that has this key.
template <class T>
T element_of_key(key_type<T> key) {
  using Key = key_type<T>;
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(key ^ (std::is_signed_v<T> ? sign_bit<T> : Key(0)));
  else if (key == std::numeric_limits<Key>::max())
    return T(std::numeric_limits<compute_type<T>>::quiet_NaN());
  else
    return std::bit_cast<T>(static_cast<Key>(key & sign_bit<T> ? key ^ sign_bit<T> : ~key));
}

}  // namespace triptych::formula
