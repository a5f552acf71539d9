// Joins, cuts and turns that are other functions under names of their own.
#include "triptych/core/ops/rearrange.h"

#include <algorithm>
#include <utility>

#include "core/ops/indexing/pick.h"
#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Every tensor after `f`.
template <class F>
std::vector<Tensor> each(const char* op, const std::vector<Tensor>& tensors, Location where, F f) {
  std::vector<Tensor> result;
  for (const Tensor& tensor : tensors) result.push_back(f(Arg(operand(op, Arg(tensor, where)), where)));
  return result;
}

std::int64_t known_length(const char* op, const Arg& x, int axis) {
  const Shape& shape = x.tensor().shape();
  if (!shape.dim(axis).known())
    throw ArgumentError(op, "the length of the axis is not known", shape.text(), "", x.where());
  return shape.dim(axis).raw();
}

}  // namespace

Tensor moveaxis(Arg x, const Axes& source, const Axes& destination) {
  const Called called("moveaxis");
  const int rank = operand("moveaxis", x).ndim();
  if (source.size() != destination.size())
    throw ArgumentError("moveaxis", "sources and destinations differ in number",
                        std::to_string(source.size()) + " and " + std::to_string(destination.size()), "", x.where());
  std::array<int, Shape::max_rank> from;  // of each place; -1: free
  from.fill(-1);
  std::array<bool, Shape::max_rank> moved{};
  for (int i = 0; i < source.size(); ++i) {
    const int a = normalize_axis("moveaxis", source[i], rank, x.where());
    const int to = normalize_axis("moveaxis", destination[i], rank, x.where());
    if (std::exchange(moved[static_cast<std::size_t>(a)], true) || from[static_cast<std::size_t>(to)] >= 0)
      throw ArgumentError("moveaxis", "an axis is given twice",
                          std::to_string(source[i]) + " to " + std::to_string(destination[i]), "", x.where());
    from[static_cast<std::size_t>(to)] = a;
  }
  Axes axes;
  int next = 0;
  for (int i = 0; i < rank; ++i) {
    while (next < rank && moved[static_cast<std::size_t>(next)]) ++next;
    const int given = from[static_cast<std::size_t>(i)];
    axes.append(given >= 0 ? given : next++);
  }
  return permute(std::move(x), axes);
}

Tensor movedim(Arg x, const Axes& source, const Axes& destination) {
  return moveaxis(std::move(x), source, destination);
}
Tensor swapaxes(Arg x, std::int64_t a, std::int64_t b) { return transpose(std::move(x), a, b); }
Tensor swapdims(Arg x, std::int64_t a, std::int64_t b) { return transpose(std::move(x), a, b); }

Tensor atleast_1d(Arg x) { return operand("atleast_1d", x).ndim() > 0 ? x.tensor() : unsqueeze(std::move(x), 0); }
Tensor atleast_2d(Arg x) {
  const Tensor line = atleast_1d(x);
  return line.ndim() > 1 ? line : unsqueeze(Arg(line, x.where()), 0);
}
Tensor atleast_3d(Arg x) {
  const Tensor plane = atleast_2d(x);
  return plane.ndim() > 2 ? plane : unsqueeze(Arg(plane, x.where()), -1);
}

Tensor ravel(Arg x) { return flatten(std::move(x)); }

