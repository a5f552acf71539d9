#include "core/ops/normalization/dropout.h"
#include "cuda/kernels/random/drawing.h"

namespace triptych {

extern const Op dropout_op, dropout_grad_op;

namespace cuda {
namespace {

/// Keeps the draw, and adds one to the counter.
__global__ void keep_draw(std::uint64_t* state, std::uint64_t* drawn) {
  drawn[0] = state[0];
  drawn[1] = state[1]++;
}

template <class T>
struct Masked {
  formula::Dropout<T> dropout;
  const T* x;
  T* y;
  __device__ void operator()(std::int64_t i, std::uint32_t word) const { y[i] = dropout(x[i], word); }
};

/// Word i of the draw decides on element i.
void apply_mask(const KernelCall& call, const std::uint64_t* draw) {
  visit_floating(call.outputs[0].dtype(), [&]<class T>(T*) {
    const formula::Dropout<T> dropout(call.attributes_as<DropoutAttributes>().p);
    for_random_words(call, draw, call.outputs[0].size(),
                     Masked<T>{dropout, call.inputs[0].as<const T>(), call.outputs[0].as<T>()});
  });
}

void dropout_run(const KernelCall& call) {
  auto* drawn = call.outputs[1].as<std::uint64_t>();
  run(call, keep_draw, 1, 1, 0, call.inputs[1].as<std::uint64_t>(), drawn);
  apply_mask(call, drawn);
}

void dropout_grad_run(const KernelCall& call) { apply_mask(call, call.inputs[1].as<const std::uint64_t>()); }

const Kernel dropout_kernel{.run = dropout_run, .donates = 0b1},
    dropout_grad_kernel{.run = dropout_grad_run, .donates = 0b1};

}  // namespace

void register_dropout_kernels() {
  register_kernel(dropout_op, Device::Type::cuda, dropout_kernel);
  register_kernel(dropout_grad_op, Device::Type::cuda, dropout_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
