// Logic on truth values and on bits.
#pragma once

#include <type_traits>

#include "triptych/core/export.h"

namespace triptych::formula {

struct LogicalAnd {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return (a != 0) & (b != 0);
  }
};
struct LogicalOr {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return (a != 0) | (b != 0);
  }
};
struct LogicalXor {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return (a != 0) ^ (b != 0);
  }
};
struct LogicalNot {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x == 0;
  }
};

// On the bits of unsigned integers.
struct BitwiseAnd {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct BitwiseOr {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct BitwiseXor {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct BitwiseNot {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return static_cast<T>(~x);
  }
};

// Shifts of integers; those by more than the bits that there are, and by negative numbers, leave the sign alone.
template <class T>
TRIPTYCH_HOST_DEVICE bool moves_all_out(T places) {
  return static_cast<std::make_unsigned_t<T>>(places) >= 8 * sizeof(T);
}
struct BitwiseLeftShift {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return moves_all_out(b) ? T(0) : static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << b);
  }
};
struct BitwiseRightShift {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    if (moves_all_out(b)) return static_cast<T>(std::is_signed_v<T> ? a >> (8 * sizeof(T) - 1) : 0);
    return static_cast<T>(a >> b);
  }
};

}  // namespace triptych::formula
