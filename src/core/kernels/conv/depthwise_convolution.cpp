// Convolutions in which each channel has kernels of its own: no matrix products, but vectors of channels where these
// lie side by side, and of pixels where each channel is a plane of its own: nothing is brought into another order then,
// which would cost more than the convolution. Both add the taps in one order. Where a channel has several kernels, it
// is repeated first.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/kernels/conv/padded_rows.h"
#include "core/kernels/product/micro_kernel.h"

namespace triptych {
namespace {

Path forward_path("depthwise convolution: forward"),
    turned("depthwise convolution: input gradient, kernel turned around"),
    scattered("depthwise convolution: input gradient, windows added"),
    weights_path("depthwise convolution: weight gradient"), repeated("depthwise convolution: repeated channels"),
    vectors("depthwise convolution: vectors"), one_by_one("depthwise convolution: one by one"),
    planes_path("depthwise convolution: planes"), strided_planes("depthwise convolution: planes, strided");

constexpr std::int64_t pixel_block = 4;

/// Calls f<lanes>(place) for vectors of so many channels or pixels, as few as can be.
template <class T, class F>
void each_vector(std::int64_t channels, F&& f) {
  constexpr int widest = vector_bytes / static_cast<int>(sizeof(T)), narrow = 16 / static_cast<int>(sizeof(T));
  std::int64_t c = 0;
  if (channels >= narrow) vectors.take();
  for (; c + widest <= channels; c += widest) f.template operator()<widest>(c);
  for (; c + narrow <= channels; c += narrow) f.template operator()<narrow>(c);
  if (c < channels) one_by_one.take();
  for (; c < channels; ++c) f.template operator()<1>(c);
}

template <class V>
V sum_of_product(V sum, V a, V b) {
  return sum + a * b;
}

/// The weights as (tap, channel), the taps in reverse if asked for.
template <class T>
class Kernels {
 public:
  Kernels(const ConvolutionSizes& s, const T* weight, bool reverse)
      : copy_(static_cast<std::size_t>(s.taps() * s.o) * sizeof(T)) {
    const std::int64_t taps = s.taps();
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t o = 0; o < s.o; ++o)
        copy_.as<T>()[tap * s.o + o] = weight[o * taps + (reverse ? taps - 1 - tap : tap)];
  }
  const T* data() const { return copy_.as<T>(); }

 private:
  Scratch copy_;
};

/// `count` output pixels in a row, `step` input elements apart, of a vector of channels.
template <class T, int lanes, int count>
void pixels_at(const T* in, std::int64_t step, const std::vector<std::int64_t>& taps, const T* kernels,
               std::int64_t channels, T* out) {
  using V = Vector<T, lanes>;
  V sums[count] = {};
  for (const std::int64_t tap : taps) {
    const V kernel = load<V>(kernels);
    kernels += channels;
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i) sums[i] = sum_of_product(sums[i], load<V>(in + tap + i * step), kernel);
  }
#pragma GCC unroll 4
  for (int i = 0; i < count; ++i) store(out + i * channels, sums[i]);
}

template <class T>
std::vector<std::int64_t> taps_of(const ConvolutionSizes& s, const PaddedRows<T>& image) {
  std::vector<std::int64_t> taps(static_cast<std::size_t>(s.taps()));
  for (std::size_t tap = 0; tap < taps.size(); ++tap) taps[tap] = image.tap(static_cast<std::int64_t>(tap));
  return taps;
}

template <class T>
void correlate(const ConvolutionSizes& s, const T* x, const T* kernels, T* y, Epilogue<T> epilogue) {
  // Parts of some rows of a plane.
  const std::int64_t rows_per_part = std::clamp<std::int64_t>((1 << 14) / (s.ow * s.c), 1, s.oh),
                     parts = (s.oh + rows_per_part - 1) / rows_per_part;
  parallel_for(s.n * s.od * parts, [&](std::int64_t part) {
    const std::int64_t plane = part / parts, begin = part % parts * rows_per_part,
                       rows = std::min(rows_per_part, s.oh - begin);
    PaddedRows<T> image(s, rows);
    const T* in = image.read(x + plane / s.od * s.image_size(), plane % s.od, begin, rows);
    const std::vector<std::int64_t> taps = taps_of(s, image);
    T* out = y + (plane * s.oh + begin) * s.ow * s.c;
    const std::int64_t step = s.stride[2] * s.c;
    for (std::int64_t row = 0; row < rows; ++row) {
      const T* from = in + row * s.stride[1] * image.step();
      T* to = out + row * s.ow * s.c;
      std::int64_t pixel = 0;
      for (; pixel + pixel_block <= s.ow; pixel += pixel_block)
        each_vector<T>(s.c, [&]<int lanes>(std::int64_t c) {
          pixels_at<T, lanes, pixel_block>(from + pixel * step + c, step, taps, kernels + c, s.c, to + pixel * s.c + c);
        });
      for (; pixel < s.ow; ++pixel)
        each_vector<T>(s.c, [&]<int lanes>(std::int64_t c) {
          pixels_at<T, lanes, 1>(from + pixel * step + c, step, taps, kernels + c, s.c, to + pixel * s.c + c);
        });
    }
    finish<T>(rows * s.ow, s.c, {out, s.c}, epilogue);
  });
}

