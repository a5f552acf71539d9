#include "core/ops/update/clip_norm.h"

#include "triptych/core/ops.h"

namespace triptych {
namespace {

Tensor wide(const Tensor& t) { return t.dtype() == float64 ? t : cast(t, float32); }

}  // namespace

Tensor clipped_by_norm(const Tensor& t, double clip_norm, const Axes* axes) {
  const Tensor x = wide(t), squares = axes ? sum(square(x), *axes, true) : sum(square(x));
  const Tensor some = squares > 0, length = where(some, sqrt(where(some, squares, ones_like(squares))), squares);
  return cast(x * clip_norm / maximum(length, clip_norm), t.dtype());
}

Tensor global_norm_of(const std::vector<Tensor>& tensors) {
  Tensor total;
  for (const Tensor& t : tensors) {
    if (!t.defined()) continue;
    const Tensor squares = sum(square(wide(t)));
    total = !total.defined() ? squares : total + cast(to(squares, total.device()), total.dtype());
  }
  return sqrt(total);
}

std::vector<Tensor> clipped_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, const Tensor& norm) {
  const Tensor scale = minimum(1 / norm, 1 / clip_norm) * clip_norm + (norm - norm);
  std::vector<Tensor> result;
  for (const Tensor& t : tensors) {
    if (!t.defined()) {
      result.push_back(t);
      continue;
    }
    const Tensor x = wide(t);
    result.push_back(cast(x * cast(to(scale, t.device()), x.dtype()), t.dtype()));
  }
  return result;
}

}  // namespace triptych
