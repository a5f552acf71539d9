// Linear algebra, as torch.linalg: matrices are the last two axes, those before them a batch. float32 and float64;
// 16-bit floats are computed in float32, other dtypes are an ArgumentError. All of it is differentiable twice unless
// said otherwise, where the derivative exists.
#pragma once

#include <optional>

#include "triptych/core/ops/products.h"
#include "triptych/core/ops/statistics.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::linalg {

using triptych::cross;
using triptych::matrix_power;
using triptych::multi_dot;
using triptych::vector_norm;

// --- Systems of equations -------------------------------------------------------------------------------------------

/// The inverses of square matrices (..., n, n).
/// @throws ArgumentError if a matrix is singular: the error names its place in the batch.
TRIPTYCH_API Tensor inv(Arg x);
/// The solution of a x = b (`left`), or of x a = b, for square a (..., n, n). b is a batch of matrices (..., n, k), or
/// of vectors: if it has one axis, or the shape of a without the last. The batches of matrices broadcast.
/// @throws ArgumentError if a matrix is singular.
TRIPTYCH_API Tensor solve(Arg a, Arg b, bool left = true);

/// LU with its pivots.
struct LuFactors {
  /// (..., n, m): U on and above the diagonal, L, whose diagonal is 1, below it.
  Tensor LU;
  /// int32 (..., min(n, m)): row i was exchanged with row pivots[i] - 1 (LAPACK counts from 1).
  Tensor pivots;
};
/// The factors of matrices (..., n, m) by Gaussian elimination with partial pivoting: a = P L U.
/// @throws ArgumentError if U has a zero on its diagonal: `lu` does without.
TRIPTYCH_API LuFactors lu_factor(Arg x);

/// a = P L U.
struct Lu {
  Tensor P, L, U;
};
/// The same as three matrices, for singular ones too: P (..., n, n) a permutation, L (..., n, k) with ones on its
/// diagonal, U (..., k, m), k = min(n, m).
TRIPTYCH_API Lu lu(Arg x);

struct LuSolveOptions {
  bool left = true;
  /// Solve with the transposed matrix.
  bool adjoint = false;
};
/// The solution of a x = b for the matrix whose factors these are.
TRIPTYCH_API Tensor lu_solve(Arg LU, Arg pivots, Arg b, LuSolveOptions options = {});

struct SolveTriangularOptions {
  /// The matrix is upper triangular, else lower; the other half is not read.
  bool upper = false;
  /// a x = b, else x a = b.
  bool left = true;
  /// Its diagonal is 1, and not read.
  bool unitriangular = false;
};
/// The solution of a x = b for triangular a (..., n, n) and b (..., n, k); batches broadcast. A zero on the diagonal
/// gives infinities and NaN.
TRIPTYCH_API Tensor solve_triangular(Arg a, Arg b, SolveTriangularOptions options);

struct TriangularSolveOptions {
  bool upper = true;
  bool transpose = false;
  bool unitriangular = false;
};
struct TriangularSolved {
  Tensor solution, cloned_coefficient;
};
/// The same as torch.triangular_solve has it: b first, upper by default, and a beside the solution.
TRIPTYCH_API TriangularSolved triangular_solve(Arg b, Arg a, TriangularSolveOptions options = {});

// --- Determinants ---------------------------------------------------------------------------------------------------

/// The determinants of square matrices (..., n, n). The first derivative is right at singular matrices too.
TRIPTYCH_API Tensor det(Arg x);
struct Slogdet {
  Tensor sign, logabsdet;
};
/// The sign of the determinant, which has no gradient, and the logarithm of its absolute value: 0 and -infinity for a
/// singular matrix.
TRIPTYCH_API Slogdet slogdet(Arg x);
/// The logarithm of the determinant: NaN if that is negative.
TRIPTYCH_API Tensor logdet(Arg x);

// --- Factorizations -------------------------------------------------------------------------------------------------

/// L with a = L L^T for symmetric positive-definite matrices (..., n, n), or with `upper` U with a = U^T U. The other
/// triangle of a is not read.
/// @throws ArgumentError if a matrix is not positive-definite: the error names its place in the batch.
TRIPTYCH_API Tensor cholesky(Arg x, bool upper = false);
/// The solution of a x = b by a's Cholesky factor.
TRIPTYCH_API Tensor cholesky_solve(Arg b, Arg factor, bool upper = false);
/// The inverse of a by its Cholesky factor.
TRIPTYCH_API Tensor cholesky_inverse(Arg factor, bool upper = false);

struct Qr {
  Tensor Q, R;
};
/// a = Q R with orthonormal columns of Q and upper triangular R, by Householder's reflections (LAPACK's signs).
/// "reduced": Q (..., n, k), R (..., k, m), k = min(n, m); "complete": (..., n, n) and (..., n, m); "r": R alone, Q is
/// empty. Differentiable if the first min(n, m) columns are independent; "complete" only if n <= m.
TRIPTYCH_API Qr qr(Arg x, Text mode = "reduced");

