#include "core/formulas/families/hash_bucket.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_hash_bucket_kernels() { register_hash_bucket_family<CpuElements>(); }

}  // namespace triptych
