// Sizes along one axis and along three, as options take them: what sizes.h has for the two of an image.
#pragma once

#include "triptych/core/ops/sizes.h"

namespace triptych {

/// A number along depth, one along height and one along width; a single number stands for all three.
struct Size3 {
  template <std::integral T>
  constexpr Size3(T all) : depth(all), height(all), width(all) {}
  constexpr Size3(std::int64_t depth, std::int64_t height, std::int64_t width)
      : depth(depth), height(height), width(width) {}

  std::int64_t depth, height, width;
  friend bool operator==(const Size3& a, const Size3& b) {
    return a.depth == b.depth && a.height == b.height && a.width == b.width;
  }
};

/// Zeros around a sequence: the same number on both sides, one number for each side, "same" or "valid".
struct Padding1 {
  template <std::integral T>
  constexpr Padding1(T both) : before(both), after(both) {}
  constexpr Padding1(std::int64_t before, std::int64_t after) : before(before), after(after) {}
  /// ArgumentError unless "same" or "valid" ("SAME" or "VALID").
  TRIPTYCH_API Padding1(const char* mode, Location where = Location::here());
  TRIPTYCH_API Padding1(std::string_view mode, Location where = Location::here());
  Padding1(std::nullptr_t) = delete;

  std::int64_t before = 0, after = 0;
  PaddingMode mode = PaddingMode::numbers;
};

/// Zeros around a volume: a number for each axis, for both sides or for each, "same" or "valid".
struct Padding3 {
  template <std::integral T>
  constexpr Padding3(T all) : before(all), after(all) {}
  constexpr Padding3(std::int64_t depth, std::int64_t height, std::int64_t width)
      : before(depth, height, width), after(before) {}
  constexpr Padding3(Size3 before, Size3 after) : before(before), after(after) {}
  /// ArgumentError unless "same" or "valid" ("SAME" or "VALID").
  TRIPTYCH_API Padding3(const char* mode, Location where = Location::here());
  TRIPTYCH_API Padding3(std::string_view mode, Location where = Location::here());
  Padding3(std::nullptr_t) = delete;

  Size3 before = 0, after = 0;
  PaddingMode mode = PaddingMode::numbers;
};

}  // namespace triptych
