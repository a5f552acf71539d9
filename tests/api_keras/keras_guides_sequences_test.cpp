// Models of texts, series and sounds of Keras's guides and code examples (https://keras.io), written as they stand
// there: their parameters are counted as Keras counts them, and they learn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "keras_guides.h"

using namespace keras::layers;

namespace {

// --- Timeseries classification with a Transformer -------------------------------------------------------------------
tt::Tensor transformer_encoder(const tt::Tensor& inputs, std::int64_t head_size, std::int64_t num_heads,
                               std::int64_t ff_dim, double dropout = 0) {
  tt::Tensor x = MultiHeadAttention(num_heads, head_size, {.dropout = dropout})({inputs, inputs});
  x = Dropout(dropout)(x);
  x = LayerNormalization({.epsilon = 1e-6})(x);
  const tt::Tensor res = x + inputs;
  x = Conv1D(ff_dim, 1, {.activation = "relu"})(res);
  x = Dropout(dropout)(x);
  x = Conv1D(inputs.shape()[-1], 1)(x);
  x = LayerNormalization({.epsilon = 1e-6})(x);
  return x + res;
}
keras::Model timeseries_transformer() {
  const tt::Tensor inputs = Input({50, 1});
  tt::Tensor x = inputs;
  for (int i = 0; i < 4; ++i) x = transformer_encoder(x, 16, 4, 4, 0.25);
  x = GlobalAveragePooling1D({.data_format = "channels_last"})(x);
  for (const int dim : {128}) {
    x = Dense(dim, {.activation = "relu"})(x);
    x = Dropout(0.4)(x);
  }
  const tt::Tensor outputs = Dense(2, {.activation = "softmax"})(x);
  return keras::Model(inputs, outputs);
}

// --- Text generation with a miniature GPT
// -----------------------------------------------------------------------------
tt::Tensor causal_attention_mask(const ops::Size& batch_size, std::int64_t n_dest, std::int64_t n_src,
                                 tt::DType dtype) {
  const tt::Tensor i = ops::arange(n_dest)[{tt::Slice(), tt::newaxis}];
  const tt::Tensor j = ops::arange(n_src);
  const tt::Tensor m = i >= j - n_src + n_dest;
  tt::Tensor mask = ops::cast(m, dtype);
  mask = ops::reshape(mask, {1, n_dest, n_src});
  return ops::broadcast_to(mask, {batch_size, n_dest, n_src});
}
struct TransformerBlock : keras::LayerBase {
  TransformerBlock(std::int64_t embed_dim, std::int64_t num_heads, std::int64_t ff_dim, double rate = 0.1)
      : att(MultiHeadAttention(num_heads, embed_dim)),
        ffn(keras::Sequential({Dense(ff_dim, {.activation = "relu"}), Dense(embed_dim)})),
        layernorm1(LayerNormalization({.epsilon = 1e-6})),
        layernorm2(LayerNormalization({.epsilon = 1e-6})),
        dropout1(Dropout(rate)),
        dropout2(Dropout(rate)) {}
  tt::Tensor call(const tt::Tensor& inputs, bool) override {
    const auto input_shape = ops::shape(inputs);
    const tt::Tensor causal_mask =
        causal_attention_mask(input_shape[0], inputs.shape()[1], inputs.shape()[1], tt::boolean);
    tt::Tensor attention_output = att({inputs, inputs}, {.attention_mask = causal_mask});
    attention_output = dropout1(attention_output);
    const tt::Tensor out1 = layernorm1(inputs + attention_output);
    return layernorm2(out1 + dropout2(ffn(out1)));
  }
  keras::Layer att, ffn, layernorm1, layernorm2, dropout1, dropout2;
};
struct TokenAndPositionEmbedding : keras::LayerBase {
  TokenAndPositionEmbedding(std::int64_t maxlen, std::int64_t vocab_size, std::int64_t embed_dim)
      : token_emb(Embedding(vocab_size, embed_dim)), pos_emb(Embedding(maxlen, embed_dim)) {}
  tt::Tensor call(const tt::Tensor& x, bool) override {
    const auto maxlen = ops::shape(x)[-1];
    const tt::Tensor positions = pos_emb(ops::arange(0, maxlen, 1));
    return token_emb(x) + positions;
  }
  keras::Layer token_emb, pos_emb;
};
keras::Model miniature_gpt() {
  const tt::Tensor inputs = Input({20}, {.dtype = tt::int32});
  const tt::Tensor x =
      keras::layer<TransformerBlock>(32, 2, 32)(keras::layer<TokenAndPositionEmbedding>(20, 100, 32)(inputs));
  const keras::Layer head = Dense(100);
  const keras::Model model(inputs, {head(x), x});
  const keras::Loss loss_fn = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});
  model.compile({.optimizer = "adam", .loss = {{head.name(), loss_fn}}});
  return model;
}
struct TextGenerator : keras::CallbackBase {
  tt::Tensor sample_from(const tt::Tensor& logits) {
    const auto [values, indices] = ops::top_k(logits, 10, true);
    const tt::Tensor preds = keras::activations::softmax(ops::expand_dims(values, 0))[0];
    return keras::random::categorical(ops::expand_dims(ops::log(preds), 0), 1);
  }
  void on_epoch_end(int, keras::Logs&) override {
    const auto y = model().predict_all(tt::zeros({1, 20}, tt::int32), {.verbose = 0});
    sample_from(y[0][{0, 3}]);
  }
};

