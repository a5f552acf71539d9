#include "cuda/kernels/reduce/scan.h"

namespace triptych {

extern const Op cummax_op, cummin_op;

namespace cuda {
namespace {

template <bool largest>
void extreme_so_far(const KernelCall& call) {
  visit_dtype(call.inputs[0].dtype(), [&]<class T>(T*) {
    scan(call, formula::RunningExtreme<largest, T>{call.inputs[0].as<const T>(), call.outputs[0].as<T>(),
                                                   call.outputs[1].as<std::int64_t>()});
  });
}

const Kernel cummax_kernel{.run = extreme_so_far<true>}, cummin_kernel{.run = extreme_so_far<false>};

}  // namespace

void register_cummax_kernels() {
  register_kernel(cummax_op, Device::Type::cuda, cummax_kernel);
  register_kernel(cummin_op, Device::Type::cuda, cummin_kernel);
}

}  // namespace cuda
}  // namespace triptych
