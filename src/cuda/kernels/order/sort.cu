#include "core/ops/order/order.h"
#include "cuda/kernels/order/sorting.h"

namespace triptych {

extern const Op sort_op;

namespace cuda {
namespace {

void sort_run(const KernelCall& call) {
  const auto& [axis, descending] = call.attributes_as<SortAttributes>();
  sort_lines(call, axis, descending, Rows(call.inputs[0].shape(), axis).length);
}

const Kernel sort_kernel{.run = sort_run};

}  // namespace

void register_sort_kernels() { register_kernel(sort_op, Device::Type::cuda, sort_kernel); }

}  // namespace cuda
}  // namespace triptych