// --- Named entity recognition
// -----------------------------------------------------------------------------------------
struct CustomNonPaddingTokenLoss : keras::LossBase {
  CustomNonPaddingTokenLoss() : LossBase("custom_ner_loss") {}
  tt::Tensor call(const tt::Tensor& y_true, const tt::Tensor& y_pred) override {
    const keras::Loss loss_fn =
        keras::losses::SparseCategoricalCrossentropy({.from_logits = false, .reduction = "none"});
    tt::Tensor loss = loss_fn(y_true, y_pred);
    const tt::Tensor mask = ops::cast(y_true > 0, tt::float32);
    loss = loss * mask;
    return ops::sum(loss) / ops::sum(mask);
  }
};

// --- OCR model for reading captchas
// -----------------------------------------------------------------------------------
struct CTCLayer : keras::LayerBase {
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool) override {
    const tt::Tensor y_true = inputs[0], y_pred = inputs[1];
    const auto batch_len = ops::shape(y_true)[0];
    const tt::Tensor input_length = ops::shape(y_pred)[1] * ops::ones({batch_len}, tt::int32);
    const tt::Tensor label_length = ops::shape(y_true)[1] * ops::ones({batch_len}, tt::int32);
    add_loss(ops::mean(ops::ctc_loss(y_true, y_pred, label_length, input_length)));
    return {y_pred};
  }
};
keras::Model captcha_model() {
  const tt::Tensor input_img = Input({40, 20, 1}, {.dtype = tt::float32, .name = "image"});
  const tt::Tensor labels = Input({5}, {.dtype = tt::int32, .name = "label"});
  tt::Tensor x =
      Conv2D(8, {3, 3},
             {.padding = "same", .activation = "relu", .kernel_initializer = "he_normal", .name = "Conv1"})(input_img);
  x = MaxPooling2D({2, 2}, {.name = "pool1"})(x);
  x = Conv2D(16, {3, 3},
             {.padding = "same", .activation = "relu", .kernel_initializer = "he_normal", .name = "Conv2"})(x);
  x = MaxPooling2D({2, 2}, {.name = "pool2"})(x);
  x = Reshape({10, 5 * 16}, {.name = "reshape"})(x);
  x = Dense(64, {.activation = "relu", .name = "dense1"})(x);
  x = Dropout(0.2)(x);
  x = Bidirectional(LSTM(32, {.dropout = 0.25, .return_sequences = true}))(x);
  x = Bidirectional(LSTM(16, {.dropout = 0.25, .return_sequences = true}))(x);
  x = Dense(12 + 1, {.activation = "softmax", .name = "dense2"})(x);
  const tt::Tensor output = keras::layer<CTCLayer>()({labels, x});
  const keras::Model model({input_img, labels}, output, {.name = "ocr_model_v1"});
  model.compile({.optimizer = keras::optimizers::Adam()});
  return model;
}

