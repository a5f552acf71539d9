// Sizes along the two axes of an image, as options of convolutions and pools take them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// A number along height and one along width; a single number stands for both.
struct Size2 {
  template <std::integral T>
  constexpr Size2(T both) : height(both), width(both) {}
  constexpr Size2(std::int64_t height, std::int64_t width) : height(height), width(width) {}

  std::int64_t height, width;
  friend bool operator==(const Size2& a, const Size2& b) { return a.height == b.height && a.width == b.width; }
};

/// Where the padding comes from: numbers, as TensorFlow's "same" (as many windows as input elements by stride, the odd
/// element of padding after), or none.
enum class PaddingMode : std::uint8_t { numbers, same, valid };

/// Zeros around an image: a number along each axis, for both sides or for each, "same" or "valid".
struct Padding2 {
  template <std::integral T>
  constexpr Padding2(T both) : size(both), after(both) {}
  constexpr Padding2(std::int64_t height, std::int64_t width) : size(height, width), after(size) {}
  constexpr Padding2(Size2 before, Size2 after) : size(before), after(after) {}
  /// ArgumentError unless "same" or "valid" ("SAME" or "VALID").
  TRIPTYCH_API Padding2(const char* mode, Location where = Location::here());
  TRIPTYCH_API Padding2(std::string_view mode, Location where = Location::here());
  Padding2(std::nullptr_t) = delete;

  Size2 size = 0, after = 0;  // before the first row and column, and after the last
  PaddingMode mode = PaddingMode::numbers;
};

/// Order of the dimensions of images: (batch, channels, height, width), as PyTorch, or (batch, height, width,
/// channels), as TensorFlow and Keras.
enum class DataFormat : std::uint8_t { nchw, nhwc };

}  // namespace triptych
