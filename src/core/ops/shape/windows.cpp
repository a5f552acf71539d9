// Views whose axes are walked in a way of their own: diagonal, unfold, as_strided. Their gradients are added to where
// each element was read.
#include "core/ops/shape/windows.h"

#include <algorithm>
#include <limits>

#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/ops/shape/attributes.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/rearrange.h"
#include "triptych/core/ops/scatter.h"

namespace triptych {

extern const Op diagonal_op, unfold_axis_op, as_strided_op;

namespace {

int from_the_front(std::int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

/// How far the diagonal starts from the first row and the first column of rows x columns elements; its length.
struct Diagonal {
  std::int64_t row, column, length;
  Diagonal(std::int64_t rows, std::int64_t columns, std::int64_t given) {
    const std::int64_t offset = std::clamp(given, -rows, columns);  // beyond there is nothing
    row = std::max<std::int64_t>(-offset, 0);
    column = std::max<std::int64_t>(offset, 0);
    length = std::max<std::int64_t>(std::min(rows - row, columns - column), 0);
  }
};

void diagonal_infer(Infer& infer) {
  const auto& [offset, axis1, axis2] = infer.attributes<DiagonalViewAttributes>();
  const Shape& in = infer.shape(0);
  const int a = infer.axis(axis1, in.rank()), b = infer.axis(axis2, in.rank());
  if (a == b) infer.fail("the two axes are the same", std::to_string(axis1) + " and " + std::to_string(axis2));
  Shape out;
  for (int i = 0; i < in.rank(); ++i)
    if (i != a && i != b) out.append(in.dim(i));
  const Dim rows = in.dim(a), columns = in.dim(b);
  out.append(rows.known() && columns.known() ? Dim(Diagonal(rows.raw(), columns.raw(), offset).length) : Dim(unknown));
  infer.output(0, out, infer.dtype(0));
}

bool diagonal_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset) {
  const auto& given = *static_cast<const DiagonalViewAttributes*>(attributes);
  const int rank = input.shape.rank(), a = from_the_front(given.axis1, rank), b = from_the_front(given.axis2, rank);
  const std::int64_t step_a = input.strides[static_cast<std::size_t>(a)],
                     step_b = input.strides[static_cast<std::size_t>(b)];
  std::size_t next = 0;
  for (int i = 0; i < rank; ++i)
    if (i != a && i != b) output.strides[next++] = input.strides[static_cast<std::size_t>(i)];
  output.strides[next] = step_a + step_b;
  const Diagonal diagonal(input.shape.begin()[a], input.shape.begin()[b], given.offset);
  if (diagonal.length > 0) offset = diagonal.row * step_a + diagonal.column * step_b;
  return true;
}

void diagonal_gradient(Gradient& g) {
  const auto& [offset, axis1, axis2] = g.attributes<DiagonalViewAttributes>();
  g.set(0, diagonal_scatter(zeros_like(g.input(0)), g.upstream(), offset, axis1, axis2));
}

void unfold_axis_infer(Infer& infer) {
  const auto& [given, size, step] = infer.attributes<UnfoldAxisAttributes>();
  Shape out = infer.shape(0);
  const int axis = infer.axis(given, out.rank());
  if (size < 0) infer.fail("the size of a window is negative", std::to_string(size));
  if (step < 1) infer.fail("the step is not positive", std::to_string(step));
  if (out.rank() == Shape::max_rank) infer.fail("the result would have more than 8 dimensions", infer.given());
  const Dim length = out.dim(axis);
  if (length.known()) {
    if (size > length.raw())
      infer.fail("the window is longer than the axis",
                 "a window of " + std::to_string(size) + ", axis " + std::to_string(axis) + " of shape " + out.text());
    out.set(axis, (length.raw() - size) / step + 1);
  }
  out.append(size);
  infer.output(0, out, infer.dtype(0));
}

bool unfold_axis_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  const auto& [axis, size, step] = *static_cast<const UnfoldAxisAttributes*>(attributes);
  const auto at = static_cast<std::size_t>(from_the_front(axis, input.shape.rank()));
  output.strides = input.strides;
  const std::int64_t windows = output.shape.begin()[at];
  output.strides[at] = windows > 1 ? step * input.strides[at] : 1;  // a huge step leads nowhere
  output.strides[static_cast<std::size_t>(input.shape.rank())] = input.strides[at];
  return true;
}

void unfold_axis_gradient(Gradient& g) {
  const auto& [given, size, step] = g.attributes<UnfoldAxisAttributes>();
  const Tensor upstream = g.upstream(), x = g.input(0);
  const int axis = from_the_front(given, x.ndim());
  const Tensor starts = unsqueeze(iota_along(upstream, axis) * step, 1);
  const Tensor places = starts + to(arange(0, size, 1, int64), x.device());
  g.set(0, put(zeros_like(x), moveaxis(upstream, -1, axis + 1), std::vector{places}, {axis, axis, Combine::add}));
}

void as_strided_infer(Infer& infer) {
  const auto& [size, strides, offset] = infer.attributes<AsStridedAttributes>();
  if (size.rank() != strides.size())
    infer.fail("there is not one stride for each dimension",
               std::to_string(strides.size()) + " strides for shape " + size.text());
  if (!size.known()) infer.fail("a dimension is negative", size.text());
  if (offset < 0) infer.fail("the offset is negative", std::to_string(offset));
  constexpr const char* what = "the place of the last element";
  std::int64_t last = offset;
  bool empty = false;
  for (int i = 0; i < size.rank(); ++i) {
    if (strides[i] < 0) infer.fail("a stride is negative", std::to_string(strides[i]), "Use flip");
    empty |= size[i] == 0;
    if (size[i] > 1) last = checked_add(last, checked_multiply(size[i] - 1, strides[i], what), what);
  }
  const Dim elements = infer.shape(0).numel();
  if (!empty && elements.known() && last >= elements.raw())
    infer.fail("an element lies outside of the tensor",
               "place " + std::to_string(last) + " of " + std::to_string(elements.raw()) + " elements");
  infer.output(0, size, infer.dtype(0));
}

bool as_strided_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset) {
  if (!input.is_contiguous()) return false;
  const auto& given = *static_cast<const AsStridedAttributes*>(attributes);
  for (int i = 0; i < given.strides.size(); ++i) output.strides[static_cast<std::size_t>(i)] = given.strides[i];
  if (output.shape.size() > 0) offset = given.offset;
  return true;
}

