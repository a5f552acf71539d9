// conv2d and the two products that its gradient is made of. All three are linear in each operand, so that their
// gradients are made of each other:  <conv2d(x, w), y> = <x, conv2d_input_grad(y, w)> = <w, conv2d_weight_grad(x, y)>.
#include "core/ops/conv/conv2d.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op, relu_grad_op;

namespace {

void check_attributes(Infer& infer, const Conv2dAttributes& attributes) {
  for (std::size_t axis : {0, 1}) attributes.window(axis, 1).check(infer);
  if (attributes.groups <= 0) infer.fail("groups is not positive", std::to_string(attributes.groups));
}

void check_operands(Infer& infer, int count) {
  for (int i = 0; i < count; ++i) {
    infer.check(is_floating(infer.dtype(i)), "operands are not floating-point", "Convert with cast");
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  }
}

/// The output's shape for images x and weights w.
Shape output_shape(Infer& infer, const Shape& x, const Shape& weight, const Conv2dAttributes& attributes) {
  const ImageAxes axes = image_axes(attributes.data_format);
  const std::string given = "x is " + x.text() + ", the weight is " + weight.text();
  if (x.rank() != 4)
    infer.fail(attributes.data_format == DataFormat::nchw ? "x is not (batch, channels, height, width)"
                                                          : "x is not (batch, height, width, channels)",
               given);
  if (weight.rank() != 4) infer.fail("the weight is not (out, in / groups, height, width)", given);
  if (conflict(x.dim(axes.channels), weight.dim(1) * attributes.groups))
    infer.fail(
        "the channels of x are not groups times those of the weight",
        given + ", groups is " + std::to_string(attributes.groups),
        x.dim(image_axes(attributes.data_format == DataFormat::nchw ? DataFormat::nhwc : DataFormat::nchw).channels)
                    .raw() == (weight.dim(1) * attributes.groups).raw()
            ? "Is data_format right?"
            : "");
  if (weight.dim(0).known() && weight.dim(0).raw() % attributes.groups != 0)
    infer.fail("the outputs do not divide into groups", given + ", groups is " + std::to_string(attributes.groups));
  Shape shape = x;
  shape.set(axes.channels, weight.dim(0));
  for (std::size_t i : {0, 1}) {
    const int axis = i == 0 ? axes.height : axes.width;
    const Dim kernel = weight.dim(static_cast<int>(i) + 2);
    if (!kernel.known()) {
      shape.set(axis, unknown);
      continue;
    }
    if (kernel.raw() == 0) infer.fail("the kernel is empty", given);
    const Window window = attributes.window(i, kernel.raw());
    window.check(infer);
    const Dim count = window.count(x.dim(axis));
    if (x.dim(axis).known() && count.raw() <= 0 && x.dim(axis).raw() > 0)
      infer.fail("the kernel is larger than the padded image", given);
    shape.set(axis, count);
  }
  return shape;
}

void conv2d_infer(Infer& infer) {
  const auto& attributes = infer.attributes<Conv2dAttributes>();
  check_attributes(infer, attributes);
  check_operands(infer, infer.input_count());
  if (infer.input_count() == 3 &&
      (infer.shape(2).rank() != 1 ||
       (infer.shape(1).rank() == 4 && conflict(infer.shape(2).dim(0), infer.shape(1).dim(0)))))
    infer.fail("the bias does not have one element for each output channel",
               "the bias is " + infer.shape(2).text() + ", the weight is " + infer.shape(1).text());
  infer.output(0, output_shape(infer, infer.shape(0), infer.shape(1), attributes), infer.dtype(0));
}

// Inputs: upstream, weight, x (its shape).
void conv2d_input_grad_infer(Infer& infer) {
  const auto& attributes = infer.attributes<Conv2dAttributes>();
  check_attributes(infer, attributes);
  check_operands(infer, 2);
  infer.check(output_shape(infer, infer.shape(2), infer.shape(1), attributes).compatible(infer.shape(0)),
              "upstream does not have the shape of the convolution's result");
  infer.output(0, infer.shape(2), infer.dtype(0));
}

// Inputs: x, upstream, weight (its shape).
void conv2d_weight_grad_infer(Infer& infer) {
  const auto& attributes = infer.attributes<Conv2dAttributes>();
  check_attributes(infer, attributes);
  check_operands(infer, 2);
  infer.check(output_shape(infer, infer.shape(0), infer.shape(2), attributes).compatible(infer.shape(1)),
              "upstream does not have the shape of the convolution's result");
  infer.output(0, infer.shape(2), infer.dtype(0));
}

Tensor convolve(const Op& op, const Conv2dAttributes& attributes, const Tensor& a, const Tensor& b) {
  const Arg arguments[] = {a, b};
  return apply(op, {&arguments[0], &arguments[1]}, &attributes);
}

Tensor convolve(const Op& op, const Conv2dAttributes& attributes, const Tensor& a, const Tensor& b, const Tensor& c) {
  const Arg arguments[] = {a, b, c};
  return apply(op, {&arguments[0], &arguments[1], &arguments[2]}, &attributes);
}

std::vector<Tensor> conv2d_decompose(std::span<const Tensor> inputs, const void* raw) {
  auto attributes = *static_cast<const Conv2dAttributes*>(raw);
  const Activation activation = attributes.activation;
  attributes.activation = Activation::none;
  Tensor result = convolve(conv2d_op, attributes, inputs[0], inputs[1]);
  if (inputs.size() == 3)
    result = result + (attributes.data_format == DataFormat::nchw ? reshape(inputs[2], {unknown, 1, 1}) : inputs[2]);
  if (activation == Activation::relu) result = relu(result);
  return {result};
}

void conv2d_gradient(Gradient& g) {
  auto attributes = g.attributes<Conv2dAttributes>();
  const Tensor x = g.input(0), weight = g.input(1);
  Tensor upstream = g.upstream();
  if (attributes.activation ==
      Activation::relu) {  // graph passes fuse after differentiating, so this is rare: run again
    const Tensor output = g.input_count() == 3 ? convolve(conv2d_op, attributes, x, weight, g.input(2))
                                               : convolve(conv2d_op, attributes, x, weight);
    const Arg arguments[] = {upstream, output};
    upstream = apply(relu_grad_op, {&arguments[0], &arguments[1]});
    attributes.activation = Activation::none;
  }
  if (g.needs(0)) g.set(0, convolve(conv2d_input_grad_op, attributes, upstream, weight, x));
  if (g.needs(1)) g.set(1, convolve(conv2d_weight_grad_op, attributes, x, upstream, weight));
  if (g.input_count() == 3 && g.needs(2)) {
    const ImageAxes axes = image_axes(attributes.data_format);
    g.set(2, sum(upstream, {0, axes.height, axes.width}));
  }
}

void conv2d_input_grad_gradient(Gradient& g) {
  const auto& attributes = g.attributes<Conv2dAttributes>();
  if (g.needs(0)) g.set(0, convolve(conv2d_op, attributes, g.upstream(), g.input(1)));
  if (g.needs(1)) g.set(1, convolve(conv2d_weight_grad_op, attributes, g.upstream(), g.input(0), g.input(1)));
}

void conv2d_weight_grad_gradient(Gradient& g) {
  const auto& attributes = g.attributes<Conv2dAttributes>();
  if (g.needs(0)) g.set(0, convolve(conv2d_input_grad_op, attributes, g.input(1), g.upstream(), g.input(0)));
  if (g.needs(1)) g.set(1, convolve(conv2d_op, attributes, g.input(0), g.upstream()));
}

Conv2dAttributes attributes_of(const Conv2dOptions& options) {
  return {{options.stride.height, options.stride.width},
          {options.padding.size.height, options.padding.size.width},
          {options.dilation.height, options.dilation.width},
          options.padding.mode,
          options.groups,
          options.data_format,
          options.activation};
}

}  // namespace

