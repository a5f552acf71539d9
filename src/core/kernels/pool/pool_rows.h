// Pools of images whose rows lie element by element: a row of windows at a time, tap by tap, so that the windows are
// what is vectorised.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/pool/pool.h"

namespace triptych {

namespace pool_paths {
inline Path rows("pool: rows of windows"), pairs("pool: gradients of pairs of columns"),
    wide_apart("pool: windows wide apart");
}  // namespace pool_paths

/// Whether that is faster than window by window: the channels are apart, and windows come in even steps.
template <class T>
bool has_pool_rows(const PoolSizes& s, const Images<T>& images) {
  constexpr std::int64_t widest = 4096, largest_plane = std::numeric_limits<std::int32_t>::max();
  return !s.adaptive && images.column == 1 && (images.channel != 1 || s.c == 1) && s.size[2] <= widest &&
         s.elements() / std::max<std::int64_t>(s.n * s.c, 1) <= largest_plane;
}

/// What all rows of windows have in common.
struct WindowRow {
  /// Where an element of the windows along a row lies: windows [first, last) have it in the image, at `place` and so
  /// on.
  struct Tap {
    std::int64_t first, last, place;
  };
  std::vector<Tap> taps;
  std::vector<std::int64_t> counted;  // elements of each window that count, along the row

  explicit WindowRow(const PoolSizes& s) {
    for (std::int64_t r = 0; r < s.size[2]; ++r) {
      const std::int64_t shift = r * s.dilation[2] - s.before[2], step = s.stride[2];
      const std::int64_t first = shift < 0 ? (-shift + step - 1) / step : 0;
      const std::int64_t last = shift < s.length[2] ? std::min(s.windows[2], (s.length[2] - 1 - shift) / step + 1) : 0;
      taps.push_back({first, last, first * step + shift});
    }
    for (std::int64_t o = 0; o < s.windows[2]; ++o) counted.push_back(s.counted(2, o));
  }
};

/// Calls f(window, place) for windows [first, last) in a row and the places that they have at `place`, at `place` +
/// `step` and so on.
template <class F>
void each_in_row(std::int64_t first, std::int64_t last, std::int64_t place, std::int64_t step, F f) {
  if (step == 1)
    for (std::int64_t i = first; i < last; ++i) f(i, place + (i - first));
  else if (step == 2)
    for (std::int64_t i = first; i < last; ++i) f(i, place + 2 * (i - first));
  else
    for (std::int64_t i = first; i < last; ++i) f(i, place + step * (i - first));
}

/// Calls f(z, y, tap) for each element of the windows in a row: in which row of the image it lies. From the last
/// element on, if asked for: then an element of the image meets its windows in their order.
template <bool from_last, class F>
void each_row_tap(const PoolSizes& s, const WindowRow& row, std::int64_t z, std::int64_t y, F f) {
  const PoolSizes::Range planes = s.inside(0, z), rows = s.inside(1, y);
  for (std::int64_t p = planes.first; p < planes.last; ++p)
    for (std::int64_t q = rows.first; q < rows.last; ++q)
      for (std::size_t i = 0; i < row.taps.size(); ++i)
        f(s.place(0, z, p), s.place(1, y, q), row.taps[from_last ? row.taps.size() - 1 - i : i]);
}

/// Calls work(n, c, z, y, buffer) for all rows of windows, and start(n, c) before those of a plane of channels; the
/// buffer has room for `arrays` elements of each window.
template <class Buffer, class Start, class Work>
void each_window_row(const PoolSizes& s, std::int64_t arrays, Start start, Work work) {
  pool_paths::rows.take();
  const std::int64_t planes = s.n * s.c, elements = s.elements() / planes;
  const std::int64_t per_part = std::max<std::int64_t>(1, elementwise_grain / std::max<std::int64_t>(elements, 1));
  parallel_for((planes + per_part - 1) / per_part, [&](std::int64_t part) {
    Scratch buffer(static_cast<std::size_t>(arrays * s.windows[2]) * sizeof(Buffer));
    for (std::int64_t plane = part * per_part; plane < std::min(planes, (part + 1) * per_part); ++plane) {
      start(plane / s.c, plane % s.c);
      for (std::int64_t z = 0; z < s.windows[0]; ++z)
        for (std::int64_t y = 0; y < s.windows[1]; ++y)
          work(plane / s.c, plane % s.c, z, y, buffer.template as<Buffer>());
    }
  });
}

template <class T>
void max_pool_rows(const PoolSizes& s, Images<const T> x, Images<T> result) {
  using C = compute_type<T>;
  const WindowRow windows(s);
  const auto work = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C* __restrict largest) {
    std::fill_n(largest, s.windows[2], -std::numeric_limits<C>::infinity());
    each_row_tap<false>(s, windows, z, y, [&](std::int64_t plane, std::int64_t row, const WindowRow::Tap& tap) {
      const T* __restrict from = x.at(n, c, plane, row, 0);
      each_in_row(tap.first, tap.last, tap.place, s.stride[2], [&](std::int64_t o, std::int64_t place) {
        const C next = static_cast<C>(from[place]);
        largest[o] = is_larger(next, largest[o]) ? next : largest[o];
      });
    });
    T* to = result.at(n, c, z, y, 0);
    for (std::int64_t o = 0; o < s.windows[2]; ++o) to[o * result.column] = T(largest[o]);
  };
  each_window_row<C>(
      s, 1, [](std::int64_t, std::int64_t) {}, work);
}

