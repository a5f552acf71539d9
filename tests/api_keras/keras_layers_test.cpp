// Every layer against Keras's own numbers: its prediction from Keras's weights, and the weights after two steps of SGD,
// on both engines (scripts/references/make_references_keras_layers.py).
#include <gtest/gtest.h>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

using Tensors = std::vector<tt::Tensor>;

const tt::StateDict& references() {
  static const tt::StateDict dict = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_layers.safetensors");
  return dict;
}

Tensors numbered(const std::string& prefix) {
  Tensors tensors;
  while (const tt::Tensor* tensor = references().find(prefix + std::to_string(tensors.size())))
    tensors.push_back(*tensor);
  return tensors;
}

void expect_near(const tt::Tensor& ours, const tt::Tensor& theirs, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-5 * (1 + std::abs(b[i]))) << what << " " << i;
}

/// What a case makes of its inputs: one tensor, or several, which are compared side by side.
struct Outputs {
  Outputs(tt::Tensor one) : tensor(std::move(one)) {}
  Outputs(const Tensors& several) {
    Tensors flat;
    for (const tt::Tensor& y : several) flat.push_back(Flatten()(y));
    tensor = Concatenate()(flat);
  }
  tt::Tensor tensor;
};

struct Case {
  const char* name;
  Outputs (*make)(const Tensors& x);
};

keras::Model model_of(const Case& of) {
  Tensors inputs;
  for (const tt::Tensor& x : numbered(std::string(of.name) + "/x/")) {
    tt::Shape shape = x.shape();
    shape.erase(0);
    inputs.push_back(Input(shape, {.dtype = x.dtype()}));
  }
  return keras::Model(inputs, of.make(inputs).tensor);
}

void check(const Case& of, const char* engine) {
  SCOPED_TRACE(std::string(of.name) + " " + engine);
  const std::string prefix = std::string(of.name) + "/";
  const keras::Model model = model_of(of);
  const Tensors x = numbered(prefix + "x/"), before = numbered(prefix + "before/");
  ASSERT_FALSE(x.empty());
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 .loss = "mse",
                 .engine = engine,
                 .numerics = "exact"});
  if (!before.empty()) model.set_weights(before);
  expect_near(model.predict(x, {.verbose = 0}), references().at(prefix + "predict"), "prediction");
  const tt::Tensor* y = references().find(prefix + "y");
  if (!y) return;
  model.fit(x, *y, {.batch_size = 2, .verbose = 0, .shuffle = false});
  const Tensors after = model.get_weights(), expected = numbered(prefix + "after/");
  ASSERT_EQ(after.size(), expected.size());
  for (std::size_t i = 0; i < after.size(); ++i) expect_near(after[i], expected[i], "weight " + std::to_string(i));
}

template <std::size_t N>
void check_all(const Case (&cases)[N]) {
  for (const Case& of : cases)
    for (const char* engine : {"graph", "eager"}) {
      try {
        check(of, engine);
      } catch (const std::exception& error) {
        ADD_FAILURE() << of.name << " " << engine << ": " << error.what();
      }
    }
}

tt::Tensor masked(const tt::Tensor& x) { return Masking()(x); }

/// h = x kernel + h / 2.
struct MinimalCell : keras::RNNCellBase {
  tt::Tensor kernel;
  std::vector<std::int64_t> state_size() const override { return {3}; }
  void build_many(const std::vector<tt::Shape>& shapes) override {
    kernel = add_weight({.shape = {shapes[0][-1], 3}, .name = "kernel"});
  }
  Tensors call_many(const Tensors& xs, bool) override {
    const tt::Tensor h = tt::matmul(xs[0], kernel) + xs[1] * 0.5;
    return {h, h};
  }
};

}  // namespace

using X = const Tensors&;

