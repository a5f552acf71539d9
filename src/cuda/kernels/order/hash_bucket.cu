#include "core/formulas/families/hash_bucket.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_hash_bucket_kernels() { register_hash_bucket_family<GpuElements>(); }

}  // namespace triptych::cuda
