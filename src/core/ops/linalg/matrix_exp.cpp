// matrix_exp: exp(a) = r(a / 2^s)^(2^s), r Pade's approximation of degree 13. Source: Higham, The scaling and squaring
// method for the matrix exponential revisited (2005).
#include <algorithm>
#include <cmath>

#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::linalg {
namespace {

constexpr double reach = 5.371920351148152;  // r is exact to double's rounding for norms up to this
constexpr int most_squarings = 20;

/// (v - u)^-1 (v + u), where u has the odd powers and v the even ones.
Tensor approximation(const Tensor& a) {
  constexpr double b[] = {64764752532480000,
                          32382376266240000,
                          7771770303897600,
                          1187353796428800,
                          129060195264000,
                          10559470521600,
                          670442572800,
                          33522128640,
                          1323241920,
                          40840800,
                          960960,
                          16380,
                          182,
                          1};
  const Tensor a2 = matmul(a, a), a4 = matmul(a2, a2), a6 = matmul(a4, a2), unit = eye_like(a);
  const Tensor high_u = matmul(a6, a6 * (b[13] / b[0]) + a4 * (b[11] / b[0]) + a2 * (b[9] / b[0]));
  const Tensor high_v = matmul(a6, a6 * (b[12] / b[0]) + a4 * (b[10] / b[0]) + a2 * (b[8] / b[0]));
  const Tensor low_u = a6 * (b[7] / b[0]) + a4 * (b[5] / b[0]) + a2 * (b[3] / b[0]) + unit * (b[1] / b[0]);
  const Tensor u = matmul(a, high_u + low_u);
  const Tensor v = high_v + a6 * (b[6] / b[0]) + a4 * (b[4] / b[0]) + a2 * (b[2] / b[0]) + unit;
  const Tensor denominator = v - u;
  const LuFactors factors = [&] {
    const GradMode off(false);
    return factors_of(denominator, false);
  }();
  return solve_factored(denominator, factors, v + u, false);
}

/// How often each matrix is squared, (..., 1, 1).
Tensor squarings_for(const Tensor& a) {
  const GradMode off(false);
  const Tensor largest = max(sum(abs(a), {-2}, true), {-1}, true);
  return clip(ceil(log2(maximum(largest, 1e-30) / reach)), 0, most_squarings);
}

/// As many as one of the matrices needs; in a graph, which does not know, the most.
int most_needed(const Tensor& squarings) {
  if (squarings.is_symbolic()) return most_squarings;
  const auto needed = max(squarings).item<double>();
  return std::isfinite(needed) ? static_cast<int>(needed) : 0;
}

}  // namespace

Tensor matrix_exp(Arg x) {
  const Frame frame(x.where());
  const Called called("matrix_exp");
  const Tensor a = checked_operand("matrix_exp", x);
  check_square("matrix_exp", a, x.where());
  if (a.shape().known() && a.numel() == 0) return identity(x.tensor());
  const Tensor squarings = squarings_for(a);
  Tensor result = approximation(a * exp2(-squarings));
  for (int i = 0, most = most_needed(squarings); i < most; ++i)
    result = where(squarings > i, matmul(result, result), result);
  return cast(result, x.tensor().dtype());
}

Tensor expm(Arg x) { return matrix_exp(std::move(x)); }

}  // namespace triptych::linalg
