// Labels and scores.
#include "triptych/core/ops/labels.h"

#include <string>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor in_top_k(Arg targets, Arg predictions, std::int64_t k) {
  const Called called("in_top_k");
  const Frame frame(targets.where());
  const Tensor &labels = operand("in_top_k", targets), &scores = operand("in_top_k", predictions);
  if (labels.ndim() != 1 || scores.ndim() != 2 || conflict(labels.shape().dim(0), scores.shape().dim(0)))
    throw ArgumentError("in_top_k", "there is not a target for each row of predictions",
                        labels.shape().text() + " for " + scores.shape().text(), "", targets.where());
  const Tensor score = take_along_axis(scores, unsqueeze(labels, -1), -1);
  const Tensor above = count_nonzero(greater(scores, score), -1);
  return logical_and(less(above, k), all(isfinite(scores), -1));
}

}  // namespace triptych
