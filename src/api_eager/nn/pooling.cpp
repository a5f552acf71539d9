#include "triptych/eager/nn/pooling.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

/// A stride of 0 is the kernel's size.
template <class Size>
Sizes stride_of(const Size& kernel_size, const Size& stride) {
  return stride == Size(0) ? sizes_of(kernel_size) : sizes_of(stride);
}

template <class Options>
std::string max_text(const Options& o) {
  return "kernel_size=" + pair_text(sizes_of(o.kernel_size)) +
         ", stride=" + pair_text(stride_of(o.kernel_size, o.stride)) + ", padding=" + padding_text(o.padding, false) +
         ", dilation=" + pair_text(sizes_of(o.dilation)) + ", ceil_mode=" + python_text(o.ceil_mode);
}

template <class Options>
std::string unpool_text(const Options& o) {
  return "kernel_size=" + tuple_text(sizes_of(o.kernel_size)) +
         ", stride=" + tuple_text(stride_of(o.kernel_size, o.stride)) + ", padding=" + tuple_text(sizes_of(o.padding));
}

/// `None` for a stride that was left out, as PyTorch prints these.
template <class Options, class Size>
std::string lp_text(const Options& o, const Size& stride) {
  return "norm_type=" + python_text(o.norm_type) + ", kernel_size=" + pair_text(sizes_of(o.kernel_size)) +
         ", stride=" + (stride == Size(0) ? "None" : pair_text(sizes_of(stride))) +
         ", ceil_mode=" + python_text(o.ceil_mode);
}

/// -1 is PyTorch's None.
std::string output_text(const Sizes& sizes) {
  if (sizes.size() > 1 && pair_text(sizes) == tuple_text(sizes)) {
    std::string text;
    for (const std::int64_t size : sizes)
      text += (text.empty() ? "(" : ", ") + (size == -1 ? "None" : std::to_string(size));
    return "output_size=" + text + ")";
  }
  return "output_size=" + (sizes[0] == -1 ? "None" : std::to_string(sizes[0]));
}

}  // namespace

namespace {
triptych::MaxPool1dOptions core(const MaxPool1dOptions& o) {
  return {.kernel_size = o.kernel_size,
          .stride = o.stride,
          .padding = o.padding,
          .dilation = o.dilation,
          .ceil_mode = o.ceil_mode};
}
}  // namespace
Tensor MaxPool1d::forward(const Tensor& x) { return max_pool1d(x, core(options)); }
MaxPooled MaxPool1d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return max_pool1d_with_indices(x, core(options));
}
std::string MaxPool1d::extra_repr() const { return max_text(options); }

namespace {
triptych::MaxPool2dOptions core(const MaxPool2dOptions& o) {
  return {.kernel_size = o.kernel_size,
          .stride = o.stride,
          .padding = o.padding,
          .dilation = o.dilation,
          .ceil_mode = o.ceil_mode};
}
}  // namespace
Tensor MaxPool2d::forward(const Tensor& x) { return max_pool2d(x, core(options)); }
MaxPooled MaxPool2d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return max_pool2d_with_indices(x, core(options));
}
std::string MaxPool2d::extra_repr() const { return max_text(options); }

namespace {
triptych::MaxPool3dOptions core(const MaxPool3dOptions& o) {
  return {.kernel_size = o.kernel_size,
          .stride = o.stride,
          .padding = o.padding,
          .dilation = o.dilation,
          .ceil_mode = o.ceil_mode};
}
}  // namespace
Tensor MaxPool3d::forward(const Tensor& x) { return max_pool3d(x, core(options)); }
MaxPooled MaxPool3d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return max_pool3d_with_indices(x, core(options));
}
std::string MaxPool3d::extra_repr() const { return max_text(options); }

Tensor MaxUnpool1d::forward(const Tensor& x, const Tensor& indices, std::int64_t output_size) {
  return max_unpool1d(x, indices,
                      {.kernel_size = options.kernel_size,
                       .stride = options.stride,
                       .padding = options.padding,
                       .output_size = output_size});
}
std::string MaxUnpool1d::extra_repr() const { return unpool_text(options); }

Tensor MaxUnpool2d::forward(const Tensor& x, const Tensor& indices, Size2 output_size) {
  return max_unpool2d(x, indices,
                      {.kernel_size = options.kernel_size,
                       .stride = options.stride,
                       .padding = options.padding,
                       .output_size = output_size});
}
std::string MaxUnpool2d::extra_repr() const { return unpool_text(options); }

Tensor MaxUnpool3d::forward(const Tensor& x, const Tensor& indices, Size3 output_size) {
  return max_unpool3d(x, indices,
                      {.kernel_size = options.kernel_size,
                       .stride = options.stride,
                       .padding = options.padding,
                       .output_size = output_size});
}
std::string MaxUnpool3d::extra_repr() const { return unpool_text(options); }

