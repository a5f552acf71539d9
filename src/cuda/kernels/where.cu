// where: a choice moves bits, so it is written by width.
#include "core/formulas/where.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op where_op;

namespace cuda {
namespace {

void where_run(const KernelCall& call) {
  visit_width(call.outputs[0].dtype(),
              [&]<class Word>(Word*) { elementwise<Word, bool, Word, Word>(call, formula::Choose()); });
}

const Kernel where_kernel = elementwise_kernel(where_run);

}  // namespace

void register_where_kernels() { register_kernel(where_op, Device::Type::cuda, where_kernel); }

}  // namespace cuda
}  // namespace triptych
