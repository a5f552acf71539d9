// Transformers (Vaswani et al., 2017): encoder and decoder layers, stacks of them, and both together.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>

#include "triptych/eager/module.h"
#include "triptych/eager/nn/attention.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"

namespace triptych::eager::nn {

/// The function between the two linear layers: "relu", "gelu", or any function of one tensor.
class TRIPTYCH_API TransformerActivation {
 public:
  /// ArgumentError for another name.
  TransformerActivation(const char* name, Location where = Location::here());
  TransformerActivation(const std::string& name, Location where = Location::here());
  TransformerActivation(std::nullptr_t) = delete;
  template <class F>
  requires(std::is_invocable_r_v<Tensor, F&, const Tensor&> && !std::derived_from<F, TransformerActivation>)
      TransformerActivation(F function, Location where = Location::here())  // NOLINT(google-explicit-constructor)
      : function_(not_empty(std::move(function), "TransformerEncoderLayer", where)) {}
  // Copies alone: what was moved from is still a function.
  TransformerActivation(const TransformerActivation&) = default;
  TransformerActivation& operator=(const TransformerActivation&) = default;
  ~TransformerActivation() = default;
  Tensor operator()(const Arg& x) const;

 private:
  std::function<Tensor(const Tensor&)> function_;
};

/// Of encoder and decoder layers.
struct TransformerLayerOptions {
  std::int64_t d_model = 0;
  std::int64_t nhead = 0;
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  TransformerActivation activation = "relu";
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;  // x + f(norm(x)) instead of norm(x + f(x))
  bool bias = true;
  DType dtype = float32;
};

/// What encoder layers are called with; masks as for MultiheadAttentionCall.
struct TransformerEncoderCall {
  Tensor src_mask = {};
  Tensor src_key_padding_mask = {};
  bool is_causal = false;
};
/// What decoder layers are called with.
struct TransformerDecoderCall {
  Tensor tgt_mask = {};
  Tensor memory_mask = {};
  Tensor tgt_key_padding_mask = {};
  Tensor memory_key_padding_mask = {};
  bool tgt_is_causal = false;
  bool memory_is_causal = false;
};
/// What a Transformer is called with.
struct TransformerCall {
  Tensor src_mask = {};
  Tensor tgt_mask = {};
  Tensor memory_mask = {};
  Tensor src_key_padding_mask = {};
  Tensor tgt_key_padding_mask = {};
  Tensor memory_key_padding_mask = {};
  bool src_is_causal = false;
  bool tgt_is_causal = false;
  bool memory_is_causal = false;
};

/// Self-attention and two linear layers, each with a norm and a residual connection; by the fused attention.
class TRIPTYCH_API TransformerEncoderLayer : public Module {
 public:
  using Options = TransformerLayerOptions;
  explicit TransformerEncoderLayer(const Options& options, Location where = Location::here());
  TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead, std::int64_t dim_feedforward = 2048,
                          double dropout = 0.1, const TransformerActivation& activation = "relu",
                          double layer_norm_eps = 1e-5, bool batch_first = false, bool norm_first = false,
                          bool bias = true, Location where = Location::here())
      : TransformerEncoderLayer(Options{d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                                        batch_first, norm_first, bias, float32},
                                where) {}
  Tensor forward(const Tensor& src) override { return forward(src, TransformerEncoderCall{}); }
  Tensor forward(const Tensor& src, const TransformerEncoderCall& masks);
  Tensor operator()(const Arg& src, const TransformerEncoderCall& masks = {}) { return call(*this, src, masks); }
  template <std::same_as<Tensor> T>
  Tensor operator()(const Arg& src, const T& src_mask, const Tensor& src_key_padding_mask = {},
                    bool is_causal = false) {
    return call(*this, src, TransformerEncoderCall{src_mask, src_key_padding_mask, is_causal});
  }

  const Options options;
  MultiheadAttention& self_attn;
  Linear& linear1;
  Dropout& dropout;
  Linear& linear2;
  LayerNorm &norm1, &norm2;
  Dropout &dropout1, &dropout2;
};

/// Self-attention, attention to `memory`, and two linear layers, each with a norm and a residual connection.
class TRIPTYCH_API TransformerDecoderLayer : public Module {
 public:
  using Options = TransformerLayerOptions;
  explicit TransformerDecoderLayer(const Options& options, Location where = Location::here());
  TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead, std::int64_t dim_feedforward = 2048,
                          double dropout = 0.1, const TransformerActivation& activation = "relu",
                          double layer_norm_eps = 1e-5, bool batch_first = false, bool norm_first = false,
                          bool bias = true, Location where = Location::here())
      : TransformerDecoderLayer(Options{d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                                        batch_first, norm_first, bias, float32},
                                where) {}
  using Module::forward;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& masks);
  Tensor operator()(const Arg& tgt, const Tensor& memory, const TransformerDecoderCall& masks = {}) {
    return call(*this, tgt, memory, masks);
  }
  template <std::same_as<Tensor> T>
  Tensor operator()(const Arg& tgt, const Tensor& memory, const T& tgt_mask, const Tensor& memory_mask = {},
                    const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {}) {
    return call(*this, tgt, memory,
                TransformerDecoderCall{tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask});
  }

  const Options options;
  MultiheadAttention &self_attn, &multihead_attn;
  Linear& linear1;
  Dropout& dropout;
  Linear& linear2;
  LayerNorm &norm1, &norm2, &norm3;
  Dropout &dropout1, &dropout2, &dropout3;
};

