// index: the elements at the places that tensors name (NumPy's advanced indexing). index_put, which puts values there,
// is its gradient; gather and its kin need an index for each element, these one for each place along the named axes.
#include "core/ops/indexing/pick.h"

#include "core/ops/indexing/combine.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op index_op, index_put_op;

const char* name_of(Combine combine) {
  constexpr const char* names[] = {"replace", "add", "multiply", "maximum", "minimum"};
  return names[static_cast<std::size_t>(combine)];
}

namespace {

/// The shape of what the index tensors, inputs from `first` on, choose from x; checks them.
Shape chosen_shape(const Infer& infer, int first, const Axes& axes, std::int64_t place) {
  const Shape& x = infer.shape(0);
  const int count = infer.input_count() - first;
  infer.check(axes.size() == count, "there is not one axis for each index tensor");
  Shape together;
  std::array<bool, Shape::max_rank> taken{};
  for (int i = 0; i < count; ++i) {
    const int axis = infer.axis(axes[i], x.rank());
    if (std::exchange(taken[static_cast<std::size_t>(axis)], true))
      infer.fail("an axis is given twice", std::to_string(axis));
    const DType dtype = infer.dtype(first + i);
    if (dtype != int64 && dtype != int32)
      infer.fail("indices are neither int32 nor int64", std::string(dtype_name(dtype)), "Convert with cast");
    infer.check(broadcast(together, infer.shape(first + i), together), "the index tensors do not broadcast",
                "Dimensions, counted from the last, must be equal or 1");
  }
  const int kept = x.rank() - count;
  if (place < 0 || place > kept)
    infer.fail("the indices' place is out of range",
               std::to_string(place) + " beside " + std::to_string(kept) + " dimensions");
  if (kept + together.rank() > Shape::max_rank)
    infer.fail("the result would have more than 8 dimensions",
               std::to_string(together.rank()) + " of the indices and " + std::to_string(kept) + " others");
  Shape out;
  const auto append_indices = [&] {
    for (int i = 0; i < together.rank(); ++i) out.append(together.dim(i));
  };
  int passed = 0;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (taken[static_cast<std::size_t>(axis)]) continue;
    if (passed++ == place) append_indices();
    out.append(x.dim(axis));
  }
  if (place == kept) append_indices();
  return out;
}

void index_infer(Infer& infer) {
  const auto& [axes, place] = infer.attributes<IndexAttributes>();
  infer.output(0, chosen_shape(infer, 1, axes, place), infer.dtype(0));
}

void index_put_infer(Infer& infer) {
  const auto& [axes, place, combine] = infer.attributes<IndexPutAttributes>();
  const Shape chosen = chosen_shape(infer, 2, axes, place), &value = infer.shape(1);
  infer.check(infer.dtype(0) == infer.dtype(1), "tensor and value differ in dtype", "Convert with cast");
  Shape result;
  if (value.rank() > chosen.rank() || !broadcast(chosen, value, result) || !result.compatible(chosen))
    infer.fail("the value does not broadcast to the selected part",
               "the value is " + value.text() + ", the part " + chosen.text());
  infer.output(0, infer.shape(0), infer.dtype(0));
}

std::vector<Tensor> inputs_from(const Gradient& g, int first) {
  std::vector<Tensor> result;
  for (int i = first; i < g.input_count(); ++i) result.push_back(g.input(i));
  return result;
}

void index_gradient(Gradient& g) {
  const auto& [axes, place] = g.attributes<IndexAttributes>();
  g.set(0, put(zeros_like(g.input(0)), g.upstream(), inputs_from(g, 1), {axes, place, Combine::add}));
}

void index_put_gradient(Gradient& g) {
  const auto& attributes = g.attributes<IndexPutAttributes>();
  const auto& [axes, place, combine] = attributes;
  const std::vector<Tensor> indices = inputs_from(g, 2);
  const IndexAttributes where_put{axes, place};
  if (combine == Combine::replace || combine == Combine::add) {
    if (g.needs(0)) {
      const Tensor upstream = g.upstream();
      const auto with_hole = [&] {
        return put(upstream, cast(zeros_like(g.input(1)), upstream.dtype()), indices, attributes);
      };
      g.set(0, combine == Combine::add ? upstream : with_hole());
    }
    if (g.needs(1)) g.set(1, sum_to_like(pick(g.upstream(), indices, where_put), g.input(1)));
    return;
  }
  combine_gradient(
      g, 1, combine, [&](const Tensor& t) { return pick(t, indices, where_put); },
      [&](const Tensor& t, const Tensor& values, Combine how) {
        return put(t, values, indices, {attributes.axes, attributes.place, how});
      });
}

SavedValues index_put_saves(const void* attributes) {
  const Combine combine = static_cast<const IndexPutAttributes*>(attributes)->combine;
  if (combine == Combine::replace || combine == Combine::add) return {.inputs = ~0b11u};
  return {.inputs = every_one, .outputs = 1};
}

}  // namespace

extern const Op index_op{.name = "index",
                         .inputs = 2,
                         .max_inputs = 1 + Shape::max_rank,
                         .attributes = &attribute_type<IndexAttributes>,
                         .infer = index_infer,
                         .gradient = index_gradient,
                         .saves_inputs = ~1u,
                         .can_fail = true};
extern const Op index_put_op{.name = "index_put",
                             .inputs = 3,
                             .max_inputs = 2 + Shape::max_rank,
                             .attributes = &attribute_type<IndexPutAttributes>,
                             .infer = index_put_infer,
                             .gradient = index_put_gradient,
                             .saves = index_put_saves,
                             .wide_gradient = true,
                             .can_fail = true};

Tensor pick(const Arg& x, std::span<const Tensor> indices, const IndexAttributes& attributes) {
  std::vector<Arg> args;
  args.reserve(indices.size());
  std::vector<const Arg*> inputs{&x};
  for (const Tensor& index : indices) inputs.push_back(&args.emplace_back(index, x.where()));
  return apply(index_op, inputs, &attributes, x.where());
}

Tensor put(const Arg& x, const Arg& value, std::span<const Tensor> indices, const IndexPutAttributes& attributes) {
  std::vector<Arg> args;
  args.reserve(indices.size());
  std::vector<const Arg*> inputs{&x, &value};
  for (const Tensor& index : indices) inputs.push_back(&args.emplace_back(index, x.where()));
  return apply(index_put_op, inputs, &attributes, x.where());
}

Tensor places_like(const Tensor& x, const std::vector<std::int64_t>& places) { return to(tensor(places), x.device()); }

Tensor iota_along(const Tensor& x, int axis) {
  const Dim length = x.shape().dim(axis);
  if (length.known()) return to(arange(0, length.raw(), 1, int64), x.device());
  Axes others;
  for (int i = 0; i < x.ndim(); ++i)
    if (i != axis) others.append(i);
  const Tensor line = zeros_like(x);
  return cumsum(ones_like(cast(others.empty() ? line : sum(line, others), int64)), 0) - 1;
}

Tensor length_along(const Tensor& x, int axis) {
  const Dim length = x.shape().dim(axis);
  if (length.known()) return to(tensor(length.raw(), int64), x.device());
  return sum(ones_like(iota_along(x, axis)));
}

Tensor along(const Tensor& x, int axis, int rank) {
  Tensor result = x;
  for (int i = axis + 1; i < rank; ++i) result = unsqueeze(result, -1);
  return result;
}

}  // namespace triptych