TEST(KerasLayers, Core) {
  check_all({
      {"dense",
       [](X x) -> Outputs {
         return Dense(3, "tanh", {.kernel_regularizer = "l2", .activity_regularizer = "l1"})(x[0]);
       }},
      {"einsum_dense",
       [](X x) -> Outputs {
         return EinsumDense("abc,cd->abd", {-1, 5}, {.activation = "relu", .bias_axes = "d"})(x[0]);
       }},
      {"einsum_dense_left", [](X x) -> Outputs { return EinsumDense("...x,xy->...y", {5}, {.bias_axes = "y"})(x[0]); }},
      {"einsum_dense_right",
       [](X x) -> Outputs { return EinsumDense("ab...,bc->ac...", {5}, {.bias_axes = "c"})(x[0]); }},
      {"embedding", [](X x) -> Outputs { return Embedding(5, 3, {.embeddings_regularizer = "l2"})(x[0]); }},
      {"reversible_embedding",
       [](X x) -> Outputs {
         const keras::Layer table = ReversibleEmbedding(5, 3, {.logit_soft_cap = 2});
         return table(table(x[0]), {.reverse = true});
       }},
      {"reversible_embedding_untied",
       [](X x) -> Outputs {
         const keras::Layer table = ReversibleEmbedding(5, 3, {.tie_weights = false});
         return table(table(x[0]), {.reverse = true});
       }},
      {"masked_embedding", [](X x) -> Outputs { return Dense(2)(Embedding(5, 3, {.mask_zero = true})(x[0])); }},
      {"masking", [](X x) -> Outputs { return Dense(2)(masked(x[0])); }},
      {"identity", [](X x) -> Outputs { return Identity()(x[0]); }},
      {"lambda", [](X x) -> Outputs { return Lambda([](const tt::Tensor& t) { return t * 2; })(x[0]); }},
      {"relu", [](X x) -> Outputs { return ReLU({.max_value = 1.0, .negative_slope = 0.1, .threshold = 0.2})(x[0]); }},
      {"relu_slope", [](X x) -> Outputs { return ReLU({.negative_slope = 0.1})(x[0]); }},
      {"leaky_relu", [](X x) -> Outputs { return LeakyReLU(0.2)(x[0]); }},
      {"prelu", [](X x) -> Outputs { return PReLU({.shared_axes = 1})(x[0]); }},
      {"elu", [](X x) -> Outputs { return ELU(0.7)(x[0]); }},
      {"softmax", [](X x) -> Outputs { return Softmax()(x[0]); }},
      {"softmax_axes",
       [](X x) -> Outputs {
         return Softmax({.axis = {1, 2}})(x[0]);
       }},
      {"activity_regularization",
       [](X x) -> Outputs { return ActivityRegularization({.l1 = 0.1, .l2 = 0.2})(Dense(3)(x[0])); }},
  });
}

