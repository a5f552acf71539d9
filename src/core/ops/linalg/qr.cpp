// qr: a = Q R by Householder's reflections.
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op qr_op;

namespace {

void qr_infer(Infer& infer) {
  check_matrices(infer, 0);
  infer.check_outputs(2);
  const Dim rows = infer.shape(0).dim(-2), columns = infer.shape(0).dim(-1);
  const Dim inner = infer.attributes<QrAttributes>().complete ? rows : smaller(rows, columns);
  Shape q = infer.shape(0), r = infer.shape(0);
  q.set(-1, inner);
  r.set(-2, inner);
  infer.output(0, q, infer.dtype(0));
  infer.output(1, r, infer.dtype(0));
}

// With M = dR R^T - Q^T dQ: tall, dA = (Q syminv(M) + dQ) R^-T, where syminv takes the upper triangle and mirrors it;
// wide, dA = Q [skew(M) R1^-T, 0] + Q dR, where skew is the lower triangle of M^T - M and R = [R1, R2].
void qr_gradient(Gradient& g) {
  const Tensor q = g.output(0), r = g.output(1);
  const Dim rows = q.shape().dim(-2), columns = r.shape().dim(-1);
  const bool wide = rows.known() && columns.known() && rows.raw() < columns.raw();
  if (g.attributes<QrAttributes>().complete && !wide && (!rows.known() || conflict(rows, columns)))
    throw UnsupportedError("qr", "the complete factors of a tall matrix have no gradient", q.shape().text(),
                           "Use \"reduced\"");
  Tensor m;
  if (g.has_upstream(1)) m = matmul(g.upstream(1), transpose(r));
  if (g.has_upstream(0)) {
    const Tensor of_q = matmul(transpose(q), g.upstream(0));
    m = m.defined() ? m - of_q : -of_q;
  }
  const auto by_r = [](const Tensor& x, const Tensor& square) {  // x square^-T
    return linalg::triangular_solution_right(transpose(square), x, {.upper = false});
  };
  if (wide) {
    const Tensor left = matmul(q, by_r(tril(transpose(m) - m), slice(r, -1, {0, rows.raw()})));
    const Tensor right = slice(zeros_like(r), -1, {rows.raw(), columns.raw()});
    const Tensor result = concat({left, right}, -1);
    return g.set(0, g.has_upstream(1) ? result + matmul(q, g.upstream(1)) : result);
  }
  const Tensor product = matmul(q, triu(m) + transpose(triu(m, 1)));
  g.set(0, by_r(g.has_upstream(0) ? product + g.upstream(0) : product, r));
}

}  // namespace

extern const Op qr_op{.name = "qr",
                      .inputs = 1,
                      .attributes = &attribute_type<QrAttributes>,
                      .infer = qr_infer,
                      .gradient = qr_gradient,
                      .saves_outputs = 0b11};

namespace linalg {

Qr qr(Arg x, Text mode) {
  const Frame frame(x.where());
  const Called called("qr");
  if (mode != "reduced" && mode != "complete" && mode != "r")
    throw ArgumentError("qr", "there is no such mode", '"' + std::string(mode) + '"',
                        "There are \"reduced\", \"complete\" and \"r\"", x.where());
  const QrAttributes attributes{mode == "complete"};
  const Tensor wide = checked_operand("qr", x);
  const Arg argument = wide;
  const Arg* const arguments[] = {&argument};
  Tensor outputs[2];
  apply(qr_op, arguments, &attributes, outputs, {});
  const DType dtype = x.tensor().dtype();
  const Tensor r = cast(outputs[1], dtype);
  return {mode == "r" ? to(zeros({0}, dtype), r.device()) : cast(outputs[0], dtype), r};
}

}  // namespace linalg
}  // namespace triptych
