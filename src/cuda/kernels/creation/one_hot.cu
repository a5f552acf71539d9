#include <string>

#include "core/ops/indexing/gather.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/random/generate.h"
#include "cuda/kernels/width.h"
#include "cuda/runtime/fault.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op one_hot_op;

namespace cuda {
namespace {

template <class Word>
struct OneHot {
  const void* indices;
  DType dtype;
  std::int64_t depth;
  Word one;
  FaultReport report;
  __device__ Word operator()(std::int64_t i) const {
    const auto index = loaded<std::int64_t>(indices, dtype, i / depth);
    if (index < 0 || index >= depth) report_fault(report, index, depth);
    return index == i % depth ? one : Word(0);
  }
};

std::string depth_text(const Fault& fault) {
  return "index " + std::to_string(fault.value) + " for depth " + std::to_string(fault.limit);
}

void one_hot_run(const KernelCall& call) {
  const Operand& indices = call.inputs[0];
  const DType dtype = call.outputs[0].dtype();
  const std::int64_t depth = call.attributes_as<OneHotAttributes>().depth;
  if (depth == 0 && indices.size() > 0)  // an empty output: no kernel would see it
    throw ArgumentError(call.op.name, "an index is out of range",
                        std::to_string(indices.size()) + " indices for depth 0", "", call.context.where);
  const FaultReport report =
      fault_report(call.context.device.index, call.op.name, "an index is out of range", call.context.where, depth_text);
  visit_width(dtype, [&]<class Word>(Word*) {
    generate<Word>(call, OneHot<Word>{indices.data, indices.dtype(), depth, bits<Word>(1, dtype), report});
  });
}

const Kernel one_hot_kernel{.run = one_hot_run};

}  // namespace

void register_one_hot_kernels() { register_kernel(one_hot_op, Device::Type::cuda, one_hot_kernel); }

}  // namespace cuda
}  // namespace triptych
