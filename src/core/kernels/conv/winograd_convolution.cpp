// Winograd's algorithm F(4x4, 3x3) for `fast`: 4 x 4 output pixels from 36 products for each pair of channels instead
// of 144. Tiles of 6 x 6 input pixels, kernels and output tiles go through small linear transforms; between them stand
// 36 matrix products (tiles x channels) (channels x outputs). Relative errors are about 1e-6: some times those of the
// direct sum. Tiles are independent of each other, so that results do not depend on threads.
#include <algorithm>
#include <array>
#include <tuple>

#include "core/kernels/conv/convolution.h"
#include "core/kernels/path.h"
#include "core/kernels/product/micro_kernel.h"

namespace triptych {
namespace {

Path forward_path("Winograd: forward"), input_path("Winograd: input gradient"),
    weights_path("Winograd: weight gradient"), several_blocks("Winograd: several blocks of tiles");

constexpr std::int64_t lanes = 8, points = 36, panel = panel_width<float>;
using V = Vector<float, lanes>;
template <std::size_t N>
using Line = std::array<V, N>;
template <std::size_t N>
using Square = std::array<Line<N>, N>;

V scaled(float factor, V x, V plus = V{}) { return multiply_add(factor, x, plus); }

// One-dimensional transforms, after Lavin and Gray (2015): output = A^T ((G kernel) * (B^T input)).

/// B^T x
Line<6> input_line(const Line<6>& x) {
  const V even4 = scaled(-4, x[2], x[4]), odd4 = scaled(-4, x[1], x[3]), even = x[4] - x[2], odd = x[3] - x[1];
  return {
      scaled(4, x[0], scaled(-5, x[2], x[4])), even4 + odd4, even4 - odd4, scaled(2, odd, even), scaled(-2, odd, even),
      scaled(4, x[1], scaled(-5, x[3], x[5]))};
}
/// A^T x
Line<4> output_line(const Line<6>& x) {
  const V sum1 = x[1] + x[2], difference1 = x[1] - x[2], sum2 = x[3] + x[4], difference2 = x[3] - x[4];
  return {x[0] + sum1 + sum2, scaled(2, difference2, difference1), scaled(4, sum2, sum1),
          scaled(8, difference2, difference1) + x[5]};
}
/// A x
Line<6> upstream_line(const Line<4>& x) {
  const V even = x[0] + x[2], odd = x[1] + x[3], even4 = scaled(4, x[2], x[0]), odd4 = scaled(8, x[3], x[1] + x[1]);
  return {x[0], even + odd, even - odd, even4 + odd4, even4 - odd4, x[3]};
}
/// G x
Line<6> kernel_line(const Line<3>& x) {
  const V outer = scaled(-1 / 6.0f, x[0] + x[2]), middle = scaled(1 / 6.0f, x[1]);
  const V outer4 = scaled(1 / 24.0f, x[0], scaled(1 / 6.0f, x[2])), middle2 = scaled(1 / 12.0f, x[1]);
  return {scaled(0.25f, x[0]), outer - middle, outer + middle, outer4 + middle2, outer4 - middle2, x[2]};
}
/// G^T x
Line<3> kernel_grad_line(const Line<6>& x) {
  const V sum1 = scaled(-1 / 6.0f, x[1] + x[2]), sum2 = x[3] + x[4];
  return {scaled(0.25f, x[0], scaled(1 / 24.0f, sum2, sum1)),
          scaled(1 / 6.0f, x[2] - x[1], scaled(1 / 12.0f, x[3] - x[4])), scaled(1 / 6.0f, sum2, sum1) + x[5]};
}

template <auto transform, std::size_t In>
auto both_ways(const Square<In>& x) {
  constexpr std::size_t Out = std::tuple_size_v<decltype(transform(x[0]))>;
  std::array<Line<Out>, In> rows;
  for (std::size_t i = 0; i < In; ++i) rows[i] = transform(x[i]);
  Square<Out> result;
  for (std::size_t j = 0; j < Out; ++j) {
    Line<In> column;
    for (std::size_t i = 0; i < In; ++i) column[i] = rows[i][j];
    const Line<Out> transformed = transform(column);
    for (std::size_t i = 0; i < Out; ++i) result[i][j] = transformed[i];
  }
  return result;
}

/// Tiles of a batch of images, counted through.
struct Tiles {
  const ConvolutionSizes& s;
  std::int64_t down = (s.oh + 3) / 4, across = (s.ow + 3) / 4, count = s.n * down * across;

