// The loops of elementwise kernels: any strides and broadcasting without a copy.
//
// Dimensions are merged until only real steps are left; the innermost loop sees steps of 0 or 1 as constants, so that the
// compiler vectorises it. The scalar functions must be free of branches and contraction, so that an element's bits depend
// neither on its place (vector body or tail) nor on how the work is cut.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

/// Elements below this are not worth waking a thread for.
inline constexpr std::int64_t elementwise_grain = 32768;

/// The merged loops over an output and its N inputs; `steps[0]` belongs to the output.
template <std::size_t N>
struct ElementLoops {
  int rank = 0;
  std::array<std::int64_t, Shape::max_rank> lengths{};
  std::array<std::array<std::int64_t, Shape::max_rank>, N + 1> steps{};
};

template <std::size_t N>
ElementLoops<N> merge_loops(const KernelCall& call) {
  const TensorMeta& out = *call.outputs[0].meta;
  ElementLoops<N> loops;
  for (int i = 0; i < out.shape.rank(); ++i) {
    const auto axis = static_cast<std::size_t>(i);
    const std::int64_t n = out.shape.begin()[i];
    if (n == 1) continue;
    std::array<std::int64_t, N + 1> step;
    step[0] = out.strides[axis];
    for (std::size_t k = 0; k < N; ++k) {
      const TensorMeta& in = *call.inputs[k].meta;
      const int at = i - (out.shape.rank() - in.shape.rank());
      step[k + 1] = at < 0 || in.shape.begin()[at] == 1 ? 0 : in.strides[static_cast<std::size_t>(at)];
    }
    bool merges = loops.rank > 0;
    const auto last = static_cast<std::size_t>(loops.rank - 1);
    for (std::size_t k = 0; k <= N && merges; ++k) merges = loops.steps[k][last] == step[k] * n;
    const auto place = merges ? last : static_cast<std::size_t>(loops.rank++);
    loops.lengths[place] = merges ? loops.lengths[place] * n : n;
    for (std::size_t k = 0; k <= N; ++k) loops.steps[k][place] = step[k];
  }
  if (loops.rank == 0) {
    loops.rank = 1;
    loops.lengths[0] = out.shape.size();
  }
  return loops;
}

/// One run of the innermost loop. Constant steps let the compiler vectorise the common cases.
template <class Out, class F, class... In, std::size_t... K>
inline void element_row(F f, std::int64_t n, Out* out, const std::array<std::int64_t, sizeof...(In) + 1>& steps,
                        std::tuple<const In*...> in, std::index_sequence<K...>) {
  const bool dense = steps[0] == 1 && ((steps[K + 1] == 1) && ...);
  if (dense) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = f(std::get<K>(in)[i]...);
    return;
  }
  if constexpr (sizeof...(In) == 2) {
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0) {
      const auto b = *std::get<1>(in);
      for (std::int64_t i = 0; i < n; ++i) out[i] = f(std::get<0>(in)[i], b);
      return;
    }
    if (steps[0] == 1 && steps[1] == 0 && steps[2] == 1) {
      const auto a = *std::get<0>(in);
      for (std::int64_t i = 0; i < n; ++i) out[i] = f(a, std::get<1>(in)[i]);
      return;
    }
  }
  for (std::int64_t i = 0; i < n; ++i) out[i * steps[0]] = f(std::get<K>(in)[i * steps[K + 1]]...);
}

/// out = f(inputs), elementwise. `In...` are the element types of the inputs.
template <class Out, class... In, class F>
void elementwise(const KernelCall& call, F f) {
  constexpr std::size_t N = sizeof...(In);
  const std::int64_t total = call.outputs[0].size();
  if (total == 0) return;
  const auto pointers = [&]<std::size_t... K>(std::index_sequence<K...>) {
    return std::tuple<const In*...>(call.inputs[K].template as<const In>()...);
  }(std::make_index_sequence<N>());
  const ElementLoops<N> loops = merge_loops<N>(call);
  const auto inner = static_cast<std::size_t>(loops.rank - 1);
  std::array<std::int64_t, N + 1> steps;
  for (std::size_t k = 0; k <= N; ++k) steps[k] = loops.steps[k][inner];

  // Runs elements [begin, end) in row-major order of the merged loops.
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      std::int64_t rest = begin;
      const std::int64_t column = rest % loops.lengths[inner];
      rest /= loops.lengths[inner];
      std::array<std::int64_t, N + 1> offset;
      for (std::size_t k = 0; k <= N; ++k) offset[k] = column * steps[k];
      for (std::size_t axis = inner; axis-- > 0;) {
        const std::int64_t index = rest % loops.lengths[axis];
        rest /= loops.lengths[axis];
        for (std::size_t k = 0; k <= N; ++k) offset[k] += index * loops.steps[k][axis];
      }
      const std::int64_t n = std::min(end - begin, loops.lengths[inner] - column);
      [&]<std::size_t... K>(std::index_sequence<K...> indices) {
        element_row<Out, F, In...>(f, n, call.outputs[0].template as<Out>() + offset[0], steps,
                                   std::tuple<const In*...>(std::get<K>(pointers) + offset[K + 1]...), indices);
      }(std::make_index_sequence<N>());
      begin += n;
    }
  };
  if (total < 2 * elementwise_grain) return run(0, total);
  const std::int64_t parts = (total + elementwise_grain - 1) / elementwise_grain;
  parallel_for(parts, [&](std::int64_t part) {
    run(part * elementwise_grain, std::min(total, (part + 1) * elementwise_grain));
  });
}

/// Arithmetic is done in float for the 16-bit types, in the type itself for the others.
template <class T>
using compute_type = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

/// Keeps the memory order of the first input that has the output's shape and is dense, so that a channels-last tensor stays
/// one through elementwise ops.
void elementwise_layout(std::span<const TensorMeta* const> inputs, const void* attributes, std::span<TensorMeta> outputs);

}  // namespace triptych
