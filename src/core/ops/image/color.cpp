// Grey and hues.
#include "triptych/core/ops/color.h"

#include <string>
#include <vector>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_colors(const char* op, const Arg& images, std::int64_t axis, bool floating) {
  const Tensor& x = operand(op, images);
  const int at = normalize_axis(op, axis, x.ndim(), images.where());
  if (const Dim length = x.shape().dim(at); length.known() && length.raw() != 3)
    throw ArgumentError(op, "the images have not three colours", x.shape().text() + ", axis " + std::to_string(axis),
                        "", images.where());
  if (floating && !is_floating(x.dtype()))
    throw ArgumentError(op, "images are not floating", std::string(dtype_name(x.dtype())),
                        "Convert them with cast and divide them by 255", images.where());
}

struct Colors {
  Tensor first, second, third;
  Colors(const Tensor& images, std::int64_t axis)
      : first(slice(images, axis, {0, 1})), second(slice(images, axis, {1, 2})), third(slice(images, axis, {2, 3})) {}
};

}  // namespace

Tensor rgb_to_grayscale(Arg images, std::int64_t axis) {
  const Called called("rgb_to_grayscale");
  const Frame frame(images.where());
  check_colors("rgb_to_grayscale", images, axis, false);
  const DType dtype = images.tensor().dtype();
  const Colors rgb(is_floating(dtype) ? widened(images.tensor()) : cast(images, float32), axis);
  const Tensor gray = rgb.first * 0.2989 + rgb.second * 0.587 + rgb.third * 0.114;
  return cast(is_floating(dtype) ? gray : round(gray), dtype);
}

Tensor rgb_to_hsv(Arg images, std::int64_t axis) {
  const Called called("rgb_to_hsv");
  const Frame frame(images.where());
  check_colors("rgb_to_hsv", images, axis, true);
  return rounded_once(images.tensor(), [&](const Tensor& wide) {
    const auto [red, green, blue] = Colors(wide, axis);
    const Tensor value = max(wide, axis, true), range = value - min(wide, axis, true);
    const Tensor gray = equal(range, 0), step = 1 / (where(gray, 1, range) * 6);
    const Tensor hue = where(equal(red, value), step * (green - blue),
                             where(equal(green, value), step * (blue - red) + 2.0 / 6, step * (red - green) + 4.0 / 6));
    const Tensor black = less_equal(value, 0);
    const Tensor saturation = where(black, 0, range / where(black, 1, value));
    return concat({where(gray, 0, where(less(hue, 0), hue + 1, hue)), saturation, value}, axis);
  });
}

Tensor hsv_to_rgb(Arg images, std::int64_t axis) {
  const Called called("hsv_to_rgb");
  const Frame frame(images.where());
  check_colors("hsv_to_rgb", images, axis, true);
  return rounded_once(images.tensor(), [&](const Tensor& wide) {
    const auto [hue, saturation, value] = Colors(wide, axis);
    const Tensor sixths = hue * 6;
    const auto color = [&, saturation = saturation, value = value](const Tensor& amount) {
      return ((1 - saturation) + saturation * clip(amount, 0, 1)) * value;
    };
    return concat({color(abs(sixths - 3) - 1), color(2 - abs(sixths - 2)), color(2 - abs(sixths - 4))}, axis);
  });
}

}  // namespace triptych
