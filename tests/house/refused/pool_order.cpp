// Must not compile. The compiler says: kernel_size
#include <triptych/eager.h>

triptych::Tensor pooled(const triptych::Tensor& x) { return triptych::max_pool2d(x, {.stride = 2, .kernel_size = 2}); }
