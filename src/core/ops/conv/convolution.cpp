// Convolutions along one to three axes and the two products that their gradients are made of. All three are linear in
// each operand, so that their gradients are made of each other:
//   <conv(x, w), y> = <x, input_grad(y, w)> = <w, weight_grad(x, y)>.
// The transposed convolution is input_grad with a shape that follows from its attributes.
#include "core/ops/conv/convolution.h"

#include <algorithm>

#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/conv_nd.h"

namespace triptych {

extern const Op conv1d_op, conv1d_input_grad_op, conv1d_weight_grad_op, conv_transpose1d_op, conv2d_op,
    conv2d_input_grad_op, conv2d_weight_grad_op, conv_transpose2d_op, conv3d_op, conv3d_input_grad_op,
    conv3d_weight_grad_op, conv_transpose3d_op, relu_grad_op;

const ConvolutionOps& convolution_ops(std::size_t axes) {
  static const ConvolutionOps families[] = {
      {conv1d_op, conv1d_input_grad_op, conv1d_weight_grad_op, conv_transpose1d_op},
      {conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op, conv_transpose2d_op},
      {conv3d_op, conv3d_input_grad_op, conv3d_weight_grad_op, conv_transpose3d_op}};
  return families[axes - 1];
}

namespace {

template <std::size_t N>
constexpr int axes_of = static_cast<int>(N);

template <std::size_t N>
const ConvolutionAttributes<N>& attributes_of(const Infer& infer) {
  const auto& attributes = infer.attributes<ConvolutionAttributes<N>>();
  for (std::size_t axis = 0; axis < N; ++axis) attributes.window(axis, 1).check(infer);
  if (attributes.groups <= 0) infer.fail("groups is not positive", std::to_string(attributes.groups));
  return attributes;
}

void check_operands(Infer& infer, int count) {
  for (int i = 0; i < count; ++i) {
    infer.check(is_floating(infer.dtype(i)), "operands are not floating-point", "Convert with cast");
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  }
}

void check_rank_of_weight(const Infer& infer, const Shape& weight, int spatial, bool transposed) {
  static constexpr const char* rules[3][2] = {
      {"the weight is not (out, in / groups, length)", "the weight is not (in, out / groups, length)"},
      {"the weight is not (out, in / groups, height, width)", "the weight is not (in, out / groups, height, width)"},
      {"the weight is not (out, in / groups, depth, height, width)",
       "the weight is not (in, out / groups, depth, height, width)"}};
  if (weight.rank() != spatial + 2)
    infer.fail(rules[spatial - 1][transposed ? 1 : 0], "the weight is " + weight.text());
}

/// The window along an axis, of a size that the weight's shape gives.
template <std::size_t N>
Window window_of(const Infer& infer, const ConvolutionAttributes<N>& attributes, std::size_t axis, std::int64_t size,
                 const std::string& given) {
  if (size == 0) infer.fail("the kernel is empty", given);
  const Window window = attributes.window(axis, size);
  window.check(infer);
  return window;
}

/// The output's shape for images x and weights w.
template <std::size_t N>
Shape output_shape(Infer& infer, const Shape& x, const Shape& weight, const ConvolutionAttributes<N>& attributes) {
  const ImageAxes axes = image_axes(attributes.data_format, axes_of<N>);
  const std::string given = "x is " + x.text() + ", the weight is " + weight.text();
  check_images(infer, x, attributes.data_format, axes_of<N>);
  check_rank_of_weight(infer, weight, axes_of<N>, false);
  const Dim channels = weight.dim(1) * attributes.groups;
  const DataFormat other = attributes.data_format == DataFormat::nchw ? DataFormat::nhwc : DataFormat::nchw;
  if (conflict(x.dim(axes.channels), channels))
    infer.fail("the channels of x are not groups times those of the weight",
               given + ", groups is " + std::to_string(attributes.groups),
               x.dim(image_axes(other, axes_of<N>).channels).raw() == channels.raw() ? "Is data_format right?" : "");
  if (weight.dim(0).known() && weight.dim(0).raw() % attributes.groups != 0)
    infer.fail("the outputs do not divide into groups", given + ", groups is " + std::to_string(attributes.groups));
  Shape shape = x;
  shape.set(axes.channels, weight.dim(0));
  for (std::size_t i = 0; i < N; ++i) {
    const int axis = axes.first + static_cast<int>(i);
    const Dim kernel = weight.dim(static_cast<int>(i) + 2);
    if (!kernel.known()) {
      shape.set(axis, unknown);
      continue;
    }
    const Dim count = window_of(infer, attributes, i, kernel.raw(), given).count(x.dim(axis));
    if (x.dim(axis).known() && count.raw() <= 0 && x.dim(axis).raw() > 0)
      infer.fail("the kernel is larger than the padded image", given);
    shape.set(axis, count);
  }
  return shape;
}

template <std::size_t N>
void forward_infer(Infer& infer) {
  const auto& attributes = attributes_of<N>(infer);
  check_operands(infer, infer.input_count());
  if (infer.input_count() == 3 &&
      (infer.shape(2).rank() != 1 ||
       (infer.shape(1).rank() == axes_of<N> + 2 && conflict(infer.shape(2).dim(0), infer.shape(1).dim(0)))))
    infer.fail("the bias does not have one element for each output channel",
               "the bias is " + infer.shape(2).text() + ", the weight is " + infer.shape(1).text());
  infer.output(0, output_shape(infer, infer.shape(0), infer.shape(1), attributes), infer.dtype(0));
}

// Inputs: upstream, weight, x (its shape).
template <std::size_t N>
void input_grad_infer(Infer& infer) {
  const auto& attributes = attributes_of<N>(infer);
  check_operands(infer, 2);
  infer.check(output_shape(infer, infer.shape(2), infer.shape(1), attributes).compatible(infer.shape(0)),
              "upstream does not have the shape of the convolution's result");
  infer.output(0, infer.shape(2), infer.dtype(0));
}

// Inputs: x, upstream, weight (its shape).
template <std::size_t N>
void weight_grad_infer(Infer& infer) {
  const auto& attributes = attributes_of<N>(infer);
  check_operands(infer, 2);
  infer.check(output_shape(infer, infer.shape(0), infer.shape(2), attributes).compatible(infer.shape(1)),
              "upstream does not have the shape of the convolution's result");
  infer.output(0, infer.shape(2), infer.dtype(0));
}

// Inputs: x, weight (c, o / groups, ...).
template <std::size_t N>
void transposed_infer(Infer& infer) {
  const auto& attributes = attributes_of<N>(infer);
  check_operands(infer, 2);
  const Shape &x = infer.shape(0), &weight = infer.shape(1);
  const ImageAxes axes = image_axes(attributes.data_format, axes_of<N>);
  const std::string given = "x is " + x.text() + ", the weight is " + weight.text();
  check_images(infer, x, attributes.data_format, axes_of<N>);
  check_rank_of_weight(infer, weight, axes_of<N>, true);
  if (conflict(x.dim(axes.channels), weight.dim(0))) infer.fail("the channels of x are not those of the weight", given);
  if (weight.dim(0).known() && weight.dim(0).raw() % attributes.groups != 0)
    infer.fail("the channels do not divide into groups", given + ", groups is " + std::to_string(attributes.groups));
  Shape shape = x;
  shape.set(axes.channels, weight.dim(1) * attributes.groups);
  for (std::size_t i = 0; i < N; ++i) {
    const int axis = axes.first + static_cast<int>(i);
    const Dim length = x.dim(axis), kernel = weight.dim(static_cast<int>(i) + 2);
    Dim spread = unknown;
    if (kernel.known()) {
      const Window window = window_of(infer, attributes, i, kernel.raw(), given);
      if (length.known() && length.raw() > 0) {
        // Positive terms first, as a Dim is never negative.
        const Dim all = (length - 1) * window.stride + window.extent() + std::max<std::int64_t>(-window.after, 0);
        const std::int64_t cut = window.padding + std::max<std::int64_t>(window.after, 0);
        if (all.raw() <= cut) infer.fail("the padding leaves nothing of the result", given);
        spread = all - cut;
      } else if (length.known()) {
        spread = 0;
      }
    }
    shape.set(axis, spread);
  }
  infer.output(0, shape, infer.dtype(0));
}

template <class Attributes>
Tensor convolve(const Op& op, const Attributes& attributes, const Tensor& a, const Tensor& b) {
  const Arg arguments[] = {a, b};
  return apply(op, {&arguments[0], &arguments[1]}, &attributes);
}

template <class Attributes>
Tensor convolve(const Op& op, const Attributes& attributes, const Tensor& a, const Tensor& b, const Tensor& c) {
  const Arg arguments[] = {a, b, c};
  return apply(op, {&arguments[0], &arguments[1], &arguments[2]}, &attributes);
}

/// The bias as it is added to images of N axes.
template <std::size_t N>
Tensor spread_bias(const Tensor& bias, DataFormat format) {
  if (format == DataFormat::nhwc) return bias;
  Shape shape({unknown});
  for (std::size_t i = 0; i < N; ++i) shape.append(1);
  return reshape(bias, shape);
}

template <std::size_t N>
std::vector<Tensor> forward_decompose(std::span<const Tensor> inputs, const void* raw) {
  auto attributes = *static_cast<const ConvolutionAttributes<N>*>(raw);
  const Activation activation = attributes.activation;
  attributes.activation = Activation::none;
  Tensor result = convolve(convolution_ops(N).forward, attributes, inputs[0], inputs[1]);
  if (inputs.size() == 3) result = result + spread_bias<N>(inputs[2], attributes.data_format);
  if (activation == Activation::relu) result = relu(result);
  return {result};
}

template <std::size_t N>
void forward_gradient(Gradient& g) {
  const ConvolutionOps& ops = convolution_ops(N);
  auto attributes = g.attributes<ConvolutionAttributes<N>>();
  const Tensor x = g.input(0), weight = g.input(1);
  Tensor upstream = g.upstream();
  if (attributes.activation ==
      Activation::relu) {  // graph passes fuse after differentiating, so this is rare: run again
    const Tensor output = g.input_count() == 3 ? convolve(ops.forward, attributes, x, weight, g.input(2))
                                               : convolve(ops.forward, attributes, x, weight);
    const Arg arguments[] = {upstream, output};
    upstream = apply(relu_grad_op, {&arguments[0], &arguments[1]});
    attributes.activation = Activation::none;
  }
  if (g.needs(0)) g.set(0, convolve(ops.input_grad, attributes, upstream, weight, x));
  if (g.needs(1)) g.set(1, convolve(ops.weight_grad, attributes, x, upstream, weight));
  if (g.input_count() == 3 && g.needs(2)) {
    Axes others = 0;
    const ImageAxes axes = image_axes(attributes.data_format, axes_of<N>);
    for (int i = 0; i < axes_of<N>; ++i) others.append(axes.first + i);
    g.set(2, sum(upstream, others));
  }
}

template <std::size_t N>
void input_grad_gradient(Gradient& g) {
  const auto& attributes = g.attributes<ConvolutionAttributes<N>>();
  if (g.needs(0)) g.set(0, convolve(convolution_ops(N).forward, attributes, g.upstream(), g.input(1)));
  if (g.needs(1)) g.set(1, convolve(convolution_ops(N).weight_grad, attributes, g.upstream(), g.input(0), g.input(1)));
}

template <std::size_t N>
void weight_grad_gradient(Gradient& g) {
  const auto& attributes = g.attributes<ConvolutionAttributes<N>>();
  if (g.needs(0)) g.set(0, convolve(convolution_ops(N).input_grad, attributes, g.input(1), g.upstream(), g.input(0)));
  if (g.needs(1)) g.set(1, convolve(convolution_ops(N).forward, attributes, g.input(0), g.upstream()));
}

template <std::size_t N>
constexpr Op forward_op(const char* name) {
  return {.name = name,
          .inputs = 2,
          .max_inputs = 3,
          .attributes = &attribute_type<ConvolutionAttributes<N>>,
          .infer = forward_infer<N>,
          .gradient = forward_gradient<N>,
          .saves_inputs = 0b111,
          .decompose = forward_decompose<N>};
}
template <std::size_t N>
constexpr Op input_grad_op(const char* name) {
  return {.name = name,
          .inputs = 3,
          .attributes = &attribute_type<ConvolutionAttributes<N>>,
          .infer = input_grad_infer<N>,
          .gradient = input_grad_gradient<N>,
          .saves_inputs = 0b011,
          .metadata_inputs = 0b100};
}
template <std::size_t N>
constexpr Op weight_grad_op(const char* name) {
  return {.name = name,
          .inputs = 3,
          .attributes = &attribute_type<ConvolutionAttributes<N>>,
          .infer = weight_grad_infer<N>,
          .gradient = weight_grad_gradient<N>,
          .saves_inputs = 0b011,
          .metadata_inputs = 0b100};
}
template <std::size_t N>
constexpr Op transposed_op(const char* name) {
  return {.name = name,
          .inputs = 2,
          .attributes = &attribute_type<ConvolutionAttributes<N>>,
          .infer = transposed_infer<N>,
          .gradient = input_grad_gradient<N>,
          .saves_inputs = 0b11};
}

}  // namespace

extern const Op conv1d_op = forward_op<1>("conv1d"), conv1d_input_grad_op = input_grad_op<1>("conv1d_input_grad"),
                conv1d_weight_grad_op = weight_grad_op<1>("conv1d_weight_grad"),
                conv_transpose1d_op = transposed_op<1>("conv_transpose1d");
extern const Op conv2d_op = forward_op<2>("conv2d"), conv2d_input_grad_op = input_grad_op<2>("conv2d_input_grad"),
                conv2d_weight_grad_op = weight_grad_op<2>("conv2d_weight_grad"),
                conv_transpose2d_op = transposed_op<2>("conv_transpose2d");
extern const Op conv3d_op = forward_op<3>("conv3d"), conv3d_input_grad_op = input_grad_op<3>("conv3d_input_grad"),
                conv3d_weight_grad_op = weight_grad_op<3>("conv3d_weight_grad"),
                conv_transpose3d_op = transposed_op<3>("conv_transpose3d");

// --- Functions ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::int64_t, 1> numbers(std::int64_t size) { return {size}; }
constexpr std::array<std::int64_t, 2> numbers(Size2 size) { return {size.height, size.width}; }
constexpr std::array<std::int64_t, 3> numbers(Size3 size) { return {size.depth, size.height, size.width}; }

/// Padding as it is given: before, after.
template <std::size_t N>
using Sides = std::array<std::array<std::int64_t, N>, 2>;
constexpr Sides<1> sides(const Padding1& padding) { return {numbers(padding.before), numbers(padding.after)}; }
constexpr Sides<2> sides(const Padding2& padding) { return {numbers(padding.size), numbers(padding.after)}; }
constexpr Sides<3> sides(const Padding3& padding) { return {numbers(padding.before), numbers(padding.after)}; }

template <std::size_t N>
void check_padding(const char* op, const Sides<N>& padding, Location where) {
  for (const std::int64_t after : padding[1])
    if (after < 0) throw ArgumentError(op, "padding is negative", std::to_string(after), "", where);
}

template <std::size_t N, class Options>
Tensor convolution(const Arg& x, const Arg& weight, const Arg* bias, const Options& options) {
  const Op& op = convolution_ops(N).forward;
  const auto padding = sides(options.padding);
  check_padding<N>(op.name, padding, x.where());
  const ConvolutionAttributes<N> attributes{numbers(options.stride),   padding[0],           padding[1],
                                            numbers(options.dilation), options.padding.mode, options.groups,
                                            options.data_format,       options.activation};
  return with_batch(x, axes_of<N>, [&](const Arg& batch) {
    return bias ? apply(op, {&batch, &weight, bias}, &attributes) : apply(op, {&batch, &weight}, &attributes);
  });
}

/// Attributes of the convolution that a transposed one is the transpose of. `output_padding` is padding that its images
/// do not have behind them.
template <std::size_t N, class Options>
ConvolutionAttributes<N> transposed_attributes(const char* op, const Options& options, const Shape& weight,
                                               Location where) {
  ConvolutionAttributes<N> a{.stride = numbers(options.stride),
                             .padding = sides(options.padding)[0],
                             .padding_after = sides(options.padding)[1],
                             .dilation = numbers(options.dilation),
                             .groups = options.groups,
                             .data_format = options.data_format};
  check_padding<N>(op, sides(options.padding), where);
  const auto more = numbers(options.output_padding);
  const auto fail = [&](const char* rule, std::int64_t given, const char* hint = "") {
    throw ArgumentError(op, rule, std::to_string(given), hint, where);
  };
  for (std::size_t i = 0; i < N; ++i) {
    if (more[i] < 0) fail("output_padding is negative", more[i]);
    if (more[i] > 0 && more[i] >= std::max(a.stride[i], a.dilation[i]))
      fail("output_padding is not smaller than stride or dilation", more[i]);
    if (options.padding.mode == PaddingMode::same) {
      if (more[i] > 0) fail("output_padding is given with padding \"same\"", more[i], "Padding \"same\" decides it");
      const Dim kernel = weight.rank() == axes_of<N> + 2 ? weight.dim(static_cast<int>(i) + 2) : Dim(1);
      if (!kernel.known())
        throw ArgumentError(op, "the size of the kernel is not known", "the weight is " + weight.text(),
                            "Padding \"same\" needs it", where);
      if (kernel.raw() == 0 || a.stride[i] < 1 || a.dilation[i] < 1 || a.stride[i] > Shape::most_elements ||
          a.dilation[i] > Shape::most_elements / kernel.raw())
        continue;  // infer says what is wrong
      const std::int64_t all = Window{kernel.raw(), 1, a.dilation[i]}.extent() - a.stride[i];
      a.padding[i] = std::max<std::int64_t>(all, 0) / 2;
      a.padding_after[i] = all - a.padding[i];
    } else if (a.padding_after[i] <= Shape::most_elements) {
      a.padding_after[i] -= more[i];
    }
  }
  return a;
}

template <std::size_t N, class Options>
Tensor transposed_convolution(const Arg& x, const Arg& weight, const Arg* bias, const Options& options) {
  const Op& op = convolution_ops(N).transposed;
  const auto attributes = transposed_attributes<N>(op.name, options, operand(op.name, weight).shape(), x.where());
  const auto convolved = [&](const Arg& batch) { return apply(op, {&batch, &weight}, &attributes); };
  if (!bias) return with_batch(x, axes_of<N>, convolved);
  const Frame frame(x.where());
  const Tensor& b = operand(op.name, *bias);
  const Shape& shape = weight.tensor().shape();
  if (b.ndim() != 1 || b.dtype() != weight.tensor().dtype() ||
      (shape.rank() == axes_of<N> + 2 && conflict(b.shape().dim(0), shape.dim(1) * options.groups)))
    throw ArgumentError(op.name, "the bias does not have one element of the weight's dtype for each output channel",
                        "the bias is " + std::string(dtype_name(b.dtype())) + " " + b.shape().text() +
                            ", the weight is " + std::string(dtype_name(weight.tensor().dtype())) + " " + shape.text(),
                        "", x.where());
  return with_batch(x, axes_of<N>,
                    [&](const Arg& batch) { return convolved(batch) + spread_bias<N>(b, options.data_format); });
}

}  // namespace

