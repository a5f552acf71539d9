#include "triptych/keras/layers/multi_head_attention.h"

#include <algorithm>
#include <cmath>

#include "api_keras/layers/attention_masks.h"
#include "api_keras/layers/softmax.h"
#include "api_keras/names.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "triptych/keras/layers/einsum_dense.h"
#include "triptych/keras/layers/grouped_query_attention.h"

namespace triptych::keras {
namespace {

/// What both kinds have in common.
struct Common {
  std::int64_t query_heads, key_heads, key_dim, value_dim;
  double dropout;
  bool use_bias, use_gate;
  std::int64_t sliding_window, seed;
  Initializer kernel_initializer, bias_initializer;
  Regularizer kernel_regularizer, bias_regularizer, activity_regularizer;
  Constraint kernel_constraint, bias_constraint;
};

/// A projection that is a part of a layer; masks are that layer's business.
Tensor projected(const Layer& dense, const Tensor& x) {
  return outputs_of(dense.base(), {x}, only_training(false, 1))[0];
}

/// The letters of `count` axes from `first` on.
std::string letters(char first, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(first + i);
  return text;
}

class HeadedAttention : public MaskedLayer {
 public:
  HeadedAttention(const char* class_name, Common common, const Shape& output_shape, const Axes& attention_axes)
      : class_name_(class_name), common_(std::move(common)), output_shape_(output_shape), axes_(attention_axes) {}
  std::string class_name() const override { return class_name_; }

  void build_many(const std::vector<Shape>& shapes) override {
    check_count(shapes.size());
    const Shape &query = shapes[0], &value = shapes[1], &key = shapes.size() > 2 ? shapes[2] : shapes[1];
    const auto fail = [&](const char* wrong, const char* hint = "") {
      throw ArgumentError(class_name_, wrong,
                          "layer '" + name() + "' got " + query.text() + ", " + value.text() + " and " + key.text(),
                          hint);
    };
    if (query.rank() < 3 || value.rank() != query.rank() || key.rank() != query.rank())
      fail("the inputs do not have the same axes, batch, steps and features");
    for (int axis = 1; axis + 1 < query.rank(); ++axis)
      if (conflict(value.dim(axis), key.dim(axis))) fail("value and key differ in another axis than the last one");
    for (const Shape* shape : {&query, &value, &key})
      if (!shape->dim(-1).known()) fail("the last axis of an input is not known", "Give Input its size");
    if (axes_.empty())
      for (int axis = 1; axis + 1 < query.rank(); ++axis) axes_.append(axis);
    list_.clear();
    for (const std::int64_t axis : axes_) {
      const int from_front = normalize_axis(class_name_, axis, query.rank());
      if (from_front == 0 || from_front == query.rank() - 1) fail("an attention axis is that of batch or features");
      list_.push_back(from_front);
    }
    query_ = dense("query", query, common_.query_heads, common_.key_dim);
    key_ = dense("key", key, common_.key_heads, common_.key_dim);
    if (common_.use_gate) gate_ = dense("gate", query, common_.query_heads, common_.value_dim, "sigmoid");
    value_ = dense("value", value, common_.key_heads, common_.value_dim);
    const int free = query.rank() - 1;
    Shape output = output_shape_;
    if (output.empty()) output.append(query.dim(-1));
    const std::string in = letters('a', free), heads = letters(static_cast<char>('a' + free), 2),
                      out = letters(static_cast<char>('a' + free + 2), output.rank());
    Shape per_head = query;
    per_head.set(-1, common_.query_heads);
    per_head.append(common_.value_dim);
    Shape result;
    for (int i = 1; i < free; ++i) result.append(unknown);
    for (const std::int64_t size : output) result.append(size);
    output_ =
        make(in + heads + "," + heads + out + "->" + in + out, result, out, "attention_output", "linear", per_head);
    for (const char* part : {"softmax", "dropout"}) unique_name(part);  // Keras counts the layers inside
    if (common_.dropout > 0) {
      stream_ = random_stream(common_.seed);
      add_state("stream", stream_);
    }
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {"attention_mask", "return_attention_scores", "use_causal_mask"});
    check_count(xs.size());
    const Tensor &query = xs[0], &value = xs[1], &key = xs.size() > 2 ? xs[2] : xs[1];
    for (const Tensor& x : xs)
      if (x.ndim() != query.ndim() || x.ndim() < 3)
        throw ArgumentError(class_name_, "the inputs do not have the same axes, batch, steps and features",
                            "layer '" + name() + "' got " + query.shape().text() + " and " + x.shape().text());
    const Tensor q = projected(query_, query), k = projected(key_, key), v = projected(value_, value);
    const bool drops = common_.dropout > 0 && options.training.value_or(false);
    const bool fused = !options.return_attention_scores && !drops && q.ndim() == 4;
    Tensor mask = mask_of_steps(query, key, options, !fused);
    Tensor output, scores;
    if (fused) {
      output = at_once(q, k, v, mask, options.use_causal_mask && !mask.defined());
    } else {
      std::tie(output, scores) = step_by_step(q, repeated(k), repeated(v), mask, drops);
    }
    if (gate_.defined()) output = output * projected(gate_, query);
    output = projected(output_, output);
    return options.return_attention_scores ? std::vector<Tensor>{output, scores} : std::vector<Tensor>{output};
  }

  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) override {
    return {mask.empty() ? Tensor() : mask[0]};
  }

