#include "cuda/kernels/update/update.h"
#include "cuda/shared_memory.h"

namespace triptych {

extern const Op adam_update_op, amsgrad_update_op;

namespace cuda {
namespace {

template <class T, bool torch, bool amsgrad>
__global__ void adam_kernel(UpdateTable<amsgrad ? 6 : 5> table, const double* learning_rate, AdamUpdate attributes,
                            const float* skip) {
  if (is_skipped(skip)) return;
  using C = compute_type<T>;
  const auto piece = table.piece(static_cast<int>(blockIdx.x));
  TRIPTYCH_SHARED(corrections, formula::AdamCorrections);  // once per block: powers of doubles take long
  if (threadIdx.x == 0)
    corrections = formula::adam_corrections(
        attributes, *table.template member<const std::int64_t>(piece.parameter, amsgrad ? 5 : 4) + 1);
  __syncthreads();
  const formula::Adam<C, torch> update(attributes, *learning_rate, corrections);
  T* p = table.template member<T>(piece.parameter, 0);
  const T* g = table.template member<const T>(piece.parameter, 1);
  T *m = table.template member<T>(piece.parameter, 2), *v = table.template member<T>(piece.parameter, 3);
  for (std::int64_t i = piece.begin + threadIdx.x; i < piece.end; i += blockDim.x) {
    const C value = static_cast<C>(p[i]);
    C m_new = static_cast<C>(m[i]), v_new = static_cast<C>(v[i]);
    update.moments(update.decay.gradient(static_cast<C>(g[i]), value), m_new, v_new);
    m[i] = T(m_new);
    v[i] = T(v_new);
    C second = v_new;
    if constexpr (amsgrad) {
      T* maximum = table.template member<T>(piece.parameter, 4);
      second = update.larger(v_new, static_cast<C>(maximum[i]));
      maximum[i] = T(second);
    }
    p[i] = T(update.parameter(value, m_new, second));
  }
}

template <bool amsgrad>
void adam_update_run(const KernelCall& all) {
  constexpr std::size_t group = amsgrad ? 6 : 5;
  const Skippable update(all, group);
  const KernelCall& call = update.call;
  const auto& attributes = call.attributes_as<AdamUpdate>();
  const bool torch = attributes.formula == UpdateFormula::torch;
  for_each_table<group>(call, [&](const UpdateTable<group>& table, auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, torch ? adam_kernel<T, true, amsgrad> : adam_kernel<T, false, amsgrad>,
        static_cast<unsigned>(table.blocks), block_threads, 0, table, call.inputs[0].as<const double>(), attributes,
        update.skip);
  });
  advance_steps(update, group);
}

const Kernel adam_update_kernel{.run = adam_update_run<false>};
const Kernel amsgrad_update_kernel{.run = adam_update_run<true>};

}  // namespace

void register_adam_update_kernels() {
  register_kernel(adam_update_op, Device::Type::cuda, adam_update_kernel);
  register_kernel(amsgrad_update_op, Device::Type::cuda, amsgrad_update_kernel);
}

}  // namespace cuda
}  // namespace triptych
