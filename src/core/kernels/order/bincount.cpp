#include <algorithm>
#include <string>

#include "core/ops/order/order.h"
#include "core/support/checked.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op bincount_op;

namespace {

template <class F>
void visit_numbers(const Operand& x, F f) {
  x.dtype() == int32 ? f(x.as<const std::int32_t>()) : f(x.as<const std::int64_t>());
}

void bincount_measure(const MeasureCall& call) {
  const std::int64_t n = call.inputs[0].size();
  visit_numbers(call.inputs[0], [&](const auto* x) {
    std::int64_t least = 0, most = -1;
    for (std::int64_t i = 0; i < n; ++i) {
      least = std::min<std::int64_t>(least, x[i]);
      most = std::max<std::int64_t>(most, x[i]);
    }
    if (least < 0)
      throw ArgumentError(call.op.name, "an element is negative", std::to_string(least), "", call.context.where);
    const std::int64_t length = checked_add(most, 1, "the length", call.context.where);
    call.outputs[0].shape.set(0, std::max(length, static_cast<const BincountAttributes*>(call.attributes)->minlength));
  });
}

template <class Sum, class X>
void add_up(const KernelCall& call, const X* x, const Sum* weights) {
  const Operand& out = call.outputs[0];
  Sum* sums = out.as<Sum>();
  std::fill_n(sums, out.size(), Sum(0));
  for (std::int64_t i = 0; i < call.inputs[0].size(); ++i) sums[x[i]] += weights ? weights[i] : Sum(1);
}

void bincount_run(const KernelCall& call) {
  visit_numbers(call.inputs[0], [&](const auto* x) {
    if (call.inputs.size() == 1)
      add_up<std::int64_t>(call, x, nullptr);
    else if (call.inputs[1].dtype() == float32)
      add_up(call, x, call.inputs[1].as<const float>());
    else
      add_up(call, x, call.inputs[1].as<const double>());
  });
}

const Kernel bincount_kernel{.run = bincount_run, .measure = bincount_measure};

}  // namespace

void register_bincount_kernels() { register_kernel(bincount_op, Device::Type::cpu, bincount_kernel); }

}  // namespace triptych
