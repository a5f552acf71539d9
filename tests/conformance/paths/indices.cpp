// What an index chooses: gather, scatter_add, index_select, index_add, index, index_put, embedding, masked_select; with
// gradients.
#include <algorithm>

#include "cases.h"
#include "core/ops/indexing/pick.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

Plain indices(Dice& dice, const tt::Shape& shape, std::int64_t length, bool negative = true) {
  return Plain::of(shape, [&](const Place&) {
    return static_cast<double>(dice.between(negative && dice.once_in(4) ? -length : 0, length - 1));
  });
}

std::int64_t counted(double index, std::int64_t length) {
  const auto i = static_cast<std::int64_t>(index);
  return i < 0 ? i + length : i;
}

tt::DType index_type(Dice& dice) { return dice.once_in(2) ? tt::int64 : tt::int32; }

/// x, and an index tensor whose other axes are no longer than x's.
void gather(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4))), dtype);
  const auto axis = static_cast<std::size_t>(dice.between(0, x.plain.shape.rank() - 1));
  const std::int64_t n = x.plain.shape[static_cast<std::int64_t>(axis)];
  if (x.plain.shape.size() == 0) return;
  tt::Shape shape = x.plain.shape;
  for (int i = 0; i < shape.rank(); ++i)
    shape.set(i, i == static_cast<int>(axis) ? dice.between(0, 6) : dice.between(1, shape[i]));
  const Plain index = indices(dice, shape, n);
  const auto place_of = [&](Place place) {
    place[axis] = counted(index[place], n);
    return place;
  };
  const tt::Tensor index_tensor = dice.tensor(index, index_type(dice));
  const std::string what = "gather of " + x.plain.shape.text();
  expect(tt::gather(x.tensor, static_cast<std::int64_t>(axis), index_tensor),
         Plain::of(shape, [&](const Place& p) { return x.plain[place_of(p)]; }), 0, what);
  const Given source = dice.operand(shape, dtype);
  Plain sums = x.plain;
  each_place(shape, [&](const Place& p) { sums[place_of(p)] += source.plain[p]; });
  // 16-bit sums are rounded at each term.
  expect(tt::scatter_add(x.tensor, static_cast<std::int64_t>(axis), index_tensor, source.tensor), sums, 16,
         "scatter_add to " + x.plain.shape.text());
}

void index_select(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4))), dtype);
  const auto axis = static_cast<std::size_t>(dice.between(0, x.plain.shape.rank() - 1));
  const std::int64_t n = x.plain.shape[static_cast<std::int64_t>(axis)];
  if (x.plain.shape.size() == 0) return;
  const Plain index = indices(dice, {dice.between(0, 9)}, n);
  tt::Shape shape = x.plain.shape;
  shape.set(static_cast<int>(axis), index.shape[0]);
  const auto place_of = [&](Place place) {
    place[axis] = counted(index[{place[axis]}], n);
    return place;
  };
  const tt::Tensor index_tensor = dice.tensor(index, index_type(dice));
  expect(tt::index_select(x.tensor, static_cast<std::int64_t>(axis), index_tensor),
         Plain::of(shape, [&](const Place& p) { return x.plain[place_of(p)]; }), 0,
         "index_select of " + x.plain.shape.text());
  const Given source = dice.operand(shape, dtype);
  Plain sums = x.plain;
  each_place(shape, [&](const Place& p) { sums[place_of(p)] += source.plain[p]; });
  expect(tt::index_add(x.tensor, static_cast<std::int64_t>(axis), index_tensor, source.tensor), sums, 16,
         "index_add to " + x.plain.shape.text());
}

/// Index tensors along some axes, and what they do to the place of an element of the result.
struct Indexed {
  tt::IndexAttributes attributes;
  std::vector<Plain> plain;
  std::vector<tt::Tensor> tensors;
  tt::Shape together, result;
  std::vector<std::size_t> kept;

