#include "cuda/kernels/update/update.h"

namespace triptych {

extern const Op momentum_update_op;

namespace cuda {
namespace {

template <class T, class Step>
__global__ void momentum_kernel(UpdateTable<4> table, const double* learning_rate, MomentumUpdate attributes,
                                const float* skip) {
  if (is_skipped(skip)) return;
  using C = compute_type<T>;
  const auto piece = table.piece(static_cast<int>(blockIdx.x));
  T *p = table.member<T>(piece.parameter, 0), *b = table.member<T>(piece.parameter, 2);
  const T* g = table.member<const T>(piece.parameter, 1);
  const Step step(attributes, *learning_rate, *table.member<const std::int64_t>(piece.parameter, 3) == 0);
  for (std::int64_t i = piece.begin + threadIdx.x; i < piece.end; i += blockDim.x) {
    C value = static_cast<C>(p[i]), buffer = static_cast<C>(b[i]);
    step(value, static_cast<C>(g[i]), buffer);
    p[i] = T(value);
    b[i] = T(buffer);
  }
}

void momentum_update_run(const KernelCall& all) {
  const Skippable update(all, 4);
  const KernelCall& call = update.call;
  const auto& attributes = call.attributes_as<MomentumUpdate>();
  for_each_table<4>(call, [&](const UpdateTable<4>& table, auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    formula::with_momentum_variant(attributes, [&](auto variant) {
      using Step = typename decltype(variant)::template step<compute_type<T>>;
      run(call, momentum_kernel<T, Step>, static_cast<unsigned>(table.blocks), block_threads, 0, table,
          call.inputs[0].as<const double>(), attributes, update.skip);
    });
  });
  advance_steps(update, 4);
}

const Kernel momentum_update_kernel{.run = momentum_update_run};

}  // namespace

void register_momentum_update_kernels() {
  register_kernel(momentum_update_op, Device::Type::cuda, momentum_update_kernel);
}

}  // namespace cuda
}  // namespace triptych
