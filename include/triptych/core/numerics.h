// How results may differ between engines, memory orders and thread counts.
#pragma once

#include <cstdint>

#include "triptych/core/export.h"

namespace triptych {

/// `exact`: not in a bit. `fast`: by rounding, for kernels that are chosen by speed.
enum class Numerics : std::uint8_t { exact, fast };

/// While alive, sets the numerics of ops that this thread runs eagerly; `exact` otherwise. Graph steps have an option
/// of their own, which is `fast` unless set.
class [[nodiscard]] TRIPTYCH_API NumericsMode {
 public:
  explicit NumericsMode(Numerics numerics);
  ~NumericsMode();
  NumericsMode(const NumericsMode&) = delete;
  NumericsMode& operator=(const NumericsMode&) = delete;
};

}  // namespace triptych
