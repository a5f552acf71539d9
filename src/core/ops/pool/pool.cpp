// The pools along one to three axes, and what their gradients are made of.
#include "core/ops/pool/pool.h"

#include <limits>

#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pool_nd.h"

namespace triptych {

extern const Op max_pool1d_op, max_pool1d_grad_op, max_pool1d_gather_op, max_pool1d_places_op, avg_pool1d_op,
    avg_pool1d_grad_op, max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, max_pool2d_places_op, avg_pool2d_op,
    avg_pool2d_grad_op, max_pool3d_op, max_pool3d_grad_op, max_pool3d_gather_op, max_pool3d_places_op, avg_pool3d_op,
    avg_pool3d_grad_op;

const PoolOps& pool_ops(std::size_t axes) {
  static const PoolOps families[] = {{max_pool1d_op, max_pool1d_grad_op, max_pool1d_gather_op, max_pool1d_places_op,
                                      avg_pool1d_op, avg_pool1d_grad_op},
                                     {max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, max_pool2d_places_op,
                                      avg_pool2d_op, avg_pool2d_grad_op},
                                     {max_pool3d_op, max_pool3d_grad_op, max_pool3d_gather_op, max_pool3d_places_op,
                                      avg_pool3d_op, avg_pool3d_grad_op}};
  return families[axes - 1];
}

namespace {

/// The place of the maximum in a window is kept in 32 bits.
void check_area(const Infer& infer, std::int64_t elements, const std::string& given) {
  if (elements > std::numeric_limits<std::int32_t>::max()) infer.fail("the kernel has 2^31 elements or more", given);
}

/// The numbers of windows of an adaptive pool.
template <std::size_t N>
Shape adaptive_shape(const Infer& infer, const PoolAttributes<N>& attributes, Shape shape, int first) {
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < N; ++i) {
    const std::int64_t count = attributes.kernel_size[i];
    const int axis = first + static_cast<int>(i);
    const Dim length = shape.dim(axis);
    if (count == unknown) continue;
    if (count < 0) infer.fail("output_size is negative", std::to_string(count), "-1 leaves an axis as it is");
    if (count > 0 && length.raw() == 0) infer.fail("an axis to be pooled is empty", infer.given());
    if (count > 0 && length.known()) elements = checked_multiply(elements, length.raw() / count + 2, "a window's area");
    shape.set(axis, count);
  }
  check_area(infer, elements, "an output_size for " + infer.given());
  return shape;
}

/// The shape of the pooled images x.
template <std::size_t N>
Shape pooled_shape(const Infer& infer, const Shape& x) {
  const auto& attributes = infer.attributes<PoolAttributes<N>>();
  infer.check(is_floating(infer.dtype(0)), "images are not floating-point", "Convert with cast");
  const int first = image_axes(attributes.data_format, static_cast<int>(N)).first;
  if (attributes.adaptive) {
    check_images(infer, x, attributes.data_format, static_cast<int>(N));
    return adaptive_shape(infer, attributes, x, first);
  }
  std::int64_t elements = 1;
  std::string product;
  for (std::size_t i = 0; i < N; ++i) {
    const std::int64_t kernel = attributes.kernel_size[i], padding = attributes.padding[i];
    attributes.window(i).check(infer);
    if (padding > kernel / 2)
      infer.fail("padding is more than half of the kernel",
                 "padding is " + std::to_string(padding) + ", kernel_size is " + std::to_string(kernel));
    elements = checked_multiply(elements, kernel, "the kernel's area");
    product += (i > 0 ? " * " : "") + std::to_string(kernel);
  }
  check_area(infer, elements, product);
  check_images(infer, x, attributes.data_format, static_cast<int>(N));
  Shape shape = x;
  for (std::size_t i = 0; i < N; ++i) {
    const int axis = first + static_cast<int>(i);
    const Dim count = attributes.window(i).count(x.dim(axis));
    if (count.known() && count.raw() <= 0 && x.dim(axis).raw() > 0)
      infer.fail("the kernel is larger than the padded image", infer.given());
    shape.set(axis, count);
  }
  return shape;
}

template <std::size_t N>
void pool_infer(Infer& infer) {
  infer.output(0, pooled_shape<N>(infer, infer.shape(0)), infer.dtype(0));
}

template <std::size_t N>
void places_infer(Infer& infer) {
  infer.output(0, pooled_shape<N>(infer, infer.shape(0)), int64);
}

// Inputs: upstream (as the pooled images), x.
template <std::size_t N>
void grad_infer(Infer& infer) {
  infer.check(infer.dtype(0) == infer.dtype(1) && pooled_shape<N>(infer, infer.shape(1)).compatible(infer.shape(0)),
              "upstream does not have the shape and dtype of the pool's result");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

// Inputs: values (as x), x.
template <std::size_t N>
void gather_infer(Infer& infer) {
  infer.check(infer.shape(0).compatible(infer.shape(1)) && infer.dtype(0) == infer.dtype(1),
              "the operands differ in shape or dtype");
  infer.output(0, pooled_shape<N>(infer, infer.shape(1)), infer.dtype(0));
}

template <std::size_t N>
Tensor pool(const Op& op, const Gradient& g, const Tensor& a, const Tensor& b) {
  const Arg arguments[] = {a, b};
  return apply(op, {&arguments[0], &arguments[1]}, &g.attributes<PoolAttributes<N>>());
}

template <std::size_t N>
void max_gradient(Gradient& g) {
  g.set(0, pool<N>(pool_ops(N).max_grad, g, g.upstream(), g.input(0)));
}

// Which elements are the largest changes nowhere but on a set of measure zero, so that only the other operand gets a
// gradient.
template <std::size_t N>
void max_grad_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, pool<N>(pool_ops(N).max_gather, g, g.upstream(), g.input(1)));
}

