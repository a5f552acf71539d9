// concat and split, each the other's gradient. concat_grad splits at the lengths of concat's inputs, which a graph may
// not know when the gradient is built.
#include "core/ops/shape/concat.h"

#include <algorithm>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/ops/shape/split_axis.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op concat_grad_op, split_op;

namespace {

void concat_infer(Infer& infer) {
  Shape out = infer.shape(0);
  const int axis = infer.axis(infer.attributes<ConcatAttributes>().axis, out.rank());
  Dim length = 0;
  for (int i = 0; i < infer.input_count(); ++i) {
    const Shape& in = infer.shape(i);
    if (in.rank() != out.rank()) infer.fail("the inputs differ in the number of dimensions", infer.given());
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert with cast");
    for (int k = 0; k < out.rank(); ++k) {
      if (k == axis || in.begin()[k] == out.begin()[k]) continue;
      if (conflict(in.dim(k), out.dim(k)))
        infer.fail("shapes differ outside of axis " + std::to_string(axis), infer.given());
      if (!out.dim(k).known()) out.set(k, in.dim(k));
    }
    length = length + in.dim(axis);
  }
  out.set(axis, length);
  infer.output(0, out, infer.dtype(0));
}

// Inputs: the gradient of the whole, and concat's inputs, whose shapes are those of the parts.
void concat_grad_infer(Infer& infer) {
  infer.check_outputs(infer.input_count() - 1);
  Shape whole = infer.shape(0);
  const int axis = infer.axis(infer.attributes<ConcatAttributes>().axis, whole.rank());
  Dim length = 0;
  for (int i = 0; i < infer.output_count(); ++i) {
    const Shape& part = infer.shape(i + 1);
    if (part.rank() != whole.rank()) infer.fail("the inputs differ in the number of dimensions", infer.given());
    length = length + part.dim(axis);
    whole.set(axis, part.dim(axis));
    infer.check(part.compatible(whole), "shapes differ outside of axis " + std::to_string(axis));
    infer.output(i, part, infer.dtype(0));
  }
  infer.check(!conflict(length, infer.shape(0).dim(axis)), "the lengths do not add up to that of the whole");
}

void split_infer(Infer& infer) {
  const auto& attributes = infer.attributes<SplitAttributes>();
  const int axis = infer.axis(attributes.axis, infer.shape(0).rank()), count = infer.output_count();
  const Dim length = infer.shape(0).dim(axis);
  const auto whole = [&] { return "axis " + std::to_string(axis) + " of shape " + infer.shape(0).text(); };
  Shape out = infer.shape(0);
  if (attributes.sizes.empty()) {
    if (count == 0) infer.fail("there is no part", whole());
    if (length.known() && length.raw() % count != 0)
      infer.fail("the parts are not equal", std::to_string(count) + " parts of " + whole(),
                 "Give their sizes as a list");
    out.set(axis, length / count);
    for (int i = 0; i < count; ++i) infer.output(i, out, infer.dtype(0));
    return;
  }
  infer.check_outputs(static_cast<int>(attributes.sizes.size()));
  std::int64_t total = 0;
  for (std::int64_t size : attributes.sizes) {
    if (size < 0) infer.fail("a size is negative", std::to_string(size));
    total = checked_add(total, size, "the sum of the sizes");
  }
  if (conflict(length, total))
    infer.fail("the sizes do not add up to the length", "their sum is " + std::to_string(total) + ", " + whole());
  for (int i = 0; i < count; ++i) {
    out.set(axis, attributes.sizes[static_cast<std::size_t>(i)]);
    infer.output(i, out, infer.dtype(0));
  }
}

/// Consecutive parts along an axis.
void parts(const TensorMeta& input, std::int64_t given_axis, std::span<TensorMeta> outputs,
           std::span<std::int64_t> offsets) {
  const int axis = static_cast<int>(given_axis < 0 ? given_axis + input.shape.rank() : given_axis);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].strides = input.strides;
    offsets[i] = begin * input.strides[static_cast<std::size_t>(axis)];
    begin += outputs[i].shape[axis];
  }
}

void concat_grad_views(const TensorMeta& input, const void* attributes, std::span<TensorMeta> outputs,
                       std::span<std::int64_t> offsets) {
  parts(input, static_cast<const ConcatAttributes*>(attributes)->axis, outputs, offsets);
}

void split_views(const TensorMeta& input, const void* attributes, std::span<TensorMeta> outputs,
                 std::span<std::int64_t> offsets) {
  parts(input, static_cast<const SplitAttributes*>(attributes)->axis, outputs, offsets);
}

std::vector<Tensor> all_upstream(const Gradient& g, std::size_t count) {
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(g.upstream(static_cast<int>(i)));
  return result;
}

void concat_gradient(Gradient& g) {
  const auto count = static_cast<std::size_t>(g.input_count());
  std::vector<Tensor> inputs{g.upstream()}, results(count);
  for (std::size_t i = 0; i < count; ++i) inputs.push_back(g.input(static_cast<int>(i)));
  apply(concat_grad_op, inputs, &g.attributes<ConcatAttributes>(), results, {});
  for (std::size_t i = 0; i < count; ++i) g.set(static_cast<int>(i), std::move(results[i]));
}

void concat_grad_gradient(Gradient& g) {
  const auto count = static_cast<std::size_t>(g.input_count()) - 1;
  g.set(0, concat(all_upstream(g, count), g.attributes<ConcatAttributes>().axis));
}

void split_gradient(Gradient& g) {
  g.set(0, concat(all_upstream(g, static_cast<std::size_t>(g.output_count())), g.attributes<SplitAttributes>().axis));
}