void as_strided_gradient(Gradient& g) {
  const auto& [size, strides, offset] = g.attributes<AsStridedAttributes>();
  const Tensor x = g.input(0);
  Tensor places = to(full({}, offset, int64), x.device());
  for (int i = 0; i < size.rank(); ++i) {
    const Tensor steps = to(arange(0, size[i], 1, int64), x.device()) * (size[i] > 1 ? strides[i] : 0);
    places = places + along(steps, i, size.rank());
  }
  const Tensor flat =
      put(flatten(zeros_like(x)), flatten(g.upstream()), std::vector{flatten(places)}, {0, 0, Combine::add});
  g.set(0, reshape_like(flat, x));
}

}  // namespace

extern const Op diagonal_op{.name = "diagonal",
                            .inputs = 1,
                            .attributes = &attribute_type<DiagonalViewAttributes>,
                            .infer = diagonal_infer,
                            .gradient = diagonal_gradient,
                            .view = diagonal_view};
extern const Op unfold_axis_op{.name = "unfold_axis",
                               .inputs = 1,
                               .attributes = &attribute_type<UnfoldAxisAttributes>,
                               .infer = unfold_axis_infer,
                               .gradient = unfold_axis_gradient,
                               .view = unfold_axis_view};
extern const Op as_strided_op{.name = "as_strided",
                              .inputs = 1,
                              .attributes = &attribute_type<AsStridedAttributes>,
                              .infer = as_strided_infer,
                              .gradient = as_strided_gradient,
                              .view = as_strided_view};

Tensor diagonal(Arg x, std::int64_t offset, std::int64_t axis1, std::int64_t axis2) {
  const DiagonalViewAttributes attributes{offset, axis1, axis2};
  return apply(diagonal_op, {&x}, &attributes);
}

Tensor unfold(Arg x, std::int64_t axis, std::int64_t size, std::int64_t step) {
  const Called called("unfold");
  const UnfoldAxisAttributes attributes{axis, size, step};
  return apply(unfold_axis_op, {&x}, &attributes);
}

Tensor as_strided(Arg x, const Shape& size, const Axes& strides, std::int64_t storage_offset) {
  const AsStridedAttributes attributes{size, strides, storage_offset};
  return apply(as_strided_op, {&x}, &attributes);
}

}  // namespace triptych
