// cast: elements converted to another dtype.
#include "core/ops/elementary/cast.h"

#include "core/autodiff/node.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void cast_infer(Infer& infer) { infer.output(0, infer.shape(0), infer.attributes<CastAttributes>().dtype); }

void cast_gradient(Gradient& g) { g.set(0, cast(g.upstream(), g.input(0).dtype())); }

}  // namespace

extern const Op cast_op{.name = "cast",
                        .inputs = 1,
                        .attributes = &attribute_type<CastAttributes>,
                        .infer = cast_infer,
                        .gradient = cast_gradient};

Tensor cast(Arg x, DType dtype) {
  if (x.tensor().defined() && x.tensor().dtype() == dtype) return x.tensor();
  const CastAttributes attributes{dtype};
  return apply(cast_op, {&x}, &attributes);
}

Tensor recorded_cast(const Tensor& value, const Tensor& x, Location where) {
  const CastAttributes attributes{value.dtype()};
  const Tensor* inputs[] = {&x};
  Tensor result = alias(value);
  record(cast_op, inputs, &attributes, {&result, 1}, where);
  return result;
}

}  // namespace triptych