template <std::size_t N>
void max_gather_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, pool<N>(pool_ops(N).max_grad, g, g.upstream(), g.input(1)));
}

template <std::size_t N>
void average_gradient(Gradient& g) {
  g.set(0, pool<N>(pool_ops(N).average_grad, g, g.upstream(), g.input(0)));
}

template <std::size_t N>
void average_grad_gradient(Gradient& g) {
  const Tensor upstream = g.upstream();
  const Arg images = upstream;
  if (g.needs(0)) g.set(0, apply(pool_ops(N).average, {&images}, &g.attributes<PoolAttributes<N>>()));
}

template <std::size_t N>
constexpr Op max_op(const char* name) {
  return {.name = name,
          .inputs = 1,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = pool_infer<N>,
          .gradient = max_gradient<N>,
          .saves_inputs = 0b1};
}
/// upstream at the places in x that the pool took its maxima from, summed where windows overlap.
template <std::size_t N>
constexpr Op max_grad_op(const char* name) {
  return {.name = name,
          .inputs = 2,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = grad_infer<N>,
          .gradient = max_grad_gradient<N>,
          .saves_inputs = 0b10};
}
/// The values that lie where the pool took its maxima from in x.
template <std::size_t N>
constexpr Op max_gather_op(const char* name) {
  return {.name = name,
          .inputs = 2,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = gather_infer<N>,
          .gradient = max_gather_gradient<N>,
          .saves_inputs = 0b10};
}
/// Where that is: the number of the element, the axes that are pooled counted through.
template <std::size_t N>
constexpr Op max_places_op(const char* name) {
  return {.name = name,
          .inputs = 1,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = places_infer<N>,
          .gradient_stops = true};
}
template <std::size_t N>
constexpr Op average_op(const char* name) {
  return {.name = name,
          .inputs = 1,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = pool_infer<N>,
          .gradient = average_gradient<N>};
}
template <std::size_t N>
constexpr Op average_grad_op(const char* name) {
  return {.name = name,
          .inputs = 2,
          .attributes = &attribute_type<PoolAttributes<N>>,
          .infer = grad_infer<N>,
          .gradient = average_grad_gradient<N>,
          .metadata_inputs = 0b10};
}

}  // namespace

