// The names at tf's root: what is more than another order of arguments.
#include <limits>
#include <string>
#include <utility>

#include "triptych/lowlevel/names.h"

namespace triptych::lowlevel::root {
namespace {

bool descending(const char* op, const Text& direction, Location where) {
  if (direction != "ASCENDING" && direction != "DESCENDING")
    throw ArgumentError(op, "there is no such direction", "\"" + std::string(direction) + "\"",
                        "It is \"ASCENDING\" or \"DESCENDING\"", where);
  return direction == "DESCENDING";
}

/// The length of an axis as a 0-d tensor: counted where it is not known.
Tensor length_of(const Tensor& x, int axis, DType dtype) {
  if (const Dim length = x.shape().dim(axis); length.known()) return full({}, length.raw(), dtype);
  Tensor line = ones_like(x.detach());
  for (int i = x.ndim() - 1; i >= 0; --i)
    if (i != axis) line = max(line, i);
  return cast(sum(cast(line, int64)), dtype);
}

}  // namespace

Tensor boolean_mask(const Arg& tensor, const Arg& mask, std::int64_t axis) {
  const Frame frame(tensor.where());
  const Tensor& x = tensor.tensor();
  const int at = normalize_axis("boolean_mask", axis, x.ndim(tensor.where()), tensor.where());
  if (at == 0) return boolean_mask(tensor, mask);
  const int masked = mask.tensor().ndim(mask.where());
  if (masked < 1 || at + masked > x.ndim())
    throw ArgumentError("boolean_mask", "the mask has more dimensions than there are from axis on",
                        mask.tensor().shape().text() + " for " + x.shape().text(), "", tensor.where());
  Axes from, to;
  for (int i = 0; i < masked; ++i) {
    from.append(at + i);
    to.append(i);
  }
  return moveaxis(boolean_mask(moveaxis(tensor, from, to), mask), 0, at);
}

Tensor one_hot(const Arg& indices, std::int64_t depth, Scalar on_value, Scalar off_value, std::int64_t axis,
               DType dtype) {
  const Frame frame(indices.where());
  const Tensor hot = triptych::one_hot(indices, depth, boolean);
  const Tensor values = where(hot, full({}, on_value, dtype), full({}, off_value, dtype));
  return axis == -1 ? values : moveaxis(values, -1, axis);
}

Tensor sort(const Arg& values, std::int64_t axis, Text direction) {
  return triptych::sort(values, axis, descending("sort", direction, values.where())).values;
}
Tensor argsort(const Arg& values, std::int64_t axis, Text direction, bool stable) {
  return triptych::argsort(values, axis, descending("argsort", direction, values.where()), stable);
}
Tensor searchsorted(const Arg& sorted_sequence, const Arg& values, Text side, DType out_type) {
  const Frame frame(values.where());
  if (side != "left" && side != "right")
    throw ArgumentError("searchsorted", "there is no such side", "\"" + std::string(side) + "\"",
                        "It is \"left\" or \"right\"", values.where());
  return cast(triptych::searchsorted(sorted_sequence, values, {.right = side == "right"}), out_type);
}

Tensor slice(const Arg& input, const Axes& begin, const Axes& size) {
  const Frame frame(input.where());
  Tensor part = input.tensor();
  const Shape shape = part.shape();
  if (begin.size() != shape.rank() || size.size() != shape.rank())
    throw ArgumentError(
        "slice", "there is not one begin and one size for each dimension",
        std::to_string(begin.size()) + " and " + std::to_string(size.size()) + " for shape " + shape.text(),
        "A size of -1 is what is left", input.where());
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t first = begin[axis], count = size[axis];
    const Dim length = shape.dim(axis);
    if (first < 0 || count < -1 || (length.known() && (first > length.raw() || count > length.raw() - first)))
      throw ArgumentError("slice", "the axis has no such elements",
                          "begin " + std::to_string(first) + ", size " + std::to_string(count) + " along axis " +
                              std::to_string(axis) + " of shape " + shape.text(),
                          "A size of -1 is what is left", input.where());
    if (count > std::numeric_limits<std::int64_t>::max() - first)
      throw ArgumentError("slice", "the end is no int64", std::to_string(first) + " + " + std::to_string(count), "",
                          input.where());
    part = triptych::slice(Arg(part, input.where()), axis,
                           Slice(first, count < 0 ? Slice::Bound(none) : Slice::Bound(first + count)));
  }
  return part;
}

