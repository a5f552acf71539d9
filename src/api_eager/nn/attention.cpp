#include "triptych/eager/nn/attention.h"

#include <cmath>
#include <limits>

#include "api_eager/nn/initialize.h"
#include "core/support/checked.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

MultiheadAttentionOptions checked(MultiheadAttentionOptions o, Location where) {
  constexpr const char* name = "MultiheadAttention";
  if (o.embed_dim < 1 || o.num_heads < 1 || o.embed_dim % o.num_heads != 0)
    throw ArgumentError(name, "num_heads does not divide embed_dim",
                        std::to_string(o.num_heads) + " and " + std::to_string(o.embed_dim), "", where);
  if (o.kdim.value_or(1) < 1 || o.vdim.value_or(1) < 1)
    throw ArgumentError(
        name, "kdim or vdim is not positive",
        std::to_string(o.kdim.value_or(o.embed_dim)) + " and " + std::to_string(o.vdim.value_or(o.embed_dim)), "",
        where);
  checked_multiply(3, o.embed_dim, "the number of rows of in_proj_weight", where);
  Hyperparameters(name, where).share("dropout", o.dropout);
  check_parameter_dtype(name, o.dtype, where);
  return o;
}

bool is_packed(const MultiheadAttentionOptions& o) {
  return o.kdim.value_or(o.embed_dim) == o.embed_dim && o.vdim.value_or(o.embed_dim) == o.embed_dim;
}

Tensor xavier(bool there, const Shape& shape, DType dtype, Location where) {
  if (!there) return {};
  return init::make(init::xavier_uniform(1, {}, where), shape, dtype, init::Layout::out_in, where);
}

/// xavier_normal of (1, 1, E): the standard deviation is sqrt(2 / (E + E)).
Tensor first_bias_kv(const MultiheadAttentionOptions& o, Location where) {
  if (!o.add_bias_kv) return {};
  return init::normal(0, std::sqrt(1 / static_cast<double>(o.embed_dim)), {}, where)({1, 1, o.embed_dim}, o.dtype);
}

/// Scores are added to it: -infinity where a bool mask is true.
Tensor additive(const Tensor& mask, DType dtype) {
  if (mask.dtype() != boolean) return cast(mask, dtype);
  const Tensor none = zeros_like(cast(mask, dtype));
  return masked_fill(none, mask, -std::numeric_limits<double>::infinity());
}

void check_mask(const char* rule, const Tensor& mask, bool fits) {
  if (!fits || (mask.dtype() != boolean && !is_floating(mask.dtype())))
    throw ArgumentError("MultiheadAttention", rule, std::string(dtype_name(mask.dtype())) + " " + mask.shape().text(),
                        "Masks are bool, true where a query may not look, or are added to the scores");
}

/// One key (value) of all heads more, (N, S, E) to (N, S + 1, E).
Tensor with_one_more(const Tensor& x, const Tensor& row) {
  const Tensor like = narrow(x, 1, 0, 1);
  return concat({x, row + zeros_like(like.detach())}, 1);
}

/// Nothing is masked there.
Tensor with_column(const Tensor& mask) {
  if (!mask.defined()) return {};
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(static_cast<std::size_t>(mask.ndim()), {0, 0});
  padding.back().second = 1;
  return mask.dtype() == boolean ? cast(pad(cast(mask, uint8), padding), boolean) : pad(mask, padding);
}

/// (N, L, E) to (N, heads, L, E / heads).
Tensor heads_of(const Tensor& x, std::int64_t heads) {
  return transpose(unflatten(x, -1, {heads, x.size(-1) / heads}), 1, 2);
}

}  // namespace

