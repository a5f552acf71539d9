// Attention in blocks of queries and keys (Dao et al., FlashAttention, 2022): the scores of a block are computed,
// turned into weights and used while they are in a cache. With several blocks of keys a row's largest score may grow,
// and what was summed is scaled down. Cut by sizes alone, so that threads do not show.
#include "core/kernels/sequence/attention.h"

#include <algorithm>

#include "core/formulas/random.h"
#include "core/kernels/few.h"
#include "core/kernels/path.h"
#include "core/kernels/product/micro_kernel.h"
#include "core/kernels/rows.h"
#include "core/support/checked.h"

namespace triptych {

extern const Op attention_op, attention_grad_op;

namespace {

constexpr std::int64_t key_block = 512;

/// Rows of a block: few where later ones look at more keys, so that less is computed for nothing.
std::int64_t query_block(const AttentionCall& a) { return a.is_causal ? 32 : 64; }

Path one_block("attention: one block of keys"), several_blocks("attention: several blocks of keys"),
    values_in_place("attention: values in place"), values_packed("attention: values copied");

/// A dense copy as C.
template <class T, class C>
void copy_as(const T* from, std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns, C* to) {
  for (std::int64_t i = 0; i < rows; ++i, from += row, to += columns)
    if (column == 1)  // in vectors
      for (std::int64_t j = 0; j < columns; ++j) to[j] = static_cast<C>(from[j]);
    else
      for (std::int64_t j = 0; j < columns; ++j) to[j] = static_cast<C>(from[j * column]);
}

/// A matrix as C: where it is, or a dense copy in `copy`.
template <class T, class C>
MatrixIn<C> as_computed(const T* from, std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns,
                        C* copy) {
  if constexpr (std::is_same_v<T, C>) return {from, row, column};
  copy_as(from, row, column, rows, columns, copy);
  return {copy, columns, 1};
}

/// Copies a matrix as its transpose.
template <class T, class C>
void transposed_copy(const T* from, std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns,
                     C* to) {
  if (rows == 0) return;
  if constexpr (std::is_same_v<T, C>) {
    pack<C>(columns, rows, {from, column, row}, to, rows);
  } else {
    Scratch dense(bytes_of(sizeof(C), rows, columns + 1));
    copy_as(from, row, column, rows, columns, dense.as<C>());
    pack<C>(columns, rows, {dense.as<C>(), 1, columns}, to, rows);
  }
}

/// Up to 16 elements from memory, the rest `fill`; `work` takes their registers one after the other.
template <class C, class Work>
void for_last(const C* x, std::int64_t n, C fill, Work work) {
  alignas(64) C values[few];
  read_few(x, n, fill, values);
  for (std::int64_t l = 0; l < few; l += lanes_at_once<C>) work(load_lanes<C>(values + l));
}

/// The largest element that is a number.
template <class C>
C largest_of(const C* x, std::int64_t n) {
  constexpr std::int64_t width = lanes_at_once<C>;
  constexpr auto larger_number = [](const auto& a, const auto& b) { return b > a ? b : a; };
  constexpr C least = -std::numeric_limits<C>::infinity();
  Lanes<C> most = least - Lanes<C>{};
  std::int64_t i = 0;
  for (; i + width <= n; i += width) most = larger_number(most, load_lanes<C>(x + i));
  if (i < n) for_last(x + i, n - i, least, [&](const Lanes<C>& v) { most = larger_number(most, v); });
  return fold_register<C>(most, larger_number);
}

constexpr std::int64_t lanes = few;  // of sums

/// Folds 16 sums.
template <class C>
C fold_sums(const C (&sums)[lanes]) {
  Lanes<C> registers[lanes / lanes_at_once<C>];
  std::memcpy(registers, sums, sizeof sums);
  for (std::int64_t used = lanes / lanes_at_once<C> / 2; used > 0; used /= 2)
    for (std::int64_t r = 0; r < used; ++r) registers[r] = registers[r] + registers[r + used];
  return fold_register<C>(registers[0], add_up);
}

/// x[i] <- e^(x[i] scale - shift); returns their sum, which is NaN if one is.
template <class C>
C exponentials(C* x, std::int64_t n, C scale, C shift) {
  alignas(64) C sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l) {
      const C e = math::exp(x[i + l] * scale - shift);
      x[i + l] = e;
      sums[l] += e;
    }
  if (i < n) {
    alignas(64) C values[lanes];
    read_few(x + i, n - i, x[i], values);
    for (std::int64_t l = 0; l < lanes; ++l) values[l] = math::exp(values[l] * scale - shift);
    write_few(values, n - i, x + i);
    for (std::int64_t l = 0; l < lanes; ++l) sums[l] += l < n - i ? values[l] : C(0);
  }
  return fold_sums(sums);
}

/// Calls f(j, kept) for the weights of one query's columns [begin, begin + n) that dropout decides on.
template <class F>
void for_dropout(const AttentionCall& a, std::int64_t head, std::int64_t query, std::int64_t begin, std::int64_t n,
                 F f) {
  const Draw draw{a.draw[0], a.draw[a.draw_step]};
  const std::int64_t start = (head * a.queries + query) * a.keys + begin;
  std::array<std::uint32_t, 4> words{};
  for (std::int64_t j = 0, known = -1; j < n; ++j) {
    if (const std::int64_t block = (start + j) / 4; block != known) words = formula::random_block(draw, known = block);
    f(j, words[static_cast<std::size_t>((start + j) % 4)]);
  }
}

/// How many of a query's columns, which begin at key `begin`, it may look at.
std::int64_t visible(const AttentionCall& a, std::int64_t query, std::int64_t begin, std::int64_t n) {
  return a.is_causal ? std::clamp<std::int64_t>(query + 1 - begin, 0, n) : n;
}

/// Adds a mask to products of a row, which are scaled before; returns the factor that makes them scores.
template <class T, class C>
C masked_scores(const AttentionCall& a, std::int64_t head, std::int64_t query, std::int64_t begin, std::int64_t n,
                C* row) {
  const C scale = static_cast<C>(a.scale);
  // The largest product is the largest score only where the factor is positive.
  if (!a.masked && scale > 0) return scale;
  constexpr C never = -std::numeric_limits<C>::infinity();
  for (std::int64_t j = 0; j < n; ++j) row[j] *= scale;
  const std::int64_t at = query * a.mask.row + begin * a.mask.column, step = a.mask.column;
  if (a.masked && a.mask_is_bool) {
    const bool* mask = a.mask.of<bool>(head) + at;
    for (std::int64_t j = 0; j < n; ++j) row[j] = mask[j * step] ? row[j] : never;
  } else if (a.masked) {
    const T* mask = a.mask.of<T>(head) + at;
    for (std::int64_t j = 0; j < n; ++j) row[j] += static_cast<C>(mask[j * step]);
  }
  return 1;
}

/// The keys of all heads, transposed, and the values, dense.
template <class T>
class Packed {
  using C = compute_type<T>;

