// Random ops whose parameters are operands.
#include "triptych/core/ops/distributions.h"

#include "core/ops/ops.h"
#include "core/random/drawing.h"
#include "core/ops/random/random.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void infer_of_operand(Infer& infer) {
  check_state(infer);
  infer.check(is_floating(infer.dtype(1)), "the parameters are not floating", "Convert them with cast");
  infer.output(0, infer.shape(1), infer.dtype(1));
}

void infer_of_two(Infer& infer) {
  infer_of_operand(infer);
  infer.check(infer.dtype(1) == infer.dtype(2) && infer.shape(1).compatible(infer.shape(2)),
              "the parameters differ in shape or dtype");
}

}  // namespace

extern const Op random_gamma_op{.name = "random_gamma",
                                .inputs = 2,
                                .infer = infer_of_operand,
                                .gradient_stops = true,
                                .stateful = true,
                                .can_fail = true,
                                .writes = writes_draw_state};
extern const Op random_poisson_op{.name = "random_poisson",
                                  .inputs = 2,
                                  .infer = infer_of_operand,
                                  .gradient_stops = true,
                                  .stateful = true,
                                  .can_fail = true,
                                  .writes = writes_draw_state};
extern const Op random_binomial_op{.name = "random_binomial",
                                   .inputs = 3,
                                   .infer = infer_of_two,
                                   .gradient_stops = true,
                                   .stateful = true,
                                   .can_fail = true,
                                   .writes = writes_draw_state};

Tensor random_gamma(Arg state, Arg concentration) { return apply(random_gamma_op, {&state, &concentration}); }
Tensor random_poisson(Arg state, Arg rate) { return apply(random_poisson_op, {&state, &rate}); }
Tensor random_binomial(Arg state, Arg count, Arg prob) { return apply(random_binomial_op, {&state, &count, &prob}); }

Tensor standard_gamma(Arg concentration, Generator* generator) {
  const Drawing drawing("standard_gamma", generator);
  const Tensor state = random_state_for(operand("standard_gamma", concentration), generator);
  return random_gamma(Arg(state, concentration.where()), concentration);
}

Tensor poisson(Arg rate, Generator* generator) {
  const Drawing drawing("poisson", generator);
  const Tensor state = random_state_for(operand("poisson", rate), generator);
  return random_poisson(Arg(state, rate.where()), rate);
}

Tensor binomial(Arg count, Arg prob, Generator* generator) {
  const Drawing drawing("binomial", generator);
  const Frame frame(count.where());
  const auto alike = broadcast_tensors({operand("binomial", count), operand("binomial", prob)});
  const DType dtype = result_type(alike[0], alike[1]);
  const Tensor state = random_state_for(alike[count.tensor().is_symbolic() ? 0 : 1], generator);
  return random_binomial(state, cast(alike[0], dtype), cast(alike[1], dtype));
}

Tensor random_beta(Arg alpha, Arg beta, Generator* generator) {
  const Drawing drawing("random_beta", generator);
  const Frame frame(alpha.where());
  const auto alike = broadcast_tensors({operand("random_beta", alpha), operand("random_beta", beta)});
  const Tensor x = standard_gamma(alike[0], generator), y = standard_gamma(alike[1], generator);
  return x / (x + y);
}

Tensor categorical(Arg logits, std::int64_t num_samples, Generator* generator) {
  const Drawing drawing("categorical", generator);
  const Frame frame(logits.where());
  return multinomial(softmax(logits), num_samples, true, generator);
}

Tensor shuffle(Arg x, std::int64_t axis, Generator* generator) {
  const Drawing drawing("shuffle", generator);
  const Frame frame(x.where());
  const Tensor& given = operand("shuffle", x);
  const int at = normalize_axis("shuffle", axis, given.ndim(), x.where());
  if (const Dim length = given.shape().dim(at); length.known()) {
    const DeviceScope beside(given.device());
    return index_select(x, at, permutation(length.raw(), generator, x.where()));
  }
  // Of unknown length: the order of as many random numbers.
  Tensor line = zeros_like(given.detach());
  for (int i = given.ndim() - 1; i >= 0; --i)
    if (i != at) line = select(line, i, 0);
  return index_select(x, at, argsort(rand_like(cast(line, float64), generator)));
}

}  // namespace triptych
