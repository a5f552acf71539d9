// What the convolution kernels share. They see three axes; images and sequences have depth (and height) one. Images lie
// channels-last (n, d, h, w, c), weights (o, c / groups, kd, kh, kw), both dense.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "core/kernels/product/gemm.h"
#include "core/ops/conv/convolution.h"

namespace triptych {

enum class ConvolutionKind { forward, input_grad, weight_grad };

struct ConvolutionSizes {
  std::int64_t n, c, d, h, w, o, kd, kh, kw, od, oh, ow, groups;
  std::array<std::int64_t, 3> stride, dilation;        // [depth, height, width]
  std::array<std::array<std::int64_t, 2>, 3> padding;  // [depth, height, width][before, after]

  bool is_image() const { return d == 1 && kd == 1 && od == 1; }
  /// Each channel has kernels of its own.
  bool is_depthwise() const { return groups == c && c > 1; }
  std::int64_t image_size() const { return d * h * w * c; }
  std::int64_t plane_pixels() const { return oh * ow; }
  std::int64_t pixels() const { return od * oh * ow; }
  std::int64_t taps() const { return kd * kh * kw; }
  /// Terms in one element of the result.
  std::int64_t terms() const { return taps() * (c / groups); }
  /// Input elements along an axis under so many output elements.
  std::int64_t window(std::size_t axis, std::int64_t count) const {
    const std::int64_t kernel[] = {kd, kh, kw};
    return (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  }
  bool is_strided() const { return stride[0] != 1 || stride[1] != 1 || stride[2] != 1; }
};

/// The sizes of the convolution that gives the input's gradient if the stride is 1: the upstream gradient, padded,
/// under the kernel turned around.
inline ConvolutionSizes turned_around(const ConvolutionSizes& s) {
  ConvolutionSizes t = s;
  std::swap(t.c, t.o);
  std::swap(t.d, t.od);
  std::swap(t.h, t.oh);
  std::swap(t.w, t.ow);
  for (std::size_t axis = 0; axis < 3; ++axis) t.padding[axis][0] = s.window(axis, 1) - 1 - s.padding[axis][0];
  return t;
}
/// Whether that is one: no padding would have to be less than nothing.
inline bool can_turn_around(const ConvolutionSizes& s) {
  const ConvolutionSizes t = turned_around(s);
  return !s.is_strided() && t.padding[0][0] >= 0 && t.padding[1][0] >= 0 && t.padding[2][0] >= 0;
}

/// The largest divisor of `n` up to `limit`: images for one part of the work.
inline std::int64_t images_per_part(std::int64_t n, std::int64_t limit) {
  std::int64_t part = std::max<std::int64_t>(1, std::min(n, limit));
  while (n % part != 0) --part;
  return part;
}

/// Adds `count` arrays of `size` elements, one behind the other, into the first, in the order of a binary tree.
template <class T>
void add_tree(T* arrays, std::int64_t count, std::int64_t size) {
  constexpr std::int64_t slice = 4096;
  parallel_for((size + slice - 1) / slice, [&](std::int64_t part) {
    const std::int64_t begin = part * slice, end = std::min(size, begin + slice);
    for (std::int64_t step = 1; step < count; step *= 2)
      for (std::int64_t i = 0; i + step < count; i += 2 * step) {
        T* to = arrays + i * size;
        const T* from = arrays + (i + step) * size;
        for (std::int64_t j = begin; j < end; ++j) to[j] = to[j] + from[j];
      }
  });
}

/// forward: x, weight -> y; input_grad: upstream, weight -> x's gradient; weight_grad: x, upstream -> weight's.
template <class T>
void direct_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, const T* a, const T* b, T* result,
                        Epilogue<T> epilogue);

/// The same where each channel has kernels of its own.
template <class T>
void depthwise_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, const T* a, const T* b, T* result,
                           Epilogue<T> epilogue);

/// The same, forward or for the input's gradient, where images and results lie row-major, (n, c, d, h, w). Bits are
/// those of the other order.
bool has_depthwise_planes(ConvolutionKind kind, const ConvolutionSizes& sizes);
template <class T>
void depthwise_planes(ConvolutionKind kind, const ConvolutionSizes& sizes, const T* a, const T* weight, T* result,
                      Epilogue<T> epilogue);

/// The same by Winograd's algorithm, for sizes for which it is faster.
void winograd_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, const float* a, const float* b,
                          float* result, Epilogue<float> epilogue);
bool winograd_pays(ConvolutionKind kind, const ConvolutionSizes& sizes);

/// oneDNN's primitives for one convolution of float32 or bfloat16 (onednn_convolution.cpp); null if it has none, or
/// none faster than ours.
std::shared_ptr<const Prepared> onednn_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, DType dtype,
                                                   Numerics numerics);
DType onednn_dtype(const Prepared& prepared);
/// Runs it: operands of its dtype, as those of direct_convolution. The epilogue is float32's.
void run_onednn_convolution(const Prepared& prepared, const void* a, const void* b, void* result,
                            const Epilogue<float>& epilogue);

}  // namespace triptych
