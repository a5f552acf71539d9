// The loops of elementwise kernels, as a GPU's threads run them. Read by the run-time compiler too: no include that it
// does not know.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "cuda/kernels/thread_index.h"

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

inline constexpr int most_axes = 8;

/// Loops with the steps of N operands.
template <std::size_t N>
struct StridedLoops {
  int rank;
  bool narrow;  // all indices fit 32 bits, whose division is many times faster
  std::int64_t total;
  std::int64_t lengths[most_axes];
  std::int64_t steps[N][most_axes];
};

/// Where element `i` (in row-major order of the loops) lies in each of the first `Count` operands.
template <std::size_t Count, std::size_t N>
__device__ std::array<std::int64_t, Count> first_places_of(const StridedLoops<N>& loops, std::int64_t i) {
  std::array<std::int64_t, Count> place{};
  for (int axis = loops.rank - 1; axis >= 0; --axis) {
    const std::int64_t length = loops.lengths[axis];
    std::int64_t at = i;  // the outermost index is what is left
    if (axis > 0) {
      const std::int64_t rest =
          loops.narrow ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(length) : i / length;
      at = i - rest * length;
      i = rest;
    }
    for (std::size_t k = 0; k < Count; ++k) place[k] += at * loops.steps[k][axis];
  }
  return place;
}
template <std::size_t N>
__device__ std::array<std::int64_t, N> places_of(const StridedLoops<N>& loops, std::int64_t i) {
  return first_places_of<N>(loops, i);
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

}  // namespace triptych::cuda
