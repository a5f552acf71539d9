// Sorting on the CPU: the elements of a line become keys (core/formulas/order.h) with their places, which are sorted by
// the digits of their keys.
#pragma once

#include <cstdint>
#include <utility>

#include "core/formulas/order.h"
#include "core/kernels/path.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/strided.h"
#include "core/support/checked.h"

namespace triptych {

namespace order_paths {
inline Path insertion("order: insertion"), digits("order: by digits"), packed("order: packed entries"),
    wide("order: wide entries"), values_alone("order: values alone"), few_best("topk: a few kept"),
    many_best("topk: all sorted");
}  // namespace order_paths

/// A key of at most 32 bits over a place of 32.
class Packed {
 public:
  Packed() = default;
  Packed(std::uint64_t key, std::int64_t place) : bits_(key << 32 | static_cast<std::uint64_t>(place)) {}
  std::uint64_t key() const { return bits_ >> 32; }
  std::int64_t place() const { return static_cast<std::int64_t>(bits_ & 0xffffffff); }

 private:
  std::uint64_t bits_;
};

class Wide {
 public:
  Wide() = default;
  Wide(std::uint64_t key, std::int64_t place) : key_(key), place_(place) {}
  std::uint64_t key() const { return key_; }
  std::int64_t place() const { return place_; }

 private:
  std::uint64_t key_;
  std::int64_t place_;
};

/// A key without a place.
template <class Key>
class KeyAlone {
 public:
  KeyAlone() = default;
  KeyAlone(std::uint64_t key, std::int64_t) : key_(static_cast<Key>(key)) {}
  std::uint64_t key() const { return key_; }

 private:
  Key key_;
};

/// Calls f with a null pointer of the kind of entries that lines of `n` elements of type T need.
template <class T, class F>
void visit_entries(std::int64_t n, F f) {
  if (sizeof(T) <= 4 && n >> 32 == 0) {
    order_paths::packed.take();
    return f(static_cast<Packed*>(nullptr));
  }
  order_paths::wide.take();
  f(static_cast<Wide*>(nullptr));
}

/// Line `x`, of `n` elements that lie `step` apart, as entries; gives the bits in which their keys differ.
template <class T, class Entry>
std::uint64_t load_entries(const T* x, std::int64_t n, std::int64_t step, bool descending, Entry* entries) {
  using Key = formula::key_type<T>;
  const Key flip = descending ? std::numeric_limits<Key>::max() : Key(0);
  Key any = 0, all = std::numeric_limits<Key>::max();
  for (std::int64_t i = 0; i < n; ++i) {
    const Key key = static_cast<Key>(formula::order_key(x[i * step]) ^ flip);
    entries[i] = Entry(key, i);
    any = static_cast<Key>(any | key);
    all = static_cast<Key>(all & key);
  }
  return static_cast<Key>(any ^ all);
}

/// Sorts `n` entries whose keys differ in some of the bits of `differing`; stable. `other` is room for as many: gives
/// where the result is.
template <class Entry>
Entry* sort_entries(Entry* entries, Entry* other, std::int64_t n, std::uint64_t differing) {
  constexpr std::int64_t few = 32;
  if (n <= few) {
    order_paths::insertion.take();
    for (std::int64_t i = 1; i < n; ++i) {
      const Entry entry = entries[i];
      std::int64_t k = i;
      for (; k > 0 && entries[k - 1].key() > entry.key(); --k) entries[k] = entries[k - 1];
      entries[k] = entry;
    }
    return entries;
  }
  order_paths::digits.take();
  for (int shift = 0; shift < 64; shift += 8) {
    if ((differing >> shift & 0xff) == 0) continue;
    const auto digit = [shift](const Entry& entry) { return entry.key() >> shift & 0xff; };
    std::int64_t starts[256] = {};
    for (std::int64_t i = 0; i < n; ++i) ++starts[digit(entries[i])];
    std::int64_t sum = 0;
    for (std::int64_t& start : starts) sum += std::exchange(start, sum);
    for (std::int64_t i = 0; i < n; ++i) other[starts[digit(entries[i])]++] = entries[i];
    std::swap(entries, other);
  }
  return entries;
}

}  // namespace triptych