// --- Image captioning
// -------------------------------------------------------------------------------------------------
struct LRSchedule {
  double post_warmup_learning_rate;
  std::int64_t warmup_steps;
  tt::Tensor operator()(const tt::Tensor& step) const {
    const tt::Tensor global_step = ops::cast(step, tt::float32);
    const double warmup = static_cast<double>(warmup_steps);
    const tt::Tensor warmup_progress = global_step / warmup;
    const tt::Tensor warmup_learning_rate = post_warmup_learning_rate * warmup_progress;
    return ops::where(global_step < warmup, warmup_learning_rate, post_warmup_learning_rate);  // Keras: ops.cond
  }
};
struct TransformerDecoderBlock : keras::LayerBase {
  TransformerDecoderBlock(std::int64_t embed_dim, std::int64_t ff_dim, std::int64_t num_heads)
      : attention_1(MultiHeadAttention(num_heads, embed_dim, {.dropout = 0.1})),
        attention_2(MultiHeadAttention(num_heads, embed_dim, {.dropout = 0.1})),
        ffn_layer_1(Dense(ff_dim, {.activation = "relu"})),
        out(Dense(30, {.activation = "softmax"})) {
    supports_masking = true;
  }
  std::vector<tt::Tensor> call_with(const std::vector<tt::Tensor>& inputs, const keras::CallOptions& options) override {
    const bool training = options.training.value_or(false);
    const tt::Tensor mask = options.mask.empty() ? tt::Tensor() : options.mask[0];
    const tt::Tensor causal_mask = get_causal_attention_mask(inputs[0]);
    tt::Tensor combined_mask, padding_mask;
    if (mask.defined()) {
      padding_mask = ops::cast(mask[{tt::Slice(), tt::Slice(), tt::newaxis}], tt::int32);
      combined_mask = ops::cast(mask[{tt::Slice(), tt::newaxis, tt::Slice()}], tt::int32);
      combined_mask = ops::minimum(combined_mask, causal_mask);
    }
    const tt::Tensor attention_output_1 =
        attention_1({inputs[0], inputs[0], inputs[0]}, {.training = training, .attention_mask = combined_mask});
    const tt::Tensor attention_output_2 =
        attention_2({attention_output_1, inputs[1], inputs[1]}, {.training = training, .attention_mask = padding_mask});
    return {out(ffn_layer_1(attention_output_2))};
  }
  tt::Tensor get_causal_attention_mask(const tt::Tensor& inputs) {
    const auto input_shape = ops::shape(inputs);
    const auto batch_size = input_shape[0], sequence_length = input_shape[1];
    const tt::Tensor i = ops::arange(sequence_length)[{tt::Slice(), tt::newaxis}];
    const tt::Tensor j = ops::arange(sequence_length);
    tt::Tensor mask = ops::cast(i >= j, tt::int32);
    mask = ops::reshape(mask, {1, inputs.shape()[1], inputs.shape()[1]});

    return ops::broadcast_to(mask, {batch_size, sequence_length, sequence_length});
  }
  keras::Layer attention_1, attention_2, ffn_layer_1, out;
};

