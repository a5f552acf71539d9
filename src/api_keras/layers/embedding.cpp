#include "triptych/keras/layers/embedding.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Embedding : public LayerBase {
 public:
  Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options)
      : input_dim_(input_dim), output_dim_(output_dim), options_(std::move(options)) {
    supports_masking = options_.mask_zero;
    autocast = false;
  }

  void build(const Shape&) override {
    const Tensor given = std::exchange(options_.weights, {});
    const auto copy = [&](const Shape&, DType dtype) { return cast(given.clone(), dtype); };
    embeddings_ = add_weight({.shape = {input_dim_, output_dim_},
                              .initializer = given.defined() ? Initializer(copy) : options_.embeddings_initializer,
                              .regularizer = options_.embeddings_regularizer,
                              .constraint = options_.embeddings_constraint,
                              .name = "embeddings"});
  }

  Tensor call(const Tensor& x, bool) override {
    return in_dtype(embedding(embeddings_, is_integral(x.dtype()) ? x : cast(x, int64)), compute_dtype());
  }

  std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>&) override {
    if (!options_.mask_zero) return {};
    return {not_equal(inputs.at(0), 0)};
  }

  DType input_dtype() const override { return int64; }

 private:
  std::int64_t input_dim_, output_dim_;
  EmbeddingOptions options_;
  Tensor embeddings_;
};

}  // namespace

Layer layers::Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options, Location where) {
  if (input_dim < 1 || output_dim < 1)
    throw ArgumentError("Embedding", "input_dim or output_dim is below 1",
                        std::to_string(input_dim) + " and " + std::to_string(output_dim), "", where);
  if (options.weights.defined() && options.weights.shape() != Shape{input_dim, output_dim})
    throw ArgumentError("Embedding", "the table that is given has another shape than (input_dim, output_dim)",
                        options.weights.shape().text(), "", where);
  return configured(
      with_options(brick<keras::Embedding>(options.name, where, input_dim, output_dim, options), options, where),
      options, arg("input_dim", input_dim), arg("output_dim", output_dim));
}

}  // namespace triptych::keras
