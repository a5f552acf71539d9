// Products of vectors and matrices under the names that PyTorch has for each shape, sums of one and something else, and
// products of many matrices.
#include "triptych/core/ops/products.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/ops/linalg/diagonals.h"
#include "core/ops/ops.h"
#include "core/ops/product/contraction.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/linalg.h"

namespace triptych {
namespace {

std::string shapes(const Arg& a, const Arg& b) {
  return "a is " + a.tensor().shape().text() + ", b is " + b.tensor().shape().text();
}

void check_ranks(const char* op, const Arg& a, int a_rank, const Arg& b, int b_rank) {
  if (operand(op, a).ndim() != a_rank || operand(op, b).ndim() != b_rank)
    throw ArgumentError(
        op, "the operands have other numbers of axes than " + std::to_string(a_rank) + " and " + std::to_string(b_rank),
        shapes(a, b), "matmul takes any", a.where());
}

/// matmul of operands that have exactly these numbers of axes.
Tensor product(const char* op, const Arg& a, int a_rank, const Arg& b, int b_rank) {
  check_ranks(op, a, a_rank, b, b_rank);
  const Frame frame(a.where());
  const Called called(op);
  return matmul(a.tensor(), b.tensor());
}

Tensor outer_product(const char* op, const Arg& a, const Arg& b) {
  check_ranks(op, a, 1, b, 1);
  const Frame frame(a.where());
  const Called called(op);
  return unsqueeze(a.tensor(), 1) * b.tensor();
}

Tensor scaled(const Tensor& x, Scalar factor) { return factor.to_double() == 1 ? x : x * factor; }

/// beta input + alpha product(), where `make` gets a and b in the dtype of the computation.
template <class Make>
Tensor scaled_sum(const char* op, const Arg& input, const Arg& a, const Arg& b, const ScaledSumOptions& options,
                  Make make) {
  const Frame frame(input.where());
  const Called called(op);
  const DType dtype = operand(op, a).dtype();
  const auto refuse = [&](std::string_view rule, const std::string& given, std::string_view hint = {}) {
    throw ArgumentError(op, rule, given, hint, input.where());
  };
  if (operand(op, input).dtype() != dtype || operand(op, b).dtype() != dtype)
    refuse("dtypes differ",
           std::string(dtype_name(input.tensor().dtype())) + ", " + std::string(dtype_name(dtype)) + " and " +
               std::string(dtype_name(b.tensor().dtype())),
           "Convert with cast");
  for (const Scalar factor : {options.beta, options.alpha})
    if (!is_floating(dtype) && factor.kind() == Scalar::Kind::floating)
      refuse("integers are scaled by a fraction", std::to_string(factor.to_double()), "Convert them with cast");
  const Tensor product = scaled(make(widened(a.tensor()), widened(b.tensor())), options.alpha);
  Shape common;
  if (!broadcast(input.tensor().shape(), product.shape(), common) || !common.compatible(product.shape()))
    refuse("the input does not broadcast to the product",
           "the input is " + input.tensor().shape().text() + ", the product " + product.shape().text());
  if (options.beta.to_double() == 0) return cast(product, dtype);
  return cast(scaled(widened(input.tensor()), options.beta) + product, dtype);
}

/// In which order a chain of matrices costs the fewest multiplications: `cut[i][j]` parts matrices i to j.
std::vector<std::vector<std::size_t>> best_cuts(const std::vector<double>& sides) {
  const std::size_t matrices = sides.size() - 1;
  std::vector<std::vector<double>> cost(matrices, std::vector<double>(matrices, 0));
  std::vector<std::vector<std::size_t>> cut(matrices, std::vector<std::size_t>(matrices, 0));
  for (std::size_t more = 1; more < matrices; ++more)
    for (std::size_t i = 0; i + more < matrices; ++i) {
      const std::size_t j = i + more;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (std::size_t s = i; s < j; ++s) {
        const double here = sides[i] * sides[s + 1] * sides[j + 1];
        if (cost[i][s] + cost[s + 1][j] + here >= cost[i][j]) continue;
        cost[i][j] = cost[i][s] + cost[s + 1][j] + here;
        cut[i][j] = s;
      }
    }
  return cut;
}

Tensor chain(const std::vector<Tensor>& matrices, const std::vector<std::vector<std::size_t>>& cut, std::size_t i,
             std::size_t j) {
  if (i == j) return matrices[i];
  return matmul(chain(matrices, cut, i, cut[i][j]), chain(matrices, cut, cut[i][j] + 1, j));
}

/// `ends`: the first may be a row and the last a column.
Tensor product_of_all(const char* op, const std::vector<Tensor>& matrices, bool ends, Location where) {
  const Frame frame(where);
  const Called called(op);
  const std::size_t least = ends ? 2 : 1;
  if (matrices.size() < least)
    throw ArgumentError(op, "there are too few matrices", std::to_string(matrices.size()), "", where);
  std::vector<double> lengths;
  std::vector<Tensor> wide;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Shape& shape = operand(op, Arg(matrices[i], where)).shape();
    const bool end = ends && (i == 0 || i + 1 == matrices.size()) && shape.rank() == 1;
    if (shape.rank() != 2 && !end)
      throw ArgumentError(op, "an operand is no matrix", "operand " + std::to_string(i) + " is " + shape.text(), "",
                          where);
    const auto length = [](Dim dim) { return dim.known() ? static_cast<double>(dim.raw()) : 16.0; };
    if (i == 0) lengths.push_back(end ? 1 : length(shape.dim(0)));
    lengths.push_back(end && i > 0 ? 1 : length(shape.dim(-1)));
    wide.push_back(widened(matrices[i]));
  }
  return cast(chain(wide, best_cuts(lengths), 0, wide.size() - 1), matrices[0].dtype());
}

}  // namespace

