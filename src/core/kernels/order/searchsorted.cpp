#include <algorithm>
#include <string>

#include "core/formulas/order.h"
#include "core/kernels/strided.h"
#include "core/ops/order/order.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op searchsorted_op;

namespace {

void check_sorter(const KernelCall& call, std::int64_t length) {
  const auto* sorter = call.inputs[2].as<const std::int64_t>();
  for (std::int64_t i = 0; i < call.inputs[2].size(); ++i)
    if (sorter[i] < 0 || sorter[i] >= length)
      throw ArgumentError(call.op.name, "an index of the sorter is out of range",
                          std::to_string(sorter[i]) + " for " + std::to_string(length), "", call.context.where);
}

void searchsorted_run(const KernelCall& call) {
  const Operand &sequence = call.inputs[0], &values = call.inputs[1];
  const bool right = call.attributes_as<SearchsortedAttributes>().right;
  const std::int64_t length = sequence.shape()[sequence.shape().rank() - 1], total = values.size();
  const std::int64_t of_line = sequence.shape().rank() == 1 ? total : values.shape()[values.shape().rank() - 1];
  const std::int64_t* sorter = nullptr;
  if (call.inputs.size() == 3) {
    check_sorter(call, length);
    sorter = call.inputs[2].as<const std::int64_t>();
  }
  auto* out = call.outputs[0].as<std::int64_t>();
  visit_dtype(values.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T *x = values.as<const T>(), *all = sequence.as<const T>();
    constexpr std::int64_t grain = 4096;
    parallel_for((total + grain - 1) / grain, [&](std::int64_t part) {
      for (std::int64_t i = part * grain; i < std::min(total, (part + 1) * grain); ++i) {
        const std::int64_t line = i / of_line * length;
        const auto key = formula::order_key(x[i]);
        std::int64_t first = 0, last = length;
        while (first < last) {
          const std::int64_t middle = (first + last) / 2;
          const auto other = formula::order_key(all[line + (sorter ? sorter[line + middle] : middle)]);
          (right ? other <= key : other < key) ? first = middle + 1 : last = middle;
        }
        out[i] = first;
      }
    });
  });
}

const Kernel searchsorted_kernel{.run = searchsorted_run};

}  // namespace

void register_searchsorted_kernels() { register_kernel(searchsorted_op, Device::Type::cpu, searchsorted_kernel); }

}  // namespace triptych
