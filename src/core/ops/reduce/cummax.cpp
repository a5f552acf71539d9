// cummax and cummin: the extreme element so far, along an axis, and where it stands.
#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/reduce/scan.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void cummax_infer(Infer& infer) {
  infer.check_outputs(2);
  infer.axis(infer.attributes<ScanAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, infer.shape(0), int64);
}

void cummax_gradient(Gradient& g) {
  const Tensor x = g.input(0), upstream = g.upstream();
  g.set(0, x.ndim() == 0 ? upstream
                         : scatter_add(zeros_like(x), g.attributes<ScanAttributes>().axis, g.output(1), upstream));
}

constexpr Op extreme_so_far(const char* name) {
  return {.name = name,
          .inputs = 1,
          .attributes = &attribute_type<ScanAttributes>,
          .infer = cummax_infer,
          .gradient = cummax_gradient,
          .saves_outputs = 0b10};
}

ValuesAndIndices apply_both(const Op& op, const Arg& x, std::int64_t axis) {
  const ScanAttributes attributes{axis};
  const Arg* inputs[] = {&x};
  Tensor results[2];
  apply(op, inputs, &attributes, results, x.where());
  return {std::move(results[0]), std::move(results[1])};
}

}  // namespace

extern const Op cummax_op = extreme_so_far("cummax");
extern const Op cummin_op = extreme_so_far("cummin");

ValuesAndIndices cummax(Arg x, std::int64_t axis) { return apply_both(cummax_op, x, axis); }
ValuesAndIndices cummin(Arg x, std::int64_t axis) { return apply_both(cummin_op, x, axis); }

}  // namespace triptych
