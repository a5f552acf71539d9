// Special functions, elementwise. Integers and booleans become float32, 16-bit types are computed in float32; those of
// two operands broadcast, and a number never widens a tensor.
#pragma once

#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

/// 1 - erf(x), exact where erf(x) is nearly 1.
TRIPTYCH_API Tensor erfc(Arg x);
/// The x of erf(x): infinite at -1 and 1, NaN beyond. Source: Wichura, Algorithm AS 241, 1988.
TRIPTYCH_API Tensor erfinv(Arg x);
/// ln |gamma(x)|: infinity at 0, -1, -2, ...
TRIPTYCH_API Tensor lgamma(Arg x);
/// The derivative of ln gamma(x): -infinity at 0 (infinity at -0), NaN at -1, -2, ...
TRIPTYCH_API Tensor digamma(Arg x);
/// The n-th derivative of digamma, (-1)^(n + 1) n! times the sum over k >= 0 of (x + k)^-(n + 1); infinite at 0, -1,
/// -2, ...
/// @throws ArgumentError if n is negative or beyond 2^31. Source: torch.polygamma.
TRIPTYCH_API Tensor polygamma(std::int64_t n, Arg x);
/// sin(pi x) / (pi x), and 1 at 0. Its derivatives are right near 0, too.
TRIPTYCH_API Tensor sinc(Arg x);

/// ln(x / (1 - x)), the inverse of sigmoid; NaN outside of [0, 1]. With `eps`, x is moved into [eps, 1 - eps] first,
/// and the gradient is 0 outside.
/// @throws ArgumentError if eps is not finite. Source: torch.logit.
TRIPTYCH_API Tensor logit(Arg x, std::optional<double> eps = {});

/// x ln(y), and 0 where x is 0 and y is no NaN.
TRIPTYCH_API Tensor xlogy(Arg x, Arg y);
/// ln(e^a + e^b), without overflow.
TRIPTYCH_API Tensor logaddexp(Arg a, Arg b);
/// log2(2^a + 2^b), without overflow.
TRIPTYCH_API Tensor logaddexp2(Arg a, Arg b);
/// a raised to b, in float64 whatever their dtypes: NaN for a fractional power of a negative number.
TRIPTYCH_API Tensor float_power(Arg a, Arg b);

}  // namespace triptych
