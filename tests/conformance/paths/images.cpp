// interpolate and unfold with their gradients, in images of any memory order.
#include <algorithm>
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/image.h"

namespace paths {
namespace {

/// So much of an element.
struct Part {
  std::int64_t place;
  double weight;
};

std::vector<Part> linear_parts(std::int64_t n, std::int64_t m, std::int64_t j) {
  const double place =
      std::max(0.0, (static_cast<double>(j) + 0.5) * static_cast<double>(n) / static_cast<double>(m) - 0.5);
  const auto first = std::min(static_cast<std::int64_t>(place), n - 1);
  const double beyond = std::min(1.0, place - static_cast<double>(first));
  return {{first, 1 - beyond}, {std::min(first + 1, n - 1), beyond}};
}

/// Sizes that are multiples of each other, so that the weights are short fractions.
void resize_case(Dice& dice) {
  const bool nearest = dice.once_in(3), channels_last = dice.once_in(3);
  const std::int64_t n = dice.between(1, 2), c = dice.once_in(30) ? 30 : dice.between(1, 4),
                     up = dice.once_in(2) ? 2 : 4;
  const std::int64_t h = dice.between(1, c == 30 ? 20 : 7), w = dice.between(1, c == 30 ? 20 : 7);
  const tt::DType dtype = dice.once_in(2) ? tt::float32 : tt::float64;
  const std::int64_t size[] = {nearest || dice.once_in(2) ? h * up : 1, w * up};
  const Given x = dice.operand({n, c, h, w}, dtype), dy = dice.operand({n, c, size[0], size[1]}, dtype);
  Plain y(dy.plain.shape), dx(x.plain.shape);
  each_place(y.shape, [&](const Place& p) {
    const auto parts = [&](std::int64_t from, std::int64_t to, std::int64_t j) {
      return nearest ? std::vector<Part>{{j * from / to, 1}} : linear_parts(from, to, j);
    };
    for (const Part& row : parts(h, size[0], p[2]))
      for (const Part& column : parts(w, size[1], p[3])) {
        const Place from{p[0], p[1], row.place, column.place};
        y[p] += row.weight * column.weight * x.plain[from];
        dx[from] += row.weight * column.weight * dy.plain[p];
      }
  });
  const tt::Tensor lx = leaf(x.tensor);
  tt::InterpolateOptions options{.size = {size[0], size[1]}, .mode = nearest ? "nearest" : "bilinear"};
  if (channels_last) options.data_format = tt::DataFormat::nhwc;
  const tt::Tensor result = channels_last
                                ? tt::permute(tt::interpolate(tt::permute(lx, {0, 2, 3, 1}), options), {0, 3, 1, 2})
                                : tt::interpolate(lx, options);
  const std::string what = std::string(nearest ? "nearest" : "bilinear") + " of " + x.plain.shape.text();
  expect(result, y, 8, what);
  expect(gradients_of(result, {lx}, dy.tensor)[0], dx, 32, what + ", gradient");
}

void unfold_case(Dice& dice) {
  std::int64_t kernel[2], dilation[2], padding[2], stride[2], count[2];
  const std::int64_t length[] = {dice.between(1, 8), dice.between(1, 8)};
  for (const std::size_t i : {0, 1}) {
    kernel[i] = dice.between(1, 3);
    dilation[i] = dice.once_in(3) ? 2 : 1;
    padding[i] = dice.between(0, 2);
    stride[i] = dice.between(1, 2);
    const std::int64_t free = length[i] + 2 * padding[i] - ((kernel[i] - 1) * dilation[i] + 1);
    if (free < 0) return;
    count[i] = free / stride[i] + 1;
  }
  const tt::DType dtype = dice.floating();
  const std::int64_t n = dice.between(1, 2), c = dice.between(1, 3);
  const Given x = dice.operand({n, c, length[0], length[1]}, dtype),
              dy = dice.operand({n, c * kernel[0] * kernel[1], count[0] * count[1]}, dtype);
  Plain y(dy.plain.shape), dx(x.plain.shape);
  each_place(y.shape, [&](const Place& p) {
    const std::int64_t tap = p[1] % (kernel[0] * kernel[1]);
    const std::int64_t row = p[2] / count[1] * stride[0] - padding[0] + tap / kernel[1] * dilation[0],
                       column = p[2] % count[1] * stride[1] - padding[1] + tap % kernel[1] * dilation[1];
    if (row < 0 || row >= length[0] || column < 0 || column >= length[1]) return;
    const Place from{p[0], p[1] / (kernel[0] * kernel[1]), row, column};
    y[p] = x.plain[from];
    dx[from] += dy.plain[p];
  });
  const tt::Tensor lx = leaf(x.tensor);
  const tt::Tensor result = tt::unfold(
      lx, {kernel[0], kernel[1]},
      {.dilation = {dilation[0], dilation[1]}, .padding = {padding[0], padding[1]}, .stride = {stride[0], stride[1]}});
  const std::string what = "unfold of " + x.plain.shape.text();
  expect(result, y, 0, what);
  expect(gradients_of(result, {lx}, dy.tensor)[0], dx, 4, what + ", gradient");
}

}  // namespace

void image_case(Dice& dice) { dice.once_in(3) ? unfold_case(dice) : resize_case(dice); }

}  // namespace paths
