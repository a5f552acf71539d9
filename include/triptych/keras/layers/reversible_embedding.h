// Rows of a table, and back.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct ReversibleEmbeddingOptions {
  /// The way back is by the same table; else by a weight of its own, (output_dim, input_dim).
  bool tie_weights = true;
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  /// As in EmbeddingOptions.
  bool mask_zero = false;
  /// The dtype of the way back; none: that of the table.
  std::optional<DType> reverse_dtype = {};
  /// Scores are kept between plus and minus this, smoothly; 0: they are not.
  double logit_soft_cap = 0;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// An Embedding; with .reverse the product of features (..., output_dim) with all rows, (..., input_dim): the scores of
/// a language model. ArgumentError as for Embedding, and if logit_soft_cap is negative.
TRIPTYCH_API Layer ReversibleEmbedding(std::int64_t input_dim, std::int64_t output_dim,
                                       ReversibleEmbeddingOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
