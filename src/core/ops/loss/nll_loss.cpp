// nll_loss: what integer labels pick from log-probabilities. It is linear in them, and its gradient is its transpose.
#include "core/ops/loss/nll_loss.h"

#include <optional>

#include "core/ops/loss/cross_entropy.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op nll_loss_op, nll_loss_grad_op;

Shape infer_labels(Infer& infer, int scores, int target, int weight) {
  const auto& a = infer.attributes<CrossEntropyAttributes>();
  const Shape& shape = infer.shape(scores);
  if (!is_floating(infer.dtype(scores))) infer.fail("the scores are not floating-point", infer.given());
  if (!is_integral(infer.dtype(target)))
    infer.fail("labels are not integers", infer.given(),
               "Pass class numbers as int64, or probabilities of the scores' shape");
  Shape rows = shape;
  const int axis = infer.axis(a.axis, shape.rank());
  rows.erase(axis);
  if (!rows.compatible(infer.shape(target)))
    infer.fail("the labels do not have the shape of the scores without their class axis",
               "scores are " + shape.text() + ", labels are " + infer.shape(target).text(),
               "There is one label for each example");
  if (weight < infer.input_count()) {
    const Shape& w = infer.shape(weight);
    if (w.rank() != 1 || conflict(w.dim(0), shape.dim(axis)) || infer.dtype(weight) != infer.dtype(scores))
      infer.fail("there is not one weight for each class, of the scores' dtype", infer.given());
  }
  return rows;
}

void check_upstream(Infer& infer, const Shape& rows, int scores) {
  const bool single = infer.attributes<CrossEntropyAttributes>().reduction != Reduction::none;
  infer.check(infer.shape(0).compatible(single ? Shape() : rows) && infer.dtype(0) == infer.dtype(scores),
              "upstream does not have the shape and dtype of the loss");
}

namespace {

void nll_loss_infer(Infer& infer) {
  const Shape rows = infer_labels(infer, 0, 1, 2);
  infer.output(0, infer.attributes<CrossEntropyAttributes>().reduction == Reduction::none ? rows : Shape(),
               infer.dtype(0));
}

void nll_loss_grad_infer(Infer& infer) {
  check_upstream(infer, infer_labels(infer, 1, 2, 3), 1);
  infer.output(0, infer.shape(1), infer.dtype(1));
}

Tensor optional_input(Gradient& g, int i) { return i < g.input_count() ? g.input(i) : Tensor(); }

void nll_loss_gradient(Gradient& g) {
  if (g.needs(0))
    g.set(0, nll_loss_grad(g.upstream(), g.input(0), g.input(1), optional_input(g, 2),
                           g.attributes<CrossEntropyAttributes>()));
}

void nll_loss_grad_gradient(Gradient& g) {
  if (g.needs(0))
    g.set(0, nll_loss_with(g.upstream(), g.input(2), optional_input(g, 3), g.attributes<CrossEntropyAttributes>()));
}

Tensor apply_with(const Op& op, std::initializer_list<const Tensor*> inputs, const Tensor& weight,
                  const CrossEntropyAttributes& attributes) {
  std::vector<Tensor> all;
  for (const Tensor* input : inputs) all.push_back(*input);
  if (weight.defined()) all.push_back(weight);
  Tensor result;
  apply(op, all, &attributes, {&result, 1}, {});
  return result;
}

}  // namespace

Tensor nll_loss_with(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight,
                     const CrossEntropyAttributes& attributes) {
  return apply_with(nll_loss_op, {&log_probabilities, &target}, weight, attributes);
}

Tensor nll_loss_grad(const Tensor& upstream, const Tensor& like, const Tensor& target, const Tensor& weight,
                     const CrossEntropyAttributes& attributes) {
  return apply_with(nll_loss_grad_op, {&upstream, &like, &target}, weight, attributes);
}

extern const Op nll_loss_op{.name = "nll_loss",
                            .inputs = 2,
                            .max_inputs = 3,
                            .attributes = &attribute_type<CrossEntropyAttributes>,
                            .infer = nll_loss_infer,
                            .gradient = nll_loss_gradient,
                            .saves_inputs = 0b110,
                            .can_fail = true};
/// Inputs: upstream, scores (metadata), target, [weight].
extern const Op nll_loss_grad_op{.name = "nll_loss_grad",
                                 .inputs = 3,
                                 .max_inputs = 4,
                                 .attributes = &attribute_type<CrossEntropyAttributes>,
                                 .infer = nll_loss_grad_infer,
                                 .gradient = nll_loss_grad_gradient,
                                 .saves_inputs = 0b1100,
                                 .can_fail = true,
                                 .metadata_inputs = 0b10};

Tensor nll_loss(Arg log_probabilities, Arg target, NllLossOptions options) {
  const CrossEntropyAttributes attributes{.axis = operand("nll_loss", log_probabilities).ndim() > 1 ? 1 : 0,
                                          .ignore_index = options.ignore_index,
                                          .reduction = options.reduction};
  if (!options.weight.defined()) return apply(nll_loss_op, {&log_probabilities, &target}, &attributes);
  const Arg weight(options.weight, log_probabilities.where());
  return apply(nll_loss_op, {&log_probabilities, &target, &weight}, &attributes);
}

}  // namespace triptych
