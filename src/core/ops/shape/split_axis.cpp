#include "core/ops/shape/split_axis.h"

#include "core/ops/ops.h"
#include "core/ops/shape/attributes.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op split_axis_op;

namespace {

void split_axis_infer(Infer& infer) {
  const auto& a = infer.attributes<SplitAxisAttributes>();
  const Shape& in = infer.shape(0);
  const int axis = infer.axis(a.axis, in.rank());
  const Dim whole = in.dim(axis);
  std::int64_t known = 1;
  int open = 0;
  for (const std::int64_t length : a.lengths) {
    if (length < unknown) infer.fail("a length is negative", std::to_string(length));
    if (length == unknown)
      ++open;
    else
      known = checked_multiply(known, length, "the length of the axis");
  }
  if (a.lengths.empty() || open > 1) infer.fail("there is no length, or more than one that is -1", infer.given());
  if (whole.known() && (open > 0 ? known == 0 || whole.raw() % known != 0 : whole.raw() != known))
    infer.fail("the lengths do not fit the axis", std::to_string(known) + " and " + std::to_string(whole.raw()));
  Shape out;
  for (int i = 0; i < in.rank(); ++i) {
    if (i != axis) {
      out.append(in.dim(i));
      continue;
    }
    for (const std::int64_t length : a.lengths)
      out.append(length != unknown            ? Dim(length)
                 : whole.known() && known > 0 ? Dim(whole.raw() / known)
                                              : Dim(unknown));
  }
  infer.output(0, out, infer.dtype(0));
}

void split_axis_gradient(Gradient& g) { g.set(0, reshape_like(g.upstream(), g.input(0))); }

bool split_axis_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  const auto& a = *static_cast<const SplitAxisAttributes*>(attributes);
  const int rank = input.shape.rank(), axis = normalize_axis("split_axis", a.axis, rank), parts = a.lengths.size();
  for (int i = 0; i < rank; ++i) {
    if (i != axis)
      output.strides[static_cast<std::size_t>(i < axis ? i : i + parts - 1)] =
          input.strides[static_cast<std::size_t>(i)];
  }
  std::int64_t step = input.strides[static_cast<std::size_t>(axis)];
  for (int i = axis + parts - 1; i >= axis; --i) {
    output.strides[static_cast<std::size_t>(i)] = step;
    step *= output.shape.begin()[i];
  }
  return true;
}

}  // namespace

extern const Op split_axis_op{.name = "split_axis",
                              .inputs = 1,
                              .attributes = &attribute_type<SplitAxisAttributes>,
                              .infer = split_axis_infer,
                              .gradient = split_axis_gradient,
                              .view = split_axis_view};

Tensor split_axis(Arg x, std::int64_t axis, const Axes& lengths) {
  const SplitAxisAttributes attributes{axis, lengths};
  return apply(split_axis_op, {&x}, &attributes);
}

}  // namespace triptych
