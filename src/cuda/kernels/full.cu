#include <cstring>

#include "core/ops/full.h"
#include "core/tensor_impl.h"
#include "cuda/kernels/generate.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op full_op, full_like_op;

namespace cuda {
namespace {

template <class Word>
struct Constant {
  Word value;
  __device__ Word operator()(std::int64_t) const { return value; }
};

void fill(const KernelCall& call, Scalar value) {
  const DType dtype = call.outputs[0].dtype();
  visit_width(dtype, [&]<class Word>(Word*) { generate<Word>(call, Constant<Word>{bits<Word>(value, dtype)}); });
}

void full_run(const KernelCall& call) { fill(call, call.attributes_as<FullAttributes>().value); }
void full_like_run(const KernelCall& call) { fill(call, call.attributes_as<FullLikeAttributes>().value); }

const Kernel full_kernel{.run = full_run}, full_like_kernel{.run = full_like_run};

}  // namespace

void register_full_kernels() {
  register_kernel(full_op, Device::Type::cuda, full_kernel);
  register_kernel(full_like_op, Device::Type::cuda, full_like_kernel);
}

}  // namespace cuda
}  // namespace triptych
