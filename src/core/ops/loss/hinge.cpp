// The family of the hinge, made of simpler ops.
#include "core/dispatch/autocast.h"
#include "core/ops/loss/losses.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/classification_losses.h"

namespace triptych {
namespace {

/// Of targets with integer class numbers: the loss's dtype, that of the scores, for autocast float32.
DType check_scores(const char* op, const Arg& input, const Arg& target) {
  const Tensor &x = operand(op, input), &y = operand(op, target);
  if (!is_floating(x.dtype()))
    throw ArgumentError(op, "the scores are not floating", std::string(dtype_name(x.dtype())), "Convert them with cast",
                        input.where());
  if (!is_integral(y.dtype()))
    throw ArgumentError(op, "class numbers are not integers", std::string(dtype_name(y.dtype())), "Pass them as int64",
                        target.where());
  if (x.ndim() != 1 && x.ndim() != 2)
    throw ArgumentError(op, "the scores are neither (N, C) nor (C)", x.shape().text(), "", input.where());
  return float32_if_autocast(x.dtype(), x.device());
}

[[noreturn]] void do_not_fit(const char* op, const Arg& input, const Arg& target) {
  throw ArgumentError(op, "the target does not fit the scores",
                      "input is " + input.tensor().shape().text() + ", target is " + target.tensor().shape().text(), "",
                      target.where());
}

/// 1 at the places `index` along the last axis of a tensor like x, 0 elsewhere, but where `counted` is 0.
Tensor marked(const Tensor& x, const Tensor& index, const Tensor& counted) {
  return scatter_add(zeros_like(x), -1, index, counted);
}

}  // namespace

Tensor hinge_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("hinge_loss", input, target);
  return loss_of(
      input, dtype, options.reduction, [](const Tensor& x, const Tensor& t) { return above_zero(1 - t * x); }, input,
      target);
}

Tensor squared_hinge_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("squared_hinge_loss", input, target);
  return loss_of(
      input, dtype, options.reduction, [](const Tensor& x, const Tensor& t) { return square(above_zero(1 - t * x)); },
      input, target);
}

Tensor categorical_hinge_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("categorical_hinge_loss", input, target);
  if (input.tensor().ndim() == 0)
    throw ArgumentError("categorical_hinge_loss", "the input has no axis of classes", "input is ()", "", input.where());
  return loss_of(
      input, dtype, options.reduction,
      [](const Tensor& x, const Tensor& t) { return above_zero(max((1 - t) * x, -1) - sum(t * x, -1) + 1); }, input,
      target);
}

Tensor soft_margin_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("soft_margin_loss", input, target);
  return loss_of(
      input, dtype, options.reduction, [](const Tensor& x, const Tensor& t) { return neg(log_sigmoid(t * x)); }, input,
      target);
}

Tensor multilabel_soft_margin_loss(Arg input, Arg target, MultiLabelSoftMarginLossOptions options) {
  const DType dtype = check_operands("multilabel_soft_margin_loss", input, target);
  if (input.tensor().ndim() == 0)
    throw ArgumentError("multilabel_soft_margin_loss", "the input has no axis of classes", "input is ()", "",
                        input.where());
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t) {
        Tensor losses = neg(t * log_sigmoid(x) + (1 - t) * log_sigmoid(neg(x)));
        if (options.weight.defined()) losses = losses * expand_like(cast(options.weight, x.dtype()), losses);
        return mean(losses, -1);
      },
      input, target);
}

Tensor multilabel_margin_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_scores("multilabel_margin_loss", input, target);
  if (!input.tensor().shape().compatible(target.tensor().shape())) do_not_fit("multilabel_margin_loss", input, target);
  const Tensor& y = target.tensor();
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x) {
        // Those before the first negative number.
        const Tensor classes = equal(cumsum(cast(less(y, 0), int64), -1), 0), index = where(classes, cast(y, int64), 0);
        const Tensor counted = cast(classes, x.dtype()), others = equal(marked(x, index, counted), 0);
        const Tensor gaps = unsqueeze(x, -2) - unsqueeze(gather(x, -1, index), -1);  // (N, j, i): x_i - x_j
        const Tensor pairs = unsqueeze(counted, -1) * unsqueeze(cast(others, x.dtype()), -2);
        return mean(sum(above_zero(gaps + 1) * pairs, -2), -1);
      },
      input);
}

Tensor multi_margin_loss(Arg input, Arg target, MultiMarginLossOptions options) {
  const DType dtype = check_scores("multi_margin_loss", input, target);
  Hyperparameters("multi_margin_loss", input.where()).finite("margin", options.margin);
  if (options.p != 1 && options.p != 2)
    throw ArgumentError("multi_margin_loss", "p is neither 1 nor 2", std::to_string(options.p), "", input.where());
  Shape rows = input.tensor().shape();
  const Dim classes = rows.dim(rows.rank() - 1);
  rows.erase(rows.rank() - 1);
  if (!rows.compatible(target.tensor().shape())) do_not_fit("multi_margin_loss", input, target);
  const Tensor& weight = options.weight;
  if (weight.defined() && (weight.ndim() != 1 || conflict(weight.shape().dim(0), classes)))
    throw ArgumentError("multi_margin_loss", "there is not one weight for each class",
                        "input is " + input.tensor().shape().text() + ", weight is " + weight.shape().text(), "",
                        input.where());
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x) {
        const Tensor labels = cast(target.tensor(), int64), index = unsqueeze(labels, -1);
        const Tensor label = marked(x, index, cast(ones_like(index), x.dtype()));
        const Tensor gaps = above_zero(options.margin - gather(x, -1, index) + x);
        const Tensor losses = mean(where(equal(label, 0), options.p == 1 ? gaps : square(gaps), 0), -1);
        if (!weight.defined()) return losses;
        return losses * reshape_like(index_select(cast(weight, x.dtype()), 0, flatten(labels)), losses);
      },
      input);
}

}  // namespace triptych
