// Numbers as Python prints them, for modules.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/scalar.h"

namespace triptych::eager {

/// A number along each axis.
using Sizes = std::vector<std::int64_t>;
inline Sizes sizes_of(std::int64_t size) { return {size}; }
inline Sizes sizes_of(const Size2& size) { return {size.height, size.width}; }
inline Sizes sizes_of(const Size3& size) { return {size.depth, size.height, size.width}; }
inline Sizes sizes_of(const Padding1& padding) { return {padding.before}; }
inline Sizes sizes_of(const Padding2& padding) { return sizes_of(padding.size); }
inline Sizes sizes_of(const Padding3& padding) { return sizes_of(padding.before); }

/// repr(float): `0.1`, `1.0`, `1e-05`.
std::string python_text(double value);
inline std::string python_text(bool value) { return value ? "True" : "False"; }
/// A float or an int, as it was given.
std::string python_text(const Scalar& value);
/// `None` where there is none.
std::string python_text(const std::optional<double>& value);
/// A tuple: `(3, 3)`, `(3,)`.
std::string tuple_text(const Sizes& sizes);
/// A number where all are equal, else a tuple.
std::string pair_text(const Sizes& sizes);
inline std::string tuple_text(const Size2& size) { return tuple_text(sizes_of(size)); }

template <class Padding>
std::string padding_text(const Padding& padding, bool tuple) {
  if (padding.mode == PaddingMode::same) return "same";
  if (padding.mode == PaddingMode::valid) return "valid";
  return tuple ? tuple_text(sizes_of(padding)) : pair_text(sizes_of(padding));
}

/// "inplace=True" after what stands before it, or nothing.
inline std::string inplace_text(bool inplace, const std::string& before = {}) {
  return inplace ? before + (before.empty() ? "" : ", ") + "inplace=True" : before;
}

}  // namespace triptych::eager
