#include "core/kernels/image_order.h"
#include "core/kernels/windows.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op pad_op;

namespace cuda {
namespace {

void pad_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<PadAttributes>();
  fill(call, attributes.value);
  place_inside_padding(call, attributes, copy_strided);
}

const Kernel pad_kernel{.run = pad_run, .any_strides = true, .layout = image_order_layout};

}  // namespace

void register_pad_kernels() { register_kernel(pad_op, Device::Type::cuda, pad_kernel); }

}  // namespace cuda
}  // namespace triptych
