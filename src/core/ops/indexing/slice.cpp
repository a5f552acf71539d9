// slice: a view of some elements along the axes, its gradient slice_grad (the elements placed in zeros), and
// slice_update (a part replaced). NumPy's basic indexing is compiled to them.
#include "core/ops/indexing/slice.h"

#include <algorithm>

#include "core/ops/indexing/index.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op slice_op, slice_grad_op, slice_update_op;

namespace {

struct Range {
  std::int64_t start, length, step;
};

/// Python's slice.indices(n).
Range resolve(std::int64_t start, std::int64_t stop, std::int64_t step, std::int64_t n) {
  step = std::clamp(step, -n - 1, n + 1);  // beyond the axis all steps are the same
  const std::int64_t low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
  const auto place = [&](std::int64_t bound) { return std::clamp(bound < 0 ? bound + n : bound, low, high); };
  start = place(start);
  stop = place(stop);
  const std::int64_t way = step > 0 ? stop - start : start - stop, pace = std::abs(step);
  return {start, way > 0 ? (way + pace - 1) / pace : 0, step};
}

bool takes_all(const SliceAttributes& a, int i) {
  return a.steps[i] == 1 && (a.starts[i] == 0 || a.starts[i] == SliceAttributes::first) &&
         a.stops[i] == SliceAttributes::last;
}

/// The shape of the selected part; checks the attributes.
Shape part_shape(const Infer& infer, const Shape& whole) {
  const auto& a = infer.attributes<SliceAttributes>();
  if (a.starts.size() > whole.rank())
    infer.fail("there are more indices than dimensions",
               std::to_string(a.starts.size()) + " indices for shape " + whole.text());
  Shape out;
  for (int i = 0; i < whole.rank(); ++i) {
    const Dim n = whole.dim(i);
    if (i >= a.starts.size()) {
      out.append(n);
    } else if (a.drops(i)) {
      const std::int64_t index = a.starts[i];
      if (n.known() && (index < -n.raw() || index >= n.raw()))
        infer.fail("the index is out of range",
                   "index " + std::to_string(index) + " for axis " + std::to_string(i) + " of shape " + whole.text());
    } else {
      if (a.steps[i] == 0) infer.fail("the step of a slice is zero", "axis " + std::to_string(i));
      out.append(n.known()         ? Dim(resolve(a.starts[i], a.stops[i], a.steps[i], n.raw()).length)
                 : takes_all(a, i) ? n
                                   : Dim(unknown));
    }
  }
  return out;
}

void slice_infer(Infer& infer) { infer.output(0, part_shape(infer, infer.shape(0)), infer.dtype(0)); }

bool slice_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset) {
  slice_window(input, *static_cast<const SliceAttributes*>(attributes), output, offset);
  return true;
}

void slice_gradient(Gradient& g) {
  const Tensor upstream = g.upstream(), x = g.input(0);
  const Arg window = upstream, like = x;
  g.set(0, apply(slice_grad_op, {&window, &like}, &g.attributes<SliceAttributes>()));
}

void slice_grad_infer(Infer& infer) {
  if (!part_shape(infer, infer.shape(1)).compatible(infer.shape(0)))
    infer.fail("the gradient does not have the slice's shape", infer.given());
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void slice_grad_gradient(Gradient& g) { g.set(0, apply_slice(g.upstream(), g.attributes<SliceAttributes>())); }

void slice_update_infer(Infer& infer) {
  const Shape part = part_shape(infer, infer.shape(0));
  Shape result;
  if (infer.dtype(0) != infer.dtype(1)) infer.fail("dtypes differ", infer.given(), "Convert the value with cast");
  if (infer.shape(1).rank() > part.rank() || !broadcast(part, infer.shape(1), result) || !result.compatible(part))
    infer.fail("the value does not broadcast to the selected part",
               "the value is " + infer.shape(1).text() + ", the part " + part.text());
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void slice_update_gradient(Gradient& g) {
  const auto& attributes = g.attributes<SliceAttributes>();
  if (g.needs(0)) {
    const Tensor upstream = g.upstream(), zeros = zeros_like(g.input(1));
    const Arg all = upstream, hole = zeros;
    g.set(0, apply(slice_update_op, {&all, &hole}, &attributes));
  }
  if (g.needs(1)) g.set(1, sum_to_like(apply_slice(g.upstream(), attributes), g.input(1)));
}

}  // namespace

extern const Op slice_op{.name = "slice",
                         .inputs = 1,
                         .attributes = &attribute_type<SliceAttributes>,
                         .infer = slice_infer,
                         .gradient = slice_gradient,
                         .view = slice_view};
extern const Op slice_grad_op{.name = "slice_grad",
                              .inputs = 2,
                              .attributes = &attribute_type<SliceAttributes>,
                              .infer = slice_grad_infer,
                              .gradient = slice_grad_gradient,
                              .metadata_inputs = 0b10};
extern const Op slice_update_op{.name = "slice_update",
                                .inputs = 2,
                                .attributes = &attribute_type<SliceAttributes>,
                                .infer = slice_update_infer,
                                .gradient = slice_update_gradient};

void slice_window(const TensorMeta& whole, const SliceAttributes& a, TensorMeta& part, std::int64_t& offset) {
  Shape shape;
  offset = 0;
  for (int i = 0; i < whole.shape.rank(); ++i) {
    const std::int64_t n = whole.shape.begin()[i], stride = whole.strides[static_cast<std::size_t>(i)];
    if (i < a.starts.size() && a.drops(i)) {
      offset += (a.starts[i] < 0 ? a.starts[i] + n : a.starts[i]) * stride;
      continue;
    }
    const Range range = i < a.starts.size() ? resolve(a.starts[i], a.stops[i], a.steps[i], n) : Range{0, n, 1};
    part.strides[static_cast<std::size_t>(shape.rank())] = range.step * stride;
    shape.append(range.length);
    if (range.length > 0) offset += range.start * stride;
  }
  part.shape = shape;
}

Tensor apply_slice(Arg x, const SliceAttributes& attributes) { return apply(slice_op, {&x}, &attributes); }

Tensor apply_slice_update(const Arg& x, const Arg& value, const SliceAttributes& attributes) {
  return apply(slice_update_op, {&x, &value}, &attributes);
}

Tensor slice(Arg x, std::int64_t axis, Slice range) {
  const int at = normalize_axis("slice", axis, operand("slice", x).ndim(), x.where());
  SliceAttributes attributes;
  for (int i = 0; i < at; ++i) append_slice(attributes, {});
  append_slice(attributes, range);
  return apply_slice(std::move(x), attributes);
}

Tensor select(Arg x, std::int64_t axis, std::int64_t index) {
  const Called called("select");
  const int at = normalize_axis("select", axis, operand("select", x).ndim(), x.where());
  SliceAttributes attributes;
  for (int i = 0; i < at; ++i) append_slice(attributes, {});
  append_integer(attributes, index);
  return apply_slice(std::move(x), attributes);
}

Tensor flip(Arg x, const Axes& axes) {
  const int rank = operand("flip", x).ndim();
  SliceAttributes attributes;
  for (int i = 0; i < rank; ++i) append_slice(attributes, {});
  for (std::int64_t axis : axes) {
    const int at = normalize_axis("flip", axis, rank, x.where());
    if (attributes.steps[at] < 0)
      throw ArgumentError("flip", "an axis is given twice", std::to_string(axis), "", x.where());
    attributes.starts[at] = SliceAttributes::last;
    attributes.stops[at] = SliceAttributes::first;
    attributes.steps[at] = -1;
  }
  return apply_slice(std::move(x), attributes);
}

}  // namespace triptych
