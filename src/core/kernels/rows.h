// Rows along one axis of row-major tensors, for kernels that see a whole row at a time (softmax, losses, layer norm).
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>

#include "core/formulas/softmax.h"
#include "core/kernels/few.h"
#include "core/kernels/reduce/reduce.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/vector_math.h"

namespace triptych {

namespace row_paths {
inline Path in_place("rows: in place"), through_buffer("rows: through a buffer"),
    several_blocks("rows: several blocks of a sum"), together("rows: several at once");
}  // namespace row_paths

/// Rows of T read and written as rows of C: in place where they are dense and of that type, else through a buffer.
template <class T, class C = compute_type<T>>
class RowBuffer {
 public:
  explicit RowBuffer(const Rows& rows) : rows_(rows), direct_(std::is_same_v<T, C> && rows.step == 1) {
    if (!direct_) buffer_.emplace(bytes());
    (direct_ ? row_paths::in_place : row_paths::through_buffer).take();
  }

  /// As many rows as may be held at once: what is written to one buffer is lost with the next.
  std::int64_t at_once() const {
    constexpr std::int64_t bytes_at_once = 16384;  // they stay in the first-level cache
    const std::int64_t row = std::max<std::int64_t>(rows_.length, 1) * static_cast<std::int64_t>(sizeof(C));
    return direct_ ? std::clamp<std::int64_t>(bytes_at_once / row, 1, lanes_at_once<C>) : 1;
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

/// Up to 16 elements, filled up with the first.
template <class T>
struct PaddedVector {
  alignas(64) T values[few];
  PaddedVector(const T* elements, std::int64_t n) { read_few(elements, n, elements[0], values); }
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
  const std::tuple<PaddedVector<In>...> last(PaddedVector<In>(in + i, n - i)...);
  alignas(64) C values[few];
  std::apply(
      [&](const auto&... p) {
        for (std::size_t l = 0; l < static_cast<std::size_t>(few); ++l) values[l] = f(p.values[l]...);
      },
      last);
  write_few(values, n - i, out + i);
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

/// Rows that are reduced together: they share the operations that fold a register's lanes.
template <class C>
struct RowGroup {
  std::int64_t count = 0, length;
  const C* in[lanes_at_once<C>];
  C* out[lanes_at_once<C>];
  explicit RowGroup(std::int64_t row_length) : length(row_length) {}

  /// The values of the rows `from` (in or out), reduced as reduce_row does.
  template <class Pointer, class Combine>
  void reduce(Pointer* from, C identity, Combine combine, C* values) const {
    if (count < 4 || length > reduce_block) {
      for (std::int64_t k = 0; k < count; ++k)
        values[k] = reduce_row(length, C(0), identity, pick_first, combine, from[k]);
      return;
    }
    row_paths::together.take();
    Lanes<C> registers[lanes_at_once<C>];
    for (std::int64_t k = 0; k < lanes_at_once<C>; ++k)
      registers[k] = k < count
                         ? block_lanes(std::array<const C*, 1>{from[k]}, C(0), length, identity, pick_first, combine)
                         : registers[0];
    const Lanes<C> folded = fold_together<C>(registers, combine);
    std::memcpy(values, &folded, sizeof folded);
  }
  void maxima(C* values) const { reduce(in, -std::numeric_limits<C>::infinity(), larger, values); }

  /// e^(x - max x) of each row, put out; `sums` are the rows'.
  void exponentials(const C* max, C* sums) const {
    for (std::int64_t k = 0; k < count; ++k)
      map_row(
          length, out[k], [m = max[k]](C v) { return math::exp(v - m); }, in[k]);
    reduce(out, C(0), add_up, sums);
  }
  /// The logarithms of those sums; `max` are the largest elements.
  void log_sums(C* max, C* logs) const {
    C sums[few];
    maxima(max);
    exponentials(max, sums);
    map_row(
        count, logs, [](C sum) { return math::log(sum); }, sums);
  }
};

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

}  // namespace triptych
