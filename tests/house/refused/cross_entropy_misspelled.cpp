// Must not compile. The compiler says: CrossEntropyOptions
#include <triptych/eager.h>

triptych::Tensor loss(const triptych::Tensor& x, const triptych::Tensor& y) {
  return triptych::cross_entropy(x, y, {.smoothing = 0.1});
}
