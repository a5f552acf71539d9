#include <string>

#include "core/formulas/order.h"
#include "core/kernels/strided.h"
#include "core/ops/order/order.h"
#include "cuda/kernels/random/generate.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op searchsorted_op;

namespace cuda {
namespace {

std::string sorter_text(const Fault& fault) {
  return std::to_string(fault.value) + " for " + std::to_string(fault.limit);
}

template <class T>
struct PlaceIn {
  const T *sequence, *values;
  const std::int64_t* sorter;  // null: the sequence is sorted
  std::int64_t length, of_line;
  bool right;
  __device__ std::int64_t operator()(std::int64_t i) const {
    const std::int64_t line = i / of_line * length;
    const auto key = formula::order_key(values[i]);
    std::int64_t first = 0, last = length;
    while (first < last) {
      const std::int64_t middle = (first + last) / 2;
      std::int64_t place = sorter ? sorter[line + middle] : middle;
      if (place < 0 || place >= length) place = 0;  // check_sorter has told
      const auto other = formula::order_key(sequence[line + place]);
      (right ? other <= key : other < key) ? first = middle + 1 : last = middle;
    }
    return first;
  }
};

__global__ void check_sorter(const std::int64_t* sorter, std::int64_t total, std::int64_t length, FaultReport report) {
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) in_range(sorter[i], length, report);
}

void searchsorted_run(const KernelCall& call) {
  const Operand &sequence = call.inputs[0], &values = call.inputs[1];
  const bool right = call.attributes_as<SearchsortedAttributes>().right;
  const std::int64_t length = sequence.shape()[sequence.shape().rank() - 1];
  const std::int64_t of_line = sequence.shape().rank() == 1 ? values.size() : values.shape()[values.shape().rank() - 1];
  const std::int64_t* sorter = call.inputs.size() == 3 ? call.inputs[2].as<const std::int64_t>() : nullptr;
  if (sorter && call.inputs[2].size() > 0)
    run(call, check_sorter, blocks_for(call.inputs[2].size()), block_threads, 0, sorter, call.inputs[2].size(), length,
        fault_report(call.context.device.index, call.op.name, "an index of the sorter is out of range",
                     call.context.where, sorter_text));
  visit_dtype(values.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    generate<std::int64_t>(call,
                           PlaceIn<T>{sequence.as<const T>(), values.as<const T>(), sorter, length, of_line, right});
  });
}

const Kernel searchsorted_kernel{.run = searchsorted_run};

}  // namespace

void register_searchsorted_kernels() { register_kernel(searchsorted_op, Device::Type::cuda, searchsorted_kernel); }

}  // namespace cuda
}  // namespace triptych
