// Connectionist temporal classification.
#pragma once

#include "triptych/keras/losses/loss.h"

namespace triptych::keras::losses {

/// -log of the probability of a sequence of labels over all of its alignments; see triptych::ctc_loss. y_true: labels
/// (n, longest), filled up with 0, which is also the blank; y_pred: logits (n, steps, classes).
TRIPTYCH_API Loss CTC(LossReductionOptions options = {}, Location where = Location::here());
TRIPTYCH_API Tensor ctc(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());

}  // namespace triptych::keras::losses
