#include "core/formulas/epilogue.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/epilogue.h"

namespace triptych::cuda {

void finish_product(Site site, const Operand* bias, int channel_axis, Activation activation) {
  if (!bias && activation == Activation::none) return;
  const KernelCall& call = site.call;
  const Operand& out = call.outputs[0];
  Operand operands[] = {out, {}};
  TensorMeta repeated = *out.meta;
  if (bias) {
    repeated.strides = {};
    repeated.strides[static_cast<std::size_t>(channel_axis)] = bias->stride(0);
    operands[1] = {bias->data, &repeated};
  }
  const KernelCall finishing{call.op,     {operands, bias ? 2u : 1u}, call.outputs.first(1), nullptr, nullptr,
                             call.context};
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_same_v<T, bool>) {
      if (bias)
        elementwise<T, T, T>(Site(finishing, site.file, site.line), formula::Finish{activation});
      else
        elementwise<T, T>(Site(finishing, site.file, site.line), formula::Finish{activation});
    }
  });
}

}  // namespace triptych::cuda
