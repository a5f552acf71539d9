// What max and min share: each in a file of its own, since a reduction of nine dtypes takes seconds to compile.
#pragma once

#include "cuda/kernels/reduce/reduce.h"

namespace triptych::cuda {

template <class Combine>
void extreme_run(const KernelCall& call, bool largest, Combine combine) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    reduce(call, loops, largest ? formula::lowest_value<Acc>() : formula::highest_value<Acc>(),
           ReadElement<Acc, T>{call.inputs[0].as<const T>()}, combine, WriteValue<T>{call.outputs[0].as<T>()});
  });
}

}  // namespace triptych::cuda
