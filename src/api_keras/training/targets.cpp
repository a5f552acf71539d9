#include "api_keras/training/targets.h"

#include "triptych/core/ops.h"
#include "triptych/keras/losses.h"

namespace triptych::keras {

namespace {

bool ends_in_one(const Tensor& tensor) { return tensor.ndim() > 0 && tensor.shape().dim(-1).raw() == 1; }

}  // namespace

std::pair<Tensor, Tensor> detail::to_same_rank(const Tensor& a, const Tensor& b) {
  const auto adjusted = [](const Tensor& large, const Tensor& small) -> std::pair<Tensor, Tensor> {
    if (large.ndim() != small.ndim() + 1 || !ends_in_one(large)) return {large, small};
    if (small.ndim() == 1) return {large, unsqueeze(small, -1)};
    return {squeeze(large, -1), small};
  };
  if (a.ndim() > b.ndim()) return adjusted(a, b);
  const auto [large, small] = adjusted(b, a);
  return {small, large};
}

void check_targets(const char* op, const Tensor& y_true, const Tensor& y_pred) {
  if (!y_true.defined() || !y_pred.defined())
    throw ArgumentError(op, "a tensor is undefined", !y_true.defined() ? "y_true" : "y_pred", "Give it a value first");
}

Tensor weighted(const Tensor& losses, const Tensor& sample_weight) {
  Tensor weight = cast(sample_weight, losses.dtype());
  if (weight.ndim() == losses.ndim() + 1 && losses.ndim() > 0 && ends_in_one(weight)) weight = squeeze(weight, -1);
  while (weight.ndim() < losses.ndim()) weight = unsqueeze(weight, -1);
  bool fits = weight.ndim() == losses.ndim();
  for (int i = 0; fits && i < weight.ndim(); ++i) {
    const Dim given = weight.shape().dim(i), wanted = losses.shape().dim(i);
    fits = given.raw() == 1 || !given.known() || !wanted.known() || given.raw() == wanted.raw();
  }
  if (!fits)
    throw ArgumentError("loss", "the sample weights do not fit the losses",
                        "weights of shape " + sample_weight.shape().text() + ", losses " + losses.shape().text(),
                        losses.ndim() == 0 ? "A loss with weights returns a number for each example"
                                           : "Give one weight for each example");
  return losses * expand_like(weight, losses);  // checks sizes that are known only when it runs
}

Tensor same_rank(const Tensor& y_true, const Tensor& y_pred) {
  Tensor y = y_true.dtype() == y_pred.dtype() ? y_true : cast(y_true, y_pred.dtype());
  if (y.ndim() + 1 == y_pred.ndim() && ends_in_one(y_pred)) y = unsqueeze(y, -1);
  if (y.ndim() == y_pred.ndim() + 1 && ends_in_one(y)) y = squeeze(y, -1);
  if (!y.shape().compatible(y_pred.shape()))
    throw ArgumentError("loss", "targets and predictions have different shapes",
                        "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text());
  const auto unsure = [](const Shape& shape) {
    for (int i = 1; i < shape.rank(); ++i)
      if (!shape.dim(i).known()) return true;
    return false;
  };
  // Sizes that are known only when it runs are checked then: a loss never broadcasts up.
  return unsure(y.shape()) || unsure(y_pred.shape()) ? expand_like(y, y_pred) : y;
}

Tensor class_numbers(const Tensor& y_true, const Tensor& y_pred) {
  Tensor labels = y_true.dtype() == int64 ? y_true : cast(y_true, int64);
  if (labels.ndim() == y_pred.ndim() && ends_in_one(labels)) labels = squeeze(labels, -1);
  if (labels.ndim() + 1 != y_pred.ndim())
    throw ArgumentError("loss", "targets are not class numbers, with an axis less than the predictions",
                        "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text(),
                        "For one-hot targets use categorical_crossentropy");
  return labels;
}

Tensor log_probabilities(const Tensor& p) { return log(clip(p, epsilon, 1 - epsilon)); }

}  // namespace triptych::keras
