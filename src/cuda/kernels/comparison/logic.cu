#include "core/formulas/families/logic.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_logic_kernels() { register_logic_family<GpuElements>(); }

}  // namespace triptych::cuda