/// Where the largest elements of the windows in a row are: their number in the plane; -1: nothing passes on.
template <class T>
void find_largest(const PoolSizes& s, const WindowRow& windows, const Images<const T>& x, std::int64_t n,
                  std::int64_t c, std::int64_t z, std::int64_t y, compute_type<T>* __restrict largest,
                  std::int32_t* __restrict number) {
  using C = compute_type<T>;
  std::fill_n(largest, s.windows[2], -std::numeric_limits<C>::infinity());
  std::fill_n(number, s.windows[2], -1);
  each_row_tap<false>(s, windows, z, y, [&](std::int64_t plane, std::int64_t row, const WindowRow::Tap& tap) {
    const T* __restrict from = x.at(n, c, plane, row, 0);
    const auto start = static_cast<std::int32_t>((plane * s.length[1] + row) * s.length[2]);
    each_in_row(tap.first, tap.last, tap.place, s.stride[2], [&](std::int64_t o, std::int64_t place) {
      const C next = static_cast<C>(from[place]);
      const bool larger = is_larger(next, largest[o]) | (number[o] < 0);
      largest[o] = larger ? next : largest[o];
      number[o] = larger ? start + static_cast<std::int32_t>(place) : number[o];
    });
  });
  if (s.after_relu)  // nothing passes a relu that gave 0
    for (std::int64_t o = 0; o < s.windows[2]; ++o) number[o] = largest[o] <= C(0) ? -1 : number[o];
}

template <class T>
void max_pool_places_rows(const PoolSizes& s, Images<const T> x, Images<std::int64_t> result) {
  using C = compute_type<T>;
  const WindowRow windows(s);
  const auto work = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C* buffer) {
    auto* number = reinterpret_cast<std::int32_t*>(buffer + s.windows[2]);
    find_largest(s, windows, x, n, c, z, y, buffer, number);
    for (std::int64_t o = 0; o < s.windows[2]; ++o) *result.at(n, c, z, y, o) = number[o];
  };
  each_window_row<C>(
      s, 2, [](std::int64_t, std::int64_t) {}, work);
}

/// Windows of two columns that share no element, as many of them as half a register of 64 bytes holds.
template <class C>
inline constexpr std::int64_t windows_at_once = 32 / static_cast<std::int64_t>(sizeof(C));

