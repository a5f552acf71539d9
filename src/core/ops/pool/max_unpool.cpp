// max_unpool puts elements back where a maximum was: along the last axis, in which the pooled ones are one.
#include "core/ops/pool/max_unpool.h"

#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/shape/split_axis.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pool_nd.h"

namespace triptych {

extern const Op max_unpool_op;

namespace {

// Inputs: x, indices of its shape.
void max_unpool_infer(Infer& infer) {
  const std::int64_t size = infer.attributes<MaxUnpoolAttributes>().size;
  infer.check(infer.dtype(1) == int64 || infer.dtype(1) == int32, "indices are neither int32 nor int64",
              "Convert with cast");
  infer.check(infer.shape(0).rank() > 0 && infer.shape(0).compatible(infer.shape(1)), "x and indices differ in shape");
  if (size < 0) infer.fail("the size is negative", std::to_string(size));
  Shape shape = infer.shape(0);
  shape.set(-1, size);
  infer.output(0, shape, infer.dtype(0));
}

void max_unpool_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, gather(g.upstream(), -1, g.input(1)));
}

template <std::size_t N>
using Numbers = std::array<std::int64_t, N>;
constexpr Numbers<1> numbers(std::int64_t size) { return {size}; }
constexpr Numbers<2> numbers(Size2 size) { return {size.height, size.width}; }
constexpr Numbers<3> numbers(Size3 size) { return {size.depth, size.height, size.width}; }

template <std::size_t N, class Options>
Tensor max_unpool(const char* op, const Arg& x, const Arg& indices, const Options& options) {
  const Frame frame(x.where());
  const Tensor &values = operand(op, x), &places = operand(op, indices);
  const auto fail = [&](const char* rule, const std::string& given, const char* hint = "") {
    throw ArgumentError(op, rule, given, hint, x.where());
  };
  const int rank = values.ndim(), first = rank - static_cast<int>(N);
  if (first != 1 && first != 2) fail("x has neither channels nor batch and channels", "x is " + values.shape().text());
  if (!values.shape().compatible(places.shape()))
    fail("x and indices differ in shape", "x is " + values.shape().text() + ", indices are " + places.shape().text());
  const auto kernel = numbers(options.kernel_size), padding = numbers(options.padding),
             asked = numbers(options.output_size);
  const auto stride = options.stride == 0 ? kernel : numbers(options.stride);
  Shape shape(values.shape());
  std::int64_t size = 1;
  for (std::size_t i = 0; i < N; ++i) {
    const int axis = first + static_cast<int>(i);
    const Dim length = values.shape().dim(axis);
    if (!length.known()) fail("the length of an axis is not known", "x is " + values.shape().text());
    if (kernel[i] < 1 || stride[i] < 1 || padding[i] < 0 || asked[i] < 0)
      fail("kernel_size or stride is not positive, or padding or output_size negative",
           std::to_string(kernel[i]) + ", " + std::to_string(stride[i]) + ", " + std::to_string(padding[i]) + ", " +
               std::to_string(asked[i]));
    const std::int64_t before = std::max<std::int64_t>(length.raw() - 1, 0);
    const std::int64_t whole = checked_add(checked_multiply(before, stride[i], "the result"), kernel[i], "the result");
    if (padding[i] > whole / 2) fail("padding is more than half of the result", std::to_string(padding[i]));
    const std::int64_t usual = whole - 2 * padding[i];
    if (asked[i] > 0 && (asked[i] <= usual - stride[i] || asked[i] - stride[i] >= usual))
      fail("output_size is a stride or more off what it is by default",
           std::to_string(asked[i]) + " and " + std::to_string(usual));
    shape.set(axis, asked[i] > 0 ? asked[i] : usual);
    size = checked_multiply(size, shape[axis], "the result");
  }
  const Tensor flat = flatten(values, first), at = flatten(places, first);
  const Arg arguments[] = {flat, at};
  const MaxUnpoolAttributes attributes{size};
  const Tensor result = apply(max_unpool_op, {&arguments[0], &arguments[1]}, &attributes);
  return split_axis(result, -1, Axes(std::span(shape.begin() + first, N)));
}

}  // namespace

extern const Op max_unpool_op{.name = "max_unpool",
                              .inputs = 2,
                              .attributes = &attribute_type<MaxUnpoolAttributes>,
                              .infer = max_unpool_infer,
                              .gradient = max_unpool_gradient,
                              .saves_inputs = 0b10,
                              .can_fail = true};

Tensor max_unpool1d(Arg x, Arg indices, MaxUnpool1dOptions options) {
  return max_unpool<1>("max_unpool1d", x, indices, options);
}
Tensor max_unpool2d(Arg x, Arg indices, MaxUnpool2dOptions options) {
  return max_unpool<2>("max_unpool2d", x, indices, options);
}
Tensor max_unpool3d(Arg x, Arg indices, MaxUnpool3dOptions options) {
  return max_unpool<3>("max_unpool3d", x, indices, options);
}

}  // namespace triptych
