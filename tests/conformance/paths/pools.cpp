// max_pool2d and avg_pool2d with their gradients: windows that overlap, leave gaps or hang over; both memory orders.
#include <algorithm>
#include <limits>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

struct Case {
  std::int64_t n, c, h, w, size[2], stride[2], padding[2], dilation[2];
  std::int64_t length(int axis) const {
    const std::int64_t free = (axis ? w : h) + 2 * padding[axis] - ((size[axis] - 1) * dilation[axis] + 1);
    return free < 0 ? 0 : free / stride[axis] + 1;
  }
};

Case any_case(Dice& dice, bool max) {
  Case s{};
  s.n = dice.between(1, 3);
  s.c = dice.between(1, dice.once_in(3) ? 80 : 6);
  s.h = dice.between(1, 13);
  s.w = dice.between(1, 13);
  const bool whole = dice.once_in(4);  // windows that cut the image without rest
  if (dice.once_in(40)) {
    s.n = 3;
    s.c = 10;
    s.h = s.w = 36;
  }
  for (int i : {0, 1}) {
    s.size[i] = dice.between(1, 4);
    s.stride[i] = whole ? s.size[i] : dice.between(1, 4);
    s.padding[i] = whole ? 0 : dice.between(0, s.size[i] / 2);
    s.dilation[i] = max && !whole && dice.once_in(4) ? 2 : 1;
    if (whole) (i ? s.w : s.h) = s.size[i] * dice.between(1, dice.once_in(3) ? 20 : 6);
  }
  return s;
}

}  // namespace

void pool_case(Dice& dice) {
  const bool max = dice.once_in(2), with_padding = dice.once_in(2);
  const Case s = any_case(dice, max);
  if (s.length(0) < 1 || s.length(1) < 1) return;
  const tt::DType dtype = dice.floating();
  const tt::Shape shape{s.n, s.c, s.h, s.w}, y_shape{s.n, s.c, s.length(0), s.length(1)};
  Given x = dice.operand(shape, dtype);
  if (dice.once_in(3))  // channels side by side, as convolutions leave them
    x.tensor = tt::permute(tt::contiguous(tt::permute(x.tensor, {0, 2, 3, 1})), {0, 3, 1, 2});
  const Given dy = dice.operand(y_shape, dtype);
  Plain dx(shape);
  const Plain y = Plain::of(y_shape, [&](const Place& p) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    std::int64_t inside = 0;
    Place first{};
    const auto each = [&](auto f) {
      for (std::int64_t i = 0; i < s.size[0]; ++i)
        for (std::int64_t j = 0; j < s.size[1]; ++j) {
          const std::int64_t row = p[2] * s.stride[0] - s.padding[0] + i * s.dilation[0],
                             column = p[3] * s.stride[1] - s.padding[1] + j * s.dilation[1];
          if (row >= 0 && row < s.h && column >= 0 && column < s.w) f(Place{p[0], p[1], row, column});
        }
    };
    each([&](const Place& from) {
      const double value = x.plain[from];
      if (value > largest) {
        largest = value;
        first = from;
      }
      sum += value;
      ++inside;
    });
    const std::int64_t all = s.size[0] * s.size[1];
    const auto divisor = static_cast<double>(with_padding ? all : inside);
    if (max && inside > 0)
      dx[first] += dy.plain[p];
    else if (!max)
      each([&](const Place& from) { dx[from] += dy.plain[p] / divisor; });
    return max ? largest : sum / divisor;
  });
  const tt::Tensor lx = leaf(x.tensor);
  const tt::Size2 size{s.size[0], s.size[1]}, stride{s.stride[0], s.stride[1]};
  const tt::Padding2 padding{s.padding[0], s.padding[1]};
  const tt::Tensor result =
      max ? tt::max_pool2d(
                lx,
                {.kernel_size = size, .stride = stride, .padding = padding, .dilation = {s.dilation[0], s.dilation[1]}})
          : tt::avg_pool2d(
                lx, {.kernel_size = size, .stride = stride, .padding = padding, .count_include_pad = with_padding});
  const std::string what = std::string(max ? "max" : "avg") + "_pool2d of " + shape.text();
  expect(result, y, 2, what);
  // 16-bit gradients are rounded at each of up to 16 windows.
  expect(gradients_of(result, {lx}, dy.tensor)[0], dx, 32, what + ", gradient");
}

}  // namespace paths
