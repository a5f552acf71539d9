// Reductions by number of segment: rows put onto the neutral element of each segment by index_put.
#include "triptych/core/ops/segment.h"

#include "core/ops/indexing/limits.h"
#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/rearrange.h"

namespace triptych {
namespace {

/// Checked rows and ids.
struct Segments {
  Tensor data, ids;
  int rank;  // of the ids

  Segments(const char* op, const Arg& data_arg, const Arg& ids_arg)
      : data(operand(op, data_arg)), ids(operand(op, ids_arg)), rank(ids.ndim()) {
    const Shape &rows = data.shape(), &numbers = ids.shape();
    if (ids.dtype() != int64 && ids.dtype() != int32)
      throw ArgumentError(op, "the segments' ids are neither int32 nor int64", std::string(dtype_name(ids.dtype())),
                          "Convert with cast", ids_arg.where());
    bool fits = numbers.rank() <= rows.rank();
    for (int i = 0; fits && i < numbers.rank(); ++i) fits = !conflict(numbers.dim(i), rows.dim(i));
    if (!fits)
      throw ArgumentError(op, "the ids' dimensions are not the first ones of the data",
                          numbers.text() + " and " + rows.text(), "", ids_arg.where());
  }

  /// `value` in the shape of the result, of the data's dtype; `line` is a vector with an element for each segment.
  Tensor everywhere(const Tensor& line, Scalar value) const {
    Shape shape = line.shape();
    for (int i = rank; i < data.ndim(); ++i) shape.append(data.shape().dim(i));
    if (shape.known()) return to(full(shape, value, data.dtype()), data.device());
    Axes others;
    for (int i = 0; i < rank; ++i) others.append(i);
    const Tensor row = rank > 0 ? sum(zeros_like(data), others) : data;
    const Tensor plane = equal(along(line, 0, row.ndim() + 1), unsqueeze(row, 0));
    return cast(full_like(cast(plane, data.dtype()), value), data.dtype());
  }
  /// A tensor like the ids, with dimensions of length one for the data's others.
  Tensor beside_data(Tensor like_ids) const {
    while (like_ids.ndim() < data.ndim()) like_ids = unsqueeze(like_ids, -1);
    return like_ids;
  }
  /// Rows with a negative id, at which `value` stands, go to the first segment, where it changes nothing.
  Segments without_negative(Scalar value) const {
    Segments result = *this;
    const Tensor keeps = greater_equal(ids, 0);
    result.ids = where(keeps, ids, 0);
    result.data = where(beside_data(keeps), data, Arg(cast(full_like(data, value), data.dtype())));
    return result;
  }
  Tensor combined(const Tensor& from, Combine combine) const {
    return put(from, data, std::vector{ids}, {0, 0, combine});
  }
  /// How many rows each segment has, at least one.
  Tensor counts(const Tensor& line) const {
    Segments ones = *this;
    ones.data = cast(full_like(beside_data(ids), 1), data.dtype());
    return maximum(ones.combined(ones.everywhere(line, 0), Combine::add), 1);
  }
};

Tensor numbered(std::int64_t count, const Tensor& like) { return to(arange(0, count, 1, int64), like.device()); }

Tensor unsorted(const char* op, const Arg& data, const Arg& ids, std::int64_t count, Combine combine, Scalar empty) {
  const Frame frame(data.where());
  const Called called(op);
  if (count < 0) throw ArgumentError(op, "the number of segments is negative", std::to_string(count), "", data.where());
  const Segments segments(op, data, ids);
  const Segments kept = segments.without_negative(empty);
  return kept.combined(kept.everywhere(numbered(count, kept.data), empty), combine);
}

/// The sum over each segment divided by `divisor` of its number of rows.
template <class Divisor>
Tensor average(const char* op, const Arg& data, const Arg& ids, std::int64_t count, Divisor divisor) {
  const Frame frame(data.where());
  const Called called(op);
  if (count < 0) throw ArgumentError(op, "the number of segments is negative", std::to_string(count), "", data.where());
  if (!is_floating(operand(op, data).dtype()))
    throw ArgumentError(op, "the dtype is not floating", std::string(dtype_name(data.tensor().dtype())),
                        "Convert it with cast", data.where());
  return rounded_once(data.tensor(), [&](const Tensor& wide) {
    const Segments segments(op, Arg(wide, data.where()), ids), kept = segments.without_negative(0);
    const Tensor line = numbered(count, wide);
    Segments ones = segments;
    ones.data = cast(segments.beside_data(greater_equal(segments.ids, 0)), wide.dtype());
    ones.ids = kept.ids;
    const Tensor rows = maximum(ones.combined(ones.everywhere(line, 0), Combine::add), 1);
    return kept.combined(kept.everywhere(line, 0), Combine::add) / divisor(rows);
  });
}

/// For ids that ascend: an element for each segment. Negative ids do not count from the end: they become such as are
/// out of any range.
Tensor line_for(Segments& segments, const char* op, Location where) {
  if (segments.rank != 1)
    throw ArgumentError(op, "the segments' ids are not a vector", segments.ids.shape().text(), "", where);
  const Tensor last = slice(segments.ids, 0, {-1, none});
  segments.ids = triptych::where(less(segments.ids, 0), lowest_of(segments.ids.dtype()), segments.ids);
  return repeat_interleave(last + 1);
}

Tensor ascending(const char* op, const Arg& data, const Arg& ids, Combine combine, Scalar empty) {
  const Frame frame(data.where());
  const Called called(op);
  Segments segments(op, data, ids);
  const Tensor line = line_for(segments, op, data.where());
  return segments.combined(segments.everywhere(line, empty), combine);
}

/// Extremes, and 0 where a segment has no row.
Tensor ascending_extreme(const char* op, const Arg& data, const Arg& ids, Combine combine) {
  const Frame frame(data.where());
  const Called called(op);
  Segments segments(op, data, ids);
  const Tensor line = line_for(segments, op, data.where());
  Segments ones = segments;
  ones.data = cast(full_like(segments.beside_data(segments.ids), 1), segments.data.dtype());
  const Tensor has_rows = greater(ones.combined(ones.everywhere(line, 0), Combine::maximum), 0);
  const Tensor extremes =
      segments.combined(segments.everywhere(line, neutral(combine, segments.data.dtype())), combine);
  return where(has_rows, extremes, 0);
}

}  // namespace

Tensor segment_sum(Arg data, Arg ids) { return ascending("segment_sum", data, ids, Combine::add, 0); }
Tensor segment_prod(Arg data, Arg ids) { return ascending("segment_prod", data, ids, Combine::multiply, 1); }
Tensor segment_max(Arg data, Arg ids) { return ascending_extreme("segment_max", data, ids, Combine::maximum); }
Tensor segment_min(Arg data, Arg ids) { return ascending_extreme("segment_min", data, ids, Combine::minimum); }

Tensor segment_mean(Arg data, Arg ids) {
  const Frame frame(data.where());
  const Called called("segment_mean");
  if (!is_floating(operand("segment_mean", data).dtype()))
    throw ArgumentError("segment_mean", "the dtype is not floating", std::string(dtype_name(data.tensor().dtype())),
                        "Convert it with cast", data.where());
  return rounded_once(data.tensor(), [&](const Tensor& wide) {
    Segments segments("segment_mean", Arg(wide, data.where()), ids);
    const Tensor line = line_for(segments, "segment_mean", data.where());
    return segments.combined(segments.everywhere(line, 0), Combine::add) / segments.counts(line);
  });
}

Tensor unsorted_segment_sum(Arg data, Arg ids, std::int64_t num_segments) {
  return unsorted("unsorted_segment_sum", data, ids, num_segments, Combine::add, 0);
}
Tensor unsorted_segment_prod(Arg data, Arg ids, std::int64_t num_segments) {
  return unsorted("unsorted_segment_prod", data, ids, num_segments, Combine::multiply, 1);
}
Tensor unsorted_segment_max(Arg data, Arg ids, std::int64_t num_segments) {
  const Scalar empty = lowest_of(operand("unsorted_segment_max", data).dtype());
  return unsorted("unsorted_segment_max", data, ids, num_segments, Combine::maximum, empty);
}
Tensor unsorted_segment_min(Arg data, Arg ids, std::int64_t num_segments) {
  const Scalar empty = highest_of(operand("unsorted_segment_min", data).dtype());
  return unsorted("unsorted_segment_min", data, ids, num_segments, Combine::minimum, empty);
}
Tensor unsorted_segment_mean(Arg data, Arg ids, std::int64_t num_segments) {
  return average("unsorted_segment_mean", data, ids, num_segments, [](const Tensor& rows) { return rows; });
}
Tensor unsorted_segment_sqrt_n(Arg data, Arg ids, std::int64_t num_segments) {
  return average("unsorted_segment_sqrt_n", data, ids, num_segments, [](const Tensor& rows) { return sqrt(rows); });
}

}  // namespace triptych
