#include "triptych/lowlevel/scatter.h"

#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

void check_defined(const char* op, const Tensor& ref, Location where) {
  if (!ref.defined())
    throw ArgumentError(op, "the variable is undefined", "a default-constructed Variable",
                        "Make it with graph.variable()", where);
}

/// updates, of ref's dtype if they are a number.
Tensor update_of(const char* op, const Tensor& ref, const Arg& updates) {
  return updates.is_scalar() ? number_as(ref.dtype(), op, updates, ref.device()) : updates.tensor();
}

Tensor updated(const char* op, const Tensor& ref, const Arg& indices, const Arg& updates, Combine combine,
               bool negative = false) {
  const Frame frame(updates.where());
  const Called called(op);
  check_defined(op, ref, updates.where());
  Tensor values = update_of(op, ref, updates);
  if (negative) values = neg(values);
  const IndexPutAttributes attributes{.axes = 0, .place = 0, .combine = combine};
  return assign(
      ref, Arg(put(Arg(ref, updates.where()), Arg(values, updates.where()), std::vector{indices.tensor()}, attributes),
               updates.where()));
}

template <class F>
Tensor updated_nd(const char* op, const Tensor& ref, const Arg& updates, F update) {
  const Frame frame(updates.where());
  const Called called(op);
  check_defined(op, ref, updates.where());
  return assign(ref, Arg(update(Arg(ref, updates.where())), updates.where()));
}

}  // namespace

Tensor scatter_update(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_update", ref, indices, updates, Combine::replace);
}
Tensor scatter_add(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_add", ref, indices, updates, Combine::add);
}
Tensor scatter_sub(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_sub", ref, indices, updates, Combine::add, true);
}
Tensor scatter_mul(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_mul", ref, indices, updates, Combine::multiply);
}
Tensor scatter_min(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_min", ref, indices, updates, Combine::minimum);
}
Tensor scatter_max(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated("scatter_max", ref, indices, updates, Combine::maximum);
}
/// All divisors of a place, multiplied; one where nothing is divided.
Tensor scatter_div(const Tensor& ref, const Arg& indices, const Arg& updates) {
  const Frame frame(updates.where());
  const Called called("scatter_div");
  check_defined("scatter_div", ref, updates.where());
  const Tensor values = update_of("scatter_div", ref, updates), ones = ones_like(Arg(ref, updates.where()));
  const Tensor divisors = put(ones, Arg(values, updates.where()), std::vector{indices.tensor()},
                              {.axes = 0, .place = 0, .combine = Combine::multiply});
  const Tensor quotient = is_floating(ref.dtype()) ? ref / divisors : floor_divide(ref, divisors);
  return assign(ref, Arg(quotient, updates.where()));
}

Tensor scatter_nd_update(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated_nd("scatter_nd_update", ref, updates,
                    [&](const Arg& x) { return tensor_scatter_nd_update(x, indices, updates); });
}
Tensor scatter_nd_add(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated_nd("scatter_nd_add", ref, updates,
                    [&](const Arg& x) { return tensor_scatter_nd_add(x, indices, updates); });
}
Tensor scatter_nd_sub(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated_nd("scatter_nd_sub", ref, updates,
                    [&](const Arg& x) { return tensor_scatter_nd_sub(x, indices, updates); });
}
Tensor scatter_nd_min(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated_nd("scatter_nd_min", ref, updates,
                    [&](const Arg& x) { return tensor_scatter_nd_min(x, indices, updates); });
}
Tensor scatter_nd_max(const Tensor& ref, const Arg& indices, const Arg& updates) {
  return updated_nd("scatter_nd_max", ref, updates,
                    [&](const Arg& x) { return tensor_scatter_nd_max(x, indices, updates); });
}

}  // namespace triptych::lowlevel
