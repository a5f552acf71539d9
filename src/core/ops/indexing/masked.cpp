// Elements that a mask chooses, by ops that choose and put.
#include "triptych/core/ops/masked.h"

#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/converted.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

Tensor as_mask(const char* op, const Arg& mask) {
  const DType dtype = operand(op, mask).dtype();
  if (dtype == boolean) return mask.tensor();
  if (dtype == uint8) return not_equal(mask, 0);
  throw ArgumentError(op, "the mask is neither bool nor uint8", std::string(dtype_name(dtype)),
                      "Compare, or convert it with cast", mask.where());
}

}  // namespace

Tensor masked_fill(Arg x, Arg mask, Arg value) {
  const Frame frame(x.where());
  const Called called("masked_fill");
  const DType dtype = operand("masked_fill", x).dtype();
  if (!value.is_scalar() && operand("masked_fill", value).ndim() != 0)
    throw ArgumentError("masked_fill", "the value is not a single one", value.tensor().shape().text(),
                        "where() takes one for each element", value.where());
  const Tensor number = value.is_scalar() ? number_as(dtype, "masked_fill", value, x.tensor().device())
                                          : converted_to_fit("masked_fill", value, dtype);
  const Tensor chosen = as_mask("masked_fill", mask);
  return where(Arg(chosen, mask.where()), Arg(number, value.where()), x);
}

Tensor masked_scatter(Arg x, Arg mask, Arg source) {
  const Frame frame(x.where());
  const Called called("masked_scatter");
  const Tensor& like = operand("masked_scatter", x);
  if (operand("masked_scatter", source).dtype() != like.dtype())
    throw ArgumentError(
        "masked_scatter", "tensor and source differ in dtype",
        std::string(dtype_name(like.dtype())) + " and " + std::string(dtype_name(source.tensor().dtype())),
        "Convert with cast", source.where());
  const Tensor chosen = flatten(expand_like(Arg(as_mask("masked_scatter", mask), mask.where()), x));
  const Tensor places = select(nonzero(chosen), 1, 0);
  const Tensor values = pick(flatten(source), std::vector{iota_along(places, 0)}, {0, 0});
  const Tensor result = put(flatten(x), Arg(values, source.where()), std::vector{places}, {0, 0, Combine::replace});
  return reshape_like(result, x);
}

std::vector<Tensor> where(Arg condition) {
  const Frame frame(condition.where());
  const Called called("where");
  const Tensor places = nonzero(condition);
  std::vector<Tensor> columns;
  for (int i = 0; i < condition.tensor().ndim(); ++i) columns.push_back(select(places, 1, i));
  return columns;
}

Tensor argwhere(Arg x) { return nonzero(std::move(x)); }

}  // namespace triptych
