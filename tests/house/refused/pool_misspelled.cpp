// Must not compile. The compiler says: MaxPool2dOptions
#include <triptych/eager.h>

triptych::Tensor pooled(const triptych::Tensor& x) { return triptych::max_pool2d(x, {.kernel = 2}); }
