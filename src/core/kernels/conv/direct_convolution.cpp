// Convolutions as matrix products whose left operand is read from the images where it lies: the row of an output pixel
// is the kernel's window, the terms are its taps and channels.
#include <algorithm>
#include <optional>
#include <vector>

#include "core/kernels/conv/convolution.h"
#include "core/kernels/conv/padded_rows.h"
#include "core/kernels/path.h"
#include "core/kernels/product/micro_kernel.h"
#include "core/support/checked.h"

namespace triptych {
namespace {

Path row_of_taps("convolution: a row of taps at once"), tap_by_tap("convolution: tap by tap"),
    several_chains("convolution: several chains"), several_parts("convolution: parts of an image");
Path forward_path("convolution: forward"), turned("convolution: input gradient, kernel turned around"),
    scattered("convolution: input gradient, windows added"), weights_path("convolution: weight gradient");

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The weights as a right operand: (tap, channel) x output, in panels. `weight` is the matrix of group 0 and tap 0; the
/// next tap's lies one element further on (or one before).
template <class T>
class WeightPanels {
 public:
  WeightPanels(const ConvolutionSizes& s, MatrixIn<T> weight, std::int64_t group_step, std::int64_t tap_step)
      : s_(s),
        panels_(divide_up(s.o / s.groups, panel_width<T>)),
        copy_(static_cast<std::size_t>(s.groups * panels_ * size()) * sizeof(T)) {
    const std::int64_t channels = s.c / s.groups;
    parallel_for(s.groups * panels_, [&](std::int64_t part) {
      const std::int64_t group = part / panels_, j = part % panels_ * panel_width<T>;
      const T* from = weight.data + group * group_step + j * weight.column;
      for (std::int64_t tap = 0; tap < s.taps(); ++tap)
        pack(channels, columns(j), {from + tap * tap_step, weight.row, weight.column},
             copy_.as<T>() + part * size() + tap * channels * width(j), width(j));
    });
  }
  std::int64_t columns(std::int64_t j) const { return std::min<std::int64_t>(panel_width<T>, s_.o / s_.groups - j); }
  std::int64_t width(std::int64_t j) const { return padded_width<T>(columns(j)); }
  const T* panel(std::int64_t group, std::int64_t j) const {
    return copy_.as<T>() + (group * panels_ + j / panel_width<T>)*size();
  }

 private:
  std::int64_t size() const { return s_.terms() * panel_width<T>; }

