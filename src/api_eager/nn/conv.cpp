#include "triptych/eager/nn/conv.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const Conv2dOptions& checked(const Conv2dOptions& o, Location where) {
  const auto fail = [&](const char* rule, const std::string& given) {
    throw ArgumentError("Conv2d", rule, given, "", where);
  };
  if (o.in_channels < 1 || o.out_channels < 1)
    fail("in_channels or out_channels is not positive",
         std::to_string(o.in_channels) + " and " + std::to_string(o.out_channels));
  if (o.kernel_size.height < 1 || o.kernel_size.width < 1)
    fail("kernel_size is not positive", tuple_text(o.kernel_size));
  if (o.stride.height < 1 || o.stride.width < 1) fail("stride is not positive", tuple_text(o.stride));
  if (o.dilation.height < 1 || o.dilation.width < 1) fail("dilation is not positive", tuple_text(o.dilation));
  if (o.groups < 1 || o.in_channels % o.groups != 0 || o.out_channels % o.groups != 0)
    fail("groups does not divide in_channels and out_channels", "groups " + std::to_string(o.groups) + ", channels " +
                                                                    std::to_string(o.in_channels) + " and " +
                                                                    std::to_string(o.out_channels));
  check_parameter_dtype("Conv2d", o.dtype, where);
  return o;
}

std::int64_t fan_in(const Conv2dOptions& o) {
  return o.in_channels / o.groups * o.kernel_size.height * o.kernel_size.width;
}

}  // namespace

Conv2d::Conv2d(const Conv2dOptions& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter("weight", default_weight({options.out_channels, options.in_channels / options.groups,
                                                          options.kernel_size.height, options.kernel_size.width},
                                                         options.dtype, init::Layout::oihw, where))),
      bias(register_parameter("bias", options.bias
                                          ? default_bias(options.out_channels, fan_in(options), options.dtype, where)
                                          : Tensor())) {}

Tensor Conv2d::forward(const Tensor& x) {
  const triptych::Conv2dOptions core{
      .stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups};
  return bias.defined() ? conv2d(x, weight, bias, core) : conv2d(x, weight, core);
}

std::string Conv2d::extra_repr() const {
  const Conv2dOptions& o = options;
  std::string text = std::to_string(o.in_channels) + ", " + std::to_string(o.out_channels) +
                     ", kernel_size=" + tuple_text(o.kernel_size) + ", stride=" + tuple_text(o.stride);
  if (const std::string padding = padding_text(o.padding, true); padding != "(0, 0)") text += ", padding=" + padding;
  if (o.dilation != Size2(1)) text += ", dilation=" + tuple_text(o.dilation);
  if (o.groups != 1) text += ", groups=" + std::to_string(o.groups);
  if (!o.bias) text += ", bias=False";
  return text;
}

}  // namespace triptych::eager::nn
