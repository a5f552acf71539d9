// Lines of memory, as many as a register has lanes, turned in registers: a few elements of each line become registers
// that hold an element of every line.
#pragma once

#include <cstdint>

#include "core/kernels/product/micro_kernel.h"
#include "core/kernels/transposed_square.h"

namespace triptych {

#ifdef __AVX__
namespace detail {

// Four elements of each line: quarters of a register are put together as they are loaded, so that only squares of 4 x 4
// are left to turn, eight instructions for all of them.
inline void turn_four(const float* lines, std::int64_t step, Vector<float, square_side<float>>* columns) {
#ifdef __AVX512F__
  using V = __m512;
  const auto quarters = [&](int r) {
    V v = _mm512_castps128_ps512(_mm_loadu_ps(lines + r * step));
    v = _mm512_mask_broadcast_f32x4(v, 0x00f0, _mm_loadu_ps(lines + (r + 4) * step));
    v = _mm512_mask_broadcast_f32x4(v, 0x0f00, _mm_loadu_ps(lines + (r + 8) * step));
    return _mm512_mask_broadcast_f32x4(v, 0xf000, _mm_loadu_ps(lines + (r + 12) * step));
  };
  const auto low = [](V a, V b) { return _mm512_unpacklo_ps(a, b); };
  const auto high = [](V a, V b) { return _mm512_unpackhi_ps(a, b); };
  const auto low_pairs = [](V a, V b) {
    return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  };
  const auto high_pairs = [](V a, V b) {
    return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  };
#else
  using V = __m256;
  const auto quarters = [&](int r) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(lines + r * step)),
                                _mm_loadu_ps(lines + (r + 4) * step), 1);
  };
  const auto low = [](V a, V b) { return _mm256_unpacklo_ps(a, b); };
  const auto high = [](V a, V b) { return _mm256_unpackhi_ps(a, b); };
  const auto low_pairs = [](V a, V b) {
    return _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
  };
  const auto high_pairs = [](V a, V b) {
    return _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
  };
#endif
  const V a = quarters(0), b = quarters(1), c = quarters(2), d = quarters(3);
  columns[0] = low_pairs(low(a, b), low(c, d));
  columns[1] = high_pairs(low(a, b), low(c, d));
  columns[2] = low_pairs(high(a, b), high(c, d));
  columns[3] = high_pairs(high(a, b), high(c, d));
}

}  // namespace detail
#endif

/// Elements of each line that are turned fastest.
template <class T>
#ifdef __AVX__
inline constexpr int turned_fastest = std::is_same_v<T, float> ? 4 : square_side<T>;
#else
inline constexpr int turned_fastest = square_side<T>;
#endif

/// columns[j] lane r = lines[r * step + j], for `count` elements of each line: `turned_fastest`, or a register's.
template <class T, int count>
inline void turn_lines(const T* lines, std::int64_t step, Vector<T, square_side<T>>* columns) {
#ifdef __AVX__
  if constexpr (std::is_same_v<T, float> && count == 4) return detail::turn_four(lines, step, columns);
#endif
  for (int r = 0; r < square_side<T>; ++r) columns[r] = load<Vector<T, square_side<T>>>(lines + r * step);
  detail::exchange_all<square_side<T> / 2, square_side<T>>(columns);
}

}  // namespace triptych
