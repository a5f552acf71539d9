#include "core/ops/window.h"

#include <algorithm>

#include "core/support/checked.h"
#include "triptych/core/ops/volume_sizes.h"

namespace triptych {
namespace {

/// Keras and PyTorch write "same", TensorFlow "SAME".
PaddingMode mode_from(std::string_view mode, Location where) {
  if (mode == "same" || mode == "SAME") return PaddingMode::same;
  if (mode == "valid" || mode == "VALID") return PaddingMode::valid;
  throw ArgumentError("padding", "there is no such padding", "\"" + std::string(mode) + "\"",
                      "It is a number, \"same\" or \"valid\"", where);
}

}  // namespace

Padding2::Padding2(const char* text, Location where) : mode(mode_from(not_null(text, where), where)) {}
Padding2::Padding2(std::string_view text, Location where) : mode(mode_from(text, where)) {}
Padding1::Padding1(const char* text, Location where) : mode(mode_from(not_null(text, where), where)) {}
Padding1::Padding1(std::string_view text, Location where) : mode(mode_from(text, where)) {}
Padding3::Padding3(const char* text, Location where) : mode(mode_from(not_null(text, where), where)) {}
Padding3::Padding3(std::string_view text, Location where) : mode(mode_from(text, where)) {}

const char* name_of(PaddingMode mode) {
  return mode == PaddingMode::same ? "same" : mode == PaddingMode::valid ? "valid" : "numbers";
}
const char* name_of(DataFormat format) { return format == DataFormat::nchw ? "nchw" : "nhwc"; }

void Window::check(const Infer& infer) const {
  const auto in_range = [&](std::int64_t number, std::int64_t least, const char* too_small, const char* too_large) {
    if (number < least) infer.fail(too_small, std::to_string(number));
    if (number > Shape::most_elements) infer.fail(too_large, std::to_string(number));
  };
  in_range(size, 1, "kernel_size is not positive", "kernel_size is more than 2^59");
  in_range(stride, 1, "stride is not positive", "stride is more than 2^59");
  in_range(dilation, 1, "dilation is not positive", "dilation is more than 2^59");
  in_range(padding, 0, "padding is negative", "padding is more than 2^59");
  in_range(after, -Shape::most_elements, "padding is less than -2^59", "padding is more than 2^59");
  if (checked_multiply(dilation, size - 1, "the window's extent") >= Shape::most_elements)
    infer.fail("the window spans more than 2^59 elements",
               "kernel_size is " + std::to_string(size) + ", dilation is " + std::to_string(dilation));
}

Dim Window::count(Dim length) const {
  if (!length.known()) return unknown;
  const std::int64_t n = length.raw();
  if (mode == PaddingMode::same) return (n + stride - 1) / stride;
  const std::int64_t free = n + padding + after - extent();
  // As PyTorch: a last window may hang over, be it the only one, if it starts inside the image or its padding before.
  if (ceil && free > -stride) {
    const std::int64_t windows = (free + stride - 1) / stride + 1;
    return (windows - 1) * stride < n + padding ? windows : windows - 1;
  }
  return free < 0 ? 0 : free / stride + 1;
}

std::array<std::int64_t, 2> Window::paddings(std::int64_t length) const {
  const std::int64_t needed = (count(length).raw() - 1) * stride + extent() - length;
  const std::int64_t before = mode == PaddingMode::same ? std::max<std::int64_t>(needed, 0) / 2 : padding;
  return {before, needed - before};
}

void check_images(const Infer& infer, const Shape& x, DataFormat format, int spatial) {
  if (x.rank() == spatial + 2) return;
  static constexpr const char* rules[3][2] = {
      {"x is not (batch, channels, length)", "x is not (batch, length, channels)"},
      {"x is not (batch, channels, height, width)", "x is not (batch, height, width, channels)"},
      {"x is not (batch, channels, depth, height, width)", "x is not (batch, depth, height, width, channels)"}};
  infer.fail(rules[spatial - 1][format == DataFormat::nchw ? 0 : 1], "x is " + x.text());
}

void channels_last_layout(const Shape& shape, DataFormat format, Strides& strides) {
  const ImageAxes axes = image_axes(format, shape.rank() - 2);
  std::int64_t step = 1;
  const auto lay = [&](int axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape.begin()[axis];
  };
  lay(axes.channels);
  for (int axis = axes.first + shape.rank() - 3; axis >= axes.first; --axis) lay(axis);
  lay(0);
}

}  // namespace triptych
