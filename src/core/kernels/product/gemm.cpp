#include "core/kernels/product/gemm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "core/kernels/path.h"
#include "core/kernels/product/micro_kernel.h"
#include "core/kernels/product/turned_lines.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"

namespace triptych {
namespace {

Path one_tile("gemm: one tile"), tiles("gemm: tiles");
Path turned("gemm tile: the transposed product"), left_packed("gemm tile: left operand packed"),
    left_in_place("gemm tile: left operand in place"), right_packed("gemm tile: right operand packed"),
    right_in_place("gemm tile: right operand in place"), right_on_the_way("gemm tile: right operand copied on the way"),
    both_packed("gemm tile: both operands packed"), outer_product("gemm tile: an outer product"),
    one_column("gemm tile: one column"), few_rows_by_lines("gemm tile: few rows by lines"),
    one_row("gemm tile: one row"), narrow("gemm tile: narrow panel"), several_chains("gemm tile: several chains"),
    no_terms("gemm tile: no terms");
Path packed_lines("pack: lines become columns"), packed_rows("pack: rows"), packed_elements("pack: elements");

template <class T, int N, int W>
BlockFunction<T> block_of(std::int64_t rows) {
  static constexpr auto functions = []<int... R>(std::integer_sequence<int, R...>) {
    return std::array<BlockFunction<T>, block_rows>{&block<T, R + 1, N, W>...};
  }
  (std::make_integer_sequence<int, block_rows>());
  return functions[static_cast<std::size_t>(rows - 1)];
}

/// `packed_block` for 1 to block_rows rows of a panel of N vectors.
template <class T, int N>
PackedBlockFunction<T> packed_block_of(std::int64_t rows) {
  static constexpr auto functions = []<int... R>(std::integer_sequence<int, R...>) {
    return std::array<PackedBlockFunction<T>, block_rows>{
        &packed_block<T, R + 1, N, vector_bytes / static_cast<int>(sizeof(T))>...};
  }
  (std::make_integer_sequence<int, block_rows>());
  return functions[static_cast<std::size_t>(rows - 1)];
}

/// Rows of a known number of elements, one behind the other: small copies without a call.
template <int columns, class T>
void copy_rows(std::int64_t k, const T* from, std::int64_t step, T* to) {
  for (std::int64_t l = 0; l < k; ++l) std::memcpy(to + l * columns, from + l * step, columns * sizeof(T));
}

#ifdef __AVX__
/// Writes 8 lines of 8 consecutive elements each as 8 rows.
void transpose_8x8(const float* from, std::int64_t line, float* to, std::int64_t row) {
  __m256 x[8], y[8];
  for (int j = 0; j < 8; ++j) x[j] = _mm256_loadu_ps(from + j * line);
  for (int j = 0; j < 8; j += 2) {
    y[j] = _mm256_unpacklo_ps(x[j], x[j + 1]);
    y[j + 1] = _mm256_unpackhi_ps(x[j], x[j + 1]);
  }
  for (int j = 0; j < 8; j += 4)
    for (int i = 0; i < 2; ++i) {
      x[j + 2 * i] = _mm256_shuffle_ps(y[j + i], y[j + 2 + i], 0x44);
      x[j + 2 * i + 1] = _mm256_shuffle_ps(y[j + i], y[j + 2 + i], 0xee);
    }
  for (int i = 0; i < 4; ++i) _mm256_storeu_ps(to + i * row, _mm256_permute2f128_ps(x[i], x[i + 4], 0x20));
  for (int i = 0; i < 4; ++i) _mm256_storeu_ps(to + (i + 4) * row, _mm256_permute2f128_ps(x[i], x[i + 4], 0x31));
}
#endif

#ifdef __AVX__
/// Writes 4 lines of 4 consecutive elements each as 4 rows.
void transpose_4x4(const float* from, std::int64_t line, float* to, std::int64_t row) {
  __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + line), c = _mm_loadu_ps(from + 2 * line),
         d = _mm_loadu_ps(from + 3 * line);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to, a);
  _mm_storeu_ps(to + row, b);
  _mm_storeu_ps(to + 2 * row, c);
  _mm_storeu_ps(to + 3 * row, d);
}

