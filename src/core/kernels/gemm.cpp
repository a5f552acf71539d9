#include "core/kernels/gemm.h"

#include <algorithm>
#include <cstring>

#include "triptych/core/memory.h"

namespace triptych {
namespace {

// A block of rows x columns sums stays in registers: 6 x 2 vectors of 64 bytes, or 4 x 2 of 32.
#ifdef __AVX512F__
constexpr std::int64_t vector_bytes = 64, block_rows = 6;
#else
constexpr std::int64_t vector_bytes = 32, block_rows = 4;
#endif
template <class T>
constexpr std::int64_t panel_width = 2 * vector_bytes / static_cast<std::int64_t>(sizeof(T));

/// One chain for each element of a block of R rows and W columns; `b` has W readable columns, `columns` are stored.
template <int R, int W, class T>
void block(std::int64_t k, MatrixIn<T> a, const T* __restrict b, std::int64_t b_row, MatrixOut<T> c,
           std::int64_t columns, bool first) {
  T sums[R][W];
  for (int r = 0; r < R; ++r)
    for (int j = 0; j < W; ++j) sums[r][j] = 0;
  for (std::int64_t l = 0; l < k; ++l, b += b_row) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const T x = a.data[r * a.row + l * a.column];
#pragma GCC unroll 1  // g++ would unroll fully before it vectorises, and then not vectorise
      for (int j = 0; j < W; ++j) sums[r][j] = multiply_add(x, b[j], sums[r][j]);
    }
  }
  const auto store = [&](auto width) {
    for (int r = 0; r < R; ++r) {
      T* out = c.data + r * c.row;
      if (first)
        for (int j = 0; j < width; ++j) out[j] = sums[r][j];
      else
        for (int j = 0; j < width; ++j) out[j] = out[j] + sums[r][j];
    }
  };
  if (columns == W)
    store(std::integral_constant<int, W>());
  else
    store(static_cast<int>(columns));
}

/// All rows of up to W columns.
template <int W, class T>
void columns_of(std::int64_t m, std::int64_t k, MatrixIn<T> a, const T* b, std::int64_t b_row, MatrixOut<T> c,
                std::int64_t columns, bool first) {
  const auto rows = [&]<int R>(std::integral_constant<int, R>) {
    for (; m >= R; m -= R) {
      block<R, W>(k, a, b, b_row, c, columns, first);
      a.data += R * a.row;
      c.data += R * c.row;
    }
  };
  rows(std::integral_constant<int, block_rows>());
  if constexpr (std::is_floating_point_v<T>) rows(std::integral_constant<int, 2>());
  rows(std::integral_constant<int, 1>());
}

/// The epilogue for one row.
template <class T>
void finish_row(T* row, std::int64_t n, Epilogue<T> epilogue) {
  if (epilogue.bias)
    for (std::int64_t j = 0; j < n; ++j) row[j] = row[j] + epilogue.bias[j];
  if (epilogue.activation == Activation::relu)
    for (std::int64_t j = 0; j < n; ++j) row[j] = row[j] < 0 ? T(0) : row[j];
}

/// Copies `columns` columns of b to rows of `width`, filled up with zeros.
template <class T>
void pack(std::int64_t k, std::int64_t columns, MatrixIn<T> b, T* __restrict to, std::int64_t width) {
  if (b.column == 1) {
    for (std::int64_t l = 0; l < k; ++l, to += width) {
      std::memcpy(to, b.data + l * b.row, static_cast<std::size_t>(columns) * sizeof(T));
      std::fill(to + columns, to + width, T(0));
    }
    return;
  }
  // Columns lie apart: squares of 16, so that every line of memory that is touched is used up.
  constexpr std::int64_t square = 16;
  for (std::int64_t l = 0; l < k; l += square) {
    const std::int64_t depth = std::min(square, k - l);
    for (std::int64_t j = 0; j < columns; ++j) {
      const T* from = b.data + l * b.row + j * b.column;
      for (std::int64_t i = 0; i < depth; ++i) to[(l + i) * width + j] = from[i * b.row];
    }
  }
  if (columns < width)
    for (std::int64_t l = 0; l < k; ++l) std::fill(to + l * width + columns, to + (l + 1) * width, T(0));
}

