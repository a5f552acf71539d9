#include "core/ops/order/order.h"
#include "cuda/kernels/order/sorting.h"

namespace triptych {

extern const Op topk_op;

namespace cuda {
namespace {

void topk_run(const KernelCall& call) {
  const auto& a = call.attributes_as<TopkAttributes>();
  sort_lines(call, a.axis, a.largest, a.k);
}

const Kernel topk_kernel{.run = topk_run};

}  // namespace

void register_topk_kernels() { register_kernel(topk_op, Device::Type::cuda, topk_kernel); }

}  // namespace cuda
}  // namespace triptych