Tensor dot(Arg a, Arg b) { return product("dot", a, 1, b, 1); }
Tensor vdot(Arg a, Arg b) { return product("vdot", a, 1, b, 1); }
Tensor mv(Arg matrix, Arg vector) { return product("mv", matrix, 2, vector, 1); }
Tensor mm(Arg a, Arg b) { return product("mm", a, 2, b, 2); }

Tensor bmm(Arg a, Arg b) {
  check_ranks("bmm", a, 3, b, 3);
  if (conflict(a.tensor().shape().dim(0), b.tensor().shape().dim(0)))
    throw ArgumentError("bmm", "the operands have different numbers of matrices", shapes(a, b), "matmul broadcasts",
                        a.where());
  return product("bmm", a, 3, b, 3);
}

Tensor outer(Arg a, Arg b) { return outer_product("outer", a, b); }
Tensor ger(Arg a, Arg b) { return outer_product("ger", a, b); }

Tensor addmm(Arg input, Arg a, Arg b, ScaledSumOptions options) {
  check_ranks("addmm", a, 2, b, 2);
  return scaled_sum("addmm", input, a, b, options, [](const Tensor& x, const Tensor& y) { return matmul(x, y); });
}

Tensor addmv(Arg input, Arg matrix, Arg vector, ScaledSumOptions options) {
  check_ranks("addmv", matrix, 2, vector, 1);
  return scaled_sum("addmv", input, matrix, vector, options,
                    [](const Tensor& x, const Tensor& y) { return matmul(x, y); });
}

Tensor baddbmm(Arg input, Arg a, Arg b, ScaledSumOptions options) {
  check_ranks("baddbmm", a, 3, b, 3);
  return scaled_sum("baddbmm", input, a, b, options, [](const Tensor& x, const Tensor& y) { return bmm(x, y); });
}