TEST(KerasLayers, Convolutions) {
  check_all({
      {"conv1d",
       [](X x) -> Outputs { return Conv1D(4, 3, {.strides = 2, .padding = "same", .activation = "tanh"})(x[0]); }},
      {"conv1d_causal", [](X x) -> Outputs { return Conv1D(4, 3, {.padding = "causal", .dilation_rate = 2})(x[0]); }},
      {"conv2d",
       [](X x) -> Outputs {
         return Conv2D(4, {2, 3}, {.strides = {2, 1}, .groups = 2})(x[0]);
       }},
      {"conv2d_dilated",
       [](X x) -> Outputs { return Conv2D(3, 3, {.padding = "same", .dilation_rate = 2, .use_bias = false})(x[0]); }},
      {"conv3d",
       [](X x) -> Outputs {
         return Conv3D(3, 2, {.strides = {1, 2, 2}, .padding = "same"})(x[0]);
       }},
      {"conv1d_transpose", [](X x) -> Outputs { return Conv1DTranspose(2, 3, {.strides = 2})(x[0]); }},
      {"conv1d_transpose_dilated",
       [](X x) -> Outputs { return Conv1DTranspose(2, 3, {.padding = "same", .dilation_rate = 2})(x[0]); }},
      {"conv2d_transpose",
       [](X x) -> Outputs {
         return Conv2DTranspose(3, 3, {.strides = 2, .padding = "same", .activation = "relu"})(x[0]);
       }},
      {"conv2d_transpose_padding",
       [](X x) -> Outputs {
         return Conv2DTranspose(3, 3, {.strides = 2, .padding = "same", .output_padding = 1})(x[0]);
       }},
      {"conv2d_transpose_no_padding",
       [](X x) -> Outputs {
         return Conv2DTranspose(3, 3, {.strides = 2, .padding = "same", .output_padding = 0})(x[0]);
       }},
      {"conv2d_transpose_valid",
       [](X x) -> Outputs { return Conv2DTranspose(3, 2, {.strides = 3, .output_padding = 1})(x[0]); }},
      {"conv3d_transpose", [](X x) -> Outputs { return Conv3DTranspose(2, 2, {.strides = 2})(x[0]); }},
      {"depthwise1d",
       [](X x) -> Outputs { return DepthwiseConv1D(3, {.padding = "same", .depth_multiplier = 2})(x[0]); }},
      {"depthwise2d",
       [](X x) -> Outputs {
         return DepthwiseConv2D(3, {.strides = 2, .padding = "same", .depth_multiplier = 2})(x[0]);
       }},
      {"separable1d",
       [](X x) -> Outputs { return SeparableConv1D(4, 3, {.padding = "same", .depth_multiplier = 2})(x[0]); }},
      {"separable2d",
       [](X x) -> Outputs { return SeparableConv2D(4, 3, {.padding = "same", .activation = "relu"})(x[0]); }},
  });
}

TEST(KerasLayers, Pooling) {
  check_all({
      {"max_pooling1d", [](X x) -> Outputs { return MaxPooling1D(3, 2, {.padding = "same"})(x[0]); }},
      {"max_pooling2d", [](X x) -> Outputs { return MaxPooling2D(3, 2, {.padding = "same"})(x[0]); }},
      {"max_pooling3d", [](X x) -> Outputs { return MaxPooling3D(3, 2, {.padding = "same"})(x[0]); }},
      {"average_pooling1d", [](X x) -> Outputs { return AveragePooling1D(3, 2, {.padding = "same"})(x[0]); }},
      {"average_pooling2d", [](X x) -> Outputs { return AveragePooling2D(3, 2, {.padding = "same"})(x[0]); }},
      {"average_pooling3d", [](X x) -> Outputs { return AveragePooling3D(3, 2, {.padding = "same"})(x[0]); }},
      {"max_pooling2d_default", [](X x) -> Outputs { return MaxPooling2D()(x[0]); }},
      {"global_max1d", [](X x) -> Outputs { return GlobalMaxPooling1D()(x[0]); }},
      {"global_max2d", [](X x) -> Outputs { return GlobalMaxPooling2D()(x[0]); }},
      {"global_max3d", [](X x) -> Outputs { return GlobalMaxPooling3D()(x[0]); }},
      {"global_max2d_kept", [](X x) -> Outputs { return GlobalMaxPooling2D({.keepdims = true})(x[0]); }},
      {"global_average1d", [](X x) -> Outputs { return GlobalAveragePooling1D()(x[0]); }},
      {"global_average1d_masked", [](X x) -> Outputs { return GlobalAveragePooling1D()(masked(x[0])); }},
      {"global_average2d", [](X x) -> Outputs { return GlobalAveragePooling2D()(x[0]); }},
      {"global_average3d", [](X x) -> Outputs { return GlobalAveragePooling3D()(x[0]); }},
      {"adaptive_max1d", [](X x) -> Outputs { return AdaptiveMaxPooling1D(3)(x[0]); }},
      {"adaptive_max2d", [](X x) -> Outputs { return AdaptiveMaxPooling2D(3)(x[0]); }},
      {"adaptive_max3d", [](X x) -> Outputs { return AdaptiveMaxPooling3D(3)(x[0]); }},
      {"adaptive_average1d", [](X x) -> Outputs { return AdaptiveAveragePooling1D(3)(x[0]); }},
      {"adaptive_average2d", [](X x) -> Outputs { return AdaptiveAveragePooling2D(3)(x[0]); }},
      {"adaptive_average3d", [](X x) -> Outputs { return AdaptiveAveragePooling3D(3)(x[0]); }},
  });
}

