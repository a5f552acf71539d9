// reshape and its special cases flatten, squeeze, unsqueeze, which keep working when several dimensions are unknown.
#include "core/ops/ops.h"
#include "core/ops/shape/attributes.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void reshape_infer(Infer& infer) {
  Shape shape = infer.attributes<ReshapeAttributes>().shape;
  const auto misfit = [&](std::string_view hint = {}) {
    infer.fail("the sizes do not fit", infer.shape(0).text() + " to " + shape.text(), hint);
  };
  const Dim total = infer.shape(0).numel();
  int open = -1;
  std::int64_t rest = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape.dim(i).known()) {
      rest = checked_multiply(rest, shape[i], "the number of elements");
      continue;
    }
    if (open >= 0) infer.fail("more than one dimension is -1", shape.text());
    open = i;
  }
  if (open >= 0 && total.known()) {
    if (rest == 0 || total.raw() % rest != 0) misfit();
    shape.set(open, total.raw() / rest);
  } else if (open < 0 && total.known() && total.raw() != rest) {
    misfit("One dimension may be -1: whatever is left");
  }
  infer.output(0, shape, infer.dtype(0));
}

void reshape_like_infer(Infer& infer) {
  if (conflict(infer.shape(0).numel(), infer.shape(1).numel()))
    infer.fail("the sizes do not fit", infer.shape(0).text() + " to " + infer.shape(1).text());
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void flatten_infer(Infer& infer) {
  const auto& attributes = infer.attributes<FlattenAttributes>();
  const Shape& in = infer.shape(0);
  const int rank = std::max(in.rank(), 1);
  const int start = infer.axis(attributes.start_dim, rank), end = infer.axis(attributes.end_dim, rank);
  if (start > end)
    infer.fail("start_dim comes after end_dim", std::to_string(attributes.start_dim) + " and " +
                                                    std::to_string(attributes.end_dim) + ", " + infer.given());
  Shape out;
  Dim merged = 1;
  for (int i = 0; i < in.rank(); ++i) {
    if (i < start || i > end)
      out.append(in.dim(i));
    else
      merged = merged * in.dim(i);
    if (i == end) out.append(merged);
  }
  if (in.empty()) out.append(1);
  infer.output(0, out, infer.dtype(0));
}

void squeeze_infer(Infer& infer) {
  const Shape& in = infer.shape(0);
  std::array<bool, Shape::max_rank> dropped{};
  for (std::int64_t given : infer.attributes<SqueezeAttributes>().axes) {
    const int axis = infer.axis(given, in.rank());
    if (conflict(in.dim(axis), 1))
      infer.fail("a dimension to squeeze does not have length one",
                 "axis " + std::to_string(given) + " of shape " + in.text());
    if (std::exchange(dropped[static_cast<std::size_t>(axis)], true))
      infer.fail("an axis is given twice", std::to_string(given));
  }
  Shape out;
  for (int i = 0; i < in.rank(); ++i)
    if (!dropped[static_cast<std::size_t>(i)]) out.append(in.dim(i));
  infer.output(0, out, infer.dtype(0));
}

void unsqueeze_infer(Infer& infer) {
  Shape shape = infer.shape(0);
  shape.insert(infer.axis(infer.attributes<UnsqueezeAttributes>().axis, shape.rank() + 1), 1);
  infer.output(0, shape, infer.dtype(0));
}

/// Walks both shapes from the end and matches groups of equal size, each of which must step evenly in the input.
bool reshape_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  int out = output.shape.rank() - 1;
  if (input.shape.size() == 0) {
    output.strides = contiguous_strides(output.shape);
    return true;
  }
  const std::int64_t* lengths = output.shape.begin();
  for (int in = input.shape.rank() - 1; in >= 0;) {
    std::int64_t step = input.strides[static_cast<std::size_t>(in)], group = input.shape.begin()[in];
    int first = in - 1;  // extend the group over input dimensions that step evenly
    while (first >= 0 && (input.shape.begin()[first] == 1 ||
                          input.strides[static_cast<std::size_t>(first)] == step * group || group == 1)) {
      if (group == 1) step = input.strides[static_cast<std::size_t>(first)];
      group *= input.shape.begin()[first--];
    }
    std::int64_t filled = 1;
    while (out >= 0 && filled * lengths[out] <= group && (filled < group || lengths[out] == 1)) {
      output.strides[static_cast<std::size_t>(out)] = step * filled;
      filled *= lengths[out--];
    }
    if (filled != group) return false;
    in = first;
  }
  for (; out >= 0; --out) output.strides[static_cast<std::size_t>(out)] = 1;  // lengths of one
  return true;
}

void reshape_gradient(Gradient& g) { g.set(0, reshape_like(g.upstream(), g.input(0))); }

}  // namespace

extern const Op reshape_op{.name = "reshape",
                           .inputs = 1,
                           .attributes = &attribute_type<ReshapeAttributes>,
                           .infer = reshape_infer,
                           .gradient = reshape_gradient,
                           .view = reshape_view};
extern const Op reshape_like_op{.name = "reshape_like",
                                .inputs = 2,
                                .infer = reshape_like_infer,
                                .gradient = reshape_gradient,
                                .metadata_inputs = 0b10,
                                .view = reshape_view};
extern const Op flatten_op{.name = "flatten",
                           .inputs = 1,
                           .attributes = &attribute_type<FlattenAttributes>,
                           .infer = flatten_infer,
                           .gradient = reshape_gradient,
                           .view = reshape_view};
extern const Op squeeze_op{.name = "squeeze",
                           .inputs = 1,
                           .attributes = &attribute_type<SqueezeAttributes>,
                           .infer = squeeze_infer,
                           .gradient = reshape_gradient,
                           .view = reshape_view};
extern const Op unsqueeze_op{.name = "unsqueeze",
                             .inputs = 1,
                             .attributes = &attribute_type<UnsqueezeAttributes>,
                             .infer = unsqueeze_infer,
                             .gradient = reshape_gradient,
                             .view = reshape_view};

Tensor reshape(Arg x, const Shape& shape) {
  const ReshapeAttributes attributes{shape};
  return apply(reshape_op, {&x}, &attributes);
}

Tensor reshape_like(Arg x, Arg like) { return apply(reshape_like_op, {&x, &like}); }

Tensor flatten(Arg x, std::int64_t start_dim, std::int64_t end_dim) {
  const FlattenAttributes attributes{start_dim, end_dim};
  return apply(flatten_op, {&x}, &attributes);
}

Tensor unsqueeze(Arg x, std::int64_t axis) {
  const UnsqueezeAttributes attributes{axis};
  return apply(unsqueeze_op, {&x}, &attributes);
}

Tensor squeeze(Arg x) {
  Axes axes;
  const Shape& shape = operand("squeeze", x).shape();
  for (int i = 0; i < shape.rank(); ++i) {
    if (!shape.dim(i).known())
      throw ArgumentError("squeeze", "which dimensions have length one is not known", "shape " + shape.text(),
                          "Name the axes: squeeze(x, axes)", x.where());
    if (shape[i] == 1) axes.append(i);
  }
  return squeeze(std::move(x), axes);
}

Tensor squeeze(Arg x, const Axes& axes) {
  const SqueezeAttributes attributes{axes};
  return apply(squeeze_op, {&x}, &attributes);
}

}  // namespace triptych
