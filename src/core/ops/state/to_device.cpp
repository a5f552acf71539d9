// to: the same values on another device.
#include "core/ops/state/to_device.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/pinned_memory.h"

namespace triptych {
namespace {

void to_device_infer(Infer& infer) {
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.place(0, infer.attributes<ToDeviceAttributes>().device);
}

void to_device_gradient(Gradient& g) { g.set(0, to(g.upstream(), g.input(0).device())); }

}  // namespace

extern const Op to_device_op{.name = "to_device",
                             .inputs = 1,
                             .attributes = &attribute_type<ToDeviceAttributes>,
                             .infer = to_device_infer,
                             .gradient = to_device_gradient};

Tensor to(Arg x, Device device) { return to(std::move(x), device, ToOptions()); }

Tensor to(Arg x, Device device, const ToOptions& options) {
  if (x.tensor().defined() && x.tensor().device() == device) return x.tensor();
  const ToDeviceAttributes attributes{device, options.non_blocking};
  return apply(to_device_op, {&x}, &attributes);
}

}  // namespace triptych