TEST(KerasLayers, SimpleRNN) {
  check_all({
      {"simple_rnn", [](X x) -> Outputs { return SimpleRNN(4)(x[0]); }},
      {"simple_rnn_sequences",
       [](X x) -> Outputs { return SimpleRNN(4, {.return_sequences = true, .go_backwards = true})(x[0]); }},
      {"simple_rnn_masked", [](X x) -> Outputs { return SimpleRNN(4, {.return_sequences = true})(masked(x[0])); }},
      {"simple_rnn_masked_last",
       [](X x) -> Outputs { return SimpleRNN(4, {.return_state = true}).call(masked(x[0])); }},
      {"simple_rnn_masked_backwards",
       [](X x) -> Outputs { return SimpleRNN(4, {.return_sequences = true, .go_backwards = true})(masked(x[0])); }},
      {"simple_rnn_relu",
       [](X x) -> Outputs { return SimpleRNN(4, {.activation = "relu", .return_sequences = true})(masked(x[0])); }},
      {"simple_rnn_bidirectional",
       [](X x) -> Outputs { return Bidirectional(SimpleRNN(4, {.return_sequences = true}))(masked(x[0])); }},
  });
}

TEST(KerasLayers, LSTM) {
  check_all({
      {"lstm", [](X x) -> Outputs { return LSTM(4)(x[0]); }},
      {"lstm_sequences",
       [](X x) -> Outputs { return LSTM(4, {.return_sequences = true, .go_backwards = true})(x[0]); }},
      {"lstm_masked", [](X x) -> Outputs { return LSTM(4, {.return_sequences = true})(masked(x[0])); }},
      {"lstm_masked_last", [](X x) -> Outputs { return LSTM(4, {.return_state = true}).call(masked(x[0])); }},
      {"lstm_masked_backwards",
       [](X x) -> Outputs { return LSTM(4, {.return_sequences = true, .go_backwards = true})(masked(x[0])); }},
      {"lstm_relu",
       [](X x) -> Outputs { return LSTM(4, {.activation = "relu", .return_sequences = true})(masked(x[0])); }},
      {"lstm_bidirectional",
       [](X x) -> Outputs { return Bidirectional(LSTM(4, {.return_sequences = true}))(masked(x[0])); }},
      {"lstm_hard",
       [](X x) -> Outputs {
         return LSTM(4, {.recurrent_activation = "softplus", .use_bias = false, .unit_forget_bias = false})(x[0]);
       }},
      {"lstm_state",
       [](X x) -> Outputs {
         return LSTM(4, {.return_state = true}).call(x[0], {.initial_state = {x[1], x[2]}});
       }},
      {"lstm_chain",
       [](X x) -> Outputs {
         return Dense(2)(LSTM(3)(LSTM(4, {.return_sequences = true})(Embedding(5, 3, {.mask_zero = true})(x[0]))));
       }},
  });
}

