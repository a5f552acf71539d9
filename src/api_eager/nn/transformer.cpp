#include "triptych/eager/nn/transformer.h"

#include <limits>

#include "triptych/core/ops.h"
#include "triptych/eager/nn/init.h"

namespace triptych::eager::nn {
namespace {

std::function<Tensor(const Tensor&)> activation_of(const std::string& name, Location where) {
  if (name == "relu") return [](const Tensor& x) { return relu(x); };
  if (name == "gelu") return [](const Tensor& x) { return gelu(x); };
  throw ArgumentError("TransformerEncoderLayer", "there is no such activation", "'" + name + "'",
                      "Use \"relu\", \"gelu\" or a function", where);
}

MultiheadAttentionOptions attention_of(const TransformerLayerOptions& o) {
  return {.embed_dim = o.d_model,
          .num_heads = o.nhead,
          .dropout = o.dropout,
          .bias = o.bias,
          .batch_first = o.batch_first,
          .dtype = o.dtype};
}

LinearOptions linear_of(const TransformerLayerOptions& o, std::int64_t in, std::int64_t out) {
  return {in, out, o.bias, o.dtype};
}

LayerNormOptions norm_of(std::int64_t d_model, double eps, bool bias, DType dtype, Location where) {
  return {.normalized_shape = Shape({d_model}, where), .eps = eps, .bias = bias, .dtype = dtype};
}
LayerNormOptions norm_of(const TransformerLayerOptions& o, Location where) {
  return norm_of(o.d_model, o.layer_norm_eps, o.bias, o.dtype, where);
}

void check_layers(const char* name, std::int64_t num_layers, Location where) {
  if (num_layers < 0) throw ArgumentError(name, "num_layers is negative", std::to_string(num_layers), "", where);
}

}  // namespace

TransformerActivation::TransformerActivation(const char* name, Location where)
    : TransformerActivation(std::string(not_null(name, where)), where) {}
TransformerActivation::TransformerActivation(const std::string& name, Location where)
    : function_(activation_of(name, where)) {}

Tensor TransformerActivation::operator()(const Arg& x) const {
  const Frame frame(x.where());
  const UserCode function;
  return function_(x.tensor());
}

// --- Layers ---------------------------------------------------------------------------------------------------------

TransformerEncoderLayer::TransformerEncoderLayer(const Options& o, Location where)
    : options(o),
      self_attn(add<MultiheadAttention>(Name("self_attn", where), attention_of(o), where)),
      linear1(add<Linear>(Name("linear1", where), linear_of(o, o.d_model, o.dim_feedforward), where)),
      dropout(add<Dropout>(Name("dropout", where), DropoutOptions{o.dropout}, where)),
      linear2(add<Linear>(Name("linear2", where), linear_of(o, o.dim_feedforward, o.d_model), where)),
      norm1(add<LayerNorm>(Name("norm1", where), norm_of(o, where), where)),
      norm2(add<LayerNorm>(Name("norm2", where), norm_of(o, where), where)),
      dropout1(add<Dropout>(Name("dropout1", where), DropoutOptions{o.dropout}, where)),
      dropout2(add<Dropout>(Name("dropout2", where), DropoutOptions{o.dropout}, where)) {}

Tensor TransformerEncoderLayer::forward(const Tensor& src, const TransformerEncoderCall& masks) {
  const auto attend = [&](const Tensor& x) {
    return dropout1(self_attn(x, x, x,
                              {.key_padding_mask = masks.src_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.src_mask,
                               .is_causal = masks.is_causal})
                        .attn_output);
  };
  const auto feed_forward = [&](const Tensor& x) { return dropout2(linear2(dropout(options.activation(linear1(x))))); };
  if (options.norm_first) {
    const Tensor x = src + attend(norm1(src));
    return x + feed_forward(norm2(x));
  }
  const Tensor x = norm1(src + attend(src));
  return norm2(x + feed_forward(x));
}

TransformerDecoderLayer::TransformerDecoderLayer(const Options& o, Location where)
    : options(o),
      self_attn(add<MultiheadAttention>(Name("self_attn", where), attention_of(o), where)),
      multihead_attn(add<MultiheadAttention>(Name("multihead_attn", where), attention_of(o), where)),
      linear1(add<Linear>(Name("linear1", where), linear_of(o, o.d_model, o.dim_feedforward), where)),
      dropout(add<Dropout>(Name("dropout", where), DropoutOptions{o.dropout}, where)),
      linear2(add<Linear>(Name("linear2", where), linear_of(o, o.dim_feedforward, o.d_model), where)),
      norm1(add<LayerNorm>(Name("norm1", where), norm_of(o, where), where)),
      norm2(add<LayerNorm>(Name("norm2", where), norm_of(o, where), where)),
      norm3(add<LayerNorm>(Name("norm3", where), norm_of(o, where), where)),
      dropout1(add<Dropout>(Name("dropout1", where), DropoutOptions{o.dropout}, where)),
      dropout2(add<Dropout>(Name("dropout2", where), DropoutOptions{o.dropout}, where)),
      dropout3(add<Dropout>(Name("dropout3", where), DropoutOptions{o.dropout}, where)) {}

Tensor TransformerDecoderLayer::forward(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& masks) {
  const auto attend = [&](const Tensor& x) {
    return dropout1(self_attn(x, x, x,
                              {.key_padding_mask = masks.tgt_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.tgt_mask,
                               .is_causal = masks.tgt_is_causal})
                        .attn_output);
  };
  const auto look_at_memory = [&](const Tensor& x) {
    return dropout2(multihead_attn(x, memory, memory,
                                   {.key_padding_mask = masks.memory_key_padding_mask,
                                    .need_weights = false,
                                    .attn_mask = masks.memory_mask,
                                    .is_causal = masks.memory_is_causal})
                        .attn_output);
  };
  const auto feed_forward = [&](const Tensor& x) { return dropout3(linear2(dropout(options.activation(linear1(x))))); };
  if (options.norm_first) {
    Tensor x = tgt + attend(norm1(tgt));
    x = x + look_at_memory(norm2(x));
    return x + feed_forward(norm3(x));
  }
  Tensor x = norm1(tgt + attend(tgt));
  x = norm2(x + look_at_memory(x));
  return norm3(x + feed_forward(x));
}

// --- Stacks ---------------------------------------------------------------------------------------------------------

TransformerEncoder::TransformerEncoder() : layers(add<ModuleList>("layers")) {}

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& encoder_layer, std::int64_t num_layers,
                                       Location where)
    : layers(add<ModuleList>(Name("layers", where))) {
  const Frame frame(where);
  check_layers("TransformerEncoder", num_layers, where);
  for (std::int64_t i = 0; i < num_layers; ++i)
    layers.push_back(std::shared_ptr<TransformerEncoderLayer>(nn::clone(encoder_layer, where)), where);
}