MultiheadAttention::MultiheadAttention(const Options& given, Location where)
    : options(checked(given, where)),
      in_proj_weight(register_parameter(
          "in_proj_weight",
          xavier(is_packed(options), {3 * options.embed_dim, options.embed_dim}, options.dtype, where))),
      q_proj_weight(register_parameter(
          "q_proj_weight", xavier(!is_packed(options), {options.embed_dim, options.embed_dim}, options.dtype, where))),
      k_proj_weight(register_parameter(
          "k_proj_weight", xavier(!is_packed(options), {options.embed_dim, options.kdim.value_or(options.embed_dim)},
                                  options.dtype, where))),
      v_proj_weight(register_parameter(
          "v_proj_weight", xavier(!is_packed(options), {options.embed_dim, options.vdim.value_or(options.embed_dim)},
                                  options.dtype, where))),
      in_proj_bias(register_parameter("in_proj_bias",
                                      options.bias ? zeros({3 * options.embed_dim}, options.dtype, where) : Tensor())),
      out_proj(add<detail::NonDynamicallyQuantizableLinear>(
          "out_proj", LinearOptions{options.embed_dim, options.embed_dim, options.bias, options.dtype}, where)),
      bias_k(register_parameter("bias_k", first_bias_kv(options, where))),
      bias_v(register_parameter("bias_v", first_bias_kv(options, where))) {
  if (options.bias) {
    const GradMode off(false);
    out_proj.bias.zero_();
  }
  if (options.dropout > 0) stream_ = &register_stream(Name("stream", where));
}

