// Labels from the scores of a connectionist temporal classification.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

struct CtcGreedyOptions {
  /// The class that stands for no label.
  std::int64_t blank = 0;
  /// The same label in successive steps counts once.
  bool merge_repeated = true;
};
struct CtcDecoded {
  /// int64 (N, T): the labels of each sequence, then -1.
  Tensor labels;
  /// int64 (N,): how many there are.
  Tensor lengths;
  /// (N,): the negative sum of the best scores.
  Tensor neg_sum_logits;
};
/// The best class of each step of `scores` (N, T, C), without blanks and repetitions. `lengths` (N,) are integers.
/// @throws ArgumentError if shapes or dtypes do not fit. Source: tf.nn.ctc_greedy_decoder, keras.ops.ctc_decode.
TRIPTYCH_API CtcDecoded ctc_greedy_decode(Arg scores, Arg lengths, CtcGreedyOptions options = {});

}  // namespace triptych
