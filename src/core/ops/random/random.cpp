// Random ops. Input 0 is the draw's (key, counter), int64 [2]; an op adds one to the counter, so that a graph's or a
// layer's stream gives new numbers at each run.
#include "core/ops/random/random.h"

#include <limits>

#include "core/ops/ops.h"
#include "core/random/drawing.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych {

void check_state(const Infer& infer) {
  infer.check(infer.dtype(0) == int64 && infer.shape(0).compatible(Shape{2}),
              "the state is not an int64 tensor of shape (2,), key and counter");
}

bool writes_draw_state(int i, int) { return i == 0; }

namespace {

void check_parameters(const Infer& infer, double a, double b, DType dtype) {
  if (!is_floating(dtype))
    infer.fail("the dtype is not floating", std::string(dtype_name(dtype)), "Use randint for integers");
  if (!(b - a < std::numeric_limits<double>::infinity()) || !(a == a))
    infer.fail("a parameter is not finite", std::to_string(a) + " and " + std::to_string(b));
}

void check_uniform(const Infer& infer, double low, double high, DType dtype) {
  check_parameters(infer, low, high, dtype);
  if (!(low <= high)) infer.fail("low is greater than high", std::to_string(low) + " and " + std::to_string(high));
}

void check_normal(const Infer& infer, double mean, double stddev, DType dtype) {
  check_parameters(infer, mean, stddev, dtype);
  if (!(stddev >= 0)) infer.fail("the standard deviation is negative", std::to_string(stddev));
}

void check_known(const Infer& infer, const Shape& shape) {
  if (!shape.known())
    infer.fail("the shape is not known", shape.text(),
               "Use rand_like, randn_like or bernoulli where the feeds decide it");
}

using Check = void (*)(const Infer&, double, double, DType);

template <Check check>
void infer_random(Infer& infer) {
  check_state(infer);
  const auto& attributes = infer.attributes<RandomAttributes>();
  check(infer, attributes.a, attributes.b, attributes.dtype);
  check_known(infer, attributes.shape);
  infer.output(0, attributes.shape, attributes.dtype);
}

template <Check check>
void infer_random_like(Infer& infer) {
  check_state(infer);
  const auto& attributes = infer.attributes<RandomLikeAttributes>();
  check(infer, attributes.a, attributes.b, infer.dtype(1));
  infer.output(0, infer.shape(1), infer.dtype(1));
}

void infer_integers(Infer& infer) {
  check_state(infer);
  const auto& attributes = infer.attributes<RandomIntegersAttributes>();
  const std::string range = std::to_string(attributes.low) + " and " + std::to_string(attributes.high);
  if (!is_integral(attributes.dtype))
    infer.fail("the dtype is not an integer", std::string(dtype_name(attributes.dtype)));
  if (attributes.low >= attributes.high) infer.fail("low is not less than high", range);
  check_fits(infer, attributes.low, attributes.dtype);
  check_fits(infer, attributes.high - 1, attributes.dtype);
  check_known(infer, attributes.shape);
  infer.output(0, attributes.shape, attributes.dtype);
}

void infer_bernoulli(Infer& infer) {
  check_state(infer);
  infer.check(is_floating(infer.dtype(1)), "probabilities are not floating", "Convert them with cast");
  infer.output(0, infer.shape(1), infer.dtype(1));
}

void infer_permutation(Infer& infer) {
  check_state(infer);
  const std::int64_t n = infer.attributes<RandomPermutationAttributes>().n;
  if (n < 0) infer.fail("n is negative", std::to_string(n));
  infer.output(0, Shape{n}, int64);
}

void infer_multinomial(Infer& infer) {
  check_state(infer);
  const auto& [num_samples, replacement] = infer.attributes<RandomMultinomialAttributes>();
  Shape shape = infer.shape(1);
  infer.check(is_floating(infer.dtype(1)), "weights are not floating", "Convert them with cast");
  infer.check(shape.rank() == 1 || shape.rank() == 2, "weights are neither a vector nor a matrix");
  if (num_samples < 0) infer.fail("num_samples is negative", std::to_string(num_samples));
  const Dim choices = shape.dim(-1);
  if (choices.known() && num_samples > (replacement ? (choices.raw() ? num_samples : 0) : choices.raw()))
    infer.fail("there are too few to choose from",
               std::to_string(num_samples) + " samples of " + std::to_string(choices.raw()),
               replacement ? "" : "Draw with replacement");
  shape.set(shape.rank() - 1, num_samples);
  infer.output(0, shape, int64);
}

}  // namespace

