// softmax with a mask or a dtype, softmin and gumbel_softmax, made of simpler ops.
#include "triptych/core/ops/masked_softmax.h"

#include <algorithm>
#include <limits>

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const Tensor& floating(const char* op, const Arg& x) {
  if (!is_floating(operand(op, x).dtype()))
    throw ArgumentError(op, "x is not floating", std::string(dtype_name(x.tensor().dtype())),
                        "Convert it with cast(x, float32)", x.where());
  return x.tensor();
}

/// `of` the elements that the mask leaves, of rows of which it leaves none zeros, and `masked` elsewhere.
Tensor with_mask(const char* op, const Arg& x, const Arg& mask, std::int64_t axis, Tensor (*of)(Arg, std::int64_t),
                 double masked) {
  const Frame frame(x.where());
  const Tensor& t = floating(op, x);
  if (operand(op, mask).dtype() != boolean)
    throw ArgumentError(op, "the mask is not bool", std::string(dtype_name(mask.tensor().dtype())),
                        "Compare, or convert it with cast", mask.where());
  axis = normalize_axis(op, axis, std::max(t.ndim(), 1), x.where());
  const Tensor kept = expand_like(mask, t), some = t.ndim() ? any(kept, axis, true) : kept;
  return where(kept, of(where(kept, t, where(some, -infinity, zeros_like(t))), axis), masked);
}

}  // namespace

Tensor softmax(Arg x, std::int64_t axis, DType dtype) {
  const Frame frame(x.where());
  return softmax(cast(operand("softmax", x), dtype), axis);
}
Tensor log_softmax(Arg x, std::int64_t axis, DType dtype) {
  const Frame frame(x.where());
  return log_softmax(cast(operand("log_softmax", x), dtype), axis);
}
Tensor softmin(Arg x, std::int64_t axis) {
  const Frame frame(x.where());
  return softmax(neg(floating("softmin", x)), axis);
}

Tensor masked_softmax(Arg x, Arg mask, std::int64_t axis) {
  return with_mask("masked_softmax", x, mask, axis, softmax, 0);
}
Tensor masked_log_softmax(Arg x, Arg mask, std::int64_t axis) {
  return with_mask("masked_log_softmax", x, mask, axis, log_softmax, -infinity);
}

Tensor gumbel_softmax(Arg logits, GumbelSoftmaxOptions options, const Tensor& state) {
  Hyperparameters("gumbel_softmax", logits.where()).positive("tau", options.tau);
  const Frame frame(logits.where());
  const Tensor& given = floating("gumbel_softmax", logits);
  const Transaction whole;
  return rounded_once(given, [&](const Tensor& x) {
    const Tensor draw = state.defined() ? state : random_state_for(x);
    // Never 0, nor 1, so that the logarithm of -ln u is finite.
    const Tensor u = random_uniform_like(draw, x, 1e-20, 1);
    const Tensor soft = softmax((x - log(neg(log(u)))) / options.tau, options.axis);
    if (!options.hard) return soft;
    const Tensor place = argmax(soft, options.axis, true), none = zeros_like(soft);
    return scatter_add(none, options.axis, place, cast(ones_like(place), soft.dtype())) + (soft - soft.detach());
  });
}

}  // namespace triptych
