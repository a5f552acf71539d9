// Attention with several heads.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct MultiHeadAttentionOptions {
  /// 0: key_dim.
  std::int64_t value_dim = 0;
  double dropout = 0;
  bool use_bias = true;
  /// The result's last axes; empty: the query's last one.
  Shape output_shape = {};
  /// The axes along which queries look at keys; empty: all between batch and features.
  Axes attention_axes = {};
  /// A query looks at keys less than this far from it; 0: at all.
  std::int64_t sliding_window = 0;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output of each projection; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  /// The heads' outputs are multiplied by a sigmoid of the query.
  bool use_gate = false;
  std::int64_t seed = -1;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Called on {query (n, T, e), value (n, S, ev)}, and a key if it is not the value: the weights are query, key, value
/// and attention_output, each a kernel and a bias, as EinsumDense has them. Takes .mask {of the query, of the value, of
/// the key}, .attention_mask (n, T, S), .return_attention_scores (then `call` gives {output, scores}) and
/// .use_causal_mask. Without dropout and scores it is one op; see triptych::scaled_dot_product_attention. ArgumentError
/// unless num_heads and key_dim are positive and shapes fit. Vaswani et al., 2017.
TRIPTYCH_API Layer MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim,
                                      MultiHeadAttentionOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
