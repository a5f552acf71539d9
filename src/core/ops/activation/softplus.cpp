// leaky_relu, elu and softplus: their gradients are a choice between two simple expressions.
#include "core/ops/activation/activation.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void leaky_relu_gradient(Gradient& g) {
  g.set(0, where(greater(g.input(0), 0), g.upstream(), g.upstream() * g.attributes<SlopeAttributes>().slope));
}

void elu_gradient(Gradient& g) {
  const Tensor x = g.input(0);
  // exp of the negative part only: where(x > 0) would still multiply an overflowed exp by 0 in the second derivative,
  // which is that of the straight side at 0.
  const Tensor slope = exp(where(greater_equal(x, 0), 0, x)) * g.attributes<SlopeAttributes>().slope;
  g.set(0, where(greater(x, 0), g.upstream(), g.upstream() * slope));
}

void softplus_gradient(Gradient& g) {
  const auto& [beta, threshold] = g.attributes<SoftplusAttributes>();
  const Tensor scaled = g.input(0) * beta;
  g.set(0, where(greater(scaled, threshold), g.upstream(), g.upstream() * sigmoid(scaled)));
}

}  // namespace

extern const Op leaky_relu_op{.name = "leaky_relu",
                              .inputs = 1,
                              .attributes = &attribute_type<SlopeAttributes>,
                              .infer = infer_floating,
                              .gradient = leaky_relu_gradient,
                              .saves_inputs = 0b1,
                              .wide_gradient = true};
extern const Op elu_op{.name = "elu",
                       .inputs = 1,
                       .attributes = &attribute_type<SlopeAttributes>,
                       .infer = infer_floating,
                       .gradient = elu_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};
extern const Op softplus_op{.name = "softplus",
                            .inputs = 1,
                            .attributes = &attribute_type<SoftplusAttributes>,
                            .infer = infer_floating,
                            .gradient = softplus_gradient,
                            .saves_inputs = 0b1,
                            .wide_gradient = true};

Tensor leaky_relu(Arg x, double negative_slope) {
  Hyperparameters("leaky_relu", x.where()).finite("negative_slope", negative_slope);
  const SlopeAttributes attributes{negative_slope};
  return apply_floating(leaky_relu_op, x, &attributes);
}

Tensor elu(Arg x, double alpha) {
  Hyperparameters("elu", x.where()).finite("alpha", alpha);
  const SlopeAttributes attributes{alpha};
  return apply_floating(elu_op, x, &attributes);
}

Tensor softplus(Arg x, double beta, double threshold) {
  Hyperparameters("softplus", x.where()).positive("beta", beta);
  const SoftplusAttributes attributes{beta, threshold};
  return apply_floating(softplus_op, x, &attributes);
}

}  // namespace triptych
