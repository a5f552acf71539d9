// Convolutions along one to three axes and transposed ones, with their gradients: uneven padding, groups, and kernels
// of each channel's own.
#include "cases.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/conv_nd.h"

namespace paths {
namespace {

using Three = std::array<std::int64_t, 3>;

struct Case {
  std::int64_t n, c, o, groups;
  Three length{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, before{}, after{}, dilation{1, 1, 1};

  std::int64_t result(std::size_t axis) const {
    const std::int64_t free = length[axis] + before[axis] + after[axis] - ((kernel[axis] - 1) * dilation[axis] + 1);
    return free < 0 ? 0 : free / stride[axis] + 1;
  }
  /// What the transposed convolution makes of results.
  std::int64_t spread(std::size_t axis) const {
    return (result(axis) - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1 - before[axis] - after[axis];
  }
  Three results() const { return {result(0), result(1), result(2)}; }
};

Case any_case(Dice& dice, std::size_t axes, bool depthwise) {
  Case s{};
  s.n = dice.between(1, 3);
  s.groups = depthwise ? dice.between(2, dice.once_in(3) ? 40 : 9) : dice.once_in(3) ? 2 : 1;
  s.c = s.groups * (depthwise ? 1 : dice.between(1, 4));
  s.o = s.groups * dice.between(1, 3);
  for (std::size_t axis = 3 - axes; axis < 3; ++axis) {
    s.length[axis] = dice.between(1, axes == 3 ? 5 : 11);
    s.kernel[axis] = dice.between(1, 4);
    s.stride[axis] = dice.once_in(2) ? 1 : dice.between(1, 3);
    s.before[axis] = dice.once_in(2) ? 0 : dice.between(0, 3);
    s.after[axis] = dice.once_in(2) ? s.before[axis] : dice.between(0, 3);
    s.dilation[axis] = dice.once_in(3) ? 2 : 1;
  }
  return s;
}

/// Calls f(x's place, weight's place, y's place) for every product of a convolution of images of these lengths.
template <class F>
void each_product(const Case& s, const Three& length, F f) {
  const std::int64_t channels = s.c / s.groups, outputs = s.o / s.groups;
  const Three results = s.results();
  each_place({s.n, s.o, results[0], results[1], results[2]}, [&](const Place& y) {
    each_place({s.kernel[0], s.kernel[1], s.kernel[2]}, [&](const Place& tap) {
      std::int64_t pixel = 0, result = y[0] * s.o + y[1], weight = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::int64_t at = y[2 + axis] * s.stride[axis] - s.before[axis] + tap[axis] * s.dilation[axis];
        if (at < 0 || at >= length[axis]) return;
        pixel = pixel * length[axis] + at;
        result = result * results[axis] + y[2 + axis];
        weight = weight * s.kernel[axis] + tap[axis];
      }
      for (std::int64_t c = 0; c < channels; ++c)
        f((y[0] * s.c + y[1] / outputs * channels + c) * length[0] * length[1] * length[2] + pixel,
          (y[1] * channels + c) * s.kernel[0] * s.kernel[1] * s.kernel[2] + weight, result);
    });
  });
}

double& at(Plain& x, std::int64_t i) { return x.values[static_cast<std::size_t>(i)]; }
double at(const Plain& x, std::int64_t i) { return x.values[static_cast<std::size_t>(i)]; }

tt::Shape shape_of(std::int64_t first, std::int64_t second, const Three& lengths, std::size_t axes) {
  tt::Shape shape{first, second};
  for (std::size_t axis = 3 - axes; axis < 3; ++axis) shape.append(lengths[axis]);
  return shape;
}

tt::Size3 size(const Three& numbers) { return {numbers[0], numbers[1], numbers[2]}; }
tt::Size2 plane(const Three& numbers) { return {numbers[1], numbers[2]}; }

tt::Tensor convolved(const Case& s, std::size_t axes, const tt::Tensor& x, const tt::Tensor& w) {
  if (axes == 1)
    return tt::conv1d(
        x, w,
        {.stride = s.stride[2], .padding = {s.before[2], s.after[2]}, .dilation = s.dilation[2], .groups = s.groups});
  if (axes == 2)
    return tt::conv2d(x, w,
                      {.stride = plane(s.stride),
                       .padding = {plane(s.before), plane(s.after)},
                       .dilation = plane(s.dilation),
                       .groups = s.groups});
  return tt::conv3d(x, w,
                    {.stride = size(s.stride),
                     .padding = {size(s.before), size(s.after)},
                     .dilation = size(s.dilation),
                     .groups = s.groups});
}

tt::Tensor spread(const Case& s, std::size_t axes, const tt::Tensor& x, const tt::Tensor& w) {
  if (axes == 1)
    return tt::conv_transpose1d(
        x, w,
        {.stride = s.stride[2], .padding = {s.before[2], s.after[2]}, .groups = s.groups, .dilation = s.dilation[2]});
  if (axes == 2)
    return tt::conv_transpose2d(x, w,
                                {.stride = plane(s.stride),
                                 .padding = {plane(s.before), plane(s.after)},
                                 .groups = s.groups,
                                 .dilation = plane(s.dilation)});
  return tt::conv_transpose3d(x, w,
                              {.stride = size(s.stride),
                               .padding = {size(s.before), size(s.after)},
                               .groups = s.groups,
                               .dilation = size(s.dilation)});
}

/// A convolution, or the transposed one, whose images have these lengths, and its gradients.
void check(Dice& dice, const Case& s, std::size_t axes, const Three& length, bool transposed) {
  const tt::DType dtype = dice.floating();
  const tt::Shape image = shape_of(s.n, s.c, length, axes), result = shape_of(s.n, s.o, s.results(), axes);
  const Given x = dice.operand(transposed ? result : image, dtype),
              w = dice.operand(shape_of(s.o, s.c / s.groups, s.kernel, axes), dtype),
              dy = dice.operand(transposed ? image : result, dtype);
  Plain y(dy.plain.shape), dx(x.plain.shape), dw(w.plain.shape);
  each_product(s, length, [&](std::int64_t pixel, std::int64_t k, std::int64_t r) {
    const std::int64_t from = transposed ? r : pixel, to = transposed ? pixel : r;
    at(y, to) += at(x.plain, from) * at(w.plain, k);
    at(dx, from) += at(dy.plain, to) * at(w.plain, k);
    at(dw, k) += at(dy.plain, to) * at(x.plain, from);
  });
  const tt::Tensor lx = leaf(x.tensor), lw = leaf(w.tensor);
  const tt::Tensor actual = transposed ? spread(s, axes, lx, lw) : convolved(s, axes, lx, lw);
  const std::string what = std::string(transposed ? "transposed " : "") + "convolution of " + x.plain.shape.text() +
                           " and " + w.plain.shape.text();
  expect(actual, y, 4, what);
  const auto gradients = gradients_of(actual, {lx, lw}, dy.tensor);
  expect(gradients[0], dx, 4, what + ", input gradient");
  expect(gradients[1], dw, 4, what + ", weight gradient");
}

void any_convolution(Dice& dice, std::size_t axes, bool depthwise) {
  const Case s = any_case(dice, axes, depthwise);
  const bool transposed = dice.once_in(3);
  Three length = s.length;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (s.result(axis) < 1 || (transposed && s.spread(axis) < 1)) return;
    if (transposed) length[axis] = s.spread(axis);
  }
  check(dice, s, axes, length, transposed);
}

}  // namespace

void depthwise_case(Dice& dice) { any_convolution(dice, static_cast<std::size_t>(dice.between(1, 3)), true); }
void volume_case(Dice& dice) { any_convolution(dice, dice.once_in(3) ? 1 : 3, false); }

}  // namespace paths
