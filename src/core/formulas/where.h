// where: a choice moves bits.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

struct Choose {
  template <class Word>
  TRIPTYCH_HOST_DEVICE Word operator()(bool condition, Word a, Word b) const {
    return condition ? a : b;
  }
};

}  // namespace triptych::formula