Tensor strided_slice(const Arg& input, const Axes& begin, const Axes& end, const Axes& strides, std::int64_t begin_mask,
                     std::int64_t end_mask, std::int64_t shrink_axis_mask) {
  const Frame frame(input.where());
  if (begin.size() != end.size() || (!strides.empty() && strides.size() != begin.size()))
    throw ArgumentError(
        "strided_slice", "begin, end and strides differ in number",
        std::to_string(begin.size()) + ", " + std::to_string(end.size()) + " and " + std::to_string(strides.size()), "",
        input.where());
  std::vector<Index> indices;
  for (int i = 0; i < begin.size(); ++i) {
    const auto set = [&](std::int64_t mask) { return (mask >> i & 1) != 0; };
    if (set(shrink_axis_mask)) {
      indices.emplace_back(begin[i]);
      continue;
    }
    indices.emplace_back(Slice(set(begin_mask) ? Slice::Bound(none) : Slice::Bound(begin[i]),
                               set(end_mask) ? Slice::Bound(none) : Slice::Bound(end[i]),
                               strides.empty() ? 1 : strides[i]));
  }
  return index(input, indices);
}

Tensor constant(const Arg& value, std::optional<DType> dtype) {
  if (value.is_scalar()) return tensor(value.scalar(), dtype, value.where());
  return dtype ? cast(value, *dtype) : identity(value);
}

Tensor rank(const Arg& input) { return full({}, input.tensor().ndim(input.where()), int32, input.where()); }

Tensor shape(const Arg& input, DType out_type) {
  const Frame frame(input.where());
  const Tensor& x = input.tensor();
  std::vector<Tensor> lengths;
  for (int axis = 0; axis < x.ndim(input.where()); ++axis) lengths.push_back(length_of(x, axis, out_type));
  return lengths.empty() ? zeros({0}, out_type) : triptych::stack(lengths);
}

Tensor size(const Arg& input, DType out_type) {
  const Frame frame(input.where());
  const Tensor& x = input.tensor();
  if (x.shape(input.where()).known()) return full({}, x.numel(), out_type);
  return cast(sum(cast(ones_like(x.detach()), int64)), out_type);
}

Tensor ensure_shape(const Arg& x, const Shape& shape) {
  const Frame frame(x.where());
  const Tensor& given = x.tensor();
  if (!given.shape(x.where()).compatible(shape))
    throw ArgumentError("ensure_shape", "x has another shape", given.shape().text() + " for " + shape.text(), "",
                        x.where());
  // A graph learns the lengths where one of the two knows all of them but one.
  return given.shape().known() || !shape.known() ? identity(x) : reshape(x, shape);
}

Tensor truncatediv(const Arg& x, const Arg& y) {
  const Frame frame(x.where());
  const Tensor rest = fmod(x, y), whole = sub(x, rest);
  return is_floating(whole.dtype()) ? trunc(div(x, y)) : floor_divide(whole, y);
}

namespace {

UniqueWithCounts unique_in_order(const char* op, const Arg& x, DType out_idx) {
  const Frame frame(x.where());
  if (x.tensor().ndim(x.where()) != 1)
    throw ArgumentError(op, "x is not a vector", x.tensor().shape().text(), "", x.where());
  const UniqueResult sorted = triptych::unique(x, {.return_inverse = true, .return_counts = true});
  const Tensor &inverse = sorted.inverse_indices, places = triptych::cumsum(ones_like(inverse), 0) - 1;
  // Where each first stands, and the order of those.
  const Tensor far = full_like(sorted.counts, std::numeric_limits<std::int64_t>::max());
  const Tensor first = scatter_reduce(far, 0, inverse, places, "amin");
  const Tensor order = triptych::argsort(first), number = triptych::argsort(order);
  return {take(sorted.output, order, 0), cast(take(number, inverse, 0), out_idx),
          cast(take(sorted.counts, order, 0), out_idx)};
}

}  // namespace

Unique unique(const Arg& x, DType out_idx) {
  const auto [y, idx, count] = unique_in_order("unique", x, out_idx);
  return {y, idx};
}
UniqueWithCounts unique_with_counts(const Arg& x, DType out_idx) {
  return unique_in_order("unique_with_counts", x, out_idx);
}