Tensor AvgPool1d::forward(const Tensor& x) {
  const triptych::AvgPool1dOptions core{.kernel_size = options.kernel_size,
                                        .stride = options.stride,
                                        .padding = options.padding,
                                        .ceil_mode = options.ceil_mode,
                                        .count_include_pad = options.count_include_pad};
  return avg_pool1d(x, core);
}
std::string AvgPool1d::extra_repr() const {
  return "kernel_size=" + tuple_text(sizes_of(options.kernel_size)) +
         ", stride=" + tuple_text(stride_of(options.kernel_size, options.stride)) +
         ", padding=" + padding_text(options.padding, true);
}

Tensor AvgPool2d::forward(const Tensor& x) {
  const triptych::AvgPool2dOptions core{.kernel_size = options.kernel_size,
                                        .stride = options.stride,
                                        .padding = options.padding,
                                        .ceil_mode = options.ceil_mode,
                                        .count_include_pad = options.count_include_pad};
  if (options.divisor_override) return avg_pool2d(x, core, *options.divisor_override);
  return avg_pool2d(x, core);
}
std::string AvgPool2d::extra_repr() const {
  return "kernel_size=" + pair_text(sizes_of(options.kernel_size)) +
         ", stride=" + pair_text(stride_of(options.kernel_size, options.stride)) +
         ", padding=" + padding_text(options.padding, false);
}

Tensor AvgPool3d::forward(const Tensor& x) {
  const triptych::AvgPool3dOptions core{.kernel_size = options.kernel_size,
                                        .stride = options.stride,
                                        .padding = options.padding,
                                        .ceil_mode = options.ceil_mode,
                                        .count_include_pad = options.count_include_pad};
  if (options.divisor_override) return avg_pool3d(x, core, *options.divisor_override);
  return avg_pool3d(x, core);
}
std::string AvgPool3d::extra_repr() const {
  return "kernel_size=" + pair_text(sizes_of(options.kernel_size)) +
         ", stride=" + pair_text(stride_of(options.kernel_size, options.stride)) +
         ", padding=" + padding_text(options.padding, false);
}

Tensor LPPool1d::forward(const Tensor& x) {
  return lp_pool1d(x, options.norm_type.to_double(),
                   {.kernel_size = options.kernel_size, .stride = options.stride, .ceil_mode = options.ceil_mode});
}
std::string LPPool1d::extra_repr() const { return lp_text(options, options.stride); }

Tensor LPPool2d::forward(const Tensor& x) {
  return lp_pool2d(x, options.norm_type.to_double(),
                   {.kernel_size = options.kernel_size, .stride = options.stride, .ceil_mode = options.ceil_mode});
}
std::string LPPool2d::extra_repr() const { return lp_text(options, options.stride); }

Tensor LPPool3d::forward(const Tensor& x) {
  return lp_pool3d(x, options.norm_type.to_double(),
                   {.kernel_size = options.kernel_size, .stride = options.stride, .ceil_mode = options.ceil_mode});
}
std::string LPPool3d::extra_repr() const { return lp_text(options, options.stride); }

Tensor AdaptiveAvgPool1d::forward(const Tensor& x) { return adaptive_avg_pool1d(x, options.output_size); }
std::string AdaptiveAvgPool1d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

Tensor AdaptiveAvgPool2d::forward(const Tensor& x) { return adaptive_avg_pool2d(x, options.output_size); }
std::string AdaptiveAvgPool2d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

Tensor AdaptiveAvgPool3d::forward(const Tensor& x) { return adaptive_avg_pool3d(x, options.output_size); }
std::string AdaptiveAvgPool3d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

Tensor FractionalMaxPool2d::forward(const Tensor& x) { return fractional_max_pool2d(x, options); }
MaxPooled FractionalMaxPool2d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return fractional_max_pool2d_with_indices(x, options);
}

Tensor FractionalMaxPool3d::forward(const Tensor& x) { return fractional_max_pool3d(x, options); }
MaxPooled FractionalMaxPool3d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return fractional_max_pool3d_with_indices(x, options);
}

Tensor AdaptiveMaxPool1d::forward(const Tensor& x) { return adaptive_max_pool1d(x, options.output_size); }
MaxPooled AdaptiveMaxPool1d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return adaptive_max_pool1d_with_indices(x, options.output_size);
}
std::string AdaptiveMaxPool1d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

Tensor AdaptiveMaxPool2d::forward(const Tensor& x) { return adaptive_max_pool2d(x, options.output_size); }
MaxPooled AdaptiveMaxPool2d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return adaptive_max_pool2d_with_indices(x, options.output_size);
}
std::string AdaptiveMaxPool2d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

Tensor AdaptiveMaxPool3d::forward(const Tensor& x) { return adaptive_max_pool3d(x, options.output_size); }
MaxPooled AdaptiveMaxPool3d::with_indices(const Arg& x) {
  const CallScope scope(x);
  return adaptive_max_pool3d_with_indices(x, options.output_size);
}
std::string AdaptiveMaxPool3d::extra_repr() const { return output_text(sizes_of(options.output_size)); }

}  // namespace triptych::eager::nn
