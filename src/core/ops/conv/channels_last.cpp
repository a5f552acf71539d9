// Convolutions and pools with TensorFlow's kernels and lists of numbers, by those with PyTorch's.
#include "triptych/core/ops/channels_last.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

using Numbers = std::array<std::int64_t, 3>;  // of as many axes as there are

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

PaddingMode padding_mode_of(std::string_view name, Location where) {
  const std::string mode = lowered(name);
  if (mode == "same") return PaddingMode::same;
  if (mode == "valid") return PaddingMode::valid;
  throw ArgumentError("padding", "there is no such padding", "\"" + printable(std::string(name)) + "\"",
                      "It is \"same\" or \"valid\", or numbers before and after each axis", where);
}

/// How windows lie on `axes` axes of images with one of the two formats.
struct Windows {
  const char* op;
  int axes;
  DataFormat format;
  Location where;

  bool last() const { return format == DataFormat::nhwc; }
  /// Where the axes begin among a batch's dimensions.
  int first() const { return last() ? 1 : 2; }

  [[noreturn]] void fail(const std::string& wrong, const std::string& given, const std::string& hint = "") const {
    throw ArgumentError(op, wrong, given, hint, where);
  }

  /// One for all, one for each axis, or one for each dimension.
  Numbers numbers(const Axes& given, const char* name) const {
    Numbers result{1, 1, 1};
    const auto text = [&] {
      std::string list;
      for (const std::int64_t number : given) list += (list.empty() ? "" : ", ") + std::to_string(number);
      return "(" + list + ") for " + std::to_string(axes) + (axes == 1 ? " axis" : " axes");
    };
    const bool dimensions = given.size() == axes + 2;
    if (given.size() != 1 && given.size() != axes && !dimensions)
      fail(std::string(name) + " are not one for each axis", text());
    if (dimensions && (given[0] != 1 || given[last() ? axes + 1 : 1] != 1))
      fail(std::string(name) + " of batch and channels are not 1", text());
    for (int i = 0; i < axes; ++i)
      result[static_cast<std::size_t>(i)] = given[given.size() == 1 ? 0 : dimensions ? first() + i : i];
    return result;
  }

  /// Before and after each axis.
  std::pair<Numbers, Numbers> padding(const WindowPadding& given) const {
    std::pair<Numbers, Numbers> result{};
    const auto& pairs = given.numbers();
    const auto count = static_cast<std::size_t>(axes);
    const bool dimensions = pairs.size() == count + 2;
    if (pairs.size() != count && !dimensions)
      fail("there is not a pair of paddings for each axis",
           std::to_string(pairs.size()) + " pairs for " + std::to_string(axes) + (axes == 1 ? " axis" : " axes"));
    const std::pair<std::int64_t, std::int64_t> none{0, 0};
    if (dimensions && (pairs[0] != none || pairs[last() ? count + 1 : 1] != none))
      fail("batch or channels are padded", "pairs that are not (0, 0)");
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [before, after] = pairs[dimensions ? static_cast<std::size_t>(first()) + i : i];
      result.first[i] = before;
      result.second[i] = after;
    }
    return result;
  }
};

Size2 size2(const Numbers& n) { return {n[0], n[1]}; }
Size3 size3(const Numbers& n) { return {n[0], n[1], n[2]}; }
Padding1 padding1(const Windows& windows, const WindowPadding& given) {
  if (given.mode() != PaddingMode::numbers) return given.mode() == PaddingMode::same ? "same" : "valid";
  const auto [before, after] = windows.padding(given);
  return {before[0], after[0]};
}
Padding2 padding2(const Windows& windows, const WindowPadding& given) {
  if (given.mode() != PaddingMode::numbers) return given.mode() == PaddingMode::same ? "same" : "valid";
  const auto [before, after] = windows.padding(given);
  return {size2(before), size2(after)};
}
Padding3 padding3(const Windows& windows, const WindowPadding& given) {
  if (given.mode() != PaddingMode::numbers) return given.mode() == PaddingMode::same ? "same" : "valid";
  const auto [before, after] = windows.padding(given);
  return {size3(before), size3(after)};
}