TEST(KerasLayers, GRU) {
  check_all({
      {"gru", [](X x) -> Outputs { return GRU(4)(x[0]); }},
      {"gru_sequences", [](X x) -> Outputs { return GRU(4, {.return_sequences = true, .go_backwards = true})(x[0]); }},
      {"gru_masked", [](X x) -> Outputs { return GRU(4, {.return_sequences = true})(masked(x[0])); }},
      {"gru_masked_last", [](X x) -> Outputs { return GRU(4, {.return_state = true}).call(masked(x[0])); }},
      {"gru_masked_backwards",
       [](X x) -> Outputs { return GRU(4, {.return_sequences = true, .go_backwards = true})(masked(x[0])); }},
      {"gru_relu",
       [](X x) -> Outputs { return GRU(4, {.activation = "relu", .return_sequences = true})(masked(x[0])); }},
      {"gru_bidirectional",
       [](X x) -> Outputs { return Bidirectional(GRU(4, {.return_sequences = true}))(masked(x[0])); }},
      {"gru_state", [](X x) -> Outputs { return GRU(4, {.return_sequences = true})(x[0], {.initial_state = x[1]}); }},
      {"gru_before",
       [](X x) -> Outputs { return GRU(4, {.return_sequences = true, .reset_after = false})(masked(x[0])); }},
      {"gru_before_elu", [](X x) -> Outputs { return GRU(4, {.activation = "elu", .reset_after = false})(x[0]); }},
      {"masked_loss",
       [](X x) -> Outputs {
         return Dense(2)(GRU(3, {.return_sequences = true})(Embedding(5, 3, {.mask_zero = true})(x[0])));
       }},
  });
}

TEST(KerasLayers, RecurrentWrappers) {
  check_all({
      {"bidirectional_sum", [](X x) -> Outputs { return Bidirectional(LSTM(4), {.merge_mode = "sum"})(x[0]); }},
      {"bidirectional_mul", [](X x) -> Outputs { return Bidirectional(LSTM(4), {.merge_mode = "mul"})(x[0]); }},
      {"bidirectional_ave", [](X x) -> Outputs { return Bidirectional(LSTM(4), {.merge_mode = "ave"})(x[0]); }},
      {"bidirectional_none", [](X x) -> Outputs { return Bidirectional(LSTM(4), {.merge_mode = "none"}).call(x[0]); }},
      {"bidirectional_state", [](X x) -> Outputs { return Bidirectional(GRU(4, {.return_state = true})).call(x[0]); }},
      {"bidirectional_layers",
       [](X x) -> Outputs {
         return Bidirectional(LSTM(4, {.return_sequences = true}),
                              {.backward_layer = GRU(3, {.return_sequences = true, .go_backwards = true})})(x[0]);
       }},
      {"rnn_cells",
       [](X x) -> Outputs {
         return RNN({LSTMCell(4), GRUCell(3), SimpleRNNCell(2)}, {.return_sequences = true, .return_state = true})
             .call(masked(x[0]));
       }},
      {"rnn_own_cell",
       [](X x) -> Outputs {
         return RNN(keras::layer<MinimalCell>(),
                    {.return_sequences = true, .zero_output_for_mask = true})(masked(x[0]));
       }},
      {"time_distributed", [](X x) -> Outputs { return TimeDistributed(Conv1D(3, 2))(x[0]); }},
      {"time_distributed_statistics", [](X x) -> Outputs { return TimeDistributed(BatchNormalization())(x[0]); }},
      {"conv_lstm1d", [](X x) -> Outputs { return ConvLSTM1D(3, 2, {.padding = "same"})(x[0]); }},
      {"conv_lstm2d",
       [](X x) -> Outputs {
         return ConvLSTM2D(2, 2, {.strides = 2, .return_sequences = true, .return_state = true}).call(x[0]);
       }},
      {"conv_lstm3d", [](X x) -> Outputs { return ConvLSTM3D(2, 2, {.go_backwards = true})(x[0]); }},
  });
}

