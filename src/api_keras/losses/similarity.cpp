#include "triptych/keras/losses/similarity.h"

#include "api_keras/losses/function_loss.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

/// Class numbers as a column.
Tensor column(const Tensor& labels) { return reshape(cast(labels, int64), {-1, 1}); }

/// 0, 1, 2, ... as a column like `labels`, whose length may be known only when it runs.
Tensor places(const Tensor& labels) { return cumsum(ones_like(labels), 0); }

/// log of the sum of e^x where `counts` is true; very small, with no gradient, where it is so nowhere.
Tensor log_sum(const Tensor& x, const Tensor& counts) { return logsumexp(where(counts, x, -1e30), 1); }

Tensor of_circle(const Tensor& y_true, const Tensor& y_pred, const CircleArguments& arguments) {
  if (y_pred.ndim() != 2)
    throw ArgumentError("loss", "embeddings do not have two axes", "y_pred is " + y_pred.shape().text());
  const Tensor& others = arguments.ref_embeddings.defined() ? arguments.ref_embeddings : y_pred;
  const Tensor own = column(y_true);
  const Tensor theirs = arguments.ref_labels.defined() ? column(arguments.ref_labels) : own;
  const Tensor distances = maximum(1 - matmul(y_pred, transpose(others)), 0);
  const Tensor same = equal(own, transpose(theirs)), different = logical_not(same);
  const Tensor near =
      arguments.remove_diagonal ? logical_and(same, not_equal(places(own), transpose(places(theirs)))) : same;
  const double margin = arguments.margin;
  const Tensor far_weights = maximum((distances + margin) * cast(near, distances.dtype()), 0);
  const Tensor near_weights = maximum((1 + margin - distances) * cast(different, distances.dtype()), 0);
  const Tensor positive = log_sum(far_weights * (margin - distances) * -arguments.gamma, near);
  const Tensor negative = log_sum(near_weights * (1 - margin - distances) * arguments.gamma, different);
  return softplus(positive + negative);
}

template <class Options>
void check(const char* op, const Options& options, Location where) {
  Hyperparameters(op, where).positive("gamma", options.gamma);
  Hyperparameters(op, where).share("margin", options.margin);
}

}  // namespace

Loss Circle(CircleOptions options, Location where) {
  check("Circle", options, where);
  const CircleArguments arguments{.ref_labels = {},
                                  .ref_embeddings = {},
                                  .remove_diagonal = options.remove_diagonal,
                                  .gamma = options.gamma,
                                  .margin = options.margin};
  return loss_of(
      "circle", options,
      [arguments](const Tensor& y, const Tensor& p) {
        const Tensor values = of_circle(y, p, arguments);
        return MaskedLosses{values, greater(values, 0)};
      },
      where);
}

Tensor circle(const Tensor& y_true, const Tensor& y_pred, const CircleArguments& arguments, Location where) {
  check("circle", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return of_circle(y, p, arguments); }, y_true, y_pred, where);
}

}  // namespace triptych::keras::losses