Tensor unflatten(Arg x, std::int64_t axis, const Shape& sizes) {
  const Frame frame(x.where());
  const Called called("unflatten");
  const Shape& shape = operand("unflatten", x).shape();
  const int at = normalize_axis("unflatten", axis, shape.rank(), x.where());
  if (sizes.empty())
    throw ArgumentError("unflatten", "there is no dimension to take the axis apart into", "()", "", x.where());
  Shape parts = sizes;
  Dim known = 1;
  int open = -1;
  for (int i = 0; i < sizes.rank(); ++i) {
    if (sizes.dim(i).known()) {
      known = known * sizes.dim(i);
    } else if (std::exchange(open, i) >= 0) {
      throw ArgumentError("unflatten", "more than one dimension is -1", sizes.text(), "", x.where());
    }
  }
  const Dim length = shape.dim(at);
  const bool fits =
      !length.known() || (open < 0 ? known.raw() == length.raw() : known.raw() > 0 && length.raw() % known.raw() == 0);
  if (!fits)
    throw ArgumentError("unflatten", "the sizes do not fit the axis",
                        sizes.text() + " for axis " + std::to_string(axis) + " of shape " + shape.text(), "",
                        x.where());
  if (open >= 0 && length.known()) parts.set(open, length.raw() / known.raw());
  Shape out;
  int unknowns = 0;
  const auto append = [&](Dim dim) { out.append(dim, x.where()), unknowns += !dim.known(); };
  for (int i = 0; i < shape.rank(); ++i) {
    if (i != at) append(shape.dim(i));
    for (int k = 0; i == at && k < parts.rank(); ++k) append(parts.dim(k));
  }
  if (unknowns > 1)
    throw ArgumentError("unflatten", "more than one dimension of the result is not known", out.text(), "", x.where());
  return reshape(std::move(x), out);
}

Tensor expand_as(Arg x, Arg other) { return expand_like(std::move(x), std::move(other)); }
Tensor view_as(Arg x, Arg other) { return reshape_like(std::move(x), std::move(other)); }
Tensor reshape_as(Arg x, Arg other) { return reshape_like(std::move(x), std::move(other)); }

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("broadcast_tensors");
  Shape shape;
  for (const Tensor& tensor : tensors)
    if (!broadcast(shape, operand("broadcast_tensors", Arg(tensor, where)).shape(), shape))
      throw ArgumentError("broadcast_tensors", "shapes do not broadcast",
                          shape.text() + " and " + tensor.shape().text(),
                          "Dimensions, counted from the last, must be equal or 1", where);
  Tensor like;  // has the common shape, where only a run knows it
  if (!shape.known())
    for (const Tensor& tensor : tensors) {
      const Tensor plane = full_like(Arg(tensor, where), 0);
      like = like.defined() ? equal(Arg(like, where), Arg(plane, where)) : plane;
    }
  return each("broadcast_tensors", tensors, where, [&](const Arg& tensor) {
    return like.defined() ? expand_like(tensor, Arg(like, where)) : expand(tensor, shape);
  });
}

Tensor rot90(Arg x, std::int64_t k, const Axes& axes) {
  const Frame frame(x.where());
  const Called called("rot90");
  const int rank = operand("rot90", x).ndim();
  if (axes.size() != 2)
    throw ArgumentError("rot90", "the number of axes is not two", std::to_string(axes.size()), "", x.where());
  const int a = normalize_axis("rot90", axes[0], rank, x.where()),
            b = normalize_axis("rot90", axes[1], rank, x.where());
  if (a == b) throw ArgumentError("rot90", "the two axes are the same", std::to_string(axes[0]), "", x.where());
  switch ((k % 4 + 4) % 4) {
    case 1:
      return transpose(flip(std::move(x), b), a, b);
    case 2:
      return flip(std::move(x), {a, b});
    case 3:
      return flip(transpose(std::move(x), a, b), b);
    default:
      return identity(std::move(x));
  }
}

Tensor fliplr(Arg x) {
  const Frame frame(x.where());
  const Called called("fliplr");
  return flip(std::move(x), 1);
}
Tensor flipud(Arg x) {
  const Frame frame(x.where());
  const Called called("flipud");
  return flip(std::move(x), 0);
}

Tensor narrow(Arg x, std::int64_t axis, std::int64_t start, std::int64_t length) {
  const Frame frame(x.where());
  const Called called("narrow");
  const Shape& shape = operand("narrow", x).shape();
  const int at = normalize_axis("narrow", axis, shape.rank(), x.where());
  const Dim n = shape.dim(at);
  if (length < 0) throw ArgumentError("narrow", "the length is negative", std::to_string(length), "", x.where());
  if (n.known() && (start < -n.raw() || start > n.raw() || (start < 0 ? start + n.raw() : start) > n.raw() - length))
    throw ArgumentError("narrow", "the part is not inside of the axis",
                        "start " + std::to_string(start) + ", length " + std::to_string(length) + ", axis " +
                            std::to_string(axis) + " of shape " + shape.text(),
                        "", x.where());
  const std::int64_t stop = checked_add(start, length, "the end of the part", x.where());
  return slice(std::move(x), at, {start, start < 0 && stop >= 0 ? Slice::Bound(none) : Slice::Bound(stop)});
}