/// Rounds a number of columns up to one that `columns_of` is built for.
template <class T>
std::int64_t padded(std::int64_t columns) {
  if constexpr (std::is_integral_v<T>) return panel_width<T>;
  return columns <= 4 ? 4 : columns <= 8 ? 8 : columns <= 16 ? 16 : panel_width<T>;
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

template <class T>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
               Epilogue<T> epilogue) {
#ifdef TRIPTYCH_HAS_ONEDNN
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::int64_t worth_a_call = 1 << 17;  // multiplications; below, its overhead shows
    if (m * n * k >= worth_a_call && onednn_gemm_tile(m, n, k, a, b, c)) {
      for (std::int64_t i = 0; i < m; ++i) finish_row(c.data + i * c.row, n, epilogue);
      return;
    }
  }
#endif
  alignas(64) T panel[gemm_depth * panel_width<T>];
  for (std::int64_t l = 0; l < std::max<std::int64_t>(k, 1); l += gemm_depth) {
    const std::int64_t depth = std::min(gemm_depth, k - l);
    for (std::int64_t j = 0; j < n; j += panel_width<T>) {
      const std::int64_t columns = std::min(panel_width<T>, n - j), width = padded<T>(columns);
      MatrixIn<T> part{b.data + l * b.row + j * b.column, b.row, b.column};
      // A few rows do not pay for the copy, if the panel can be read where it is.
      if (b.column != 1 || columns != width || m > 2 * block_rows) {
        pack(depth, columns, part, panel, width);
        part = {panel, width, 1};
      }
      const MatrixIn<T> rows{a.data + l * a.column, a.row, a.column};
      const MatrixOut<T> out{c.data + j, c.row};
      const auto run = [&]<int W>(std::integral_constant<int, W>) {
        columns_of<W>(m, depth, rows, part.data, part.row, out, columns, l == 0);
      };
      if constexpr (std::is_floating_point_v<T>) {
        if (width == 4) {
          run(std::integral_constant<int, 4>());
          continue;
        }
        if (width == 8 && panel_width < T >> 8) {
          run(std::integral_constant<int, 8>());
          continue;
        }
        if (width == 16 && panel_width < T >> 16) {
          run(std::integral_constant<int, 16>());
          continue;
        }
      }
      run(std::integral_constant<int, panel_width<T>>());
    }
  }
  if (epilogue.bias || epilogue.activation != Activation::none)
    for (std::int64_t i = 0; i < m; ++i) finish_row(c.data + i * c.row, n, epilogue);
}

template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
          Epilogue<T> epilogue) {
  constexpr double worth_a_thread = 3e5;  // multiplications: some microseconds
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  if (work < 2 * worth_a_thread) return gemm_tile(m, n, k, a, b, c, epilogue);
  // Tiles of at most 128 x 256, smaller ones until every thread has several.
  std::int64_t rows = std::min<std::int64_t>(m, 128), columns = std::min<std::int64_t>(n, 256);
  const auto tiles = [&] { return divide_up(m, rows) * divide_up(n, columns); };
  const std::int64_t wanted =
      std::min<std::int64_t>(4 * num_threads(), static_cast<std::int64_t>(work / worth_a_thread));
  while (tiles() < wanted) {
    if (columns > 2 * panel_width<T> && columns >= rows)
      columns = divide_up(columns / 2, panel_width<T>) * panel_width<T>;
    else if (rows > 32)
      rows = divide_up(rows / 2, block_rows) * block_rows;
    else if (columns > panel_width<T>)
      columns = divide_up(columns / 2, panel_width<T>) * panel_width<T>;
    else
      break;
  }
  const std::int64_t across = divide_up(n, columns);
  parallel_for(tiles(), [&](std::int64_t part) {
    const std::int64_t i = part / across * rows, j = part % across * columns;
    gemm_tile<T>(std::min(rows, m - i), std::min(columns, n - j), k, {a.data + i * a.row, a.row, a.column},
                 {b.data + j * b.column, b.row, b.column}, {c.data + i * c.row + j, c.row},
                 {epilogue.bias ? epilogue.bias + j : nullptr, epilogue.activation});
  });
}

#define TRIPTYCH_GEMM(T)                                                                                       \
  template void gemm_tile<T>(std::int64_t, std::int64_t, std::int64_t, MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, \
                             Epilogue<T>);                                                                     \
  template void gemm<T>(std::int64_t, std::int64_t, std::int64_t, MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, Epilogue<T>);
TRIPTYCH_GEMM(float)
TRIPTYCH_GEMM(double)
TRIPTYCH_GEMM(std::uint32_t)
TRIPTYCH_GEMM(std::uint64_t)
#undef TRIPTYCH_GEMM

}  // namespace triptych
