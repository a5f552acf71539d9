// Images resized, rearranged, taken apart into windows and read at any place.
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Factors between the sizes of two images: one for all axes, or one for each.
struct ScaleFactor {
  ScaleFactor() = default;
  template <class T>
  requires std::is_arithmetic_v<T> ScaleFactor(T all) : values{static_cast<double>(all)} {}
  ScaleFactor(std::initializer_list<double> each) : values(each) {}

  std::vector<double> values;
};

struct InterpolateOptions {
  Axes size = {};                 // of the result along each axis, or one number for all; or else
  ScaleFactor scale_factor = {};  // size of the result / size of x
  /// "nearest", "nearest-exact", "linear" (of sequences), "bilinear", "bicubic" (of images), "trilinear" (of volumes)
  /// or "area" (adaptive_avg_pool).
  std::string mode = "nearest";
  bool align_corners = false;           // the outermost elements stay where they are, instead of the outermost edges
  bool recompute_scale_factor = false;  // places follow from the sizes, not from scale_factor
  bool antialias = false;               // of bilinear and bicubic: smaller images are smoothed
  DataFormat data_format = DataFormat::nchw;
};

/// x (n, c, length), (n, c, h, w) or (n, c, d, h, w) resized, with PyTorch's coordinates: with the scale s between the
/// sizes, element i comes from place s (i + 1/2) - 1/2 (TensorFlow's half-pixel centres), with `align_corners` from s
/// i. TensorFlow's image.resize is `{.size = {h, w}, .mode = "bilinear", .data_format = DataFormat::nhwc}`. Floating
/// dtypes; the two nearest modes take all. ArgumentError if not one of size and scale_factor is given, for a mode that
/// x does not have, and for sizes of nothing.
TRIPTYCH_API Tensor interpolate(Arg x, const InterpolateOptions& options = {});
/// PyTorch's older name of interpolate.
TRIPTYCH_API Tensor upsample(Arg x, const InterpolateOptions& options = {});
/// interpolate with mode "nearest".
TRIPTYCH_API Tensor upsample_nearest(Arg x, const Axes& size, const ScaleFactor& scale_factor = {});
/// interpolate with mode "bilinear" and align_corners.
TRIPTYCH_API Tensor upsample_bilinear(Arg x, const Axes& size, const ScaleFactor& scale_factor = {});

/// x (..., c r^2, h, w) with its channels as blocks of pixels: (..., c, h r, w r).
TRIPTYCH_API Tensor pixel_shuffle(Arg x, std::int64_t upscale_factor);
/// The reverse: x (..., c, h r, w r) with each block of r x r pixels as channels (..., c r^2, h, w).
TRIPTYCH_API Tensor pixel_unshuffle(Arg x, std::int64_t downscale_factor);
/// x (n, c, ...) with the channels of `groups` groups interleaved.
TRIPTYCH_API Tensor channel_shuffle(Arg x, std::int64_t groups);

struct UnfoldOptions {
  Size2 dilation = 1;
  Size2 padding = 0;
  Size2 stride = 1;
};
/// The windows of images x (n, c, h, w) as columns (n, c kh kw, windows), im2col; padding is zeros. Any dtype; the
/// batch may be left out. ArgumentError if no window fits.
TRIPTYCH_API Tensor unfold(Arg x, Size2 kernel_size, UnfoldOptions options = {});
/// The transpose of unfold: columns x (n, c kh kw, windows) added up to images (n, c, h, w) of `output_size`, col2im.
/// Floating dtypes. ArgumentError if the columns are not those of such images.
TRIPTYCH_API Tensor fold(Arg x, Size2 output_size, Size2 kernel_size, UnfoldOptions options = {});

struct GridSampleOptions {
  std::string mode = "bilinear";       // "bilinear" (of volumes, too), "nearest", or "bicubic" (of images)
  std::string padding_mode = "zeros";  // what is outside: "zeros", "border" or "reflection"
  bool align_corners = false;          // -1 and 1 are the centres of the outermost pixels, instead of their edges
};
/// Images x (n, c, h, w) read at the places `grid` (n, ho, wo, 2), which are (x, y) from -1 to 1: (n, c, ho, wo); or
/// volumes (n, c, d, h, w) at (n, do, ho, wo, 3). Floating dtypes, the same for both; x's sizes but the batch must be
/// known. NaN is a place outside. Jaderberg et al., 2015.
TRIPTYCH_API Tensor grid_sample(Arg x, Arg grid, const GridSampleOptions& options = {});
/// The grid of places that the affine maps `theta` (n, 2, 3) move those of an image of `size` (n, c, h, w) to: (n, h,
/// w, 2); or (n, 3, 4) for a volume. Floating dtypes.
TRIPTYCH_API Tensor affine_grid(Arg theta, const Shape& size, bool align_corners = false);

}  // namespace triptych
