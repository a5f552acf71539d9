// Reductions over any axes and strides, with one order of addition for all of them.
//
// The elements that one output gathers are counted in row-major order of the reduced axes and cut into blocks of 1024.
// Inside a block, element i belongs to lane i mod 16; a lane adds its elements in turn, by fours while there are whole
// groups of 64; then the 16 lanes are folded in halves, and the blocks' values pairwise. This tree depends on the shape
// alone. It suits both directions: where a reduced axis is dense in memory the lanes are a vector register; where a
// kept axis is, each lane is a row of columns.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/formulas/reduce.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/few.h"
#include "core/kernels/lanes.h"
#include "core/kernels/path.h"
#include "core/kernels/reduce/reduce_loops.h"
#include "triptych/core/op.h"

namespace triptych {

namespace reduce_paths {
inline Path columns("reduce: columns"), dense_rows("reduce: dense rows"), gathered_rows("reduce: gathered rows"),
    folded_together("reduce: rows folded together"), nothing("reduce: nothing to reduce"),
    one_block("reduce: one block"), several_blocks("reduce: several blocks"), one_part("reduce: on one thread"),
    several_parts("reduce: in parallel");
}  // namespace reduce_paths

inline constexpr std::int64_t reduce_group = 4 * reduce_lanes;
inline constexpr std::int64_t reduce_block = 1024;
/// Elements that are worth a task of their own.
inline constexpr std::int64_t reduce_grain = 32768;

/// Folds `count` values pairwise into the first.
template <class Acc, class Combine>
Acc fold_pairs(Acc* values, std::int64_t count, Combine combine) {
  for (; count > 1; count = (count + 1) / 2) {
    for (std::int64_t i = 0; i < count / 2; ++i) values[i] = combine(values[2 * i], values[2 * i + 1]);
    if (count % 2) values[count / 2] = values[count - 1];
  }
  return values[0];
}

/// Two registers that hold the lanes of several outputs, `run` lanes each, side by side: the first (second) half of
/// each.
template <std::size_t run, std::size_t second, class V, std::size_t... l>
V halves(const V& a, const V& b, std::index_sequence<l...>) {
  constexpr std::size_t half = run / 2;
  return __builtin_shufflevector(a, b, (l / half * run + l % half + second * half)...);
}

/// Folds the lanes of each register in halves: register i's value is lane i of the result. The outputs share the
/// operations, from two outputs a register to as many as it has lanes.
template <class Acc, std::size_t run = static_cast<std::size_t>(lanes_at_once<Acc>), class Combine>
Lanes<Acc> fold_together(Lanes<Acc>* registers, Combine combine) {
  if constexpr (run == 1) {
    return registers[0];
  } else {
    constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(lanes_at_once<Acc>)>();
    for (std::size_t i = 0; i < run / 2; ++i) {
      const Lanes<Acc>&a = registers[2 * i], &b = registers[2 * i + 1];
      registers[i] = combine(halves<run, 0>(a, b, all), halves<run, 1>(a, b, all));
    }
    return fold_together<Acc, run / 2>(registers, combine);
  }
}

/// The same for one register alone.
template <class Acc, std::size_t run = static_cast<std::size_t>(lanes_at_once<Acc>), class Combine>
Acc fold_register(const Lanes<Acc>& lanes, Combine combine) {
  if constexpr (run == 1) {
    return lanes[0];
  } else {
    constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(lanes_at_once<Acc>)>();
    return fold_register<Acc, run / 2>(Lanes<Acc>(combine(lanes, halves<run, 1>(lanes, lanes, all))), combine);
  }
}

/// One block (n <= 1024 elements) that is dense in memory: `combine` over map(parameter, element of each input), folded
/// as far as one register.
template <class In, class Acc, std::size_t N, class Map, class Combine>
Lanes<Acc> block_lanes(const std::array<const In*, N>& p, Acc parameter, std::int64_t n, Acc identity, Map map,
                       Combine combine) {
  constexpr std::int64_t width = lanes_at_once<Acc>, count = reduce_lanes / width;
  const Lanes<Acc> wide_parameter = parameter - Lanes<Acc>{};
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    const auto at = [&](std::int64_t i) { return map(wide_parameter, load_lanes<Acc>(p[K] + i)...); };
    // The registers of a group in turn, so that no sum waits for the one before.
    const Lanes<Acc> nothing = identity - Lanes<Acc>{};  // it changes no value that it is combined with
    Lanes<Acc> registers[count];
    std::fill_n(registers, count, nothing);
    std::int64_t first = 0;
    for (; first + reduce_group <= n; first += reduce_group)
      for (std::int64_t r = 0; r < count; ++r) {
        const std::int64_t i = first + r * width;
        registers[r] = combine(registers[r], combine(combine(at(i), at(i + reduce_lanes)),
                                                     combine(at(i + 2 * reduce_lanes), at(i + 3 * reduce_lanes))));
      }
    for (; first + reduce_lanes <= n; first += reduce_lanes)
      for (std::int64_t r = 0; r < count; ++r) registers[r] = combine(registers[r], at(first + r * width));
    if (first < n) {
      alignas(64) In last[N][reduce_lanes];
      (read_few(p[K] + first, n - first, In(), last[K]), ...);
      const Lanes<Acc> left = static_cast<Acc>(n - first) - Lanes<Acc>{};
      for (std::int64_t r = 0; r < count; ++r) {
        const Lanes<Acc> more = map(wide_parameter, load_lanes<Acc>(last[K] + r * width)...);
        registers[r] = combine(registers[r], lane_numbers<Acc>(r * width) < left ? more : nothing);
      }
    }
    for (std::int64_t used = count / 2; used > 0; used /= 2)
      for (std::int64_t r = 0; r < used; ++r) registers[r] = combine(registers[r], registers[r + used]);
    return registers[0];
  }
  (std::make_index_sequence<N>());
}

