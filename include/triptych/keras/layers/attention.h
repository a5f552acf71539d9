// Attention of sequences without projections.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct AttentionOptions {
  /// The scores are multiplied by a number that is learned.
  bool use_scale = false;
  /// "dot", or "concat": the sum of tanh(query + key), times a number that is learned.
  OwnedText score_mode = "dot";
  double dropout = 0;
  std::int64_t seed = -1;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct AdditiveAttentionOptions {
  /// The terms are multiplied by a vector that is learned.
  bool use_scale = true;
  double dropout = 0;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Called on {query (n, Tq, e), value (n, Tv, ev)}, and a key (n, Tv, e) if it is not the value: softmax(scores) value,
/// (n, Tq, ev). Takes .mask {of the query, of the value}, .return_attention_scores and .use_causal_mask. Scores are
/// query key^T. ArgumentError for another score_mode, or if shapes do not fit. Luong et al., 2015.
TRIPTYCH_API Layer Attention(AttentionOptions options = {}, Location where = Location::here());
/// The same with the scores sum over e of scale tanh(query + key). Bahdanau et al., 2014.
TRIPTYCH_API Layer AdditiveAttention(AdditiveAttentionOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
