#include "core/formulas/loss_scaling.h"

#include <atomic>

#include "core/kernels/update/update.h"

namespace triptych {

extern const Op amp_check_finite_and_unscale_op, amp_update_scale_op;

namespace {

/// Whether all n elements are finite.
template <class T>
bool unscale_piece(float inv_scale, std::int64_t n, const T* from, T* to) {
  using C = compute_type<T>;
  const auto factor = static_cast<C>(inv_scale);
  bool finite = true;
  for (std::int64_t i = 0; i < n; ++i) {
    const C value = static_cast<C>(from[i]);
    finite &= value - value == 0;
    to[i] = T(value * factor);
  }
  return finite;
}

void unscale_run(const KernelCall& call) {
  const float inv_scale = *call.inputs[0].as<float>();
  std::atomic<bool> found{false};
  for_each_piece(call, 1, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const bool finite = unscale_piece(inv_scale, end - begin, call.inputs[at].as<const T>() + begin,
                                        call.outputs[at - 1].as<T>() + begin);
      if (!finite) found.store(true, std::memory_order_relaxed);
    });
  });
  *call.outputs.back().as<float>() = found.load(std::memory_order_relaxed) ? 1 : 0;
}

void update_scale_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<AmpUpdateScale>();
  const bool found_inf = *call.inputs[2].as<float>() != 0;
  auto& scale = *call.inputs[0].as<float>();
  if (call.inputs[1].dtype() == int32)
    formula::update_scale(attributes, scale, *call.inputs[1].as<std::int32_t>(), found_inf);
  else
    formula::update_scale(attributes, scale, *call.inputs[1].as<std::int64_t>(), found_inf);
}

const Kernel unscale_kernel{.run = unscale_run, .donates = 0b10};
const Kernel update_scale_kernel{.run = update_scale_run};

}  // namespace

void register_loss_scaling_kernels() {
  register_kernel(amp_check_finite_and_unscale_op, Device::Type::cpu, unscale_kernel);
  register_kernel(amp_update_scale_op, Device::Type::cpu, update_scale_kernel);
}

}  // namespace triptych