/// The block's value.
template <class In, class Acc, std::size_t N, class Map, class Combine>
Acc reduce_block_of(const std::array<const In*, N>& p, Acc parameter, std::int64_t n, Acc identity, Map map,
                    Combine combine) {
  return fold_register<Acc>(block_lanes(p, parameter, n, identity, map, combine), combine);
}

/// A reduction of N inputs of element type In to values of type Acc. `Map` maps the elements at one place to an Acc,
/// given the output's parameter; `Combine` is the operation. Both take scalars and Lanes alike. `Finish` takes an
/// output's offset and value.
template <class In, class Acc, std::size_t N, class Map, class Combine, class Finish>
class Reducer {
  using Loops = ReduceLoops<N>;
  using Axis = typename Loops::Axis;
  using Pointers = std::array<const In*, N>;

 public:
  Reducer(const Loops& loops, const Pointers& inputs, Acc identity, Map map, Combine combine, const Acc* parameters,
          Finish finish)
      : loops_(loops),
        inputs_(inputs),
        identity_(identity),
        map_(map),
        combine_(combine),
        parameters_(parameters),
        finish_(finish),
        blocks_((loops.count + reduce_block - 1) / reduce_block) {}

  void run() {
    if (loops_.outputs == 0) return;
    if (loops_.count == 0) {
      reduce_paths::nothing.take();
      for (std::int64_t i = 0; i < loops_.outputs; ++i) finish_(output_place(i), identity_);
      return;
    }
    (blocks_ == 1 ? reduce_paths::one_block : reduce_paths::several_blocks).take();
    const int column = column_axis();
    std::optional<Scratch> leaves;
    if (blocks_ > 1) {
      leaves.emplace(static_cast<std::size_t>(blocks_ * loops_.outputs) * sizeof(Acc));
      leaves_ = leaves->template as<Acc>();
    }
    if (column >= 0)
      reduce_columns(column);
    else
      reduce_rows();
    if (blocks_ == 1) return;
    for (std::int64_t i = 0; i < loops_.outputs; ++i)
      finish_(output_place(i), fold_pairs(leaves_ + i * blocks_, blocks_, combine_));
  }