#ifdef __AVX512F__
/// Writes 16 lines of 16 consecutive elements each as 16 rows.
void transpose_16x16(const float* from, std::int64_t line, float* to, std::int64_t row) {
  transpose_square(from, line, to, row);
}
#endif

/// S lines of k elements as columns, in squares.
template <int S, auto square>
void transpose_squares(std::int64_t k, const float* from, std::int64_t line, float* to, std::int64_t row) {
  std::int64_t l = 0;
  for (; l + S <= k; l += S) square(from + l, line, to + l * row, row);
  for (; l < k; ++l)
    for (int i = 0; i < S; ++i) to[l * row + i] = from[i * line + l];
}
#endif

/// Writes lines of k consecutive elements as columns.
template <class T>
void transpose(std::int64_t lines, std::int64_t k, const T* from, std::int64_t line, T* to, std::int64_t row) {
  constexpr std::int64_t stretch = 64;  // elements of one line before the next ones' turn: the machine reads ahead
  for (std::int64_t begin = 0; begin < k; begin += stretch) {
    const std::int64_t end = std::min(k, begin + stretch);
    std::int64_t j = 0;
#ifdef __AVX__
    if constexpr (std::is_same_v<T, float>) {
#ifdef __AVX512F__
      for (; j + 16 <= lines; j += 16)
        transpose_squares<16, transpose_16x16>(end - begin, from + j * line + begin, line, to + begin * row + j, row);
#endif
      for (; j + 8 <= lines; j += 8)
        transpose_squares<8, transpose_8x8>(end - begin, from + j * line + begin, line, to + begin * row + j, row);
      for (; j < lines && lines >= 4; j += 4) {
        j = std::min(j, lines - 4);  // the last ones overlap those before
        transpose_squares<4, transpose_4x4>(end - begin, from + j * line + begin, line, to + begin * row + j, row);
      }
    }
#endif
    for (; j < lines; ++j)
      for (std::int64_t l = begin; l < end; ++l) to[l * row + j] = from[j * line + l];
  }
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

template <class T>
BlockFunction<T> block_function(std::int64_t rows, std::int64_t width) {
  constexpr int size = sizeof(T);
  if (width == panel_width<T>) return block_of<T, 2, vector_bytes / size>(rows);
#ifdef __AVX512F__
  if (width == 64 / size) return block_of<T, 1, 64 / size>(rows);
#endif
#ifdef __AVX__
  if (width == 32 / size) return block_of<T, 1, 32 / size>(rows);
#endif
  return block_of<T, 1, 16 / size>(rows);
}

template <class T>
void finish(std::int64_t m, std::int64_t n, MatrixOut<T> c, Epilogue<T> epilogue) {
  if (!epilogue.bias && epilogue.activation == Activation::none) return;
  for (std::int64_t i = 0; i < m; ++i) {
    T* row = c.data + i * c.row;
    if (epilogue.bias)
      for (std::int64_t j = 0; j < n; ++j) row[j] = row[j] + epilogue.bias[j];
    if (epilogue.activation == Activation::relu)
      for (std::int64_t j = 0; j < n; ++j) row[j] = row[j] < 0 ? T(0) : row[j];
  }
}

template <class T>
void pack(std::int64_t k, std::int64_t columns, MatrixIn<T> matrix, T* to, std::int64_t width) {
  if (columns < width) std::fill_n(to, k * width, T(0));
  if (matrix.row == 1) {
    packed_lines.take();
    return transpose(columns, k, matrix.data, matrix.column, to, width);
  }
  if (matrix.column == 1 && columns == width) {
    packed_rows.take();
    if (width == panel_width<T>) return copy_rows<panel_width<T>>(k, matrix.data, matrix.row, to);
    if (width == block_rows) return copy_rows<block_rows>(k, matrix.data, matrix.row, to);
    if (width == block_rows - 1) return copy_rows<block_rows - 1>(k, matrix.data, matrix.row, to);
  }
  packed_elements.take();
  for (std::int64_t l = 0; l < k; ++l, to += width)
    for (std::int64_t j = 0; j < columns; ++j) to[j] = matrix.data[l * matrix.row + j * matrix.column];
}

namespace {

/// Whether the product is large enough to pay for copies of both operands. (Measured on AVX-512: 140 GFLOP/s a core for
/// 1024 x 1024, whose lines meet in the same few places of a cache, and 105 without; 128 x 512 by 512 x 256 takes 0.17
/// ms on two cores, and 0.25 without.)
template <class T>
bool pays_to_copy(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  constexpr std::int64_t long_line = 256, rows = 64;  // bytes; of any of the matrices
  static_assert(rows >= block_rows);
  const std::int64_t line = std::max({a.row, a.column, b.row, b.column, c.row}) * static_cast<std::int64_t>(sizeof(T));
  return line >= long_line && m >= rows && n >= rows && k >= rows;
}

/// Whether lines of a matrix meet in the same few places of a cache: copies of ours pay most there. (Zen 5, 128 x 784
/// by 784 x 400, whose do not: 240 GFLOP/s, oneDNN 255.)
template <class T>
bool lines_collide(MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  constexpr std::int64_t place = 1024 / static_cast<std::int64_t>(sizeof(T));
  return std::max(a.row, a.column) % place == 0 || std::max(b.row, b.column) % place == 0 || c.row % place == 0;
}

/// A block of packed rows and a whole panel of b, which it copies on the way.
template <class T>
void copying_block(const T* rows, std::int64_t depth, MatrixIn<T> b, T* panel, T* c, std::int64_t c_row, bool add) {
  right_on_the_way.take();
  const T* starts[block_rows];
  for (int r = 0; r < block_rows; ++r) starts[r] = rows + r;
  static constexpr std::int64_t from_start = 0;
  block<T, block_rows, 2, panel_width<T> / 2, true>(starts, {&from_start, 1, depth, block_rows}, b.data, b.row, c,
                                                    c_row, panel_width<T>, add, panel);
}

/// Both operands are copied: a's rows, a block at a time, to the first-level cache, where they meet all panels; b's
/// panels, a stretch of k of them, to the second-level one, on the way of the first block.
template <class T>
void packed_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  both_packed.take();
  if (k > gemm_depth) several_chains.take();
  constexpr std::int64_t width = panel_width<T>;
  const std::int64_t panels = divide_up(n, width);
  Scratch panels_copy(static_cast<std::size_t>(panels * width * std::min(k, gemm_depth)) * sizeof(T));
  alignas(64) T rows_copy[gemm_depth * block_rows];
  for (std::int64_t l = 0; l < k; l += gemm_depth) {
    const std::int64_t depth = std::min(gemm_depth, k - l);
    for (std::int64_t i = 0, rows; i < m; i += rows) {
      rows = i == 0 ? block_rows : next_rows(m - i);
      pack(depth, rows, {a.data + i * a.row + l * a.column, a.column, a.row}, rows_copy, rows);
      const auto function = packed_block_of<T, 2>(rows), narrow_one = packed_block_of<T, 1>(rows);
      for (std::int64_t p = 0; p < panels; ++p) {
        const std::int64_t columns = std::min(width, n - p * width);
        const MatrixIn<T> right{b.data + l * b.row + p * width * b.column, b.row, b.column};
        T* const panel = panels_copy.as<T>() + p * width * depth;
        T* const sums = c.data + i * c.row + p * width;
        if (i == 0 && b.column == 1 && columns == width) {
          copying_block(rows_copy, depth, right, panel, sums, c.row, l > 0);
          continue;
        }
        const bool half = 2 * columns <= width;
        if (i == 0) pack(depth, columns, right, panel, half ? width / 2 : width);
        (half ? narrow_one : function)(rows_copy, depth, panel, sums, c.row, columns, l > 0);
      }
    }
  }
}

/// c = a b for a b of few columns. Memory bounds it, so lines of a are read whole, and once, two registers' worth of
/// them at a time, turned in registers, so that each of them has a lane: so many that a chain's additions need not wait
/// for one another.
template <class T, int columns, int turned>
void lines_tile(std::int64_t m, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, T* c, std::int64_t c_row,
                std::int64_t c_column) {
  constexpr int side = square_side<T>, groups = 2;
  using V = Vector<T, side>;
  for (std::int64_t first = 0; first < m; first += groups * side) {
    const std::int64_t i = std::min(first, m - groups * side);  // the last ones overlap those before
    const T* lines = a.data + i * a.row;
    V sums[groups][columns] = {};
    for (std::int64_t begin = 0; begin < k; begin += gemm_depth) {
      const std::int64_t end = std::min(k, begin + gemm_depth);
      V chains[groups][columns] = {};
      std::int64_t l = begin;
      for (; l + turned <= end; l += turned)
#pragma GCC unroll 4
        for (int g = 0; g < groups; ++g) {
          V elements[turned];
          turn_lines<T, turned>(lines + g * side * a.row + l, a.row, elements);
#pragma GCC unroll 16
          for (int j = 0; j < turned; ++j)
#pragma GCC unroll 8
            for (int q = 0; q < columns; ++q)
              chains[g][q] = multiply_add(b.data[(l + j) * b.row + q * b.column], elements[j], chains[g][q]);
        }
      for (; l < end; ++l)
        for (int g = 0; g < groups; ++g) {
          V element;
          for (int r = 0; r < side; ++r) element[r] = lines[(g * side + r) * a.row + l];
          for (int q = 0; q < columns; ++q)
            chains[g][q] = multiply_add(b.data[l * b.row + q * b.column], element, chains[g][q]);
        }
      for (int g = 0; g < groups; ++g)
        for (int q = 0; q < columns; ++q) sums[g][q] = begin == 0 ? chains[g][q] : sums[g][q] + chains[g][q];
    }
    for (int g = 0; g < groups; ++g)
      for (int q = 0; q < columns; ++q)
        for (int r = 0; r < side; ++r) c[(i + g * side + r) * c_row + q * c_column] = sums[g][q][r];
  }
}

/// Lines that `lines_tile` needs, and columns that it pays for: for more of them lines are copied once, and turned
/// there.
template <class T>
inline constexpr std::int64_t fewest_lines = 2 * square_side<T>;
inline constexpr int most_columns = 4;

/// Whether lines so far apart lie at different places of a first-level cache, so that what is read of one stays there.
template <class T>
bool lines_keep(std::int64_t step) {
  return step % (4096 / static_cast<std::int64_t>(sizeof(T))) != 0;
}

template <class T>
void few_columns(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, T* c, std::int64_t c_row,
                 std::int64_t c_column) {
  static constexpr auto functions = []<int... N>(std::integer_sequence<int, N...>) {
    return std::array<decltype(&lines_tile<T, 1, turned_fastest<T>>), most_columns>{
        &lines_tile<T, N + 1, turned_fastest<T>>...};
  }
  (std::make_integer_sequence<int, most_columns>());
  functions[static_cast<std::size_t>(n - 1)](m, k, a, b, c, c_row, c_column);
}

/// c = a b for a row a: so many columns at a time that the lines of b are read in the order of memory.
template <class T>
void row_tile(std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  one_row.take();
  constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T)), registers = 8, width = lanes * registers;
  using V = Vector<T, lanes>;
  for (std::int64_t first = 0; first < n; first += width) {
    const std::int64_t j = std::min(first, n - width);
    for (std::int64_t begin = 0; begin < k; begin += gemm_depth) {
      V chains[registers] = {};
      for (std::int64_t l = begin; l < std::min(k, begin + gemm_depth); ++l) {
        const T* line = b.data + l * b.row + j;
        const T x = a.data[l * a.column];
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) chains[r] = multiply_add(x, load<V>(line + r * lanes), chains[r]);
      }
      T sums[width];
      for (int r = 0; r < registers; ++r) store(sums + r * lanes, chains[r]);
      T* to = c.data + j;
      for (std::int64_t i = first - j; i < width; ++i) to[i] = begin == 0 ? sums[i] : to[i] + sums[i];
    }
  }
}

