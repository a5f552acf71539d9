// matmul and linear: vectors, outer products, batches, any memory order, sizes for tiles and for libraries; gradients.
#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

constexpr double most_products = 3e6;  // multiplications of a case

struct Sizes {
  std::int64_t m, k, n;
};

/// Small ones; some whose lines lie a page apart; long ones with a short inner dimension (outer products); such as
/// libraries and tiles are for.
Sizes sizes(Dice& dice) {
  Sizes s{dice.length(), dice.length(), dice.length()};
  if (dice.once_in(8)) s = {dice.between(16, 400), dice.between(1, 8), dice.between(16, 400)};
  if (dice.once_in(10)) s = {dice.between(16, 90), dice.between(60, 500), dice.between(16, 90)};
  if (dice.once_in(30)) s = {dice.between(300, 700), dice.between(1, 2), dice.between(300, 700)};
  if (dice.once_in(20)) s.k = dice.between(385, 900);
  if (dice.once_in(25)) s = {dice.between(1, 8), dice.between(100, 500), dice.between(100, 300)};
  if (dice.once_in(150)) s.k = 0;
  if (dice.once_in(300)) return {dice.between(1024, 1040), dice.between(64, 70), dice.between(1024, 1040)};
  if (dice.once_in(1000)) return {dice.between(513, 520), dice.between(385, 400), dice.between(1024, 1040)};
  while (static_cast<double>(s.m) * static_cast<double>(s.k) * static_cast<double>(s.n) > most_products) {
    s.m = (s.m + 1) / 2;
    s.n = (s.n + 1) / 2;
  }
  return s;
}

/// The sum over l of a(i, l) b(l, j), for matrices of broadcast batches.
Plain product(const Plain& a, const Plain& b, const tt::Shape& batch) {
  const int rank = batch.rank();
  const std::int64_t m = a.shape[-2], k = a.shape[-1], n = b.shape[-1];
  tt::Shape shape = batch;
  shape.append(m);
  shape.append(n);
  Plain c(shape);
  const auto matrix = [&](const Plain& x, const Place& at) {
    Place own{};
    const int lead = rank - (x.shape.rank() - 2);
    for (int i = 0; i + 2 < x.shape.rank(); ++i)
      own[static_cast<std::size_t>(i)] = x.shape[i] == 1 ? 0 : at[static_cast<std::size_t>(i + lead)];
    return x.values.data() + (x.values.empty() ? 0 : x.offset(own));
  };
  double* to = c.values.data();
  each_place(batch, [&](const Place& at) {
    const double *left = matrix(a, at), *right = matrix(b, at);
    for (std::int64_t i = 0; i < m; ++i, to += n)
      for (std::int64_t l = 0; l < k; ++l)
        for (std::int64_t j = 0; j < n; ++j) to[j] += left[i * k + l] * right[l * n + j];
  });
  return c;
}

Plain transposed(const Plain& x) {
  return Plain::of({x.shape[1], x.shape[0]}, [&](const Place& p) { return x[{p[1], p[0]}]; });
}

Plain rows_of(Plain x, std::int64_t columns) {
  std::int64_t rows = 1;
  for (int i = 0; i + 1 < x.shape.rank(); ++i) rows *= x.shape[i];
  x.shape = {rows, columns};
  return x;
}

void matmul_batches(Dice& dice, tt::DType dtype) {
  Sizes s = sizes(dice);
  const int rank = static_cast<int>(dice.between(0, 2));
  tt::Shape batch, left, right;
  for (int i = 0; i < rank; ++i) {
    const std::int64_t n = dice.between(1, 5);
    batch.append(n);
    left.append(dice.once_in(4) ? 1 : n);
    right.append(dice.once_in(3) ? 1 : n);
  }
  if (rank > 0 && dice.once_in(3)) right = {};
  if (rank > 0)
    while (static_cast<double>(s.m * s.k * s.n) * static_cast<double>(batch.size()) > most_products) {
      s.m = (s.m + 1) / 2;
      s.k = (s.k + 1) / 2;
    }
  tt::Shape common;
  broadcast(left, right, common);
  left.append(s.m);
  left.append(s.k);
  right.append(s.k);
  right.append(s.n);
  const Given a = dice.operand(left, dtype), b = dice.operand(right, dtype);
  expect(tt::matmul(a.tensor, b.tensor), product(a.plain, b.plain, common), 2,
         "matmul " + left.text() + " " + right.text());
}

