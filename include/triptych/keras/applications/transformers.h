// Small transformers: one that goes on with a text, one that looks at images.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/shape.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/model.h"

namespace triptych::keras::applications {

struct GPTOptions {
  std::int64_t vocabulary_size = 256;
  /// The longest text.
  std::int64_t sequence_length = 128;
  std::int64_t num_layers = 4, num_heads = 4;
  /// Elements of a token's vector, and of the layer inside of each block.
  std::int64_t hidden_dim = 128, intermediate_dim = 512;
  double dropout = 0;
  /// A file that `Model::load_weights` reads; "": none.
  OptionText weights = {};
  OptionText name = {};
};
/// Tokens (n, steps), int64, to the scores of the token after each, (n, steps, vocabulary_size); softmax makes them
/// probabilities. Embeddings of tokens and positions, then blocks x + attention(norm(x)), x +
/// dense(gelu(dense(norm(x)))) in which no step sees later ones; the scores are products with the embeddings. Layers:
/// "token_embedding", "position_embedding", "block_0_attention_norm", "block_0_attention", "block_0_dense_norm",
/// "block_0_intermediate", "block_0_output", "final_norm". Radford et al., 2019. ArgumentError for a size below 1, if
/// num_heads does not divide hidden_dim, or dropout is not in [0, 1].
TRIPTYCH_API Model GPT(GPTOptions options = {}, Location where = Location::here());

struct ViTOptions {
  /// As ApplicationOptions have it.
  bool include_top = true;
  OptionText weights = {};
  /// (height, width, channels).
  Shape input_shape = {224, 224, 3};
  std::int64_t patch_size = 16;
  std::int64_t num_layers = 12, num_heads = 12;
  std::int64_t hidden_dim = 768, intermediate_dim = 3072;
  double dropout = 0;
  std::int64_t classes = 1000;
  Activation classifier_activation = "softmax";
  OptionText name = {};
};
/// Images to classes: each patch is a token, and a first token of its own ends as the image's vector. Without the top:
/// (n, 1 + patches, hidden_dim). Layers: "patch_embedding", "class_token", "position_embedding", blocks as GPT's,
/// "final_norm", "predictions". Dosovitskiy et al., 2020; the sizes are those of ViT-B/16. ArgumentError for a size
/// below 1, if patch_size does not divide height and width, or num_heads hidden_dim.
TRIPTYCH_API Model ViT(ViTOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::applications
