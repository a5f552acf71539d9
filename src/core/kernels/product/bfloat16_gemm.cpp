// gemm.h's product for bfloat16 matrices, by the instruction that multiplies pairs of them and adds to float32 sums:
// twice the terms of float32's in the same time. (One core of Zen 5: up to 490 GFLOP/s, of 498 that the instruction alone reaches.)
//
// It adds the upper product of a pair first, each with one rounding, so that pairs packed with the first term above
// give the bits of gemm.h's chains. Only what is below 2^-126 is 0.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/kernels/path.h"
#include "core/kernels/product/gemm.h"
#include "core/kernels/product/micro_kernel.h"
#include "core/kernels/transposed_square.h"
#include "triptych/core/op.h"

namespace triptych {

#ifdef __AVX512BF16__

namespace {

Path one_chain("bfloat16 gemm: one chain"), several_chains("bfloat16 gemm: several chains");
Path packed_lines("bfloat16 pack: lines become columns"), packed_rows("bfloat16 pack: rows"),
    packed_elements("bfloat16 pack: elements");
Path narrow_panel("bfloat16 gemm: narrow panel");

/// Two bfloat16 numbers, the first above.
using Pair = std::uint32_t;

constexpr std::int64_t lanes = 16, width = 2 * lanes, depth_pairs = gemm_depth / 2;
static_assert(gemm_depth % 2 == 0);

Pair pair_of(BFloat16 first, BFloat16 second) { return static_cast<Pair>(first.bits) << 16 | second.bits; }

/// The first n <= 16 elements of a line in the lower halves of words, the rest 0.
__m512i words(const BFloat16* from, std::int64_t n) {
  return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << n) - 1), from));
}

/// 16 lines, of which `lines` are there, of `terms` <= 32 elements, as rows of pairs.
void transpose_pairs(const BFloat16* from, std::int64_t line, std::int64_t lines, std::int64_t terms, Pair* to,
                     std::int64_t row) {
  const auto mask = static_cast<__mmask32>(terms == 32 ? ~0u : (1u << terms) - 1);
  using Row = detail::SquareRow<Pair, lanes>::type;
  Row square[lanes];
  for (int j = 0; j < lanes; ++j) {
    square[j] = j < lines ? (Row)_mm512_rol_epi32(_mm512_maskz_loadu_epi16(mask, from + j * line), 16) : Row{};
    __builtin_prefetch(from + std::min<std::int64_t>(j, lines) * line + 128);  // so many lines at once are not foreseen
  }
  detail::exchange_all<lanes / 2, lanes>(square);
  for (std::int64_t i = 0; 2 * i < terms; ++i) std::memcpy(to + i * row, &square[i], sizeof(Row));
}

/// Columns of k terms as pairs, `row` of them for two terms; what is missing is 0. Writes up to 16 pairs more than
/// that.
void pack_pairs(std::int64_t k, std::int64_t columns, MatrixIn<BFloat16> matrix, Pair* to, std::int64_t row) {
  const auto chunk = [&](std::int64_t first) { return std::clamp<std::int64_t>(columns - first, 0, lanes); };
  if (matrix.row == 1) {
    packed_lines.take();
    for (std::int64_t l = 0; l < k; l += 2 * lanes)
      for (std::int64_t first = 0; first < row; first += lanes)
        transpose_pairs(matrix.data + first * matrix.column + l, matrix.column, chunk(first),
                        std::min(k - l, 2 * lanes), to + first + l / 2 * row, row);
  } else if (matrix.column == 1) {
    packed_rows.take();
    for (std::int64_t l = 0; l < k; l += 2) {
      const BFloat16 *upper = matrix.data + l * matrix.row, *lower = upper + matrix.row;
      for (std::int64_t first = 0; first < row; first += lanes) {
        const std::int64_t n = chunk(first);
        const __m512i firsts = _mm512_slli_epi32(words(upper + first, n), 16),
                      seconds = l + 1 < k ? words(lower + first, n) : __m512i();
        _mm512_storeu_si512(to + first + l / 2 * row, _mm512_or_si512(firsts, seconds));
      }
    }
  } else {
    packed_elements.take();
    for (std::int64_t l = 0; l < k; l += 2)
      for (std::int64_t j = 0; j < row; ++j) {
        const BFloat16* place = matrix.data + l * matrix.row + j * matrix.column;
        to[l / 2 * row + j] = j < columns ? pair_of(place[0], l + 1 < k ? place[matrix.row] : BFloat16(0.0f)) : 0;
      }
  }
}

/// Where the sums of a block go: `sums` holds those of the chains before, if there were any, and takes those with the
/// new ones, until the last chain's are rounded to `rounded`.
struct Results {
  float* sums;
  std::int64_t sums_row;
  BFloat16* rounded;
  std::int64_t rounded_row, columns;
  bool add, last;
};