  const ConvolutionSizes& s_;
  std::int64_t panels_;
  Scratch copy_;
};

template <class T>
void correlate(const ConvolutionSizes& s, const T* x, const WeightPanels<T>& weights, T* y, Epilogue<T> epilogue) {
  const std::int64_t outputs = s.o / s.groups, channels = s.c / s.groups;
  // Parts of about a thousand pixels of a plane; for few images, smaller ones.
  const std::int64_t cuts = std::max(divide_up(s.plane_pixels(), 1024), divide_up(8, s.n * s.od));
  const std::int64_t rows_per_part = divide_up(s.oh, cuts), parts = divide_up(s.oh, rows_per_part);
  const bool whole_rows = s.groups == 1 && s.dilation[2] == 1;  // the taps of one row lie side by side
  const std::int64_t length = whole_rows ? s.kw * channels : channels, segments = s.terms() / length;
  const std::int64_t segments_per_chain = std::max<std::int64_t>(1, gemm_depth / length);
  (whole_rows ? row_of_taps : tap_by_tap).take();
  if (segments > segments_per_chain) several_chains.take();
  if (parts > 1) several_parts.take();
  parallel_for(s.n * s.od * parts, [&](std::int64_t part) {
    const std::int64_t plane = part / parts, begin = part % parts * rows_per_part,
                       rows = std::min(rows_per_part, s.oh - begin), pixels = rows * s.ow;
    PaddedRows<T> image(s, rows);
    const T* in = image.read(x + plane / s.od * s.image_size(), plane % s.od, begin, rows);
    T* out = y + (plane * s.oh + begin) * s.ow * s.o;
    std::vector<const T*> windows(static_cast<std::size_t>(pixels));
    for (std::int64_t i = 0; i < pixels; ++i)
      windows[static_cast<std::size_t>(i)] = in + i / s.ow * s.stride[1] * image.step() + i % s.ow * s.stride[2] * s.c;
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(segments));
    for (std::int64_t g = 0; g < s.groups; ++g) {
      for (std::int64_t i = 0; i < segments; ++i)
        offsets[static_cast<std::size_t>(i)] = image.tap(whole_rows ? i * s.kw : i) + g * channels;
      for (std::int64_t first = 0; first < segments; first += segments_per_chain) {
        const Terms terms{&offsets[static_cast<std::size_t>(first)], std::min(segments_per_chain, segments - first),
                          length, 1};
        for (std::int64_t j = 0; j < outputs; j += panel_width<T>) {
          const std::int64_t width = weights.width(j);
          const T* right = weights.panel(g, j) + first * length * width;
          for (std::int64_t i = 0, block_of; i < pixels; i += block_of) {
            block_of = next_rows(pixels - i);
            block_function<T>(block_of, width)(&windows[static_cast<std::size_t>(i)], terms, right, width,
                                               out + i * s.o + g * outputs + j, s.o, weights.columns(j), first > 0,
                                               nullptr);
          }
        }
      }
    }
    finish<T>(pixels, s.o, {out, s.o}, epilogue);
  });
}

/// The transpose of reading windows: adds rows of (tap, channel) to the pixels that they came from.
template <class T>
void scatter_windows(const ConvolutionSizes& s, const T* rows, std::int64_t group, std::int64_t begin, std::int64_t end,
                     T* image) {
  const std::int64_t channels = s.c / s.groups;
  for (std::int64_t pixel = begin; pixel < end; ++pixel)
    each_tap(s, pixel, [&](std::int64_t tap, std::int64_t place) {
      T* to = image + place * s.c + group * channels;
      const T* from = rows + ((pixel - begin) * s.taps() + tap) * channels;
      for (std::int64_t c = 0; c < channels; ++c) to[c] = to[c] + from[c];
    });
}

template <class T>
void strided_input_grad(const ConvolutionSizes& s, const T* upstream, const T* weight, T* x) {
  constexpr std::int64_t pixel_block = 256;
  const std::int64_t terms = s.terms(), outputs = s.o / s.groups, channels = s.c / s.groups, taps = s.taps();
  Scratch matrix(static_cast<std::size_t>(s.o * terms) * sizeof(T));  // (o, tap, channel)
  for (std::int64_t o = 0; o < s.o; ++o)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t c = 0; c < channels; ++c)
        matrix.as<T>()[(o * taps + tap) * channels + c] = weight[(o * channels + c) * taps + tap];
  parallel_for(s.n, [&](std::int64_t n) {
    Scratch windows(static_cast<std::size_t>(pixel_block * terms) * sizeof(T));
    T* image = x + n * s.image_size();
    std::fill_n(image, s.image_size(), T(0));
    for (std::int64_t begin = 0; begin < s.pixels(); begin += pixel_block) {
      const std::int64_t end = std::min(s.pixels(), begin + pixel_block);
      for (std::int64_t g = 0; g < s.groups; ++g) {
        gemm_tile<T>(end - begin, terms, outputs, {upstream + (n * s.pixels() + begin) * s.o + g * outputs, s.o, 1},
                     {matrix.as<T>() + g * outputs * terms, terms, 1}, {windows.as<T>(), terms});
        scatter_windows(s, windows.as<T>(), g, begin, end, image);
      }
    }
  });
}

