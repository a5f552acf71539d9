#include "core/ops/activation/softmax.h"

#include <algorithm>

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op softmax_grad_op, log_softmax_grad_op;

namespace {

void softmax_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)))
    infer.fail("the tensor is not floating-point", infer.given(), "Convert it with cast(x, float32)");
  for (int i = 0; i < infer.input_count(); ++i)
    infer.check(infer.shape(i).compatible(infer.shape(0)) && infer.dtype(i) == infer.dtype(0),
                "the inputs do not agree");
  // A 0-d tensor is one row of one element, as in PyTorch.
  infer.axis(infer.attributes<SoftmaxAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  infer.output(0, infer.shape(0), infer.dtype(0));
}

Tensor apply_grad(const Op& op, const Tensor& upstream, const Tensor& output, std::int64_t axis) {
  const Arg a = upstream, b = output;
  const SoftmaxAttributes attributes{axis};
  return apply(op, {&a, &b}, &attributes);
}

void softmax_gradient(Gradient& g) {
  g.set(0, apply_grad(softmax_grad_op, g.upstream(), g.output(), g.attributes<SoftmaxAttributes>().axis));
}

/// A 0-d tensor is its own row.
Tensor sum_of_rows(const Tensor& x, std::int64_t axis) { return x.ndim() ? sum(x, axis, true) : x; }

// y = softmax(x): dx = y (dy - sum(dy y)).
std::vector<Tensor> softmax_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const std::int64_t axis = static_cast<const SoftmaxAttributes*>(attributes)->axis;
  const Tensor &upstream = inputs[0], &output = inputs[1];
  return {output * (upstream - sum_of_rows(upstream * output, axis))};
}

void log_softmax_gradient(Gradient& g) {
  g.set(0, log_softmax_grad(g.upstream(), g.output(), g.attributes<SoftmaxAttributes>().axis));
}

// y = log_softmax(x): dx = dy - exp(y) sum(dy).
std::vector<Tensor> log_softmax_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const std::int64_t axis = static_cast<const SoftmaxAttributes*>(attributes)->axis;
  const Tensor &upstream = inputs[0], &output = inputs[1];
  return {upstream - exp(output) * sum_of_rows(upstream, axis)};
}

}  // namespace

extern const Op softmax_op{.name = "softmax",
                           .inputs = 1,
                           .attributes = &attribute_type<SoftmaxAttributes>,
                           .infer = softmax_infer,
                           .gradient = softmax_gradient,
                           .saves_outputs = 0b1};
extern const Op softmax_grad_op{.name = "softmax_grad",
                                .inputs = 2,
                                .attributes = &attribute_type<SoftmaxAttributes>,
                                .infer = softmax_infer,
                                .saves_inputs = 0b11,
                                .wide_gradient = true,
                                .decompose = softmax_grad_decompose};
extern const Op log_softmax_op{.name = "log_softmax",
                               .inputs = 1,
                               .attributes = &attribute_type<SoftmaxAttributes>,
                               .infer = softmax_infer,
                               .gradient = log_softmax_gradient,
                               .saves_outputs = 0b1};
extern const Op log_softmax_grad_op{.name = "log_softmax_grad",
                                    .inputs = 2,
                                    .attributes = &attribute_type<SoftmaxAttributes>,
                                    .infer = softmax_infer,
                                    .saves_inputs = 0b11,
                                    .wide_gradient = true,
                                    .decompose = log_softmax_grad_decompose};

Tensor softmax(Arg x, std::int64_t axis) {
  const SoftmaxAttributes attributes{axis};
  return apply(softmax_op, {&x}, &attributes);
}

Tensor log_softmax(Arg x, std::int64_t axis) {
  const SoftmaxAttributes attributes{axis};
  return apply(log_softmax_op, {&x}, &attributes);
}

Tensor log_softmax_grad(Arg upstream, Arg output, std::int64_t axis) {
  const SoftmaxAttributes attributes{axis};
  return apply(log_softmax_grad_op, {&upstream, &output}, &attributes);
}

}  // namespace triptych
