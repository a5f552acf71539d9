// cross_entropy of logits and integer labels in one op: nll_loss(log_softmax(logits), labels), bit for bit.
#include "core/ops/loss/cross_entropy.h"

#include "core/dispatch/autocast.h"
#include "core/ops/activation/softmax.h"
#include "core/ops/loss/nll_loss.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op cross_entropy_op, cross_entropy_grad_op;

namespace {

// Outputs: the loss; and for the gradient, each example's largest logit and logarithm of the sum, shape (..., 2).
void cross_entropy_infer(Infer& infer) {
  Shape rows = infer_labels(infer, 0, 1, 2);
  const DType dtype = infer.dtype(0);
  infer.output(0, infer.attributes<CrossEntropyAttributes>().reduction == Reduction::none ? rows : Shape(), dtype);
  rows.append(2);
  infer.output(1, rows, statistics_dtype(dtype));
}

void cross_entropy_grad_infer(Infer& infer) {
  Shape rows = infer_labels(infer, 1, 3, 4);
  check_upstream(infer, rows, 1);
  rows.append(2);
  infer.check(infer.shape(2).compatible(rows) && infer.dtype(2) == statistics_dtype(infer.dtype(1)),
              "there are no two statistics for each example");
  infer.output(0, infer.shape(1), infer.dtype(1));
}

void cross_entropy_gradient(Gradient& g) {
  if (!g.needs(0)) return;
  std::vector<Tensor> inputs{g.upstream(), g.input(0), g.output(1), g.input(1)};
  if (g.input_count() > 2) inputs.push_back(g.input(2));
  Tensor result;
  apply(cross_entropy_grad_op, inputs, &g.attributes<CrossEntropyAttributes>(), {&result, 1}, {});
  g.set(0, std::move(result));
}

std::vector<Tensor> cross_entropy_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const auto& a = *static_cast<const CrossEntropyAttributes*>(attributes);
  return {nll_loss_with(log_softmax(inputs[0], a.axis), inputs[1], inputs.size() > 2 ? inputs[2] : Tensor(), a)};
}

// The statistics are a function of the logits here, so the derivative through them is in that of log_softmax.
std::vector<Tensor> cross_entropy_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const auto& a = *static_cast<const CrossEntropyAttributes*>(attributes);
  const Tensor &upstream = inputs[0], &logits = inputs[1], &target = inputs[3];
  return {log_softmax_grad(nll_loss_grad(upstream, logits, target, inputs.size() > 4 ? inputs[4] : Tensor(), a),
                           log_softmax(logits, a.axis), a.axis)};
}

Tensor apply_cross_entropy(Arg& logits, Arg& target, const Tensor& weight, const CrossEntropyAttributes& attributes) {
  Tensor outputs[2];
  const Arg weights(weight, logits.where());
  const Arg* inputs[] = {&logits, &target, &weights};
  apply(cross_entropy_op, {inputs, weight.defined() ? std::size_t{3} : std::size_t{2}}, &attributes, outputs,
        logits.where());
  return outputs[0];
}

/// Probabilities as targets: from simpler ops.
Tensor with_probabilities(const Tensor& scores, const Tensor& wanted, const CrossEntropyOptions& options,
                          std::int64_t axis) {
  return rounded_once(float32_if_autocast(scores), [&](const Tensor& logits) {
    Tensor target = widened(wanted);
    if (options.label_smoothing > 0) {
      const Tensor share = divide_by_count(full_like(target, options.label_smoothing), target, axis);
      target = target * (1 - options.label_smoothing) + share;
    }
    Tensor terms = target * log_softmax(logits, axis);
    if (options.weight.defined()) {
      Shape shape{unknown};
      for (int i = logits.ndim() - 1; i > axis; --i) shape.append(1);
      terms = terms * reshape(widened(options.weight), shape);
    }
    Tensor losses = sum(terms, axis) * -1;
    if (options.reduction == Reduction::none) return losses;
    return options.reduction == Reduction::sum ? sum(losses) : mean(losses);
  });
}

}  // namespace

extern const Op cross_entropy_op{.name = "cross_entropy",
                                 .inputs = 2,
                                 .max_inputs = 3,
                                 .attributes = &attribute_type<CrossEntropyAttributes>,
                                 .infer = cross_entropy_infer,
                                 .gradient = cross_entropy_gradient,
                                 .saves_inputs = 0b111,
                                 .saves_outputs = 0b10,
                                 .can_fail = true,
                                 .decompose = cross_entropy_decompose};
/// Inputs: upstream, logits, statistics, target, [weight].
extern const Op cross_entropy_grad_op{.name = "cross_entropy_grad",
                                      .inputs = 4,
                                      .max_inputs = 5,
                                      .attributes = &attribute_type<CrossEntropyAttributes>,
                                      .infer = cross_entropy_grad_infer,
                                      .saves_inputs = 0b11111,
                                      .wide_gradient = true,
                                      .can_fail = true,
                                      .decompose = cross_entropy_grad_decompose};

Tensor cross_entropy(Arg logits, Arg target, CrossEntropyOptions options) {
  const Tensor &scores = operand("cross_entropy", logits), &wanted = operand("cross_entropy", target);
  const std::int64_t axis = scores.ndim() > 1 ? 1 : 0;
  Hyperparameters("cross_entropy", logits.where()).share("label_smoothing", options.label_smoothing);
  if (is_floating(wanted.dtype())) {
    if (!scores.shape().compatible(wanted.shape()))
      throw ArgumentError("cross_entropy", "probabilities do not have the shape of the logits",
                          "logits are " + scores.shape().text() + ", target is " + wanted.shape().text(),
                          "Labels are integers: cast(target, int64)", logits.where());
    const Frame frame(logits.where());
    return with_probabilities(scores, wanted, options, axis);
  }
  return apply_cross_entropy(logits, target, options.weight,
                             {.axis = axis,
                              .ignore_index = options.ignore_index,
                              .label_smoothing = options.label_smoothing,
                              .reduction = options.reduction});
}

Tensor sparse_softmax_cross_entropy(Arg logits, Arg labels) {
  const Called called("sparse_softmax_cross_entropy");
  return apply_cross_entropy(logits, labels, {}, {.axis = -1, .ignores = false, .reduction = Reduction::none});
}

Tensor softmax_cross_entropy(Arg logits, Arg probabilities) {
  const Shape &a = operand("softmax_cross_entropy", logits).shape(),
              &b = operand("softmax_cross_entropy", probabilities).shape();
  if (!a.compatible(b) || !is_floating(probabilities.tensor().dtype()))
    throw ArgumentError("softmax_cross_entropy", "probabilities are not floating, or not of the shape of the logits",
                        "logits are " + a.text() + ", probabilities " +
                            std::string(dtype_name(probabilities.tensor().dtype())) + " " + b.text(),
                        "Labels belong into sparse_softmax_cross_entropy", logits.where());
  const Frame frame(logits.where());
  return rounded_once(float32_if_autocast(logits.tensor()), [&](const Tensor& wide) {
    return sum(widened(probabilities.tensor()) * log_softmax(wide, -1), -1) * -1;
  });
}

}  // namespace triptych