struct Svd {
  Tensor U, S, Vh;
};
/// a = U diag(S) Vh with singular values S in descending order. U is (..., n, n) and Vh (..., m, m), or without
/// `full_matrices` (..., n, k) and (..., k, m), k = min(n, m). Signs of the vectors are nobody's promise. The gradient
/// of the vectors is finite only where the singular values differ.
/// @throws ArgumentError if it does not converge, as for NaN.
TRIPTYCH_API Svd svd(Arg x, bool full_matrices = true);
/// The singular values alone, in descending order.
TRIPTYCH_API Tensor svdvals(Arg x);

struct Eigh {
  Tensor eigenvalues, eigenvectors;
};
/// The eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices (..., n, n), of which the lower ("L")
/// or the upper ("U") triangle is read. The gradient of the vectors is finite only where the eigenvalues differ.
/// @throws ArgumentError if it does not converge, as for NaN.
TRIPTYCH_API Eigh eigh(Arg x, Text UPLO = "L");
/// The eigenvalues alone.
TRIPTYCH_API Tensor eigvalsh(Arg x, Text UPLO = "L");

// --- By singular values ---------------------------------------------------------------------------------------------

/// Which singular values count as zero: those below max(atol, rtol times the largest one). Without either rtol is
/// max(n, m) epsilon, with atol alone 0.
struct RankOptions {
  std::optional<double> atol = {};
  std::optional<double> rtol = {};
  /// The matrices are symmetric: eigenvalues stand for singular values.
  bool hermitian = false;
};
/// The pseudoinverse of Moore and Penrose, (..., m, n) of (..., n, m).
TRIPTYCH_API Tensor pinv(Arg x, RankOptions options = {});
/// How many singular values are not zero, int64 (...). Has no gradient.
TRIPTYCH_API Tensor matrix_rank(Arg x, RankOptions options = {});

struct Lstsq {
  /// (..., m, k), or (..., m) for vectors; the shortest one where several are best.
  Tensor solution;
  /// The squared distances (..., k), if n > m, else empty.
  Tensor residuals;
  /// int64 (...).
  Tensor rank;
  /// (..., min(n, m)).
  Tensor singular_values;
};
/// The x for which a x is nearest to b, for matrices a (..., n, m). b as for `solve`. Singular values below `rcond`
/// (max(n, m) epsilon) times the largest count as zero. Only the solution has a gradient.
TRIPTYCH_API Lstsq lstsq(Arg a, Arg b, std::optional<double> rcond = {});

/// The condition number: the largest singular value over the smallest.
TRIPTYCH_API Tensor cond(Arg x);
/// The condition number in another norm of `matrix_norm`: ||a|| ||a^-1||, infinite for a singular matrix; 2 and -2 by
/// singular values.
TRIPTYCH_API Tensor cond(Arg x, Text p);
TRIPTYCH_API Tensor cond(Arg x, double p);

// --- Functions, norms, parts ----------------------------------------------------------------------------------------

/// The exponential of square matrices (..., n, n), by Pade's approximation of degree 13 and repeated squaring. In a
/// graph at most 20 squarings are made: for norms up to 5 million.
TRIPTYCH_API Tensor matrix_exp(Arg x);
/// SciPy's and TensorFlow's name of `matrix_exp`.
TRIPTYCH_API Tensor expm(Arg x);

/// A norm of the matrices along two axes: "fro" (the root of the sum of squares) or "nuc" (the sum of singular values).
TRIPTYCH_API Tensor matrix_norm(Arg x, Text ord = "fro", const Axes& axes = {-2, -1}, bool keepdims = false);
/// 1 and -1: the largest (smallest) sum of absolute values in a column; infinity and -infinity: in a row; 2 and -2: the
/// largest (smallest) singular value.
TRIPTYCH_API Tensor matrix_norm(Arg x, double ord, const Axes& axes = {-2, -1}, bool keepdims = false);

/// The sum of the diagonal of matrices (..., n, m): (...). Any dtype; integers are added in int64.
TRIPTYCH_API Tensor trace(Arg x);
/// Diagonal `offset` of the matrices along two axes, as the last axis of the result: `diagonal` with torch.linalg's
/// axes.
TRIPTYCH_API Tensor diagonal(Arg x, std::int64_t offset = 0, std::int64_t axis1 = -2, std::int64_t axis2 = -1);
/// The powers 0 to N - 1 of each element: (..., n, N); N is n unless it is given. Any dtype but bool.
TRIPTYCH_API Tensor vander(Arg x, std::optional<std::int64_t> N = {});

}  // namespace triptych::linalg