/// The axes of a kernel (k, ..., a, b).
int kernel_axes(const char* op, const Arg& kernel) {
  const int axes = operand(op, kernel).ndim() - 2;
  if (axes < 1 || axes > 3)
    throw ArgumentError(op, "the kernel has not one to three axes and two dimensions of channels",
                        kernel.tensor().shape().text(), "", kernel.where());
  return axes;
}

/// Dimension of the channels of x, with or without its batch.
Dim channels_of(const Windows& windows, const Tensor& x) {
  if (x.ndim() != windows.axes + 2 && x.ndim() != windows.axes + 1)
    windows.fail("x has the wrong number of dimensions", x.shape().text(),
                 "The kernel has " + std::to_string(windows.axes) + (windows.axes == 1 ? " axis" : " axes"));
  return x.shape().dim(windows.last() ? -1 : -1 - windows.axes);
}

/// (k, ..., a, b) as (b, a, k, ...).
Tensor kernel_first(const Tensor& kernel, int axes) {
  Axes order{axes + 1, axes};
  for (int i = 0; i < axes; ++i) order.append(i);
  return permute(kernel, order);
}

Tensor convolved(const Windows& windows, const Tensor& x, const Tensor& weight, const ConvolutionOptions& options,
                 std::int64_t groups) {
  const Numbers strides = windows.numbers(options.strides, "strides"),
                dilations = windows.numbers(options.dilations, "dilations");
  const DataFormat format = windows.format;
  if (windows.axes == 1)
    return conv1d(x, weight,
                  {.stride = strides[0],
                   .padding = padding1(windows, options.padding),
                   .dilation = dilations[0],
                   .groups = groups,
                   .data_format = format});
  if (windows.axes == 2)
    return conv2d(x, weight,
                  {.stride = size2(strides),
                   .padding = padding2(windows, options.padding),
                   .dilation = size2(dilations),
                   .groups = groups,
                   .data_format = format});
  return conv3d(x, weight,
                {.stride = size3(strides),
                 .padding = padding3(windows, options.padding),
                 .dilation = size3(dilations),
                 .groups = groups,
                 .data_format = format});
}

Tensor convolution_by(const char* op, const Arg& x, const Arg& kernel, const ConvolutionOptions& options) {
  const Windows windows{op, kernel_axes(op, kernel), options.data_format, x.where()};
  const Tensor &image = operand(op, x), &given = kernel.tensor();
  const Dim channels = channels_of(windows, image), inside = given.shape().dim(-2);
  std::int64_t groups = 1;
  if (channels.known() && inside.known() && channels.raw() != inside.raw()) {
    if (inside.raw() == 0 || channels.raw() % inside.raw() != 0)
      windows.fail("the channels of x are no multiple of the kernel's",
                   "x is " + image.shape().text() + ", the kernel " + given.shape().text(),
                   "The kernel is (k, ..., in / groups, out)");
    groups = channels.raw() / inside.raw();
  }
  return convolved(windows, image, kernel_first(given, windows.axes), options, groups);
}

Tensor depthwise_by(const char* op, const Arg& x, const Arg& kernel, const ConvolutionOptions& options) {
  const Windows windows{op, kernel_axes(op, kernel), options.data_format, x.where()};
  const Tensor &image = operand(op, x), &given = kernel.tensor();
  channels_of(windows, image);
  const std::int64_t channels = given.shape().dim(-2).value(x.where());
  // (k, ..., in, m) as (in m, 1, k, ...)
  Axes order{1, 0};
  for (int i = 0; i < windows.axes; ++i) order.append(i + 2);
  const Tensor weight = unsqueeze(flatten(permute(kernel_first(given, windows.axes), order), 0, 1), 1);
  return convolved(windows, image, weight, options, channels);
}

// --- Transposed -----------------------------------------------------------------------------------------------------

/// What cuts the result of a transposed convolution along an axis.
struct Cut {
  std::int64_t before = 0, after = 0, added = 0;
};

