// Reductions over any axes and strides on a GPU. A team of threads gathers one output, each of them every so many-th
// element; where outputs are few and elements many, teams of several blocks share an output, and a second launch
// combines what they found. Nothing depends on which thread comes first: results are the same, bit for bit, each time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/formulas/reduce.h"
#include "core/kernels/reduce/reduce_loops.h"
#include "cuda/kernels/scratch.h"
#include "cuda/kernels/teams.h"

namespace triptych::cuda {

/// Where a reduction is: at element `number` of those that an output gathers.
template <std::size_t N>
struct ReducePlace {
  std::int64_t number = 0;
  std::int64_t out = 0;              // offset of the output
  std::array<std::int64_t, N> in{};  // offsets in the inputs
};

/// Sorts loops so that neighbouring threads read neighbouring elements, and merges what then fits together.
/// `in_order`: the elements of an output keep their numbers.
template <std::size_t N>
void arrange_for_memory(ReduceLoops<N>& loops, bool in_order) {
  using Axis = typename ReduceLoops<N>::Axis;
  const auto outer = [](const Axis& a, const Axis& b) { return std::abs(a.in[0]) > std::abs(b.in[0]); };
  std::stable_sort(loops.kept_axes.begin(), loops.kept_axes.begin() + loops.kept, outer);
  if (in_order) return;
  std::stable_sort(loops.reduced_axes.begin(), loops.reduced_axes.begin() + loops.reduced, outer);
  int rank = 0;
  for (int i = 0; i < loops.reduced; ++i) {
    const Axis& axis = loops.reduced_axes[static_cast<std::size_t>(i)];
    bool merges = rank > 0;
    for (std::size_t k = 0; merges && k < N; ++k)
      merges = loops.reduced_axes[static_cast<std::size_t>(rank - 1)].in[k] == axis.in[k] * axis.length;
    if (merges) {
      Axis& last = loops.reduced_axes[static_cast<std::size_t>(rank - 1)];
      last = {last.length * axis.length, 0, axis.in};
    } else {
      loops.reduced_axes[static_cast<std::size_t>(rank++)] = axis;
    }
  }
  loops.reduced = rank;
}

/// Adds the offsets of step `i` (row-major) of some loops.
template <std::size_t N, class Axes>
__device__ void advance(ReducePlace<N>& place, const Axes& axes, int rank, bool narrow, std::int64_t i) {
  for (int axis = rank - 1; axis >= 0; --axis) {
    const auto& loop = axes[static_cast<std::size_t>(axis)];
    std::int64_t at = i;  // the outermost index is what is left
    if (axis > 0) {
      const std::int64_t rest =
          narrow ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(loop.length) : i / loop.length;
      at = i - rest * loop.length;
      i = rest;
    }
    place.out += at * loop.out;
    for (std::size_t k = 0; k < N; ++k) place.in[k] += at * loop.in[k];
  }
}

/// How a launch cuts a reduction: `parts` blocks for each group of outputs.
struct ReducePlan {
  Teams teams;
  std::int64_t count, groups, parts, part_length;
  bool narrow;  // indices fit 32 bits, whose division is many times faster
};
inline ReducePlan reduce_plan(std::int64_t outputs, std::int64_t count, bool side_by_side, std::int64_t most_blocks) {
  constexpr std::int64_t worth_a_thread = 16;
  ReducePlan plan{};
  plan.teams = teams_for(outputs, count, side_by_side);
  plan.count = count;
  plan.groups = plan.teams.blocks(outputs);
  plan.parts = std::clamp<std::int64_t>(count / (plan.teams.size * worth_a_thread), 1,
                                        std::max<std::int64_t>(1, most_blocks / plan.groups));
  plan.part_length = (count + plan.parts - 1) / plan.parts;
  plan.narrow = std::max(outputs, count) < std::int64_t{1} << 31;
  return plan;
}

/// `from`: the partial values of an earlier launch, `parts` for each output, instead of elements. `to`: where to leave
/// partial values; null: `finish` gets the final ones.
template <class Acc, std::size_t N, class Element, class Combine, class Finish>
__global__ void reduce_kernel(ReduceLoops<N> loops, ReducePlan plan, Acc identity, Element element, Combine combine,
                              Finish finish, const Acc* from, Acc* to) {
  TRIPTYCH_SHARED(shared, Acc[block_threads]);
  const Team team = my_team(plan.teams);
  const std::int64_t begin = blockIdx.y * plan.part_length + team.rank, step = plan.teams.size,
                     end = min(plan.count, begin - team.rank + plan.part_length);
  for (std::int64_t group = blockIdx.x; group < plan.groups; group += gridDim.x) {
    const std::int64_t output = group * plan.teams.count + team.number;
    const bool real = output < loops.outputs;
    ReducePlace<N> base;
    if (real) advance(base, loops.kept_axes, loops.kept, plan.narrow, output);
    const auto at = [&](std::int64_t i) -> Acc {
      if (from) return from[i * loops.outputs + output];
      ReducePlace<N> place = base;
      place.number = i;
      advance(place, loops.reduced_axes, loops.reduced, plan.narrow, i);
      return element(place);
    };
    Acc values[4] = {identity, identity, identity, identity};  // several loads on their way at once
    std::int64_t i = real ? begin : end;
    for (; i + 3 * step < end; i += 4 * step)
      for (int k = 0; k < 4; ++k) values[k] = combine(values[k], at(i + k * step));
    for (; i < end; i += step) values[0] = combine(values[0], at(i));
    const Acc value =
        fold_team(plan.teams, combine(combine(values[0], values[1]), combine(values[2], values[3])), combine, shared);
    if (team.rank != 0 || !real) continue;
    if (to)
      to[blockIdx.y * loops.outputs + output] = value;
    else
      finish(base.out, value);
  }
}

/// Combines element(place), a place for each element that an output gathers, and calls finish(offset of the output,
/// value). All three are device functors. `in_order`: `element` uses the number of a place.
template <class Acc, std::size_t N, class Element, class Combine, class Finish>
void reduce(Site site, ReduceLoops<N> loops, Acc identity, Element element, Combine combine, Finish finish,
            bool in_order = false) {
  if (loops.outputs == 0) return;
  arrange_for_memory(loops, in_order);
  const auto unit_step = [](const auto& axes, int rank) {
    return rank > 0 && std::abs(axes[static_cast<std::size_t>(rank - 1)].in[0]) == 1;
  };
  const bool side_by_side = unit_step(loops.kept_axes, loops.kept) && !unit_step(loops.reduced_axes, loops.reduced);
  const auto launch = [&](const ReducePlan& plan, const Acc* from, Acc* to) {
    run(site, reduce_kernel<Acc, N, Element, Combine, Finish>,
        dim3(blocks_for(plan.groups, 1), static_cast<unsigned>(plan.parts)), plan.teams.threads(), 0, loops, plan,
        identity, element, combine, finish, from, to);
  };
  constexpr std::int64_t enough_blocks = 1024;
  const ReducePlan plan = reduce_plan(loops.outputs, loops.count, side_by_side, enough_blocks);
  if (plan.parts == 1) return launch(plan, nullptr, nullptr);
  const Scratch partial(site.call.context, static_cast<std::size_t>(plan.parts * loops.outputs) * sizeof(Acc));
  launch(plan, nullptr, partial.template as<Acc>());
  launch(reduce_plan(loops.outputs, plan.parts, true, 1), partial.template as<Acc>(), nullptr);
}

// --- What most reductions need --------------------------------------------------------------------------------------

/// The element of the first input, as an Acc.
template <class Acc, class T>
struct ReadElement {
  const T* x;
  template <std::size_t N>
  __device__ Acc operator()(const ReducePlace<N>& place) const {
    return static_cast<Acc>(static_cast<compute_type<T>>(x[place.in[0]]));
  }
};

/// out = T(value).
template <class T>
struct WriteValue {
  T* out;
  template <class Acc>
  __device__ void operator()(std::int64_t place, Acc value) const {
    out[place] = T(value);
  }
};

}  // namespace triptych::cuda
