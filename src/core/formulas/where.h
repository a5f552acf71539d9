// where: a choice moves bits, by a mask, since a branch that depends on data is guessed wrong. Kernels hand words;
// fused expressions hand floats, which have no bits here, on devices that choose without a branch.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

struct Choose {
  TRIPTYCH_HOST_DEVICE bool operator()(bool condition, bool a, bool b) const { return condition ? a : b; }
  template <class Word>
  TRIPTYCH_HOST_DEVICE Word operator()(bool condition, Word a, Word b) const {
    if constexpr (requires { a& b; }) {
      const Word mask = static_cast<Word>(Word(0) - static_cast<Word>(condition));
      return static_cast<Word>((a & mask) | (b & static_cast<Word>(~mask)));
    } else {
      return condition ? a : b;
    }
  }
};

}  // namespace triptych::formula
