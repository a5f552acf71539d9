// What a kernel that is compiled at run time does around its formula. Read by that compiler: no include that it does
// not know.
#pragma once

#include "cuda/kernels/element_loops.h"

namespace triptych::cuda {

inline constexpr int most_fused_inputs = 7;

/// The same type for all such kernels, since who launches them knows none of their element types.
struct FusedArguments {
  void* out;
  const void* in[most_fused_inputs];
  StridedLoops<most_fused_inputs + 1> loops;
  std::int64_t packs;
  unsigned single;
  bool dense;  // else strided: as in `elementwise`
};

template <class T, class... Rest>
__device__ Inputs<T, Rest...> inputs_at(const void* const* data) {
  if constexpr (sizeof...(Rest) == 0)
    return {static_cast<const T*>(*data)};
  else
    return {static_cast<const T*>(*data), inputs_at<Rest...>(data + 1)};
}

/// out = f(inputs), elementwise.
template <class Out, class... In, class F>
__device__ void fused_elements(F f, const FusedArguments& a) {
  constexpr auto indices = std::make_index_sequence<sizeof...(In)>();
  auto* const out = static_cast<Out*>(a.out);
  const auto in = inputs_at<In...>(a.in);
  if (a.dense) return dense_elements<Out, F, In...>(f, a.loops.total, a.packs, a.single, out, in, indices);
  for (std::int64_t i = thread_index(); i < a.loops.total; i += thread_count())
    strided_element<Out, F, In...>(f, first_places_of<sizeof...(In) + 1>(a.loops, i), out, in, indices);
}

}  // namespace triptych::cuda
