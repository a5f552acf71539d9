// The loops of elementwise kernels on a GPU: any strides and broadcasting without a copy.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "core/formulas/elements.h"
#include "core/kernels/element_loops.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {

/// Four elements that are loaded or stored at once.
template <class T>
struct alignas(4 * sizeof(T)) Pack {
  T values[4];
};

/// Operands that a kernel can be given by value: pointers and nothing else, or the emulator takes what lies between
/// them for pointers, too.
template <class T, class... Rest>
struct Inputs {
  const T* first;
  Inputs<Rest...> rest;
};
template <class T>
struct Inputs<T> {
  const T* first;
};
template <std::size_t k, class T, class... Rest>
__device__ auto input(const Inputs<T, Rest...>& inputs) {
  if constexpr (k == 0)
    return inputs.first;
  else
    return input<k - 1>(inputs.rest);
}
template <class T, class... Rest>
Inputs<T, Rest...> make_inputs(const KernelCall& call, std::size_t k) {
  if constexpr (sizeof...(Rest) == 0)
    return {call.inputs[k].as<const T>()};
  else
    return {call.inputs[k].as<const T>(), make_inputs<Rest...>(call, k + 1)};
}

/// Every operand is dense, or one element for all (bit k of `single`). `packs` are the elements that go by fours.
template <class Out, class F, class... In, std::size_t... K>
__device__ void dense_elements(F f, std::int64_t n, std::int64_t packs, unsigned single, Out* out,
                               const Inputs<In...>& in, std::index_sequence<K...>) {
  for (std::int64_t i = thread_index(); i < packs; i += thread_count()) {
    const auto load = [&](auto* from, std::size_t k) {
      using T = std::remove_const_t<std::remove_pointer_t<decltype(from)>>;
      if (single >> k & 1) return Pack<T>{{*from, *from, *from, *from}};
      return reinterpret_cast<const Pack<T>*>(from)[i];
    };
    const auto compute = [&](const auto&... a) {
      return Pack<Out>{{f(a.values[0]...), f(a.values[1]...), f(a.values[2]...), f(a.values[3]...)}};
    };
    reinterpret_cast<Pack<Out>*>(out)[i] = compute(load(input<K>(in), K)...);
  }
  for (std::int64_t i = 4 * packs + thread_index(); i < n; i += thread_count())
    out[i] = f(input<K>(in)[single >> K & 1 ? 0 : i]...);
}

template <class Out, class F, class... In>
__global__ void dense_kernel(F f, std::int64_t n, std::int64_t packs, unsigned single, Out* out, Inputs<In...> in) {
  dense_elements<Out, F, In...>(f, n, packs, single, out, in, std::make_index_sequence<sizeof...(In)>());
}

/// Loops with the steps of N operands.
template <std::size_t N>
struct StridedLoops {
  int rank;
  bool narrow;  // all indices fit 32 bits, whose division is many times faster
  std::int64_t total;
  std::int64_t lengths[Shape::max_rank];
  std::int64_t steps[N][Shape::max_rank];
};

/// Where element `i` (in row-major order of the loops) lies in each operand.
template <std::size_t N>
__device__ std::array<std::int64_t, N> places_of(const StridedLoops<N>& loops, std::int64_t i) {
  std::array<std::int64_t, N> place{};
  for (int axis = loops.rank - 1; axis >= 0; --axis) {
    const std::int64_t length = loops.lengths[axis];
    std::int64_t at = i;  // the outermost index is what is left
    if (axis > 0) {
      const std::int64_t rest =
          loops.narrow ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(length) : i / length;
      at = i - rest * length;
      i = rest;
    }
    for (std::size_t k = 0; k < N; ++k) place[k] += at * loops.steps[k][axis];
  }
  return place;
}

template <class Out, class F, class... In, std::size_t... K>
__device__ void strided_element(F f, const std::array<std::int64_t, sizeof...(In) + 1>& place, Out* out,
                                const Inputs<In...>& in, std::index_sequence<K...>) {
  out[place[0]] = f(input<K>(in)[place[K + 1]]...);
}

template <class Out, class F, class... In>
__global__ void strided_kernel(F f, StridedLoops<sizeof...(In) + 1> loops, Out* out, Inputs<In...> in) {
  for (std::int64_t i = thread_index(); i < loops.total; i += thread_count())
    strided_element<Out, F, In...>(f, places_of(loops, i), out, in, std::make_index_sequence<sizeof...(In)>());
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

/// Whether the call's `count` operands lie so that whole packs can be loaded.
inline bool packs_fit(const KernelCall& call, unsigned single) {
  const auto fits = [](const Operand& operand) {
    return reinterpret_cast<std::uintptr_t>(operand.data) % (4 * size_of(operand.dtype())) == 0;
  };
  bool fit = fits(call.outputs[0]);
  for (std::size_t k = 0; k < call.inputs.size(); ++k) fit &= (single >> k & 1) || fits(call.inputs[k]);
  return fit;
}

/// out = f(inputs), elementwise. `In...` are the element types of the inputs.
template <class Out, class... In, class F>
void elementwise(Site site, F f) {
  const KernelCall& call = site.call;
  constexpr std::size_t count = sizeof...(In) + 1;
  const auto loops = strided_loops<count>(call);
  if (loops.total == 0) return;
  auto* out = call.outputs[0].as<Out>();
  const auto in = make_inputs<In...>(call, 0);
  unsigned single = 0;
  bool dense = loops.rank == 1 && loops.steps[0][0] == 1;
  for (std::size_t k = 1; k < count; ++k) {
    if (loops.steps[k][0] == 0) single |= 1u << (k - 1);
    dense &= loops.steps[k][0] == 0 || loops.steps[k][0] == 1;
  }
  if (dense) {
    const std::int64_t packs = packs_fit(call, single) ? loops.total / 4 : 0;
    run(site, dense_kernel<Out, F, In...>, blocks_for(packs ? packs : loops.total), block_threads, 0, f, loops.total,
        packs, single, out, in);
  } else {
    run(site, strided_kernel<Out, F, In...>, blocks_for(loops.total), block_threads, 0, f, loops, out, in);
  }
}

/// The GPU's loops, for the functions that choose element types (core/formulas/elements.h).
struct GpuElements {
  template <class Out, class... In, class F>
  static void run(const KernelCall& call, F f) {
    elementwise<Out, In...>(call, f);
  }
};

template <class F>
void floating_unary(const KernelCall& call, F f) {
  elements::floating_unary<GpuElements>(call, f);
}
template <class F>
void floating_binary(const KernelCall& call, F f) {
  elements::floating_binary<GpuElements>(call, f);
}
template <class Out = void, class F>
void any_unary(const KernelCall& call, F f) {
  elements::any_unary<GpuElements, Out>(call, f);
}
template <class Out = void, class F>
void any_binary(const KernelCall& call, F f) {
  elements::any_binary<GpuElements, Out>(call, f);
}

/// The kernel of an elementwise op; its output may take over any input's buffer.
constexpr Kernel elementwise_kernel(void (*run)(const KernelCall&)) {
  return {.run = run, .any_strides = true, .donates = every_one, .layout = elementwise_layout};
}

}  // namespace triptych::cuda
