// Attention and transformers against PyTorch's, and what is wrong input for them.
#include "eager_testing.h"
#include "modules_reference.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/transformer.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
const std::string modules_reference::root = TRIPTYCH_SOURCE_DIR;
using modules_reference::check;
using modules_reference::check2;
using modules_reference::Tensors;

namespace {

tt::Tensor padding() { return tt::cast(tt::tensor<float>({0, 0, 1, 0, 1, 0, 1, 0, 0, 0}, {2, 5}), tt::boolean); }
tt::Tensor later(std::int64_t queries, std::int64_t keys) {
  return tt::triu(tt::ones({queries, keys}, tt::boolean), 1);
}
Tensors flat(const nn::MultiheadAttentionResult& r) {
  return r.attn_output_weights.defined() ? Tensors{r.attn_output, r.attn_output_weights} : Tensors{r.attn_output};
}

}  // namespace

TEST(LayersAttention, MultiheadAttentionAsPyTorch) {
  nn::MultiheadAttention plain(6, 2);
  check("MultiheadAttention", plain, [&](const Tensors& x) { return flat(plain(x[0], x[1], x[2])); });
  nn::MultiheadAttention self({.embed_dim = 6, .num_heads = 3, .batch_first = true});
  check("MultiheadAttention_self", self,
        [&](const Tensors& x) { return flat(self(x[0], x[0], x[0], {.average_attn_weights = false})); });
  nn::MultiheadAttention fused(6, 2, 0.0, false);
  check("MultiheadAttention_fused", fused,
        [&](const Tensors& x) { return flat(fused(x[0], x[0], x[0], {.need_weights = false})); });
  nn::MultiheadAttention kv(
      {.embed_dim = 6, .num_heads = 2, .add_bias_kv = true, .add_zero_attn = true, .kdim = 3, .vdim = 4});
  check("MultiheadAttention_kv", kv, [&](const Tensors& x) { return flat(kv(x[0], x[1], x[2])); });
}

TEST(LayersAttention, MasksAsPyTorch) {
  nn::MultiheadAttention masks({.embed_dim = 6, .num_heads = 2, .batch_first = true});
  check("MultiheadAttention_masks", masks,
        [&](const Tensors& x) { return flat(masks(x[0], x[1], x[1], padding(), true, later(4, 5))); });
  nn::MultiheadAttention added(6, 2);
  check("MultiheadAttention_float_masks", added, [&](const Tensors& x) {
    return flat(
        added(x[0], x[1], x[1], {.key_padding_mask = padding(), .need_weights = false, .attn_mask = x[2].detach()}));
  });
  nn::MultiheadAttention unbatched(6, 2);
  check("MultiheadAttention_unbatched", unbatched,
        [&](const Tensors& x) { return flat(unbatched(x[0], x[1], x[1], {.key_padding_mask = padding()[0]})); });
}

TEST(LayersAttention, TransformersAsPyTorch) {
  check("TransformerEncoderLayer", nn::TransformerEncoderLayer(6, 2, 8, 0.0));
  nn::TransformerEncoderLayer first({.d_model = 6,
                                     .nhead = 2,
                                     .dim_feedforward = 8,
                                     .dropout = 0,
                                     .activation = "gelu",
                                     .batch_first = true,
                                     .norm_first = true,
                                     .bias = false});
  check("TransformerEncoderLayer_norm_first", first,
        [&](const Tensors& x) { return Tensors{first(x[0], {.src_key_padding_mask = padding()})}; });
  nn::TransformerDecoderLayer decoder(6, 2, 8, 0.0, "relu", 1e-5, true);
  check("TransformerDecoderLayer", decoder, [&](const Tensors& x) {
    return Tensors{decoder(x[0], x[1],
                           {.tgt_mask = nn::Transformer::generate_square_subsequent_mask(4),
                            .memory_key_padding_mask = padding(),
                            .tgt_is_causal = true})};
  });
  check2(
      "TransformerDecoderLayer_norm_first",
      nn::TransformerDecoderLayer({.d_model = 6, .nhead = 2, .dim_feedforward = 8, .dropout = 0, .norm_first = true}));
  nn::TransformerEncoder stack(nn::TransformerEncoderLayer(6, 2, 8, 0.0), 2, nn::make<nn::LayerNorm>(6));
  check("TransformerEncoder", stack, [&](const Tensors& x) { return Tensors{stack(x[0], later(4, 4))}; });
  check2("TransformerDecoder", nn::TransformerDecoder(nn::TransformerDecoderLayer(6, 2, 8, 0.0), 2));
  nn::Transformer both(6, 2, 1, 2, 8, 0.0);
  check("Transformer", both, [&](const Tensors& x) {
    return Tensors{both(x[0], x[1], {.tgt_mask = nn::Transformer::generate_square_subsequent_mask(4)})};
  });
}

