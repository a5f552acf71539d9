// The loops of elementwise kernels on a GPU: any strides and broadcasting without a copy.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/formulas/elements.h"
#include "core/kernels/element_loops.h"
#include "cuda/kernels/element_loops.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {

static_assert(most_axes == Shape::max_rank);

template <class T, class... Rest>
Inputs<T, Rest...> make_inputs(const KernelCall& call, std::size_t k) {
  if constexpr (sizeof...(Rest) == 0)
    return {call.inputs[k].as<const T>()};
  else
    return {call.inputs[k].as<const T>(), make_inputs<Rest...>(call, k + 1)};
}

/// The merged loops of a call, for N operands (the output first).
template <std::size_t N>
StridedLoops<N> strided_loops(const KernelCall& call) {
  const ElementLoops merged = merge_loops(call);
  StridedLoops<N> loops{};
  loops.rank = merged.rank;
  loops.total = call.outputs[0].size();
  loops.narrow = loops.total < std::int64_t{1} << 31;
  for (int axis = 0; axis < merged.rank; ++axis) {
    loops.lengths[axis] = merged.lengths[static_cast<std::size_t>(axis)];
    for (std::size_t k = 0; k < N; ++k) loops.steps[k][axis] = merged.steps[k][static_cast<std::size_t>(axis)];
  }
  return loops;
}

/// How a call's elements are walked.
struct Walk {
  bool dense;          // every operand is dense, or one element for all
  unsigned single;     // bit k: input k is one element
  std::int64_t packs;  // that can be loaded by fours
  unsigned blocks;
};
template <std::size_t N>
Walk walk_of(const KernelCall& call, const StridedLoops<N>& loops) {
  const auto fits = [](const Operand& operand) {
    return reinterpret_cast<std::uintptr_t>(operand.data) % (4 * size_of(operand.dtype())) == 0;
  };
  const std::size_t inputs = std::min(N - 1, call.inputs.size());
  Walk walk{loops.rank == 1 && loops.steps[0][0] == 1, 0, 0, 0};
  bool packed = fits(call.outputs[0]);
  for (std::size_t k = 0; k < inputs; ++k) {
    const std::int64_t step = loops.steps[k + 1][0];
    walk.dense &= step == 0 || step == 1;
    if (step == 0) walk.single |= 1u << k;
    packed &= step == 0 || fits(call.inputs[k]);
  }
  if (walk.dense && packed) walk.packs = loops.total / 4;
  walk.blocks = blocks_for(walk.packs ? walk.packs : loops.total);
  return walk;
}

/// out = f(inputs), elementwise. `In...` are the element types of the inputs.
template <class Out, class... In, class F>
void elementwise(Site site, F f) {
  const KernelCall& call = site.call;
  const auto loops = strided_loops<sizeof...(In) + 1>(call);
  if (loops.total == 0) return;
  auto* out = call.outputs[0].as<Out>();
  const auto in = make_inputs<In...>(call, 0);
  const Walk walk = walk_of(call, loops);
  if (walk.dense)
    run(site, dense_kernel<Out, F, In...>, walk.blocks, block_threads, 0, f, loops.total, walk.packs, walk.single, out,
        in);
  else
    run(site, strided_kernel<Out, F, In...>, walk.blocks, block_threads, 0, f, loops, out, in);
}

/// The GPU's loops, for the functions that choose element types (core/formulas/elements.h).
struct GpuElements {
  static constexpr auto device = Device::Type::cuda;
  template <class Out, class... In, class F>
  static void run(const KernelCall& call, F f) {
    elementwise<Out, In...>(call, f);
  }
};

template <class Out = void, class F>
void any_binary(const KernelCall& call, F f) {
  elements::any_binary<GpuElements, Out>(call, f);
}

}  // namespace triptych::cuda
