// Images taken apart and put together otherwise: patches, blocks of pixels as channels, edges; and how alike two images
// are. Images are (..., h, w, c).
#pragma once

#include "triptych/core/ops/channels_last.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct ExtractPatchesOptions {
  /// Empty: as the patches.
  Axes strides = {};
  Axes rates = 1;
  WindowPadding padding = "valid";
};
/// The patches of `sizes` elements along one, two or three axes of images (n, a, ..., c), each as one vector in
/// row-major order: (n, patches along a, ..., a c ...). "same" pads with zeros, for which the lengths must be known.
/// Any dtype.
/// @throws ArgumentError unless there is a size for each axis. Source: tf.image.extract_patches.
TRIPTYCH_API Tensor extract_patches(Arg images, const Axes& sizes, ExtractPatchesOptions options = {});

/// Blocks of block_size x block_size pixels as channels, and the reverse: (n, h, w, c) and (n, h / b, w / b, b b c).
/// @throws ArgumentError if the block size is below 2 or does not divide the lengths.
/// Source: tf.nn.space_to_depth, tf.nn.depth_to_space, keras.ops.space_to_depth, keras.ops.depth_to_space.
TRIPTYCH_API Tensor space_to_depth(Arg x, std::int64_t block_size, DataFormat data_format = DataFormat::nhwc);
TRIPTYCH_API Tensor depth_to_space(Arg x, std::int64_t block_size, DataFormat data_format = DataFormat::nhwc);

/// Sobel's differences along height and width, with mirrored borders: (n, h, w, c, 2).
/// Source: tf.image.sobel_edges, keras.ops.image.sobel_edges.
TRIPTYCH_API Tensor sobel_edges(Arg images);

/// The peak signal-to-noise ratio, 20 log10(max_val) - 10 log10(mean of (a - b)^2), of all elements, or along `axes`.
/// @throws ArgumentError unless max_val is positive. Source: keras.ops.psnr, tf.image.psnr.
TRIPTYCH_API Tensor psnr(Arg a, Arg b, double max_val);
TRIPTYCH_API Tensor psnr(Arg a, Arg b, double max_val, const Axes& axes);

struct SsimOptions {
  std::int64_t filter_size = 11;
  double filter_sigma = 1.5;
  double k1 = 0.01;
  double k2 = 0.03;
};
struct Ssim {
  /// The structural similarity of each image and channel, (n, c), and its part without luminance.
  Tensor similarity, contrast_structure;
};
/// How alike images (n, h, w, c) are under Gaussian windows; the mean over windows that lie inside.
/// @throws ArgumentError if images are smaller than the window, or an option is not positive.
/// Source: Wang et al., Image quality assessment, 2004; tf.image.ssim, keras.ops.image.ssim.
TRIPTYCH_API Ssim ssim_by_channel(Arg a, Arg b, double max_val, SsimOptions options = {});

}  // namespace triptych