 public:
  /// `transposed_values`: of the gradient.
  Packed(const AttentionCall& a, bool transposed_values)
      : a_(a),
        in_place_(std::is_same_v<T, C> && a.value.column == 1),
        transposed_(transposed_values),
        keys_(bytes_of(sizeof(C), a.shared_heads * a.keys + 1, a.width)),
        values_(in_place_ && !transposed_ ? 1 : bytes_of(sizeof(C), a.shared_heads * a.keys + 1, a.value_width)) {
    (in_place_ ? values_in_place : values_packed).take();
    parallel_for(a.shared_heads, [&](std::int64_t shared) {
      const std::int64_t head = shared * a.groups;
      transposed_copy(a.key.of<T>(head), a.key.row, a.key.column, a.keys, a.width,
                      keys_.template as<C>() + shared * a.keys * a.width);
      const T* values = a.value.of<T>(head);
      C* to = values_.template as<C>() + shared * a.keys * a.value_width;
      if (transposed_) return transposed_copy(values, a.value.row, a.value.column, a.keys, a.value_width, to);
      if (in_place_) return;
      copy_as(values, a.value.row, a.value.column, a.keys, a.value_width, to);
    });
  }
  /// (E, keys) from key `begin` on.
  MatrixIn<C> keys(std::int64_t shared, std::int64_t begin) const {
    return {keys_.template as<C>() + shared * a_.keys * a_.width + begin, a_.keys, 1};
  }
  /// (keys, Ev) from key `begin` on, or (Ev, keys) if transposed.
  MatrixIn<C> values(std::int64_t shared, std::int64_t begin) const {
    const C* copy = values_.template as<C>() + shared * a_.keys * a_.value_width;
    if (transposed_) return {copy + begin, a_.keys, 1};
    if constexpr (std::is_same_v<T, C>)
      if (in_place_) return {a_.value.of<T>(shared * a_.groups) + begin * a_.value.row, a_.value.row, 1};
    return {copy + begin * a_.value_width, a_.value_width, 1};
  }