  Indexed(Dice& dice, const tt::Shape& x) {
    const auto count = static_cast<std::size_t>(dice.between(1, std::min(x.rank(), 2)));
    together =
        dice.once_in(8) ? tt::Shape{dice.between(1000, 40000)} : dice.shape(static_cast<int>(dice.between(0, 2)), 20);
    std::vector<std::size_t> axes;
    for (int i = 0; i < x.rank(); ++i) axes.push_back(static_cast<std::size_t>(i));
    for (std::size_t i = axes.size(); i > 1; --i)
      std::swap(axes[i - 1], axes[static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(i) - 1))]);
    kept.assign(axes.begin() + static_cast<std::ptrdiff_t>(count), axes.end());
    std::sort(kept.begin(), kept.end());
    for (std::size_t i = 0; i < count; ++i) {
      tt::Shape shape = together;
      for (int k = 0; k < shape.rank(); ++k)
        if (count > 1 && i == 0 && dice.once_in(3)) shape.set(k, 1);
      const auto axis = static_cast<std::int64_t>(axes[i]);
      attributes.axes.append(dice.once_in(2) ? axis : axis - x.rank());
      plain.push_back(indices(dice, shape, x[axis]));
      tensors.push_back(dice.tensor(plain.back(), index_type(dice)));
    }
    together = {};
    for (const Plain& index : plain) tt::broadcast(together, index.shape, together);
    attributes.place = dice.between(0, static_cast<std::int64_t>(kept.size()));
    for (const std::size_t axis : kept) result.append(x[static_cast<std::int64_t>(axis)]);
    for (int k = 0; k < together.rank(); ++k) result.insert(static_cast<int>(attributes.place) + k, together.dim(k));
  }

  Place operator()(const Place& p, const tt::Shape& x) const {
    const auto first = static_cast<std::size_t>(attributes.place), rank = static_cast<std::size_t>(together.rank());
    Place own{}, place{};
    for (std::size_t k = 0; k < rank; ++k) own[k] = p[first + k];
    for (std::size_t k = 0; k < kept.size(); ++k) place[kept[k]] = p[k < first ? k : k + rank];
    for (int i = 0; i < attributes.axes.size(); ++i) {
      const std::int64_t axis = (attributes.axes[i] + x.rank()) % x.rank();
      place[static_cast<std::size_t>(axis)] =
          counted(plain[static_cast<std::size_t>(i)].broadcast(own, together.rank()), x[axis]);
    }
    return place;
  }
};

void index(Dice& dice, tt::DType dtype) {
  const tt::Shape shape = dice.once_in(4) ? tt::Shape{dice.between(2, 9), dice.between(300, 3000)}
                                          : dice.shape(static_cast<int>(dice.between(1, 4)));
  if (shape.size() == 0) return;
  const Given x = dice.operand(shape, dtype);
  const Indexed indexed(dice, shape);
  if (indexed.result.size() > 200000) return;
  const std::string what = " by " + indexed.together.text() + " of " + shape.text();
  expect(tt::pick(x.tensor, indexed.tensors, indexed.attributes),
         Plain::of(indexed.result, [&](const Place& p) { return x.plain[indexed(p, shape)]; }), 0, "index" + what);
  tt::Shape value_shape = indexed.result;
  for (int k = 0; k < value_shape.rank(); ++k)
    if (dice.once_in(4)) value_shape.set(k, 1);
  if (dice.once_in(6)) value_shape = {};
  const Given value = dice.operand(value_shape, dtype);
  const bool adds = dice.once_in(2);
  Plain expected = x.plain;
  each_place(indexed.result, [&](const Place& p) {
    double& there = expected[indexed(p, shape)];
    there = value.plain.broadcast(p, indexed.result.rank()) + (adds ? there : 0);
  });
  expect(tt::put(x.tensor, value.tensor, indexed.tensors,
                 {indexed.attributes.axes, indexed.attributes.place, adds ? tt::Combine::add : tt::Combine::replace}),
         expected, adds ? 2 : 0, "index_put" + what);
}

void embedding(Dice& dice, tt::DType dtype) {
  const std::int64_t rows = dice.between(1, 20), width = dice.once_in(6) ? dice.between(500, 900) : dice.length();
  const Given table = dice.operand({rows, width}, dtype);
  const Plain index = indices(dice, dice.shape(static_cast<int>(dice.between(1, 2)), 120), rows, false);
  tt::Shape shape = index.shape;
  shape.append(width);
  const auto row_of = [&](const Place& p) {
    return Place{static_cast<std::int64_t>(index[p]), p[static_cast<std::size_t>(shape.rank() - 1)]};
  };
  const tt::Tensor lt = leaf(table.tensor), y = tt::embedding(lt, dice.tensor(index, index_type(dice)));
  expect(y, Plain::of(shape, [&](const Place& p) { return table.plain[row_of(p)]; }), 0, "embedding");
  const Given dy = dice.operand(shape, dtype);
  Plain sums(table.plain.shape);
  each_place(shape, [&](const Place& p) { sums[row_of(p)] += dy.plain[p]; });
  expect(gradients_of(y, {lt}, dy.tensor)[0], sums, 2, "embedding, gradient");
}

void masked_select(Dice& dice, tt::DType dtype) {
  const Given x = dice.operand(dice.shape(static_cast<int>(dice.between(1, 4))), dtype);
  const Plain mask = Plain::of(x.plain.shape, [&](const Place&) { return static_cast<double>(dice.once_in(2)); });
  Plain chosen;
  each_place(mask.shape, [&](const Place& p) {
    if (mask[p] != 0) chosen.values.push_back(x.plain[p]);
  });
  chosen.shape = {static_cast<std::int64_t>(chosen.values.size())};
  expect(tt::masked_select(x.tensor, dice.tensor(mask, tt::int32) != 0), chosen, 0,
         "masked_select of " + x.plain.shape.text());
}

}  // namespace

void index_case(Dice& dice) {
  switch (dice.between(1, 5)) {
    case 1:
      return gather(dice, dice.number());
    case 2:
      return index_select(dice, dice.number());
    case 3:
      return index(dice, dice.number());
    case 4:
      return embedding(dice, dice.floating());
    default:
      return masked_select(dice, dice.number());
  }
}

}  // namespace paths
