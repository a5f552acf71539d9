// Rows of a table.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  /// The number 0 is padding: the result has a mask that is false there.
  bool mask_zero = false;
  /// The table's first values, (input_dim, output_dim), instead of the initializer's.
  Tensor weights = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// Rows of a table (input_dim, output_dim): integers x of any shape give x's shape and output_dim. ArgumentError when
/// it runs for an index out of range.
TRIPTYCH_API Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options = {},
                             Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