/// The gradient of one row of those: columns are taken apart and put together again in registers, so that windows are
/// what is vectorised however few there are in a row. (28 x 28 to 14 x 14: 1.2 ns a window on Zen 4, one by one 11.)
template <class C>
void max_pool_grad_pairs(const PoolSizes& s, const C* const* rows, std::int64_t count, const C* upstream,
                         C* const* results) {
  constexpr std::int64_t w = windows_at_once<C>;
  using Windows [[gnu::vector_size(w * sizeof(C))]] = C;
  using Pairs [[gnu::vector_size(2 * w * sizeof(C))]] = C;
  using Places = decltype(Windows{} < Windows{});
  for (std::int64_t first = 0; first < s.windows[2]; first += w) {
    const std::int64_t o = std::min(first, s.windows[2] - w);  // the last ones overlap those before
    Windows largest = Windows{} - std::numeric_limits<C>::infinity();
    Places place = Places{} - 1;  // of the largest: the number of its row, doubled, and its column
    const auto meet = [&](const Windows& next, std::int64_t number) {
      const Places larger = is_larger(next, largest) | (place < 0);
      largest = larger ? next : largest;
      place = larger ? Places{} + static_cast<std::remove_cvref_t<decltype(place[0])>>(number) : place;
    };
    [&]<int... i>(std::integer_sequence<int, i...>) {
      for (std::int64_t row = 0; row < count; ++row) {
        Pairs pairs;
        std::memcpy(&pairs, rows[row] + 2 * o, sizeof pairs);
        meet(__builtin_shufflevector(pairs, pairs, (2 * i)...), 2 * row);
        meet(__builtin_shufflevector(pairs, pairs, (2 * i + 1)...), 2 * row + 1);
      }
    }
    (std::make_integer_sequence<int, w>());
    if (s.after_relu) place = largest <= 0 ? Places{} - 1 : place;  // nothing passes a relu that gave 0
    Windows gradient;
    std::memcpy(&gradient, upstream + o, sizeof gradient);
    [&]<int... i>(std::integer_sequence<int, i...>) {
      for (std::int64_t row = 0; row < count; ++row) {
        const auto number = static_cast<std::remove_cvref_t<decltype(place[0])>>(2 * row);
        const Windows left = place == number ? gradient : Windows{}, right = place == number + 1 ? gradient : Windows{};
        const Pairs pairs = __builtin_shufflevector(left, right, (i / 2 + (i % 2) * static_cast<int>(w))...);
        std::memcpy(results[row] + 2 * o, &pairs, sizeof pairs);
      }
    }
    (std::make_integer_sequence<int, 2 * w>());
  }
}

/// The gradients lie plane by plane, row-major.
template <class T>
void max_pool_grad_rows(const PoolSizes& s, Images<const T> upstream, Images<const T> x,
                        Images<compute_type<T>> result) {
  using C = compute_type<T>;
  const WindowRow windows(s);
  const bool assigns = s.partitions();
  if constexpr (std::is_same_v<T, C>) {
    constexpr std::int64_t most_rows = 16;
    const std::int64_t count = s.size[0] * s.size[1];
    if (assigns && s.size[2] == 2 && count <= most_rows && s.windows[2] >= windows_at_once<C> && upstream.column == 1) {
      pool_paths::pairs.take();
      const auto pairs = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C*) {
        const C* rows[most_rows];
        C* results[most_rows];
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t plane = s.place(0, z, i / s.size[1]), row = s.place(1, y, i % s.size[1]);
          rows[i] = x.at(n, c, plane, row, 0);
          results[i] = result.at(n, c, plane, row, 0);
        }
        max_pool_grad_pairs<C>(s, rows, count, upstream.at(n, c, z, y, 0), results);
      };
      return each_window_row<C>(
          s, 1, [](std::int64_t, std::int64_t) {}, pairs);
    }
  }
  const auto start = [&](std::int64_t n, std::int64_t c) {
    std::fill_n(result.at(n, c, 0, 0, 0), s.length[0] * s.length[1] * s.length[2], C(0));
  };
  const auto work = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C* buffer) {
    auto* number = reinterpret_cast<std::int32_t*>(buffer + s.windows[2]);
    find_largest(s, windows, x, n, c, z, y, buffer, number);
    const T* from = upstream.at(n, c, z, y, 0);
    C* to = result.at(n, c, 0, 0, 0);
    for (std::int64_t o = 0; o < s.windows[2]; ++o) {
      if (number[o] < 0) continue;
      const C value = static_cast<C>(from[o * upstream.column]);
      to[number[o]] = assigns ? value : to[number[o]] + value;
    }
  };
  each_window_row<C>(s, 2, start, work);
}

