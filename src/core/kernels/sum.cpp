#include "core/kernels/elementwise.h"
#include "core/ops/reduce.h"
#include "core/tensor_impl.h"

namespace triptych {

extern const Op sum_op, sum_to_like_op;

namespace {

/// Adds every element of the contiguous input to its place in the output, whose steps are 0 along summed axes.
template <class In, class Out>
void accumulate(const Operand& in, const Operand& out, const Strides& steps) {
  std::fill_n(out.as<Out>(), out.size(), Out(0));
  const Shape& shape = in.shape();
  const std::int64_t total = in.size();
  for (std::int64_t i = 0; i < total; ++i) {
    std::int64_t rest = i, place = 0;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      place += rest % shape.begin()[axis] * steps[static_cast<std::size_t>(axis)];
      rest /= shape.begin()[axis];
    }
    using C = compute_type<Out>;
    Out& sum = out.as<Out>()[place];
    sum = Out(static_cast<C>(sum) + static_cast<C>(static_cast<compute_type<In>>(in.as<In>()[i])));
  }
}

void run(const KernelCall& call, const Strides& steps) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if (call.outputs[0].dtype() == call.inputs[0].dtype())
      accumulate<T, T>(call.inputs[0], call.outputs[0], steps);
    else
      accumulate<T, std::int64_t>(call.inputs[0], call.outputs[0], steps);
  });
}

void sum_run(const KernelCall& call) {
  const int rank = call.inputs[0].shape().rank();
  const auto reduced = reduced_axes(call.attributes_as<ReduceAttributes>(), rank);
  Strides steps{};
  std::int64_t step = 1;
  for (int i = rank - 1; i >= 0; --i) {
    if (reduced[static_cast<std::size_t>(i)]) continue;
    steps[static_cast<std::size_t>(i)] = step;
    step *= call.inputs[0].shape()[i];
  }
  run(call, steps);
}

void sum_to_like_run(const KernelCall& call) {
  const Shape &in = call.inputs[0].shape(), &out = call.outputs[0].shape();
  const int lead = in.rank() - out.rank();
  Strides steps{};
  for (int i = lead; i < in.rank(); ++i)
    if (out[i - lead] != 1) steps[static_cast<std::size_t>(i)] = call.outputs[0].stride(i - lead);
  run(call, steps);
}

const Kernel sum_kernel{.run = sum_run}, sum_to_like_kernel{.run = sum_to_like_run};

}  // namespace

void register_sum_kernels() {
  register_kernel(sum_op, Device::Type::cpu, sum_kernel);
  register_kernel(sum_to_like_op, Device::Type::cpu, sum_to_like_kernel);
}

}  // namespace triptych