  /// As many as keep their transformed inputs in half of a second-level cache.
  std::int64_t per_block() const { return std::clamp<std::int64_t>((192 << 10) / (points * 4 * s.c), 12, 96) / 6 * 6; }
  std::int64_t blocks() const { return (count + per_block() - 1) / per_block(); }
  std::int64_t begin(std::int64_t block) const { return block * per_block(); }
  std::int64_t end(std::int64_t block) const { return std::min(count, begin(block) + per_block()); }
};

/// The square window of `size` pixels at (y, x) of an image: where it is, or a copy with zeros around.
struct Window {
  const float* data;
  std::int64_t row;  // elements from one row to the next

  Window(const float* image, std::int64_t h, std::int64_t w, std::int64_t c, std::int64_t y, std::int64_t x,
         std::int64_t size, float* copy)
      : data(image + (y * w + x) * c), row(w * c) {
    if (y >= 0 && x >= 0 && y + size <= h && x + size <= w) return;
    std::fill_n(copy, size * size * c, 0.0f);
    const std::int64_t left = std::max<std::int64_t>(x, 0), right = std::min(x + size, w);
    for (std::int64_t i = std::max<std::int64_t>(y, 0); i < std::min(y + size, h) && left < right; ++i)
      std::copy_n(image + (i * w + left) * c, (right - left) * c, copy + ((i - y) * size + left - x) * c);
    data = copy;
    row = size * c;
  }
};

/// c = a b, or c + a b, for one panel.
void gemm_panel(std::int64_t m, std::int64_t k, MatrixIn<float> a, const float* b, float* c, bool add) {
  static constexpr std::int64_t from_start = 0;
  for (std::int64_t i = 0, rows; i < m; i += rows) {
    rows = next_rows(m - i);
    const float* starts[block_rows];
    for (std::int64_t r = 0; r < rows; ++r) starts[r] = a.data + (i + r) * a.row;
    block_function<float>(rows, panel)(starts, {&from_start, 1, k, a.column}, b, panel, c + i * panel, panel, panel,
                                       add, nullptr);
  }
}

/// Transforms the windows of some tiles, channels [first, first + channels) of c: to (point, tile, channel).
template <auto transform, std::size_t Size, class Place>
void transform_windows(std::int64_t tiles, std::int64_t c, std::int64_t first, std::int64_t channels, Place&& place,
                       float* to) {
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const Window window = place(tile);
    for (std::int64_t k = 0; k < channels; k += lanes) {
      Square<Size> x;
      for (std::size_t i = 0; i < Size; ++i)
        for (std::size_t j = 0; j < Size; ++j)
          x[i][j] = load<V>(window.data + static_cast<std::int64_t>(i) * window.row + static_cast<std::int64_t>(j) * c +
                            first + k);
      const Square<6> result = both_ways<transform>(x);
      for (std::size_t i = 0; i < points; ++i)
        store(to + (static_cast<std::int64_t>(i) * tiles + tile) * channels + k, result[i / 6][i % 6]);
    }
  }
}

void transform_inputs(const Tiles& t, std::int64_t begin, std::int64_t end, const float* x, float* to) {
  const ConvolutionSizes& s = t.s;
  Scratch copy(static_cast<std::size_t>(points * s.c) * sizeof(float));
  const auto place = [&](std::int64_t i) {
    const std::int64_t tile = begin + i, n = tile / (t.down * t.across);
    return Window(x + n * s.h * s.w * s.c, s.h, s.w, s.c, tile / t.across % t.down * 4 - s.padding[1][0],
                  tile % t.across * 4 - s.padding[2][0], 6, copy.as<float>());
  };
  transform_windows<input_line, 6>(end - begin, s.c, 0, s.c, place, to);
}

/// Transformed kernels as right operands: (panel of outputs, point, channel, output in the panel). `weight`: of tap 0.
void transform_kernels(const ConvolutionSizes& s, MatrixIn<float> weight, std::int64_t tap_step, float* to) {
  const std::int64_t panels = s.o / panel;
  parallel_for(panels * s.c, [&](std::int64_t part) {
    const std::int64_t j = part / s.c * panel, c = part % s.c;
    for (std::int64_t k = 0; k < panel; k += lanes) {
      Square<3> x{};
      for (std::int64_t lane = 0; lane < lanes; ++lane)
        for (std::size_t tap = 0; tap < 9; ++tap)
          x[tap / 3][tap % 3][lane] =
              weight.data[c * weight.row + (j + k + lane) * weight.column + static_cast<std::int64_t>(tap) * tap_step];
      const Square<6> result = both_ways<kernel_line>(x);
      for (std::size_t i = 0; i < points; ++i)
        store(to + ((part / s.c * points + static_cast<std::int64_t>(i)) * s.c + c) * panel + k, result[i / 6][i % 6]);
    }
  });
}

void correlate(const ConvolutionSizes& s, const float* x, MatrixIn<float> weight, std::int64_t tap_step, float* y,
               Epilogue<float> epilogue) {
  const Tiles t{s};
  const std::int64_t panels = s.o / panel;
  Scratch kernels(static_cast<std::size_t>(panels * points * s.c * panel) * sizeof(float));
  transform_kernels(s, weight, tap_step, kernels.as<float>());
  parallel_for(t.blocks(), [&](std::int64_t part) {
    const std::int64_t begin = t.begin(part), tiles = t.end(part) - begin;
    Scratch inputs(static_cast<std::size_t>(points * tiles * s.c) * sizeof(float));
    Scratch products(static_cast<std::size_t>(points * tiles * panel) * sizeof(float));
    transform_inputs(t, begin, begin + tiles, x, inputs.as<float>());
    for (std::int64_t j = 0; j < s.o; j += panel) {
      for (std::int64_t point = 0; point < points; ++point)
        gemm_panel(tiles, s.c, {inputs.as<float>() + point * tiles * s.c, s.c, 1},
                   kernels.as<float>() + (j / panel * points + point) * s.c * panel,
                   products.as<float>() + point * tiles * panel, false);
      for (std::int64_t i = 0; i < tiles; ++i) {
        const std::int64_t tile = begin + i, n = tile / (t.down * t.across);
        const std::int64_t row = tile / t.across % t.down * 4, column = tile % t.across * 4;
        const auto rows = static_cast<std::size_t>(std::min<std::int64_t>(4, s.oh - row)),
                   columns = static_cast<std::size_t>(std::min<std::int64_t>(4, s.ow - column));
        for (std::int64_t k = 0; k < panel; k += lanes) {
          Square<6> product;
          for (std::size_t point = 0; point < points; ++point)
            product[point / 6][point % 6] =
                load<V>(products.as<float>() + (static_cast<std::int64_t>(point) * tiles + i) * panel + k);
          const Square<4> result = both_ways<output_line>(product);
          float* to = y + ((n * s.oh + row) * s.ow + column) * s.o + j + k;
          const V bias = epilogue.bias ? load<V>(epilogue.bias + j + k) : V{};
          for (std::size_t p = 0; p < rows; ++p, to += s.ow * s.o)
            for (std::size_t q = 0; q < columns; ++q) {
              V value = result[p][q];
              if (epilogue.bias) value = value + bias;
              if (epilogue.activation == Activation::relu) value = value < 0 ? V{} : value;
              store(to + static_cast<std::int64_t>(q) * s.o, value);
            }
        }
      }
    }
  });
}

void weight_grad(const ConvolutionSizes& s, const float* x, const float* upstream, float* weight) {
  const Tiles t{s};
  const std::int64_t panels = s.o / panel, size = panels * points * s.c * panel;
  const std::int64_t blocks = (t.blocks() + 15) / 16, parts = (t.blocks() + blocks - 1) / blocks;
  Scratch sums(static_cast<std::size_t>(parts * size) * sizeof(float));
  parallel_for(parts, [&](std::int64_t part) {
    float* sum = sums.as<float>() + part * size;
    Scratch inputs(static_cast<std::size_t>(points * t.per_block() * s.c) * sizeof(float));
    Scratch gradients(static_cast<std::size_t>(points * t.per_block() * panel) * sizeof(float));
    Scratch copy(static_cast<std::size_t>(16 * s.o) * sizeof(float));
    for (std::int64_t block = part * blocks; block < std::min(t.blocks(), (part + 1) * blocks); ++block) {
      const std::int64_t begin = t.begin(block), tiles = t.end(block) - begin;
      transform_inputs(t, begin, begin + tiles, x, inputs.as<float>());
      for (std::int64_t j = 0; j < s.o; j += panel) {
        const auto place = [&](std::int64_t i) {
          const std::int64_t tile = begin + i, n = tile / (t.down * t.across);
          return Window(upstream + n * s.pixels() * s.o, s.oh, s.ow, s.o, tile / t.across % t.down * 4,
                        tile % t.across * 4, 4, copy.as<float>());
        };
        transform_windows<upstream_line, 4>(tiles, s.o, j, panel, place, gradients.as<float>());
        for (std::int64_t point = 0; point < points; ++point)
          gemm_panel(s.c, tiles, {inputs.as<float>() + point * tiles * s.c, 1, s.c},
                     gradients.as<float>() + point * tiles * panel, sum + (j / panel * points + point) * s.c * panel,
                     block > part * blocks);
      }
    }
  });
  add_tree(sums.as<float>(), parts, size);
  for (std::int64_t j = 0; j < s.o; j += lanes)
    for (std::int64_t c = 0; c < s.c; ++c) {
      Square<6> sum;
      for (std::size_t i = 0; i < points; ++i)
        sum[i / 6][i % 6] = load<V>(
            sums.as<float>() + ((j / panel * points + static_cast<std::int64_t>(i)) * s.c + c) * panel + j % panel);
      const Square<3> result = both_ways<kernel_grad_line>(sum);
      for (std::int64_t lane = 0; lane < lanes; ++lane)
        for (std::size_t tap = 0; tap < 9; ++tap)
          weight[((j + lane) * s.c + c) * 9 + static_cast<std::int64_t>(tap)] = result[tap / 3][tap % 3][lane];
    }
}

}  // namespace