/// For a result of `output` elements, or as many as there are by default: the padding of the convolution that leads
/// from it to `input` elements.
Cut cut_of(const Windows& windows, std::int64_t input, std::int64_t window, std::int64_t stride, PaddingMode mode,
           std::pair<std::int64_t, std::int64_t> numbers, std::optional<std::int64_t> output,
           std::optional<std::int64_t> more) {
  constexpr const char* what = "a length of the result";
  const std::int64_t steps = checked_multiply(std::max<std::int64_t>(input - 1, 0), stride, what);
  const std::int64_t all = checked_add(steps, window, what);
  if (mode == PaddingMode::numbers) {
    const std::int64_t rest = checked_subtract(checked_subtract(all, numbers.first, what), numbers.second, what);
    return {numbers.first, numbers.second, output ? checked_subtract(*output, rest, what) : more.value_or(0)};
  }
  if (mode == PaddingMode::valid)
    return {0, 0,
            output ? checked_subtract(*output, all, what) : more.value_or(std::max(stride - window, std::int64_t{0}))};
  const std::int64_t length = output ? *output
                              : more ? checked_add(steps, window % 2 + *more, what)
                                     : checked_multiply(input, stride, what);
  const std::int64_t padding = std::max(all - length, std::int64_t{0});
  if (length < 1 || (length - 1) / stride + 1 != input)
    windows.fail(
        "the output shape is not one that windows lead from to x's",
        std::to_string(length) + " elements for " + std::to_string(input) + " and stride " + std::to_string(stride));
  return {padding / 2, padding - padding / 2, length + padding - all};
}

}  // namespace

DataFormat data_format_of(Text name, Location where) {
  const std::string format = lowered(name);
  for (const char* last : {"channels_last", "nwc", "nhwc", "ndhwc"})
    if (format == last) return DataFormat::nhwc;
  for (const char* first : {"channels_first", "ncw", "nchw", "ncdhw"})
    if (format == first) return DataFormat::nchw;
  throw ArgumentError("data_format", "there is no such format", "\"" + printable(std::string(name)) + "\"",
                      "It is \"channels_last\" (\"NHWC\") or \"channels_first\" (\"NCHW\")", where);
}

WindowPadding::WindowPadding(const char* mode, Location where) : mode_(padding_mode_of(not_null(mode, where), where)) {}
WindowPadding::WindowPadding(const std::string& mode, Location where) : mode_(padding_mode_of(mode, where)) {}

Tensor convolution(Arg x, Arg kernel, ConvolutionOptions options) {
  const Frame frame(x.where());
  return convolution_by("convolution", x, kernel, options);
}

Tensor depthwise_convolution(Arg x, Arg kernel, ConvolutionOptions options) {
  const Frame frame(x.where());
  return depthwise_by("depthwise_convolution", x, kernel, options);
}

Tensor separable_convolution(Arg x, Arg depthwise, Arg pointwise, ConvolutionOptions options) {
  const Frame frame(x.where());
  const char* op = "separable_convolution";
  const Tensor apart = depthwise_by(op, x, depthwise, options);
  return convolution_by(op, Arg(apart, x.where()), pointwise, {.data_format = options.data_format});
}

