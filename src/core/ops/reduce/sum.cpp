// sum and mean over axes, the sum that undoes a broadcast, and what their gradients need.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op sum_op;

Shape reduced_shape(const Infer& infer, const Shape& shape, const Axes& axes, bool keepdims) {
  std::array<bool, Shape::max_rank> seen{};
  for (std::int64_t axis : axes) {
    bool& mark = seen[static_cast<std::size_t>(infer.axis(axis, shape.rank()))];
    infer.check(!mark, "an axis is given twice");
    mark = true;
  }
  const auto reduced = reduced_axes(axes, shape.rank());
  Shape out;
  for (int i = 0; i < shape.rank(); ++i) {
    if (!reduced[static_cast<std::size_t>(i)])
      out.append(shape.dim(i));
    else if (keepdims)
      out.append(1);
  }
  return out;
}

void infer_reduction(Infer& infer, const Axes& axes, bool keepdims, DType result) {
  infer.output(0, reduced_shape(infer, infer.shape(0), axes, keepdims), result);
}

/// An element must exist for each result; known only when it runs, if dimensions are unknown.
void check_not_empty(Infer& infer, const Axes& axes) {
  const Shape& shape = infer.shape(0);
  const auto reduced = reduced_axes(axes, shape.rank());
  for (int i = 0; i < shape.rank(); ++i)
    if (reduced[static_cast<std::size_t>(i)] && shape.begin()[i] == 0)
      infer.fail("there is no element to choose from", infer.given());
}

Tensor apply_reduction(const Op& op, Arg& x) {
  const ReduceAttributes all;
  return apply(op, {&x}, &all);
}

Tensor apply_reduction(const Op& op, Arg& x, const Axes& axes, bool keepdims) {
  if (axes.empty()) {
    const Tensor row = with_one_axis(x);
    const Arg single(row, x.where());
    const ReduceAttributes first{0, false};
    return apply(op, {&single}, &first);
  }
  const ReduceAttributes attributes{axes, keepdims};
  return apply(op, {&x}, &attributes);
}

Tensor with_one_axis(const Arg& x) { return unsqueeze(x, 0); }

namespace {

void sum_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  const DType dtype = infer.dtype(0);  // integers and booleans are counted in int64, as in PyTorch
  infer_reduction(infer, a.axes, a.keepdims, is_floating(dtype) ? dtype : int64);
}

void sum_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  g.set(0, sum_grad(g.upstream(), g.input(0), a.axes, a.keepdims));
}

// --- sum_grad -------------------------------------------------------------------------------------------------------

void sum_grad_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  infer.check(reduced_shape(infer, infer.shape(1), a.axes, a.keepdims).compatible(infer.shape(0)),
              "the first shape is not that of the second one's sum");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

bool sum_grad_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  const auto& a = *static_cast<const ReduceAttributes*>(attributes);
  const auto reduced = reduced_axes(a.axes, output.shape.rank());
  std::size_t from = 0;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(output.shape.rank()); ++axis) {
    output.strides[axis] = reduced[axis] ? 0 : input.strides[from];
    if (!reduced[axis] || a.keepdims) ++from;
  }
  return true;
}

void sum_grad_gradient(Gradient& g) {
  const Tensor upstream = g.upstream();
  const Arg argument = upstream;
  g.set(0, apply(sum_op, {&argument}, &g.attributes<ReduceAttributes>()));
}

// --- mean -----------------------------------------------------------------------------------------------------------

void mean_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)))
    infer.fail("the tensor is not floating-point", infer.given(), "Convert it with cast(x, float32)");
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, infer.dtype(0));
}

void mean_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  const Tensor x = g.input(0);
  g.set(0, sum_grad(divide_by_count(g.upstream(), x, a.axes), x, a.axes, a.keepdims));
}

void divide_by_count_infer(Infer& infer) {
  reduced_shape(infer, infer.shape(1), infer.attributes<CountAttributes>().axes, false);
  infer_like_first(infer);
}

void divide_by_count_gradient(Gradient& g) {
  const auto& a = g.attributes<CountAttributes>();
  g.set(0, divide_by_count(g.upstream(), g.input(1), a.axes, a.correction));
}

// --- sum_to_like ----------------------------------------------------------------------------------------------------

void sum_to_like_infer(Infer& infer) {
  Shape result;
  infer.check(broadcast(infer.shape(0), infer.shape(1), result) && result.rank() == infer.shape(0).rank() &&
                  result.compatible(infer.shape(0)),
              "the second shape does not broadcast to the first");
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
extern const Op sum_grad_op{.name = "sum_grad",
                            .inputs = 2,
                            .attributes = &attribute_type<ReduceAttributes>,
                            .infer = sum_grad_infer,
                            .gradient = sum_grad_gradient,
                            .metadata_inputs = 0b10,
                            .view = sum_grad_view};
extern const Op mean_op{.name = "mean",
                        .inputs = 1,
                        .attributes = &attribute_type<ReduceAttributes>,
                        .infer = mean_infer,
                        .gradient = mean_gradient};
extern const Op divide_by_count_op{.name = "divide_by_count",
                                   .inputs = 2,
                                   .attributes = &attribute_type<CountAttributes>,
                                   .infer = divide_by_count_infer,
                                   .gradient = divide_by_count_gradient,
                                   .metadata_inputs = 0b10};
extern const Op sum_to_like_op{.name = "sum_to_like",
                               .inputs = 2,
                               .infer = sum_to_like_infer,
                               .gradient = sum_to_like_gradient,
                               .metadata_inputs = 0b10,
                               .view = sum_to_like_view};

Tensor sum(Arg x) { return apply_reduction(sum_op, x); }
Tensor sum(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(sum_op, x, axes, keepdims); }

Tensor mean(Arg x) { return apply_reduction(mean_op, x); }
Tensor mean(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(mean_op, x, axes, keepdims); }

Tensor sum_grad(Arg reduced, Arg like, const Axes& axes, bool keepdims) {
  const ReduceAttributes attributes{axes, keepdims};
  return apply(sum_grad_op, {&reduced, &like}, &attributes);
}

Tensor divide_by_count(Arg x, Arg like, const Axes& axes, double correction) {
  const CountAttributes attributes{axes, correction};
  return apply(divide_by_count_op, {&x, &like}, &attributes);
}

Tensor sum_to_like(Arg x, Arg like) { return apply(sum_to_like_op, {&x, &like}); }

}  // namespace triptych
