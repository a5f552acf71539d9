// The loops of a reduction over any axes and strides: what the CPU's and the GPU's kernels walk.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/ops/reduce/reduce.h"
#include "triptych/core/op.h"

namespace triptych {

/// The merged loops over N inputs of one shape: kept axes, in the order of the output, and reduced axes.
template <std::size_t N>
struct ReduceLoops {
  struct Axis {
    std::int64_t length = 1;
    std::int64_t out = 0;  // step in the output; kept axes only
    std::array<std::int64_t, N> in{};
  };
  int kept = 0, reduced = 0;
  std::array<Axis, Shape::max_rank> kept_axes, reduced_axes;
  std::int64_t outputs = 1;  // number of kept places
  std::int64_t count = 1;    // number of elements that each of them gathers
};

/// `out_steps[axis]` is the step in the output along an axis of the input; it matters for kept axes only.
template <std::size_t N>
ReduceLoops<N> reduce_loops(const std::array<const TensorMeta*, N>& inputs,
                            const std::array<bool, Shape::max_rank>& reduced, const Strides& out_steps) {
  ReduceLoops<N> loops;
  const Shape& shape = inputs[0]->shape;
  const auto append = [](auto& axes, int& rank, const auto& axis) {
    if (rank > 0) {
      auto& last = axes[static_cast<std::size_t>(rank - 1)];
      bool merges = last.out == axis.out * axis.length;
      for (std::size_t k = 0; k < N; ++k) merges &= last.in[k] == axis.in[k] * axis.length;
      if (merges) {
        last = {last.length * axis.length, axis.out, axis.in};
        return;
      }
    }
    axes[static_cast<std::size_t>(rank++)] = axis;
  };
  for (int i = 0; i < shape.rank(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    typename ReduceLoops<N>::Axis axis{.length = shape.begin()[i]};
    (reduced[at] ? loops.count : loops.outputs) *= axis.length;
    if (axis.length == 1) continue;
    for (std::size_t k = 0; k < N; ++k) axis.in[k] = inputs[k]->strides[at];
    if (reduced[at]) {
      append(loops.reduced_axes, loops.reduced, axis);
    } else {
      axis.out = out_steps[at];
      append(loops.kept_axes, loops.kept, axis);
    }
  }
  return loops;
}

/// The loops of a reduction over `axes` (none: all) into a row-major output.
template <std::size_t N>
ReduceLoops<N> loops_over(const std::array<const TensorMeta*, N>& inputs, const Axes& axes) {
  const Shape& shape = inputs[0]->shape;
  const auto reduced = reduced_axes(axes, shape.rank());
  Strides steps{};
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (reduced[static_cast<std::size_t>(i)]) continue;
    steps[static_cast<std::size_t>(i)] = step;
    step *= shape[i];
  }
  return reduce_loops(inputs, reduced, steps);
}

/// The loops of sum_to_like: over the axes that broadcasting added or repeated, into the output's strides.
inline ReduceLoops<1> loops_to_like(const KernelCall& call) {
  const Shape &in = call.inputs[0].shape(), &out = call.outputs[0].shape();
  const int lead = in.rank() - out.rank();
  std::array<bool, Shape::max_rank> reduced{};
  Strides steps{};
  for (int i = 0; i < in.rank(); ++i) {
    const auto axis = static_cast<std::size_t>(i);
    reduced[axis] = i < lead || (out[i - lead] == 1 && in[i] != 1);
    if (!reduced[axis]) steps[axis] = call.outputs[0].stride(i - lead);
  }
  return reduce_loops<1>({call.inputs[0].meta}, reduced, steps);
}

/// What divide_by_count divides by. If nothing is counted, what is divided goes to no element, or is a sum of none:
/// by 1.
inline double divided_count(const KernelCall& call) {
  const auto& a = call.attributes_as<CountAttributes>();
  const Shape& like = call.inputs[1].shape();
  const auto reduced = reduced_axes(a.axes, like.rank());
  std::int64_t elements = 1;
  for (int i = 0; i < like.rank(); ++i)
    if (reduced[static_cast<std::size_t>(i)]) elements *= like[i];
  return elements == 0 ? 1 : std::max(0.0, static_cast<double>(elements) - a.correction);
}

/// A reduced tensor seen under the shape it was reduced from: it repeats along the reduced axes.
inline TensorMeta expanded_meta(const TensorMeta& reduced, const Shape& shape, const Axes& axes, bool keepdims) {
  TensorMeta result{shape, {}, reduced.dtype, reduced.device};
  const auto gone = reduced_axes(axes, shape.rank());
  std::size_t from = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.rank()); ++i) {
    result.strides[i] = gone[i] ? 0 : reduced.strides[from];
    if (!gone[i] || keepdims) ++from;
  }
  return result;
}

}  // namespace triptych