TEST(KerasLayers, Normalization) {
  check_all({
      {"batch_normalization", [](X x) -> Outputs { return BatchNormalization({.momentum = 0.9})(x[0]); }},
      {"batch_normalization_masked",
       [](X x) -> Outputs { return BatchNormalization({.momentum = 0.9})(masked(x[0])); }},
      {"batch_renormalization",
       [](X x) -> Outputs {
         return BatchNormalization({.momentum = 0.9,
                                    .renorm = true,
                                    .renorm_clipping = {.rmax = 1.2, .rmin = 0.8, .dmax = 0.5},
                                    .renorm_momentum = 0.8})(x[0]);
       }},
      {"layer_normalization", [](X x) -> Outputs { return LayerNormalization()(x[0]); }},
      {"layer_normalization_rms", [](X x) -> Outputs { return LayerNormalization({.rms_scaling = true})(x[0]); }},
      {"group_normalization", [](X x) -> Outputs { return GroupNormalization({.groups = 3})(x[0]); }},
      {"group_normalization_first", [](X x) -> Outputs { return GroupNormalization({.groups = 2, .axis = 1})(x[0]); }},
      {"instance_normalization", [](X x) -> Outputs { return GroupNormalization({.groups = -1})(x[0]); }},
      {"rms_normalization", [](X x) -> Outputs { return RMSNormalization()(x[0]); }},
      {"rms_normalization_axes",
       [](X x) -> Outputs {
         return RMSNormalization({.axis = {1, 2}})(x[0]);
       }},
      {"unit_normalization",
       [](X x) -> Outputs {
         return UnitNormalization({.axis = {1, 2}})(x[0]);
       }},
      {"spectral_normalization", [](X x) -> Outputs { return SpectralNormalization(Dense(3), 2)(x[0]); }},
      {"spectral_normalization_conv", [](X x) -> Outputs { return SpectralNormalization(Conv2D(3, 2))(x[0]); }},
  });
}

TEST(KerasLayers, Attention) {
  check_all({
      {"attention",
       [](X x) -> Outputs {
         return Attention({.use_scale = true})({x[0], x[1]});
       }},
      {"attention_concat",
       [](X x) -> Outputs {
         return Attention({.use_scale = true, .score_mode = "concat"})({x[0], x[1], x[2]});
       }},
      {"attention_causal",
       [](X x) -> Outputs { return Attention().call(x, {.return_attention_scores = true, .use_causal_mask = true}); }},
      {"attention_masked",
       [](X x) -> Outputs {
         return Attention({.use_scale = true})({masked(x[0]), masked(x[1])});
       }},
      {"additive_attention",
       [](X x) -> Outputs {
         return AdditiveAttention()({x[0], x[1]});
       }},
      {"multi_head_attention",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 4, {.value_dim = 3})({x[0], x[1]});
       }},
      {"multi_head_key",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 4, {.output_shape = {5}})({x[0], x[1], x[2]});
       }},
      {"multi_head_causal",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 4, {.use_bias = false})({x[0], x[0]}, {.use_causal_mask = true});
       }},
      {"multi_head_scores",
       [](X x) -> Outputs { return MultiHeadAttention(2, 4).call(x, {.return_attention_scores = true}); }},
      {"multi_head_masked",
       [](X x) -> Outputs {
         const tt::Tensor y = masked(x[0]);
         return Dense(2)(MultiHeadAttention(2, 4)({y, y}));
       }},
      {"multi_head_window",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 4, {.sliding_window = 2})({x[0], x[0]});
       }},
      {"multi_head_gate",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 4, {.use_gate = true})({x[0], x[0]});
       }},
      {"multi_head_axes",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 3, {.attention_axes = 2})({x[0], x[0]});
       }},
      {"multi_head_2d",
       [](X x) -> Outputs {
         return MultiHeadAttention(2, 3)({x[0], x[0]});
       }},
      {"grouped_query",
       [](X x) -> Outputs {
         return GroupedQueryAttention(3, 4, 2)({x[0], x[1]});
       }},
      {"grouped_query_scores",
       [](X x) -> Outputs {
         return GroupQueryAttention(3, 4, 2).call({x[0], x[0]},
                                                  {.return_attention_scores = true, .use_causal_mask = true});
       }},
  });
}

