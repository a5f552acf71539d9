// The ways to pick of NumPy, TensorFlow and JAX, by index and gather.
#include "triptych/core/ops/take.h"

#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// One element along the axis, and what broadcasting with it needs of the others: a shape, for what is known when a
/// graph runs.
Tensor without_length(const Arg& x, int axis) { return sum(x, axis, true); }

/// x and the index of a function along `axis`, broadcast to one shape in all other axes.
std::pair<Tensor, Tensor> together(const char* op, const Arg& x, const Arg& index, int axis) {
  const Shape &a = operand(op, x).shape(), &b = operand(op, index).shape();
  if (a.rank() != b.rank())
    throw ArgumentError(op, "the index differs from the tensor in the number of dimensions",
                        a.text() + " and " + b.text(), "", index.where());
  Shape wide_x, wide_index;
  bool broadcasts_x = false, broadcasts_index = false, is_known = true;
  for (int i = 0; i < a.rank(); ++i) {
    const Dim n = a.dim(i), m = b.dim(i);
    if (i == axis) {
      wide_x.append(n), wide_index.append(m);
      continue;
    }
    if (n.raw() != 1 && m.raw() != 1 && conflict(n, m))
      throw ArgumentError(op, "shapes do not broadcast outside of the axis", a.text() + " and " + b.text(), "",
                          index.where());
    const bool widens_x = n.raw() == 1 && m.known() && m.raw() != 1,
               widens_index = m.raw() == 1 && n.known() && n.raw() != 1;
    broadcasts_x |= widens_x;
    broadcasts_index |= widens_index;
    is_known &= n.known() && m.known();
    wide_x.append(widens_x ? m : Dim(unknown));
    wide_index.append(widens_index ? n : Dim(unknown));
  }
  if (!is_known)
    return {expand_like(x, equal(x, without_length(index, axis))),
            expand_like(index, equal(without_length(x, axis), index))};
  const auto kept = [](Shape shape, int at) { return shape.set(at, unknown), shape; };
  return {broadcasts_x ? expand(x, kept(wide_x, axis)) : x.tensor(),
          broadcasts_index ? expand(index, kept(wide_index, axis)) : index.tensor()};
}

void check_batch(const char* op, const Arg& x, const Arg& index, std::int64_t batch_dims, int most) {
  const Shape &a = operand(op, x).shape(), &b = operand(op, index).shape();
  if (batch_dims < 0 || batch_dims > most)
    throw ArgumentError(op, "batch_dims is out of range", std::to_string(batch_dims) + " of " + std::to_string(most),
                        "", x.where());
  for (int i = 0; i < static_cast<int>(batch_dims); ++i)
    if (conflict(a.dim(i), b.dim(i)))
      throw ArgumentError(op, "the dimensions of the batch differ", a.text() + " and " + b.text(), "", index.where());
}

/// For each dimension of the batch its own places, to be broadcast with index tensors of `rank` dimensions.
void append_batch(const Tensor& x, int batch_dims, int rank, std::vector<Tensor>& indices, Axes& axes) {
  for (int i = 0; i < batch_dims; ++i) {
    indices.push_back(along(iota_along(x, i), i, rank));
    axes.append(i);
  }
}

}  // namespace

Tensor take(Arg x, Arg index) {
  const Frame frame(x.where());
  const Called called("take");
  return pick(flatten(x), std::vector{operand("take", index)}, {0, 0});
}

Tensor take(Arg x, Arg index, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("take");
  const int at = normalize_axis("take", axis, operand("take", x).ndim(), x.where());
  return pick(x, std::vector{operand("take", index)}, {at, at});
}

Tensor take_along_axis(Arg x, Arg index, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("take_along_axis");
  const int at = normalize_axis("take_along_axis", axis, operand("take_along_axis", x).ndim(), x.where());
  const auto [wide, places] = together("take_along_axis", x, index, at);
  return gather(Arg(wide, x.where()), at, Arg(places, index.where()));
}
Tensor take_along_dim(Arg x, Arg index, std::int64_t axis) {
  return take_along_axis(std::move(x), std::move(index), axis);
}
Tensor take_along_dim(Arg x, Arg index) {
  const Frame frame(x.where());
  const Called called("take_along_dim");
  return gather(flatten(x), 0, flatten(index));
}

Tensor gather(Arg x, Arg index, const GatherOptions& options) {
  const Frame frame(x.where());
  const Called called("gather");
  const int rank = operand("gather", x).ndim(), index_rank = operand("gather", index).ndim();
  const int axis = normalize_axis("gather", options.axis, rank, x.where());
  check_batch("gather", x, index, options.batch_dims, std::min(axis, index_rank));
  const auto batch = static_cast<int>(options.batch_dims);
  if (batch == 0) return pick(x, std::vector{index.tensor()}, {axis, axis});
  std::vector<Tensor> indices;
  Axes axes;
  append_batch(x.tensor(), batch, index_rank, indices, axes);
  indices.push_back(index.tensor());
  axes.append(axis);
  // (batch, index, between batch and axis, behind the axis)
  const Tensor picked = pick(x, indices, {axes, 0});
  Axes order;
  for (int i = 0; i < batch; ++i) order.append(i);
  for (int i = 0; i < axis - batch; ++i) order.append(index_rank + i);
  for (int i = batch; i < index_rank; ++i) order.append(i);
  for (int i = index_rank + axis - batch; i < picked.ndim(); ++i) order.append(i);
  return permute(picked, order);
}

