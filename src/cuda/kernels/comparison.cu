// Comparisons, to bool.
#include "core/formulas/comparison.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op equal_op, not_equal_op, less_op, less_equal_op, greater_op, greater_equal_op;

namespace cuda {
namespace {

void equal_run(const KernelCall& call) { any_binary<bool>(call, formula::Equal()); }
void not_equal_run(const KernelCall& call) { any_binary<bool>(call, formula::NotEqual()); }
void less_run(const KernelCall& call) { any_binary<bool>(call, formula::Less()); }
void less_equal_run(const KernelCall& call) { any_binary<bool>(call, formula::LessEqual()); }
void greater_run(const KernelCall& call) { any_binary<bool>(call, formula::Greater()); }
void greater_equal_run(const KernelCall& call) { any_binary<bool>(call, formula::GreaterEqual()); }

const Kernel equal_kernel = elementwise_kernel(equal_run), not_equal_kernel = elementwise_kernel(not_equal_run),
             less_kernel = elementwise_kernel(less_run), less_equal_kernel = elementwise_kernel(less_equal_run),
             greater_kernel = elementwise_kernel(greater_run),
             greater_equal_kernel = elementwise_kernel(greater_equal_run);

}  // namespace

void register_comparison_kernels() {
  register_kernel(equal_op, Device::Type::cuda, equal_kernel);
  register_kernel(not_equal_op, Device::Type::cuda, not_equal_kernel);
  register_kernel(less_op, Device::Type::cuda, less_kernel);
  register_kernel(less_equal_op, Device::Type::cuda, less_equal_kernel);
  register_kernel(greater_op, Device::Type::cuda, greater_kernel);
  register_kernel(greater_equal_op, Device::Type::cuda, greater_equal_kernel);
}

}  // namespace cuda
}  // namespace triptych
