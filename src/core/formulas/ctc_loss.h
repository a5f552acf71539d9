// The states of a target in connectionist temporal classification: blank, label, blank, ..., label, blank.
#pragma once

#include <cstdint>
#include <limits>

#include "core/kernels/vector_math.h"

namespace triptych::formula {

template <class C>
TRIPTYCH_HOST_DEVICE C log_of_zero() {
  return -std::numeric_limits<C>::infinity();
}

/// log(e^a + e^b + e^c).
template <class C>
TRIPTYCH_HOST_DEVICE C log_sum(C a, C b, C c) {
  C most = a > b ? a : b;
  most = most > c ? most : c;
  if (most == log_of_zero<C>()) return most;
  return most + math::log(math::exp(a - most) + math::exp(b - most) + math::exp(c - most));
}

/// One sequence. State s of 2 S + 1 is a blank if it is even, else label s / 2.
template <class C, class Scores, class Labels>
struct CtcSequence {
  Scores scores;  // scores(t, c)
  Labels labels;  // labels(i)
  std::int64_t steps, count, blank;

  TRIPTYCH_HOST_DEVICE std::int64_t states() const { return 2 * count + 1; }
  TRIPTYCH_HOST_DEVICE std::int64_t label(std::int64_t s) const { return s % 2 ? labels(s / 2) : blank; }
  /// Whether state s may follow s - 2: a label other than that.
  TRIPTYCH_HOST_DEVICE bool skips(std::int64_t s) const { return s % 2 && s > 1 && labels(s / 2) != labels(s / 2 - 1); }

  /// alpha: the logarithm of the probability of being in state s after step t; `last` are those after step t - 1.
  TRIPTYCH_HOST_DEVICE C alpha(std::int64_t t, std::int64_t s, const C* last) const {
    if (t == 0) return s < 2 ? scores(0, label(s)) : log_of_zero<C>();
    const C one = s > 0 ? last[s - 1] : log_of_zero<C>(), two = skips(s) ? last[s - 2] : log_of_zero<C>();
    return log_sum(last[s], one, two) + scores(t, label(s));
  }
  /// beta: that of all from step t in state s to the end; `next` are those from step t + 1.
  TRIPTYCH_HOST_DEVICE C beta(std::int64_t t, std::int64_t s, const C* next) const {
    if (t == steps - 1) return s >= states() - 2 ? scores(t, label(s)) : log_of_zero<C>();
    const C one = s + 1 < states() ? next[s + 1] : log_of_zero<C>(),
            two = s + 2 < states() && skips(s + 2) ? next[s + 2] : log_of_zero<C>();
    return log_sum(next[s], one, two) + scores(t, label(s));
  }
  /// The loss, from the alphas after the last step. Without a step an empty target alone is certain.
  TRIPTYCH_HOST_DEVICE C loss(const C* last) const {
    if (steps == 0) return count == 0 ? C(0) : -log_of_zero<C>();
    const C before = count > 0 ? last[states() - 2] : log_of_zero<C>();
    return -log_sum(last[states() - 1], before, log_of_zero<C>());
  }
};

/// The gradient of a score: what a class has, less what all alignments together give it, their logarithm `posterior`.
template <class C>
TRIPTYCH_HOST_DEVICE C ctc_grad(C score, C posterior, C loss, C upstream) {
  return (math::exp(score) - math::exp(posterior + loss - score)) * upstream;
}

}  // namespace triptych::formula
