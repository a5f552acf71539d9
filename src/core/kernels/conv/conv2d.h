// What the convolution kernels share. Images lie channels-last (n, h, w, c), weights (o, c / groups, kh, kw), both
// dense.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "core/kernels/product/gemm.h"
#include "core/ops/conv/conv2d.h"

namespace triptych {

enum class ConvolutionKind { forward, input_grad, weight_grad };

struct ConvolutionSizes {
  std::int64_t n, c, h, w, o, kh, kw, oh, ow, groups;
  std::array<std::int64_t, 2> stride, dilation;
  std::array<std::array<std::int64_t, 2>, 2> padding;  // [height, width][before, after]

  std::int64_t pixels() const { return oh * ow; }
  /// Terms in one element of the result: kh * kw * c / groups.
  std::int64_t terms() const { return kh * kw * (c / groups); }
  /// Input rows under so many output rows.
  std::int64_t window_rows(std::int64_t rows) const { return (rows - 1) * stride[0] + (kh - 1) * dilation[0] + 1; }
};

/// The sizes of the convolution that gives the input's gradient if the stride is 1: the upstream gradient, padded,
/// under the kernel turned around.
inline ConvolutionSizes turned_around(const ConvolutionSizes& s) {
  ConvolutionSizes t = s;
  std::swap(t.c, t.o);
  std::swap(t.h, t.oh);
  std::swap(t.w, t.ow);
  t.padding[0][0] = (s.kh - 1) * s.dilation[0] - s.padding[0][0];
  t.padding[1][0] = (s.kw - 1) * s.dilation[1] - s.padding[1][0];
  return t;
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

/// The same by Winograd's algorithm, for sizes for which it is faster.
void winograd_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, const float* a, const float* b,
                          float* result, Epilogue<float> epilogue);
bool winograd_pays(ConvolutionKind kind, const ConvolutionSizes& sizes);

/// oneDNN's primitives for one convolution (onednn_conv2d.cpp); null if it has none, or none faster than ours.
std::shared_ptr<const Prepared> onednn_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes,
                                                   Numerics numerics);
/// Runs it: operands as those of direct_convolution.
void run_onednn_convolution(const Prepared& prepared, const float* a, const float* b, float* result, const float* bias,
                            Activation activation);

}  // namespace triptych
