#include <cmath>

#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op norm_op;

namespace {

void norm_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
    T* out = call.outputs[0].as<T>();
    reduce(loops, input, C(0), formula::PickSquare(), add_up, static_cast<const C*>(nullptr),
           [=](std::int64_t place, C squares) { out[place] = T(std::sqrt(squares)); });
  });
}

const Kernel norm_kernel{.run = norm_run, .any_strides = true};

}  // namespace

void register_norm_kernels() { register_kernel(norm_op, Device::Type::cpu, norm_kernel); }

}  // namespace triptych