 private:
  const AttentionCall& a_;
  bool in_place_, transposed_;
  Scratch keys_, values_;
};

template <class T>
void forward_block(const AttentionCall& a, const Packed<T>& packed, std::int64_t head, std::int64_t first, T* out,
                   compute_type<T>* log_sums) {
  using C = compute_type<T>;
  const std::int64_t rows = std::min(query_block(a), a.queries - first), reach = a.keys_before(first + rows);
  const std::int64_t columns = std::min(key_block, std::max<std::int64_t>(reach, 1)), ev = a.value_width;
  Scratch work(sizeof(C) * static_cast<std::size_t>(rows * (columns + a.width + 2 * ev + 2) + 1));
  C *scores = work.as<C>(), *query_copy = scores + rows * columns, *sums = query_copy + rows * a.width,
    *part = sums + rows * ev, *largest = part + rows * ev, *totals = largest + rows;
  std::fill_n(largest, rows, -std::numeric_limits<C>::infinity());
  std::fill_n(totals, rows, C(0));
  std::fill_n(sums, rows * ev, C(0));
  const MatrixIn<C> query = as_computed<T, C>(a.query.of<T>(head) + first * a.query.row, a.query.row, a.query.column,
                                              rows, a.width, query_copy);
  const std::int64_t shared = head / a.groups;
  (reach <= key_block ? one_block : several_blocks).take();
  for (std::int64_t begin = 0; begin < reach; begin += key_block) {
    const std::int64_t n = std::min(key_block, reach - begin);
    gemm_tile<C>(rows, n, a.width, query, packed.keys(shared, begin), {scores, n});
    for (std::int64_t r = 0; r < rows; ++r) {
      C* row = scores + r * n;
      const std::int64_t seen = visible(a, first + r, begin, n);
      const C factor = masked_scores<T>(a, head, first + r, begin, seen, row);
      const C max = std::max(largest[r], largest_of(row, seen) * factor);
      // No key yet: all weights are 0, whatever is taken off.
      const C shift = max == -std::numeric_limits<C>::infinity() ? C(0) : max;
      const C sum = exponentials(row, seen, factor, shift);
      std::fill(row + seen, row + n, C(0));
      if (begin > 0) {
        const C shrink = math::exp(largest[r] - shift);
        totals[r] = totals[r] * shrink + sum;
        map_row(
            ev, sums + r * ev, [shrink](C s) { return s * shrink; }, static_cast<const C*>(sums + r * ev));
      } else {
        totals[r] = sum;
      }
      largest[r] = max;
      if (a.draw) {
        const formula::Dropout<C> dropout(a.dropout_p);
        for_dropout(a, head, first + r, begin, n,
                    [&](std::int64_t j, std::uint32_t word) { row[j] = dropout(row[j], word); });
      }
    }
    C* to = begin > 0 ? part : sums;
    gemm_tile<C>(rows, ev, n, {scores, n, 1}, packed.values(shared, begin), {to, ev});
    if (begin > 0)
      map_row(
          rows * ev, sums, [](C x, C y) { return x + y; }, static_cast<const C*>(sums), static_cast<const C*>(part));
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t at = head * a.queries + first + r;
    const C total = totals[r], inverse = total == 0 ? C(0) : C(1) / total;
    for (std::int64_t e = 0; e < ev; ++e) out[at * ev + e] = T(sums[r * ev + e] * inverse);
    log_sums[at] = total == 0 ? -std::numeric_limits<C>::infinity() : largest[r] + math::log(total);
  }
}

void attention_run(const KernelCall& call) {
  const AttentionCall a(call, 0, 3);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if (a.heads * a.queries == 0) return;
    const Packed<T> packed(a, false);
    const std::int64_t most = query_block(a), blocks = (a.queries + most - 1) / most;
    parallel_for(a.heads * blocks, [&](std::int64_t part) {
      // The longest first, where later queries look at more keys.
      forward_block<T>(a, packed, part / blocks, (blocks - 1 - part % blocks) * most, call.outputs[0].as<T>(),
                       call.outputs[1].as<C>());
    });
  });
}