/// Calls f<lanes>(place) for vectors over `count` elements in a row, of one width; the last one overlaps the one
/// before.
template <class T, class F>
void each_overlapping(std::int64_t count, F&& f) {
  const auto run = [&]<int lanes>() {
    for (std::int64_t i = 0; i + lanes <= count; i += lanes) f.template operator()<lanes>(i);
    if (count % lanes != 0) f.template operator()<lanes>(count - lanes);
  };
  constexpr int widest = vector_bytes / static_cast<int>(sizeof(T)), narrow = 16 / static_cast<int>(sizeof(T));
  if (count >= widest)
    run.template operator()<widest>();
  else if (count >= widest / 2 && widest / 2 > narrow)
    run.template operator()<std::max(widest / 2, narrow)>();
  else if (count >= narrow)
    run.template operator()<narrow>();
  else
    run.template operator()<1>();
}

/// The image of one channel with the padding around it: in place if there is none. The padding is written once,
/// whatever channels are read.
template <class T>
class PaddedPlane {
 public:
  explicit PaddedPlane(const ConvolutionSizes& s)
      : s_(s), sizes_{s.window(0, s.od), s.window(1, s.oh), s.window(2, s.ow)} {
    const std::array<std::int64_t, 3> given{s.d, s.h, s.w};
    bool fits = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      fits = fits && s.padding[axis][0] == 0 && sizes_[axis] <= given[axis];
      inside_[axis] = std::clamp<std::int64_t>(sizes_[axis] - s.padding[axis][0], 0, given[axis]);
    }
    (fits ? convolution_paths::unpadded : convolution_paths::padded).take();
    if (fits) {
      sizes_ = given;
      return;
    }
    copy_.emplace(bytes_of(sizeof(T), sizes_[0], sizes_[1], sizes_[2]));
    std::fill_n(copy_->template as<T>(), sizes_[0] * sizes_[1] * sizes_[2], T(0));
  }
  std::int64_t place(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return (z * sizes_[1] + y) * sizes_[2] + x;
  }
  const T* read(const T* image) {
    if (!copy_) return image;
    for (std::int64_t z = 0; z < inside_[0]; ++z)
      for (std::int64_t y = 0; y < inside_[1]; ++y) {
        const T* from = image + (z * s_.h + y) * s_.w;
        T* to = copy_->template as<T>() + place(z + s_.padding[0][0], y + s_.padding[1][0], s_.padding[2][0]);
        each_overlapping<T>(inside_[2], [&]<int lanes>(std::int64_t x) {
          using V = Vector<T, lanes>;
          store(to + x, load<V>(from + x));
        });
      }
    return copy_->template as<T>();
  }

 private:
  const ConvolutionSizes& s_;
  std::array<std::int64_t, 3> sizes_, inside_{};
  std::optional<Scratch> copy_;
};

/// A row of `count` output pixels of one plane: in[tap + i step] are under pixel i.
template <class T>
void plane_row(const T* in, std::int64_t step, const std::vector<std::int64_t>& taps, const T* kernel,
               std::int64_t count, T* out) {
  if (step == 1)
    return each_overlapping<T>(count, [&]<int lanes>(std::int64_t pixel) {
      using V = Vector<T, lanes>;
      V sum{};
      for (std::size_t tap = 0; tap < taps.size(); ++tap) sum = sum + load<V>(in + taps[tap] + pixel) * kernel[tap];
      store(out + pixel, sum);
    });
  for (std::int64_t pixel = 0; pixel < count; ++pixel) {
    T sum = 0;
    for (std::size_t tap = 0; tap < taps.size(); ++tap) sum = sum + in[taps[tap] + pixel * step] * kernel[tap];
    out[pixel] = sum;
  }
}

