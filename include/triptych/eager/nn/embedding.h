// Embedding.
#pragma once

#include <optional>

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct EmbeddingOptions {
  std::int64_t num_embeddings = 0;
  std::int64_t embedding_dim = 0;
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
};
/// Rows of weight (num_embeddings, embedding_dim) for integer indices of any shape (...): (..., embedding_dim). weight
/// starts standard normal; the row `padding_idx` (negative counts from the end) starts as zeros and gets no gradient.
/// Rows of `weight` (num_embeddings, embedding_dim), at first normal(0, 1): integers x of any shape give x's shape and
/// embedding_dim. The row `padding_idx` starts as zeros and gets no gradient. ArgumentError for an index out of range.
class TRIPTYCH_API Embedding : public Module {
 public:
  using Options = EmbeddingOptions;
  explicit Embedding(const EmbeddingOptions& options, Location where = Location::here());
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, Location where = Location::here())
      : Embedding(EmbeddingOptions{.num_embeddings = num_embeddings, .embedding_dim = embedding_dim}, where) {}
  template <class = void>
  explicit Embedding(...) = delete;  // neither numbers nor EmbeddingOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const EmbeddingOptions options;
  Tensor& weight;
};

}  // namespace triptych::eager::nn
