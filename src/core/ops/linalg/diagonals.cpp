#include "core/ops/linalg/diagonals.h"

#include <algorithm>

#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor main_diagonal(const Tensor& x) {
  const Dim down = x.shape().dim(-2), across = x.shape().dim(-1);
  // Of an unknown square matrix what is beside the diagonal is dropped, and zeros are added to it.
  if (!x.shape().known()) return cast(sum(tril(triu(x)), {-1}), x.dtype());
  const std::int64_t length = std::min(down.raw(), across.raw());
  const std::int64_t stop = checked_multiply(length, across.raw(), "the places");
  const Tensor elements = flatten(slice(x, -2, {0, length}), -2, -1);
  return slice(elements, -1, {0, stop, across.raw() + 1});
}

Tensor matrix_with_diagonal(const Tensor& diagonal, const Tensor& like) {
  return tril(triu(expand_like(unsqueeze(diagonal, -2), like)));
}

Tensor eye_like(const Tensor& x) { return tril(triu(ones_like(x))); }

}  // namespace triptych