 private:
  void check_count(std::size_t count) const {
    if (count != 2 && count != 3)
      throw ArgumentError(class_name_, "the layer is not called on a query, a value and maybe a key",
                          "layer '" + name() + "' got " + std::to_string(count) + " inputs",
                          "Call it on {query, value} or {query, value, key}");
  }

  /// An EinsumDense that is a part of this layer, built for `input`.
  Layer make(const std::string& equation, const Shape& output, const std::string& bias_axes, const char* name,
             const char* activation, const Shape& input) {
    Layer layer = layers::EinsumDense(equation, output,
                                      {.activation = activation,
                                       .bias_axes = common_.use_bias ? bias_axes : std::string(),
                                       .kernel_initializer = common_.kernel_initializer,
                                       .bias_initializer = common_.bias_initializer,
                                       .kernel_regularizer = common_.kernel_regularizer,
                                       .bias_regularizer = common_.bias_regularizer,
                                       .kernel_constraint = common_.kernel_constraint,
                                       .bias_constraint = common_.bias_constraint,
                                       .name = name,
                                       .dtype = dtype_policy()});
    layer.set_trainable(trainable());
    layer.base().set_activity_regularizer(common_.activity_regularizer);
    ensure_built(layer.base(), {input});
    return track(layer);
  }
  /// (n, ..., features) to (n, ..., heads, size).
  Layer dense(const char* name, const Shape& input, std::int64_t heads, std::int64_t size,
              const char* activation = "linear") {
    const int free = input.rank() - 1;
    const std::string in = letters('a', free), feature = letters(static_cast<char>('a' + free), 1),
                      out = letters(static_cast<char>('a' + free + 1), 2);
    Shape output;
    for (int i = 1; i < free; ++i) output.append(unknown);
    output.append(heads);
    output.append(size);
    return make(in + feature + "," + feature + out + "->" + in + out, output, out, name, activation, input);
  }

  /// Which query may look at which key, (n or 1, T, S); undefined: all. A causal one alone is left to the op, unless it
  /// is to be `complete`.
  Tensor mask_of_steps(const Tensor& query, const Tensor& key, const CallOptions& options, bool complete) const {
    Tensor mask;
    if (options.mask[0].defined()) mask = unsqueeze(options.mask[0], -1);
    for (std::size_t i = 1; i < options.mask.size(); ++i)
      if (options.mask[i].defined()) mask = both(mask, unsqueeze(options.mask[i], -2));
    if (common_.sliding_window > 0) {
      const Tensor of_queries = step_numbers(query), of_keys = step_numbers(key);
      const Tensor distance = abs(unsqueeze(of_queries, 1) - unsqueeze(of_keys, 0));
      mask = both(mask, unsqueeze(less(distance, common_.sliding_window), 0));
    }
    if (options.attention_mask.defined()) {
      const Tensor given = options.attention_mask;
      mask = both(mask, given.dtype() == boolean ? given : cast(given, boolean));
    }
    if (options.use_causal_mask && (complete || mask.defined())) mask = both(mask, causal_mask(query, key));
    return mask;
  }

  /// Keys or values (n, S, heads, size) for each head of queries.
  Tensor repeated(const Tensor& x) const {
    const std::int64_t times = common_.query_heads / common_.key_heads;
    return times == 1 ? x : repeat(x, times, 2);
  }

  /// The fused op, which has the heads in front of the steps.
  Tensor at_once(const Tensor& q, const Tensor& k, const Tensor& v, Tensor mask, bool causal) const {
    if (mask.defined() && mask.ndim() == 3) mask = unsqueeze(mask, 1);
    const Tensor output = scaled_dot_product_attention(transpose(q, 1, 2), transpose(k, 1, 2), transpose(v, 1, 2),
                                                       {.attn_mask = mask,
                                                        .is_causal = causal,
                                                        .scale = scale(),
                                                        .enable_gqa = common_.query_heads != common_.key_heads});
    if (!mask.defined()) return transpose(output, 1, 2);
    // A query that may look at no key gets the mean of all values in Keras, whose softmax is then uniform.
    const Tensor mean_value = mean(repeated(v), 1, true);
    return where(transpose(any(mask, -1, true), 1, 2), transpose(output, 1, 2), mean_value);
  }

