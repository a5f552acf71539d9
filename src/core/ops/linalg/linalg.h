// What the ops of linear algebra share: attributes, checks, and the ops as functions of operands that were checked.
#pragma once

#include <string_view>
#include <tuple>

#include "core/ops/ops.h"
#include "triptych/core/attributes.h"
#include "triptych/core/ops/linalg.h"

namespace triptych {

struct CholeskyAttributes {
  bool upper = false;
  static constexpr auto fields() { return std::tuple{field("upper", &CholeskyAttributes::upper)}; }
};

struct LuFactorAttributes {
  bool check = true;  // a singular matrix is an error
  static constexpr auto fields() { return std::tuple{field("check", &LuFactorAttributes::check)}; }
};

struct LuSolveAttributes {
  bool transpose = false;
  static constexpr auto fields() { return std::tuple{field("transpose", &LuSolveAttributes::transpose)}; }
};

struct TriangularSolveAttributes {
  bool upper = false, unitriangular = false;
  static constexpr auto fields() {
    return std::tuple{field("upper", &TriangularSolveAttributes::upper),
                      field("unitriangular", &TriangularSolveAttributes::unitriangular)};
  }
};

struct QrAttributes {
  bool complete = false;
  static constexpr auto fields() { return std::tuple{field("complete", &QrAttributes::complete)}; }
};

struct SvdAttributes {
  bool full_matrices = false;
  static constexpr auto fields() { return std::tuple{field("full_matrices", &SvdAttributes::full_matrices)}; }
};

struct EighAttributes {
  bool upper = false;
  static constexpr auto fields() { return std::tuple{field("upper", &EighAttributes::upper)}; }
};

// What kernels of all devices say of a matrix that they cannot take; behind it stands where it is in the batch.
inline constexpr const char* singular_rule = "a matrix is singular";
inline constexpr const char* not_positive_rule = "a matrix is not positive-definite";
inline constexpr const char* no_convergence_rule = "the algorithm did not converge";

/// Input `i` of an op: at least two axes, float32 or float64.
void check_matrices(const Infer& infer, int i);
void check_square(const Infer& infer, int i);
/// The leading axes of two inputs broadcast; the last two of `result` are those given.
Shape broadcast_batches(const Infer& infer, int a, int b, Dim rows, Dim columns);
/// The smaller one; unknown if one is.
Dim smaller(Dim a, Dim b);

namespace linalg {

/// A function's operand in the dtype that is computed in: ArgumentError unless it is floating and has `rank` axes.
Tensor checked_operand(const char* op, const Arg& x, int rank = 2);
/// ArgumentError of `op` unless the matrices are square.
void check_square(const char* op, const Tensor& x, Location where);

/// The factors, and the solution by them, of matrices in float32 or float64.
LuFactors factors_of(const Tensor& x, bool check);
/// a x = b, or a^T x = b, by a's factors; its gradient is with respect to a, of which no values are read, and b.
Tensor solve_factored(const Tensor& a, const LuFactors& factors, const Tensor& b, bool transpose);
Tensor inverse(const Tensor& x, bool check);
Tensor permutation(const Tensor& pivots, const Tensor& like);
/// a x = b for triangular a.
Tensor triangular_solution(const Tensor& a, const Tensor& b, TriangularSolveAttributes attributes);
/// x a = b.
Tensor triangular_solution_right(const Tensor& a, const Tensor& b, TriangularSolveAttributes attributes);
Svd reduced_svd(const Tensor& x);
Tensor singular_values(const Tensor& x);
Eigh eigenpairs(const Tensor& x, bool upper);

/// Whether b holds vectors next to matrices a: it has one axis, or a's shape without the last.
bool holds_vectors(const Tensor& a, const Tensor& b);
/// The columns of x times the numbers of `row` (..., n).
Tensor scaled_columns(const Tensor& x, const Tensor& row);

}  // namespace linalg
}  // namespace triptych
