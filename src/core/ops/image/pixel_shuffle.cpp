// Channels and pixels rearranged.
#include "core/ops/ops.h"
#include "core/ops/shape/split_axis.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/image.h"

namespace triptych {
namespace {

/// Checks that x has at least `rank` dimensions and that the factor is positive and divides those `axes`.
void check_factor(const char* op, const Arg& x, int rank, const Axes& axes, std::int64_t factor) {
  const Shape& shape = operand(op, x).shape();
  const auto fail = [&](const char* rule, const std::string& given) {
    throw ArgumentError(op, rule, given, "", x.where());
  };
  if (factor < 1) fail("the factor is not positive", std::to_string(factor));
  if (factor > (std::int64_t{1} << 28)) fail("the factor is more than 2^28", std::to_string(factor));
  if (shape.rank() < rank) fail("x has too few dimensions", "x is " + shape.text());
  for (const std::int64_t axis : axes)
    if (const Dim length = shape.dim(static_cast<int>(axis)); length.known() && length.raw() % factor != 0)
      fail("a length is no multiple of the factor",
           "x is " + shape.text() + ", the factor is " + std::to_string(factor));
}

/// The axes of x up to the last three in their order, then `last`, which count from the end of `rank`.
Axes leading_and(int rank, int leading, std::initializer_list<std::int64_t> last) {
  Axes axes;
  for (int i = 0; i < leading; ++i) axes.append(i);
  for (const std::int64_t axis : last) axes.append(rank + axis);
  return axes;
}

}  // namespace

Tensor pixel_shuffle(Arg x, std::int64_t upscale_factor) {
  const std::int64_t r = upscale_factor;
  check_factor("pixel_shuffle", x, 3, {}, r);
  const Shape& shape = x.tensor().shape();
  if (const Dim channels = shape.dim(-3); channels.known() && channels.raw() % (r * r) != 0)
    throw ArgumentError("pixel_shuffle", "the channels are no multiple of upscale_factor squared",
                        "x is " + shape.text() + ", upscale_factor is " + std::to_string(r), "", x.where());
  const Frame frame(x.where());
  const Tensor blocks = split_axis(x, -3, {unknown, r, r});  // (..., c, r, r, h, w)
  const Tensor moved =
      permute(blocks, leading_and(blocks.ndim(), blocks.ndim() - 5, {-5, -2, -4, -1, -3}));  // (..., c, h, r, w, r)
  return flatten(flatten(moved, -2, -1), -3, -2);
}

Tensor pixel_unshuffle(Arg x, std::int64_t downscale_factor) {
  const std::int64_t r = downscale_factor;
  check_factor("pixel_unshuffle", x, 3, {-2, -1}, r);
  const Frame frame(x.where());
  const Tensor blocks = split_axis(split_axis(x, -1, {unknown, r}), -3, {unknown, r});  // (..., c, h, r, w, r)
  const Tensor moved =
      permute(blocks, leading_and(blocks.ndim(), blocks.ndim() - 5, {-5, -3, -1, -4, -2}));  // (..., c, r, r, h, w)
  return flatten(moved, -5, -3);
}

Tensor channel_shuffle(Arg x, std::int64_t groups) {
  check_factor("channel_shuffle", x, 3, {1}, groups);
  const Frame frame(x.where());
  return flatten(transpose(split_axis(x, 1, {groups, unknown}), 1, 2), 1, 2);
}

}  // namespace triptych