 private:
  const Axis* inner() const {
    return loops_.reduced ? &loops_.reduced_axes[static_cast<std::size_t>(loops_.reduced - 1)] : nullptr;
  }
  static bool dense(const Axis& axis) {
    return std::all_of(axis.in.begin(), axis.in.end(), [](std::int64_t step) { return step == 1; });
  }

  /// The kept axis that is dense in memory, if columns are the better direction; else -1.
  int column_axis() const {
    if (loops_.reduced && dense(*inner()) && inner()->length >= reduce_lanes) return -1;
    int best = -1;
    for (int i = 0; i < loops_.kept; ++i) {
      const auto& axis = loops_.kept_axes[static_cast<std::size_t>(i)];
      if (axis.length < 4) continue;
      if (dense(axis)) best = i;
    }
    return best;
  }

  /// Offset of output number i, in row-major order of the kept axes.
  std::int64_t output_place(std::int64_t i) const {
    std::int64_t place = 0;
    for_each_kept_axis(i, [&](const Axis& loop, std::int64_t index) { place += index * loop.out; });
    return place;
  }
  Pointers first_element(std::int64_t i) const {
    Pointers result = inputs_;
    for_each_kept_axis(i, [&](const Axis& loop, std::int64_t index) {
      for (std::size_t k = 0; k < N; ++k) result[k] += index * loop.in[k];
    });
    return result;
  }
  /// Calls f(axis, index) for output number i; the outermost axis needs no division, and is the only one, mostly.
  template <class F>
  void for_each_kept_axis(std::int64_t i, F f) const {
    for (int axis = loops_.kept - 1; axis > 0; --axis) {
      const Axis& loop = loops_.kept_axes[static_cast<std::size_t>(axis)];
      f(loop, i % loop.length);
      i /= loop.length;
    }
    if (loops_.kept > 0) f(loops_.kept_axes[0], i);
  }
  /// Calls `run(offsets, n)` for each run of the innermost reduced axis inside [begin, end); offsets are the inputs'.
  template <class Run>
  void for_each_run(std::int64_t begin, std::int64_t end, Run run) const {
    while (begin < end) {
      std::array<std::int64_t, N> offset{};
      std::int64_t rest = begin, n = end - begin;
      for (int axis = loops_.reduced - 1; axis >= 0; --axis) {
        const Axis& loop = loops_.reduced_axes[static_cast<std::size_t>(axis)];
        const std::int64_t index = rest % loop.length;
        if (axis == loops_.reduced - 1) n = std::min(n, loop.length - index);
        for (std::size_t k = 0; k < N; ++k) offset[k] += index * loop.in[k];
        rest /= loop.length;
      }
      run(offset, n);
      begin += n;
    }
  }

  /// Calls part(first, last) for parts of `tasks` tasks of about the same size.
  template <class Part>
  void for_each_part(std::int64_t tasks, Part part) const {
    const std::int64_t total = loops_.outputs * loops_.count;
    const std::int64_t parts = total < 2 * reduce_grain ? 1 : std::min(tasks, total / reduce_grain);
    (parts == 1 ? reduce_paths::one_part : reduce_paths::several_parts).take();
    parallel_for(parts, [&](std::int64_t i) { part(tasks * i / parts, tasks * (i + 1) / parts); });
  }

  void emit(std::int64_t output, std::int64_t place, std::int64_t block, Acc value) {
    if (blocks_ == 1)
      finish_(place, value);
    else
      leaves_[output * blocks_ + block] = value;
  }

  // --- A reduced axis is dense: lanes are a vector
  // ---------------------------------------------------------------------

