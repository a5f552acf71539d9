// Greedy decoding: what stays is moved to the front by a stable sort.
#include "triptych/core/ops/ctc_decode.h"

#include <string>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

CtcDecoded ctc_greedy_decode(Arg scores, Arg lengths, CtcGreedyOptions options) {
  const Called called("ctc_greedy_decode");
  const Frame frame(scores.where());
  const char* op = "ctc_greedy_decode";
  const Tensor &x = operand(op, scores), &given = operand(op, lengths);
  if (x.ndim() != 3 || given.ndim() != 1 || conflict(x.shape().dim(0), given.shape().dim(0)))
    throw ArgumentError(op, "scores are not (N, T, C) with a length for each sequence",
                        x.shape().text() + " and " + given.shape().text(), "", scores.where());
  if (!is_integral(given.dtype()))
    throw ArgumentError(op, "lengths are not integers", std::string(dtype_name(given.dtype())),
                        "Convert them with cast", lengths.where());
  const Tensor best = argmax(x, 2);
  const Tensor step = cumsum(ones_like(best), 1) - 1;
  const Tensor inside = less(step, unsqueeze(cast(given, int64), 1));
  Tensor stays = logical_and(inside, not_equal(best, options.blank));
  if (options.merge_repeated) {
    const Tensor repeated = logical_and(greater(step, 0), equal(best, roll(best, 1, 1)));
    stays = logical_and(stays, logical_not(repeated));
  }
  const Tensor order = argsort(cast(logical_not(stays), int64), 1);
  const Tensor labels = gather(where(stays, best, -1), 1, order);
  const Tensor score = where(inside, max(x, 2), 0);
  return {labels, sum(cast(stays, int64), 1), neg(sum(score, 1))};
}

}  // namespace triptych
