// What is 0 where an operand is: the other operand is replaced there before, so that neither the value nor the gradient
// has a NaN to hide.
#include "triptych/core/ops/no_nan.h"

#include <cmath>

#include "core/ops/arithmetic/wide.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

Tensor divide_no_nan(Arg x, Arg y) {
  const Called called("divide_no_nan");
  const Frame frame(x.where());
  const auto scope = scope_of({&x, &y});
  const Tensor zero = equal(y, 0);
  return where(zero, 0, div(x, where(zero, 1, y)));
}

Tensor multiply_no_nan(Arg x, Arg y) {
  const Called called("multiply_no_nan");
  const Frame frame(x.where());
  const auto scope = scope_of({&x, &y});
  const Tensor zero = equal(y, 0);
  return x.is_scalar() ? where(zero, 0, mul(x, y)) : mul(where(zero, 0, x), y);  // a number has no NaN to keep out
}

Tensor reciprocal_no_nan(Arg x) {
  const Called called("reciprocal_no_nan");
  const Frame frame(x.where());
  const auto scope = scope_of({&x});
  const Tensor zero = equal(x, 0);
  return where(zero, 0, reciprocal(where(zero, 1, x)));
}

Tensor xdivy(Arg x, Arg y) {
  const Called called("xdivy");
  const Frame frame(x.where());
  const auto scope = scope_of({&x, &y});
  const Tensor zero = equal(x, 0);
  return y.is_scalar() ? where(zero, 0, div(x, y)) : div(x, where(zero, 1, y));
}

Tensor xlog1py(Arg x, Arg y) {
  const Called called("xlog1py");
  const Frame frame(x.where());
  const auto scope = scope_of({&x, &y});
  if (y.is_scalar()) return where(equal(x, 0), 0, mul(x, std::log1p(y.scalar().to_double())));
  // 0 beside a logarithm that is none.
  const Tensor nothing = logical_and(equal(x, 0), less_equal(y, -1));
  return mul(x, log1p(where(nothing, 0, y)));
}

}  // namespace triptych
