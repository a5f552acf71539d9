// A square of words, turned in registers: each line of memory is read and written once, whole, however far its rows lie
// apart. (Rows that are a power of two apart would drive one another out of a cache that is used word by word.)
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

namespace triptych {

#ifdef __AVX512F__
inline constexpr std::size_t square_row_bytes = 64;
#else
inline constexpr std::size_t square_row_bytes = 32;
#endif

/// Words on a side of the square: what fills a vector register, of short ones 16.
template <class Word>
inline constexpr int square_side = sizeof(Word) < 4 ? 16 : static_cast<int>(square_row_bytes / sizeof(Word));

namespace detail {

template <class Word, int n>
struct SquareRow {
  typedef Word type __attribute__((vector_size(n * sizeof(Word))));
};

/// Exchanges the blocks of `d` columns beside the diagonal of the blocks of 2d x 2d.
template <int d, int n, class Row, std::size_t... c>
[[gnu::always_inline]] inline void exchange(Row* rows, std::index_sequence<c...>) {
  for (int r = 0; r < n; ++r) {
    if (r & d) continue;
    const Row upper = rows[r], lower = rows[r + d];
    rows[r] = __builtin_shufflevector(upper, lower, (c & d ? n + c - d : c)...);
    rows[r + d] = __builtin_shufflevector(upper, lower, (c & d ? n + c : c + d)...);
  }
}

/// All of them: from `d` on, halved each time. Inlined, or the rows would pass through memory.
template <int d, int n, class Row>
[[gnu::always_inline]] inline void exchange_all(Row* rows) {
  exchange<d, n>(rows, std::make_index_sequence<n>());
  if constexpr (d > 1) exchange_all<d / 2, n>(rows);
}

}  // namespace detail

/// to[rows(i) + j] = from[i + lines(j)] for a whole square.
template <class Word, class Lines, class Rows>
[[gnu::always_inline]] inline void transpose_square_at(const Word* from, Lines lines, Word* to, Rows rows) {
  constexpr int n = square_side<Word>;
  using Row = typename detail::SquareRow<Word, n>::type;
  Row square[n];
  for (int j = 0; j < n; ++j) std::memcpy(&square[j], from + lines(j), sizeof(Row));
  detail::exchange_all<n / 2, n>(square);
  for (int i = 0; i < n; ++i) std::memcpy(to + rows(i), &square[i], sizeof(Row));
}

/// The same of lines and rows that lie so far apart.
template <class Word>
void transpose_square(const Word* from, std::int64_t line, Word* to, std::int64_t row) {
  transpose_square_at(
      from, [=](int j) { return j * line; }, to, [=](int i) { return i * row; });
}

/// The same of lines and rows that lie anywhere.
template <class Word>
void transpose_square(const Word* from, const std::int64_t* lines, Word* to, const std::int64_t* rows) {
  transpose_square_at(
      from, [=](int j) { return lines[j]; }, to, [=](int i) { return rows[i]; });
}

}  // namespace triptych