/// The chain of one term.
template <class T>
T only_term(T x, T y) {
#ifdef __FMA__
  if constexpr (std::is_floating_point_v<T>) return std::fma(x, y, T(0));
#endif
  return x * y + T(0);
}

/// c = a b for one term a sum.
template <class T>
void outer_tile(std::int64_t m, std::int64_t n, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  outer_product.take();
  for (std::int64_t i = 0; i < m; ++i) {
    const T x = a.data[i * a.row];
    T* row = c.data + i * c.row;
    if (b.column == 1)
      for (std::int64_t j = 0; j < n; ++j) row[j] = only_term(x, b.data[j]);
    else
      for (std::int64_t j = 0; j < n; ++j) row[j] = only_term(x, b.data[j * b.column]);
  }
}

/// Products that memory bounds. False: this is none.
template <class T>
bool thin_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c) {
  constexpr std::int64_t side = square_side<T>, width = 8 * vector_bytes / static_cast<std::int64_t>(sizeof(T));
  if (n == 1 && m >= fewest_lines<T> && k >= side && a.column == 1) {
    one_column.take();
    if (lines_keep<T>(a.row))
      lines_tile<T, 1, turned_fastest<T>>(m, k, a, b, c.data, c.row, 1);
    else
      lines_tile<T, 1, square_side<T>>(m, k, a, b, c.data, c.row, 1);  // whole lines of the cache
    return true;
  }
  if (m <= most_columns && n >= fewest_lines<T> && k >= side && b.row == 1 && b.column != 1 &&
      lines_keep<T>(b.column)) {
    few_rows_by_lines.take();
    few_columns<T>(n, m, k, {b.data, b.column, 1}, {a.data, a.column, a.row}, c.data, 1, c.row);  // transposed
    return true;
  }
  if (n == 1 && m >= width && k > 1 && a.row == 1 && c.row == 1) {
    row_tile<T>(m, k, {b.data, 0, b.row}, {a.data, a.column, 1}, c);
    return true;
  }
  if (m == 1 && n >= width && k > 1 && b.column == 1) {
    row_tile(n, k, a, b, c);
    return true;
  }
  if (k == 1 && m * n >= width) {
    outer_tile(m, n, a, b, c);
    return true;
  }
  return false;
}

