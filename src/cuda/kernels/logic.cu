// Logic on truth values and on bits.
#include "core/formulas/logic.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op logical_and_op, logical_or_op, logical_xor_op, logical_not_op, bitwise_and_op, bitwise_or_op,
    bitwise_xor_op, bitwise_not_op;

namespace cuda {
namespace {

/// On the bits of integers and bool: by width, since the sign plays no part.
template <int inputs, class F>
void bitwise(const KernelCall& call, F f) {
  const auto run = [&]<class W>(W*) {
    if constexpr (inputs == 1)
      elementwise<W, W>(call, f);
    else
      elementwise<W, W, W>(call, f);
  };
  switch (size_of(call.outputs[0].dtype())) {
    case 1:
      return run(static_cast<std::uint8_t*>(nullptr));
    case 4:
      return run(static_cast<std::uint32_t*>(nullptr));
    default:
      return run(static_cast<std::uint64_t*>(nullptr));
  }
}

void logical_and_run(const KernelCall& call) { any_binary<bool>(call, formula::LogicalAnd()); }
void logical_or_run(const KernelCall& call) { any_binary<bool>(call, formula::LogicalOr()); }
void logical_xor_run(const KernelCall& call) { any_binary<bool>(call, formula::LogicalXor()); }
void logical_not_run(const KernelCall& call) { any_unary<bool>(call, formula::LogicalNot()); }
void bitwise_and_run(const KernelCall& call) { bitwise<2>(call, formula::BitwiseAnd()); }
void bitwise_or_run(const KernelCall& call) { bitwise<2>(call, formula::BitwiseOr()); }
void bitwise_xor_run(const KernelCall& call) { bitwise<2>(call, formula::BitwiseXor()); }
void bitwise_not_run(const KernelCall& call) {
  if (call.outputs[0].dtype() == boolean) return elementwise<bool, bool>(call, formula::LogicalNot());
  bitwise<1>(call, formula::BitwiseNot());
}

const Kernel logical_and_kernel = elementwise_kernel(logical_and_run),
             logical_or_kernel = elementwise_kernel(logical_or_run),
             logical_xor_kernel = elementwise_kernel(logical_xor_run),
             logical_not_kernel = elementwise_kernel(logical_not_run),
             bitwise_and_kernel = elementwise_kernel(bitwise_and_run),
             bitwise_or_kernel = elementwise_kernel(bitwise_or_run),
             bitwise_xor_kernel = elementwise_kernel(bitwise_xor_run),
             bitwise_not_kernel = elementwise_kernel(bitwise_not_run);

}  // namespace

void register_logic_kernels() {
  register_kernel(logical_and_op, Device::Type::cuda, logical_and_kernel);
  register_kernel(logical_or_op, Device::Type::cuda, logical_or_kernel);
  register_kernel(logical_xor_op, Device::Type::cuda, logical_xor_kernel);
  register_kernel(logical_not_op, Device::Type::cuda, logical_not_kernel);
  register_kernel(bitwise_and_op, Device::Type::cuda, bitwise_and_kernel);
  register_kernel(bitwise_or_op, Device::Type::cuda, bitwise_or_kernel);
  register_kernel(bitwise_xor_op, Device::Type::cuda, bitwise_xor_kernel);
  register_kernel(bitwise_not_op, Device::Type::cuda, bitwise_not_kernel);
}

}  // namespace cuda
}  // namespace triptych
