// Products of vectors, matrices and tensors of any rank, all of them made of matmul, permute and reshape: in a graph
// dimensions may be unknown. 16-bit floats are multiplied and added in float32, and rounded once at the end.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// Einstein's summation: `einsum("bqd,bkd->bqk", {x, y})`. Each operand's axes are named by letters; the result has the
/// axes behind `->`, and what it does not have is summed. Axes of one name have one length, or length one. A letter
/// that an operand has twice is its diagonal; `...` stands for any number of axes, which broadcast. Without `->` the
/// result has `...` and the letters that occur once, in the order of the alphabet, capitals first. Spaces mean nothing.
///
/// Several operands are multiplied two at a time, in the order that costs the fewest multiplications (up to eight
/// operands; of more the cheapest pair is next). Dtypes are promoted to one.
/// @throws ArgumentError if the equation is malformed or does not fit the operands, or for bool.
/// Source: torch.einsum, numpy.einsum.
TRIPTYCH_API Tensor einsum(Text equation, const std::vector<Tensor>& operands, Location where = Location::here());

/// The sum of products over the last `axes` axes of a and the first `axes` of b: a (..., k...) and b (k..., ...) give
/// both remainders one after the other; with 0 the outer product.
/// @throws ArgumentError if there are not so many axes, or their lengths differ.
TRIPTYCH_API Tensor tensordot(Arg a, Arg b, std::int64_t axes = 2);
/// The same over axis `a_axes[i]` of a and `b_axes[i]` of b, for each i.
TRIPTYCH_API Tensor tensordot(Arg a, Arg b, const Axes& a_axes, const Axes& b_axes);

/// The sum of a_i b_i of two vectors of one length.
TRIPTYCH_API Tensor dot(Arg a, Arg b);
/// The same: of real vectors nothing is conjugated.
TRIPTYCH_API Tensor vdot(Arg a, Arg b);
/// The sums of products over the last axis of both: (..., k) and (... , k); of a number the product (NumPy's inner).
TRIPTYCH_API Tensor inner(Arg a, Arg b);
/// A matrix (n, m) times a vector (m,).
TRIPTYCH_API Tensor mv(Arg matrix, Arg vector);
/// A matrix (n, k) times a matrix (k, m); nothing is broadcast.
TRIPTYCH_API Tensor mm(Arg a, Arg b);
/// Matrices (b, n, k) times as many matrices (b, k, m).
TRIPTYCH_API Tensor bmm(Arg a, Arg b);
/// a_i b_j of two vectors, (n, m).
TRIPTYCH_API Tensor outer(Arg a, Arg b);
/// PyTorch's other name of `outer`.
TRIPTYCH_API Tensor ger(Arg a, Arg b);

/// The factors of a sum of something and a product.
struct ScaledSumOptions {
  /// Of what the product is added to; with 0 that is not read, so that its NaN goes nowhere.
  Scalar beta = 1;
  /// Of the product.
  Scalar alpha = 1;
};

/// beta input + alpha a b for matrices a (n, k) and b (k, m); `input` broadcasts to (n, m).
/// @throws ArgumentError if shapes or dtypes do not fit, or integers are scaled by a fraction (all five functions).
TRIPTYCH_API Tensor addmm(Arg input, Arg a, Arg b, ScaledSumOptions options = {});
/// beta input + alpha matrix vector, (n,).
TRIPTYCH_API Tensor addmv(Arg input, Arg matrix, Arg vector, ScaledSumOptions options = {});
/// beta input + alpha times the sum over i of a_i b_i, for a (i, n, k) and b (i, k, m).
TRIPTYCH_API Tensor addbmm(Arg input, Arg a, Arg b, ScaledSumOptions options = {});
/// beta input + alpha a_i b_i for each i, (i, n, m).
TRIPTYCH_API Tensor baddbmm(Arg input, Arg a, Arg b, ScaledSumOptions options = {});
/// beta input + alpha times the outer product of two vectors, (n, m).
TRIPTYCH_API Tensor addr(Arg input, Arg a, Arg b, ScaledSumOptions options = {});

/// Kronecker's product: each element of a times all of b, block by block; at most four axes, the operand with fewer has
/// ones in front.
TRIPTYCH_API Tensor kron(Arg a, Arg b);
/// The cross product of vectors of length 3 along `axis`; the other axes broadcast.
/// @throws ArgumentError unless both have the same number of axes, and length 3 along `axis`.
TRIPTYCH_API Tensor cross(Arg a, Arg b, std::int64_t axis = -1);

/// The distances of all rows of a (..., n, k) from all rows of b (..., m, k): (..., n, m), with
/// d_ij = (sum over l of |a_il - b_jl|^p)^(1/p); p = infinity: the largest difference, p = 0: how many differ. Where
/// the distance is 0 so is the derivative. The Euclidean distance of more than 25 rows is computed by a product, as
/// |a|^2 + |b|^2 - 2 a b, which loses digits where rows are close together.
/// @throws ArgumentError if p is negative or NaN, or the last axes differ.
/// Source: torch.cdist.
TRIPTYCH_API Tensor cdist(Arg a, Arg b, double p = 2);
/// The distances of the rows of a matrix from each other, those of row 0 from 1, 2, ... first: (n (n - 1) / 2,). The
/// number of rows must be known.
TRIPTYCH_API Tensor pdist(Arg x, double p = 2);

/// The n-th power of square matrices (..., m, m) by repeated squaring; n = 0: the identity; n < 0: of the inverse.
TRIPTYCH_API Tensor matrix_power(Arg x, std::int64_t n);
/// The product of all, in the order that costs the fewest multiplications. All are matrices, but the first may be a
/// row, (k,), and the last a column.
/// @throws ArgumentError for less than two, or if shapes do not fit.
/// Source: torch.linalg.multi_dot.
TRIPTYCH_API Tensor multi_dot(const std::vector<Tensor>& matrices, Location where = Location::here());
/// The same for matrices only; one is itself.
TRIPTYCH_API Tensor chain_matmul(const std::vector<Tensor>& matrices, Location where = Location::here());

}  // namespace triptych
