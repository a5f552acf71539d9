// The loops of elementwise kernels: any strides and broadcasting without a copy.
//
// Dimensions are merged until only real steps are left; the innermost loop sees steps of 0 or 1 as constants, so that
// the compiler vectorises it. The scalar functions must be free of branches and contraction, so that an element's bits
// depend neither on its place (vector body or tail) nor on how the work is cut.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/formulas/elements.h"
#include "core/kernels/element_loops.h"
#include "core/kernels/path.h"
#include "triptych/core/op.h"

// An output that took over an input's buffer depends on it at the same element only.
#ifdef __clang__
#define TRIPTYCH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TRIPTYCH_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace triptych {

/// Elements below this are not worth waking a thread for.
inline constexpr std::int64_t elementwise_grain = 32768;

namespace elementwise_paths {
inline Path usual("elementwise: a block of usual elements"), unusual("elementwise: a block with others");
}  // namespace elementwise_paths

/// out[i] = f(in[i]...) by the faster form of the formula in blocks that it holds for.
template <class Out, class F, class... In>
void usual_row(const F& f, std::int64_t n, Out* out, const In*... in) {
  constexpr std::int64_t block = 512;
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const std::int64_t end = std::min(n, begin + block);
    std::uint32_t usual = 1;  // words, so that the loop is vectorised
    for (std::int64_t i = begin; i < end; ++i) usual &= static_cast<std::uint32_t>(f.is_usual(in[i]...));
    (usual ? elementwise_paths::usual : elementwise_paths::unusual).take();
    if (usual) {
      TRIPTYCH_INDEPENDENT
      for (std::int64_t i = begin; i < end; ++i) out[i] = f.usual(in[i]...);
    } else {
      TRIPTYCH_INDEPENDENT
      for (std::int64_t i = begin; i < end; ++i) out[i] = f(in[i]...);
    }
  }
}

/// One run of the innermost loop. Constant steps let the compiler vectorise the common cases.
template <class Out, class F, class... In, std::size_t... K>
inline void element_row(F f, std::int64_t n, Out* out, const std::int64_t* steps, std::tuple<const In*...> in,
                        std::index_sequence<K...>) {
  const bool dense = steps[0] == 1 && ((steps[K + 1] == 1) && ...);
  if (dense) {
    if constexpr (requires { f.usual(std::get<K>(in)[0]...); }) return usual_row(f, n, out, std::get<K>(in)...);
    TRIPTYCH_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) out[i] = f(std::get<K>(in)[i]...);
    return;
  }
  if constexpr (sizeof...(In) == 2) {
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0) {
      const auto b = *std::get<1>(in);
      TRIPTYCH_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) out[i] = f(std::get<0>(in)[i], b);
      return;
    }
    if (steps[0] == 1 && steps[1] == 0 && steps[2] == 1) {
      const auto a = *std::get<0>(in);
      TRIPTYCH_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) out[i] = f(a, std::get<1>(in)[i]);
      return;
    }
  }
  for (std::int64_t i = 0; i < n; ++i) out[i * steps[0]] = f(std::get<K>(in)[i * steps[K + 1]]...);
}

/// Runs `row` over all innermost runs of the merged loops, on the library's threads: `in` are the inputs' elements
/// where the run starts, `steps` the step of the output and then of each input. Not a template: only the rows are.
using ElementRow = void (*)(std::int64_t n, void* out, const void* const* in, const std::int64_t* steps, const void* f);
void run_element_rows(const KernelCall& call, ElementRow row, const void* f);

/// out = f(inputs), elementwise. `In...` are the element types of the inputs.
template <class Out, class... In, class F>
void elementwise(const KernelCall& call, F f) {
  const ElementRow row = [](std::int64_t n, void* out, const void* const* in, const std::int64_t* steps,
                            const void* f_) {
    [&]<std::size_t... K>(std::index_sequence<K...> indices) {
      element_row<Out, F, In...>(*static_cast<const F*>(f_), n, static_cast<Out*>(out), steps,
                                 std::tuple<const In*...>(static_cast<const In*>(in[K])...), indices);
    }
    (std::make_index_sequence<sizeof...(In)>());
  };
  run_element_rows(call, row, &f);
}

/// Calls `f` for each element of an operand with any strides, in row-major order.
template <class T, class F>
void for_each_element(const Operand& operand, F f) {
  const Shape& shape = operand.shape();
  const std::int64_t total = operand.size();
  for (std::int64_t i = 0; i < total; ++i) {
    std::int64_t rest = i, place = 0;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      place += rest % shape.begin()[axis] * operand.stride(axis);
      rest /= shape.begin()[axis];
    }
    f(operand.as<const T>()[place]);
  }
}

/// The CPU's loops, for the functions that choose element types (core/formulas/elements.h).
struct CpuElements {
  static constexpr auto device = Device::Type::cpu;
  template <class Out, class... In, class F>
  static void run(const KernelCall& call, F f) {
    elementwise<Out, In...>(call, f);
  }
};

template <class Out = void, class F>
void any_binary(const KernelCall& call, F f) {
  elements::any_binary<CpuElements, Out>(call, f);
}

}  // namespace triptych