MultiheadAttentionResult MultiheadAttention::forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                     const MultiheadAttentionCall& o) {
  const auto fail = [](const char* rule, const std::string& given) {
    throw ArgumentError("MultiheadAttention", rule, given);
  };
  const std::int64_t embed = options.embed_dim, heads = options.num_heads;
  const int rank = query.ndim();
  if ((rank != 2 && rank != 3) || key.ndim() != rank || value.ndim() != rank)
    fail("query, key and value do not have three dimensions, or two without a batch",
         query.shape().text() + ", " + key.shape().text() + " and " + value.shape().text());
  const auto width_differs = [](const Tensor& x, std::int64_t width) { return conflict(x.shape().dim(-1), width); };
  if (width_differs(query, embed) || width_differs(key, options.kdim.value_or(embed)) ||
      width_differs(value, options.vdim.value_or(embed)))
    fail("the last dimension of query, key or value does not fit", query.shape().text() + ", " + key.shape().text() +
                                                                       " and " + value.shape().text() +
                                                                       ", for embed_dim " + std::to_string(embed));
  const bool batched = rank == 3;
  // From here on (N, length, width).
  const auto batch_first = [&](const Tensor& x) {
    return !batched ? unsqueeze(x, 0) : options.batch_first ? x : transpose(x, 0, 1);
  };
  const bool same = query.is_same(key) && query.is_same(value);
  const Tensor q_in = batch_first(query), k_in = same ? q_in : batch_first(key),
               v_in = same ? q_in : batch_first(value);
  if (conflict(k_in.shape().dim(0), q_in.shape().dim(0)) || conflict(v_in.shape().dim(0), q_in.shape().dim(0)) ||
      conflict(v_in.shape().dim(1), k_in.shape().dim(1)))
    fail("batch or lengths of query, key and value do not fit",
         query.shape().text() + ", " + key.shape().text() + " and " + value.shape().text());

  Tensor q, k, v;
  const auto projected = [&](const Tensor& x, const Tensor& weight, std::int64_t part) {
    const Tensor w = weight.defined() ? weight : narrow(in_proj_weight, 0, part * embed, embed);
    return in_proj_bias.defined() ? linear(x, w, narrow(in_proj_bias, 0, part * embed, embed)) : linear(x, w);
  };
  if (same && in_proj_weight.defined()) {
    const Tensor all =
        in_proj_bias.defined() ? linear(q_in, in_proj_weight, in_proj_bias) : linear(q_in, in_proj_weight);
    q = narrow(all, -1, 0, embed);
    k = narrow(all, -1, embed, embed);
    v = narrow(all, -1, 2 * embed, embed);
  } else {
    q = projected(q_in, q_proj_weight, 0);
    k = projected(k_in, k_proj_weight, 1);
    v = projected(v_in, v_proj_weight, 2);
  }

  // Masks, broadcast to (N, heads, L, S).
  Tensor padding_mask = o.key_padding_mask, attn_mask = o.attn_mask;
  if (padding_mask.defined()) {
    if (!batched && padding_mask.ndim() == 1) padding_mask = unsqueeze(padding_mask, 0);
    check_mask("key_padding_mask is not (N, S)", padding_mask,
               padding_mask.ndim() == 2 && !conflict(padding_mask.shape().dim(0), k_in.shape().dim(0)) &&
                   !conflict(padding_mask.shape().dim(1), k_in.shape().dim(1)));
  }
  if (attn_mask.defined()) {
    const bool whole = attn_mask.ndim() == 3;
    check_mask("attn_mask is neither (L, S) nor (N num_heads, L, S)", attn_mask,
               (whole || attn_mask.ndim() == 2) && !conflict(attn_mask.shape().dim(-2), q_in.shape().dim(1)) &&
                   !conflict(attn_mask.shape().dim(-1), k_in.shape().dim(1)) &&
                   (!whole || !conflict(attn_mask.shape().dim(0), q_in.shape().dim(0) * heads)));
    if (whole) attn_mask = unflatten(attn_mask, 0, {attn_mask.size(0) / heads, heads});
  } else if (o.is_causal && (padding_mask.defined() || o.need_weights || bias_k.defined() || options.add_zero_attn)) {
    const std::int64_t length = q_in.size(1), source = k_in.size(1);
    attn_mask = logical_not(tril(ones({length, source}, boolean)));
  }
  if (bias_k.defined()) {
    k = with_one_more(k, bias_k);
    v = with_one_more(v, bias_v);
    padding_mask = with_column(padding_mask);
    attn_mask = with_column(attn_mask);
  }
  if (options.add_zero_attn) {
    k = with_one_more(k, zeros({1, 1, embed}, k.dtype()));
    v = with_one_more(v, zeros({1, 1, embed}, v.dtype()));
    padding_mask = with_column(padding_mask);
    attn_mask = with_column(attn_mask);
  }
  Tensor mask = attn_mask;
  if (padding_mask.defined()) {
    padding_mask = unsqueeze(unsqueeze(padding_mask, 1), 1);
    if (!mask.defined())
      mask = padding_mask;
    else if (mask.dtype() == boolean && padding_mask.dtype() == boolean)
      mask = logical_or(mask, padding_mask);
    else
      mask = additive(mask, q.dtype()) + additive(padding_mask, q.dtype());
  }

  q = heads_of(q, heads);
  k = heads_of(k, heads);
  v = heads_of(v, heads);
  const double dropout_p = is_training() ? options.dropout : 0;
  const Tensor stream = stream_ ? *stream_ : Tensor();
  MultiheadAttentionResult result;
  Tensor y;
  if (o.need_weights) {
    Tensor scores = matmul(q * (1 / std::sqrt(static_cast<double>(embed / heads))), transpose(k, -2, -1));
    Tensor weights;
    if (mask.defined() && mask.dtype() == boolean)
      weights = masked_softmax(scores, logical_not(mask), -1);
    else
      weights = softmax(mask.defined() ? scores + additive(mask, scores.dtype()) : scores, -1);
    if (dropout_p > 0) weights = dropout(weights, {.p = dropout_p}, stream);
    y = matmul(weights, v);
    if (o.average_attn_weights) weights = mean(weights, {1});
    result.attn_output_weights = batched ? weights : squeeze(weights, 0);
  } else {
    AttentionOptions fused{.dropout_p = dropout_p, .is_causal = o.is_causal && !mask.defined(), .state = stream};
    if (mask.defined()) fused.attn_mask = mask.dtype() == boolean ? logical_not(mask) : cast(mask, q.dtype());
    y = scaled_dot_product_attention(q, k, v, fused);
  }
  y = out_proj(flatten(transpose(y, 1, 2), 2, 3));
  result.attn_output = !batched ? squeeze(y, 0) : options.batch_first ? y : transpose(y, 0, 1);
  return result;
}

}  // namespace triptych::eager::nn
