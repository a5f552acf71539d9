#include "triptych/eager/compile.h"

namespace triptych::eager::detail {

std::int64_t mode_of(nn::Module& module) {
  std::uint64_t mode = 1469598103934665603u;  // FNV-1a
  for (const nn::Module* part : module.modules()) mode = (mode ^ (part->is_training() ? 1u : 2u)) * 1099511628211u;
  return static_cast<std::int64_t>(mode);
}

}  // namespace triptych::eager::detail
