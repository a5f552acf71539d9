// Random numbers whose distribution an operand decides, element by element. A number depends on the draw's key and
// counter, its place and its parameters alone, on every device. A null generator is the default one. Without gradients.
#pragma once

#include "triptych/core/random.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Gamma distributed numbers of these concentrations and rate 1, in their floating dtype. Source: Marsaglia and Tsang,
/// 2000; torch._standard_gamma.
/// @throws ArgumentError if a concentration is negative or NaN.
TRIPTYCH_API Tensor standard_gamma(Arg concentration, Generator* generator = nullptr);
/// Poisson distributed counts of these rates, in their floating dtype. Source: torch.poisson; Hoermann, PTRS, 1993, for
/// rates of 10 and more.
/// @throws ArgumentError if a rate is negative, NaN or infinite.
TRIPTYCH_API Tensor poisson(Arg rate, Generator* generator = nullptr);
/// How many of `count` trials succeed, each with probability `prob`; both broadcast, in their floating dtype. Source:
/// torch.binomial; Hoermann, BTRS, 1993, for ten and more expected.
/// @throws ArgumentError if a count is negative or not finite, or a probability is outside of [0, 1].
TRIPTYCH_API Tensor binomial(Arg count, Arg prob, Generator* generator = nullptr);

/// Beta distributed numbers: x / (x + y) for gamma distributed x and y of these concentrations, which broadcast.
TRIPTYCH_API Tensor random_beta(Arg alpha, Arg beta, Generator* generator = nullptr);
/// `num_samples` classes (int64) for each row of `logits`, a vector or matrix of logarithms of probabilities that are
/// not normalized. Source: tf.random.categorical.
TRIPTYCH_API Tensor categorical(Arg logits, std::int64_t num_samples, Generator* generator = nullptr);
/// The slices of x along `axis` in random order. Source: tf.random.shuffle, keras.random.shuffle.
/// @throws ArgumentError if x has no such axis.
TRIPTYCH_API Tensor shuffle(Arg x, std::int64_t axis = 0, Generator* generator = nullptr);

// The ops under them; `state` as in random.h.

TRIPTYCH_API Tensor random_gamma(Arg state, Arg concentration);
TRIPTYCH_API Tensor random_poisson(Arg state, Arg rate);
TRIPTYCH_API Tensor random_binomial(Arg state, Arg count, Arg prob);

}  // namespace triptych
