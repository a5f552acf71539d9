// Functions of probability distributions, elementwise: what is below a value, what value has so much below it, and the
// incomplete gamma and zeta functions. Integers and booleans become float32; those of two operands broadcast.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The normal distribution function, erfc(-x / sqrt(2)) / 2, and its logarithm, right far below 0, too.
TRIPTYCH_API Tensor ndtr(Arg x);
TRIPTYCH_API Tensor log_ndtr(Arg x);
/// Its inverse: infinite at 0 and 1, NaN beyond. Source: Wichura, Algorithm AS 241, 1988.
TRIPTYCH_API Tensor ndtri(Arg p);
/// The inverse of erfc.
TRIPTYCH_API Tensor erfcinv(Arg x);
/// e^(x^2) erfc(x), which does not vanish.
TRIPTYCH_API Tensor erfcx(Arg x);
/// -x ln(x): 0 at 0, -infinity below.
TRIPTYCH_API Tensor entr(Arg x);

/// The regularized lower (upper) incomplete gamma function: the integral of t^(a-1) e^-t up to x (from x on), over
/// gamma(a). NaN for negative operands. Has a derivative in x.
/// @throws UnsupportedError in backward if a needs a gradient, as in PyTorch.
TRIPTYCH_API Tensor igamma(Arg a, Arg x);
TRIPTYCH_API Tensor igammac(Arg a, Arg x);
/// The zeta function of Hurwitz, the sum over k >= 0 of (q + k)^-s, for s > 1. Has a derivative in q.
/// @throws UnsupportedError in backward if s needs a gradient, as in PyTorch.
TRIPTYCH_API Tensor zeta(Arg s, Arg q);
/// The logarithm of the multivariate gamma function: (p (p - 1) / 4) ln(pi) + the sum of lgamma(x - j / 2) for j < p.
/// @throws ArgumentError unless p is from 1 to 1000. Source: torch.mvlgamma.
TRIPTYCH_API Tensor mvlgamma(Arg x, std::int64_t p);

}  // namespace triptych
