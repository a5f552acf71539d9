// expand and expand_like: dimensions of length one repeated by a step of zero. tile and repeat, made of them.
#include <utility>

#include "core/ops/ops.h"
#include "core/ops/shape/attributes.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void expand_infer(Infer& infer) {
  const Shape& in = infer.shape(0);
  Shape out = infer.attributes<ExpandAttributes>().shape;
  const auto misfit = [&](std::string_view hint) {
    infer.fail("the shape does not broadcast to the wanted one",
               in.text() + " to " + infer.attributes<ExpandAttributes>().shape.text(), hint);
  };
  const int lead = out.rank() - in.rank();
  if (lead < 0) misfit("The wanted shape has fewer dimensions");
  for (int i = 0; i < out.rank(); ++i) {
    if (i < lead) {
      if (!out.dim(i).known()) misfit("-1 keeps a length that x has; x has no such dimension");
      continue;
    }
    const Dim length = in.dim(i - lead);
    if (!out.dim(i).known())
      out.set(i, length);
    else if (length.raw() != 1 && conflict(length, out.dim(i)))
      misfit("Only dimensions of length one are repeated");
  }
  infer.output(0, out, infer.dtype(0));
}

void expand_like_infer(Infer& infer) {
  Shape result;
  infer.check(broadcast(infer.shape(0), infer.shape(1), result) && result.rank() == infer.shape(1).rank() &&
                  result.compatible(infer.shape(1)),
              "the first shape does not broadcast to the second");
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

void expand_gradient(Gradient& g) { g.set(0, sum_to_like(g.upstream(), g.input(0))); }

/// Axis i repeated `repeats[i]` times as a whole, at most `Shape::max_rank` axes together with the repeated ones: an
/// axis in front of each of these is expanded, and merged with it. Only the first merge copies.
Tensor tile_axes(Tensor x, const Axes& repeats, Location where) {
  Shape shape;
  for (int i = 0; i < repeats.size(); ++i) {
    if (repeats[i] != 1) {
      x = unsqueeze(Arg(x, where), shape.rank());
      shape.append(repeats[i]);
    }
    shape.append(unknown);
  }
  x = expand(Arg(x, where), shape);
  for (int i = 0; i < repeats.size(); ++i)
    if (repeats[i] != 1) x = flatten(Arg(x, where), i, i + 1);
  return x;
}

/// What users may write to, though little was repeated and `result` may be a view of their tensor. In graphs too, so
/// that gradients are added in one order.
Tensor copy_of(Tensor result, Location where) { return identity(Arg(std::move(result), where)); }

void check_repeats(std::string_view op, std::int64_t repeats, Location where) {
  if (repeats < 0) throw ArgumentError(op, "the number of repeats is negative", std::to_string(repeats), "", where);
}

}  // namespace

extern const Op expand_op{.name = "expand",
                          .inputs = 1,
                          .attributes = &attribute_type<ExpandAttributes>,
                          .infer = expand_infer,
                          .gradient = expand_gradient,
                          .view = expand_view};
extern const Op expand_like_op{.name = "expand_like",
                               .inputs = 2,
                               .infer = expand_like_infer,
                               .gradient = expand_gradient,
                               .metadata_inputs = 0b10,
                               .view = expand_view};

Tensor expand(Arg x, const Shape& shape) {
  const ExpandAttributes attributes{shape};
  return apply(expand_op, {&x}, &attributes);
}
Tensor broadcast_to(Arg x, const Shape& shape) { return expand(std::move(x), shape); }
Tensor expand_like(Arg x, Arg like) { return apply(expand_like_op, {&x, &like}); }

Tensor tile(Arg x, const Axes& repeats) {
  const Frame frame(x.where());
  const Called called("tile");
  Tensor result = operand("tile", x);
  for (int i = result.ndim(); i < repeats.size(); ++i) result = unsqueeze(Arg(result, x.where()), 0);
  const int rank = result.ndim(), lead = rank - repeats.size();
  Axes none;
  for (int i = 0; i < rank; ++i) none.append(1);
  Axes together = none;
  int added = 0;
  for (int i = 0; i < repeats.size(); ++i) {
    check_repeats("tile", repeats[i], x.where());
    if (repeats[i] == 1) continue;
    if (rank + added == Shape::max_rank) {
      result = tile_axes(std::move(result), std::exchange(together, none), x.where());
      added = 0;
    }
    together[lead + i] = repeats[i];
    ++added;
  }
  if (added > 0) result = tile_axes(std::move(result), together, x.where());
  return copy_of(std::move(result), x.where());
}

Tensor repeat(Arg x, std::int64_t repeats, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("repeat");
  check_repeats("repeat", repeats, x.where());
  const int rank = operand("repeat", x).ndim(), at = normalize_axis("repeat", axis, rank, x.where());
  Shape shape;
  for (int i = 0; i <= rank; ++i) shape.append(i == at + 1 ? repeats : unknown);
  return copy_of(flatten(expand(unsqueeze(x, at + 1), shape), at, at + 1), x.where());
}

}  // namespace triptych
