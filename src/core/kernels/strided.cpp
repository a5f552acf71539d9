#include "core/kernels/strided.h"

#include <algorithm>
#include <array>

#include "core/dispatch/backend.h"
#include "core/formulas/cast.h"
#include "core/kernels/copy_row.h"
#include "core/kernels/path.h"
#include "core/kernels/transposed_square.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {
namespace {

Path one_element("copy: one element"), whole_rows("copy: whole rows"), stepping("copy: element by element"),
    doubled("copy: every second element"), backwards("copy: backwards"), squares("copy: in squares"),
    register_squares("copy: in squares, in registers"), turned("copy: a dense axis moved inwards"),
    several_as_one("copy: several axes as one side of the squares"), few_elements("copy: on one thread"),
    many_elements("copy: in parallel");

/// A copy's loops, in the order of the destination's memory, which they go through forwards: dimensions of length one
/// dropped, neighbours that step as one merged.
struct Loops {
  int rank = 0;
  std::int64_t first_from = 0, first_to = 0;  // where they start
  std::int64_t lengths[Shape::max_rank], from[Shape::max_rank], to[Shape::max_rank];
  // Copied in squares: so many axes before the last ones, along which the source is dense, and so many last ones.
  int sources = 0, targets = 0;
};

Loops simplify(TensorMeta from, TensorMeta to) {
  Loops loops;
  for (int i = 0; i < to.shape.rank(); ++i) {
    const auto axis = static_cast<std::size_t>(i);
    if (to.strides[axis] >= 0) continue;
    loops.first_from += (to.shape.begin()[i] - 1) * from.strides[axis];
    loops.first_to += (to.shape.begin()[i] - 1) * to.strides[axis];
    from.strides[axis] = -from.strides[axis];
    to.strides[axis] = -to.strides[axis];
  }
  std::array<std::size_t, Shape::max_rank> order{};
  const int rank = to.shape.rank();
  for (int i = 0; i < rank; ++i) {  // most are in order already
    int place = i;
    for (;
         place > 0 && to.strides[order[static_cast<std::size_t>(place - 1)]] < to.strides[static_cast<std::size_t>(i)];
         --place)
      order[static_cast<std::size_t>(place)] = order[static_cast<std::size_t>(place - 1)];
    order[static_cast<std::size_t>(place)] = static_cast<std::size_t>(i);
  }
  for (int i = 0; i < rank; ++i) {
    const std::size_t axis = order[static_cast<std::size_t>(i)];
    const std::int64_t n = to.shape.begin()[axis];
    if (n == 1) continue;
    if (loops.rank > 0) {
      const int last = loops.rank - 1;
      if (loops.from[last] == from.strides[axis] * n && loops.to[last] == to.strides[axis] * n) {
        loops.lengths[last] *= n;
        loops.from[last] = from.strides[axis];
        loops.to[last] = to.strides[axis];
        continue;
      }
    }
    loops.lengths[loops.rank] = n;
    loops.from[loops.rank] = from.strides[axis];
    loops.to[loops.rank] = to.strides[axis];
    ++loops.rank;
  }
  return loops;
}

/// Elements of a side of the squares that is several axes: a kernel's 512 channels of 3 x 3.
constexpr std::int64_t most_as_one = 4608;

/// Where the elements of `count` axes lie, the last fastest. On the stack: a copy must not want memory.
class Offsets {
 public:
  Offsets(const std::int64_t* lengths, const std::int64_t* steps, int count) {
    table_[0] = 0;
    for (int axis = count - 1; axis >= 0; --axis)
      for (std::int64_t i = 1, inner = length_; i < lengths[axis]; ++i)
        for (std::int64_t k = 0; k < inner; ++k, ++length_) table_[length_] = table_[k] + i * steps[axis];
  }
  std::int64_t length() const { return length_; }
  /// Of element i and those behind it.
  const std::int64_t* from(std::int64_t i) const { return table_ + i; }