  /// Blocks, as many at once as a register has lanes.
  void reduce_rows() {
    const bool direct = loops_.reduced == 0 || (loops_.reduced == 1 && dense(*inner()));
    (direct ? reduce_paths::dense_rows : reduce_paths::gathered_rows).take();
    for_each_part(loops_.outputs * blocks_, [&](std::int64_t first, std::int64_t last) {
      alignas(64) In packed[N][reduce_block];
      std::int64_t i = first;
      if (last - first >= lanes_at_once<Acc>) reduce_paths::folded_together.take();
      for (; i + lanes_at_once<Acc> <= last; i += lanes_at_once<Acc>) {
        Lanes<Acc> registers[lanes_at_once<Acc>];
        for (std::int64_t k = 0; k < lanes_at_once<Acc>; ++k) {
          const Block block(*this, i + k);
          registers[k] =
              block_lanes(elements(block, direct, packed), parameter(block), block.size(), identity_, map_, combine_);
        }
        const Lanes<Acc> values = fold_together<Acc>(registers, combine_);
        for (std::int64_t k = 0; k < lanes_at_once<Acc>; ++k) emit(Block(*this, i + k), values[k]);
      }
      for (; i < last; ++i) {
        const Block block(*this, i);
        emit(block, reduce_block_of(elements(block, direct, packed), parameter(block), block.size(), identity_, map_,
                                    combine_));
      }
    });
  }

  /// A block of an output.
  struct Block {
    std::int64_t output, number, place, begin, end;
    Block(const Reducer& reducer, std::int64_t i)
        : output(reducer.blocks_ == 1 ? i : i / reducer.blocks_),
          number(i - output * reducer.blocks_),
          place(reducer.output_place(output)),
          begin(number * reduce_block),
          end(std::min(reducer.loops_.count, begin + reduce_block)) {}
    std::int64_t size() const { return end - begin; }
  };
  Acc parameter(const Block& block) const { return parameters_ ? parameters_[block.place] : identity_; }
  void emit(const Block& block, Acc value) { emit(block.output, block.place, block.number, value); }

  /// Where the block's elements lie side by side: in place, or gathered into `packed`.
  Pointers elements(const Block& block, bool direct, In (&packed)[N][reduce_block]) const {
    Pointers p = first_element(block.output);
    if (direct) {
      for (const In*& pointer : p) pointer += block.begin;
      return p;
    }
    const Pointers row = p;
    std::int64_t filled = 0;
    bool in_place = false;  // the whole block is one dense run
    for_each_run(block.begin, block.end, [&](const std::array<std::int64_t, N>& offset, std::int64_t n) {
      in_place = n == block.size() && dense(*inner());
      for (std::size_t k = 0; k < N; ++k) {
        p[k] = row[k] + offset[k];
        if (in_place) continue;
        const std::int64_t step = inner()->in[k];
        if (step == 1)
          std::memcpy(packed[k] + filled, p[k], static_cast<std::size_t>(n) * sizeof(In));
        else
          for (std::int64_t i = 0; i < n; ++i) packed[k][filled + i] = p[k][i * step];
      }
      filled += n;
    });
    if (!in_place)
      for (std::size_t k = 0; k < N; ++k) p[k] = packed[k];
    return p;
  }

  // --- A kept axis is dense: each lane is a row of columns
  // -------------------------------------------------------------

  static constexpr std::int64_t tile_columns = 1024 / static_cast<std::int64_t>(sizeof(Acc));

