// How convolutions read the windows of images and add to them.
#pragma once

#include <optional>

#include "core/kernels/conv/convolution.h"
#include "core/kernels/path.h"
#include "core/support/checked.h"

namespace triptych {

namespace convolution_paths {
inline Path padded("convolution: padded rows"), unpadded("convolution: rows in place");
}  // namespace convolution_paths

/// The rows of an image that lie under some rows of one plane of the result, in each of the kernel's planes; with the
/// padding around them if there is any.
template <class T>
class PaddedRows {
 public:
  PaddedRows(const ConvolutionSizes& s, std::int64_t output_rows)
      : s_(s), rows_(s.window(1, output_rows)), columns_(s.window(2, s.ow)) {
    needed_ = s.padding[0][0] > 0 || s.padding[1][0] > 0 || s.padding[2][0] > 0 || s.window(0, s.od) > s.d ||
              s.window(1, s.oh) > s.h || columns_ > s.w;
    (needed_ ? convolution_paths::padded : convolution_paths::unpadded).take();
    if (needed_) copy_.emplace(bytes_of(sizeof(T), s.kd, rows_, columns_, s.c));
  }
  /// Elements from one row to the next.
  std::int64_t step() const { return (needed_ ? columns_ : s_.w) * s_.c; }
  /// Where a tap of the kernel lies, seen from its first.
  std::int64_t tap(std::int64_t number) const {
    const std::int64_t plane = needed_ ? rows_ * step() : s_.dilation[0] * s_.h * step();
    return number / (s_.kh * s_.kw) * plane + number / s_.kw % s_.kh * s_.dilation[1] * step() +
           number % s_.kw * s_.dilation[2] * s_.c;
  }

  /// The first element under the output rows from `begin` on of output plane `plane`.
  const T* read(const T* image, std::int64_t plane, std::int64_t begin, std::int64_t output_rows) {
    const std::int64_t first_plane = plane * s_.stride[0] - s_.padding[0][0],
                       first = begin * s_.stride[1] - s_.padding[1][0];
    if (!needed_) return image + (first_plane * s_.h + first) * step();
    for (std::int64_t p = 0; p < s_.kd; ++p) {
      T* to = copy_->template as<T>() + p * rows_ * step();
      const std::int64_t z = first_plane + p * s_.dilation[0];
      for (std::int64_t y = first; y < first + s_.window(1, output_rows); ++y, to += step())
        read_row(z < 0 || z >= s_.d || y < 0 || y >= s_.h ? nullptr : image + (z * s_.h + y) * s_.w * s_.c, to);
    }
    return copy_->template as<T>();
  }

 private:
  /// A row with its padding; null: of the padding alone.
  void read_row(const T* row, T* to) const {
    const std::int64_t left = std::min(s_.padding[2][0], columns_), right = std::min(s_.padding[2][0] + s_.w, columns_);
    if (!row) {
      std::fill_n(to, step(), T(0));
      return;
    }
    std::fill_n(to, left * s_.c, T(0));
    std::copy_n(row, (right - left) * s_.c, to + left * s_.c);
    std::fill_n(to + right * s_.c, (columns_ - right) * s_.c, T(0));
  }

  const ConvolutionSizes& s_;
  std::int64_t rows_, columns_;
  bool needed_;
  std::optional<Scratch> copy_;
};

/// Calls f(tap, place) for the taps of output pixel `pixel` that lie in the image; `place` counts its pixels.
template <class F>
void each_tap(const ConvolutionSizes& s, std::int64_t pixel, F&& f) {
  const std::int64_t z0 = pixel / s.plane_pixels() * s.stride[0] - s.padding[0][0],
                     y0 = pixel / s.ow % s.oh * s.stride[1] - s.padding[1][0],
                     x0 = pixel % s.ow * s.stride[2] - s.padding[2][0];
  for (std::int64_t p = 0, tap = 0; p < s.kd; ++p)
    for (std::int64_t q = 0; q < s.kh; ++q)
      for (std::int64_t r = 0; r < s.kw; ++r, ++tap) {
        const std::int64_t z = z0 + p * s.dilation[0], y = y0 + q * s.dilation[1], x = x0 + r * s.dilation[2];
        if (z >= 0 && z < s.d && y >= 0 && y < s.h && x >= 0 && x < s.w) f(tap, (z * s.h + y) * s.w + x);
      }
}

}  // namespace triptych