Tensor TransformerEncoder::forward(const Tensor& src, const TransformerEncoderCall& masks) {
  Tensor x = src;
  for (Module& layer : layers) x = layer.as<TransformerEncoderLayer>()(x, masks);
  return norm_ ? (*norm_)(x) : x;
}

std::unique_ptr<TransformerEncoder> TransformerEncoder::clone() const {
  std::unique_ptr<TransformerEncoder> copy(new TransformerEncoder());
  copy->copy_from(*this);
  if (norm_) copy->norm_ = &copy->get_submodule("norm");
  return copy;
}

TransformerDecoder::TransformerDecoder() : layers(add<ModuleList>("layers")) {}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& decoder_layer, std::int64_t num_layers,
                                       Location where)
    : layers(add<ModuleList>(Name("layers", where))) {
  const Frame frame(where);
  check_layers("TransformerDecoder", num_layers, where);
  for (std::int64_t i = 0; i < num_layers; ++i)
    layers.push_back(std::shared_ptr<TransformerDecoderLayer>(nn::clone(decoder_layer, where)), where);
}

Tensor TransformerDecoder::forward(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& masks) {
  Tensor x = tgt;
  for (Module& layer : layers) x = layer.as<TransformerDecoderLayer>()(x, memory, masks);
  return norm_ ? (*norm_)(x) : x;
}

std::unique_ptr<TransformerDecoder> TransformerDecoder::clone() const {
  std::unique_ptr<TransformerDecoder> copy(new TransformerDecoder());
  copy->copy_from(*this);
  if (norm_) copy->norm_ = &copy->get_submodule("norm");
  return copy;
}

// --- Both -----------------------------------------------------------------------------------------------------------

namespace {

TransformerLayerOptions layer_of(const TransformerOptions& o) {
  return {o.d_model,        o.nhead,       o.dim_feedforward, o.dropout, o.activation,
          o.layer_norm_eps, o.batch_first, o.norm_first,      o.bias,    o.dtype};
}

Made<LayerNorm> final_norm(const TransformerOptions& o, Location where) {
  return {std::make_shared<LayerNorm>(norm_of(o.d_model, o.layer_norm_eps, o.bias, o.dtype, where), where), where};
}

}  // namespace

Transformer::Transformer(const Options& o, Location where)
    : options(o),
      encoder(adopt(Name("encoder", where),
                    std::make_unique<TransformerEncoder>(TransformerEncoderLayer(layer_of(o), where),
                                                         o.num_encoder_layers, final_norm(o, where), where))),
      decoder(adopt(Name("decoder", where),
                    std::make_unique<TransformerDecoder>(TransformerDecoderLayer(layer_of(o), where),
                                                         o.num_decoder_layers, final_norm(o, where), where))) {
  for (Tensor parameter : parameters(where))
    if (parameter.ndim() > 1) init::xavier_uniform_(parameter, 1, where);
}

Tensor Transformer::forward(const Tensor& src, const Tensor& tgt, const TransformerCall& masks) {
  const Tensor memory = encoder(src, {masks.src_mask, masks.src_key_padding_mask, masks.src_is_causal});
  return decoder(tgt, memory,
                 {masks.tgt_mask, masks.memory_mask, masks.tgt_key_padding_mask, masks.memory_key_padding_mask,
                  masks.tgt_is_causal, masks.memory_is_causal});
}

Tensor Transformer::generate_square_subsequent_mask(std::int64_t size, DType dtype, Location where) {
  const Frame frame(where);
  if (size < 0)
    throw ArgumentError("generate_square_subsequent_mask", "the size is negative", std::to_string(size), "", where);
  return triu(full({size, size}, -std::numeric_limits<double>::infinity(), dtype, where), 1);
}

}  // namespace triptych::eager::nn
