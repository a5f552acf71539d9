// Rows of a learned table, by number.
#pragma once

#include <optional>
#include <string>

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct EmbeddingOptions {
  std::int64_t num_embeddings = 0;
  std::int64_t embedding_dim = 0;
  std::optional<std::int64_t> padding_idx = {};
  std::optional<double> max_norm =
      {};  // rows with a larger norm are scaled down to it, in `weight`, when they are read
  double norm_type = 2;
  bool scale_grad_by_freq = false;  // the gradient of a row is divided by how often the call read it
  bool sparse = false;              // is printed; gradients are dense
  DType dtype = float32;
};

/// What from_pretrained takes.
struct PretrainedEmbeddingOptions {
  bool freeze = true;
  std::optional<std::int64_t> padding_idx = {};
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  bool sparse = false;
};

/// Rows of `weight` (num_embeddings, embedding_dim), at first normal(0, 1): integers x of any shape give x's shape and
/// embedding_dim. The row `padding_idx` (negative counts from the end) starts as zeros and gets no gradient.
/// ArgumentError for an index out of range.
class TRIPTYCH_API Embedding : public Module {
 public:
  using Options = EmbeddingOptions;
  explicit Embedding(const EmbeddingOptions& options, Location where = Location::here());
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, std::optional<std::int64_t> padding_idx = {},
            std::optional<double> max_norm = {}, double norm_type = 2, bool scale_grad_by_freq = false,
            bool sparse = false, Location where = Location::here())
      : Embedding(EmbeddingOptions{num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq,
                                   sparse, float32},
                  where) {}
  template <class = void>
  explicit Embedding(...) = delete;  // neither numbers nor EmbeddingOptions
  /// One with the rows `embeddings` (num_embeddings, embedding_dim).
  static std::unique_ptr<Embedding> from_pretrained(const Tensor& embeddings,
                                                    const PretrainedEmbeddingOptions& options = {},
                                                    Location where = Location::here());
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const EmbeddingOptions options;
  Tensor& weight;
};

struct EmbeddingBagModuleOptions {
  std::int64_t num_embeddings = 0;
  std::int64_t embedding_dim = 0;
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  std::string mode = "mean";  // or "sum", "max"
  bool sparse = false;
  bool include_last_offset = false;
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
};

/// What from_pretrained takes.
struct PretrainedEmbeddingBagOptions {
  bool freeze = true;
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  std::string mode = "mean";  // or "sum", "max"
  bool sparse = false;
  bool include_last_offset = false;
  std::optional<std::int64_t> padding_idx = {};
};

/// Sums, means or maxima of rows, by bags: each row of indices (B, L) is one, or `offsets` cut indices (L) into bags;
/// `per_sample_weights` are factors, for sums only. See triptych::embedding_bag.
class TRIPTYCH_API EmbeddingBag : public Module {
 public:
  using Options = EmbeddingBagModuleOptions;
  explicit EmbeddingBag(const Options& options, Location where = Location::here());
  EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim, std::optional<double> max_norm = {},
               double norm_type = 2, bool scale_grad_by_freq = false, const std::string& mode = "mean",
               bool sparse = false, Location where = Location::here())
      : EmbeddingBag(Options{num_embeddings, embedding_dim, max_norm, norm_type, scale_grad_by_freq, mode, sparse},
                     where) {}
  /// One with the rows `embeddings` (num_embeddings, embedding_dim).
  static std::unique_ptr<EmbeddingBag> from_pretrained(const Tensor& embeddings,
                                                       const PretrainedEmbeddingBagOptions& options = {},
                                                       Location where = Location::here());
  Tensor forward(const Tensor& x) override { return forward(x, Tensor()); }
  Tensor forward(const Tensor& x, const Tensor& offsets, const Tensor& per_sample_weights = {});
  Tensor operator()(const Arg& x, const Tensor& offsets = {}, const Tensor& per_sample_weights = {}) {
    return call(*this, x, offsets, per_sample_weights);
  }
  std::string extra_repr() const override;

  const Options options;
  Tensor& weight;
};

}  // namespace triptych::eager::nn