extern const Op max_pool1d_op = max_op<1>("max_pool1d"), max_pool1d_grad_op = max_grad_op<1>("max_pool1d_grad"),
                max_pool1d_gather_op = max_gather_op<1>("max_pool1d_gather"),
                max_pool1d_places_op = max_places_op<1>("max_pool1d_places"),
                avg_pool1d_op = average_op<1>("avg_pool1d"), avg_pool1d_grad_op = average_grad_op<1>("avg_pool1d_grad");
extern const Op max_pool2d_op = max_op<2>("max_pool2d"), max_pool2d_grad_op = max_grad_op<2>("max_pool2d_grad"),
                max_pool2d_gather_op = max_gather_op<2>("max_pool2d_gather"),
                max_pool2d_places_op = max_places_op<2>("max_pool2d_places"),
                avg_pool2d_op = average_op<2>("avg_pool2d"), avg_pool2d_grad_op = average_grad_op<2>("avg_pool2d_grad");
extern const Op max_pool3d_op = max_op<3>("max_pool3d"), max_pool3d_grad_op = max_grad_op<3>("max_pool3d_grad"),
                max_pool3d_gather_op = max_gather_op<3>("max_pool3d_gather"),
                max_pool3d_places_op = max_places_op<3>("max_pool3d_places"),
                avg_pool3d_op = average_op<3>("avg_pool3d"), avg_pool3d_grad_op = average_grad_op<3>("avg_pool3d_grad");

// --- Functions ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::int64_t, 1> numbers(std::int64_t size) { return {size}; }
constexpr std::array<std::int64_t, 2> numbers(Size2 size) { return {size.height, size.width}; }
constexpr std::array<std::int64_t, 3> numbers(Size3 size) { return {size.depth, size.height, size.width}; }
constexpr std::array<std::int64_t, 1> before(const Padding1& padding) { return numbers(padding.before); }
constexpr std::array<std::int64_t, 2> before(const Padding2& padding) { return numbers(padding.size); }
constexpr std::array<std::int64_t, 3> before(const Padding3& padding) { return numbers(padding.before); }

template <class Padding>
void check_sides(const char* op, const Padding& padding, Location where) {
  const bool alike = [&] {
    if constexpr (std::is_same_v<Padding, Padding2>)
      return padding.size == padding.after;
    else
      return padding.before == padding.after;
  }();
  if (!alike)
    throw ArgumentError(op, "a pool's padding differs between the sides", "before and after", "Use pad", where);
}

template <std::size_t N, class Options>
PoolAttributes<N> attributes_of(const char* op, const Options& options, Location where) {
  check_sides(op, options.padding, where);
  PoolAttributes<N> attributes;
  attributes.kernel_size = numbers(options.kernel_size);
  attributes.stride = options.stride == 0 ? attributes.kernel_size : numbers(options.stride);
  attributes.padding = before(options.padding);
  attributes.padding_mode = options.padding.mode;
  attributes.ceil_mode = options.ceil_mode;
  attributes.data_format = options.data_format;
  attributes.dilation.fill(1);
  return attributes;
}

template <std::size_t N, class Options>
PoolAttributes<N> max_attributes(const char* op, const Options& options, Location where) {
  PoolAttributes<N> attributes = attributes_of<N>(op, options, where);
  attributes.dilation = numbers(options.dilation);
  return attributes;
}

template <std::size_t N>
Tensor apply_pool(const Op& op, const Arg& x, const PoolAttributes<N>& attributes) {
  return with_batch(x, static_cast<int>(N), [&](const Arg& batch) { return apply(op, {&batch}, &attributes); });
}

template <std::size_t N>
MaxPooled max_and_places(const Arg& x, const PoolAttributes<N>& attributes) {
  const Arg again = x;
  return {apply_pool<N>(pool_ops(N).max, again, attributes), apply_pool<N>(pool_ops(N).max_places, again, attributes)};
}