std::vector<Tensor> unbind(Arg x, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("unbind");
  const int at = normalize_axis("unbind", axis, operand("unbind", x).ndim(), x.where());
  const std::int64_t count = known_length("unbind", x, at);
  if (count == 0) return {};
  std::vector<Tensor> parts = split(x, 1, at);
  for (Tensor& part : parts) part = squeeze(Arg(part, x.where()), at);
  return parts;
}
std::vector<Tensor> unstack(Arg x, std::int64_t axis) { return unbind(std::move(x), axis); }

std::vector<Tensor> tensor_split(Arg x, std::int64_t sections, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("tensor_split");
  const int at = normalize_axis("tensor_split", axis, operand("tensor_split", x).ndim(), x.where());
  constexpr std::int64_t most = 1 << 20;
  if (sections < 1 || sections > most)
    throw ArgumentError("tensor_split", "the number of parts is not in [1, 2^20]", std::to_string(sections), "",
                        x.where());
  const std::int64_t length = known_length("tensor_split", x, at);
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(sections), length / sections);
  std::for_each(sizes.begin(), sizes.begin() + length % sections, [](std::int64_t& size) { ++size; });
  return split(std::move(x), sizes, at);
}

std::vector<Tensor> tensor_split(Arg x, const std::vector<std::int64_t>& indices, std::int64_t axis) {
  const Frame frame(x.where());
  const Called called("tensor_split");
  const int at = normalize_axis("tensor_split", axis, operand("tensor_split", x).ndim(), x.where());
  std::vector<Tensor> parts;
  Slice::Bound begin;
  for (const std::int64_t index : indices) {
    parts.push_back(slice(x, at, {begin, index}));
    begin = index;
  }
  parts.push_back(slice(x, at, {begin, none}));
  return parts;
}

std::vector<Tensor> array_split(Arg x, std::int64_t sections, std::int64_t axis) {
  return tensor_split(std::move(x), sections, axis);
}
std::vector<Tensor> hsplit(Arg x, std::int64_t sections) {
  const bool is_vector = operand("hsplit", x).ndim() == 1;
  return tensor_split(std::move(x), sections, is_vector ? 0 : 1);
}
std::vector<Tensor> vsplit(Arg x, std::int64_t sections) { return tensor_split(std::move(x), sections, 0); }
std::vector<Tensor> dsplit(Arg x, std::int64_t sections) { return tensor_split(std::move(x), sections, 2); }

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis, Location where) {
  return concat(tensors, axis, where);
}
Tensor concatenate(const std::vector<Tensor>& tensors, std::int64_t axis, Location where) {
  return concat(tensors, axis, where);
}

Tensor hstack(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("hstack");
  const std::vector<Tensor> parts = each("hstack", tensors, where, [](const Arg& x) { return atleast_1d(x); });
  return concat(parts, !parts.empty() && parts[0].ndim() == 1 ? 0 : 1, where);
}
Tensor vstack(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("vstack");
  return concat(each("vstack", tensors, where, [](const Arg& x) { return atleast_2d(x); }), 0, where);
}
Tensor row_stack(const std::vector<Tensor>& tensors, Location where) { return vstack(tensors, where); }
Tensor dstack(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("dstack");
  return concat(each("dstack", tensors, where, [](const Arg& x) { return atleast_3d(x); }), 2, where);
}
Tensor column_stack(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("column_stack");
  const auto column = [&](const Arg& x) {
    return x.tensor().ndim() < 2 ? unsqueeze(Arg(atleast_1d(x), where), 1) : x.tensor();
  };
  return concat(each("column_stack", tensors, where, column), 1, where);
}

