#include "triptych/eager/nn/image.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

std::string factor_text(const ScaleFactor& factor) {
  if (factor.values.size() == 1) return python_text(factor.values[0]);
  std::string text;
  for (const double value : factor.values) text += (text.empty() ? "(" : ", ") + python_text(value);
  return text + ")";
}

}  // namespace

Tensor Upsample::forward(const Tensor& x) {
  return interpolate(x, {.size = options.size,
                         .scale_factor = options.scale_factor,
                         .mode = options.mode,
                         .align_corners = options.align_corners,
                         .recompute_scale_factor = options.recompute_scale_factor});
}
std::string Upsample::extra_repr() const {
  const Sizes size(options.size.begin(), options.size.end());
  const std::string scale = options.scale_factor.values.empty()
                                ? "size=" + (size.size() == 1 ? pair_text(size) : tuple_text(size))
                                : "scale_factor=" + factor_text(options.scale_factor);
  return scale + ", mode='" + options.mode + "'";
}

Upsample::Options UpsamplingNearest2d::with_mode(Options options) {
  options.mode = "nearest";
  return options;
}
Upsample::Options UpsamplingBilinear2d::with_mode(Options options) {
  options.mode = "bilinear";
  options.align_corners = true;
  return options;
}

Tensor PixelShuffle::forward(const Tensor& x) { return pixel_shuffle(x, options); }
std::string PixelShuffle::extra_repr() const { return "upscale_factor=" + std::to_string(options); }
Tensor PixelUnshuffle::forward(const Tensor& x) { return pixel_unshuffle(x, options); }
std::string PixelUnshuffle::extra_repr() const { return "downscale_factor=" + std::to_string(options); }
Tensor ChannelShuffle::forward(const Tensor& x) { return channel_shuffle(x, options); }
std::string ChannelShuffle::extra_repr() const { return "groups=" + std::to_string(options); }

namespace {

/// What Fold and Unfold print of their windows.
template <class Options>
std::string windows_text(const Options& o) {
  return "kernel_size=" + pair_text(sizes_of(o.kernel_size)) + ", dilation=" + pair_text(sizes_of(o.dilation)) +
         ", padding=" + pair_text(sizes_of(o.padding)) + ", stride=" + pair_text(sizes_of(o.stride));
}

}  // namespace

Tensor Unfold::forward(const Tensor& x) {
  return unfold(x, options.kernel_size,
                {.dilation = options.dilation, .padding = options.padding, .stride = options.stride});
}
std::string Unfold::extra_repr() const { return windows_text(options); }

Tensor Fold::forward(const Tensor& x) {
  return fold(x, options.output_size, options.kernel_size,
              {.dilation = options.dilation, .padding = options.padding, .stride = options.stride});
}
std::string Fold::extra_repr() const {
  return "output_size=" + pair_text(sizes_of(options.output_size)) + ", " + windows_text(options);
}

}  // namespace triptych::eager::nn
