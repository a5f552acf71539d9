// eigh: a = V diag(l) V^T for symmetric a, and the eigenvalues alone.
#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op eigh_op, eigvalsh_op;

namespace {

Shape values_shape(const Infer& infer) {
  Shape values = infer.shape(0);
  values.erase(-1);
  return values;
}

void eigh_infer(Infer& infer) {
  check_square(infer, 0);
  infer.check_outputs(2);
  infer.output(0, values_shape(infer), infer.dtype(0));
  infer.output(1, infer.shape(0), infer.dtype(0));
}

void eigvalsh_infer(Infer& infer) {
  check_square(infer, 0);
  infer.output(0, values_shape(infer), infer.dtype(0));
}

// dA = V (diag(dl) + V^T dV / E) V^T, E_ij = l_j - l_i, and nothing of the second on the diagonal.
void eigh_gradient(Gradient& g) {
  const Tensor values = g.output(0), vectors = g.output(1);
  if (!g.has_upstream(1)) return g.set(0, matmul(linalg::scaled_columns(vectors, g.upstream(0)), transpose(vectors)));
  const Tensor differences = unsqueeze(values, -2) - unsqueeze(values, -1), unit = eye_like(differences);
  const Tensor turned = matmul(transpose(vectors), g.upstream(1)) / (differences + unit) * (1 - unit);
  const Tensor inside = g.has_upstream(0) ? turned + matrix_with_diagonal(g.upstream(0), differences) : turned;
  g.set(0, matmul(matmul(vectors, inside), transpose(vectors)));
}

void eigvalsh_gradient(Gradient& g) {
  const Tensor vectors = linalg::eigenpairs(g.input(0), g.attributes<EighAttributes>().upper).eigenvectors;
  g.set(0, matmul(linalg::scaled_columns(vectors, g.upstream()), transpose(vectors)));
}

}  // namespace

extern const Op eigh_op{.name = "eigh",
                        .inputs = 1,
                        .attributes = &attribute_type<EighAttributes>,
                        .infer = eigh_infer,
                        .gradient = eigh_gradient,
                        .saves_outputs = 0b11,
                        .can_fail = true};
extern const Op eigvalsh_op{.name = "eigvalsh",
                            .inputs = 1,
                            .attributes = &attribute_type<EighAttributes>,
                            .infer = eigvalsh_infer,
                            .gradient = eigvalsh_gradient,
                            .saves_inputs = 1,
                            .can_fail = true};

namespace linalg {
namespace {

bool is_upper(const char* op, std::string_view uplo, Location where) {
  if (uplo == "L" || uplo == "l") return false;
  if (uplo == "U" || uplo == "u") return true;
  throw ArgumentError(op, "UPLO is neither \"L\" nor \"U\"", '"' + std::string(uplo) + '"', "", where);
}

}  // namespace

Eigh eigenpairs(const Tensor& x, bool upper) {
  const EighAttributes attributes{upper};
  const Arg argument = x;
  const Arg* const arguments[] = {&argument};
  Tensor outputs[2];
  apply(eigh_op, arguments, &attributes, outputs, {});
  return {outputs[0], outputs[1]};
}

Eigh eigh(Arg x, Text UPLO) {
  const Frame frame(x.where());
  const Called called("eigh");
  const bool upper = is_upper("eigh", UPLO, x.where());
  const auto [values, vectors] = eigenpairs(checked_operand("eigh", x), upper);
  return {cast(values, x.tensor().dtype()), cast(vectors, x.tensor().dtype())};
}

Tensor eigvalsh(Arg x, Text UPLO) {
  const Frame frame(x.where());
  const Called called("eigvalsh");
  const EighAttributes attributes{is_upper("eigvalsh", UPLO, x.where())};
  const Tensor wide = checked_operand("eigvalsh", x);
  const Arg argument = wide;
  return cast(apply(eigvalsh_op, {&argument}, &attributes), x.tensor().dtype());
}

}  // namespace linalg
}  // namespace triptych
