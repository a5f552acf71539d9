#include "cuda/kernels/update/update.h"

namespace triptych {

extern const Op sgd_update_op;

namespace cuda {
namespace {

template <class T>
__global__ void sgd_kernel(UpdateTable<2> table, const double* learning_rate, SgdUpdate attributes, const float* skip) {
  if (is_skipped(skip)) return;
  using C = compute_type<T>;
  const auto piece = table.piece(static_cast<int>(blockIdx.x));
  T* p = table.member<T>(piece.parameter, 0);
  const T* g = table.member<const T>(piece.parameter, 1);
  const formula::Sgd<C> step(attributes, *learning_rate);
  for (std::int64_t i = piece.begin + threadIdx.x; i < piece.end; i += blockDim.x) {
    C value = static_cast<C>(p[i]);
    step(value, static_cast<C>(g[i]));
    p[i] = T(value);
  }
}

void sgd_update_run(const KernelCall& all) {
  const Skippable update(all, 2);
  const KernelCall& call = update.call;
  for_each_table<2>(call, [&](const UpdateTable<2>& table, auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, sgd_kernel<T>, static_cast<unsigned>(table.blocks), block_threads, 0, table,
        call.inputs[0].as<const double>(), call.attributes_as<SgdUpdate>(), update.skip);
  });
}

const Kernel sgd_update_kernel{.run = sgd_update_run};

}  // namespace

void register_sgd_update_kernels() { register_kernel(sgd_update_op, Device::Type::cuda, sgd_update_kernel); }

}  // namespace cuda
}  // namespace triptych
