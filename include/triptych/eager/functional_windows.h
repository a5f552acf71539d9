// Convolutions, pools and what else has windows or sizes, of torch.nn.functional; functional.h includes it.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include "triptych/core/ops.h"
#include "triptych/core/ops/fractional_pool.h"

namespace triptych::eager::nn::functional {

// The options are the core's, which have the names of those of modules.
//
// What stands by place is in PyTorch's order, and the rest is options, `F::conv2d(x, w, b, {.padding = 1})`. Functions
// of options are templates where {3, 2} could be options, too: so it is a size. A bias `{}` is PyTorch's None.

namespace detail {
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::Conv1dOptions& options);
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::Conv2dOptions& options);
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::Conv3dOptions& options);
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::ConvTranspose1dOptions& options);
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::ConvTranspose2dOptions& options);
TRIPTYCH_API Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                              const triptych::ConvTranspose3dOptions& options);
}  // namespace detail

// --- Convolutions ---

inline Tensor conv1d(const Arg& input, const Arg& weight, const Tensor& bias = {}, std::int64_t stride = 1,
                     Padding1 padding = 0, std::int64_t dilation = 1, std::int64_t groups = 1) {
  return detail::convolved(
      input, weight, bias,
      triptych::Conv1dOptions{.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <class = void>
Tensor conv1d(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv1dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv1d(const Arg& input, const Arg& weight, const triptych::Conv1dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}
inline Tensor conv2d(const Arg& input, const Arg& weight, const Tensor& bias = {}, Size2 stride = 1,
                     Padding2 padding = 0, Size2 dilation = 1, std::int64_t groups = 1) {
  return detail::convolved(
      input, weight, bias,
      triptych::Conv2dOptions{.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <class = void>
Tensor conv2d(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv2dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv2d(const Arg& input, const Arg& weight, const triptych::Conv2dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}
inline Tensor conv3d(const Arg& input, const Arg& weight, const Tensor& bias = {}, Size3 stride = 1,
                     Padding3 padding = 0, Size3 dilation = 1, std::int64_t groups = 1) {
  return detail::convolved(
      input, weight, bias,
      triptych::Conv3dOptions{.stride = stride, .padding = padding, .dilation = dilation, .groups = groups});
}
template <class = void>
Tensor conv3d(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv3dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv3d(const Arg& input, const Arg& weight, const triptych::Conv3dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}
using triptych::conv_tbc;

inline Tensor conv_transpose1d(const Arg& input, const Arg& weight, const Tensor& bias = {}, std::int64_t stride = 1,
                               Padding1 padding = 0, std::int64_t output_padding = 0, std::int64_t groups = 1,
                               std::int64_t dilation = 1) {
  return detail::convolved(input, weight, bias,
                           triptych::ConvTranspose1dOptions{.stride = stride,
                                                            .padding = padding,
                                                            .output_padding = output_padding,
                                                            .groups = groups,
                                                            .dilation = dilation});
}
template <class = void>
Tensor conv_transpose1d(const Arg& input, const Arg& weight, const Tensor& bias,
                        const triptych::ConvTranspose1dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv_transpose1d(const Arg& input, const Arg& weight, const triptych::ConvTranspose1dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}
inline Tensor conv_transpose2d(const Arg& input, const Arg& weight, const Tensor& bias = {}, Size2 stride = 1,
                               Padding2 padding = 0, Size2 output_padding = 0, std::int64_t groups = 1,
                               Size2 dilation = 1) {
  return detail::convolved(input, weight, bias,
                           triptych::ConvTranspose2dOptions{.stride = stride,
                                                            .padding = padding,
                                                            .output_padding = output_padding,
                                                            .groups = groups,
                                                            .dilation = dilation});
}
template <class = void>
Tensor conv_transpose2d(const Arg& input, const Arg& weight, const Tensor& bias,
                        const triptych::ConvTranspose2dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv_transpose2d(const Arg& input, const Arg& weight, const triptych::ConvTranspose2dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}
inline Tensor conv_transpose3d(const Arg& input, const Arg& weight, const Tensor& bias = {}, Size3 stride = 1,
                               Padding3 padding = 0, Size3 output_padding = 0, std::int64_t groups = 1,
                               Size3 dilation = 1) {
  return detail::convolved(input, weight, bias,
                           triptych::ConvTranspose3dOptions{.stride = stride,
                                                            .padding = padding,
                                                            .output_padding = output_padding,
                                                            .groups = groups,
                                                            .dilation = dilation});
}
template <class = void>
Tensor conv_transpose3d(const Arg& input, const Arg& weight, const Tensor& bias,
                        const triptych::ConvTranspose3dOptions& options) {
  return detail::convolved(input, weight, bias, options);
}
template <class = void>
Tensor conv_transpose3d(const Arg& input, const Arg& weight, const triptych::ConvTranspose3dOptions& options) {
  return detail::convolved(input, weight, {}, options);
}

inline Tensor unfold(Arg input, Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0, Size2 stride = 1) {
  return triptych::unfold(std::move(input), kernel_size, {.dilation = dilation, .padding = padding, .stride = stride});
}
template <class = void>
Tensor unfold(Arg input, Size2 kernel_size, const triptych::UnfoldOptions& options) {
  return triptych::unfold(std::move(input), kernel_size, options);
}
inline Tensor fold(Arg input, Size2 output_size, Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0,
                   Size2 stride = 1) {
  return triptych::fold(std::move(input), output_size, kernel_size,
                        {.dilation = dilation, .padding = padding, .stride = stride});
}
template <class = void>
Tensor fold(Arg input, Size2 output_size, Size2 kernel_size, const triptych::UnfoldOptions& options) {
  return triptych::fold(std::move(input), output_size, kernel_size, options);
}

// --- Pools ---

inline Tensor max_pool1d(Arg input, std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0,
                         std::int64_t dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool1d(std::move(input), triptych::MaxPool1dOptions{.kernel_size = kernel_size,
                                                                           .stride = stride,
                                                                           .padding = padding,
                                                                           .dilation = dilation,
                                                                           .ceil_mode = ceil_mode});
}
template <class = void>
Tensor max_pool1d(Arg input, const triptych::MaxPool1dOptions& options) {
  return triptych::max_pool1d(std::move(input), options);
}
inline MaxPooled max_pool1d_with_indices(Arg input, std::int64_t kernel_size, std::int64_t stride = 0,
                                         Padding1 padding = 0, std::int64_t dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool1d_with_indices(std::move(input), triptych::MaxPool1dOptions{.kernel_size = kernel_size,
                                                                                        .stride = stride,
                                                                                        .padding = padding,
                                                                                        .dilation = dilation,
                                                                                        .ceil_mode = ceil_mode});
}
template <class = void>
MaxPooled max_pool1d_with_indices(Arg input, const triptych::MaxPool1dOptions& options) {
  return triptych::max_pool1d_with_indices(std::move(input), options);
}
inline Tensor max_unpool1d(Arg input, Arg indices, std::int64_t kernel_size, std::int64_t stride = 0,
                           std::int64_t padding = 0, std::int64_t output_size = 0) {
  return triptych::max_unpool1d(
      std::move(input), std::move(indices),
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .output_size = output_size});
}
template <class = void>
Tensor max_unpool1d(Arg input, Arg indices, const triptych::MaxUnpool1dOptions& options) {
  return triptych::max_unpool1d(std::move(input), std::move(indices), options);
}
inline Tensor avg_pool1d(Arg input, std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0,
                         bool ceil_mode = false, bool count_include_pad = true) {
  return triptych::avg_pool1d(std::move(input), triptych::AvgPool1dOptions{.kernel_size = kernel_size,
                                                                           .stride = stride,
                                                                           .padding = padding,
                                                                           .ceil_mode = ceil_mode,
                                                                           .count_include_pad = count_include_pad});
}
template <class = void>
Tensor avg_pool1d(Arg input, const triptych::AvgPool1dOptions& options) {
  return triptych::avg_pool1d(std::move(input), options);
}
inline Tensor lp_pool1d(Arg input, double norm_type, std::int64_t kernel_size, std::int64_t stride = 0,
                        bool ceil_mode = false) {
  return triptych::lp_pool1d(std::move(input), norm_type,
                             {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
template <class = void>
Tensor lp_pool1d(Arg input, double norm_type, const triptych::LpPool1dOptions& options) {
  return triptych::lp_pool1d(std::move(input), norm_type, options);
}

inline Tensor max_pool2d(Arg input, Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0, Size2 dilation = 1,
                         bool ceil_mode = false) {
  return triptych::max_pool2d(std::move(input), triptych::MaxPool2dOptions{.kernel_size = kernel_size,
                                                                           .stride = stride,
                                                                           .padding = padding,
                                                                           .dilation = dilation,
                                                                           .ceil_mode = ceil_mode});
}
template <class = void>
Tensor max_pool2d(Arg input, const triptych::MaxPool2dOptions& options) {
  return triptych::max_pool2d(std::move(input), options);
}
inline MaxPooled max_pool2d_with_indices(Arg input, Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0,
                                         Size2 dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool2d_with_indices(std::move(input), triptych::MaxPool2dOptions{.kernel_size = kernel_size,
                                                                                        .stride = stride,
                                                                                        .padding = padding,
                                                                                        .dilation = dilation,
                                                                                        .ceil_mode = ceil_mode});
}
template <class = void>
MaxPooled max_pool2d_with_indices(Arg input, const triptych::MaxPool2dOptions& options) {
  return triptych::max_pool2d_with_indices(std::move(input), options);
}
inline Tensor max_unpool2d(Arg input, Arg indices, Size2 kernel_size, Size2 stride = 0, Size2 padding = 0,
                           Size2 output_size = 0) {
  return triptych::max_unpool2d(
      std::move(input), std::move(indices),
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .output_size = output_size});
}
template <class = void>
Tensor max_unpool2d(Arg input, Arg indices, const triptych::MaxUnpool2dOptions& options) {
  return triptych::max_unpool2d(std::move(input), std::move(indices), options);
}
inline Tensor avg_pool2d(Arg input, Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0, bool ceil_mode = false,
                         bool count_include_pad = true, std::optional<std::int64_t> divisor_override = {}) {
  const triptych::AvgPool2dOptions options{.kernel_size = kernel_size,
                                           .stride = stride,
                                           .padding = padding,
                                           .ceil_mode = ceil_mode,
                                           .count_include_pad = count_include_pad};
  return divisor_override ? triptych::avg_pool2d(std::move(input), options, *divisor_override)
                          : triptych::avg_pool2d(std::move(input), options);
}
template <class = void>
Tensor avg_pool2d(Arg input, const triptych::AvgPool2dOptions& options, std::int64_t divisor_override) {
  return triptych::avg_pool2d(std::move(input), options, divisor_override);
}
template <class = void>
Tensor avg_pool2d(Arg input, const triptych::AvgPool2dOptions& options) {
  return triptych::avg_pool2d(std::move(input), options);
}
inline Tensor lp_pool2d(Arg input, double norm_type, Size2 kernel_size, Size2 stride = 0, bool ceil_mode = false) {
  return triptych::lp_pool2d(std::move(input), norm_type,
                             {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
template <class = void>
Tensor lp_pool2d(Arg input, double norm_type, const triptych::LpPool2dOptions& options) {
  return triptych::lp_pool2d(std::move(input), norm_type, options);
}

inline Tensor max_pool3d(Arg input, Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0, Size3 dilation = 1,
                         bool ceil_mode = false) {
  return triptych::max_pool3d(std::move(input), triptych::MaxPool3dOptions{.kernel_size = kernel_size,
                                                                           .stride = stride,
                                                                           .padding = padding,
                                                                           .dilation = dilation,
                                                                           .ceil_mode = ceil_mode});
}
template <class = void>
Tensor max_pool3d(Arg input, const triptych::MaxPool3dOptions& options) {
  return triptych::max_pool3d(std::move(input), options);
}
inline MaxPooled max_pool3d_with_indices(Arg input, Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0,
                                         Size3 dilation = 1, bool ceil_mode = false) {
  return triptych::max_pool3d_with_indices(std::move(input), triptych::MaxPool3dOptions{.kernel_size = kernel_size,
                                                                                        .stride = stride,
                                                                                        .padding = padding,
                                                                                        .dilation = dilation,
                                                                                        .ceil_mode = ceil_mode});
}
template <class = void>
MaxPooled max_pool3d_with_indices(Arg input, const triptych::MaxPool3dOptions& options) {
  return triptych::max_pool3d_with_indices(std::move(input), options);
}
inline Tensor max_unpool3d(Arg input, Arg indices, Size3 kernel_size, Size3 stride = 0, Size3 padding = 0,
                           Size3 output_size = 0) {
  return triptych::max_unpool3d(
      std::move(input), std::move(indices),
      {.kernel_size = kernel_size, .stride = stride, .padding = padding, .output_size = output_size});
}
template <class = void>
Tensor max_unpool3d(Arg input, Arg indices, const triptych::MaxUnpool3dOptions& options) {
  return triptych::max_unpool3d(std::move(input), std::move(indices), options);
}
inline Tensor avg_pool3d(Arg input, Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0, bool ceil_mode = false,
                         bool count_include_pad = true, std::optional<std::int64_t> divisor_override = {}) {
  const triptych::AvgPool3dOptions options{.kernel_size = kernel_size,
                                           .stride = stride,
                                           .padding = padding,
                                           .ceil_mode = ceil_mode,
                                           .count_include_pad = count_include_pad};
  return divisor_override ? triptych::avg_pool3d(std::move(input), options, *divisor_override)
                          : triptych::avg_pool3d(std::move(input), options);
}
template <class = void>
Tensor avg_pool3d(Arg input, const triptych::AvgPool3dOptions& options, std::int64_t divisor_override) {
  return triptych::avg_pool3d(std::move(input), options, divisor_override);
}
template <class = void>
Tensor avg_pool3d(Arg input, const triptych::AvgPool3dOptions& options) {
  return triptych::avg_pool3d(std::move(input), options);
}
inline Tensor lp_pool3d(Arg input, double norm_type, Size3 kernel_size, Size3 stride = 0, bool ceil_mode = false) {
  return triptych::lp_pool3d(std::move(input), norm_type,
                             {.kernel_size = kernel_size, .stride = stride, .ceil_mode = ceil_mode});
}
template <class = void>
Tensor lp_pool3d(Arg input, double norm_type, const triptych::LpPool3dOptions& options) {
  return triptych::lp_pool3d(std::move(input), norm_type, options);
}

using triptych::adaptive_avg_pool1d;
using triptych::adaptive_avg_pool2d;
using triptych::adaptive_avg_pool3d;
using triptych::adaptive_max_pool1d;
using triptych::adaptive_max_pool1d_with_indices;
using triptych::adaptive_max_pool2d;
using triptych::adaptive_max_pool2d_with_indices;
using triptych::adaptive_max_pool3d;
using triptych::adaptive_max_pool3d_with_indices;
using triptych::fractional_max_pool2d;
using triptych::fractional_max_pool2d_with_indices;
using triptych::fractional_max_pool3d;
using triptych::fractional_max_pool3d_with_indices;
/// Windows of `kernel_size` at places that are drawn.
inline Tensor fractional_max_pool2d(const Arg& input, Size2 kernel_size, Size2 output_size) {
  return triptych::fractional_max_pool2d(input, {.kernel_size = kernel_size, .output_size = output_size});
}
inline Tensor fractional_max_pool3d(const Arg& input, Size3 kernel_size, Size3 output_size) {
  return triptych::fractional_max_pool3d(input, {.kernel_size = kernel_size, .output_size = output_size});
}

// --- Images of other sizes ---

using triptych::interpolate;
template <std::convertible_to<Axes> S>
Tensor interpolate(Arg input, const S& size, const ScaleFactor& scale_factor = {}, const OwnedText& mode = "nearest",
                   bool align_corners = false, bool recompute_scale_factor = false, bool antialias = false) {
  return triptych::interpolate(std::move(input), {.size = size,
                                                  .scale_factor = scale_factor,
                                                  .mode = mode,
                                                  .align_corners = align_corners,
                                                  .recompute_scale_factor = recompute_scale_factor,
                                                  .antialias = antialias});
}
/// A template, which g++ takes for a list alone and not for the names of options.
template <class = void>
Tensor interpolate(Arg input, std::initializer_list<std::int64_t> size, const ScaleFactor& scale_factor = {},
                   const OwnedText& mode = "nearest", bool align_corners = false, bool recompute_scale_factor = false,
                   bool antialias = false) {
  return functional::interpolate(std::move(input), Axes(size), scale_factor, mode, align_corners,
                                 recompute_scale_factor, antialias);
}
using triptych::upsample;
template <std::convertible_to<Axes> S>
Tensor upsample(Arg input, const S& size, const ScaleFactor& scale_factor = {}, const OwnedText& mode = "nearest",
                bool align_corners = false, bool recompute_scale_factor = false, bool antialias = false) {
  return triptych::upsample(std::move(input), {.size = size,
                                               .scale_factor = scale_factor,
                                               .mode = mode,
                                               .align_corners = align_corners,
                                               .recompute_scale_factor = recompute_scale_factor,
                                               .antialias = antialias});
}
/// A template, which g++ takes for a list alone and not for the names of options.
template <class = void>
Tensor upsample(Arg input, std::initializer_list<std::int64_t> size, const ScaleFactor& scale_factor = {},
                const OwnedText& mode = "nearest", bool align_corners = false, bool recompute_scale_factor = false,
                bool antialias = false) {
  return functional::upsample(std::move(input), Axes(size), scale_factor, mode, align_corners, recompute_scale_factor,
                              antialias);
}
using triptych::upsample_bilinear;
using triptych::upsample_nearest;

}  // namespace triptych::eager::nn::functional