Tensor addbmm(Arg input, Arg a, Arg b, ScaledSumOptions options) {
  check_ranks("addbmm", a, 3, b, 3);
  // One product over what is summed and the number of the matrix.
  return scaled_sum("addbmm", input, a, b, options, [](const Tensor& x, const Tensor& y) {
    return tensordot(x, y, Axes{0, 2}, Axes{0, 1});
  });
}

Tensor addr(Arg input, Arg a, Arg b, ScaledSumOptions options) {
  check_ranks("addr", a, 1, b, 1);
  return scaled_sum("addr", input, a, b, options, [](const Tensor& x, const Tensor& y) { return outer(x, y); });
}

Tensor kron(Arg a, Arg b) {
  const Frame frame(a.where());
  const Called called("kron");
  const int rank = std::max(operand("kron", a).ndim(), operand("kron", b).ndim());
  if (rank > Shape::max_rank / 2)
    throw ArgumentError("kron", "an operand has more than four axes", shapes(a, b), "", a.where());
  // (n, 1, m, 1) times (1, k, 1, l), and each pair of axes merged.
  const auto spread = [rank](Tensor x, int offset) {
    while (x.ndim() < rank) x = unsqueeze(x, 0);
    for (int i = rank; i-- > 0;) x = unsqueeze(x, i + offset);
    return x;
  };
  Tensor product = spread(a.tensor(), 1) * spread(b.tensor(), 0);
  for (int i = 0; i < rank; ++i) product = flatten(product, i, i + 1);
  return product;
}

// c_i = a_(i + 1) b_(i + 2) - a_(i + 2) b_(i + 1), indices modulo 3.
Tensor cross(Arg a, Arg b, std::int64_t axis) {
  const Frame frame(a.where());
  const Called called("cross");
  const int rank = operand("cross", a).ndim();
  if (operand("cross", b).ndim() != rank)
    throw ArgumentError("cross", "the operands differ in the number of axes", shapes(a, b), "", a.where());
  const int at = normalize_axis("cross", axis, rank, a.where());
  for (const Arg* x : {&a, &b})
    if (conflict(x->tensor().shape().dim(at), 3))
      throw ArgumentError("cross", "the length of the axis is not 3", shapes(a, b), "", a.where());
  const DType dtype = result_type(a.tensor(), b.tensor());
  if (dtype == boolean)
    throw ArgumentError("cross", "bools are multiplied", "both are bool", "Convert with cast", a.where());
  const Tensor x = widened(cast(a.tensor(), dtype)), y = widened(cast(b.tensor(), dtype));
  const auto next = [at](const Tensor& v, std::int64_t places) { return roll(v, -places, at); };
  return cast(next(x, 1) * next(y, 2) - next(x, 2) * next(y, 1), dtype);
}

Tensor matrix_power(Arg x, std::int64_t n) {
  const Frame frame(x.where());
  const Called called("matrix_power");
  const Shape& shape = operand("matrix_power", x).shape();
  if (shape.rank() < 2 || conflict(shape.dim(-1), shape.dim(-2)))
    throw ArgumentError("matrix_power", "the matrices are not square", shape.text(), "", x.where());
  if (n == 0) return eye_like(x.tensor());
  if (x.tensor().dtype() == boolean)
    throw ArgumentError("matrix_power", "bools are multiplied", shape.text(), "Convert with cast", x.where());
  Tensor power = widened(x.tensor());
  if (n < 0) power = linalg::inv(power);
  Tensor result;
  for (std::uint64_t left = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);;) {
    if (left & 1) result = result.defined() ? matmul(result, power) : power;
    left >>= 1;
    if (left == 0) break;
    power = matmul(power, power);
  }
  return n == 1 ? identity(x.tensor()) : cast(result, x.tensor().dtype());
}

Tensor multi_dot(const std::vector<Tensor>& matrices, Location where) {
  return product_of_all("multi_dot", matrices, true, where);
}
Tensor chain_matmul(const std::vector<Tensor>& matrices, Location where) {
  return product_of_all("chain_matmul", matrices, false, where);
}

}  // namespace triptych