template <std::size_t N, class Options>
Tensor max_pool(const Arg& x, const Options& options) {
  const Op& op = pool_ops(N).max;
  return apply_pool<N>(op, x, max_attributes<N>(op.name, options, x.where()));
}

template <std::size_t N, class Options>
Tensor average_pool(const Arg& x, const Options& options) {
  const Op& op = pool_ops(N).average;
  PoolAttributes<N> attributes = attributes_of<N>(op.name, options, x.where());
  attributes.count_include_pad = options.count_include_pad;
  return apply_pool<N>(op, x, attributes);
}
template <std::size_t N, class Options>
Tensor average_pool(const Arg& x, const Options& options, std::int64_t divisor) {
  const Op& op = pool_ops(N).average;
  if (divisor == 0) throw ArgumentError(op.name, "divisor_override is 0", "0", "", x.where());
  PoolAttributes<N> attributes = attributes_of<N>(op.name, options, x.where());
  attributes.count_include_pad = options.count_include_pad;
  attributes.divisor = divisor;
  return apply_pool<N>(op, x, attributes);
}

template <std::size_t N>
PoolAttributes<N> adaptive(const std::array<std::int64_t, N>& output_size, DataFormat format) {
  PoolAttributes<N> attributes;
  attributes.kernel_size = output_size;
  attributes.adaptive = true;
  attributes.data_format = format;
  return attributes;
}

template <std::size_t N>
Tensor lp_pool(const char* op, const Arg& x, double norm_type, PoolAttributes<N> attributes) {
  if (!(norm_type > 0)) throw ArgumentError(op, "norm_type is not positive", std::to_string(norm_type), "", x.where());
  const Frame frame(x.where());
  attributes.divisor = 1;
  return rounded_once(operand(op, x), [&](const Tensor& wide) {
    const Tensor sums = apply_pool<N>(pool_ops(N).average, pow(wide, norm_type), attributes);
    return pow(sign(sums) * relu(abs(sums)), 1 / norm_type);
  });
}

template <std::size_t N, class Options>
Tensor lp_pool(const char* op, const Arg& x, double norm_type, const Options& options) {
  PoolAttributes<N> attributes;
  attributes.kernel_size = numbers(options.kernel_size);
  attributes.stride = options.stride == 0 ? attributes.kernel_size : numbers(options.stride);
  attributes.dilation.fill(1);
  attributes.ceil_mode = options.ceil_mode;
  attributes.data_format = options.data_format;
  return lp_pool<N>(op, x, norm_type, attributes);
}

/// The axes that a global pool reduces.
Axes whole_image(const char* op, const Arg& x, int spatial, DataFormat format) {
  static constexpr const char* rules[] = {"x does not have three dimensions", "x does not have four dimensions",
                                          "x does not have five dimensions"};
  if (operand(op, x).ndim() != spatial + 2)
    throw ArgumentError(op, rules[spatial - 1], "x is " + x.tensor().shape().text(), "", x.where());
  Axes axes;
  for (int i = 0; i < spatial; ++i) axes.append(image_axes(format, spatial).first + i);
  return axes;
}

}  // namespace

Tensor max_pool1d(Arg x, MaxPool1dOptions options) { return max_pool<1>(x, options); }
Tensor max_pool2d(Arg x, MaxPool2dOptions options) { return max_pool<2>(x, options); }
Tensor max_pool3d(Arg x, MaxPool3dOptions options) { return max_pool<3>(x, options); }

MaxPooled max_pool1d_with_indices(Arg x, MaxPool1dOptions options) {
  return max_and_places(x, max_attributes<1>("max_pool1d", options, x.where()));
}
MaxPooled max_pool2d_with_indices(Arg x, MaxPool2dOptions options) {
  return max_and_places(x, max_attributes<2>("max_pool2d", options, x.where()));
}
MaxPooled max_pool3d_with_indices(Arg x, MaxPool3dOptions options) {
  return max_and_places(x, max_attributes<3>("max_pool3d", options, x.where()));
}

