#include "triptych/keras/losses/ctc.h"

#include "api_keras/losses/function_loss.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

Tensor of_ctc(const Tensor& y_true, const Tensor& y_pred) {
  if (y_true.ndim() != 2 || y_pred.ndim() != 3)
    throw ArgumentError("loss", "targets are not (n, longest), or predictions not (n, steps, classes)",
                        "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text());
  const Tensor labels = cast(y_true, int64);
  const Tensor steps = sum(cast(ones_like(select(y_pred, -1, 0)), int64), 1);
  const Tensor lengths = sum(cast(not_equal(labels, 0), int64), 1);
  return ctc_loss(permute(log_softmax(y_pred, -1), {1, 0, 2}), labels, steps, lengths,
                  {.blank = 0, .reduction = Reduction::none});
}

}  // namespace

Loss CTC(LossReductionOptions options, Location where) { return loss_of("ctc", options, of_ctc, where); }

Tensor ctc(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_ctc, y_true, y_pred, where);
}

}  // namespace triptych::keras::losses