/// `num_layers` copies of a layer, one after the other, and a norm if it is given:
///
///   nn::TransformerEncoderLayer layer(512, 8);
///   nn::TransformerEncoder encoder(layer, 6, nn::make<nn::LayerNorm>(512));
class TRIPTYCH_API TransformerEncoder : public Module {
 public:
  TransformerEncoder(const TransformerEncoderLayer& encoder_layer, std::int64_t num_layers,
                     Location where = Location::here());
  template <class M>
  TransformerEncoder(const TransformerEncoderLayer& encoder_layer, std::int64_t num_layers, Made<M> norm,
                     Location where = Location::here())
      : TransformerEncoder(encoder_layer, num_layers, where) {
    norm_ = &adopt(Name("norm", where), std::move(norm.module));
  }
  Tensor forward(const Tensor& src) override { return forward(src, TransformerEncoderCall{}); }
  Tensor forward(const Tensor& src, const TransformerEncoderCall& masks);
  Tensor operator()(const Arg& src, const TransformerEncoderCall& masks = {}) { return call(*this, src, masks); }
  template <std::same_as<Tensor> T>
  Tensor operator()(const Arg& src, const T& mask, const Tensor& src_key_padding_mask = {}, bool is_causal = false) {
    return call(*this, src, TransformerEncoderCall{mask, src_key_padding_mask, is_causal});
  }
  std::unique_ptr<TransformerEncoder> clone() const;

  ModuleList& layers;

 private:
  TransformerEncoder();  // without layers
  Module* norm_ = nullptr;
};

/// `num_layers` copies of a decoder layer, one after the other, and a norm if it is given.
class TRIPTYCH_API TransformerDecoder : public Module {
 public:
  TransformerDecoder(const TransformerDecoderLayer& decoder_layer, std::int64_t num_layers,
                     Location where = Location::here());
  template <class M>
  TransformerDecoder(const TransformerDecoderLayer& decoder_layer, std::int64_t num_layers, Made<M> norm,
                     Location where = Location::here())
      : TransformerDecoder(decoder_layer, num_layers, where) {
    norm_ = &adopt(Name("norm", where), std::move(norm.module));
  }
  using Module::forward;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& masks);
  Tensor operator()(const Arg& tgt, const Tensor& memory, const TransformerDecoderCall& masks = {}) {
    return call(*this, tgt, memory, masks);
  }
  template <std::same_as<Tensor> T>
  Tensor operator()(const Arg& tgt, const Tensor& memory, const T& tgt_mask, const Tensor& memory_mask = {},
                    const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {}) {
    return call(*this, tgt, memory,
                TransformerDecoderCall{tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask});
  }
  std::unique_ptr<TransformerDecoder> clone() const;

  ModuleList& layers;

 private:
  TransformerDecoder();  // without layers
  Module* norm_ = nullptr;
};

struct TransformerOptions {
  std::int64_t d_model = 512;
  std::int64_t nhead = 8;
  std::int64_t num_encoder_layers = 6;
  std::int64_t num_decoder_layers = 6;
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  TransformerActivation activation = "relu";
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;
  bool bias = true;
  DType dtype = float32;
};
/// An encoder of `src` and a decoder of `tgt` that looks at what the encoder gives. All matrices start by
/// xavier_uniform, as PyTorch's.
class TRIPTYCH_API Transformer : public Module {
 public:
  using Options = TransformerOptions;
  explicit Transformer(const Options& options = {}, Location where = Location::here());
  Transformer(std::int64_t d_model, std::int64_t nhead, std::int64_t num_encoder_layers = 6,
              std::int64_t num_decoder_layers = 6, std::int64_t dim_feedforward = 2048, double dropout = 0.1,
              Location where = Location::here())
      : Transformer(Options{d_model, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout}, where) {}
  using Module::forward;
  Tensor forward(const Tensor& src, const Tensor& tgt, const TransformerCall& masks);
  Tensor operator()(const Arg& src, const Tensor& tgt, const TransformerCall& masks = {}) {
    return call(*this, src, tgt, masks);
  }
  template <std::same_as<Tensor> T>
  Tensor operator()(const Arg& src, const Tensor& tgt, const T& src_mask, const Tensor& tgt_mask = {},
                    const Tensor& memory_mask = {}, const Tensor& src_key_padding_mask = {},
                    const Tensor& tgt_key_padding_mask = {}, const Tensor& memory_key_padding_mask = {}) {
    return call(*this, src, tgt,
                TransformerCall{src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask,
                                memory_key_padding_mask});
  }
  /// (size, size): 0, and -infinity above the diagonal.
  static Tensor generate_square_subsequent_mask(std::int64_t size, DType dtype = float32,
                                                Location where = Location::here());

  const Options options;
  TransformerEncoder& encoder;
  TransformerDecoder& decoder;
};

}  // namespace triptych::eager::nn
