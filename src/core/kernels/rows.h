// Rows along one axis of row-major tensors, for kernels that see a whole row at a time (softmax, losses, layer norm).
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>

#include "core/formulas/softmax.h"
#include "core/kernels/reduce/reduce.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/vector_math.h"

namespace triptych {

namespace row_paths {
inline Path in_place("rows: in place"), through_buffer("rows: through a buffer"),
    several_blocks("rows: several blocks of a sum");
}  // namespace row_paths

/// Rows of T read and written as rows of C: in place where they are dense and of that type, else through a buffer.
template <class T, class C = compute_type<T>>
class RowBuffer {
 public:
  explicit RowBuffer(const Rows& rows) : rows_(rows), direct_(std::is_same_v<T, C> && rows.step == 1) {
    if (!direct_) buffer_.emplace(bytes());
    (direct_ ? row_paths::in_place : row_paths::through_buffer).take();
  }

  const C* read(const T* x, std::int64_t row) {
    x += rows_.start(row);
    if constexpr (std::is_same_v<T, C>)
      if (direct_) return x;
    C* values = buffer_->template as<C>();
    for (std::int64_t i = 0; i < rows_.length; ++i) values[i] = static_cast<C>(x[i * rows_.step]);
    return values;
  }
  /// Where to put a row; `written` when it is there.
  C* target(T* out, std::int64_t row) {
    if constexpr (std::is_same_v<T, C>)
      if (direct_) return out + rows_.start(row);
    return buffer_->template as<C>();
  }
  void written(T* out, std::int64_t row) {
    if (direct_) return;
    out += rows_.start(row);
    const C* values = buffer_->template as<C>();
    for (std::int64_t i = 0; i < rows_.length; ++i) out[i * rows_.step] = T(values[i]);
  }

 private:
  std::size_t bytes() const { return static_cast<std::size_t>(std::max<std::int64_t>(rows_.length, 1)) * sizeof(C); }

  const Rows& rows_;
  bool direct_;
  std::optional<Scratch> buffer_;
};

/// Fewer than 16 elements by four fixed sizes: a copy of a length that is known at run time alone is a call.
template <class T>
void copy_few(const T* from, std::int64_t n, T* to) {
  static_assert(reduce_lanes == 16);
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

/// Up to 16 elements, filled up with the first. Made where it is read: vectors that are moved in halves would wait for
/// the stores of both.
template <class T>
struct PaddedVector {
  T values[reduce_lanes];

  explicit PaddedVector(std::span<const T> elements) {
    std::fill_n(values, reduce_lanes, elements[0]);
    copy_few(elements.data(), static_cast<std::int64_t>(elements.size()), values);
  }
};

/// out[i] = f(in[i]...), in vectors of 16 with a padded last one, so that short rows are vectorised too. `out` may be
/// one of the inputs. Flattened: a formula that is called, not inlined, is computed one by one.
template <class C, class F, class... In>
[[gnu::flatten]] void map_row(std::int64_t n, C* out, F f, const In*... in) {
  const std::int64_t i = n / reduce_lanes * reduce_lanes;
#ifdef __clang__
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
  for (std::int64_t k = 0; k < i; ++k) out[k] = f(in[k]...);
  if (i == n) return;
  const std::tuple<PaddedVector<In>...> last(std::span(in + i, static_cast<std::size_t>(n - i))...);
  C values[reduce_lanes];
  std::apply(
      [&](const auto&... p) {
        for (std::size_t l = 0; l < static_cast<std::size_t>(reduce_lanes); ++l) values[l] = f(p.values[l]...);
      },
      last);
  copy_few(values, n - i, out + i);
}

/// Combines the values `map(parameter, in[i]...)` of a row in the tree that sum uses.
template <class C, class Map, class Combine, class... In>
C reduce_row(std::int64_t n, C parameter, C identity, Map map, Combine combine, const In*... in) {
  constexpr std::size_t N = sizeof...(In);
  const auto block = [&](std::int64_t first) {
    return reduce_block_of(std::array<const C*, N>{in + first...}, parameter, std::min(reduce_block, n - first),
                           identity, map, combine);
  };
  if (n <= reduce_block) return n == 0 ? identity : block(0);
  row_paths::several_blocks.take();
  const std::int64_t blocks = (n + reduce_block - 1) / reduce_block;
  Scratch scratch(static_cast<std::size_t>(blocks) * sizeof(C));
  C* values = scratch.as<C>();
  for (std::int64_t b = 0; b < blocks; ++b) values[b] = block(b * reduce_block);
  return fold_pairs(values, blocks, combine);
}

/// The sum of the products of two rows.
template <class C>
C row_dot(const C* x, const C* y, std::int64_t n) {
  return reduce_row(
      n, C(0), C(0), [](const auto&, const auto& a, const auto& b) { return a * b; }, add_up, x, y);
}

template <class C>
C row_sum(const C* x, std::int64_t n) {
  return reduce_row(n, C(0), C(0), pick_first, add_up, x);
}

template <class C>
C row_max(const C* x, std::int64_t n) {
  return reduce_row(n, C(0), -std::numeric_limits<C>::infinity(), pick_first, larger, x);
}

/// e^(x - max x), into `out`; returns the sum.
template <class C>
C exp_row(const C* x, std::int64_t n, C* out, C max) {
  map_row(
      n, out, [max](C v) { return math::exp(v - max); }, x);
  return row_sum(out, n);
}

}  // namespace triptych