/// The divisors of the windows in a row.
template <class C>
void find_divisors(const PoolSizes& s, const WindowRow& windows, std::int64_t z, std::int64_t y, C* divisors) {
  const std::int64_t others = s.counted(0, z) * s.counted(1, y);
  for (std::int64_t o = 0; o < s.windows[2]; ++o)
    divisors[o] =
        static_cast<C>(s.fixed_divisor != 0 ? s.fixed_divisor : others * windows.counted[static_cast<std::size_t>(o)]);
}

/// The sums of windows that are wide apart and wholly in the image: eight at a time, which stay in registers. (2048
/// planes of 28 x 28 to 7 x 7 on a core of Zen 5: 0.74 ms, 1.6 element by element.)
template <class T, class C>
void sum_windows(const PoolSizes& s, const Images<const T>& x, std::int64_t n, std::int64_t c, std::int64_t z,
                 std::int64_t y, C* out) {
  constexpr std::int64_t at_once = 8;
  for (std::int64_t first = 0; first < s.windows[2]; first += at_once) {
    std::int64_t places[at_once];
    for (std::int64_t i = 0; i < at_once; ++i)  // the last one repeated, where there are fewer
      places[i] = std::min(first + i, s.windows[2] - 1) * s.stride[2];
    C sums[at_once] = {};
    for (std::int64_t p = 0; p < s.size[0]; ++p)
      for (std::int64_t q = 0; q < s.size[1]; ++q) {
        const T* from = x.at(n, c, s.place(0, z, p), s.place(1, y, q), 0);
        for (std::int64_t r = 0; r < s.size[2]; ++r, from += s.dilation[2])
#pragma GCC unroll 8
          for (std::int64_t i = 0; i < at_once; ++i) sums[i] += static_cast<C>(from[places[i]]);
      }
    std::copy_n(sums, std::min(at_once, s.windows[2] - first), out + first);
  }
}

template <class T>
void avg_pool_rows(const PoolSizes& s, Images<const T> x, Images<T> result) {
  using C = compute_type<T>;
  const WindowRow windows(s);
  const bool wide_apart = s.stride[2] > 2 && s.lies_inside();
  const auto work = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C* __restrict sums) {
    C* divisors = sums + s.windows[2];
    if (wide_apart) {
      pool_paths::wide_apart.take();
      sum_windows(s, x, n, c, z, y, sums);
    } else {
      std::fill_n(sums, s.windows[2], C(0));
      each_row_tap<false>(s, windows, z, y, [&](std::int64_t plane, std::int64_t row, const WindowRow::Tap& tap) {
        const T* __restrict from = x.at(n, c, plane, row, 0);
        each_in_row(tap.first, tap.last, tap.place, s.stride[2],
                    [&](std::int64_t o, std::int64_t place) { sums[o] += static_cast<C>(from[place]); });
      });
    }
    find_divisors(s, windows, z, y, divisors);
    T* to = result.at(n, c, z, y, 0);
    for (std::int64_t o = 0; o < s.windows[2]; ++o) to[o * result.column] = T(sums[o] / divisors[o]);
  };
  each_window_row<C>(
      s, 2, [](std::int64_t, std::int64_t) {}, work);
}

template <class T>
void avg_pool_grad_rows(const PoolSizes& s, Images<const T> upstream, Images<compute_type<T>> result) {
  using C = compute_type<T>;
  const WindowRow windows(s);
  const auto start = [&](std::int64_t n, std::int64_t c) {
    for (std::int64_t z = 0; z < s.length[0]; ++z)
      for (std::int64_t y = 0; y < s.length[1]; ++y) std::fill_n(result.at(n, c, z, y, 0), s.length[2], C(0));
  };
  const auto work = [&](std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, C* __restrict shares) {
    find_divisors(s, windows, z, y, shares);
    const T* from = upstream.at(n, c, z, y, 0);
    for (std::int64_t o = 0; o < s.windows[2]; ++o) shares[o] = static_cast<C>(from[o * upstream.column]) / shares[o];
    each_row_tap<true>(s, windows, z, y, [&](std::int64_t plane, std::int64_t row, const WindowRow::Tap& tap) {
      C* __restrict to = result.at(n, c, plane, row, 0);
      each_in_row(tap.first, tap.last, tap.place, s.stride[2],
                  [&](std::int64_t o, std::int64_t place) { to[place] += shares[o]; });
    });
  };
  each_window_row<C>(s, 1, start, work);
}

}  // namespace triptych
