// The inner loop of matrix products and convolutions: a block of sums that stays in registers.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#ifdef __AVX__
#include <immintrin.h>
#endif

#include "core/kernels/product/gemm.h"

namespace triptych {

// The largest block is block_rows x 2 vectors: as many registers as the instruction set has, less some for the
// operands.
#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64, block_rows = 12;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32, block_rows = 6;
#else
inline constexpr int vector_bytes = 16, block_rows = 6;
#endif
template <class T>
inline constexpr int panel_width = 2 * vector_bytes / static_cast<int>(sizeof(T));

template <class T, int W>
struct VectorOf {
  typedef T type __attribute__((vector_size(W * sizeof(T))));
};
/// W elements in one register.
template <class T, int W>
using Vector = typename VectorOf<T, W>::type;

template <class V, class T>
inline V load(const T* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class V, class T>
inline void store(T* to, V v) {
  std::memcpy(to, &v, sizeof v);
}

/// x * y + z in every element, rounded once where the machine has such an instruction.
template <class V, class T>
inline V multiply_add(T x, V y, V z) {
#ifdef __FMA__
  const V xs = x - V{};
  if constexpr (std::is_same_v<T, float>) {
    if constexpr (sizeof(V) == 16) return _mm_fmadd_ps(xs, y, z);
    if constexpr (sizeof(V) == 32) return _mm256_fmadd_ps(xs, y, z);
#ifdef __AVX512F__
    if constexpr (sizeof(V) == 64) return _mm512_fmadd_ps(xs, y, z);
#endif
  }
  if constexpr (std::is_same_v<T, double>) {
    if constexpr (sizeof(V) == 16) return _mm_fmadd_pd(xs, y, z);
    if constexpr (sizeof(V) == 32) return _mm256_fmadd_pd(xs, y, z);
#ifdef __AVX512F__
    if constexpr (sizeof(V) == 64) return _mm512_fmadd_pd(xs, y, z);
#endif
  }
#endif
  return x * y + z;
}

/// Which elements of a row are summed: `length` of them, `step` apart, from each of the offsets on.
struct Terms {
  const std::int64_t* offsets;
  std::int64_t segments, length, step;
};

/// Stores the first `columns` sums of each row in c, or adds them. (Its loops are unrolled, or `sums` would live in
/// memory.)
template <class T, int R, int N, int W>
inline void store_sums(const Vector<T, W> (&sums)[R][N], T* c, std::int64_t c_row, std::int64_t columns, bool add) {
  using V = Vector<T, W>;
  if (columns == N * W) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r, c += c_row)
#pragma GCC unroll 2
      for (int j = 0; j < N; ++j) store(c + j * W, add ? load<V>(c + j * W) + sums[r][j] : sums[r][j]);
    return;
  }
  T values[R * N * W];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int j = 0; j < N; ++j) store(values + (r * N + j) * W, sums[r][j]);
  for (int r = 0; r < R; ++r, c += c_row)
    for (std::int64_t j = 0; j < columns; ++j) c[j] = add ? c[j] + values[r * N * W + j] : values[r * N * W + j];
}

/// One chain of fused multiply-adds for each element of a block of R rows and N vectors of W columns: the terms of row
/// r begin at a[r]; those of the columns lie one row of b after the other. The first `columns` are stored in c, or
/// added. Rows of b are copied to `copy` on the way, one behind the other, if Copy says so: that costs nothing here.
template <class T, int R, int N, int W, bool Copy = false>
void block(const T* const* a, const Terms& terms, const T* b, std::int64_t b_row, T* c, std::int64_t c_row,
           std::int64_t columns, bool add, [[maybe_unused]] T* copy) {
  using V = Vector<T, W>;
  V sums[R][N] = {};
  const T* rows[R];
  for (int r = 0; r < R; ++r) rows[r] = a[r];
  for (int r = 0; r < R; ++r) {  // needed at the end, and may be far away
    __builtin_prefetch(c + r * c_row, 1);
    __builtin_prefetch(c + r * c_row + N * W - 1, 1);
  }
  for (std::int64_t s = 0; s < terms.segments; ++s) {
    std::int64_t l = terms.offsets[s];
    for (std::int64_t left = terms.length; left > 0; --left, l += terms.step, b += b_row) {
      V y[N];
#pragma GCC unroll 2
      for (int j = 0; j < N; ++j) {
        y[j] = load<V>(b + j * W);
        if constexpr (Copy) store(copy + j * W, y[j]);
      }
      if constexpr (Copy) {
        copy += N * W;
        __builtin_prefetch(b + 32 * b_row);  // rows of b are too far apart for the machine to guess
      }
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
        for (int j = 0; j < N; ++j) sums[r][j] = multiply_add(rows[r][l], y[j], sums[r][j]);
    }
  }
  store_sums<T, R, N, W>(sums, c, c_row, columns, add);
}

/// The same for rows of `a` that lie one beside the other: R elements, then the next R.
template <class T, int R, int N, int W>
void packed_block(const T* a, std::int64_t k, const T* b, T* c, std::int64_t c_row, std::int64_t columns, bool add) {
  using V = Vector<T, W>;
  V sums[R][N] = {};
  for (int r = 0; r < R; ++r) {
    __builtin_prefetch(c + r * c_row, 1);
    __builtin_prefetch(c + r * c_row + N * W - 1, 1);
  }
  for (; k > 0; --k, a += R, b += N * W) {
    V y[N];
#pragma GCC unroll 2
    for (int j = 0; j < N; ++j) {
      y[j] = load<V>(b + j * W);
      __builtin_prefetch(b + 16 * N * W + j * W);  // panels come from the second-level cache
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
      for (int j = 0; j < N; ++j) sums[r][j] = multiply_add(a[r], y[j], sums[r][j]);
  }
  store_sums<T, R, N, W>(sums, c, c_row, columns, add);
}

template <class T>
using BlockFunction = decltype(&block<T, 1, 1, 1>);
template <class T>
using PackedBlockFunction = decltype(&packed_block<T, 1, 1, 1>);
/// `block` for 1 to block_rows rows and a width that padded_width returns.
template <class T>
BlockFunction<T> block_function(std::int64_t rows, std::int64_t width);

/// The smallest width of a block that holds so many columns, at most panel_width.
template <class T>
inline std::int64_t padded_width(std::int64_t columns) {
  std::int64_t width = 16 / sizeof(T);
  while (width < panel_width<T> && width < columns) width *= 2;
  return width;
}

/// How many of the rows that are left the next block takes: as evenly as can be, since blocks of few rows are slower.
inline std::int64_t next_rows(std::int64_t left) {
  const std::int64_t blocks = (left + block_rows - 1) / block_rows;
  return (left + blocks - 1) / blocks;
}

/// Copies k rows of up to `width` columns one behind the other, filled up with zeros.
template <class T>
void pack(std::int64_t k, std::int64_t columns, MatrixIn<T> matrix, T* to, std::int64_t width);

}  // namespace triptych