/// So few rows beside lines of b that run along k: each tile copies all rows, the lines stay where they are.
template <class T>
bool few_rows(std::int64_t m, MatrixIn<T> b) {
  return b.row == 1 && b.column != 1 && m <= panel_width<T>;
}

/// c = a b, by oneDNN too if `library`.
template <class T>
void tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
          Epilogue<T> epilogue, [[maybe_unused]] bool library) {
  if (thin_tile(m, n, k, a, b, c)) return finish(m, n, c, epilogue);
  // Lines of b that run along k are rows of the transposed product, to be read where they are. Where a has few
  // rows, oneDNN takes longer to copy b than to multiply.
  const bool lines = b.row == 1 && b.column != 1, turns = lines && m >= 4 && n * k > m * k + m * n;
  library &= !few_rows(m, b);
  const bool copies = pays_to_copy(m, n, k, a, b, c);
#ifdef TRIPTYCH_HAS_ONEDNN
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::int64_t worth_a_call = 1 << 17;  // multiplications; below, its overhead shows
    // For a few panels a's rows are copied at a loss; oneDNN loses less. (Zen 5, n = 128: 226 and 257 GFLOP/s.)
    const bool few_panels = n <= 4 * panel_width<T> && !lines;
    const bool ours = copies && !few_panels && lines_collide(a, b, c);
    if (library && !ours && m * n * k >= worth_a_call && onednn_gemm_tile(m, n, k, a, b, c))
      return finish(m, n, c, epilogue);
  }