template <class T>
void weight_grad(const ConvolutionSizes& s, const T* x, const T* upstream, T* weight) {
  const std::int64_t terms = s.terms(), outputs = s.o / s.groups, channels = s.c / s.groups, size = s.o * terms;
  const std::int64_t images = images_per_part(s.n, std::max<std::int64_t>(1, s.n / 8)), parts = s.n / images;
  // One chain runs over some rows of output pixels.
  const std::int64_t rows_per_chain = std::clamp<std::int64_t>(gemm_depth / s.ow, 1, s.oh);
  Scratch sums(static_cast<std::size_t>(std::max<std::int64_t>(parts, 1) * size) * sizeof(T));
  std::fill_n(sums.as<T>(), size, T(0));
  parallel_for(parts, [&](std::int64_t part) {
    PaddedRows<T> image(s, s.oh);
    Scratch panel(static_cast<std::size_t>(rows_per_chain * s.ow * panel_width<T>) * sizeof(T));
    std::vector<const T*> starts(static_cast<std::size_t>(terms));
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(s.oh));
    for (std::int64_t y = 0; y < s.oh; ++y) offsets[static_cast<std::size_t>(y)] = y * s.stride[1] * image.step();
    for (std::int64_t plane = part * images * s.od; plane < (part + 1) * images * s.od; ++plane) {
      const T* in = image.read(x + plane / s.od * s.image_size(), plane % s.od, 0, s.oh);
      const bool first_plane = plane == part * images * s.od;
      for (std::int64_t g = 0; g < s.groups; ++g) {
        for (std::int64_t i = 0; i < terms; ++i)
          starts[static_cast<std::size_t>(i)] = in + image.tap(i / channels) + g * channels + i % channels;
        T* sum = sums.as<T>() + part * size + g * terms * outputs;
        for (std::int64_t y = 0; y < s.oh; y += rows_per_chain) {
          const std::int64_t rows = std::min(rows_per_chain, s.oh - y);
          const Terms pixels{&offsets[static_cast<std::size_t>(y)], rows, s.ow, s.stride[2] * s.c};
          for (std::int64_t j = 0; j < outputs; j += panel_width<T>) {
            const std::int64_t columns = std::min<std::int64_t>(panel_width<T>, outputs - j),
                               width = padded_width<T>(columns);
            MatrixIn<T> right{upstream + (plane * s.oh + y) * s.ow * s.o + g * outputs + j, s.o, 1};
            if (columns != width || terms > 2 * block_rows) {
              pack(rows * s.ow, columns, right, panel.as<T>(), width);
              right = {panel.as<T>(), width, 1};
            }
            for (std::int64_t i = 0, block_of; i < terms; i += block_of) {
              block_of = next_rows(terms - i);
              block_function<T>(block_of, width)(&starts[static_cast<std::size_t>(i)], pixels, right.data, right.row,
                                                 sum + i * outputs + j, outputs, columns, !first_plane || y > 0,
                                                 nullptr);
            }
          }
        }
      }
    }
  });
  add_tree(sums.as<T>(), parts, size);
  const std::int64_t taps = s.taps();
  for (std::int64_t o = 0; o < s.o; ++o)  // (group, tap, channel, output) -> (output, channel, tap)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        *weight++ = sums.as<T>()[((o / outputs * taps + tap) * channels + c) * outputs + o % outputs];
}

}  // namespace

template <class T>
void direct_convolution(ConvolutionKind kind, const ConvolutionSizes& s, const T* a, const T* b, T* result,
                        Epilogue<T> epilogue) {
  if (kind == ConvolutionKind::weight_grad) {
    weights_path.take();
    return weight_grad(s, a, b, result);
  }
  const std::int64_t terms = s.terms(), taps = s.taps(), group_step = s.o / s.groups * terms;
  if (kind == ConvolutionKind::forward) {
    forward_path.take();
    return correlate(s, a, WeightPanels<T>(s, {b, taps, terms}, group_step, 1), result, epilogue);
  }
  if (!can_turn_around(s)) {
    scattered.take();
    return strided_input_grad(s, a, b, result);
  }
  turned.take();
  const ConvolutionSizes t = turned_around(s);
  correlate(t, a, WeightPanels<T>(t, {b + taps - 1, terms, taps}, group_step, -1), result, {});
}

template void direct_convolution<float>(ConvolutionKind, const ConvolutionSizes&, const float*, const float*, float*,
                                        Epilogue<float>);
template void direct_convolution<double>(ConvolutionKind, const ConvolutionSizes&, const double*, const double*,
                                         double*, Epilogue<double>);

}  // namespace triptych
