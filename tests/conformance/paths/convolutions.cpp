// conv2d and both its gradients: strides, padding, dilation, groups; exact and fast (Winograd's algorithm).
#include "cases.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

struct Case {
  std::int64_t n, c, h, w, o, kh, kw, groups, stride[2], padding[2], dilation[2];
  std::int64_t length(int axis) const {
    const std::int64_t size = axis ? w : h, extent = ((axis ? kw : kh) - 1) * dilation[axis] + 1;
    return size + 2 * padding[axis] < extent ? 0 : (size + 2 * padding[axis] - extent) / stride[axis] + 1;
  }
};

Case any_case(Dice& dice) {
  Case s{};
  s.groups = dice.once_in(3) ? dice.between(2, 4) : 1;
  s.n = dice.between(1, dice.once_in(4) ? 9 : 3);
  s.c = s.groups * dice.between(1, 6);
  s.o = s.groups * dice.between(1, dice.once_in(3) ? 40 : 7);
  s.h = dice.between(1, 14);
  s.w = dice.between(1, 14);
  s.kh = dice.between(1, 4);
  s.kw = dice.between(1, 4);
  if (dice.once_in(40)) {  // more terms than one chain takes
    s.c = s.groups * dice.between(100, 140);
    s.kh = s.kw = 2;
  }
  for (int i : {0, 1}) {
    s.stride[i] = dice.once_in(2) ? 1 : dice.between(1, 3);
    s.padding[i] = dice.once_in(2) ? 0 : dice.between(0, 4);
    s.dilation[i] = dice.once_in(3) ? 2 : 1;
  }
  return s;
}

/// Sizes for which Winograd's algorithm is chosen.
Case winograd_case(Dice& dice) {
  const std::int64_t block = dice.once_in(4) ? 64 : 32, padding = dice.between(0, 2);
  Case s{.n = dice.between(2, 5),
         .c = 32,
         .h = dice.between(9, 13),
         .w = dice.between(9, 13),
         .o = block,
         .kh = 3,
         .kw = 3,
         .groups = 1,
         .stride = {1, 1},
         .padding = {padding, padding},
         .dilation = {1, 1}};
  while (s.n * s.length(0) * s.length(1) < 768) ++s.n;
  return s;
}

/// Calls f(x's place, weight's place, y's place) for every product.
template <class F>
void each_product(const Case& s, F f) {
  const std::int64_t channels = s.c / s.groups, outputs = s.o / s.groups;
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t o = 0; o < s.o; ++o)
      for (std::int64_t i = 0; i < s.length(0); ++i)
        for (std::int64_t j = 0; j < s.length(1); ++j)
          for (std::int64_t p = 0; p < s.kh; ++p)
            for (std::int64_t q = 0; q < s.kw; ++q) {
              const std::int64_t y = i * s.stride[0] - s.padding[0] + p * s.dilation[0],
                                 x = j * s.stride[1] - s.padding[1] + q * s.dilation[1];
              if (y < 0 || y >= s.h || x < 0 || x >= s.w) continue;
              for (std::int64_t c = 0; c < channels; ++c)
                f(((n * s.c + o / outputs * channels + c) * s.h + y) * s.w + x,
                  ((o * channels + c) * s.kh + p) * s.kw + q, ((n * s.o + o) * s.length(0) + i) * s.length(1) + j);
            }
}

double& at(Plain& x, std::int64_t i) { return x.values[static_cast<std::size_t>(i)]; }
double at(const Plain& x, std::int64_t i) { return x.values[static_cast<std::size_t>(i)]; }

}  // namespace

void convolution_case(Dice& dice) {
  const bool fast = dice.once_in(5), winograd = fast && !dice.once_in(4);
  const Case s = winograd ? winograd_case(dice) : any_case(dice);
  if (s.length(0) < 1 || s.length(1) < 1) return;
  const tt::DType dtype = winograd ? tt::float32 : dice.floating();
  const tt::NumericsMode mode(fast ? tt::Numerics::fast : tt::Numerics::exact);
  const tt::Shape y_shape{s.n, s.o, s.length(0), s.length(1)};
  const Given x = dice.operand({s.n, s.c, s.h, s.w}, dtype),
              weight = dice.operand({s.o, s.c / s.groups, s.kh, s.kw}, dtype), bias = dice.operand({s.o}, dtype),
              dy = dice.operand(y_shape, dtype);
  Plain y(y_shape), dx(x.plain.shape), dw(weight.plain.shape), db({s.o});
  each_product(s, [&](std::int64_t i, std::int64_t k, std::int64_t o) {
    at(y, o) += at(x.plain, i) * at(weight.plain, k);
    at(dx, i) += at(dy.plain, o) * at(weight.plain, k);
    at(dw, k) += at(dy.plain, o) * at(x.plain, i);
  });
  each_place(y_shape, [&](const Place& p) {
    y[p] += bias.plain[{p[1]}];
    db[{p[1]}] += dy.plain[p];
  });
  const tt::Conv2dOptions options{.stride = {s.stride[0], s.stride[1]},
                                  .padding = {s.padding[0], s.padding[1]},
                                  .dilation = {s.dilation[0], s.dilation[1]},
                                  .groups = s.groups};
  const std::string what = "conv2d of " + x.plain.shape.text() + " and " + weight.plain.shape.text();
  const double tolerance = winograd ? 400 : 4;  // Winograd's sums cancel
  const tt::Tensor lx = leaf(x.tensor), lw = leaf(weight.tensor), lb = leaf(bias.tensor);
  const tt::Tensor result = tt::conv2d(lx, lw, lb, options);
  expect(result, y, tolerance, what);
  const auto gradients = gradients_of(result, {lx, lw, lb}, dy.tensor);
  expect(gradients[0], dx, tolerance, what + ", input gradient");
  expect(gradients[1], dw, tolerance, what + ", weight gradient");
  expect(gradients[2], db, tolerance, what + ", bias gradient");
}

}  // namespace paths