Tensor avg_pool1d(Arg x, AvgPool1dOptions options) { return average_pool<1>(x, options); }
Tensor avg_pool2d(Arg x, AvgPool2dOptions options) { return average_pool<2>(x, options); }
Tensor avg_pool2d(Arg x, AvgPool2dOptions options, std::int64_t divisor_override) {
  return average_pool<2>(x, options, divisor_override);
}
Tensor avg_pool3d(Arg x, AvgPool3dOptions options) { return average_pool<3>(x, options); }
Tensor avg_pool3d(Arg x, AvgPool3dOptions options, std::int64_t divisor_override) {
  return average_pool<3>(x, options, divisor_override);
}

Tensor lp_pool1d(Arg x, double norm_type, LpPool1dOptions options) {
  return lp_pool<1>("lp_pool1d", x, norm_type, options);
}
Tensor lp_pool2d(Arg x, double norm_type, LpPool2dOptions options) {
  return lp_pool<2>("lp_pool2d", x, norm_type, options);
}
Tensor lp_pool3d(Arg x, double norm_type, LpPool3dOptions options) {
  return lp_pool<3>("lp_pool3d", x, norm_type, options);
}

Tensor adaptive_avg_pool1d(Arg x, std::int64_t output_size, DataFormat data_format) {
  return apply_pool<1>(avg_pool1d_op, x, adaptive<1>(numbers(output_size), data_format));
}
Tensor adaptive_avg_pool2d(Arg x, Size2 output_size, DataFormat data_format) {
  return apply_pool<2>(avg_pool2d_op, x, adaptive<2>(numbers(output_size), data_format));
}
Tensor adaptive_avg_pool3d(Arg x, Size3 output_size, DataFormat data_format) {
  return apply_pool<3>(avg_pool3d_op, x, adaptive<3>(numbers(output_size), data_format));
}
Tensor adaptive_max_pool1d(Arg x, std::int64_t output_size, DataFormat data_format) {
  return apply_pool<1>(max_pool1d_op, x, adaptive<1>(numbers(output_size), data_format));
}
Tensor adaptive_max_pool2d(Arg x, Size2 output_size, DataFormat data_format) {
  return apply_pool<2>(max_pool2d_op, x, adaptive<2>(numbers(output_size), data_format));
}
Tensor adaptive_max_pool3d(Arg x, Size3 output_size, DataFormat data_format) {
  return apply_pool<3>(max_pool3d_op, x, adaptive<3>(numbers(output_size), data_format));
}
MaxPooled adaptive_max_pool1d_with_indices(Arg x, std::int64_t output_size, DataFormat data_format) {
  return max_and_places(x, adaptive<1>(numbers(output_size), data_format));
}
MaxPooled adaptive_max_pool2d_with_indices(Arg x, Size2 output_size, DataFormat data_format) {
  return max_and_places(x, adaptive<2>(numbers(output_size), data_format));
}
MaxPooled adaptive_max_pool3d_with_indices(Arg x, Size3 output_size, DataFormat data_format) {
  return max_and_places(x, adaptive<3>(numbers(output_size), data_format));
}

Tensor global_avg_pool1d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_avg_pool1d", x, 1, options.data_format);
  return mean(std::move(x), axes, options.keepdims);
}
Tensor global_avg_pool2d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_avg_pool2d", x, 2, options.data_format);
  return mean(std::move(x), axes, options.keepdims);
}
Tensor global_avg_pool3d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_avg_pool3d", x, 3, options.data_format);
  return mean(std::move(x), axes, options.keepdims);
}
Tensor global_max_pool1d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_max_pool1d", x, 1, options.data_format);
  return max(std::move(x), axes, options.keepdims);
}
Tensor global_max_pool2d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_max_pool2d", x, 2, options.data_format);
  return max(std::move(x), axes, options.keepdims);
}
Tensor global_max_pool3d(Arg x, GlobalPoolOptions options) {
  const Axes axes = whole_image("global_max_pool3d", x, 3, options.data_format);
  return max(std::move(x), axes, options.keepdims);
}

}  // namespace triptych
