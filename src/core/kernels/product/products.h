// Which matrices a call of matmul, matmul_weight_grad or linear multiplies: what the CPU's and the GPU's kernels share.
#pragma once

#include <algorithm>

#include "core/ops/product/matmul.h"

namespace triptych {

/// The products of one call: matrices of one size, found by counting through the leading dimensions of the result.
struct Products {
  std::int64_t m = 1, n = 1, k = 1, count = 1;
  std::int64_t a_row = 0, a_column = 0, b_row = 0, b_column = 0;
  int rank = 0;  // of the leading dimensions that are left
  Strides lengths{}, a_steps{}, b_steps{};

  void leading(std::int64_t length, std::int64_t a_step, std::int64_t b_step) {
    if (length == 1) return;
    count *= length;
    const auto last = static_cast<std::size_t>(rank) - 1;
    if (rank > 0 && a_steps[last] == a_step * length && b_steps[last] == b_step * length) {
      lengths[last] *= length;
      a_steps[last] = a_step;
      b_steps[last] = b_step;
      return;
    }
    const auto place = static_cast<std::size_t>(rank++);
    lengths[place] = length;
    a_steps[place] = a_step;
    b_steps[place] = b_step;
  }
  /// One b for all: the innermost leading dimension becomes rows, if they step evenly.
  void merge_rows() {
    while (rank > 0) {
      const auto last = static_cast<std::size_t>(rank) - 1;
      if (b_steps[last] != 0 || (m != 1 && a_steps[last] != a_row * m)) return;
      if (m == 1) a_row = a_steps[last];
      m *= lengths[last];
      count /= std::max<std::int64_t>(lengths[last], 1);
      --rank;
    }
  }
  TRIPTYCH_HOST_DEVICE std::int64_t offset(std::int64_t index, const Strides& steps) const {
    std::int64_t result = 0;
    for (auto axis = static_cast<std::size_t>(rank); axis-- > 0;) {
      result += index % lengths[axis] * steps[axis];
      index /= lengths[axis];
    }
    return result;
  }
};

inline Products matmul_products(const Operand& a, const Operand& b, const Operand& c, const void*) {
  const Shape &left = a.shape(), &right = b.shape(), &result = c.shape();
  const int a_rank = left.rank(), b_rank = right.rank();
  Products p;
  p.k = left.begin()[a_rank - 1];
  p.a_column = a.stride(a_rank - 1);
  if (a_rank > 1) {
    p.m = left.begin()[a_rank - 2];
    p.a_row = a.stride(a_rank - 2);
  }
  p.b_row = b.stride(b_rank > 1 ? b_rank - 2 : 0);
  if (b_rank > 1) {
    p.n = right.begin()[b_rank - 1];
    p.b_column = b.stride(b_rank - 1);
  }
  const int leading = result.rank() - (a_rank > 1) - (b_rank > 1);
  for (int i = 0; i < leading; ++i) {
    const int in_a = i - (leading - (a_rank - 2)), in_b = i - (leading - (b_rank - 2));
    const auto step = [](const Operand& operand, int axis) {
      return axis < 0 || operand.shape().begin()[axis] == 1 ? 0 : operand.stride(axis);
    };
    p.leading(result.begin()[i], a_rank > 1 ? step(a, in_a) : 0, b_rank > 1 ? step(b, in_b) : 0);
  }
  p.merge_rows();
  return p;
}

inline Products linear_products(const Operand& x, const Operand& weight, const Operand&, const void* attributes) {
  const bool transposed = static_cast<const LinearAttributes*>(attributes)->transpose_weight;
  const int rank = x.shape().rank();
  Products p;
  p.k = x.shape().begin()[rank - 1];
  p.n = weight.shape().begin()[transposed ? 0 : 1];
  p.a_column = x.stride(rank - 1);
  p.b_row = weight.stride(transposed ? 1 : 0);
  p.b_column = weight.stride(transposed ? 0 : 1);
  for (int i = 0; i + 1 < rank; ++i) p.leading(x.shape().begin()[i], x.stride(i), 0);
  p.merge_rows();
  return p;
}

/// Contiguous operands: their leading dimensions are rows.
inline Products weight_grad_products(const Operand& a, const Operand& b, const Operand&, const void*) {
  Products p;
  p.m = a.shape()[-1];
  p.n = b.shape()[-1];
  p.k = a.size() / p.m;
  p.a_row = p.b_column = 1;
  p.a_column = p.m;
  p.b_row = p.n;
  return p;
}

}  // namespace triptych
