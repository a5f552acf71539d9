// Numbers as Python prints them, for modules.
#pragma once

#include <cstdint>
#include <string>

#include "triptych/core/ops/sizes.h"

namespace triptych::eager {

/// repr(float): `0.1`, `1.0`, `1e-05`.
std::string python_text(double value);
inline std::string python_text(bool value) { return value ? "True" : "False"; }
/// A tuple: `(3, 3)`.
std::string tuple_text(const Size2& size);
/// A number where both are equal, else a tuple.
std::string pair_text(const Size2& size);
std::string padding_text(const Padding2& padding, bool tuple);

}  // namespace triptych::eager