void matmul_of_vectors(Dice& dice, tt::DType dtype) {
  const Sizes s = sizes(dice);
  const Given row = dice.operand({s.k}, dtype), matrix = dice.operand({s.k, s.n}, dtype);
  Plain a = row.plain;
  a.shape = {1, s.k};
  Plain expected = product(a, matrix.plain, {});
  expected.shape = {s.n};
  expect(tt::matmul(row.tensor, matrix.tensor), expected, 2, "row times matrix");
  const Given column = dice.operand({s.n}, dtype);
  Plain b = column.plain;
  b.shape = {s.n, 1};
  expected = product(matrix.plain, b, {});
  expected.shape = {s.k};
  expect(tt::matmul(matrix.tensor, column.tensor), expected, 2, "matrix times column");
}

void matmul_gradients(Dice& dice, tt::DType dtype) {
  const Sizes s = sizes(dice);
  const Given a = dice.operand({s.m, s.k}, dtype), b = dice.operand({s.k, s.n}, dtype),
              dy = dice.operand({s.m, s.n}, dtype);
  const tt::Tensor x = leaf(a.tensor), w = leaf(b.tensor);
  const auto gradients = gradients_of(tt::matmul(x, w), {x, w}, dy.tensor);
  expect(gradients[0], product(dy.plain, transposed(b.plain), {}), 2, "matmul, left gradient");
  expect(gradients[1], product(transposed(a.plain), dy.plain, {}), 2, "matmul, right gradient");
}

void linear_with_gradients(Dice& dice, tt::DType dtype) {
  const Sizes s = sizes(dice);
  const int rank = static_cast<int>(dice.between(1, 3));
  tt::Shape shape = rank == 1   ? tt::Shape{s.k}
                    : rank == 2 ? tt::Shape{s.m, s.k}
                                : tt::Shape{dice.between(1, 3), s.m, s.k};
  const Given x = dice.operand(shape, dtype), weight = dice.operand({s.n, s.k}, dtype),
              bias = dice.operand({s.n}, dtype);
  Plain y = product(rows_of(x.plain, s.k), transposed(weight.plain), {});
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += bias.plain.values[i % static_cast<std::size_t>(s.n)];
  shape.set(rank - 1, s.n);
  const bool relu = dice.once_in(3);
  Plain expected = y;
  expected.shape = shape;
  if (relu)
    for (double& value : expected.values) value = value < 0 ? 0 : value;
  // 16-bit sums are rounded before the bias is added.
  expect(tt::linear(x.tensor, weight.tensor, bias.tensor,
                    {.activation = relu ? tt::Activation::relu : tt::Activation::none}),
         expected, 4, "linear");
  const tt::Tensor lx = leaf(x.tensor), lw = leaf(weight.tensor), lb = leaf(bias.tensor);
  const Given dy = dice.operand(shape, dtype);
  const auto gradients = gradients_of(tt::linear(lx, lw, lb), {lx, lw, lb}, dy.tensor);
  const Plain rows = rows_of(dy.plain, s.n);
  Plain dx = product(rows, weight.plain, {}), db({s.n});
  dx.shape = x.plain.shape;
  for (std::size_t i = 0; i < rows.values.size(); ++i) db.values[i % static_cast<std::size_t>(s.n)] += rows.values[i];
  expect(gradients[0], dx, 2, "linear, input gradient");
  expect(gradients[1], product(transposed(rows), rows_of(x.plain, s.k), {}), 2, "linear, weight gradient");
  expect(gradients[2], db, 2, "linear, bias gradient");
}

}  // namespace

void product_case(Dice& dice) {
  switch (dice.between(1, 5)) {
    case 1:
      return matmul_of_vectors(dice, dice.number());
    case 2:
      return matmul_gradients(dice, dice.floating());
    case 3:
      return linear_with_gradients(dice, dice.floating());
    default:
      return matmul_batches(dice, dice.number());
  }
}

}  // namespace paths