Tensor block_diag(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("block_diag");
  const std::vector<Tensor> blocks = each("block_diag", tensors, where, [](const Arg& x) { return atleast_2d(x); });
  std::int64_t columns = 0;
  for (const Tensor& block : blocks) {
    if (block.ndim() != 2 || !block.shape().dim(1).known())
      throw ArgumentError("block_diag", "a block is no matrix of a known number of columns", block.shape().text(), "",
                          where);
    columns = checked_add(columns, block.size(1), "the number of columns", where);
  }
  std::vector<Tensor> rows;
  std::int64_t before = 0;
  for (const Tensor& block : blocks) {
    const std::int64_t width = block.size(1);
    rows.push_back(pad(Arg(block, where), {{0, 0}, {before, columns - before - width}}));
    before += width;
  }
  return concat(rows, 0, where);
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, Text indexing, Location where) {
  const Frame frame(where);
  const Called called("meshgrid");
  if (indexing != "ij" && indexing != "xy")
    throw ArgumentError("meshgrid", "the indexing is neither \"ij\" nor \"xy\"", std::string(indexing), "", where);
  const int rank = static_cast<int>(tensors.size());
  if (rank == 0) throw ArgumentError("meshgrid", "there is no tensor", "an empty list", "", where);
  if (rank > Shape::max_rank)
    throw ArgumentError("meshgrid", "a tensor has more than 8 dimensions", std::to_string(rank) + " vectors", "",
                        where);
  const bool swaps = indexing == "xy" && rank > 1;
  std::vector<Tensor> lines;
  for (int i = 0; i < rank; ++i) {
    const Tensor line = atleast_1d(Arg(operand("meshgrid", Arg(tensors[static_cast<std::size_t>(i)], where)), where));
    if (line.ndim() != 1)
      throw ArgumentError("meshgrid", "a tensor has more than one dimension", line.shape().text(), "", where);
    lines.push_back(along(line, swaps && i < 2 ? 1 - i : i, rank));
  }
  return broadcast_tensors(lines, where);
}

Tensor cartesian_prod(const std::vector<Tensor>& tensors, Location where) {
  const Frame frame(where);
  const Called called("cartesian_prod");
  if (tensors.size() == 1) return identity(Arg(operand("cartesian_prod", Arg(tensors[0], where)), where));
  std::vector<Tensor> columns = meshgrid(tensors, "ij", where);
  for (Tensor& column : columns) column = flatten(Arg(column, where));
  return stack(columns, 1, where);
}

Tensor combinations(Arg x, std::int64_t r, bool with_replacement) {
  const Frame frame(x.where());
  const Called called("combinations");
  if (operand("combinations", x).ndim() != 1)
    throw ArgumentError("combinations", "x is not a vector", x.tensor().shape().text(), "", x.where());
  if (r < 0) throw ArgumentError("combinations", "r is negative", std::to_string(r), "", x.where());
  const std::int64_t n = known_length("combinations", x, 0);
  constexpr std::int64_t most = 1 << 24;
  std::vector<std::int64_t> places, chosen(static_cast<std::size_t>(std::min(r, most)));
  if (r >= most) throw ArgumentError("combinations", "r is too large", std::to_string(r), "", x.where());
  const auto step = [&](std::size_t from, std::int64_t first) {  // the first choice from place `from` on
    for (std::size_t i = from; i < chosen.size(); ++i)
      chosen[i] = first + (with_replacement ? 0 : std::int64_t(i - from));
  };
  step(0, 0);
  std::int64_t rows = 0;
  const auto last = [&](std::size_t i) { return with_replacement ? n - 1 : n - std::int64_t(chosen.size() - i); };
  for (bool more = r > 0 && chosen[0] <= last(0); more; ++rows) {
    if (std::int64_t(places.size()) > most)
      throw ArgumentError("combinations", "there are too many combinations",
                          "of " + std::to_string(r) + " out of " + std::to_string(n), "", x.where());
    places.insert(places.end(), chosen.begin(), chosen.end());
    std::size_t i = chosen.size();
    while (i > 0 && chosen[i - 1] == last(i - 1)) --i;
    more = i > 0;
    if (more) step(i - 1, chosen[i - 1] + 1);
  }
  if (r == 0) return slice(x, 0, {0, 0});
  const Tensor index = reshape(places_like(x.tensor(), places), {rows, r});
  return pick(x, std::vector{index}, {0, 0});
}