// --- Understanding masking and padding ---
struct TemporalSplit : keras::LayerBase {
  TemporalSplit() { supports_masking = true; }
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool) override {
    return ops::split(inputs[0], 2, 1);
  }
  std::vector<tt::Tensor> compute_mask(const std::vector<tt::Tensor>&, const std::vector<tt::Tensor>& mask) override {
    if (mask.empty() || !mask[0].defined()) return {};
    return ops::split(mask[0], 2, 1);
  }
};
struct CustomEmbedding : keras::LayerBase {
  CustomEmbedding(std::int64_t input_dim, std::int64_t output_dim, bool mask_zero = false)
      : input_dim(input_dim), output_dim(output_dim), mask_zero(mask_zero) {
    supports_masking = true;
  }
  void build(const tt::Shape&) override {
    embeddings = add_weight({.shape = {input_dim, output_dim}, .initializer = "random_normal", .dtype = tt::float32});
  }
  tt::Tensor call(const tt::Tensor& inputs, bool) override {
    return ops::take(embeddings, ops::cast(inputs, tt::int32), 0);
  }
  std::vector<tt::Tensor> compute_mask(const std::vector<tt::Tensor>& inputs, const std::vector<tt::Tensor>&) override {
    if (!mask_zero) return {};
    return {ops::not_equal(inputs[0], 0)};
  }
  std::int64_t input_dim, output_dim;
  bool mask_zero;
  tt::Tensor embeddings;
};
struct TemporalSoftmax : keras::LayerBase {
  TemporalSoftmax() { supports_masking = true; }
  std::vector<tt::Tensor> call_with(const std::vector<tt::Tensor>& xs, const keras::CallOptions& options) override {
    if (!options.mask[0].defined()) throw std::runtime_error("mask is required");
    const tt::Tensor broadcast_float_mask = ops::expand_dims(ops::cast(options.mask[0], tt::float32), -1);
    const tt::Tensor inputs_exp = ops::exp(xs[0]) * broadcast_float_mask;
    const tt::Tensor inputs_sum = ops::sum(inputs_exp * broadcast_float_mask, 1, true);
    return {inputs_exp / inputs_sum};
  }
};

// --- Text classification with a Switch Transformer
// ----------------------------------------------------------------------
tt::Tensor load_balanced_loss(const tt::Tensor& router_probs, const tt::Tensor& expert_mask) {
  const std::int64_t num_experts = expert_mask.shape()[-1];
  const tt::Tensor density = ops::mean(expert_mask, -2);
  const tt::Tensor density_proxy = ops::mean(router_probs, -2);
  return ops::mean(density_proxy * density) * std::pow(num_experts, 2);
}
struct Router : keras::LayerBase {
  Router(std::int64_t num_experts, std::int64_t expert_capacity)
      : num_experts(num_experts), expert_capacity(expert_capacity), route(Dense(num_experts)) {}
  std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& inputs, bool training) override {
    tt::Tensor router_logits = route(inputs[0]);
    if (training) router_logits = router_logits + keras::random::uniform(ops::shape(router_logits), 0.9, 1.1);
    const tt::Tensor router_probs = keras::activations::softmax(router_logits, -1);
    auto [expert_gate, expert_index] = ops::top_k(router_probs, 1);
    tt::Tensor expert_mask = ops::one_hot(ops::squeeze(expert_index, -1), num_experts);
    add_loss(load_balanced_loss(router_probs, expert_mask));
    tt::Tensor position_in_expert = ops::cumsum(expert_mask, 0) * expert_mask;
    expert_mask = expert_mask * ops::cast(ops::less(position_in_expert, expert_capacity), tt::float32);
    const tt::Tensor expert_mask_flat = ops::sum(expert_mask, -1);
    expert_gate = ops::squeeze(expert_gate, -1) * expert_mask_flat;
    const tt::Tensor combined_tensor = ops::expand_dims(expert_gate * expert_mask_flat, -1) *
                                       ops::one_hot(ops::squeeze(expert_index, -1), num_experts);
    const tt::Tensor in_expert = ops::cast(ops::sum(position_in_expert, -1), tt::int32);
    const tt::Tensor combined =
        ops::expand_dims(combined_tensor, -1) * ops::expand_dims(ops::one_hot(in_expert, expert_capacity), 1);
    const tt::Tensor dispatch_tensor = ops::cast(combined > 0, tt::float32);
    return {dispatch_tensor, combined};
  }
  std::int64_t num_experts, expert_capacity;
  keras::Layer route;
};
struct Switch : keras::LayerBase {
  Switch(std::int64_t num_experts, std::int64_t embed_dim, std::int64_t ff_dim, std::int64_t num_tokens_per_batch,
         double capacity_factor = 1)
      : num_experts(num_experts),
        embed_dim(embed_dim),
        expert_capacity(
            static_cast<std::int64_t>(capacity_factor * static_cast<double>(num_tokens_per_batch / num_experts))),
        router(keras::layer<Router>(num_experts, expert_capacity)) {
    for (int i = 0; i < num_experts; ++i)
      experts.push_back(keras::Sequential({Dense(ff_dim, {.activation = "relu"}), Dense(embed_dim)}));
  }
  tt::Tensor call(const tt::Tensor& x, bool) override {
    const tt::Tensor inputs = ops::reshape(x, {-1, embed_dim});
    const auto routed = router.call(inputs);
    const tt::Tensor dispatch_tensor = routed[0], combine_tensor = routed[1];
    tt::Tensor expert_inputs = ops::einsum("ab,acd->cdb", {inputs, dispatch_tensor});
    expert_inputs = ops::reshape(expert_inputs, {num_experts, expert_capacity, embed_dim});
    const std::vector<tt::Tensor> expert_input_list = ops::unstack(expert_inputs);
    std::vector<tt::Tensor> expert_output_list;
    for (std::size_t i = 0; i < expert_input_list.size(); ++i)
      expert_output_list.push_back(experts[i](expert_input_list[i]));
    const tt::Tensor expert_outputs = ops::stack(expert_output_list, 1);
    const tt::Tensor expert_outputs_combined = ops::einsum("abc,xba->xc", {expert_outputs, combine_tensor});
    return ops::reshape(expert_outputs_combined, ops::shape(x));
  }
  std::int64_t num_experts, embed_dim, expert_capacity;
  keras::Layer router;
  std::vector<keras::Layer> experts;
};

}  // namespace

