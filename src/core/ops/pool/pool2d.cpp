// max_pool2d and avg_pool2d, and what their gradients are made of.
#include "core/ops/pool/pool2d.h"

#include <limits>

#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, avg_pool2d_op, avg_pool2d_grad_op;

namespace {

/// The shape of the pooled images x.
Shape pooled_shape(Infer& infer, const Shape& x) {
  const auto& attributes = infer.attributes<Pool2dAttributes>();
  infer.check(is_floating(infer.dtype(0)), "images are not floating-point", "Convert with cast");
  for (std::size_t axis : {0, 1}) {
    const std::int64_t kernel = attributes.kernel_size[axis], padding = attributes.padding[axis];
    attributes.window(axis).check(infer);
    if (padding > kernel / 2)
      infer.fail("padding is more than half of the kernel",
                 "padding is " + std::to_string(padding) + ", kernel_size is " + std::to_string(kernel));
  }
  // The place of the maximum is kept in 32 bits.
  if (checked_multiply(attributes.kernel_size[0], attributes.kernel_size[1], "the kernel's area") >
      std::numeric_limits<std::int32_t>::max())
    infer.fail("the kernel has 2^31 elements or more",
               std::to_string(attributes.kernel_size[0]) + " * " + std::to_string(attributes.kernel_size[1]));
  if (x.rank() != 4)
    infer.fail(attributes.data_format == DataFormat::nchw ? "x is not (batch, channels, height, width)"
                                                          : "x is not (batch, height, width, channels)",
               infer.given());
  const ImageAxes axes = image_axes(attributes.data_format);
  Shape shape = x;
  for (std::size_t i : {0, 1}) {
    const int axis = i == 0 ? axes.height : axes.width;
    const Dim count = attributes.window(i).count(x.dim(axis));
    if (count.known() && count.raw() <= 0 && x.dim(axis).raw() > 0)
      infer.fail("the kernel is larger than the padded image", infer.given());
    shape.set(axis, count);
  }
  return shape;
}

void pool_infer(Infer& infer) { infer.output(0, pooled_shape(infer, infer.shape(0)), infer.dtype(0)); }

// Inputs: upstream (as the pooled images), x.
void pool_grad_infer(Infer& infer) {
  infer.check(infer.dtype(0) == infer.dtype(1) && pooled_shape(infer, infer.shape(1)).compatible(infer.shape(0)),
              "upstream does not have the shape and dtype of the pool's result");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

// Inputs: values (as x), x.
void pool_gather_infer(Infer& infer) {
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "the operands differ in shape or dtype");
  infer.output(0, pooled_shape(infer, infer.shape(1)), infer.dtype(0));
}

Tensor pool(const Op& op, const Pool2dAttributes& attributes, const Tensor& a, const Tensor& b) {
  const Arg arguments[] = {a, b};
  return apply(op, {&arguments[0], &arguments[1]}, &attributes);
}

void max_pool2d_gradient(Gradient& g) {
  g.set(0, pool(max_pool2d_grad_op, g.attributes<Pool2dAttributes>(), g.upstream(), g.input(0)));
}

// Which elements are the largest changes nowhere but on a set of measure zero, so that only the other operand gets a
// gradient.
void max_pool2d_grad_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, pool(max_pool2d_gather_op, g.attributes<Pool2dAttributes>(), g.upstream(), g.input(1)));
}

void max_pool2d_gather_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, pool(max_pool2d_grad_op, g.attributes<Pool2dAttributes>(), g.upstream(), g.input(1)));
}

void avg_pool2d_gradient(Gradient& g) {
  g.set(0, pool(avg_pool2d_grad_op, g.attributes<Pool2dAttributes>(), g.upstream(), g.input(0)));
}

void avg_pool2d_grad_gradient(Gradient& g) {
  const Tensor upstream = g.upstream();
  const Arg images = upstream;
  if (g.needs(0)) g.set(0, apply(avg_pool2d_op, {&images}, &g.attributes<Pool2dAttributes>()));
}

std::array<std::int64_t, 2> pair(Size2 size) { return {size.height, size.width}; }

}  // namespace

extern const Op max_pool2d_op{.name = "max_pool2d",
                              .inputs = 1,
                              .attributes = &attribute_type<Pool2dAttributes>,
                              .infer = pool_infer,
                              .gradient = max_pool2d_gradient,
                              .saves_inputs = 0b1};
/// upstream at the places in x that the pool took its maxima from, summed where windows overlap.
extern const Op max_pool2d_grad_op{.name = "max_pool2d_grad",
                                   .inputs = 2,
                                   .attributes = &attribute_type<Pool2dAttributes>,
                                   .infer = pool_grad_infer,
                                   .gradient = max_pool2d_grad_gradient,
                                   .saves_inputs = 0b10};
/// The values that lie where the pool took its maxima from in x.
extern const Op max_pool2d_gather_op{.name = "max_pool2d_gather",
                                     .inputs = 2,
                                     .attributes = &attribute_type<Pool2dAttributes>,
                                     .infer = pool_gather_infer,
                                     .gradient = max_pool2d_gather_gradient,
                                     .saves_inputs = 0b10};
extern const Op avg_pool2d_op{.name = "avg_pool2d",
                              .inputs = 1,
                              .attributes = &attribute_type<Pool2dAttributes>,
                              .infer = pool_infer,
                              .gradient = avg_pool2d_gradient};
extern const Op avg_pool2d_grad_op{.name = "avg_pool2d_grad",
                                   .inputs = 2,
                                   .attributes = &attribute_type<Pool2dAttributes>,
                                   .infer = pool_grad_infer,
                                   .gradient = avg_pool2d_grad_gradient,
                                   .metadata_inputs = 0b10};

Tensor max_pool2d(Arg x, MaxPool2dOptions options) {
  const Pool2dAttributes attributes{.kernel_size = pair(options.kernel_size),
                                    .stride = pair(options.stride == Size2(0) ? options.kernel_size : options.stride),
                                    .padding = pair(options.padding.size),
                                    .dilation = pair(options.dilation),
                                    .padding_mode = options.padding.mode,
                                    .ceil_mode = options.ceil_mode,
                                    .data_format = options.data_format};
  return apply(max_pool2d_op, {&x}, &attributes);
}

Tensor avg_pool2d(Arg x, AvgPool2dOptions options) {
  const Pool2dAttributes attributes{.kernel_size = pair(options.kernel_size),
                                    .stride = pair(options.stride == Size2(0) ? options.kernel_size : options.stride),
                                    .padding = pair(options.padding.size),
                                    .padding_mode = options.padding.mode,
                                    .ceil_mode = options.ceil_mode,
                                    .count_include_pad = options.count_include_pad,
                                    .data_format = options.data_format};
  return apply(avg_pool2d_op, {&x}, &attributes);
}

namespace {

std::vector<std::int64_t> image_plane(const char* op, const Arg& x, DataFormat format) {
  if (operand(op, x).ndim() != 4)
    throw ArgumentError(op, "x does not have four dimensions", "x is " + x.tensor().shape().text(), "", x.where());
  const ImageAxes axes = image_axes(format);
  return {axes.height, axes.width};
}

}  // namespace

Tensor global_avg_pool2d(Arg x, GlobalPoolOptions options) {
  const auto plane = image_plane("global_avg_pool2d", x, options.data_format);
  return mean(std::move(x), plane, options.keepdims);
}

Tensor global_max_pool2d(Arg x, GlobalPoolOptions options) {
  const auto plane = image_plane("global_max_pool2d", x, options.data_format);
  return max(std::move(x), plane, options.keepdims);
}

}  // namespace triptych