Tensor diag_embed(Arg x, std::int64_t offset, std::int64_t axis1, std::int64_t axis2) {
  const Frame frame(x.where());
  const Called called("diag_embed");
  const int rank = operand("diag_embed", x).ndim();
  if (rank == 0) throw ArgumentError("diag_embed", "x has no axis", "a 0-d tensor", "", x.where());
  const int a = normalize_axis("diag_embed", axis1, rank + 1, x.where()),
            b = normalize_axis("diag_embed", axis2, rank + 1, x.where());
  if (a == b)
    throw ArgumentError("diag_embed", "the two axes are the same",
                        std::to_string(axis1) + " and " + std::to_string(axis2), "", x.where());
  const std::int64_t before = std::max<std::int64_t>(offset, 0);
  const std::int64_t after = offset < 0 ? checked_subtract(0, offset, "the offset", x.where()) : 0;
  // Column j of the square holds one element, that of row j - offset.
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(static_cast<std::size_t>(rank));
  padding.back() = {before, after};
  const Tensor columns = pad(x, padding);
  const Tensor places = iota_along(columns, rank - 1);
  const Tensor on_diagonal = equal(unsqueeze(places, 0), unsqueeze(places, 1) + offset);
  const Tensor square = where(on_diagonal, Arg(unsqueeze(columns, -2), x.where()), 0);
  return moveaxis(square, {rank - 1, rank}, {a, b});
}

Tensor diagflat(Arg x, std::int64_t offset) {
  const Frame frame(x.where());
  const Called called("diagflat");
  return diag_embed(flatten(std::move(x)), offset);
}

namespace {

/// A matrix of `rows` x `columns`, cut by diagonal `offset`.
struct Triangle {
  std::int64_t rows, columns, offset;
  Triangle(const char* op, std::int64_t rows, std::int64_t columns, std::int64_t given, Location where)
      : rows(rows), columns(columns) {
    if (rows < 0 || columns < 0)
      throw ArgumentError(op, "a dimension is negative", std::to_string(std::min(rows, columns)), "", where);
    Shape({rows, columns}, where).check_size(where);
    offset = std::clamp(given, -rows, columns);  // beyond there is all or nothing
  }
  /// How many elements of a row are on or below the diagonal.
  std::int64_t width(std::int64_t row) const { return std::clamp<std::int64_t>(row + offset + 1, 0, columns); }
  /// How many elements are.
  std::int64_t count() const {
    const std::int64_t first = std::min(std::max<std::int64_t>(-offset, 0), rows);  // row that has one
    const std::int64_t whole = std::clamp(columns - offset - 1, first, rows);       // row that has all
    return (whole - first) * (width(first) + width(whole - 1)) / 2 * (whole > first) + (rows - whole) * columns;
  }
};

/// The places (row, column), which `begin` to `end` say of each row, as two rows.
template <class Begin, class End>
Tensor places_in(std::int64_t count, Begin begin, End end) {
  const Tensor result = make_tensor({2, count}, int64);
  auto* out = static_cast<std::int64_t*>(result.impl()->data());
  for (std::int64_t row = 0, next = 0; next < count; ++row)
    for (std::int64_t column = begin(row); column < end(row); ++column, ++next) {
      out[next] = row;
      out[count + next] = column;
    }
  return result;
}

}  // namespace

Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset, Location where) {
  const Frame frame(where);
  const Called called("tril_indices");
  const Triangle triangle("tril_indices", row, col, offset, where);
  return places_in(
      triangle.count(), [](std::int64_t) { return 0; }, [&](std::int64_t i) { return triangle.width(i); });
}
Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset, Location where) {
  const Frame frame(where);
  const Called called("triu_indices");
  Triangle below("triu_indices", row, col, offset, where);
  const bool all = below.offset == -row;
  below.offset -= 1;
  return places_in(
      row * col - (all ? 0 : below.count()), [&](std::int64_t i) { return all ? 0 : below.width(i); },
      [&](std::int64_t) { return col; });
}

Tensor repeat_interleave(Arg x, std::int64_t repeats) {
  const Frame frame(x.where());
  const Called called("repeat_interleave");
  return repeat(flatten(std::move(x)), repeats, 0);
}

}  // namespace triptych
