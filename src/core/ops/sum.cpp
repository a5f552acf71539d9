// sum over axes, and the sum that undoes a broadcast.
#include "core/ops/ops.h"
#include "core/ops/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {

void infer_reduction(Infer& infer, DType result) {
  const auto& attributes = infer.attributes<ReduceAttributes>();
  const Shape& shape = infer.shape(0);
  std::array<bool, Shape::max_rank> seen{};
  for (std::int64_t axis : attributes.axes) {
    bool& mark = seen[static_cast<std::size_t>(infer.axis(axis, shape.rank()))];
    infer.check(!mark, "an axis is given twice");
    mark = true;
  }
  const auto reduced = reduced_axes(attributes, shape.rank());
  Shape out;
  for (int i = 0; i < shape.rank(); ++i) {
    if (!reduced[static_cast<std::size_t>(i)])
      out.append(shape.dim(i));
    else if (attributes.keepdims)
      out.append(1);
  }
  infer.output(0, out, result);
}

namespace {

void sum_infer(Infer& infer) {
  const DType dtype = infer.dtype(0);
  infer_reduction(infer, is_floating(dtype) ? dtype : int64);  // as PyTorch: integers and booleans are counted in int64
}

void sum_gradient(Gradient& g) {
  const auto& attributes = g.attributes<ReduceAttributes>();
  const int rank = g.input(0).ndim();
  Tensor upstream = g.upstream();
  if (!attributes.keepdims) {
    const auto reduced = reduced_axes(attributes, rank);
    for (int i = 0; i < rank; ++i)
      if (reduced[static_cast<std::size_t>(i)]) upstream = unsqueeze(upstream, i);
  }
  g.set(0, expand_like(upstream, g.input(0)));
}

void sum_to_like_infer(Infer& infer) {
  Shape result;
  infer.check(broadcast(infer.shape(0), infer.shape(1), result), "the shapes do not broadcast");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

bool sum_to_like_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  output.strides = input.strides;
  return input.shape == output.shape;
}

void sum_to_like_gradient(Gradient& g) { g.set(0, expand_like(g.upstream(), g.input(0))); }

}  // namespace

extern const Op sum_op{.name = "sum",
                .inputs = 1,
                .attributes = &attribute_type<ReduceAttributes>,
                .infer = sum_infer,
                .gradient = sum_gradient};
extern const Op sum_to_like_op{.name = "sum_to_like",
                        .inputs = 2,
                        .infer = sum_to_like_infer,
                        .gradient = sum_to_like_gradient,
                        .metadata_inputs = 0b10,
                        .view = sum_to_like_view};

Tensor sum(Arg x) {
  const ReduceAttributes attributes;
  return apply(sum_op, {&x}, &attributes);
}

Tensor sum(Arg x, std::vector<std::int64_t> axes, bool keepdims) {
  const ReduceAttributes attributes{std::move(axes), keepdims};
  if (attributes.axes.empty()) return x.tensor();  // no axis to reduce
  return apply(sum_op, {&x}, &attributes);
}

Tensor sum_to_like(Arg x, Arg like) { return apply(sum_to_like_op, {&x, &like}); }

}  // namespace triptych