/// The same for channels that lie plane by plane, x and y (n, c, d, h, w): each is an image of one channel.
template <class T>
void correlate_planes(const ConvolutionSizes& s, const T* x, const T* weight, bool reverse, T* y,
                      Epilogue<T> epilogue) {
  (s.stride[2] == 1 ? planes_path : strided_planes).take();
  const std::int64_t taps = s.taps(), planes = s.n * s.c, image_size = s.d * s.h * s.w,
                     per_part = std::max<std::int64_t>(1, (1 << 15) / s.pixels());
  parallel_for((planes + per_part - 1) / per_part, [&](std::int64_t part) {
    PaddedPlane<T> image(s);
    std::vector<std::int64_t> places;
    for (std::int64_t p = 0; p < s.kd; ++p)
      for (std::int64_t q = 0; q < s.kh; ++q)
        for (std::int64_t r = 0; r < s.kw; ++r)
          places.push_back(image.place(p * s.dilation[0], q * s.dilation[1], r * s.dilation[2]));
    std::vector<T> kernel(static_cast<std::size_t>(taps));
    for (std::int64_t plane = part * per_part; plane < std::min(planes, (part + 1) * per_part); ++plane) {
      const std::int64_t channel = plane % s.c;
      std::copy_n(weight + channel * taps, taps, kernel.begin());
      if (reverse) std::reverse(kernel.begin(), kernel.end());
      const T* in = image.read(x + plane * image_size);
      T* out = y + plane * s.pixels();
      for (std::int64_t z = 0; z < s.od; ++z)
        for (std::int64_t row = 0; row < s.oh; ++row)
          plane_row(in + image.place(z * s.stride[0], row * s.stride[1], 0), s.stride[2], places, kernel.data(), s.ow,
                    out + (z * s.oh + row) * s.ow);
      const T bias = epilogue.bias ? epilogue.bias[channel] : T(0);
      if (epilogue.bias)
        for (std::int64_t i = 0; i < s.pixels(); ++i) out[i] = out[i] + bias;
      if (epilogue.activation == Activation::relu)
        for (std::int64_t i = 0; i < s.pixels(); ++i) out[i] = out[i] < 0 ? T(0) : out[i];
    }
  });
}

template <class T>
void strided_input_grad(const ConvolutionSizes& s, const T* upstream, const T* kernels, T* x) {
  parallel_for(s.n, [&](std::int64_t n) {
    T* image = x + n * s.image_size();
    std::fill_n(image, s.image_size(), T(0));
    for (std::int64_t pixel = 0; pixel < s.pixels(); ++pixel) {
      const T* from = upstream + (n * s.pixels() + pixel) * s.c;
      each_tap(s, pixel, [&](std::int64_t tap, std::int64_t place) {
        T* to = image + place * s.c;
        const T* kernel = kernels + tap * s.c;
        for (std::int64_t c = 0; c < s.c; ++c) to[c] = to[c] + from[c] * kernel[c];
      });
    }
  });
}

/// Adds to `count` sums of a vector of channels, which belong to taps in a row, what one row of pixels gives.
template <class T, int lanes, int count>
void weights_at(const T* in, std::int64_t pixel_step, std::int64_t tap_step, const T* upstream, std::int64_t pixels,
                std::int64_t channels, T* sums) {
  using V = Vector<T, lanes>;
  V totals[count];
#pragma GCC unroll 4
  for (int i = 0; i < count; ++i) totals[i] = load<V>(sums + i * channels);
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    const V up = load<V>(upstream + pixel * channels);
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i)
      totals[i] = sum_of_product(totals[i], load<V>(in + pixel * pixel_step + i * tap_step), up);
  }
#pragma GCC unroll 4
  for (int i = 0; i < count; ++i) store(sums + i * channels, totals[i]);
}

template <class T>
void weight_grad(const ConvolutionSizes& s, const T* x, const T* upstream, T* weight) {
  constexpr int tap_block = 3;
  const std::int64_t images = images_per_part(s.n, std::max<std::int64_t>(1, s.n / 8)), parts = s.n / images,
                     size = s.taps() * s.c;
  Scratch sums(static_cast<std::size_t>(parts * size) * sizeof(T));
  parallel_for(parts, [&](std::int64_t part) {
    PaddedRows<T> image(s, s.oh);
    T* sum = sums.as<T>() + part * size;
    std::fill_n(sum, size, T(0));
    const std::int64_t pixel_step = s.stride[2] * s.c, tap_step = s.dilation[2] * s.c;
    for (std::int64_t plane = part * images * s.od; plane < (part + 1) * images * s.od; ++plane) {
      const T* in = image.read(x + plane / s.od * s.image_size(), plane % s.od, 0, s.oh);
      for (std::int64_t row = 0; row < s.oh; ++row) {
        const T* up = upstream + (plane * s.oh + row) * s.ow * s.c;
        const T* from = in + row * s.stride[1] * image.step();
        each_vector<T>(s.c, [&]<int lanes>(std::int64_t c) {
          for (std::int64_t first = 0; first < s.taps(); first += s.kw) {
            std::int64_t q = 0;
            const auto at = [&](auto work) {
              work(from + image.tap(first + q) + c, pixel_step, tap_step, up + c, s.ow, s.c,
                   sum + (first + q) * s.c + c);
            };
            for (; q + tap_block <= s.kw; q += tap_block) at(weights_at<T, lanes, tap_block>);
            for (; q < s.kw; ++q) at(weights_at<T, lanes, 1>);
          }
        });
      }
    }
  });
  add_tree(sums.as<T>(), parts, size);
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t tap = 0; tap < s.taps(); ++tap) *weight++ = sums.as<T>()[tap * s.c + c];
}

