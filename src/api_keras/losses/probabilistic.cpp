#include "triptych/keras/losses/probabilistic.h"

#include "api_keras/losses/function_loss.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

/// `p`, kept away from 0 and 1.
Tensor inside(const Tensor& p) { return clip(p, epsilon, 1 - epsilon); }

/// The losses of single elements.
Tensor binary_elements(const Tensor& y, const Tensor& y_pred, bool from_logits) {
  if (from_logits) return binary_cross_entropy_with_logits(y_pred, y, {.reduction = Reduction::none});
  const Tensor p = inside(y_pred);
  return neg(y * log(p) + (1 - y) * log(1 - p));
}

Tensor binary_targets(const Tensor& y_true, const Tensor& y_pred, double smoothing) {
  const Tensor y = same_rank(y_true, y_pred);
  return smoothing == 0 ? y : y * (1 - smoothing) + 0.5 * smoothing;
}

Tensor binary(const Tensor& y_true, const Tensor& y_pred, const CrossentropyArguments& arguments) {
  const Tensor y = binary_targets(y_true, y_pred, arguments.label_smoothing);
  return mean(binary_elements(y, y_pred, arguments.from_logits), arguments.axis);
}

Tensor binary_focal(const Tensor& y_true, const Tensor& y_pred, const BinaryFocalArguments& arguments) {
  const Tensor y = binary_targets(y_true, y_pred, arguments.label_smoothing);
  const Tensor p = arguments.from_logits ? sigmoid(y_pred) : y_pred;
  const Tensor of_truth = y * p + (1 - y) * (1 - p);
  Tensor loss = pow(1 - of_truth, arguments.gamma) * binary_elements(y, p, false);
  if (arguments.apply_class_balancing) loss = (y * arguments.alpha + (1 - y) * (1 - arguments.alpha)) * loss;
  return mean(loss, arguments.axis);
}

Tensor class_targets(const Tensor& y_true, const Tensor& y_pred, double smoothing) {
  const Tensor y = same_rank(y_true, y_pred);
  if (smoothing == 0) return y;
  if (!y_pred.shape().dim(-1).known())
    throw ArgumentError("loss", "label_smoothing is given, and the number of classes is not known",
                        "y_pred is " + y_pred.shape().text());
  return y * (1 - smoothing) + smoothing / static_cast<double>(y_pred.shape()[-1]);
}

Tensor normalized(const Tensor& y_pred, std::int64_t axis) { return y_pred / sum(y_pred, axis, true); }

Tensor categorical(const Tensor& y_true, const Tensor& y_pred, const CrossentropyArguments& arguments) {
  const Tensor y = class_targets(y_true, y_pred, arguments.label_smoothing);
  const std::int64_t axis = arguments.axis;
  const Tensor logp = arguments.from_logits ? log_softmax(y_pred, axis) : log_probabilities(normalized(y_pred, axis));
  return neg(sum(y * logp, axis));
}

Tensor categorical_focal(const Tensor& y_true, const Tensor& y_pred, const CategoricalFocalArguments& arguments) {
  const Tensor y = class_targets(y_true, y_pred, arguments.label_smoothing);
  const std::int64_t axis = arguments.axis;
  const Tensor p = inside(normalized(arguments.from_logits ? softmax(y_pred, axis) : y_pred, axis));
  return sum(pow(1 - p, arguments.gamma) * arguments.alpha * (neg(y) * log(p)), axis);
}

Tensor of_class_numbers(const Tensor& labels, const Tensor& y_pred, bool from_logits) {
  // log_softmax(log p) = log p if p sums to 1
  return sparse_softmax_cross_entropy(from_logits ? y_pred : log_probabilities(y_pred), labels);
}

MaskedLosses sparse(const Tensor& y_true, const Tensor& y_pred, const SparseCrossentropyArguments& arguments) {
  if (arguments.axis != -1 && arguments.axis != y_pred.ndim() - 1)
    throw ArgumentError("loss", "the axis of the classes is not the last one",
                        "axis " + std::to_string(arguments.axis) + ", y_pred is " + y_pred.shape().text(),
                        "Move it there by permute");
  const Tensor labels = class_numbers(y_true, y_pred);
  if (!arguments.ignore_class) return {of_class_numbers(labels, y_pred, arguments.from_logits), {}};
  const Tensor counts = not_equal(labels, *arguments.ignore_class);
  const Tensor known = where(counts, labels, 0), scores = where(unsqueeze(counts, -1), y_pred, 0);
  return {where(counts, of_class_numbers(known, scores, arguments.from_logits), 0), counts};
}

Tensor divergence(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor y = clip(same_rank(y_true, y_pred), epsilon, 1), p = clip(y_pred, epsilon, 1);
  return sum(y * log(y / p), -1);
}

Tensor of_poisson(const Tensor& y_true, const Tensor& y_pred) {
  return mean(y_pred - same_rank(y_true, y_pred) * log(y_pred + epsilon), -1);
}