/// The sum of the products of two rows.
template <class T>
compute_type<T> dot_of(const T* x, const T* y, std::int64_t n) {
  using C = compute_type<T>;
  alignas(64) C sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l) sums[l] += static_cast<C>(x[i + l]) * static_cast<C>(y[i + l]);
  for (std::int64_t l = 0; i < n; ++i, ++l) sums[l] += static_cast<C>(x[i]) * static_cast<C>(y[i]);
  return fold_sums(sums);
}

/// Adds a tile to sums of C.
template <class C>
void add_tile(C* sums, const C* tile, std::int64_t n) {
  map_row(
      n, sums, [](C x, C y) { return x + y; }, static_cast<const C*>(sums), tile);
}

// With P the weights, Pd those after dropout, D = sum(dO O) of a row: dV = Pd^T dO, dP = dO V^T, dS = P (dP - D), dQ =
// dS K scale, dK = dS^T Q scale. One head of keys after the other is one task's, so that its sums have one order.
template <class T>
void backward_head(const AttentionCall& a, const KernelCall& call, const Packed<T>& packed, std::int64_t shared) {
  using C = compute_type<T>;
  const std::int64_t width = a.width, ev = a.value_width,
                     block = std::min(a.is_causal ? query_block(a) : 2 * query_block(a), a.queries);
  const std::int64_t columns = std::min(key_block, a.keys), widest = std::max(width, ev);
  const T *upstream = call.inputs[0].as<const T>(), *result = call.inputs[1].as<const T>();
  const C* log_sums = call.inputs[2].as<const C>();
  Scratch work(sizeof(C) * static_cast<std::size_t>(1 + 2 * block * columns + block * (width + ev) + a.queries +
                                                    std::max(columns, block) * widest + a.queries * width +
                                                    a.keys * (width + ev) + columns * width));
  C *weights = work.as<C>(), *slopes = weights + block * columns, *query_copy = slopes + block * columns,
    *upstream_copy = query_copy + block * width, *dots = upstream_copy + block * ev, *tile = dots + a.queries,
    *query_sums = tile + std::max(columns, block) * widest, *key_sums = query_sums + a.queries * width,
    *value_sums = key_sums + a.keys * width, *key_rows = value_sums + a.keys * ev;
  std::fill_n(key_sums, a.keys * (width + ev), C(0));
  const C scale = static_cast<C>(a.scale);
  const formula::Dropout<C> dropout(a.dropout_p);
  for (std::int64_t head = shared * a.groups; head < (shared + 1) * a.groups; ++head) {
    std::fill_n(query_sums, a.queries * width, C(0));
    for (std::int64_t i = 0; i < a.queries; ++i)
      dots[i] = dot_of(upstream + (head * a.queries + i) * ev, result + (head * a.queries + i) * ev, ev);
    for (std::int64_t begin = 0; begin < a.keys; begin += key_block) {
      const std::int64_t all = std::min(key_block, a.keys - begin);
      const MatrixIn<C> keys =
          as_computed<T, C>(a.key.of<T>(head) + begin * a.key.row, a.key.row, a.key.column, all, width, key_rows);
      // A query before these keys looks at none of them.
      for (std::int64_t first = a.is_causal ? begin / block * block : 0; first < a.queries; first += block) {
        const std::int64_t rows = std::min(block, a.queries - first),
                           n = std::min(all, a.keys_before(first + rows) - begin);
        const std::int64_t at = head * a.queries + first;
        const MatrixIn<C> query = as_computed<T, C>(a.query.of<T>(head) + first * a.query.row, a.query.row,
                                                    a.query.column, rows, width, query_copy);
        const MatrixIn<C> dy = as_computed<T, C>(upstream + at * ev, ev, 1, rows, ev, upstream_copy);
        gemm_tile<C>(rows, n, width, query, packed.keys(shared, begin), {weights, n});
        gemm_tile<C>(rows, n, ev, dy, packed.values(shared, begin), {slopes, n});
        for (std::int64_t r = 0; r < rows; ++r) {
          C *p = weights + r * n, *s = slopes + r * n;
          const std::int64_t seen = visible(a, first + r, begin, n);
          const C factor = masked_scores<T>(a, head, first + r, begin, seen, p), dot = dots[first + r];
          const C log_sum = log_sums[at + r];
          if (log_sum == -std::numeric_limits<C>::infinity())
            std::fill_n(p, seen, C(0));
          else
            map_row(
                seen, p, [=](C v) { return math::exp(v * factor - log_sum); }, static_cast<const C*>(p));
          std::fill(p + seen, p + n, C(0));
          if (a.draw)
            for_dropout(a, head, first + r, begin, n, [&](std::int64_t j, std::uint32_t word) {
              s[j] = p[j] * (dropout(s[j], word) - dot);
              p[j] = dropout(p[j], word);
            });
          else
            map_row(
                n, s, [dot](C w, C g) { return w * (g - dot); }, static_cast<const C*>(p), static_cast<const C*>(s));
        }
        gemm_tile<C>(n, ev, rows, {weights, 1, n}, dy, {tile, ev});
        add_tile<C>(value_sums + begin * ev, tile, n * ev);
        gemm_tile<C>(n, width, rows, {slopes, 1, n}, query, {tile, width});
        add_tile<C>(key_sums + begin * width, tile, n * width);
        gemm_tile<C>(rows, width, n, {slopes, n, 1}, keys, {tile, width});
        add_tile<C>(query_sums + first * width, tile, rows * width);
      }
    }
    T* dq = call.outputs[0].as<T>() + head * a.queries * width;
    for (std::int64_t i = 0; i < a.queries * width; ++i) dq[i] = T(query_sums[i] * scale);
  }
  T *dk = call.outputs[1].as<T>() + shared * a.keys * width, *dv = call.outputs[2].as<T>() + shared * a.keys * ev;
  for (std::int64_t i = 0; i < a.keys * width; ++i) dk[i] = T(key_sums[i] * scale);
  for (std::int64_t i = 0; i < a.keys * ev; ++i) dv[i] = T(value_sums[i]);
}

void attention_grad_run(const KernelCall& call) {
  const AttentionCall a(call, 3, 6);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Packed<T> packed(a, true);
    parallel_for(a.shared_heads, [&](std::int64_t shared) { backward_head<T>(a, call, packed, shared); });
  });
}

/// Operands that are read at any strides; the others must lie row-major.
const Kernel attention_kernel{.run = attention_run, .any_strides = true},
    attention_grad_kernel{.run = attention_grad_run};

}  // namespace

void register_attention_kernels() {
  register_kernel(attention_op, Device::Type::cpu, attention_kernel);
  register_kernel(attention_grad_op, Device::Type::cpu, attention_grad_kernel);
}

}  // namespace triptych
