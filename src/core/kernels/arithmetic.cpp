#include "core/formulas/arithmetic.h"

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op add_op, sub_op, mul_op, div_op;

namespace {

void add_run(const KernelCall& call) { any_binary(call, formula::Add()); }
void sub_run(const KernelCall& call) { any_binary(call, formula::Sub()); }
void mul_run(const KernelCall& call) { any_binary(call, formula::Mul()); }
void div_run(const KernelCall& call) { any_binary(call, formula::Div()); }

const Kernel add_kernel = elementwise_kernel(add_run), sub_kernel = elementwise_kernel(sub_run),
             mul_kernel = elementwise_kernel(mul_run), div_kernel = elementwise_kernel(div_run);

}  // namespace

void register_arithmetic_kernels() {
  register_kernel(add_op, Device::Type::cpu, add_kernel);
  register_kernel(sub_op, Device::Type::cpu, sub_kernel);
  register_kernel(mul_op, Device::Type::cpu, mul_kernel);
  register_kernel(div_op, Device::Type::cpu, div_kernel);
}

}  // namespace triptych
