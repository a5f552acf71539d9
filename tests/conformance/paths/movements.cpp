// What moves elements: concat, pad, roll, tril and triu, cumsum, slices and writes to them, reshape, contiguous.
#include <algorithm>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

void concat(Dice& dice, tt::DType dtype) {
  const int rank = static_cast<int>(dice.between(1, 4)), axis = static_cast<int>(dice.between(0, rank - 1));
  tt::Shape shape = dice.shape(rank, 1500);
  std::vector<Given> parts;
  std::vector<tt::Tensor> tensors;
  std::int64_t total = 0;
  for (std::int64_t i = dice.between(1, 4); i > 0; --i) {
    shape.set(axis, dice.between(0, 5));
    total += shape[axis];
    parts.push_back(dice.operand(shape, dtype));
    tensors.push_back(parts.back().tensor);
  }
  shape.set(axis, total);
  const Plain expected = Plain::of(shape, [&](Place place) {
    std::int64_t& i = place[static_cast<std::size_t>(axis)];
    for (const Given& part : parts) {
      if (i < part.plain.shape[axis]) return part.plain[place];
      i -= part.plain.shape[axis];
    }
    return 0.0;
  });
  expect(tt::concat(tensors, axis), expected, 0, "concat to " + shape.text());
}

void pad(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4)), 1000), dtype);
  std::vector<std::pair<std::int64_t, std::int64_t>> padding;
  tt::Shape shape = x.plain.shape;
  for (int i = 0; i < shape.rank(); ++i) {
    padding.emplace_back(dice.between(0, 3), dice.between(0, 3));
    shape.set(i, shape[i] + padding.back().first + padding.back().second);
  }
  const Plain expected = Plain::of(shape, [&](Place place) {
    for (std::size_t i = 0; i < padding.size(); ++i) {
      place[i] -= padding[i].first;
      if (place[i] < 0 || place[i] >= x.plain.shape[static_cast<std::int64_t>(i)]) return 1.0;
    }
    return x.plain[place];
  });
  expect(tt::pad(x.tensor, padding, 1), expected, 0, "pad of " + x.plain.shape.text());
}

void roll(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4))), dtype);
  const tt::Shape& shape = x.plain.shape;
  const std::int64_t axis = dice.between(0, shape.rank() - 1), shift = dice.between(-9, 9), n = shape[axis];
  const Plain expected = Plain::of(shape, [&](Place place) {
    std::int64_t& i = place[static_cast<std::size_t>(axis)];
    i = ((i - shift) % n + n) % n;
    return x.plain[place];
  });
  expect(tt::roll(x.tensor, shift, axis), expected, 0, "roll of " + shape.text() + " along " + std::to_string(axis));
}

void triangle(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(2, 4))), dtype);
  const int rank = x.plain.shape.rank();
  const std::int64_t k = dice.between(-5, 5);
  const bool lower = dice.once_in(2);
  const Plain expected = Plain::of(x.plain.shape, [&](const Place& p) {
    const std::int64_t above = p[static_cast<std::size_t>(rank - 1)] - p[static_cast<std::size_t>(rank - 2)];
    return (lower ? above <= k : above >= k) ? x.plain[p] : 0.0;
  });
  expect(lower ? tt::tril(x.tensor, k) : tt::triu(x.tensor, k), expected, 0, "triangle of " + x.plain.shape.text());
}

void cumsum(Dice& dice, tt::DType dtype) {
  const tt::Shape shape = dice.once_in(12) ? tt::Shape{dice.between(1, 90), dice.between(500, 2000)}
                                           : dice.shape(static_cast<int>(dice.between(1, 4)));
  const Given x = dice.operand(shape, dtype);
  const auto axis = static_cast<std::size_t>(dice.between(0, shape.rank() - 1));
  Plain expected = x.plain;
  each_place(shape, [&](const Place& place) {
    if (place[axis] == 0) return;
    Place before = place;
    --before[axis];
    expected[place] += expected[before];
  });
  expect(tt::cumsum(x.tensor, static_cast<std::int64_t>(axis)), expected, 2,
         "cumsum of " + shape.text() + " along " + std::to_string(axis));
}

/// A part along one axis: its copy, and a write to it.
void slice(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4))), dtype);
  const tt::Shape& shape = x.plain.shape;
  const std::int64_t axis = dice.between(0, shape.rank() - 1), n = shape[axis];
  if (n == 0) return;
  const std::int64_t start = dice.between(0, n - 1), step = dice.between(1, 3),
                     count = dice.between(1, (n - 1 - start) / step + 1);
  tt::Shape part = shape;
  part.set(static_cast<int>(axis), count);
  const auto inside = [&](Place place) {
    std::int64_t& i = place[static_cast<std::size_t>(axis)];
    i = start + i * step;
    return place;
  };
  const Plain expected = Plain::of(part, [&](const Place& p) { return x.plain[inside(p)]; });
  const tt::Slice range{start, start + (count - 1) * step + 1, step};
  expect(tt::contiguous(tt::slice(x.tensor, axis, range)), expected, 0, "slice of " + shape.text());

  const Given value = dice.operand(part, dtype);
  std::vector<tt::Index> indices(static_cast<std::size_t>(axis), tt::Slice());
  indices.emplace_back(range);
  Plain updated = x.plain, gradient(shape);
  each_place(part, [&](const Place& p) { updated[inside(p)] = gradient[inside(p)] = value.plain[p]; });
  expect(tt::index_update(x.tensor, indices, value.tensor), updated, 0, "write to a slice of " + shape.text());
  if (!tt::is_floating(dtype)) return;
  const tt::Tensor lx = leaf(x.tensor);
  expect(gradients_of(tt::slice(lx, axis, range), {lx}, value.tensor)[0], gradient, 0,
         "slice of " + shape.text() + ", gradient");
}

/// Copies between memory orders, long ones too.
void copy(Dice& dice, tt::DType dtype) {
  tt::Shape shape = dice.shape(static_cast<int>(dice.between(0, 5)));
  if (dice.once_in(10)) shape = {dice.between(200, 400), dice.between(250, 400)};
  if (dice.once_in(20)) shape = {dice.between(20, 40), dice.between(50, 60), dice.between(50, 60)};
  if (dice.once_in(10)) shape = {dice.between(15, 40), dice.between(15, 40), 3, 3};
  const Given x = dice.operand(shape, dtype);
  expect(tt::contiguous(x.tensor), x.plain, 0, "contiguous of " + shape.text());
  expect(tt::contiguous(tt::flip(x.tensor, {})), x.plain, 0, "flip over no axis");
  Plain flat = x.plain;
  flat.shape = {shape.size()};
  expect(tt::reshape(x.tensor, {shape.size()}), flat, 0, "reshape of " + shape.text());
}

}  // namespace

void movement_case(Dice& dice) {
  constexpr void (*cases[])(Dice&, tt::DType) = {concat, pad, roll, triangle, cumsum, slice, copy};
  const std::size_t chosen = static_cast<std::size_t>(dice.between(0, std::size(cases) - 1));
  // A sum of 16 bits is rounded at every element.
  cases[chosen](dice, chosen == 4 && dice.once_in(2) ? tt::float64 : dice.number());
}

}  // namespace paths