  void reduce_columns(int column) {
    reduce_paths::columns.take();
    const Axis columns = loops_.kept_axes[static_cast<std::size_t>(column)];
    std::int64_t inside = 1;  // kept places between two steps of the column axis, in row-major order
    for (int i = column + 1; i < loops_.kept; ++i) inside *= loops_.kept_axes[static_cast<std::size_t>(i)].length;
    const std::int64_t groups = loops_.outputs / columns.length;
    const std::int64_t tiles = (columns.length + tile_columns - 1) / tile_columns;
    for_each_part(groups * tiles * blocks_, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t block = task % blocks_, first = task / blocks_ % tiles * tile_columns,
                           group = task / blocks_ / tiles;
        const std::int64_t output = group / inside * inside * columns.length + group % inside + first * inside;
        column_block(output, inside, columns.out, std::min(tile_columns, columns.length - first), block);
      }
    });
  }

  /// One block of `width` columns: outputs `output`, `output + inside`, ...
  void column_block(std::int64_t output, std::int64_t inside, std::int64_t out_step, std::int64_t width,
                    std::int64_t block) {
    const std::int64_t begin = block * reduce_block, end = std::min(loops_.count, begin + reduce_block),
                       n = end - begin;
    const std::int64_t place = output_place(output);
    const Pointers base = first_element(output);
    alignas(64) Acc sums[reduce_lanes][tile_columns];
    alignas(64) Acc parameters[tile_columns];
    std::int64_t offsets[N][reduce_block];
    std::int64_t filled = 0;
    for_each_run(begin, end, [&](const std::array<std::int64_t, N>& offset, std::int64_t run) {
      for (std::int64_t i = 0; i < run; ++i, ++filled)
        for (std::size_t k = 0; k < N; ++k) offsets[k][filled] = offset[k] + (loops_.reduced ? i * inner()->in[k] : 0);
    });
    for (std::int64_t c = 0; c < width; ++c)
      parameters[c] = parameters_ ? parameters_[place + c * out_step] : identity_;
    const std::int64_t lanes = std::min(n, reduce_lanes);
    for (std::int64_t l = 0; l < lanes; ++l) std::fill_n(sums[l], width, identity_);

    for (std::int64_t first = 0; first < n; first += reduce_group)
      for (std::int64_t l = 0; l < lanes && first + l < n; ++l) [&]<std::size_t... K>(std::index_sequence<K...>) {
          Acc* __restrict lane = sums[l];
          const std::int64_t row = first + l;
          if (first + reduce_group <= n) {
            const Pointers a{base[K] + offsets[K][row]...}, b{base[K] + offsets[K][row + reduce_lanes]...},
                c{base[K] + offsets[K][row + 2 * reduce_lanes]...}, d{base[K] + offsets[K][row + 3 * reduce_lanes]...};
            const auto four = [&](const auto& sum, const auto& p, const auto& at) {
              return combine_(sum, combine_(combine_(map_(p, at(a[K])...), map_(p, at(b[K])...)),
                                            combine_(map_(p, at(c[K])...), map_(p, at(d[K])...))));
            };
            std::int64_t i = 0;
            for (; i + lanes_at_once<Acc> <= width; i += lanes_at_once<Acc>) {
              const Lanes<Acc> sum = four(load_lanes<Acc>(lane + i), load_lanes<Acc>(parameters + i),
                                          [i](const In* row_) { return load_lanes<Acc>(row_ + i); });
              std::memcpy(lane + i, &sum, sizeof sum);
            }
            for (; i < width; ++i)
              lane[i] = four(lane[i], parameters[i], [i](const In* row_) { return static_cast<Acc>(row_[i]); });
            return;
          }
          for (std::int64_t r = row; r < n; r += reduce_lanes)
            for (std::int64_t i = 0; i < width; ++i)
              lane[i] = combine_(lane[i], map_(parameters[i], static_cast<Acc>((base[K] + offsets[K][r])[i])...));
        }
    (std::make_index_sequence<N>());

    for (std::int64_t half = reduce_lanes / 2; half > 0; half /= 2)
      for (std::int64_t l = 0; l < half && l + half < lanes; ++l)
        for (std::int64_t i = 0; i < width; ++i) sums[l][i] = combine_(sums[l][i], sums[l + half][i]);
    for (std::int64_t i = 0; i < width; ++i) emit(output + i * inside, place + i * out_step, block, sums[0][i]);
  }

  const Loops& loops_;
  Pointers inputs_;
  Acc identity_;
  Map map_;
  Combine combine_;
  const Acc* parameters_;
  Finish finish_;
  std::int64_t blocks_;
  Acc* leaves_ = nullptr;
};

/// Reduces; see Reducer. `parameters` (may be null) holds one value for each output, at the output's offset.
template <class In, class Acc, std::size_t N, class Map, class Combine, class Finish>
void reduce(const ReduceLoops<N>& loops, const std::array<const In*, N>& inputs, Acc identity, Map map, Combine combine,
            const Acc* parameters, Finish finish) {
  Reducer<In, Acc, N, Map, Combine, Finish>(loops, inputs, identity, map, combine, parameters, finish).run();
}

inline constexpr formula::PickFirst pick_first{};
inline constexpr formula::AddUp add_up{};
inline constexpr formula::Larger larger{};
inline constexpr formula::Smaller smaller{};

}  // namespace triptych
