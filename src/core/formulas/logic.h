// Logic on truth values and on bits.
#pragma once

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

}  // namespace triptych::formula