 private:
  std::int64_t length_ = 1;
  std::int64_t table_[most_as_one];
};

/// Squares of a matrix that lies in `from` by its columns and in `to` by its rows: `turn(i, j)` copies a whole one in
/// registers, `copy(i, j)` an element.
template <std::int64_t square, class Turn, class Copy>
void by_squares(std::int64_t rows, std::int64_t columns, bool in_registers, Turn turn, Copy copy) {
  constexpr std::int64_t stretch = 4 * square;  // of lines before the others' turn
  in_registers &= rows >= square && columns >= square;
  for (std::int64_t first = 0; first < rows; first += stretch)
    for (std::int64_t column = 0; column < columns; column += square)
      for (std::int64_t row = first; row < std::min(first + stretch, rows); row += square) {
        if (in_registers) {  // the last ones overlap those before
          register_squares.take();
          turn(std::min(row, rows - square), std::min(column, columns - square));
          continue;
        }
        for (std::int64_t i = row; i < std::min(row + square, rows); ++i)
          for (std::int64_t j = column; j < std::min(column + square, columns); ++j) copy(i, j);
      }
}

/// Rows that lie apart in the source and columns that lie apart in the destination (or the other way round), in
/// squares, so that every line of memory that is touched is used up.
template <class Word>
void copy_squares(const Loops& loops, const Word* from, Word* to) {
  const int b = loops.rank - loops.targets, a = b - loops.sources, last = loops.rank - 1;
  constexpr int side = square_side<Word>, square = std::max(side, square_side<std::uint32_t>);
  const std::int64_t out = loops.to[last];
  const auto each_part = [](auto turn) {  // whatever fits a register
    return [turn](std::int64_t i, std::int64_t j) {
      for (int k = 0; k < square; k += side)
        for (int l = 0; l < square; l += side) turn(i + k, j + l);
    };
  };
  if (loops.sources == 1 && loops.targets == 1) {
    const std::int64_t line = loops.from[last], row = loops.to[a];
    return by_squares<square>(loops.lengths[a], loops.lengths[last], out == 1,
                              each_part([=](std::int64_t i, std::int64_t j) {
                                transpose_square(from + i + j * line, line, to + i * row + j, row);
                              }),
                              [=](std::int64_t i, std::int64_t j) { to[i * row + j * out] = from[i + j * line]; });
  }
  const Offsets rows(loops.lengths + a, loops.to + a, loops.sources),
      lines(loops.lengths + b, loops.from + b, loops.targets);
  by_squares<square>(rows.length(), lines.length(), out == 1, each_part([&](std::int64_t i, std::int64_t j) {
                       transpose_square(from + i, lines.from(j), to + j, rows.from(i));
                     }),
                     [&](std::int64_t i, std::int64_t j) { to[*rows.from(i) + j * out] = from[i + *lines.from(j)]; });
}

/// The sides of the squares, and the axes in the order that they need: outer ones, those along which the source is
/// dense from `dense` on, those along which the destination is. The shorter side takes what lies next to it.
void choose_squares(Loops& loops, int dense) {
  loops.sources = loops.targets = 1;
  if (loops.rank == 2) return;
  const int last = loops.rank - 1;
  struct Side {
    std::int64_t length, next;                  // the step of the axis that would lie next to it
    int count = 1, axes[Shape::max_rank] = {};  // the innermost first
  };
  Side sources{loops.lengths[dense], loops.lengths[dense], 1, {dense}},
      targets{loops.lengths[last], loops.lengths[last] * loops.to[last], 1, {last}};
  bool is_outer[Shape::max_rank];
  for (int axis = 0; axis <= last; ++axis) is_outer[axis] = axis != dense && axis != last;
  const auto grow = [&](Side& side, const std::int64_t* steps) {
    for (int axis = 0; axis < last; ++axis) {
      if (!is_outer[axis] || steps[axis] != side.next || side.length * loops.lengths[axis] > most_as_one) continue;
      side.length *= loops.lengths[axis];
      side.next *= loops.lengths[axis];
      side.axes[side.count++] = axis;
      is_outer[axis] = false;
      return true;
    }
    return false;
  };
  if (std::max(sources.length, targets.length) <= most_as_one)
    while (sources.length < targets.length ? grow(sources, loops.from) : grow(targets, loops.to)) several_as_one.take();
  if (dense != last - 1) turned.take();
  Loops ordered = loops;
  ordered.rank = 0;
  const auto append = [&](int axis) {
    ordered.lengths[ordered.rank] = loops.lengths[axis];
    ordered.from[ordered.rank] = loops.from[axis];
    ordered.to[ordered.rank++] = loops.to[axis];
  };
  for (int axis = 0; axis < last; ++axis)
    if (is_outer[axis]) append(axis);
  for (int i = sources.count; i-- > 0;) append(sources.axes[i]);
  for (int i = targets.count; i-- > 0;) append(targets.axes[i]);
  loops = ordered;
  loops.sources = sources.count;
  loops.targets = targets.count;
}

/// Steps that are known when this is compiled become shuffles of whole vectors.
template <std::int64_t step, class Word>
void copy_by_step(const Word* from, Word* to, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * step];
}