extern const Op conv2d_op{.name = "conv2d",
                          .inputs = 2,
                          .max_inputs = 3,
                          .attributes = &attribute_type<Conv2dAttributes>,
                          .infer = conv2d_infer,
                          .gradient = conv2d_gradient,
                          .saves_inputs = 0b111,
                          .decompose = conv2d_decompose};
extern const Op conv2d_input_grad_op{.name = "conv2d_input_grad",
                                     .inputs = 3,
                                     .attributes = &attribute_type<Conv2dAttributes>,
                                     .infer = conv2d_input_grad_infer,
                                     .gradient = conv2d_input_grad_gradient,
                                     .saves_inputs = 0b011,
                                     .metadata_inputs = 0b100};
extern const Op conv2d_weight_grad_op{.name = "conv2d_weight_grad",
                                      .inputs = 3,
                                      .attributes = &attribute_type<Conv2dAttributes>,
                                      .infer = conv2d_weight_grad_infer,
                                      .gradient = conv2d_weight_grad_gradient,
                                      .saves_inputs = 0b011,
                                      .metadata_inputs = 0b100};

Tensor conv2d(Arg x, Arg weight, Conv2dOptions options) {
  const Conv2dAttributes attributes = attributes_of(options);
  return apply(conv2d_op, {&x, &weight}, &attributes);
}

Tensor conv2d(Arg x, Arg weight, Arg bias, Conv2dOptions options) {
  const Conv2dAttributes attributes = attributes_of(options);
  return apply(conv2d_op, {&x, &weight, &bias}, &attributes);
}

}  // namespace triptych
