// Attention whose query heads share keys and values.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct GroupedQueryAttentionOptions {
  double dropout = 0;
  bool use_bias = true;
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

/// MultiHeadAttention with num_query_heads heads of queries for num_key_value_heads heads of keys and values, which
/// divide them. Called as MultiHeadAttention is. Keras has it as GroupQueryAttention. Ainslie et al., 2023.
TRIPTYCH_API Layer GroupedQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads,
                                         std::int64_t num_key_value_heads, GroupedQueryAttentionOptions options = {},
                                         Location where = Location::here());
TRIPTYCH_API Layer GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads,
                                       std::int64_t num_key_value_heads, GroupedQueryAttentionOptions options = {},
                                       Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
