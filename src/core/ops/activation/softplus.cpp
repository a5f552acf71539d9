// leaky_relu, elu, softplus, log_sigmoid and mish, and their backward ops: one pass over memory, where the choice
// between two expressions takes five. Derivatives of those are derivatives of that choice.
#include "core/ops/activation/activation.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op leaky_relu_grad_op, elu_grad_op, softplus_grad_op, mish_grad_op;

namespace {

/// The gradient of an op of one operand is another op, of what flows back and of that operand.
Tensor apply_grad(const Op& op, Arg upstream, Arg x, const void* attributes = nullptr) {
  return apply(op, {&upstream, &x}, attributes);
}
template <const Op& op, class Attributes>
void gradient_by(Gradient& g) {
  g.set(0, apply_grad(op, g.upstream(), g.input(0), &g.attributes<Attributes>()));
}

double slope_of(const void* attributes) { return static_cast<const SlopeAttributes*>(attributes)->slope; }

std::vector<Tensor> leaky_relu_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const Tensor &upstream = inputs[0], &x = inputs[1];
  return {where(greater(x, 0), upstream, upstream * slope_of(attributes))};
}

std::vector<Tensor> elu_grad_decompose(std::span<const Tensor> inputs, const void* attributes) {
  const Tensor &upstream = inputs[0], &x = inputs[1];
  // exp of the negative part only: where(x > 0) would still multiply an overflowed exp by 0 in the second derivative,
  // which is that of the straight side at 0.
  const Tensor slope = exp(where(greater_equal(x, 0), 0, x)) * slope_of(attributes);
  return {where(greater(x, 0), upstream, upstream * slope)};
}

std::vector<Tensor> softplus_grad_decompose(std::span<const Tensor> inputs, const void* given) {
  const auto& [beta, threshold] = *static_cast<const SoftplusAttributes*>(given);
  const Tensor &upstream = inputs[0], scaled = inputs[1] * beta;
  return {where(greater(scaled, threshold), upstream, upstream * sigmoid(scaled))};
}

void mish_gradient(Gradient& g) { g.set(0, apply_grad(mish_grad_op, g.upstream(), g.input(0))); }

void log_sigmoid_gradient(Gradient& g) {
  constexpr SoftplusAttributes attributes{1, 40};
  g.set(0, apply_grad(softplus_grad_op, g.upstream(), neg(g.input(0)), &attributes));
}

// As formula::MishGrad.
std::vector<Tensor> mish_grad_decompose(std::span<const Tensor> inputs, const void*) {
  const Tensor &upstream = inputs[0], &x = inputs[1], e = exp(where(greater(x, 20), 20, x)),
               numerator = e * (e + 2), inverse = 1 / (numerator + 2);
  return {upstream * (numerator * inverse + x * ((numerator + 1) * 4 * inverse * inverse) * (e / (e + 1)))};
}

/// An op of one floating operand, and the gradient of one: of upstream and that operand.
constexpr Op activation(const char* name, void (*gradient)(Gradient&), const AttributeType* attributes = nullptr) {
  return {.name = name,
          .inputs = 1,
          .attributes = attributes,
          .infer = infer_floating,
          .gradient = gradient,
          .saves_inputs = 0b1};
}
constexpr Op activation_grad(const char* name, std::vector<Tensor> (*decompose)(std::span<const Tensor>, const void*),
                             const AttributeType* attributes = nullptr) {
  return {.name = name,
          .inputs = 2,
          .attributes = attributes,
          .infer = infer_floating,
          .saves_inputs = 0b11,
          .wide_gradient = true,
          .decompose = decompose};
}

}  // namespace

extern const Op leaky_relu_op =
    activation("leaky_relu", gradient_by<leaky_relu_grad_op, SlopeAttributes>, &attribute_type<SlopeAttributes>);
extern const Op leaky_relu_grad_op =
    activation_grad("leaky_relu_grad", leaky_relu_grad_decompose, &attribute_type<SlopeAttributes>);
extern const Op elu_op = activation("elu", gradient_by<elu_grad_op, SlopeAttributes>, &attribute_type<SlopeAttributes>);
extern const Op elu_grad_op = activation_grad("elu_grad", elu_grad_decompose, &attribute_type<SlopeAttributes>);
extern const Op softplus_op =
    activation("softplus", gradient_by<softplus_grad_op, SoftplusAttributes>, &attribute_type<SoftplusAttributes>);
extern const Op softplus_grad_op =
    activation_grad("softplus_grad", softplus_grad_decompose, &attribute_type<SoftplusAttributes>);
extern const Op log_sigmoid_op = activation("log_sigmoid", log_sigmoid_gradient);
extern const Op mish_op = activation("mish", mish_gradient);
extern const Op mish_grad_op = activation_grad("mish_grad", mish_grad_decompose);

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

Tensor log_sigmoid(Arg x) { return apply_floating(log_sigmoid_op, x); }

Tensor mish(Arg x) { return apply_floating(mish_op, x); }

}  // namespace triptych