bool winograd_pays(ConvolutionKind kind, const ConvolutionSizes& s) {
  const bool plain = !s.is_strided() && s.dilation[1] == 1 && s.dilation[2] == 1;
  if (!s.is_image() || s.groups != 1 || s.kh != 3 || s.kw != 3 || !plain) return false;
  if (s.c % panel != 0 || s.o % panel != 0) return false;
  // Enough pixels for the kernels' transforms, and small enough sums of the weights' gradients for each part.
  return s.n * s.pixels() >= (std::min(s.c, s.o) < 64 ? 768 : 512) &&
         (kind != ConvolutionKind::weight_grad || s.c * s.o <= 128 * 128);
}

void winograd_convolution(ConvolutionKind kind, const ConvolutionSizes& s, const float* a, const float* b,
                          float* result, Epilogue<float> epilogue) {
  (kind == ConvolutionKind::weight_grad ? weights_path
   : kind == ConvolutionKind::forward   ? forward_path
                                        : input_path)
      .take();
  if (Tiles{s}.blocks() > 1) several_blocks.take();
  if (kind == ConvolutionKind::weight_grad)
    weight_grad(s, a, b, result);
  else if (kind == ConvolutionKind::forward)
    correlate(s, a, {b, 9, 9 * s.c}, 1, result, epilogue);
  else
    correlate(turned_around(s), a, {b + 8, 9 * s.c, 9}, -1, result, {});
}

}  // namespace triptych
