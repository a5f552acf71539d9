// What max and min share: each in a file of its own, since a reduction of nine dtypes takes seconds to compile.
#pragma once

#include "core/kernels/reduce/reduce.h"

namespace triptych {

template <class Combine>
void extreme_run(const KernelCall& call, bool largest, Combine combine) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    T* out = call.outputs[0].as<T>();
    const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
    reduce(loops, input, largest ? formula::lowest_value<Acc>() : formula::highest_value<Acc>(), pick_first, combine,
           static_cast<const Acc*>(nullptr), [=](std::int64_t place, Acc value) { out[place] = T(value); });
  });
}

}  // namespace triptych
