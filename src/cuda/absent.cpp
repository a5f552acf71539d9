// What the library links in place of the CUDA backend when it is built without.
#include "core/dispatch/backend.h"

namespace triptych {

const Backend* cuda_backend() { return nullptr; }

}  // namespace triptych