/// As many as an op may have inputs: the parts can be put together again.
constexpr std::int64_t most_parts = 1 << 20;

void check_parts(const char* op, std::int64_t count, Location where) {
  if (count > most_parts)
    throw ArgumentError(op, "there would be more than 2^20 parts", std::to_string(count), "", where);
}

std::vector<Tensor> apply_split(Arg& x, const SplitAttributes& attributes, std::size_t count) {
  const Arg* inputs[] = {&x};
  std::vector<Tensor> results(count);
  apply(split_op, inputs, &attributes, results, x.where());
  return results;
}

/// The tensors in their common dtype: themselves, or `converted`.
const std::vector<Tensor>& promoted(std::string_view op, const std::vector<Tensor>& tensors, Location where,
                                    std::vector<Tensor>& converted) {
  if (tensors.empty()) throw ArgumentError(op, "there is no tensor", "an empty list", "", where);
  DType dtype = seen_dtype(operand(op, Arg(tensors[0], where)));
  bool differ = false;
  for (const Tensor& tensor : tensors) {
    const DType given = seen_dtype(operand(op, Arg(tensor, where)));
    differ |= given != dtype || given != tensor.dtype();
    dtype = promote_types(dtype, given);
  }
  if (!differ) return tensors;
  for (const Tensor& tensor : tensors) converted.push_back(cast(Arg(as_seen(tensor, where), where), dtype));
  return converted;
}

}  // namespace

extern const Op concat_op{.name = "concat",
                          .inputs = 1,
                          .max_inputs = any_number,
                          .attributes = &attribute_type<ConcatAttributes>,
                          .infer = concat_infer,
                          .gradient = concat_gradient};
extern const Op concat_grad_op{.name = "concat_grad",
                               .inputs = 2,
                               .max_inputs = any_number,
                               .attributes = &attribute_type<ConcatAttributes>,
                               .infer = concat_grad_infer,
                               .gradient = concat_grad_gradient,
                               .metadata_inputs = ~1u,
                               .views = concat_grad_views};
extern const Op split_op{.name = "split",
                         .inputs = 1,
                         .attributes = &attribute_type<SplitAttributes>,
                         .infer = split_infer,
                         .gradient = split_gradient,
                         .views = split_views};

namespace {

Tensor join(const std::vector<Tensor>& tensors, std::int64_t axis, Location where) {
  const ConcatAttributes attributes{axis};
  Tensor result;
  apply(concat_op, tensors, &attributes, {&result, 1}, where);
  return result;
}

}  // namespace

Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Location where) {
  std::vector<Tensor> converted;
  return join(promoted("concat", tensors, where, converted), axis, where);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis, Location where) {
  std::vector<Tensor> converted;
  const std::vector<Tensor>& rows = promoted("stack", tensors, where, converted);
  const Shape shape = rows[0].shape();
  const int rank = shape.rank(), at = normalize_axis("stack", axis, rank + 1, where);
  for (const Tensor& row : rows)
    if (!row.shape().compatible(shape))
      throw ArgumentError("stack", "the tensors differ in shape",
                          tensors[0].shape().text() + " and " + row.shape().text(), "", where);
  if (at < rank && rank < Shape::max_rank)  // one behind the other, they lie as they should
    return split_axis(Arg(join(rows, at, where), where), at, {static_cast<std::int64_t>(rows.size()), unknown});
  std::vector<Tensor> lines;
  for (const Tensor& row : rows) lines.push_back(unsqueeze(Arg(row, where), at));
  return join(lines, at, where);
}

std::vector<Tensor> split(Arg x, std::int64_t size, std::int64_t axis) {
  const Frame frame(x.where());
  const Tensor& whole = operand("split", x);
  const int at = normalize_axis("split", axis, whole.ndim(), x.where());
  const Dim length = whole.shape().dim(at);
  if (size < 0 || (size == 0 && length.raw() != 0))
    throw ArgumentError("split", "the size of a part is not positive", std::to_string(size), "", x.where());
  if (!length.known())
    throw ArgumentError("split", "the length of the axis is not known", whole.shape().text(),
                        "Give the sizes of all parts as a list, or their number to chunk", x.where());
  if (length.raw() == 0) return apply_split(x, {{}, at}, 1);
  check_parts("split", (length.raw() - 1) / size + 1, x.where());
  std::vector<std::int64_t> sizes;
  for (std::int64_t left = length.raw(); left > 0; left -= size) sizes.push_back(std::min(size, left));
  return apply_split(x, {sizes, at}, sizes.size());
}

std::vector<Tensor> split(Arg x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  if (sizes.empty()) throw ArgumentError("split", "there is no size", "an empty list", "", x.where());
  return apply_split(x, {sizes, axis}, sizes.size());
}

std::vector<Tensor> chunk(Arg x, std::int64_t count, std::int64_t axis) {
  const Frame frame(x.where());
  const Tensor& whole = operand("chunk", x);
  const int at = normalize_axis("chunk", axis, whole.ndim(), x.where());
  if (count < 1)
    throw ArgumentError("chunk", "the number of parts is not positive", std::to_string(count), "", x.where());
  const Dim length = whole.shape().dim(at);
  if (!length.known() || length.raw() == 0) check_parts("chunk", count, x.where());
  if (!length.known() || length.raw() % count == 0) return apply_split(x, {{}, at}, static_cast<std::size_t>(count));
  return split(std::move(x), length.raw() / count + 1, at);
}

}  // namespace triptych
