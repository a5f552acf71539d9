#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op any_op, all_op;

namespace {

/// 0 and 1 by whether an element is zero.
template <class Acc>
struct Truth {
  Acc if_zero, if_not;
  template <class P, class T>
  T operator()(const P&, const T& x) const {
    return x != 0 ? T{} + if_not : T{} + if_zero;
  }
};

/// Whether any element is not zero, or (`inverted`) not any is zero: one loop for both.
void run(const KernelCall& call, bool inverted) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    bool* out = call.outputs[0].as<bool>();
    const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
    reduce(loops, input, Acc(0), Truth<Acc>{Acc(inverted), Acc(!inverted)}, formula::AnyOf(),
           static_cast<const Acc*>(nullptr),
           [=](std::int64_t place, Acc value) { out[place] = (value != Acc(0)) != inverted; });
  });
}

void any_run(const KernelCall& call) { run(call, false); }
void all_run(const KernelCall& call) { run(call, true); }

const Kernel any_kernel{.run = any_run, .any_strides = true}, all_kernel{.run = all_run, .any_strides = true};

}  // namespace

void register_any_kernels() {
  register_kernel(any_op, Device::Type::cpu, any_kernel);
  register_kernel(all_op, Device::Type::cpu, all_kernel);
}

}  // namespace triptych