Tensor convolution_transpose(Arg x, Arg kernel, ConvolutionTransposeOptions options) {
  const Frame frame(x.where());
  const char* op = "convolution_transpose";
  const Windows windows{op, kernel_axes(op, kernel), options.data_format, x.where()};
  const Tensor &image = operand(op, x), &given = kernel.tensor();
  const Dim channels = channels_of(windows, image);
  const int axes = windows.axes, before = windows.first() - (image.ndim() == axes + 2 ? 0 : 1);
  if (conflict(channels, given.shape().dim(-1)))
    windows.fail("the channels of x are not the kernel's",
                 "x is " + image.shape().text() + ", the kernel " + given.shape().text(),
                 "The kernel is (k, ..., out, in)");
  const Numbers strides = windows.numbers(options.strides, "strides"),
                dilations = windows.numbers(options.dilations, "dilations");
  for (int i = 0; i < axes; ++i)
    if (strides[static_cast<std::size_t>(i)] < 1 || dilations[static_cast<std::size_t>(i)] < 1)
      windows.fail("a stride or dilation is not positive", std::to_string(strides[static_cast<std::size_t>(i)]) +
                                                               " and " +
                                                               std::to_string(dilations[static_cast<std::size_t>(i)]));
  const auto padding =
      options.padding.mode() == PaddingMode::numbers ? windows.padding(options.padding) : std::pair<Numbers, Numbers>{};
  const int count = options.output_shape.size();
  if (count != 0 && count != axes && count != axes + 2)
    windows.fail("the output shape has not one number for each axis", std::to_string(count) + " numbers");
  Numbers more{};
  if (!options.output_padding.empty()) more = windows.numbers(options.output_padding, "output paddings");
  Numbers cut_before{}, cut_after{}, added{};
  for (int i = 0; i < axes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t length = image.shape().dim(before + i).value(x.where());
    const std::int64_t window = checked_add(
        checked_multiply(given.shape().dim(i).value(x.where()) - 1, dilations[at], "a window"), 1, "a window");
    std::optional<std::int64_t> output, extra;
    if (count > 0) output = options.output_shape[count == axes ? i : windows.first() + i];
    if (!options.output_padding.empty()) extra = more[at];
    const Cut cut = cut_of(windows, length, window, strides[at], options.padding.mode(),
                           {padding.first[at], padding.second[at]}, output, extra);
    cut_before[at] = cut.before;
    cut_after[at] = cut.after;
    added[at] = cut.added;
  }
  const Tensor weight = kernel_first(given, axes);  // (in, out, k, ...)
  const DataFormat format = windows.format;
  if (axes == 1)
    return conv_transpose1d(image, weight,
                            {.stride = strides[0],
                             .padding = {cut_before[0], cut_after[0]},
                             .output_padding = added[0],
                             .dilation = dilations[0],
                             .data_format = format});
  if (axes == 2)
    return conv_transpose2d(image, weight,
                            {.stride = size2(strides),
                             .padding = {size2(cut_before), size2(cut_after)},
                             .output_padding = size2(added),
                             .dilation = size2(dilations),
                             .data_format = format});
  return conv_transpose3d(image, weight,
                          {.stride = size3(strides),
                           .padding = {size3(cut_before), size3(cut_after)},
                           .output_padding = size3(added),
                           .dilation = size3(dilations),
                           .data_format = format});
}

namespace {

/// The windows of a pool on x.
Windows pool_windows(const char* op, const Arg& x, const WindowPoolOptions& options) {
  const int axes = operand(op, x).ndim() - 2;
  if (axes < 1 || axes > 3)
    throw ArgumentError(op, "x has not a batch, channels and one to three axes", x.tensor().shape().text(), "",
                        x.where());
  return {op, axes, options.data_format, x.where()};
}

}  // namespace

Tensor max_pool(Arg x, WindowPoolOptions options) {
  const Frame frame(x.where());
  const Windows windows = pool_windows("max_pool", x, options);
  const Numbers sizes = windows.numbers(options.pool_size, "pool sizes"),
                strides = options.strides.empty() ? sizes : windows.numbers(options.strides, "strides");
  const DataFormat format = windows.format;
  if (windows.axes == 1)
    return max_pool1d(x, {.kernel_size = sizes[0],
                          .stride = strides[0],
                          .padding = padding1(windows, options.padding),
                          .data_format = format});
  if (windows.axes == 2)
    return max_pool2d(x, {.kernel_size = size2(sizes),
                          .stride = size2(strides),
                          .padding = padding2(windows, options.padding),
                          .data_format = format});
  return max_pool3d(x, {.kernel_size = size3(sizes),
                        .stride = size3(strides),
                        .padding = padding3(windows, options.padding),
                        .data_format = format});
}

Tensor average_pool(Arg x, WindowPoolOptions options) {
  const Frame frame(x.where());
  const Windows windows = pool_windows("average_pool", x, options);
  const Numbers sizes = windows.numbers(options.pool_size, "pool sizes"),
                strides = options.strides.empty() ? sizes : windows.numbers(options.strides, "strides");
  const DataFormat format = windows.format;
  if (windows.axes == 1)
    return avg_pool1d(x, {.kernel_size = sizes[0],
                          .stride = strides[0],
                          .padding = padding1(windows, options.padding),
                          .count_include_pad = false,
                          .data_format = format});
  if (windows.axes == 2)
    return avg_pool2d(x, {.kernel_size = size2(sizes),
                          .stride = size2(strides),
                          .padding = padding2(windows, options.padding),
                          .count_include_pad = false,
                          .data_format = format});
  return avg_pool3d(x, {.kernel_size = size3(sizes),
                        .stride = size3(strides),
                        .padding = padding3(windows, options.padding),
                        .count_include_pad = false,
                        .data_format = format});
}

}  // namespace triptych
