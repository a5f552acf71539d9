#include "triptych/keras/layers/reversible_embedding.h"

#include "api_keras/layers/brick.h"
#include "api_keras/layers/masks.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class ReversibleEmbedding : public LayerBase {
 public:
  ReversibleEmbedding(std::int64_t input_dim, std::int64_t output_dim, ReversibleEmbeddingOptions options)
      : input_dim_(input_dim), output_dim_(output_dim), options_(std::move(options)) {
    supports_masking = options_.mask_zero;
    autocast = false;
  }

  void build(const Shape&) override {
    embeddings_ = add_weight({.shape = {input_dim_, output_dim_},
                              .initializer = options_.embeddings_initializer,
                              .regularizer = options_.embeddings_regularizer,
                              .constraint = options_.embeddings_constraint,
                              .name = "embeddings"});
    if (!options_.tie_weights)
      back_ = add_weight({.shape = {output_dim_, input_dim_},
                          .initializer = options_.embeddings_initializer,
                          .name = "reverse_embeddings"});
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {"reverse"});
    const Tensor& x = only_input(*this, xs);
    if (!options.reverse) {
      const Tensor y = in_dtype(embedding(embeddings_, is_integral(x.dtype()) ? x : cast(x, int64)), compute_dtype());
      if (options_.mask_zero) set_mask(y, not_equal(x, 0));
      return {y};
    }
    if (x.ndim() == 0 || conflict(x.shape().dim(-1), output_dim_))
      throw ArgumentError(
          "ReversibleEmbedding", "the last axis is not as long as a row of the table",
          "layer '" + name() + "' got " + x.shape().text() + ", rows have " + std::to_string(output_dim_));
    const Tensor weight = options_.tie_weights ? transpose(embeddings_) : back_;
    const DType dtype = options_.reverse_dtype.value_or(weight.dtype());
    const Tensor scores = matmul(cast(x, dtype), cast(weight, dtype));
    const double cap = options_.logit_soft_cap;
    return {cap > 0 ? tanh(scores / cap) * cap : scores};
  }
  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>&) override { return {}; }

  DType input_dtype() const override { return int64; }

 private:
  std::int64_t input_dim_, output_dim_;
  ReversibleEmbeddingOptions options_;
  Tensor embeddings_, back_;
};

}  // namespace

Layer layers::ReversibleEmbedding(std::int64_t input_dim, std::int64_t output_dim, ReversibleEmbeddingOptions options,
                                  Location where) {
  check_positive("ReversibleEmbedding", "input_dim", input_dim, where);
  check_positive("ReversibleEmbedding", "output_dim", output_dim, where);
  Hyperparameters("ReversibleEmbedding", where).not_negative("logit_soft_cap", options.logit_soft_cap);
  return configured(with_options(brick<keras::ReversibleEmbedding>(options.name, where, input_dim, output_dim, options),
                                 options, where),
                    options, arg("input_dim", input_dim), arg("output_dim", output_dim));
}

}  // namespace triptych::keras
