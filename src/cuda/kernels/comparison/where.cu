#include "core/formulas/families/where.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_where_kernels() { register_where_family<GpuElements>(); }

}  // namespace triptych::cuda