TEST(KerasGuidesSequences, TimeseriesTransformer) {
  const keras::Model model = timeseries_transformer();
  EXPECT_EQ(model.count_params(), 2378);
  model.compile({.optimizer = keras::optimizers::Adam({.learning_rate = 1e-3}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"sparse_categorical_accuracy"}});
  const keras::History history =
      model.fit(ramp({16, 50, 1}), numbers({16}, 2),
                {.batch_size = 8,
                 .epochs = 30,
                 .verbose = 0,
                 .callbacks = {keras::callbacks::EarlyStopping({.patience = 10, .restore_best_weights = true})},
                 .validation_split = 0.2});
  EXPECT_LT(history["loss"].back(), history["loss"].front());
}

TEST(KerasGuidesSequences, SwitchTransformer) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(1);
    const tt::Tensor inputs = Input({6}, {.batch_size = 8, .dtype = tt::int32});
    tt::Tensor x = keras::layer<TokenAndPositionEmbedding>(6, 50, 16)(inputs);
    x = keras::layer<Switch>(4, 16, 32, 48)(x);
    const keras::Model model(inputs, Dense(2, "softmax")(GlobalAveragePooling1D()(x)));
    model.compile(
        {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}, .engine = engine});
    expect_learns(model, numbers({8, 6}, 50), numbers({8}, 2), 30);
  }
}

TEST(KerasGuidesSequences, MiniatureGpt) {
  const tt::Tensor mask = causal_attention_mask(1, 10, 10, tt::boolean);
  EXPECT_EQ(ops::sum(ops::cast(mask, tt::int32)).item<int>(), 55);
  const keras::Model model = miniature_gpt();
  const auto generator = keras::callback<TextGenerator>();
  const tt::Tensor tokens = numbers({8, 21}, 100);
  const keras::History history = model.fit(tokens[{tt::Slice(), tt::Slice(0, 20)}], tokens[{tt::Slice(), tt::Slice(1)}],
                                           {.batch_size = 4, .epochs = 4, .verbose = 0, .callbacks = {generator}});
  EXPECT_LT(history["loss"].back(), history["loss"].front());
}

