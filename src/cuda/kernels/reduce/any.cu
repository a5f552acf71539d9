#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op any_op, all_op;

namespace cuda {
namespace {

struct WriteTruth {
  bool* out;
  template <class Acc>
  __device__ void operator()(std::int64_t place, Acc value) const {
    out[place] = value != Acc(0);
  }
};

template <class Combine>
void truth_run(const KernelCall& call, int identity, Combine combine) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    reduce(call, loops, static_cast<Acc>(identity), ReadElement<Acc, T>{call.inputs[0].as<const T>()}, combine,
           WriteTruth{call.outputs[0].as<bool>()});
  });
}

void any_run(const KernelCall& call) { truth_run(call, 0, formula::AnyOf()); }
void all_run(const KernelCall& call) { truth_run(call, 1, formula::AllOf()); }

const Kernel any_kernel{.run = any_run, .any_strides = true}, all_kernel{.run = all_run, .any_strides = true};

}  // namespace

void register_any_kernels() {
  register_kernel(any_op, Device::Type::cuda, any_kernel);
  register_kernel(all_op, Device::Type::cuda, all_kernel);
}

}  // namespace cuda
}  // namespace triptych