TEST(LayersAttention, CausalWithoutAMaskIsThatWithOne) {
  tt::manual_seed(1);
  nn::MultiheadAttention attention(8, 2);
  const tt::Tensor x = tt::randn({5, 3, 8});
  for (const bool weights : {true, false}) {
    const auto hinted = attention(x, x, x, {.need_weights = weights, .is_causal = true});
    const auto masked = attention(x, x, x, {.need_weights = weights, .attn_mask = later(5, 5)});
    modules_reference::expect_near(hinted.attn_output, masked.attn_output, "causal");
  }
}

TEST(LayersAttention, ActivationsOfOnesOwnAndClones) {
  tt::manual_seed(1);
  nn::TransformerEncoderLayer layer(
      {.d_model = 4, .nhead = 2, .dim_feedforward = 8, .dropout = 0, .activation = [](const tt::Tensor& x) {
         return tt::relu(x);
       }});
  nn::TransformerEncoder encoder(layer, 2, nn::make<nn::LayerNorm>(4));
  const tt::Tensor x = tt::randn({3, 2, 4});
  const auto copy = nn::clone(encoder);
  EXPECT_EQ((*copy)(x).to_vector<float>(), encoder(x).to_vector<float>());
  EXPECT_EQ(copy->text(), encoder.text());
  EXPECT_FALSE(
      copy->layers[0].get_parameter("linear1.weight").is_same(encoder.layers[0].get_parameter("linear1.weight")));
  // PyTorch's copies of a layer start alike.
  EXPECT_EQ(encoder.layers[0].get_parameter("linear1.weight").to_vector<float>(),
            encoder.layers[1].get_parameter("linear1.weight").to_vector<float>());
  nn::Sequential in_a_row(nn::make<nn::TransformerEncoderLayer>(4, 2, 8, 0.0), nn::make<nn::Linear>(4, 2));
  EXPECT_EQ(in_a_row(x).shape(), (tt::Shape{3, 2, 2}));
}

TEST(LayersAttention, BadInput) {
  EXPECT_ARGUMENT_ERROR(nn::MultiheadAttention(6, 4),
                        "[MultiheadAttention] num_heads does not divide embed_dim: 4 and 6");
  EXPECT_ARGUMENT_ERROR(nn::MultiheadAttention(6, 2, 1.5), "dropout is outside of [0, 1]");
  nn::MultiheadAttention attention(6, 2);
  const tt::Tensor x = tt::ones({4, 2, 6});
  EXPECT_ARGUMENT_ERROR(attention(tt::ones({4, 2, 5}), x, x), "the last dimension of query, key or value does not fit");
  EXPECT_ARGUMENT_ERROR(attention(x, tt::ones({4, 3, 6}), tt::ones({4, 3, 6})), "batch or lengths of query");
  EXPECT_ARGUMENT_ERROR(attention(tt::ones({6}), x, x), "do not have three dimensions");
  EXPECT_ARGUMENT_ERROR(attention(x, x, x, later(3, 4)), "key_padding_mask is not (N, S): bool (3, 4)");
  EXPECT_ARGUMENT_ERROR(attention(x, x, x, {.attn_mask = later(3, 4)}), "attn_mask is neither (L, S)");
  EXPECT_ARGUMENT_ERROR(attention(x, x, x, {.attn_mask = tt::ones({4, 4}, tt::int64)}), "attn_mask is neither");
  EXPECT_ARGUMENT_ERROR(nn::TransformerEncoderLayer(6, 2, 8, 0.1, "tanh"), "there is no such activation: 'tanh'");
  EXPECT_ARGUMENT_ERROR(nn::TransformerEncoderLayer(6, 4), "num_heads does not divide embed_dim");
  EXPECT_ARGUMENT_ERROR(nn::TransformerEncoder(nn::TransformerEncoderLayer(6, 2), -1), "num_layers is negative: -1");
  EXPECT_ARGUMENT_ERROR(nn::Transformer::generate_square_subsequent_mask(-1), "-1");
}
