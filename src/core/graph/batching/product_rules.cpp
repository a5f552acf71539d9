// Products of matrices, and what is solved with them.
#include <algorithm>

#include "core/graph/batching/rule.h"
#include "core/ops/product/matmul.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

Tensors multiplied(const Call& c) {
  const int a_rank = c.rank(0), b_rank = c.rank(1);
  // Vectors of all examples are the rows of one matrix.
  if (a_rank == 1 && b_rank == 2 && !c.batched(1)) return {matmul(c.inputs[0].tensor, c.inputs[1].tensor)};
  if (a_rank == 2 && b_rank == 1 && !c.batched(0)) return {matmul(c.inputs[1].tensor, transpose(c.inputs[0].tensor))};
  const int rank = std::max({a_rank, b_rank, 2});
  const auto operand = [&](std::size_t i, int vector_axis) {
    const int own = std::max(c.rank(i), 2);
    Tensor x = c.inputs[i].tensor;
    if (c.rank(i) == 1) x = unsqueeze(x, vector_axis);
    return c.batched(i) ? spaced(x, rank - own) : x;
  };
  Tensor product = matmul(operand(0, -2), operand(1, -1));
  if (b_rank == 1) product = squeeze(product, -1);
  if (a_rank == 1) product = squeeze(product, b_rank == 1 ? -1 : -2);
  return {product};
}

/// With weights of their own the examples have a product each.
Tensors linear_of(const Call& c) {
  if (!c.batched(1) && (c.count() == 2 || !c.batched(2)))
    return c.run(
        [&] {
          Tensors inputs{c.all(0)};
          for (std::size_t i = 1; i < c.count(); ++i) inputs.push_back(c.inputs[i].tensor);
          return inputs;
        }(),
        c.attributes);
  const auto& a = c.attributes_as<LinearAttributes>();
  const Tensor weight = a.transpose_weight ? transpose(c.inputs[1].tensor) : c.inputs[1].tensor;
  const int rank = std::max(c.rank(0), 2);
  Tensor x = c.all(0);
  if (c.rank(0) == 1) x = unsqueeze(x, -2);
  Tensor y = matmul(x, c.batched(1) ? spaced(weight, rank - 2) : weight);
  if (c.rank(0) == 1) y = squeeze(y, -2);
  if (c.count() == 3) y = y + c.aligned(2, c.rank(0));
  return {a.activation == Activation::relu ? relu(y) : y};
}

/// a (..., m), b (..., n): the leading axes of an example are one that is summed over.
Tensors weight_grads(const Call& c) {
  const auto rows = [&](std::size_t i) { return flatten(c.all(i), 1, c.rank(i) - 1); };
  return {matmul(transpose(rows(0)), rows(1))};
}

/// Systems of equations, whose operands have the same leading axes.
Tensors solved(const Call& c) {
  for (std::size_t i = 1; i < c.count(); ++i)
    if (c.rank(i) != c.rank(0) && c.rank(i) != c.rank(0) - 1) return {};
  if (c.rank(0) != c.rank(c.count() - 1)) return {};
  return leading(c);
}

}  // namespace

void add_product_rules(Rules& rules) {
  add(rules, multiplied, {"matmul"});
  add(rules, linear_of, {"linear"});
  add(rules, weight_grads, {"matmul_weight_grad"});
  add(rules, solved, {"triangular_solve", "lu_solve"});
  add(rules, leading, {"lu_permutation"});
}

}  // namespace triptych::batching
