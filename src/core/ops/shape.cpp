// Ops that give a view where strides allow: identity, reshape, expand_like, permute.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

struct ReshapeAttributes {
  Shape shape;
  static constexpr auto fields() { return std::tuple{field("shape", &ReshapeAttributes::shape)}; }
};

struct PermuteAttributes {
  std::vector<std::int64_t> axes;
  static constexpr auto fields() { return std::tuple{field("axes", &PermuteAttributes::axes)}; }
};

bool same_strides_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  output.strides = input.strides;
  return true;
}

void identity_gradient(Gradient& g) { g.set(0, g.upstream()); }

// --- reshape --------------------------------------------------------------------------------------------------------

void reshape_infer(Infer& infer) {
  Shape shape = infer.attributes<ReshapeAttributes>().shape;
  const Dim total = infer.shape(0).numel();
  int open = -1;
  std::int64_t rest = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape.dim(i).known()) {
      rest *= shape[i];
      continue;
    }
    infer.check(open < 0, "at most one dimension may be -1");
    open = i;
  }
  const std::string given = infer.shape(0).text() + " to " + shape.text();
  if (open >= 0 && total.known()) {
    if (rest == 0 || total.raw() % rest != 0) infer.fail("the sizes do not fit", given);
    shape.set(open, total.raw() / rest);
  } else if (open < 0 && total.known() && total.raw() != rest) {
    infer.fail("the sizes do not fit", given, "One dimension may be -1: whatever is left");
  }
  infer.output(0, shape, infer.dtype(0));
}

/// Splits and merges dimensions without moving elements, where the strides allow it: walks both shapes from the end and
/// matches groups of equal size, each of which must step evenly in the input.
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

void reshape_like_infer(Infer& infer) {
  if (conflict(infer.shape(0).numel(), infer.shape(1).numel()))
    infer.fail("the sizes do not fit", infer.shape(0).text() + " to " + infer.shape(1).text());
  infer.output(0, infer.shape(1), infer.dtype(0));
}

// --- expand ---------------------------------------------------------------------------------------------------------

void expand_like_infer(Infer& infer) {
  Shape result;
  infer.check(broadcast(infer.shape(0), infer.shape(1), result) && result.rank() == infer.shape(1).rank(),
              "the shapes do not broadcast");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

bool expand_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  const int lead = output.shape.rank() - input.shape.rank();
  for (int i = 0; i < output.shape.rank(); ++i) {
    const bool repeats = i < lead || (input.shape.begin()[i - lead] == 1 && output.shape.begin()[i] != 1);
    output.strides[static_cast<std::size_t>(i)] = repeats ? 0 : input.strides[static_cast<std::size_t>(i - lead)];
  }
  return true;
}

void expand_like_gradient(Gradient& g) { g.set(0, sum_to_like(g.upstream(), g.input(0))); }

// --- permute --------------------------------------------------------------------------------------------------------

void permute_infer(Infer& infer) {
  const auto& axes = infer.attributes<PermuteAttributes>().axes;
  const Shape& in = infer.shape(0);
  infer.check(static_cast<int>(axes.size()) == in.rank(), "there must be one axis for each dimension");
  Shape out;
  std::array<bool, Shape::max_rank> seen{};
  for (std::int64_t axis : axes) {
    const int from = infer.axis(axis, in.rank());
    infer.check(!seen[static_cast<std::size_t>(from)], "an axis is given twice");
    seen[static_cast<std::size_t>(from)] = true;
    out.append(in.dim(from));
  }
  infer.output(0, out, infer.dtype(0));
}

bool permute_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  const auto& axes = static_cast<const PermuteAttributes*>(attributes)->axes;
  for (std::size_t i = 0; i < axes.size(); ++i)
    output.strides[i] = input.strides[static_cast<std::size_t>(axes[i] < 0 ? axes[i] + input.shape.rank() : axes[i])];
  return true;
}

void permute_gradient(Gradient& g) {
  const auto& axes = g.attributes<PermuteAttributes>().axes;
  std::vector<std::int64_t> inverse(axes.size());
  const auto rank = static_cast<std::int64_t>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i)
    inverse[static_cast<std::size_t>(axes[i] < 0 ? axes[i] + rank : axes[i])] = static_cast<std::int64_t>(i);
  g.set(0, permute(g.upstream(), std::move(inverse)));
}

}  // namespace

extern const Op identity_op{.name = "identity",
                     .inputs = 1,
                     .infer = infer_like_first,
                     .gradient = identity_gradient,
                     .view = same_strides_view};
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
extern const Op expand_like_op{.name = "expand_like",
                        .inputs = 2,
                        .infer = expand_like_infer,
                        .gradient = expand_like_gradient,
                        .metadata_inputs = 0b10,
                        .view = expand_view};
extern const Op permute_op{.name = "permute",
                    .inputs = 1,
                    .attributes = &attribute_type<PermuteAttributes>,
                    .infer = permute_infer,
                    .gradient = permute_gradient,
                    .view = permute_view};

Tensor identity(Arg x) { return apply(identity_op, {&x}); }

Tensor reshape(Arg x, const Shape& shape) {
  const ReshapeAttributes attributes{shape};
  return apply(reshape_op, {&x}, &attributes);
}
Tensor reshape_like(Arg x, Arg like) { return apply(reshape_like_op, {&x, &like}); }
Tensor expand_like(Arg x, Arg like) { return apply(expand_like_op, {&x, &like}); }

Tensor permute(Arg x, std::vector<std::int64_t> axes) {
  const PermuteAttributes attributes{std::move(axes)};
  return apply(permute_op, {&x}, &attributes);
}

Tensor transpose(Arg x, std::int64_t a, std::int64_t b) {
  const int rank = x.tensor().ndim();
  std::vector<std::int64_t> axes(static_cast<std::size_t>(rank));
  for (int i = 0; i < rank; ++i) axes[static_cast<std::size_t>(i)] = i;
  std::swap(axes[static_cast<std::size_t>(normalize_axis("transpose", a, rank))],
            axes[static_cast<std::size_t>(normalize_axis("transpose", b, rank))]);
  return permute(std::move(x), std::move(axes));
}

Tensor unsqueeze(Arg x, std::int64_t axis) {
  Shape shape = x.tensor().shape();
  const int at = normalize_axis("unsqueeze", axis, shape.rank() + 1);
  shape.insert(at, 1);
  return reshape(std::move(x), shape);
}

}  // namespace triptych