/// R rows of packed pairs times a panel of N vectors; see packed_block.
template <int R, int N>
void pair_block(const Pair* a, std::int64_t pairs, const Pair* b, const Results& c) {
  Vector<float, lanes> sums[R][N] = {};
  if (c.last)
    for (int r = 0; r < R; ++r) __builtin_prefetch(c.rounded + r * c.rounded_row, 1);
  for (; pairs > 0; --pairs, a += R, b += width) {
    __m512bh y[N];
#pragma GCC unroll 2
    for (int j = 0; j < N; ++j) {
      y[j] = (__m512bh)_mm512_loadu_si512(b + j * lanes);
      __builtin_prefetch(b + 16 * width + j * lanes);  // panels come from the second-level cache
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
      for (int j = 0; j < N; ++j)
        sums[r][j] = _mm512_dpbf16_ps(sums[r][j], (__m512bh)_mm512_set1_epi32(static_cast<int>(a[r])), y[j]);
  }
  if (!c.last) return store_sums<float, R, N, lanes>(sums, c.sums, c.sums_row, c.columns, c.add);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int j = 0; j < N; ++j) {
      const std::int64_t left = c.columns - j * lanes;
      const auto mask = static_cast<__mmask16>(left < lanes ? (1u << std::max<std::int64_t>(left, 0)) - 1 : 0xffff);
      __m512 sum = sums[r][j];
      if (c.add) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, c.sums + r * c.sums_row + j * lanes), sum);
      _mm256_mask_storeu_epi16(c.rounded + r * c.rounded_row + j * lanes, mask, (__m256i)_mm512_cvtneps_pbh(sum));
    }
}

template <int N>
auto pair_block_of(std::int64_t rows) {
  static constexpr auto functions = []<int... R>(std::integer_sequence<int, R...>) {
    return std::array{&pair_block<R + 1, N>...};
  }
  (std::make_integer_sequence<int, block_rows>());
  return functions[static_cast<std::size_t>(rows - 1)];
}

}  // namespace

bool multiplies_bfloat16(std::int64_t m, std::int64_t n, std::int64_t k) { return m >= 4 && n >= 8 && k >= 8; }

// Both operands are packed, a's rows a block at a time, b's panels for a chain.
template <>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<BFloat16> a, MatrixIn<BFloat16> b,
               MatrixOut<BFloat16> c, Epilogue<BFloat16>) {
  const std::int64_t chains = (k + gemm_depth - 1) / gemm_depth, stretch = std::min((k + 1) / 2, depth_pairs) * width;
  (chains == 1 ? one_chain : several_chains).take();
  Scratch panels_copy(static_cast<std::size_t>((n + width - 1) / width * stretch + lanes) * sizeof(Pair));
  Scratch sums(chains == 1 ? 0 : static_cast<std::size_t>(m * n) * sizeof(float));
  alignas(64) Pair rows_copy[depth_pairs * block_rows + lanes];
  for (std::int64_t l = 0; l < k; l += gemm_depth) {
    const std::int64_t depth = std::min(gemm_depth, k - l), pairs = (depth + 1) / 2;
    const auto panel = [&](std::int64_t j) { return panels_copy.as<Pair>() + j / width * stretch; };
    for (std::int64_t j = 0; j < n; j += width)
      pack_pairs(depth, std::min(width, n - j), {b.data + l * b.row + j * b.column, b.row, b.column}, panel(j), width);
    for (std::int64_t i = 0, rows; i < m; i += rows) {
      rows = next_rows(m - i);
      pack_pairs(depth, rows, {a.data + i * a.row + l * a.column, a.column, a.row}, rows_copy, rows);
      for (std::int64_t j = 0; j < n; j += width) {
        const std::int64_t columns = std::min(width, n - j);
        if (columns <= lanes) narrow_panel.take();
        (columns <= lanes ? pair_block_of<1>(rows) : pair_block_of<2>(rows))(
            rows_copy, pairs, panel(j),
            {chains == 1 ? nullptr : sums.as<float>() + i * n + j, n, c.data + i * c.row + j, c.row, columns, l > 0,
             l + gemm_depth >= k});
      }
    }
  }
}

#else

bool multiplies_bfloat16(std::int64_t, std::int64_t, std::int64_t) { return false; }

template <>
void gemm_tile(std::int64_t, std::int64_t, std::int64_t, MatrixIn<BFloat16>, MatrixIn<BFloat16>, MatrixOut<BFloat16>,
               Epilogue<BFloat16>) {}

#endif

}  // namespace triptych
