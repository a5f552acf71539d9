// tril and triu.
#include "core/ops/shape/tril.h"
#include "cuda/kernels/random/generate.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op tril_op, triu_op;

namespace cuda {
namespace {

/// Keeps what is on the diagonal k of n x m matrices, and below (or above) it.
template <class Word>
struct Triangle {
  const Word* in;
  std::int64_t n, m, k;
  bool lower;
  __device__ Word operator()(std::int64_t i) const {
    const std::int64_t beyond = i % m - i / m % n;  // the number of the diagonal
    return (lower ? beyond <= k : beyond >= k) ? in[i] : Word(0);
  }
};

void keep(const KernelCall& call, bool lower) {
  const Operand& in = call.inputs[0];
  const Shape& shape = in.shape();
  const std::int64_t k = call.attributes_as<DiagonalAttributes>().k;
  visit_width(in.dtype(), [&]<class Word>(Word*) {
    generate<Word>(call, Triangle<Word>{in.as<const Word>(), shape[-2], shape[-1], k, lower});
  });
}

void tril_run(const KernelCall& call) { keep(call, true); }
void triu_run(const KernelCall& call) { keep(call, false); }

const Kernel tril_kernel{.run = tril_run}, triu_kernel{.run = triu_run};

}  // namespace

void register_tril_kernels() {
  register_kernel(tril_op, Device::Type::cuda, tril_kernel);
  register_kernel(triu_op, Device::Type::cuda, triu_kernel);
}

}  // namespace cuda
}  // namespace triptych
