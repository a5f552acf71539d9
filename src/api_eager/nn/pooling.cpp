#include "triptych/eager/nn/pooling.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

std::string sizes_text(Size2 kernel_size, Size2 stride, const Padding2& padding) {
  if (stride == Size2(0)) stride = kernel_size;
  return "kernel_size=" + pair_text(kernel_size) + ", stride=" + pair_text(stride) +
         ", padding=" + padding_text(padding, false);
}

}  // namespace

Tensor MaxPool2d::forward(const Tensor& x) {
  return max_pool2d(x, {.kernel_size = options.kernel_size,
                        .stride = options.stride,
                        .padding = options.padding,
                        .dilation = options.dilation,
                        .ceil_mode = options.ceil_mode});
}
std::string MaxPool2d::extra_repr() const {
  return sizes_text(options.kernel_size, options.stride, options.padding) +
         ", dilation=" + pair_text(options.dilation) + ", ceil_mode=" + python_text(options.ceil_mode);
}

Tensor AvgPool2d::forward(const Tensor& x) {
  return avg_pool2d(x, {.kernel_size = options.kernel_size,
                        .stride = options.stride,
                        .padding = options.padding,
                        .ceil_mode = options.ceil_mode,
                        .count_include_pad = options.count_include_pad});
}
std::string AvgPool2d::extra_repr() const { return sizes_text(options.kernel_size, options.stride, options.padding); }

AdaptiveAvgPool2d::AdaptiveAvgPool2d(const Options& given, Location where) : options(given) {
  if (options.output_size != Size2(1))
    throw UnsupportedError("AdaptiveAvgPool2d", "an output_size other than 1 is not supported",
                           tuple_text(options.output_size) + " was given", "Use AvgPool2d", where);
}
Tensor AdaptiveAvgPool2d::forward(const Tensor& x) { return global_avg_pool2d(x, {.keepdims = true}); }
std::string AdaptiveAvgPool2d::extra_repr() const { return "output_size=" + pair_text(options.output_size); }

}  // namespace triptych::eager::nn