Tensor gather_nd(Arg x, Arg index, std::int64_t batch_dims) {
  const Frame frame(x.where());
  const Called called("gather_nd");
  const int rank = operand("gather_nd", x).ndim(), index_rank = operand("gather_nd", index).ndim();
  if (index_rank == 0 || !index.tensor().shape().dim(-1).known())
    throw ArgumentError("gather_nd", "the last dimension of the index is not known", index.tensor().shape().text(), "",
                        index.where());
  check_batch("gather_nd", x, index, batch_dims, std::min(rank, index_rank - 1));
  const auto batch = static_cast<int>(batch_dims);
  const std::int64_t depth = index.tensor().shape()[-1];
  if (depth > rank - batch)
    throw ArgumentError("gather_nd", "there are more indices than dimensions",
                        std::to_string(depth) + " for shape " + x.tensor().shape().text(), "", index.where());
  std::vector<Tensor> indices;
  Axes axes;
  append_batch(x.tensor(), batch, index_rank - 1, indices, axes);
  for (int i = 0; i < static_cast<int>(depth); ++i) {
    indices.push_back(select(index, -1, i));
    axes.append(batch + i);
  }
  if (!indices.empty() && depth > 0) return pick(x, indices, {axes, 0});
  // Rows of no index name all of x: it stands once behind a new axis.
  indices.push_back(zeros_like(cast(sum(index, {-1}), int64)));
  axes.append(batch);
  return pick(unsqueeze(x, batch), indices, {axes, 0});
}

namespace {

/// Where a part of `size` elements along an axis starts, as a 0-d int64 tensor.
Tensor start_of(const Tensor& x, int axis, const Tensor& starts, const Tensor& size) {
  const Tensor length = length_along(x, axis), given = cast(select(starts, 0, axis), int64);
  const Tensor start = where(less(given, 0), given + length, given);
  return maximum(minimum(start, length - size), 0);
}

void check_starts(const char* op, const Arg& x, const Arg& starts) {
  const Shape &shape = operand(op, x).shape(), &given = operand(op, starts).shape();
  const DType dtype = starts.tensor().dtype();
  if (given.rank() != 1 || conflict(given.dim(0), shape.rank()))
    throw ArgumentError(op, "there is not one start for each dimension", given.text() + " for shape " + shape.text(),
                        "", starts.where());
  if (dtype != int64 && dtype != int32)
    throw ArgumentError(op, "the starts are neither int32 nor int64", std::string(dtype_name(dtype)),
                        "Convert with cast", starts.where());
}

}  // namespace

Tensor dynamic_slice(Arg x, Arg starts, const Shape& sizes) {
  const Frame frame(x.where());
  const Called called("dynamic_slice");
  check_starts("dynamic_slice", x, starts);
  const Shape& shape = x.tensor().shape();
  if (sizes.rank() != shape.rank() || !sizes.known())
    throw ArgumentError("dynamic_slice", "there is not one known size for each dimension",
                        sizes.text() + " for shape " + shape.text(), "", x.where());
  Tensor result = x.tensor();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const Dim length = shape.dim(axis);
    if (length.known() && sizes[axis] > length.raw())
      throw ArgumentError("dynamic_slice", "a size is larger than the axis",
                          sizes.text() + " for shape " + shape.text(), "", x.where());
    if (length.known() && sizes[axis] == length.raw()) continue;
    const Tensor size = to(tensor(sizes[axis], int64), x.tensor().device());
    const Tensor start = start_of(x.tensor(), axis, starts.tensor(), size);
    const Tensor places = start + to(arange(0, sizes[axis], 1, int64), x.tensor().device());
    result = pick(Arg(result, x.where()), std::vector{places}, {axis, axis});
  }
  return result.is_same(x.tensor()) ? identity(x) : result;
}

Tensor dynamic_update_slice(Arg x, Arg update, Arg starts) {
  const Frame frame(x.where());
  const Called called("dynamic_update_slice");
  check_starts("dynamic_update_slice", x, starts);
  const Shape &shape = x.tensor().shape(), &part = operand("dynamic_update_slice", update).shape();
  if (update.tensor().dtype() != x.tensor().dtype())
    throw ArgumentError(
        "dynamic_update_slice", "tensor and update differ in dtype",
        std::string(dtype_name(x.tensor().dtype())) + " and " + std::string(dtype_name(update.tensor().dtype())),
        "Convert with cast", update.where());
  bool fits = part.rank() == shape.rank();
  for (int axis = 0; fits && axis < shape.rank(); ++axis)
    fits = !shape.dim(axis).known() || !part.dim(axis).known() || part.dim(axis).raw() <= shape.dim(axis).raw();
  if (!fits)
    throw ArgumentError("dynamic_update_slice", "the update does not fit into the tensor",
                        part.text() + " into " + shape.text(), "", update.where());
  if (shape.rank() == 0) return identity(update);
  std::vector<Tensor> indices;
  Axes axes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const Tensor start = start_of(x.tensor(), axis, starts.tensor(), length_along(update.tensor(), axis));
    indices.push_back(along(start + iota_along(update.tensor(), axis), axis, shape.rank()));
    axes.append(axis);
  }
  return put(x, update, indices, {axes, 0, Combine::replace});
}

}  // namespace triptych
