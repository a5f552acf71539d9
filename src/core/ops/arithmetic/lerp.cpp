// lerp: linear interpolation, by PyTorch's formula, which is exact at both ends.
#include <cmath>
#include <optional>
#include <utility>

#include "core/dispatch/modes.h"
#include "core/ops/ops.h"
#include "core/tensor/compute_dtype.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The dtype that the tensors among the operands have in common: 0-d ones count where no other is floating.
DType common_dtype(std::initializer_list<const Arg*> operands) {
  std::optional<DType> dtype;
  for (const bool single : {false, true}) {
    if (dtype && is_floating(*dtype)) break;
    for (const Arg* x : operands)
      if (!x->is_scalar() && (x->tensor().ndim() == 0) == single)
        dtype = dtype ? promote_types(*dtype, x->tensor().dtype()) : x->tensor().dtype();
  }
  return dtype.value_or(float32);
}

/// Where one operand is of a graph, all steps are: a condition on a trained weight, computed now, would be frozen
/// there.
std::optional<TraceScope> scope_of(std::initializer_list<const Arg*> operands) {
  for (const Arg* x : operands)
    if (!modes.trace && !x->is_scalar() && x->tensor().is_symbolic())
      return std::optional<TraceScope>(std::in_place, GraphHandle(x->tensor().impl()->graph.get()));
  return std::nullopt;
}

Tensor widened_tensor(const Arg& x) { return x.is_scalar() ? Tensor() : widened(x.tensor()); }

}  // namespace

Tensor lerp(Arg start, Arg end, Arg weight) {
  const Frame frame(start.where());
  for (const Arg* x : {&start, &end, &weight})
    if (!x->is_scalar()) operand("lerp", *x);
  const std::optional<TraceScope> traced = scope_of({&start, &end, &weight});
  const Tensor tensors[] = {widened_tensor(start), widened_tensor(end), widened_tensor(weight)};
  const Arg from = start.is_scalar() ? start : Arg(tensors[0]), to = end.is_scalar() ? end : Arg(tensors[1]),
            share = weight.is_scalar() ? weight : Arg(tensors[2]);

  const Tensor difference = sub(to, from);
  // Whole numbers without a sign would wrap around on the way.
  if (is_integral(difference.dtype()))
    throw ArgumentError("lerp", "start and end are not floating", std::string(dtype_name(difference.dtype())),
                        "Convert them with cast");
  const auto from_start = [&] { return add(from, mul(share, difference)); };
  const auto from_end = [&] { return sub(to, mul(difference, sub(1, share))); };
  const Tensor result = !weight.is_scalar() ? where(less(abs(share), 0.5), from_start(), from_end())
                        : std::abs(weight.scalar().to_double()) < 0.5 ? from_start()
                                                                      : from_end();
  const DType dtype = common_dtype({&start, &end, &weight});
  return compute_dtype(dtype) == dtype ? result : cast(result, dtype);
}

}  // namespace triptych