template <class Word>
void copy_words(const Loops& loops, int axis, const Word* from, Word* to) {
  if (loops.sources > 0 && axis == loops.rank - loops.sources - loops.targets) return copy_squares(loops, from, to);
  const std::int64_t n = loops.lengths[axis], step = loops.from[axis], out = loops.to[axis];
  if (axis == loops.rank - 1) {
    if (step == 1 && out == 1)
      copy_row(to, from, static_cast<std::size_t>(n) * sizeof(Word));
    else if (step == 2 && out == 1)
      copy_by_step<2>(from, to, n);
    else if (step == -1 && out == 1)
      copy_by_step<-1>(from, to, n);
    else
      for (std::int64_t i = 0; i < n; ++i) to[i * out] = from[i * step];
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) copy_words(loops, axis + 1, from + i * step, to + i * out);
}

template <class Word>
void copy_all(Loops& loops, const void* from_start, void* to_start) {
  const auto* from = static_cast<const Word*>(from_start) + loops.first_from;
  auto* to = static_cast<Word*>(to_start) + loops.first_to;
  if (loops.rank == 0) {
    one_element.take();
    *to = *from;
    return;
  }
  const int last = loops.rank - 1;
  if (const int dense = static_cast<int>(std::find(loops.from, loops.from + last, 1) - loops.from);
      dense < last && loops.from[last] != 1)
    choose_squares(loops, dense);
  (loops.sources > 0                               ? squares
   : loops.from[last] == 1 && loops.to[last] == 1  ? whole_rows
   : loops.from[last] == 2 && loops.to[last] == 1  ? doubled
   : loops.from[last] == -1 && loops.to[last] == 1 ? backwards
                                                   : stepping)
      .take();
  std::int64_t total = 1;
  for (int axis = 0; axis < loops.rank; ++axis) total *= loops.lengths[axis];
  constexpr std::int64_t grain = 32768;
  const bool few = total < 2 * grain || loops.lengths[0] == 1;
  (few ? few_elements : many_elements).take();
  if (few) return copy_words(loops, 0, from, to);
  const std::int64_t inner = total / loops.lengths[0], step = std::max<std::int64_t>(1, grain / inner);
  parallel_for((loops.lengths[0] + step - 1) / step, [&](std::int64_t part) {
    Loops slice = loops;
    slice.lengths[0] = std::min(step, loops.lengths[0] - part * step);
    copy_words(slice, 0, from + part * step * loops.from[0], to + part * step * loops.to[0]);
  });
}

}  // namespace

double read_double(const void* element, DType dtype) {
  return visit_dtype(dtype, [&](auto* type) {
    return formula::converted<double>(*static_cast<std::remove_pointer_t<decltype(type)> const*>(element));
  });
}

std::int64_t read_int(const void* element, DType dtype) {
  return visit_dtype(dtype, [&](auto* type) {
    return formula::converted<std::int64_t>(*static_cast<std::remove_pointer_t<decltype(type)> const*>(element));
  });
}

void convert(const void* from, DType from_dtype, void* to, DType to_dtype, std::int64_t count) {
  visit_dtype(from_dtype, [&](auto* from_type) {
    visit_dtype(to_dtype, [&](auto* to_type) {
      using From = std::remove_pointer_t<decltype(from_type)>;
      using To = std::remove_pointer_t<decltype(to_type)>;
      const auto* source = static_cast<const From*>(from);
      auto* destination = static_cast<To*>(to);
      const auto part = [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) destination[i] = formula::converted<To>(source[i]);
      };
      constexpr std::int64_t grain = 32768;
      if (count < 2 * grain) return part(0, count);
      parallel_for((count + grain - 1) / grain,
                   [=](std::int64_t p) { part(p * grain, std::min(count, (p + 1) * grain)); });
    });
  });
}

TensorMeta broadcast_meta(const TensorMeta& meta, const Shape& shape) {
  TensorMeta result = meta;
  result.shape = shape;
  const int lead = shape.rank() - meta.shape.rank();
  for (int i = 0; i < shape.rank(); ++i)
    result.strides[static_cast<std::size_t>(i)] =
        i < lead || meta.shape.begin()[i - lead] == 1 ? 0 : meta.strides[static_cast<std::size_t>(i - lead)];
  return result;
}

void copy_strided(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta) {
  if (to_meta.shape.size() == 0) return;
  if (to_meta.device.type != Device::Type::cpu)
    return backend_of(to_meta.device).copy_strided(from, from_meta, to, to_meta);
  Loops loops = simplify(from_meta, to_meta);
  switch (size_of(to_meta.dtype)) {
    case 1:
      return copy_all<std::uint8_t>(loops, from, to);
    case 2:
      return copy_all<std::uint16_t>(loops, from, to);
    case 4:
      return copy_all<std::uint32_t>(loops, from, to);
    default:
      return copy_all<std::uint64_t>(loops, from, to);
  }
}

}  // namespace triptych
