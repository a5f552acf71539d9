#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op any_op, all_op;

namespace {

template <class Combine>
void run(const KernelCall& call, int identity, Combine combine) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    bool* out = call.outputs[0].as<bool>();
    const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
    reduce(loops, input, static_cast<Acc>(identity), pick_first, combine, static_cast<const Acc*>(nullptr),
           [=](std::int64_t place, Acc value) { out[place] = value != Acc(0); });
  });
}

void any_run(const KernelCall& call) { run(call, 0, formula::AnyOf()); }
void all_run(const KernelCall& call) { run(call, 1, formula::AllOf()); }

const Kernel any_kernel{.run = any_run, .any_strides = true}, all_kernel{.run = all_run, .any_strides = true};

}  // namespace

void register_any_kernels() {
  register_kernel(any_op, Device::Type::cpu, any_kernel);
  register_kernel(all_op, Device::Type::cpu, all_kernel);
}

}  // namespace triptych
