// vector_norm: norms of any order.
#include <cmath>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// base^exponent, whose derivative at 0 is 0.
Tensor power(const Tensor& base, double exponent) {
  const Tensor zero = equal(base, 0);
  return where(zero, std::pow(0.0, exponent), pow(where(zero, 1, base), exponent));
}

/// `reduction` stands for sum, max or min over the axes.
template <class Sum, class Max, class Min>
Tensor norm_of(const Arg& x, double ord, Sum add, Max largest, Min smallest) {
  const Called called("vector_norm");
  const Frame frame(x.where());
  if (!is_floating(operand("vector_norm", x).dtype()))
    throw ArgumentError("vector_norm", "x is not floating", std::string(dtype_name(x.tensor().dtype())),
                        "Convert it with cast", x.where());
  if (std::isnan(ord)) throw ArgumentError("vector_norm", "ord is NaN", number_text(ord), "", x.where());
  return rounded_once(float32_if_autocast(x.tensor()), [&](const Tensor& t) -> Tensor {
    if (ord == 0) return add(where(isnan(t), 1, abs(sign(t))));
    const Tensor size = abs(t);
    if (std::isinf(ord)) return ord > 0 ? largest(size) : smallest(size);
    if (ord < 0) static_cast<void>(smallest(size.detach()));  // of nothing it is an error, as for -infinity
    if (ord == 1) return add(size);
    return power(add(power(size, ord)), 1 / ord);
  });
}

}  // namespace

Tensor vector_norm(Arg x, double ord) {
  if (ord == 2) {
    const Called called("vector_norm");
    return norm(std::move(x));
  }
  return norm_of(
      x, ord, [](const Tensor& t) { return sum(t); }, [](const Tensor& t) { return max(t); },
      [](const Tensor& t) { return min(t); });
}

Tensor vector_norm(Arg x, double ord, const Axes& axes, bool keepdims) {
  if (ord == 2) {
    const Called called("vector_norm");
    return norm(std::move(x), axes, keepdims);
  }
  return norm_of(
      x, ord, [&](const Tensor& t) { return sum(t, axes, keepdims); },
      [&](const Tensor& t) { return max(t, axes, keepdims); }, [&](const Tensor& t) { return min(t, axes, keepdims); });
}

}  // namespace triptych