extern const Op random_uniform_op{.name = "random_uniform",
                                  .inputs = 1,
                                  .attributes = &attribute_type<RandomAttributes>,
                                  .infer = infer_random<check_uniform>,
                                  .gradient_stops = true,
                                  .stateful = true,
                                  .writes = writes_draw_state};
extern const Op random_normal_op{.name = "random_normal",
                                 .inputs = 1,
                                 .attributes = &attribute_type<RandomAttributes>,
                                 .infer = infer_random<check_normal>,
                                 .gradient_stops = true,
                                 .stateful = true,
                                 .writes = writes_draw_state};
extern const Op random_truncated_normal_op{.name = "random_truncated_normal",
                                           .inputs = 1,
                                           .attributes = &attribute_type<RandomAttributes>,
                                           .infer = infer_random<check_normal>,
                                           .gradient_stops = true,
                                           .stateful = true,
                                           .writes = writes_draw_state};
extern const Op random_uniform_like_op{.name = "random_uniform_like",
                                       .inputs = 2,
                                       .attributes = &attribute_type<RandomLikeAttributes>,
                                       .infer = infer_random_like<check_uniform>,
                                       .gradient_stops = true,
                                       .stateful = true,
                                       .metadata_inputs = 0b10,
                                       .writes = writes_draw_state};
extern const Op random_normal_like_op{.name = "random_normal_like",
                                      .inputs = 2,
                                      .attributes = &attribute_type<RandomLikeAttributes>,
                                      .infer = infer_random_like<check_normal>,
                                      .gradient_stops = true,
                                      .stateful = true,
                                      .metadata_inputs = 0b10,
                                      .writes = writes_draw_state};
extern const Op random_integers_op{.name = "random_integers",
                                   .inputs = 1,
                                   .attributes = &attribute_type<RandomIntegersAttributes>,
                                   .infer = infer_integers,
                                   .gradient_stops = true,
                                   .stateful = true,
                                   .writes = writes_draw_state};
extern const Op random_bernoulli_op{.name = "random_bernoulli",
                                    .inputs = 2,
                                    .infer = infer_bernoulli,
                                    .gradient_stops = true,
                                    .stateful = true,
                                    .can_fail = true,
                                    .writes = writes_draw_state};
extern const Op random_multinomial_op{.name = "random_multinomial",
                                      .inputs = 2,
                                      .attributes = &attribute_type<RandomMultinomialAttributes>,
                                      .infer = infer_multinomial,
                                      .gradient_stops = true,
                                      .stateful = true,
                                      .can_fail = true,
                                      .writes = writes_draw_state};
extern const Op random_permutation_op{.name = "random_permutation",
                                      .inputs = 1,
                                      .attributes = &attribute_type<RandomPermutationAttributes>,
                                      .infer = infer_permutation,
                                      .gradient_stops = true,
                                      .stateful = true,
                                      .writes = writes_draw_state};

