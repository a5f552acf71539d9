#include "triptych/eager/nn/conv.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "triptych/eager/functional.h"

namespace triptych::eager::nn {
namespace {

template <class Options>
constexpr bool is_transposed = requires(const Options& o) {
  o.output_padding;
};

bool any_below(const Sizes& sizes, std::int64_t least) {
  for (const std::int64_t size : sizes)
    if (size < least) return true;
  return false;
}

template <class Options>
const Options& checked(const char* name, const Options& o, Location where, bool lazy = false) {
  const auto fail = [&](const char* rule, const std::string& given) {
    throw ArgumentError(name, rule, given, "", where);
  };
  if ((!lazy && o.in_channels < 1) || o.out_channels < 1)
    fail("in_channels or out_channels is not positive",
         std::to_string(o.in_channels) + " and " + std::to_string(o.out_channels));
  const auto positive = [&](const char* rule, const Sizes& sizes) {
    if (any_below(sizes, 1)) fail(rule, tuple_text(sizes));
  };
  positive("kernel_size is not positive", sizes_of(o.kernel_size));
  positive("stride is not positive", sizes_of(o.stride));
  positive("dilation is not positive", sizes_of(o.dilation));
  if (o.groups < 1 || o.in_channels % o.groups != 0 || o.out_channels % o.groups != 0)
    fail("groups does not divide in_channels and out_channels", "groups " + std::to_string(o.groups) + ", channels " +
                                                                    std::to_string(o.in_channels) + " and " +
                                                                    std::to_string(o.out_channels));
  if (o.padding_mode != "zeros" &&
      (is_transposed<Options> ||
       (o.padding_mode != "reflect" && o.padding_mode != "replicate" && o.padding_mode != "circular")))
    fail("there is no such padding_mode", "'" + o.padding_mode + "'");
  check_parameter_dtype(name, o.dtype, where);
  return o;
}

/// (out, in / groups, ...), of a transposed one (in, out / groups, ...).
template <class Options>
Shape weight_shape(const Options& o) {
  Shape shape = is_transposed<Options> ? Shape{o.in_channels, o.out_channels / o.groups}
                                       : Shape{o.out_channels, o.in_channels / o.groups};
  for (const std::int64_t size : sizes_of(o.kernel_size)) shape.append(size);
  return shape;
}

template <class Options>
Tensor first_weight(const Options& o, Location where) {
  return default_weight(weight_shape(o), o.dtype, init::Layout::oihw, where);
}

template <class Options>
Tensor first_bias(const Options& o, Location where) {
  if (!o.bias) return {};
  const Shape shape = weight_shape(o);
  return default_bias(o.out_channels, shape.size() / shape[0], o.dtype, where);
}

template <class Options>
std::string repr_of(const Options& o) {
  const Sizes kernel_size = sizes_of(o.kernel_size);
  std::string text = std::to_string(o.in_channels) + ", " + std::to_string(o.out_channels) +
                     ", kernel_size=" + tuple_text(kernel_size) + ", stride=" + tuple_text(sizes_of(o.stride));
  const Sizes zeros(kernel_size.size(), 0), ones(kernel_size.size(), 1);
  if (const std::string padding = padding_text(o.padding, true); padding != tuple_text(zeros))
    text += ", padding=" + padding;
  if (sizes_of(o.dilation) != ones) text += ", dilation=" + tuple_text(sizes_of(o.dilation));
  if constexpr (is_transposed<Options>)
    if (sizes_of(o.output_padding) != zeros) text += ", output_padding=" + tuple_text(sizes_of(o.output_padding));
  if (o.groups != 1) text += ", groups=" + std::to_string(o.groups);
  if (!o.bias) text += ", bias=False";
  if (o.padding_mode != "zeros") text += ", padding_mode=" + o.padding_mode;
  return text;
}

/// How much stands before and after each axis, the last axis first.
template <class Options>
std::vector<std::int64_t> padding_around(const Options& o, const Sizes& before, const Sizes& after) {
  const Sizes kernel = sizes_of(o.kernel_size), dilation = sizes_of(o.dilation);
  std::vector<std::int64_t> pad;
  for (std::size_t i = kernel.size(); i-- > 0;) {
    const std::int64_t whole = dilation[i] * (kernel[i] - 1);
    const bool same = o.padding.mode == PaddingMode::same, numbers = o.padding.mode == PaddingMode::numbers;
    pad.push_back(same ? whole / 2 : numbers ? before[i] : 0);
    pad.push_back(same ? whole - whole / 2 : numbers ? after[i] : 0);
  }
  return pad;
}

/// What is missing to a result of `output_size`.
template <class Options>
Sizes output_padding(const char* name, const Options& o, const Tensor& x, const Sizes& output_size,
                     const Sizes& padding) {
  const Sizes kernel = sizes_of(o.kernel_size), stride = sizes_of(o.stride), dilation = sizes_of(o.dilation);
  Sizes result;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t length = x.size(static_cast<int>(i) - static_cast<int>(kernel.size()));
    const std::int64_t least = (length - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1;
    if (output_size[i] < least || output_size[i] >= least + stride[i])
      throw ArgumentError(name, "there is no result of this output_size", tuple_text(output_size),
                          "Along axis " + std::to_string(i) + " it may be " + std::to_string(least) + " to " +
                              std::to_string(least + stride[i] - 1));
    result.push_back(output_size[i] - least);
  }
  return result;
}

Size2 as_size(const Sizes& sizes, Size2) { return {sizes[0], sizes[1]}; }
Size3 as_size(const Sizes& sizes, Size3) { return {sizes[0], sizes[1], sizes[2]}; }
std::int64_t as_size(const Sizes& sizes, std::int64_t) { return sizes[0]; }

}  // namespace

Conv1d::Conv1d(const Conv1dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv1d", given, where)) {
  make_parameters(where);
}

Conv1d::Conv1d(detail::Lazily, const Conv1dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv1d", given, where, true)) {}

void Conv1d::make_parameters(Location where) {
  checked("Conv1d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor Conv1d::forward(const Tensor& x) {
  triptych::Conv1dOptions core{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups};
  Tensor input = x;
  if (options.padding_mode != "zeros") {
    core.padding = 0;
    input = functional::pad(x, padding_around(options, sizes_of(options.padding), {options.padding.after}),
                            options.padding_mode);
  }
  return bias.defined() ? conv1d(input, weight, bias, core) : conv1d(input, weight, core);
}

std::string Conv1d::extra_repr() const { return repr_of(options); }

Conv2d::Conv2d(const Conv2dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv2d", given, where)) {
  make_parameters(where);
}

Conv2d::Conv2d(detail::Lazily, const Conv2dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv2d", given, where, true)) {}

void Conv2d::make_parameters(Location where) {
  checked("Conv2d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor Conv2d::forward(const Tensor& x) {
  triptych::Conv2dOptions core{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups};
  Tensor input = x;
  if (options.padding_mode != "zeros") {
    core.padding = 0;
    input = functional::pad(x, padding_around(options, sizes_of(options.padding), sizes_of(options.padding.after)),
                            options.padding_mode);
  }
  return bias.defined() ? conv2d(input, weight, bias, core) : conv2d(input, weight, core);
}

std::string Conv2d::extra_repr() const { return repr_of(options); }

Conv3d::Conv3d(const Conv3dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv3d", given, where)) {
  make_parameters(where);
}

Conv3d::Conv3d(detail::Lazily, const Conv3dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("Conv3d", given, where, true)) {}

void Conv3d::make_parameters(Location where) {
  checked("Conv3d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor Conv3d::forward(const Tensor& x) {
  triptych::Conv3dOptions core{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups};
  Tensor input = x;
  if (options.padding_mode != "zeros") {
    core.padding = 0;
    input = functional::pad(x, padding_around(options, sizes_of(options.padding), sizes_of(options.padding.after)),
                            options.padding_mode);
  }
  return bias.defined() ? conv3d(input, weight, bias, core) : conv3d(input, weight, core);
}

std::string Conv3d::extra_repr() const { return repr_of(options); }

ConvTranspose1d::ConvTranspose1d(const ConvTranspose1dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose1d", given, where)) {
  make_parameters(where);
}

ConvTranspose1d::ConvTranspose1d(detail::Lazily, const ConvTranspose1dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose1d", given, where, true)) {}

void ConvTranspose1d::make_parameters(Location where) {
  checked("ConvTranspose1d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor ConvTranspose1d::forward(const Tensor& x) {
  const triptych::ConvTranspose1dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = options.output_padding,
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose1d(x, weight, bias, core) : conv_transpose1d(x, weight, core);
}

Tensor ConvTranspose1d::forward(const Tensor& x, std::int64_t output_size) {
  const Sizes missing = output_padding("ConvTranspose1d", options, x, sizes_of(output_size), sizes_of(options.padding));
  const triptych::ConvTranspose1dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = as_size(missing, output_size),
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose1d(x, weight, bias, core) : conv_transpose1d(x, weight, core);
}

std::string ConvTranspose1d::extra_repr() const { return repr_of(options); }

ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose2d", given, where)) {
  make_parameters(where);
}

ConvTranspose2d::ConvTranspose2d(detail::Lazily, const ConvTranspose2dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose2d", given, where, true)) {}

void ConvTranspose2d::make_parameters(Location where) {
  checked("ConvTranspose2d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor ConvTranspose2d::forward(const Tensor& x) {
  const triptych::ConvTranspose2dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = options.output_padding,
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose2d(x, weight, bias, core) : conv_transpose2d(x, weight, core);
}

Tensor ConvTranspose2d::forward(const Tensor& x, Size2 output_size) {
  const Sizes missing = output_padding("ConvTranspose2d", options, x, sizes_of(output_size), sizes_of(options.padding));
  const triptych::ConvTranspose2dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = as_size(missing, output_size),
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose2d(x, weight, bias, core) : conv_transpose2d(x, weight, core);
}

std::string ConvTranspose2d::extra_repr() const { return repr_of(options); }

ConvTranspose3d::ConvTranspose3d(const ConvTranspose3dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose3d", given, where)) {
  make_parameters(where);
}

ConvTranspose3d::ConvTranspose3d(detail::Lazily, const ConvTranspose3dOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked("ConvTranspose3d", given, where, true)) {}

void ConvTranspose3d::make_parameters(Location where) {
  checked("ConvTranspose3d", settings_, where);
  set_member(weight, first_weight(settings_, where), true);
  if (settings_.bias) set_member(bias, first_bias(settings_, where), true);
}

Tensor ConvTranspose3d::forward(const Tensor& x) {
  const triptych::ConvTranspose3dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = options.output_padding,
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose3d(x, weight, bias, core) : conv_transpose3d(x, weight, core);
}

Tensor ConvTranspose3d::forward(const Tensor& x, Size3 output_size) {
  const Sizes missing = output_padding("ConvTranspose3d", options, x, sizes_of(output_size), sizes_of(options.padding));
  const triptych::ConvTranspose3dOptions core{.stride = options.stride,
                                              .padding = options.padding,
                                              .output_padding = as_size(missing, output_size),
                                              .groups = options.groups,
                                              .dilation = options.dilation};
  return bias.defined() ? conv_transpose3d(x, weight, bias, core) : conv_transpose3d(x, weight, core);
}

std::string ConvTranspose3d::extra_repr() const { return repr_of(options); }

}  // namespace triptych::eager::nn