TEST(KerasGuidesSequences, NamedEntities) {
  const tt::Tensor inputs = Input({-1}, {.dtype = tt::int32});
  tt::Tensor x = Embedding(30, 16)(inputs);
  x = Dense(5, {.activation = "softmax"})(Bidirectional(LSTM(8, {.return_sequences = true}))(x));
  const keras::Model model(inputs, x);
  model.compile({.optimizer = "adam", .loss = keras::loss<CustomNonPaddingTokenLoss>()});
  expect_learns(model, numbers({8, 7}, 30), numbers({8, 7}, 5));
}

TEST(KerasGuidesSequences, Captchas) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(1);
    const keras::Model model = captcha_model();
    EXPECT_EQ(model.count_params(), 42061);
    model.compile({.optimizer = keras::optimizers::Adam(), .engine = engine});
    const keras::TensorList data{ramp({8, 40, 20, 1}), numbers({8, 5}, 11) + 1};
    expect_learns(model, data, {}, 8);
    const keras::Model prediction_model(model.inputs()[0], model.get_layer("dense2").output());
    const tt::Tensor pred = prediction_model.predict(data[0], {.verbose = 0});
    EXPECT_EQ(pred.shape(), (tt::Shape{8, 10, 13}));
    const auto results = ops::ctc_decode(pred, ops::ones({8}, tt::int32) * ops::shape(pred)[1]);
    EXPECT_EQ(results.labels.shape()[1], 8);
  }
}

TEST(KerasGuidesSequences, ImageCaptions) {
  // What a step of the schedule is: a ramp, then the rate; the model's own layers with masks of texts and of the
  // future.
  const keras::optimizers::schedules::LearningRateSchedule schedule(LRSchedule{1e-3, 10});
  EXPECT_NEAR(schedule(5), 5e-4, 1e-9);
  EXPECT_NEAR(schedule(50), 1e-3, 1e-9);
  const tt::Tensor image = Input({4, 16}), words = Input({7}, {.dtype = tt::int32});
  const tt::Tensor embedded = Embedding(30, 16, {.mask_zero = true})(words);
  const keras::Model model({words, image}, keras::layer<TransformerDecoderBlock>(16, 32, 2)({embedded, image}));
  model.compile({.optimizer = keras::optimizers::Adam(schedule), .loss = "sparse_categorical_crossentropy"});
  expect_learns(model, {numbers({8, 7}, 30), ramp({8, 4, 16})}, numbers({8, 7}, 30));
}

TEST(KerasGuidesSequences, MaskingAndPadding) {
  const tt::Tensor raw = keras::utils::pad_sequences(
      {{711, 632, 71}, {73, 8, 3215, 55, 927}, {83, 91, 1, 645, 1253, 927}}, {.padding = "post"});
  EXPECT_EQ(raw.shape(), (tt::Shape{3, 6}));
  const keras::Layer embedding = Embedding(5000, 16, {.mask_zero = true});
  const tt::Tensor mask = keras::mask_of(embedding(raw));
  EXPECT_EQ(ops::sum(ops::cast(mask, tt::int32), 1).to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 5, 6}));
  const auto halves = keras::layer<TemporalSplit>().call(embedding(raw));
  EXPECT_EQ(keras::mask_of(halves[0]).shape(), (tt::Shape{3, 3}));
  EXPECT_EQ(ops::sum(ops::cast(keras::mask_of(halves[1]), tt::int32)).item<int>(), 5);
  const tt::Tensor own = keras::layer<CustomEmbedding>(5000, 8, true)(raw);
  EXPECT_EQ(keras::mask_of(own).to_vector<bool>(), mask.to_vector<bool>());
  const tt::Tensor inputs = Input({-1}, {.dtype = tt::int32});
  tt::Tensor x = keras::layer<CustomEmbedding>(5000, 8, true)(inputs);
  x = Dense(1)(x);
  const keras::Model model(inputs, keras::layer<TemporalSoftmax>()(x));
  const tt::Tensor shares = model.predict(raw, {.verbose = 0});
  EXPECT_NEAR(ops::sum(shares[0]).item<float>(), 1, 1e-5);
  EXPECT_EQ((shares[{0, 3, 0}].item<float>()), 0);
}
