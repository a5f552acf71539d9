#include "core/formulas/families/where.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_where_kernels() { register_where_family<CpuElements>(); }

}  // namespace triptych
