#include "core/kernels/strided.h"

#include <algorithm>
#include <array>

#include "core/dispatch/backend.h"
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
    few_elements("copy: on one thread"), many_elements("copy: in parallel");

template <class To, class From>
To element_cast(From value) {
  constexpr bool from_half = std::is_same_v<From, Float16> || std::is_same_v<From, BFloat16>;
  constexpr bool to_half = std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>;
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (from_half)
    return element_cast<To>(static_cast<float>(value));
  else if constexpr (to_half)
    return To(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else
    return static_cast<To>(value);
}

/// A copy's loops, in the order of the destination's memory, which they go through forwards: dimensions of length one
/// dropped, neighbours that step as one merged.
struct Loops {
  int rank = 0;
  std::int64_t first_from = 0, first_to = 0;  // where they start
  std::int64_t lengths[Shape::max_rank], from[Shape::max_rank], to[Shape::max_rank];
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

/// Rows that lie apart in the source and columns that lie apart in the destination (or the other way round), in
/// squares, so that every line of memory that is touched is used up.
template <class Word>
void copy_squares(const Loops& loops, const Word* from, Word* to) {
  const auto a = static_cast<std::size_t>(loops.rank) - 2, b = a + 1;
  constexpr std::int64_t square = square_side<std::uint32_t>;
  constexpr std::int64_t stretch = 4 * square;  // of the source's lines before the next ones' turn
  const auto copy = [&](std::int64_t i0, std::int64_t j0) {
    const std::int64_t i1 = std::min(i0 + square, loops.lengths[a]), j1 = std::min(j0 + square, loops.lengths[b]);
    if constexpr (sizeof(Word) >= 4) {
      if (loops.to[b] == 1 && i1 - i0 == square && j1 - j0 == square) {
        constexpr std::int64_t side = square_side<Word>;
        register_squares.take();
        for (std::int64_t i = i0; i < i1; i += side)
          for (std::int64_t j = j0; j < j1; j += side)
            transpose_square(from + i + j * loops.from[b], loops.from[b], to + i * loops.to[a] + j, loops.to[a]);
        return;
      }
    }
    for (std::int64_t i = i0; i < i1; ++i)
      for (std::int64_t j = j0; j < j1; ++j)
        to[i * loops.to[a] + j * loops.to[b]] = from[i * loops.from[a] + j * loops.from[b]];
  };
  for (std::int64_t i0 = 0; i0 < loops.lengths[a]; i0 += stretch)
    for (std::int64_t j0 = 0; j0 < loops.lengths[b]; j0 += square)
      for (std::int64_t i = i0; i < std::min(i0 + stretch, loops.lengths[a]); i += square) copy(i, j0);
}

/// Steps that are known when this is compiled become shuffles of whole vectors.
template <std::int64_t step, class Word>
void copy_by_step(const Word* from, Word* to, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * step];
}

template <class Word>
void copy_words(const Loops& loops, int axis, const Word* from, Word* to) {
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
  if (axis == loops.rank - 2 && step == 1 && loops.from[axis + 1] != 1) return copy_squares(loops, from, to);
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
  // The axis along which the source is dense goes next to the innermost one.
  for (int axis = 0; axis + 2 < loops.rank; ++axis)
    if (loops.from[axis] == 1 && loops.from[loops.rank - 1] != 1) {
      turned.take();
      std::rotate(loops.lengths + axis, loops.lengths + axis + 1, loops.lengths + loops.rank - 1);
      std::rotate(loops.from + axis, loops.from + axis + 1, loops.from + loops.rank - 1);
      std::rotate(loops.to + axis, loops.to + axis + 1, loops.to + loops.rank - 1);
      break;
    }
  const int last = loops.rank - 1;
  (loops.from[last] == 1 && loops.to[last] == 1                     ? whole_rows
   : loops.from[last] == 2 && loops.to[last] == 1                   ? doubled
   : loops.from[last] == -1 && loops.to[last] == 1                  ? backwards
   : last > 0 && loops.from[last - 1] == 1 && loops.from[last] != 1 ? squares
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
    return element_cast<double>(*static_cast<std::remove_pointer_t<decltype(type)> const*>(element));
  });
}

std::int64_t read_int(const void* element, DType dtype) {
  return visit_dtype(dtype, [&](auto* type) {
    return element_cast<std::int64_t>(*static_cast<std::remove_pointer_t<decltype(type)> const*>(element));
  });
}

void convert(const void* from, DType from_dtype, void* to, DType to_dtype, std::int64_t count) {
  visit_dtype(from_dtype, [&](auto* from_type) {
    visit_dtype(to_dtype, [&](auto* to_type) {
      using From = std::remove_pointer_t<decltype(from_type)>;
      using To = std::remove_pointer_t<decltype(to_type)>;
      const auto* source = static_cast<const From*>(from);
      auto* destination = static_cast<To*>(to);
      for (std::int64_t i = 0; i < count; ++i) destination[i] = element_cast<To>(source[i]);
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
