// Fewer elements than 16, read and written at once: by masks where the processor has them, else by four fixed sizes,
// since a copy of a length that is known at run time alone is a call.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace triptych {

inline constexpr std::int64_t few = 16;

template <class T>
void copy_few(const T* from, std::int64_t n, T* to) {
  const auto chunk = [&]<std::int64_t size>(std::integral_constant<std::int64_t, size>) {
    if (!(n & size)) return;
    std::memcpy(to, from, static_cast<std::size_t>(size) * sizeof(T));
    from += size;
    to += size;
  };
  chunk(std::integral_constant<std::int64_t, 8>());
  chunk(std::integral_constant<std::int64_t, 4>());
  chunk(std::integral_constant<std::int64_t, 2>());
  chunk(std::integral_constant<std::int64_t, 1>());
}

/// n < 16 elements, filled up with `fill`.
template <class T>
void read_few(const T* from, std::int64_t n, T fill, T (&to)[few]) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    const auto mask = static_cast<__mmask16>((1u << n) - 1);
    const __m512 elements = _mm512_mask_loadu_ps(_mm512_set1_ps(fill), mask, from);
    std::memcpy(to, &elements, sizeof elements);
    return;
  }
#endif
  std::fill_n(to, few, fill);
  copy_few(from, n, to);
}

/// The first n < 16 of them.
template <class T>
void write_few(const T (&from)[few], std::int64_t n, T* to) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    __m512 elements;
    std::memcpy(&elements, from, sizeof elements);
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << n) - 1), elements);
    return;
  }
#endif
  copy_few(from, n, to);
}

}  // namespace triptych
