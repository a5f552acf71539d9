// where: a choice moves bits, so it is written by width.
#include "core/formulas/where.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op where_op;

namespace cuda {
namespace {

template <class Word>
void choose(const KernelCall& call) {
  elementwise<Word, bool, Word, Word>(call, formula::Choose());
}

void where_run(const KernelCall& call) {
  switch (size_of(call.outputs[0].dtype())) {
    case 1:
      return choose<std::uint8_t>(call);
    case 2:
      return choose<std::uint16_t>(call);
    case 4:
      return choose<std::uint32_t>(call);
    default:
      return choose<std::uint64_t>(call);
  }
}

const Kernel where_kernel = elementwise_kernel(where_run);

}  // namespace

void register_where_kernels() { register_kernel(where_op, Device::Type::cuda, where_kernel); }

}  // namespace cuda
}  // namespace triptych
