// repeat_interleave: each place as often as its count says. How many that are, the kernel measures. The elements are
// then picked at these places.
#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/rearrange.h"

namespace triptych {

extern const Op repeat_interleave_op;

namespace {

void repeat_interleave_infer(Infer& infer) {
  const DType dtype = infer.dtype(0);
  if (dtype != int64 && dtype != int32)
    infer.fail("the counts are neither int32 nor int64", std::string(dtype_name(dtype)), "Convert with cast");
  infer.check(infer.shape(0).rank() == 1, "the counts are not a vector", "flatten them");
  infer.output(0, {unknown}, int64);
}

}  // namespace

extern const Op repeat_interleave_op{.name = "repeat_interleave",
                                     .inputs = 1,
                                     .infer = repeat_interleave_infer,
                                     .gradient_stops = true,
                                     .can_fail = true};

Tensor repeat_interleave(Arg repeats) { return apply(repeat_interleave_op, {&repeats}); }

Tensor repeat_interleave(Arg x, Arg repeats) {
  const Frame frame(x.where());
  const Called called("repeat_interleave");
  return repeat_interleave(flatten(x), std::move(repeats), 0);
}

Tensor repeat_interleave(Arg x, Arg repeats, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("repeat_interleave");
  const int at = normalize_axis("repeat_interleave", axis, operand("repeat_interleave", x).ndim(), x.where());
  if (repeats.is_scalar()) return repeat(x, repeats.scalar().to_int(), at);
  Tensor counts = operand("repeat_interleave", repeats);
  const Dim length = x.tensor().shape().dim(at);
  if (counts.ndim() == 0 || (counts.shape().dim(0).raw() == 1 && length.raw() != 1)) {
    const Tensor one_each = zeros_like(iota_along(x.tensor(), at));
    counts = counts + cast(one_each, counts.dtype());
  }
  if (conflict(counts.shape().dim(0), length))
    throw ArgumentError(
        "repeat_interleave", "there is not one count for each element",
        counts.shape().text() + " counts for axis " + std::to_string(at) + " of shape " + x.tensor().shape().text(), "",
        x.where());
  return index_select(x, at, repeat_interleave(Arg(counts, repeats.where())));
}

}  // namespace triptych
