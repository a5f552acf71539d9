// Attention with several heads.
#pragma once

#include <optional>

#include "triptych/eager/module.h"
#include "triptych/eager/nn/linear.h"

namespace triptych::eager::nn {

struct MultiheadAttentionOptions {
  std::int64_t embed_dim = 0;
  std::int64_t num_heads = 0;
  double dropout = 0;  // of the weights, in training
  bool bias = true;
  bool add_bias_kv = false;    // a learned key and value behind the others
  bool add_zero_attn = false;  // a key and value of zeros behind the others
  std::optional<std::int64_t> kdim = {};
  std::optional<std::int64_t> vdim = {};
  bool batch_first = false;  // inputs and output are (N, L, E), not (L, N, E)
  DType dtype = float32;
};

/// The arguments of a call that PyTorch takes by name. As in its modules, and unlike `scaled_dot_product_attention`, a
/// bool mask says where a query may *not* look; other masks are added to the scores.
struct MultiheadAttentionCall {
  Tensor key_padding_mask = {};      // (N, S), without a batch (S)
  bool need_weights = true;          // without, the fused attention computes it, in memory that grows with L + S
  Tensor attn_mask = {};             // (L, S) or (N num_heads, L, S)
  bool average_attn_weights = true;  // over the heads
  bool is_causal = false;            // query i looks at keys 0 to i only
};

/// `auto [output, weights] = attention(query, key, value)`.
struct MultiheadAttentionResult {
  Tensor attn_output;          // (L, N, E), or as the inputs are
  Tensor attn_output_weights;  // (N, L, S), of each head (N, num_heads, L, S); undefined unless they are needed
  template <class F>
  void for_each_tensor(const F& f) {
    f(attn_output), f(attn_output_weights);
  }
};

namespace detail {

/// Linear, under the name that PyTorch prints.
class NonDynamicallyQuantizableLinear : public Linear {
 public:
  using Linear::Linear;
};

}  // namespace detail

/// softmax(q kᵀ / sqrt(E / num_heads) + masks) v for each head, q, k and v being projections of query (L, N, E), key
/// (S, N, kdim) and value (S, N, vdim), and out_proj of all heads. in_proj_weight (3 E, E), or where kdim or vdim is
/// not E q_proj_weight, k_proj_weight and v_proj_weight, start by xavier_uniform, biases as zeros, as PyTorch's. A
/// query that may look at no key gives the bias of out_proj (PyTorch: NaN). ArgumentError if num_heads does not divide
/// embed_dim.
class TRIPTYCH_API MultiheadAttention : public Module {
 public:
  using Options = MultiheadAttentionOptions;
  explicit MultiheadAttention(const Options& options, Location where = Location::here());
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads, double dropout = 0, bool bias = true,
                     bool add_bias_kv = false, bool add_zero_attn = false, std::optional<std::int64_t> kdim = {},
                     std::optional<std::int64_t> vdim = {}, bool batch_first = false, Location where = Location::here())
      : MultiheadAttention(
            Options{embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first, float32},
            where) {}
  using Module::forward;
  MultiheadAttentionResult forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                   const MultiheadAttentionCall& options);
  MultiheadAttentionResult operator()(const Arg& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& options = {}) {
    return call(*this, query, key, value, options);
  }
  template <std::same_as<Tensor> T>
  MultiheadAttentionResult operator()(const Arg& query, const Tensor& key, const Tensor& value,
                                      const T& key_padding_mask, bool need_weights = true, const Tensor& attn_mask = {},
                                      bool average_attn_weights = true, bool is_causal = false) {
    return call(*this, query, key, value,
                MultiheadAttentionCall{key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal});
  }

  const Options options;
  Tensor& in_proj_weight;  // undefined where kdim or vdim is not embed_dim
  Tensor& q_proj_weight;   // undefined where they are
  Tensor& k_proj_weight;
  Tensor& v_proj_weight;
  Tensor& in_proj_bias;  // undefined without bias
  Linear& out_proj;
  Tensor& bias_k;  // undefined without add_bias_kv
  Tensor& bias_v;

 private:
  Tensor* stream_ = nullptr;  // of dropout; null without
};

}  // namespace triptych::eager::nn