/// The images with each channel `times` times.
template <class T>
void repeat_channels(const T* from, std::int64_t count, std::int64_t times, T* to) {
  const std::int64_t grain = 1 << 13;
  parallel_for((count + grain - 1) / grain, [&](std::int64_t part) {
    for (std::int64_t i = part * grain; i < std::min(count, (part + 1) * grain); ++i)
      std::fill_n(to + i * times, times, from[i]);
  });
}

/// The transpose: sums of `times` channels.
template <class T>
void add_channels(const T* from, std::int64_t count, std::int64_t times, T* to) {
  const std::int64_t grain = 1 << 13;
  parallel_for((count + grain - 1) / grain, [&](std::int64_t part) {
    for (std::int64_t i = part * grain; i < std::min(count, (part + 1) * grain); ++i) {
      T sum = from[i * times];
      for (std::int64_t k = 1; k < times; ++k) sum = sum + from[i * times + k];
      to[i] = sum;
    }
  });
}

template <class T>
void input_grad(const ConvolutionSizes& s, const T* upstream, const T* weight, T* x) {
  const bool turns = can_turn_around(s);
  (turns ? turned : scattered).take();
  const Kernels<T> kernels(s, weight, turns);
  if (turns)
    correlate<T>(turned_around(s), upstream, kernels.data(), x, {});
  else
    strided_input_grad(s, upstream, kernels.data(), x);
}

}  // namespace

template <class T>
void depthwise_convolution(ConvolutionKind kind, const ConvolutionSizes& sizes, const T* a, const T* b, T* result,
                           Epilogue<T> epilogue) {
  ConvolutionSizes s = sizes;
  const std::int64_t times = s.o / s.c, count = s.n * s.image_size();
  std::optional<Scratch> images;
  if (times > 1) {
    repeated.take();
    images.emplace(bytes_of(sizeof(T), count, times));
    s.c = s.o;
    if (kind != ConvolutionKind::input_grad) {
      repeat_channels(a, count, times, images->as<T>());
      a = images->as<T>();
    }
  }
  if (kind == ConvolutionKind::weight_grad) {
    weights_path.take();
    weight_grad(s, a, b, result);
  } else if (kind == ConvolutionKind::forward) {
    forward_path.take();
    correlate(s, a, Kernels<T>(s, b, false).data(), result, epilogue);
  } else {
    input_grad(s, a, b, images ? images->as<T>() : result);
    if (images) add_channels(images->as<T>(), count, times, result);
  }
}

bool has_depthwise_planes(ConvolutionKind kind, const ConvolutionSizes& s) {
  return s.is_depthwise() && s.o == s.c &&
         (kind == ConvolutionKind::forward || (kind == ConvolutionKind::input_grad && can_turn_around(s)));
}

template <class T>
void depthwise_planes(ConvolutionKind kind, const ConvolutionSizes& s, const T* a, const T* weight, T* result,
                      Epilogue<T> epilogue) {
  if (kind == ConvolutionKind::forward)
    correlate_planes(s, a, weight, false, result, epilogue);
  else
    correlate_planes<T>(turned_around(s), a, weight, true, result, {});
}

template void depthwise_planes<float>(ConvolutionKind, const ConvolutionSizes&, const float*, const float*, float*,
                                      Epilogue<float>);
template void depthwise_planes<double>(ConvolutionKind, const ConvolutionSizes&, const double*, const double*, double*,
                                       Epilogue<double>);
template void depthwise_convolution<float>(ConvolutionKind, const ConvolutionSizes&, const float*, const float*, float*,
                                           Epilogue<float>);
template void depthwise_convolution<double>(ConvolutionKind, const ConvolutionSizes&, const double*, const double*,
                                            double*, Epilogue<double>);

}  // namespace triptych
