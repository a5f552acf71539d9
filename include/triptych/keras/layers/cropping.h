// Borders taken away.
#pragma once

#include <concepts>
#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct BorderOptions {
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
/// How many elements before and after: `2`, `{1, 2}`; along two axes `{{1, 2}, {0, 1}}`, or `{1, 2}` for both sides of
/// each; along three `{{1, 1}, {1, 1}, {1, 1}}`.
struct Border1 {
  template <std::integral T>
  constexpr Border1(T both) : before(both), after(both) {}
  constexpr Border1(std::int64_t before, std::int64_t after) : before(before), after(after) {}
  std::int64_t before, after;
};
struct Border2 {
  template <std::integral T>
  constexpr Border2(T all) : height(all), width(all) {}
  constexpr Border2(Border1 height, Border1 width) : height(height), width(width) {}
  Border1 height, width;
};
struct Border3 {
  template <std::integral T>
  constexpr Border3(T all) : depth(all), height(all), width(all) {}
  constexpr Border3(Border1 depth, Border1 height, Border1 width) : depth(depth), height(height), width(width) {}
  Border1 depth, height, width;
};

namespace layers {

/// x without so many elements at both ends of its spatial axes. ArgumentError if a number is negative or more than
/// there are.
TRIPTYCH_API Layer Cropping1D(Border1 cropping = 1, BorderOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer Cropping2D(Border2 cropping = 0, BorderOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer Cropping3D(Border3 cropping = 1, BorderOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
