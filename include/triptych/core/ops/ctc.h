// Connectionist temporal classification: the loss of a labelling whose alignment with the input is not known.
#pragma once

#include <cstdint>

#include "triptych/core/ops/losses.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct CtcLossOptions {
  /// The class that stands for no label.
  std::int64_t blank = 0;
  /// `mean`: of each loss divided by its target's length (at least 1).
  Reduction reduction = Reduction::mean;
  /// Losses that are infinite, as a target is too long for its input, become zero, with zero gradients.
  bool zero_infinity = false;
};

/// -log of the probability of each target, the sum over all of its alignments (Graves et al., 2006).
///
/// `log_probs` is (T, N, C), logarithms of probabilities (log_softmax), or (T, C) without a batch. `targets` are
/// integers (N, S), filled up after their lengths, or all of them one behind the other. `input_lengths` and
/// `target_lengths` are integers (N), or 0-d without a batch. The loss is (N), or 0-d.
///
/// The gradient of `log_probs` is PyTorch's, exp(log_probs) less the posterior of each class: that of the scores under
/// a log_softmax, whose own gradient leaves it as it is. Second
/// derivatives are those of single steps, so in a graph they need a known T.
/// @throws ArgumentError if shapes or dtypes do not fit, or, when it runs, if a length or a label is out of range.
/// Source: torch.nn.functional.ctc_loss.
TRIPTYCH_API Tensor ctc_loss(Arg log_probs, Arg targets, Arg input_lengths, Arg target_lengths,
                             CtcLossOptions options = {});

}  // namespace triptych
