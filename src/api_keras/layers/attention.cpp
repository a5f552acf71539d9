#include "triptych/keras/layers/attention.h"

#include "api_keras/layers/attention_masks.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {

Tensor causal_mask(const Tensor& queries, const Tensor& keys) {
  const Tensor of_queries = step_numbers(queries), of_keys = step_numbers(keys);
  return unsqueeze(less_equal(unsqueeze(of_keys, 0), unsqueeze(of_queries, 1)), 0);
}

Tensor step_numbers(const Tensor& x) {
  Tensor one = first_along(x, 0);
  while (one.ndim() > 2) one = select(one, -1, 0);
  return cumsum(cast(ones_like(select(one, 0, 0)), int64), 0);
}

Tensor both(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return logical_and(a, b);
}

namespace {

/// Attention and AdditiveAttention.
class AttentionLayer : public MaskedLayer {
 public:
  AttentionLayer(double dropout, std::int64_t seed) : dropout_(dropout), seed_(seed) {}

  void build_many(const std::vector<Shape>& shapes) override {
    check_count(shapes.size());
    make_weights(shapes);
    if (dropout_ == 0) return;
    stream_ = random_stream(seed_);
    add_state("stream", stream_);
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {"return_attention_scores", "use_causal_mask"});
    check_count(xs.size());
    const Tensor &query = xs[0], &value = xs[1], &key = xs.size() > 2 ? xs[2] : xs[1];
    for (const Tensor& x : xs)
      if (x.ndim() < 3)
        throw ArgumentError(class_name(), "an input does not have batch, steps and features",
                            "layer '" + name() + "' got " + x.shape().text());
    const Tensor &query_mask = options.mask[0], &value_mask = options.mask[1];
    check_mask("query", query_mask, query);
    check_mask("value", value_mask, xs[1]);
    const Tensor scores = scores_of(query, key);
    Tensor mask = value_mask.defined() ? unsqueeze(value_mask, -2) : Tensor();
    if (options.use_causal_mask) mask = both(mask, causal_mask(query, key));
    const Tensor masked =
        mask.defined() ? where(mask, scores, scores - (scores.dtype() == float16 ? 65504.0 : 1e9)) : scores;
    Tensor weights = softmax(masked, -1);
    if (options.training.value_or(false) && dropout_ > 0)
      weights = dropout(weights, {.p = dropout_, .training = true}, stream_);
    Tensor output = matmul(weights, value);
    if (query_mask.defined()) output = where(unsqueeze(query_mask, -1), output, 0);
    return options.return_attention_scores ? std::vector<Tensor>{output, weights} : std::vector<Tensor>{output};
  }

  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) override {
    return {mask.empty() ? Tensor() : mask[0]};
  }

 protected:
  virtual void make_weights(const std::vector<Shape>& shapes) = 0;
  virtual Tensor scores_of(const Tensor& query, const Tensor& key) const = 0;
  double dropout_;

 private:
  /// A bool for each step of x.
  void check_mask(const char* what, const Tensor& mask, const Tensor& x) const {
    if (!mask.defined()) return;
    bool fits = mask.dtype() == boolean && mask.ndim() == x.ndim() - 1;
    for (int axis = 0; fits && axis < mask.ndim(); ++axis)
      fits = !conflict(mask.shape().dim(axis), x.shape().dim(axis));
    if (!fits)
      throw ArgumentError(class_name(), std::string("the mask of the ") + what + " is not a bool for each step",
                          "layer '" + name() + "' got " + x.shape().text() + " with a mask " +
                              std::string(dtype_name(mask.dtype())) + " " + mask.shape().text());
  }
  void check_count(std::size_t count) const {
    if (count != 2 && count != 3)
      throw ArgumentError(class_name(), "the layer is not called on a query, a value and maybe a key",
                          "layer '" + name() + "' got " + std::to_string(count) + " inputs",
                          "Call it on {query, value} or {query, value, key}");
  }
  std::int64_t seed_;
  Tensor stream_;
};

/// (n, Tq, Tv, e): each query beside each key.
Tensor sums(const Tensor& query, const Tensor& key) { return unsqueeze(query, -2) + unsqueeze(key, -3); }

class Attention : public AttentionLayer {
 public:
  explicit Attention(AttentionOptions options)
      : AttentionLayer(options.dropout, options.seed), options_(std::move(options)) {}

 protected:
  void make_weights(const std::vector<Shape>&) override {
    if (options_.use_scale) scale_ = add_weight({.shape = {}, .initializer = "ones", .name = "scale"});
    if (options_.score_mode == "concat")
      concat_ = add_weight({.shape = {}, .initializer = "ones", .name = "concat_score_weight"});
  }
  Tensor scores_of(const Tensor& query, const Tensor& key) const override {
    if (options_.score_mode == "dot") {
      const Tensor scores = matmul(query, transpose(key));
      return scale_.defined() ? scores * scale_ : scores;
    }
    const Tensor all = sums(query, key);
    return concat_ * sum(tanh(scale_.defined() ? scale_ * all : all), -1);
  }

 private:
  AttentionOptions options_;
  Tensor scale_, concat_;
};

class AdditiveAttention : public AttentionLayer {
 public:
  explicit AdditiveAttention(AdditiveAttentionOptions options)
      : AttentionLayer(options.dropout, -1), use_scale_(options.use_scale) {}

 protected:
  void make_weights(const std::vector<Shape>& shapes) override {
    if (!use_scale_) return;
    if (shapes[0].rank() == 0 || !shapes[0].dim(-1).known())
      throw ArgumentError("AdditiveAttention", "the last axis of the query is not known",
                          "layer '" + name() + "' got " + shapes[0].text(), "Give Input its size");
    scale_ = add_weight({.shape = {shapes[0][-1]}, .initializer = "glorot_uniform", .name = "scale"});
  }
  Tensor scores_of(const Tensor& query, const Tensor& key) const override {
    const Tensor terms = tanh(sums(query, key));
    return sum(scale_.defined() ? scale_ * terms : terms, -1);
  }

 private:
  bool use_scale_;
  Tensor scale_;
};

}  // namespace

namespace layers {

Layer Attention(AttentionOptions options, Location where) {
  if (options.score_mode != "dot" && options.score_mode != "concat")
    throw ArgumentError("Attention", "there is no such score_mode", "'" + options.score_mode + "'",
                        "Use 'dot' or 'concat'", where);
  Hyperparameters("Attention", where).share("dropout", options.dropout);
  check_seed("Attention", options.seed, where);
  return configured(with_options(brick<keras::Attention>(options.name, where, options), options, where), options);
}
Layer AdditiveAttention(AdditiveAttentionOptions options, Location where) {
  Hyperparameters("AdditiveAttention", where).share("dropout", options.dropout);
  return configured(with_options(brick<keras::AdditiveAttention>(options.name, where, options), options, where),
                    options);
}

}  // namespace layers
}  // namespace triptych::keras