#endif
  if (copies) {
    packed_tile(m, n, k, a, b, c);
    return finish(m, n, c, epilogue);
  }
  if (turns) {
    turned.take();
    Scratch product(static_cast<std::size_t>(m * n) * sizeof(T));
    tile<T>(n, m, k, {b.data, b.column, b.row}, {a.data, a.column, a.row}, {product.as<T>(), m}, {}, library);
    transpose(n, m, product.as<T>(), m, c.data, c.row);
    finish(m, n, c, epilogue);
    return;
  }
  const bool pack_a = a.column != 1 && m >= block_rows && n >= 4 * panel_width<T>;  // else it does not pay
  (pack_a ? left_packed : left_in_place).take();
  if (k > gemm_depth) several_chains.take();
  if (k == 0) no_terms.take();
  std::optional<Scratch> a_copy;
  if (pack_a) a_copy.emplace(static_cast<std::size_t>(m * std::min(k, gemm_depth)) * sizeof(T));
  alignas(64) T panel[gemm_depth * panel_width<T>];  // of b: stays in the first-level cache while a's rows pass by
  for (std::int64_t l = 0; l < std::max<std::int64_t>(k, 1); l += gemm_depth) {
    const std::int64_t depth = std::min(gemm_depth, k - l);
    if (pack_a)
      for (std::int64_t i = 0, rows; i < m; i += rows) {
        rows = next_rows(m - i);
        pack(depth, rows, {a.data + i * a.row + l * a.column, a.column, a.row}, a_copy->as<T>() + i * depth, rows);
      }
    for (std::int64_t j = 0; j < n; j += panel_width<T>) {
      const std::int64_t columns = std::min<std::int64_t>(panel_width<T>, n - j), width = padded_width<T>(columns);
      MatrixIn<T> right{b.data + l * b.row + j * b.column, b.row, b.column};
      const bool in_place = b.column == 1 && columns == width;
      (in_place ? right_in_place : right_packed).take();
      if (width < panel_width<T>) narrow.take();
      if (!in_place) {
        pack(depth, columns, right, panel, width);
        right = {panel, width, 1};
      }
      for (std::int64_t i = 0, rows; i < m; i += rows) {
        rows = next_rows(m - i);
        const MatrixIn<T> left = pack_a ? MatrixIn<T>{a_copy->as<T>() + i * depth, 1, rows}
                                        : MatrixIn<T>{a.data + i * a.row + l * a.column, a.row, a.column};
        const T* starts[block_rows];
        for (std::int64_t r = 0; r < rows; ++r) starts[r] = left.data + r * left.row;
        // A few rows do not pay for a copy of what they can read in place.
        const bool copy = in_place && i == 0 && rows == block_rows && columns == panel_width<T> && m > 2 * block_rows;
        const auto function =
            copy ? &block<T, block_rows, 2, panel_width<T> / 2, true> : block_function<T>(rows, width);
        static constexpr std::int64_t from_start = 0;
        function(starts, {&from_start, 1, depth, left.column}, right.data, right.row, c.data + i * c.row + j, c.row,
                 columns, l > 0, panel);
        if (copy) {
          right_on_the_way.take();
          right = {panel, width, 1};
        }
      }
    }
  }
  finish(m, n, c, epilogue);
}

}  // namespace

