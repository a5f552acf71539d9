#include "core/formulas/loss_scaling.h"
#include "cuda/kernels/update/update.h"

namespace triptych {

extern const Op amp_check_finite_and_unscale_op, amp_update_scale_op;

namespace cuda {
namespace {

/// Groups are a gradient and where it goes.
template <class T>
__global__ void unscale_kernel(UpdateTable<2> table, const float* inv_scale, float* found_inf) {
  using C = compute_type<T>;
  const auto piece = table.piece(static_cast<int>(blockIdx.x));
  const T* from = table.member<const T>(piece.parameter, 0);
  T* to = table.member<T>(piece.parameter, 1);
  const auto factor = static_cast<C>(*inv_scale);
  bool finite = true;
  for (std::int64_t i = piece.begin + threadIdx.x; i < piece.end; i += blockDim.x) {
    const C value = static_cast<C>(from[i]);
    finite = finite && value - value == 0;
    to[i] = T(value * factor);
  }
  if (!finite) atomicExch(found_inf, 1.0f);
}

void unscale_run(const KernelCall& call) {
  float* found_inf = call.outputs.back().as<float>();
  check(cudaMemsetAsync(found_inf, 0, sizeof(float), static_cast<cudaStream_t>(call.context.stream)), call.op.name,
        "cudaMemsetAsync", call.context.where);
  for (const DType dtype : {float32, float64, float16, bfloat16}) {
    UpdateTable<2> table;
    const auto flush = [&] {
      if (table.blocks > 0)
        visit_floating(dtype, [&](auto* type) {
          using T = std::remove_pointer_t<decltype(type)>;
          run(call, unscale_kernel<T>, static_cast<unsigned>(table.blocks), block_threads, 0, table,
              call.inputs[0].as<const float>(), found_inf);
        });
      table.count = table.blocks = 0;
    };
    for (std::size_t at = 1; at < call.inputs.size(); ++at) {
      if (call.inputs[at].dtype() != dtype || call.inputs[at].size() == 0) continue;
      table.members[table.count][0] = call.inputs[at].data;
      table.members[table.count][1] = call.outputs[at - 1].data;
      table.end_group(call.inputs[at].size());
      if (table.count == table.capacity) flush();
    }
    flush();
  }
}

template <class Count>
__global__ void update_scale_kernel(float* scale, Count* tracker, const float* found_inf, AmpUpdateScale attributes) {
  formula::update_scale(attributes, *scale, *tracker, *found_inf != 0);
}

template <class Count>
void update_scale(const KernelCall& call) {
  run(call, update_scale_kernel<Count>, 1, 1, 0, call.inputs[0].as<float>(), call.inputs[1].as<Count>(),
      call.inputs[2].as<const float>(), call.attributes_as<AmpUpdateScale>());
}

void update_scale_run(const KernelCall& call) {
  call.inputs[1].dtype() == int32 ? update_scale<std::int32_t>(call) : update_scale<std::int64_t>(call);
}

const Kernel amp_check_finite_and_unscale_kernel{.run = unscale_run, .donates = 0b10};
const Kernel amp_update_scale_kernel{.run = update_scale_run};

}  // namespace

void register_loss_scaling_kernels() {
  register_kernel(amp_check_finite_and_unscale_op, Device::Type::cuda, amp_check_finite_and_unscale_kernel);
  register_kernel(amp_update_scale_op, Device::Type::cuda, amp_update_scale_kernel);
}

}  // namespace cuda
}  // namespace triptych
