// gather and index_select pick elements by index; scatter_add and index_add, which add them back, are their gradients.
// scatter puts elements there in other ways.
#include "core/ops/indexing/gather.h"

#include "core/ops/indexing/combine.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op scatter_op;

namespace {

int axis_in(const Infer& infer, int rank) { return infer.axis(infer.attributes<AlongAxisAttributes>().axis, rank); }

void check_index(const Infer& infer, int i) {
  if (infer.dtype(i) != int64 && infer.dtype(i) != int32)
    infer.fail("indices are neither int32 nor int64", std::string(dtype_name(infer.dtype(i))), "Convert with cast");
}

/// `index` has x's rank and is not longer than x outside of the axis.
void check_gather(const Infer& infer, std::int64_t given_axis) {
  const Shape &x = infer.shape(0), &index = infer.shape(1);
  check_index(infer, 1);
  infer.check(x.rank() == index.rank(), "the index differs from the tensor in the number of dimensions");
  const int axis = infer.axis(given_axis, x.rank());
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis && x.dim(i).known() && index.dim(i).known())
      infer.check(index[i] <= x[i], "the index is longer than the tensor outside of the axis");
}

void gather_infer(Infer& infer) {
  check_gather(infer, infer.attributes<AlongAxisAttributes>().axis);
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void scatter_shape(Infer& infer, std::int64_t axis) {
  check_gather(infer, axis);
  infer.check(infer.shape(2).compatible(infer.shape(1)), "source and index differ in shape");
  infer.check(infer.dtype(2) == infer.dtype(0), "tensor and source differ in dtype", "Convert with cast");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void scatter_add_infer(Infer& infer) { scatter_shape(infer, infer.attributes<AlongAxisAttributes>().axis); }
void scatter_infer(Infer& infer) { scatter_shape(infer, infer.attributes<ScatterAttributes>().axis); }

void index_select_infer(Infer& infer) {
  check_index(infer, 1);
  infer.check(infer.shape(1).rank() == 1, "the index is not a vector", "flatten it");
  Shape out = infer.shape(0);
  out.set(axis_in(infer, out.rank()), infer.shape(1).dim(0));
  infer.output(0, out, infer.dtype(0));
}

void index_add_infer(Infer& infer) {
  check_index(infer, 1);
  infer.check(infer.shape(1).rank() == 1, "the index is not a vector", "flatten it");
  Shape part = infer.shape(0);
  part.set(axis_in(infer, part.rank()), infer.shape(1).dim(0));
  infer.check(infer.shape(2).compatible(part), "source does not have one slice for each index");
  infer.check(infer.dtype(2) == infer.dtype(0), "tensor and source differ in dtype", "Convert with cast");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

std::int64_t axis_of(const Gradient& g) { return g.attributes<AlongAxisAttributes>().axis; }

void gather_gradient(Gradient& g) {
  g.set(0, scatter_add(zeros_like(g.input(0)), axis_of(g), g.input(1), g.upstream()));
}
void scatter_add_gradient(Gradient& g) {
  g.set(0, g.upstream());
  if (g.needs(2)) g.set(2, gather(g.upstream(), axis_of(g), g.input(1)));
}
void scatter_gradient(Gradient& g) {
  const auto& [axis, combine] = g.attributes<ScatterAttributes>();
  const Tensor index = g.input(1);
  if (combine == Combine::replace) {
    if (g.needs(0)) {
      const Tensor upstream = g.upstream();
      g.set(0, put_along(upstream, index, cast(zeros_like(g.input(2)), upstream.dtype()), {axis, combine}));
    }
    if (g.needs(2)) g.set(2, gather(g.upstream(), axis, index));
    return;
  }
  const std::int64_t along = axis;
  combine_gradient(
      g, 2, combine, [&](const Tensor& t) { return gather(t, along, index); },
      [&](const Tensor& t, const Tensor& values, Combine how) {
        return how == Combine::add ? scatter_add(t, along, index, values) : put_along(t, index, values, {along, how});
      });
}

SavedValues scatter_saves(const void* attributes) {
  if (static_cast<const ScatterAttributes*>(attributes)->combine == Combine::replace) return {.inputs = 0b10};
  return {.inputs = 0b111, .outputs = 1};
}

void index_select_gradient(Gradient& g) {
  g.set(0, index_add(zeros_like(g.input(0)), axis_of(g), g.input(1), g.upstream()));
}
void index_add_gradient(Gradient& g) {
  g.set(0, g.upstream());
  if (g.needs(2)) g.set(2, index_select(g.upstream(), axis_of(g), g.input(1)));
}

}  // namespace

extern const Op gather_op{.name = "gather",
                          .inputs = 2,
                          .attributes = &attribute_type<AlongAxisAttributes>,
                          .infer = gather_infer,
                          .gradient = gather_gradient,
                          .saves_inputs = 0b10,
                          .can_fail = true};
extern const Op scatter_add_op{.name = "scatter_add",
                               .inputs = 3,
                               .attributes = &attribute_type<AlongAxisAttributes>,
                               .infer = scatter_add_infer,
                               .gradient = scatter_add_gradient,
                               .saves_inputs = 0b10,
                               .can_fail = true};
extern const Op index_select_op{.name = "index_select",
                                .inputs = 2,
                                .attributes = &attribute_type<AlongAxisAttributes>,
                                .infer = index_select_infer,
                                .gradient = index_select_gradient,
                                .saves_inputs = 0b10,
                                .can_fail = true};
extern const Op index_add_op{.name = "index_add",
                             .inputs = 3,
                             .attributes = &attribute_type<AlongAxisAttributes>,
                             .infer = index_add_infer,
                             .gradient = index_add_gradient,
                             .saves_inputs = 0b10,
                             .can_fail = true};
extern const Op scatter_op{.name = "scatter",
                           .inputs = 3,
                           .attributes = &attribute_type<ScatterAttributes>,
                           .infer = scatter_infer,
                           .gradient = scatter_gradient,
                           .saves = scatter_saves,
                           .wide_gradient = true,
                           .can_fail = true};

Tensor gather(Arg x, std::int64_t axis, Arg index) {
  const AlongAxisAttributes attributes{axis};
  return apply(gather_op, {&x, &index}, &attributes);
}

Tensor first_of(const Arg& source, const Arg& index) {
  Tensor result = source.tensor();
  const Shape &given = result.shape(), &wanted = index.tensor().shape();
  if (given.rank() != wanted.rank()) return result;  // the op refuses it
  for (int i = 0; i < wanted.rank(); ++i)
    if (wanted.dim(i).known() && given.dim(i).raw() > wanted.dim(i).raw())
      result = slice(Arg(result, source.where()), i, {0, wanted[i]});
  return result;
}

Tensor scatter_add(Arg x, std::int64_t axis, Arg index, Arg source) {
  const AlongAxisAttributes attributes{axis};
  if (operand("scatter_add", source).shape() == operand("scatter_add", index).shape())
    return apply(scatter_add_op, {&x, &index, &source}, &attributes);
  const Tensor first = first_of(source, index);
  const Arg added(first, source.where());
  return apply(scatter_add_op, {&x, &index, &added}, &attributes);
}

Tensor put_along(const Arg& x, const Arg& index, const Arg& source, const ScatterAttributes& attributes) {
  return apply(scatter_op, {&x, &index, &source}, &attributes);
}

Tensor index_select(Arg x, std::int64_t axis, Arg index) {
  const AlongAxisAttributes attributes{axis};
  return apply(index_select_op, {&x, &index}, &attributes);
}

Tensor index_add(Arg x, std::int64_t axis, Arg index, Arg source) {
  const AlongAxisAttributes attributes{axis};
  return apply(index_add_op, {&x, &index, &source}, &attributes);
}
}  // namespace triptych
