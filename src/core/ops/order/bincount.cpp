// bincount: how often each whole number occurs, or what its occurrences weigh.
#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op bincount_op;

namespace {

// Inputs: x[, weights].
void bincount_infer(Infer& infer) {
  const std::int64_t least = infer.attributes<BincountAttributes>().minlength;
  infer.check(infer.shape(0).rank() == 1, "x is not a vector", "flatten it");
  infer.check(infer.dtype(0) == int64 || infer.dtype(0) == int32, "x is neither int32 nor int64",
              "Convert it with cast");
  if (infer.input_count() == 2) {
    infer.check(infer.shape(1).compatible(infer.shape(0)), "weights and x differ in shape");
    infer.check(infer.dtype(1) == float32 || infer.dtype(1) == float64, "the weights are neither float32 nor float64",
                "Convert them with cast");
  }
  if (least < 0) infer.fail("minlength is negative", std::to_string(least));
  const DType dtype = infer.input_count() == 2 ? infer.dtype(1) : int64;
  infer.output(0, {least}, dtype);  // is refused if no tensor is so long
  infer.output(0, {unknown}, dtype);
}

// Each weight is in one sum.
void bincount_gradient(Gradient& g) {
  if (g.input_count() == 2) g.set(1, index_select(g.upstream(), 0, g.input(0)));
}

}  // namespace

extern const Op bincount_op{.name = "bincount",
                            .inputs = 1,
                            .max_inputs = 2,
                            .attributes = &attribute_type<BincountAttributes>,
                            .infer = bincount_infer,
                            .gradient = bincount_gradient,
                            .saves_inputs = 0b1,
                            .can_fail = true};

Tensor bincount(Arg x, BincountOptions options) {
  const Called called("bincount");
  const Frame frame(x.where());
  const DType dtype = operand("bincount", x).dtype();
  if (!is_integral(dtype))
    throw ArgumentError("bincount", "the elements are not integers", std::string(dtype_name(dtype)),
                        "Convert them with cast", x.where());
  const BincountAttributes attributes{options.minlength};
  const Tensor numbers = dtype == int32 ? x.tensor() : cast(x, int64);
  const Arg a = numbers;
  if (!options.weights.defined()) return apply(bincount_op, {&a}, &attributes);
  const Tensor weights = options.weights.dtype() == float32 ? options.weights : cast(options.weights, float64);
  const Arg b = weights;
  return apply(bincount_op, {&a, &b}, &attributes);
}

}  // namespace triptych