std::vector<Tensor> dynamic_partition(const Arg& data, const Arg& partitions, std::int64_t num_partitions) {
  const Frame frame(data.where());
  if (num_partitions < 1 || num_partitions > (1 << 20))
    throw ArgumentError("dynamic_partition", "num_partitions is not from 1 to 2^20", std::to_string(num_partitions), "",
                        data.where());
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < num_partitions; ++i) parts.push_back(boolean_mask(data, equal(partitions, i)));
  return parts;
}

Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Location where) {
  const Frame frame(where);
  if (indices.empty() || indices.size() != data.size())
    throw ArgumentError("dynamic_stitch", "there are not as many indices as data",
                        std::to_string(indices.size()) + " and " + std::to_string(data.size()), "", where);
  std::vector<Tensor> places, slices;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const int rank = Arg(indices[i], where).tensor().ndim(where);
    places.push_back(flatten(indices[i]));
    slices.push_back(rank == 0 ? unsqueeze(data[i], 0) : flatten(data[i], 0, rank - 1));
  }
  const Tensor all = cast(triptych::concat(places, 0), int64), values = triptych::concat(slices, 0);
  // As long as the largest index says: as many as there are segments up to it, which the sums of nothing count.
  const Tensor counts = triptych::bincount(all);
  Tensor room = cast(counts, values.dtype()) * 0;
  for (int axis = 1; axis < values.ndim(); ++axis) room = unsqueeze(room, -1);
  const Tensor row = triptych::slice(values, 0, {0, 1}) * 0;
  return index_copy(room + row, 0, all, values);
}

Tensor histogram_fixed_width_bins(const Arg& values, std::pair<double, double> value_range, std::int64_t nbins,
                                  DType dtype) {
  const Frame frame(values.where());
  if (nbins < 1)
    throw ArgumentError("histogram_fixed_width_bins", "nbins is not positive", std::to_string(nbins), "",
                        values.where());
  if (!(value_range.first < value_range.second))
    throw ArgumentError("histogram_fixed_width_bins", "the range is empty or turned round",
                        std::to_string(value_range.first) + " to " + std::to_string(value_range.second), "",
                        values.where());
  const Tensor scaled = sub(values, value_range.first) / (value_range.second - value_range.first);
  const Tensor bins = floor(scaled * static_cast<double>(nbins));
  return cast(clip(bins, 0, static_cast<double>(nbins - 1)), dtype);
}

Tensor histogram_fixed_width(const Arg& values, std::pair<double, double> value_range, std::int64_t nbins,
                             DType dtype) {
  const Frame frame(values.where());
  const Tensor bins = flatten(histogram_fixed_width_bins(values, value_range, nbins, int64));
  return cast(triptych::bincount(bins, {.minlength = nbins}), dtype);
}

Tensor reverse_sequence(const Arg& input, const Arg& seq_lengths, std::int64_t seq_axis, std::int64_t batch_axis) {
  const Frame frame(input.where());
  const Tensor& x = input.tensor();
  const int rank = x.ndim(input.where()), seq = normalize_axis("reverse_sequence", seq_axis, rank, input.where()),
            batch = normalize_axis("reverse_sequence", batch_axis, rank, input.where());
  if (seq == batch)
    throw ArgumentError("reverse_sequence", "both axes are the same", std::to_string(seq_axis), "", input.where());
  if (seq_lengths.tensor().ndim(seq_lengths.where()) != 1)
    throw ArgumentError("reverse_sequence", "the lengths are not a vector", seq_lengths.tensor().shape().text(), "",
                        input.where());
  const Tensor moved = moveaxis(input, {batch, seq}, {0, 1});
  const Tensor lengths = unsqueeze(cast(seq_lengths, int64), 1);
  Tensor line = moved.detach();
  while (line.ndim() > 2) line = select(line, -1, 0);
  const Tensor place = triptych::cumsum(cast(ones_like(line), int64), 1) - 1;
  Tensor from = where(less(place, lengths), lengths - 1 - place, place);
  for (int axis = 2; axis < rank; ++axis) from = unsqueeze(from, -1);
  return moveaxis(take_along_axis(moved, from, 1), {0, 1}, {batch, seq});
}

}  // namespace triptych::lowlevel::root