Tensor conv1d(Arg x, Arg weight, Conv1dOptions options) { return convolution<1>(x, weight, nullptr, options); }
Tensor conv1d(Arg x, Arg weight, Arg bias, Conv1dOptions options) { return convolution<1>(x, weight, &bias, options); }
Tensor conv2d(Arg x, Arg weight, Conv2dOptions options) { return convolution<2>(x, weight, nullptr, options); }
Tensor conv2d(Arg x, Arg weight, Arg bias, Conv2dOptions options) { return convolution<2>(x, weight, &bias, options); }
Tensor conv3d(Arg x, Arg weight, Conv3dOptions options) { return convolution<3>(x, weight, nullptr, options); }
Tensor conv3d(Arg x, Arg weight, Arg bias, Conv3dOptions options) { return convolution<3>(x, weight, &bias, options); }

Tensor conv_transpose1d(Arg x, Arg weight, ConvTranspose1dOptions options) {
  return transposed_convolution<1>(x, weight, nullptr, options);
}
Tensor conv_transpose1d(Arg x, Arg weight, Arg bias, ConvTranspose1dOptions options) {
  return transposed_convolution<1>(x, weight, &bias, options);
}
Tensor conv_transpose2d(Arg x, Arg weight, ConvTranspose2dOptions options) {
  return transposed_convolution<2>(x, weight, nullptr, options);
}
Tensor conv_transpose2d(Arg x, Arg weight, Arg bias, ConvTranspose2dOptions options) {
  return transposed_convolution<2>(x, weight, &bias, options);
}
Tensor conv_transpose3d(Arg x, Arg weight, ConvTranspose3dOptions options) {
  return transposed_convolution<3>(x, weight, nullptr, options);
}
Tensor conv_transpose3d(Arg x, Arg weight, Arg bias, ConvTranspose3dOptions options) {
  return transposed_convolution<3>(x, weight, &bias, options);
}

Tensor depthwise_conv2d(Arg x, Arg weight, Conv2dOptions options) {
  const Shape& shape = operand("depthwise_conv2d", x).shape();
  if (shape.rank() != 3 && shape.rank() != 4) return conv2d(x, weight, options);  // which says what is wrong
  const Dim channels = shape.dim(options.data_format == DataFormat::nchw ? shape.rank() - 3 : -1);
  if (!channels.known())
    throw ArgumentError("depthwise_conv2d", "the number of channels is not known", "x is " + shape.text(), "",
                        x.where());
  options.groups = channels.raw();
  return conv2d(x, weight, options);
}

Tensor separable_conv2d(Arg x, Arg depthwise, Arg pointwise, Conv2dOptions options) {
  const Frame frame(x.where());
  const Activation activation = std::exchange(options.activation, Activation::none);
  return conv2d(depthwise_conv2d(x, depthwise, options), pointwise,
                {.data_format = options.data_format, .activation = activation});
}

}  // namespace triptych