template <class T>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
               Epilogue<T> epilogue) {
  tile(m, n, k, a, b, c, epilogue, true);
}

template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
          Epilogue<T> epilogue) {
  constexpr double worth_a_thread = 3e5;  // multiplications: some microseconds
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  if (work < 2 * worth_a_thread) {
    one_tile.take();
    return gemm_tile(m, n, k, a, b, c, epilogue);
  }
  tiles.take();
  // Tiles of a size for the second-level cache, smaller ones until every thread has two: more of them, which would even
  // out a core that is busy otherwise, pack their operands more often. (32 x 9216 by 9216 x 128, a Linear's: four tiles
  // take 26 % more than one.)
  std::int64_t down = divide_up(m, pays_to_copy(m, n, k, a, b, c) ? 512 : 192), across = divide_up(n, 512);
  const std::int64_t threads = num_threads();
  const std::int64_t for_a_thread = few_rows(m, b) ? 1 : 2;
  const std::int64_t wanted =
      threads == 1 ? 1
                   : std::min<std::int64_t>(for_a_thread * threads, static_cast<std::int64_t>(work / worth_a_thread));
  while (down * across < wanted) {
    const std::int64_t rows = m / down, columns = n / across;
    if (columns > 2 * panel_width<T> && columns >= rows)
      across *= 2;
    else if (rows > 32)
      down *= 2;
    else if (columns > panel_width<T>)
      across *= 2;
    else
      break;
  }
  // No thread waits for another's last tile, where there are few.
  while (down * across < 4 * threads && down * across % threads != 0 && m / (down + 1) >= block_rows) ++down;
  // Whole blocks, shared out as evenly as can be.
  const auto cut = [](std::int64_t size, std::int64_t unit, std::int64_t parts, std::int64_t part) {
    return std::min(size, divide_up(size, unit) * part / parts * unit);
  };
  parallel_for(down * across, [&](std::int64_t part) {
    const std::int64_t y = part / across, x = part % across;
    const std::int64_t i = cut(m, block_rows, down, y), j = cut(n, panel_width<T>, across, x);
    const std::int64_t rows = cut(m, block_rows, down, y + 1) - i, columns = cut(n, panel_width<T>, across, x + 1) - j;
    if (rows == 0 || columns == 0) return;
    gemm_tile<T>(rows, columns, k, {a.data + i * a.row, a.row, a.column}, {b.data + j * b.column, b.row, b.column},
                 {c.data + i * c.row + j, c.row}, {epilogue.bias ? epilogue.bias + j : nullptr, epilogue.activation});
  });
}

#define TRIPTYCH_GEMM(T)                                                                                       \
  template BlockFunction<T> block_function<T>(std::int64_t, std::int64_t);                                     \
  template void finish<T>(std::int64_t, std::int64_t, MatrixOut<T>, Epilogue<T>);                              \
  template void pack<T>(std::int64_t, std::int64_t, MatrixIn<T>, T*, std::int64_t);                            \
  template void gemm_tile<T>(std::int64_t, std::int64_t, std::int64_t, MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, \
                             Epilogue<T>);                                                                     \
  template void gemm<T>(std::int64_t, std::int64_t, std::int64_t, MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, Epilogue<T>);
TRIPTYCH_GEMM(float)
TRIPTYCH_GEMM(double)
TRIPTYCH_GEMM(std::uint32_t)
TRIPTYCH_GEMM(std::uint64_t)
#undef TRIPTYCH_GEMM
template void gemm<BFloat16>(std::int64_t, std::int64_t, std::int64_t, MatrixIn<BFloat16>, MatrixIn<BFloat16>,
                             MatrixOut<BFloat16>, Epilogue<BFloat16>);

}  // namespace triptych