TEST(KerasLayers, Shapes) {
  check_all({
      {"flatten", [](X x) -> Outputs { return Flatten()(x[0]); }},
      {"flatten_first", [](X x) -> Outputs { return Flatten({.data_format = "channels_first"})(x[0]); }},
      {"reshape",
       [](X x) -> Outputs {
         return Reshape({-1, 4})(x[0]);
       }},
      {"permute",
       [](X x) -> Outputs {
         return Permute({3, 1, 2})(x[0]);
       }},
      {"repeat_vector", [](X x) -> Outputs { return RepeatVector(4)(x[0]); }},
      {"cropping1d",
       [](X x) -> Outputs {
         return Cropping1D({1, 2})(x[0]);
       }},
      {"cropping2d",
       [](X x) -> Outputs {
         return Cropping2D({{1, 2}, {0, 1}})(x[0]);
       }},
      {"cropping3d", [](X x) -> Outputs { return Cropping3D(1)(x[0]); }},
      {"zero_padding1d",
       [](X x) -> Outputs {
         return ZeroPadding1D({0, 2})(x[0]);
       }},
      {"zero_padding2d",
       [](X x) -> Outputs {
         return ZeroPadding2D({1, 2})(x[0]);
       }},
      {"zero_padding3d",
       [](X x) -> Outputs {
         return ZeroPadding3D({{0, 1}, {1, 0}, {1, 1}})(x[0]);
       }},
      {"up_sampling1d", [](X x) -> Outputs { return UpSampling1D(3)(x[0]); }},
      {"up_sampling2d",
       [](X x) -> Outputs {
         return UpSampling2D({2, 3})(x[0]);
       }},
      {"up_sampling2d_bilinear",
       [](X x) -> Outputs {
         return UpSampling2D({2, 3}, {.interpolation = "bilinear"})(x[0]);
       }},
      {"up_sampling2d_bicubic",
       [](X x) -> Outputs {
         return UpSampling2D({2, 3}, {.interpolation = "bicubic"})(x[0]);
       }},
      {"up_sampling2d_lanczos3",
       [](X x) -> Outputs {
         return UpSampling2D({2, 3}, {.interpolation = "lanczos3"})(x[0]);
       }},
      {"up_sampling2d_lanczos5",
       [](X x) -> Outputs {
         return UpSampling2D({2, 3}, {.interpolation = "lanczos5"})(x[0]);
       }},
      {"up_sampling3d", [](X x) -> Outputs { return UpSampling3D()(x[0]); }},
  });
}

TEST(KerasLayers, Merging) {
  check_all({
      {"add", [](X x) -> Outputs { return add(x); }},
      {"subtract", [](X x) -> Outputs { return subtract(x); }},
      {"multiply", [](X x) -> Outputs { return multiply(x); }},
      {"average", [](X x) -> Outputs { return average(x); }},
      {"maximum", [](X x) -> Outputs { return maximum(x); }},
      {"minimum", [](X x) -> Outputs { return minimum(x); }},
      {"concatenate", [](X x) -> Outputs { return keras::layers::concatenate(x); }},
      {"add_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Add()({masked(x[0]), masked(x[1])}));
       }},
      {"subtract_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Subtract()({masked(x[0]), masked(x[1])}));
       }},
      {"multiply_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Multiply()({masked(x[0]), masked(x[1])}));
       }},
      {"average_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Average()({masked(x[0]), masked(x[1])}));
       }},
      {"maximum_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Maximum()({masked(x[0]), masked(x[1])}));
       }},
      {"minimum_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Minimum()({masked(x[0]), masked(x[1])}));
       }},
      {"concatenate_masked",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Concatenate()({masked(x[0]), masked(x[1])}));
       }},
      {"concatenate_steps",
       [](X x) -> Outputs {
         return GlobalAveragePooling1D()(Concatenate({.axis = 1})({masked(x[0]), masked(x[1])}));
       }},
      {"add_ranks", [](X x) -> Outputs { return Add()(x); }},
      {"dot", [](X x) -> Outputs { return dot(x, 2); }},
      {"dot_normalized", [](X x) -> Outputs { return Dot(1, {.normalize = true})(x); }},
      {"dot_axes",
       [](X x) -> Outputs {
         return Dot({1, 2})(x);
       }},
  });
}
