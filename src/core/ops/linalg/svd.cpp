// svd: a = U diag(S) V^T, and the singular values alone.
#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op svd_op, svdvals_op;

namespace {

Shape values_shape(const Infer& infer) {
  Shape s = infer.shape(0);
  const Dim length = smaller(s.dim(-2), s.dim(-1));
  s.erase(-1);
  s.set(-1, length);
  return s;
}

void svd_infer(Infer& infer) {
  check_matrices(infer, 0);
  infer.check_outputs(3);
  const bool full = infer.attributes<SvdAttributes>().full_matrices;
  const Shape s = values_shape(infer);
  Shape u = infer.shape(0), vh = infer.shape(0);
  u.set(-1, full ? u.dim(-2) : s.dim(-1));
  vh.set(-2, full ? vh.dim(-1) : s.dim(-1));
  infer.output(0, u, infer.dtype(0));
  infer.output(1, s, infer.dtype(0));
  infer.output(2, vh, infer.dtype(0));
}

void svdvals_infer(Infer& infer) {
  check_matrices(infer, 0);
  infer.output(0, values_shape(infer), infer.dtype(0));
}

Tensor skew(const Tensor& x) { return x - transpose(x); }

// With E_ij = s_j^2 - s_i^2, 1 on the diagonal, and skew(X) = X - X^T:
//   dA = U [skew(U^T dU) / E S + S skew(V^T dV) / E + diag(dS)] V^T
//      + (1 - U U^T) dU S^-1 V^T  for more rows than columns,  + U S^-1 dV^T (1 - V V^T)  for fewer.
void svd_gradient(Gradient& g) {
  Tensor u = g.output(0), vh = g.output(2), du, dvh;
  const Tensor s = g.output(1);
  if (g.has_upstream(0)) du = g.upstream(0);
  if (g.has_upstream(2)) dvh = g.upstream(2);
  const Dim rows = u.shape().dim(-2), columns = vh.shape().dim(-1), length = s.shape().dim(-1);
  if (g.attributes<SvdAttributes>().full_matrices && !(length.known() && rows.known() && columns.known()))
    throw UnsupportedError("svd", "full matrices of unknown size have no gradient", u.shape().text(),
                           "Use full_matrices = false");
  if (g.attributes<SvdAttributes>().full_matrices && conflict(rows, columns)) {  // only those of S's length count
    const auto first = [&](Tensor& x, int axis) {
      if (x.defined()) x = slice(x, axis, {0, length.raw()});
    };
    for (Tensor* x : {&u, &du}) first(*x, -1);
    for (Tensor* x : {&vh, &dvh}) first(*x, -2);
  }
  const Tensor row = unsqueeze(s, -2), column = unsqueeze(s, -1);
  const Tensor differences = row * row - column * column, e = differences + eye_like(differences);
  Tensor inside;
  const auto add = [](Tensor& sum, const Tensor& x) { sum = sum.defined() ? sum + x : x; };
  if (du.defined()) add(inside, skew(matmul(transpose(u), du)) / e * row);
  if (dvh.defined()) add(inside, skew(matmul(vh, transpose(dvh))) / e * column);
  if (g.has_upstream(1)) add(inside, matrix_with_diagonal(g.upstream(1), differences));
  Tensor result = matmul(matmul(u, inside), vh);
  // Where nobody knows which is more, sizes are compared when they are there, so that the result's bits are the same.
  const bool known = rows.known() && columns.known();
  const auto add_if = [&](Dim more, Dim less, const Tensor& larger, const Tensor& smaller, auto term) {
    if (known && more.raw() <= less.raw()) return;
    const auto size = [](const Tensor& x) { return sum(ones_like(x), {-2, -1}, true); };
    result = result + (known ? term() : where(size(larger) > size(smaller), term(), 0));
  };
  if (du.defined())
    add_if(rows, columns, u, vh, [&] {
      const Tensor x = du / row;
      return matmul(x - matmul(u, matmul(transpose(u), x)), vh);
    });
  if (dvh.defined())
    add_if(columns, rows, vh, u, [&] {
      const Tensor x = dvh / column;
      return matmul(u, x - matmul(matmul(x, transpose(vh)), vh));
    });
  g.set(0, result);
}

void svdvals_gradient(Gradient& g) {
  const linalg::Svd svd = linalg::reduced_svd(g.input(0));
  g.set(0, matmul(linalg::scaled_columns(svd.U, g.upstream()), svd.Vh));
}

}  // namespace

extern const Op svd_op{.name = "svd",
                       .inputs = 1,
                       .attributes = &attribute_type<SvdAttributes>,
                       .infer = svd_infer,
                       .gradient = svd_gradient,
                       .saves_outputs = 0b111,
                       .can_fail = true};
extern const Op svdvals_op{.name = "svdvals",
                           .inputs = 1,
                           .infer = svdvals_infer,
                           .gradient = svdvals_gradient,
                           .saves_inputs = 1,
                           .can_fail = true};

namespace linalg {
namespace {

Svd svd_of(const Tensor& x, bool full_matrices) {
  const SvdAttributes attributes{full_matrices};
  const Arg argument = x;
  const Arg* const arguments[] = {&argument};
  Tensor outputs[3];
  apply(svd_op, arguments, &attributes, outputs, {});
  return {outputs[0], outputs[1], outputs[2]};
}

}  // namespace

Svd reduced_svd(const Tensor& x) { return svd_of(x, false); }

Tensor singular_values(const Tensor& x) {
  const Arg argument = x;
  return apply(svdvals_op, {&argument});
}

Svd svd(Arg x, bool full_matrices) {
  const Frame frame(x.where());
  const Called called("svd");
  const auto [u, s, vh] = svd_of(checked_operand("svd", x), full_matrices);
  const DType dtype = x.tensor().dtype();
  return {cast(u, dtype), cast(s, dtype), cast(vh, dtype)};
}

Tensor svdvals(Arg x) {
  const Frame frame(x.where());
  const Called called("svdvals");
  return cast(singular_values(checked_operand("svdvals", x)), x.tensor().dtype());
}

}  // namespace linalg
}  // namespace triptych
