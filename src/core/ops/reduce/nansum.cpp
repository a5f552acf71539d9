// nansum and nanmean: what NaN does not take part in.
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// `add` stands for a sum over the axes.
template <class Add>
Tensor nansum_of(const Arg& x, Add add) {
  const Called called("nansum");
  const Frame frame(x.where());
  return is_floating(operand("nansum", x).dtype()) ? add(where(isnan(x), 0, x)) : add(x.tensor());
}

template <class Add>
Tensor nanmean_of(const Arg& x, Add add) {
  const Called called("nanmean");
  const Frame frame(x.where());
  if (!is_floating(operand("nanmean", x).dtype()))
    throw ArgumentError("nanmean", "the tensor is not floating-point", std::string(dtype_name(x.tensor().dtype())),
                        "Convert it with cast(x, float32)", x.where());
  return rounded_once(x.tensor(), [&](const Tensor& t) {
    const Tensor nan = isnan(t);
    return add(where(nan, 0, t)) / cast(add(logical_not(nan)), t.dtype());
  });
}

}  // namespace

Tensor nansum(Arg x) {
  return nansum_of(x, [](const Tensor& t) { return sum(t); });
}
Tensor nansum(Arg x, const Axes& axes, bool keepdims) {
  return nansum_of(x, [&](const Tensor& t) { return sum(t, axes, keepdims); });
}
Tensor nanmean(Arg x) {
  return nanmean_of(x, [](const Tensor& t) { return sum(t); });
}
Tensor nanmean(Arg x, const Axes& axes, bool keepdims) {
  return nanmean_of(x, [&](const Tensor& t) { return sum(t, axes, keepdims); });
}

}  // namespace triptych