Tensor generalized(const Tensor& y_true, const Tensor& y_pred, double q) {
  if (!y_pred.shape().dim(-1).known())
    throw ArgumentError("loss", "the number of classes is not known", "y_pred is " + y_pred.shape().text());
  const Tensor truth = one_hot(class_numbers(y_true, y_pred), y_pred.shape()[-1], y_pred.dtype());
  return (1 - pow(sum(y_pred * truth, -1), q)) / q;
}

template <class Arguments>
void check_smoothing(const char* op, const Arguments& arguments, Location where) {
  Hyperparameters(op, where).share("label_smoothing", arguments.label_smoothing);
}

template <class Arguments>
void check_focal(const char* op, const Arguments& arguments, Location where) {
  const Hyperparameters check(op, where);
  check.share("label_smoothing", arguments.label_smoothing);
  check.not_negative("alpha", arguments.alpha);
  check.not_negative("gamma", arguments.gamma);
}

void check_q(double q, Location where) {
  const Hyperparameters check("CategoricalGeneralizedCrossEntropy", where);
  check.positive("q", q);
  check.decay("q", q);
}

/// The loss of a function with these arguments.
template <class Options, class Rule, class Arguments>
Loss loss(const char* name, const Options& options, Rule rule, const Arguments& arguments, Location where) {
  return loss_of(
      name, options,
      [rule, arguments](const Tensor& y, const Tensor& p) {
        return MaskedLosses{rule(y, p, arguments), {}};
      },
      where);
}

}  // namespace

Loss BinaryCrossentropy(CrossentropyLossOptions options, Location where) {
  check_smoothing("BinaryCrossentropy", options, where);
  return loss("binary_crossentropy", options, binary,
              CrossentropyArguments{options.from_logits, options.label_smoothing, options.axis}, where);
}
Loss BinaryFocalCrossentropy(BinaryFocalCrossentropyLossOptions options, Location where) {
  check_focal("BinaryFocalCrossentropy", options, where);
  return loss("binary_focal_crossentropy", options, binary_focal,
              BinaryFocalArguments{options.apply_class_balancing, options.alpha, options.gamma, options.from_logits,
                                   options.label_smoothing, options.axis},
              where);
}
Loss CategoricalCrossentropy(CrossentropyLossOptions options, Location where) {
  check_smoothing("CategoricalCrossentropy", options, where);
  return loss("categorical_crossentropy", options, categorical,
              CrossentropyArguments{options.from_logits, options.label_smoothing, options.axis}, where);
}
Loss CategoricalFocalCrossentropy(CategoricalFocalCrossentropyLossOptions options, Location where) {
  check_focal("CategoricalFocalCrossentropy", options, where);
  return loss("categorical_focal_crossentropy", options, categorical_focal,
              CategoricalFocalArguments{options.alpha, options.gamma, options.from_logits, options.label_smoothing,
                                        options.axis},
              where);
}
Loss SparseCategoricalCrossentropy(SparseCategoricalCrossentropyLossOptions options, Location where) {
  const SparseCrossentropyArguments arguments{options.from_logits, options.ignore_class, options.axis};
  return loss_of(
      "sparse_categorical_crossentropy", options,
      [arguments](const Tensor& y, const Tensor& p) { return sparse(y, p, arguments); }, where);
}
Loss KLDivergence(LossReductionOptions options, Location where) {
  return loss_of("kl_divergence", options, divergence, where);
}
Loss Poisson(LossReductionOptions options, Location where) { return loss_of("poisson", options, of_poisson, where); }
Loss CategoricalGeneralizedCrossEntropy(CategoricalGeneralizedCrossEntropyOptions options, Location where) {
  check_q(options.q, where);
  return loss("categorical_generalized_cross_entropy", options, generalized, options.q, where);
}

Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyArguments arguments,
                           Location where) {
  check_smoothing("binary_crossentropy", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return binary(y, p, arguments); }, y_true, y_pred, where);
}
Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred, BinaryFocalArguments arguments,
                                 Location where) {
  check_focal("binary_focal_crossentropy", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return binary_focal(y, p, arguments); }, y_true, y_pred,
                   where);
}
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyArguments arguments,
                                Location where) {
  check_smoothing("categorical_crossentropy", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return categorical(y, p, arguments); }, y_true, y_pred,
                   where);
}
Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred, CategoricalFocalArguments arguments,
                                      Location where) {
  check_focal("categorical_focal_crossentropy", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return categorical_focal(y, p, arguments); }, y_true, y_pred,
                   where);
}
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       SparseCrossentropyArguments arguments, Location where) {
  return values_of([&](const Tensor& y, const Tensor& p) { return sparse(y, p, arguments).values; }, y_true, y_pred,
                   where);
}
Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(divergence, y_true, y_pred, where);
}
Tensor poisson(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_poisson, y_true, y_pred, where);
}
Tensor categorical_generalized_cross_entropy(const Tensor& y_true, const Tensor& y_pred, double q, Location where) {
  check_q(q, where);
  return values_of([q](const Tensor& y, const Tensor& p) { return generalized(y, p, q); }, y_true, y_pred, where);
}

}  // namespace triptych::keras::losses