  /// With the scores in the open: products over the attention axes, batch and heads beside them.
  std::pair<Tensor, Tensor> step_by_step(const Tensor& q, const Tensor& k, const Tensor& v, Tensor mask, bool drops) {
    const int rank = q.ndim();
    const std::string target = letters('a', rank);
    std::string source, batch, of_queries, of_keys;
    char next = static_cast<char>('a' + rank);
    for (int i = 0; i < rank; ++i) {
      const bool attends = std::find(list_.begin(), list_.end(), i) != list_.end();
      source += attends ? next++ : target[static_cast<std::size_t>(i)];
      if (!attends && i != rank - 1) batch += target[static_cast<std::size_t>(i)];
    }
    for (const std::int64_t axis : list_) {
      of_queries += target[static_cast<std::size_t>(axis)];
      of_keys += source[static_cast<std::size_t>(axis)];
    }
    const std::string product = batch + of_queries + of_keys;
    const int attended = static_cast<int>(list_.size());
    const Tensor raw = einsum(source + "," + target + "->" + product, {k, q * scale()});
    while (mask.defined() && mask.ndim() < raw.ndim()) mask = unsqueeze(mask, -2 * attended - 1);
    Axes last;
    for (int i = 0; i < attended; ++i) last.append(raw.ndim() - attended + i);
    const Tensor scores = softmax_along(raw, last, mask);
    const Tensor used = drops ? dropout(scores, {.p = common_.dropout, .training = true}, stream_) : scores;
    return {einsum(product + "," + source + "->" + target, {used, v}), scores};
  }

  double scale() const { return 1 / std::sqrt(static_cast<double>(common_.key_dim)); }

  const char* class_name_;
  Common common_;
  Shape output_shape_;
  Axes axes_;
  std::vector<std::int64_t> list_;  // the attention axes, from the front
  Layer query_, key_, value_, gate_, output_;
  Tensor stream_;
};

template <class Options>
Layer make(const char* name, std::int64_t query_heads, std::int64_t key_heads, std::int64_t key_dim,
           std::int64_t value_dim, const Shape& output_shape, const Axes& axes, const Options& o, Location where) {
  Hyperparameters(name, where).share("dropout", o.dropout);
  check_seed(name, o.seed, where);
  if (o.sliding_window < 0)
    throw ArgumentError(name, "sliding_window is negative", std::to_string(o.sliding_window), "0: none", where);
  Layer layer = brick<HeadedAttention>(
      o.name, where, name,
      Common{query_heads, key_heads, key_dim, value_dim, o.dropout, o.use_bias, o.use_gate, o.sliding_window, o.seed,
             o.kernel_initializer, o.bias_initializer, o.kernel_regularizer, o.bias_regularizer, o.activity_regularizer,
             o.kernel_constraint, o.bias_constraint},
      output_shape, axes);
  layer.set_trainable(o.trainable, where);
  return with_policy(layer, o, where);
}

}  // namespace

namespace layers {

Layer MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim, MultiHeadAttentionOptions options,
                         Location where) {
  const char* name = "MultiHeadAttention";
  check_positive(name, "num_heads", num_heads, where);
  check_positive(name, "key_dim", key_dim, where);
  if (options.value_dim != 0) check_positive(name, "value_dim", options.value_dim, where);
  return configured(make(name, num_heads, num_heads, key_dim, options.value_dim == 0 ? key_dim : options.value_dim,
                         options.output_shape, options.attention_axes, options, where),
                    options, arg("num_heads", num_heads), arg("key_dim", key_dim));
}

Layer GroupedQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads,
                            GroupedQueryAttentionOptions options, Location where) {
  const char* name = "GroupedQueryAttention";
  check_positive(name, "head_dim", head_dim, where);
  check_positive(name, "num_query_heads", num_query_heads, where);
  check_positive(name, "num_key_value_heads", num_key_value_heads, where);
  if (num_query_heads % num_key_value_heads != 0)
    throw ArgumentError(name, "num_key_value_heads does not divide num_query_heads",
                        std::to_string(num_query_heads) + " and " + std::to_string(num_key_value_heads), "", where);
  return configured(make(name, num_query_heads, num_key_value_heads, head_dim, head_dim, {}, {}, options, where),
                    options, arg("head_dim", head_dim), arg("num_query_heads", num_query_heads),
                    arg("num_key_value_heads", num_key_value_heads));
}
Layer GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads,
                          GroupedQueryAttentionOptions options, Location where) {
  return GroupedQueryAttention(head_dim, num_query_heads, num_key_value_heads, std::move(options), where);
}

}  // namespace layers
}  // namespace triptych::keras