Tensor random_uniform(Arg state, const Shape& shape, double low, double high, DType dtype) {
  const RandomAttributes attributes{shape, low, high, dtype};
  return apply(random_uniform_op, {&state}, &attributes);
}
Tensor random_normal(Arg state, const Shape& shape, double mean, double stddev, DType dtype) {
  const RandomAttributes attributes{shape, mean, stddev, dtype};
  return apply(random_normal_op, {&state}, &attributes);
}
Tensor random_truncated_normal(Arg state, const Shape& shape, double mean, double stddev, DType dtype) {
  const RandomAttributes attributes{shape, mean, stddev, dtype};
  return apply(random_truncated_normal_op, {&state}, &attributes);
}
Tensor random_uniform_like(Arg state, Arg like, double low, double high) {
  const RandomLikeAttributes attributes{low, high};
  return apply(random_uniform_like_op, {&state, &like}, &attributes);
}
Tensor random_normal_like(Arg state, Arg like, double mean, double stddev) {
  const RandomLikeAttributes attributes{mean, stddev};
  return apply(random_normal_like_op, {&state, &like}, &attributes);
}
Tensor random_integers(Arg state, std::int64_t low, std::int64_t high, const Shape& shape, DType dtype) {
  const RandomIntegersAttributes attributes{shape, low, high, dtype};
  return apply(random_integers_op, {&state}, &attributes);
}
Tensor random_bernoulli(Arg state, Arg p) { return apply(random_bernoulli_op, {&state, &p}); }
Tensor random_permutation(Arg state, std::int64_t n) {
  const RandomPermutationAttributes attributes{n};
  return apply(random_permutation_op, {&state}, &attributes);
}
Tensor random_multinomial(Arg state, Arg p, std::int64_t num_samples, bool replacement) {
  const RandomMultinomialAttributes attributes{num_samples, replacement};
  return apply(random_multinomial_op, {&state, &p}, &attributes);
}

Tensor rand(const Shape& shape, DType dtype, Generator* generator, Location where) {
  const Drawing drawing("rand", generator);
  return uniform(shape, 0, 1, dtype, generator, where);
}
Tensor randn(const Shape& shape, DType dtype, Generator* generator, Location where) {
  const Drawing drawing("randn", generator);
  return normal(shape, 0, 1, dtype, generator, where);
}
Tensor rand_like(Arg x, Generator* generator) {
  const Drawing drawing("rand_like", generator);
  const Tensor state = random_state_for(operand("rand_like", x), generator);
  return random_uniform_like(Arg(state, x.where()), x);
}
Tensor randn_like(Arg x, Generator* generator) {
  const Drawing drawing("randn_like", generator);
  const Tensor state = random_state_for(operand("randn_like", x), generator);
  return random_normal_like(Arg(state, x.where()), x);
}
Tensor uniform(const Shape& shape, double low, double high, DType dtype, Generator* generator, Location where) {
  const Drawing drawing("uniform", generator);
  const Tensor state = random_state(generator);
  return random_uniform(Arg(state, where), shape, low, high, dtype);
}
Tensor normal(const Shape& shape, double mean, double stddev, DType dtype, Generator* generator, Location where) {
  const Drawing drawing("normal", generator);
  const Tensor state = random_state(generator);
  return random_normal(Arg(state, where), shape, mean, stddev, dtype);
}
Tensor truncated_normal(const Shape& shape, double mean, double stddev, DType dtype, Generator* generator,
                        Location where) {
  const Drawing drawing("truncated_normal", generator);
  const Tensor state = random_state(generator);
  return random_truncated_normal(Arg(state, where), shape, mean, stddev, dtype);
}
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype, Generator* generator,
               Location where) {
  const Drawing drawing("randint", generator);
  const Tensor state = random_state(generator);
  return random_integers(Arg(state, where), low, high, shape, dtype);
}
Tensor bernoulli(Arg p, Generator* generator) {
  const Drawing drawing("bernoulli", generator);
  const Tensor state = random_state_for(operand("bernoulli", p), generator);
  return random_bernoulli(Arg(state, p.where()), p);
}
Tensor multinomial(Arg p, std::int64_t num_samples, bool replacement, Generator* generator) {
  const Drawing drawing("multinomial", generator);
  const Tensor state = random_state_for(operand("multinomial", p), generator);
  return random_multinomial(Arg(state, p.where()), p, num_samples, replacement);
}
Tensor permutation(std::int64_t n, Generator* generator, Location where) {
  const Drawing drawing("permutation", generator);
  const Tensor state = random_state(generator);
  return random_permutation(Arg(state, where), n);
}

}  // namespace triptych
