#include "triptych/eager/nn/embedding.h"

#include "api_eager/nn/initialize.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

EmbeddingOptions checked(EmbeddingOptions options, Location where) {
  const std::int64_t rows = options.num_embeddings;
  if (rows < 1 || options.embedding_dim < 1)
    throw ArgumentError("Embedding", "num_embeddings or embedding_dim is not positive",
                        std::to_string(rows) + " and " + std::to_string(options.embedding_dim), "", where);
  if (options.padding_idx) {
    if (*options.padding_idx < -rows || *options.padding_idx >= rows)
      throw ArgumentError("Embedding", "padding_idx is not the number of a row",
                          std::to_string(*options.padding_idx) + " of " + std::to_string(rows), "", where);
    if (*options.padding_idx < 0) *options.padding_idx += rows;
  }
  check_parameter_dtype("Embedding", options.dtype, where);
  return options;
}

Tensor first_weight(const EmbeddingOptions& options, Location where) {
  const Tensor weight = init::normal(0, 1, {}, where)({options.num_embeddings, options.embedding_dim}, options.dtype);
  return options.padding_idx ? index_update(weight, {*options.padding_idx}, 0) : weight;
}

}  // namespace

Embedding::Embedding(const EmbeddingOptions& given, Location where)
    : options(checked(given, where)), weight(register_parameter("weight", first_weight(options, where))) {}

Tensor Embedding::forward(const Tensor& x) {
  return embedding(weight, x, {.padding_idx = options.padding_idx.value_or(-1)});
}

std::string Embedding::extra_repr() const {
  std::string text = std::to_string(options.num_embeddings) + ", " + std::to_string(options.embedding_dim);
  if (options.padding_idx) text += ", padding_idx=" + std::to_string(*options.padding_idx);
  return text;
}

}  // namespace triptych::eager::nn
