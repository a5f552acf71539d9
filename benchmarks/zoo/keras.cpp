// The zoo as Keras models, one step at a time. Images are (batch, height, width, channels) there.
#include "triptych/keras.h"

#include <benchmark/benchmark.h>

#include "zoo.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using tt::Tensor;

namespace {

Tensor normalized_convolution(const Tensor& x, std::int64_t channels, std::int64_t stride) {
  return BatchNormalization()(Conv2D(channels, 3, {.strides = stride, .padding = "same", .use_bias = false})(x));
}

keras::Model resnet20() {
  const Tensor input = Input({32, 32, 3});
  Tensor x = ReLU()(normalized_convolution(input, 16, 1));
  std::int64_t inputs = 16;
  for (const std::int64_t channels : {16, 16, 16, 32, 32, 32, 64, 64, 64}) {
    const std::int64_t stride = channels == inputs ? 1 : 2, more = (channels - inputs) / 2;
    const Tensor y = normalized_convolution(ReLU()(normalized_convolution(x, channels, stride)), channels, 1);
    if (stride == 2) {
      x = Lambda([more](const Tensor& h) {
        const tt::Slice all, every_second(tt::none, tt::none, 2);
        return tt::pad(h[{all, every_second, every_second}], {{0, 0}, {0, 0}, {0, 0}, {more, more}});
      })(x);
    }
    x = ReLU()(Add()({x, y}));
    inputs = channels;
  }
  return keras::Model({input}, {Dense(10)(GlobalAveragePooling2D()(x))});
}

struct Block : keras::LayerBase {
  static constexpr std::int64_t width = zoo::gpt::width, heads = zoo::gpt::heads;
  keras::Layer norm1 = LayerNormalization({.epsilon = 1e-5}), norm2 = LayerNormalization({.epsilon = 1e-5});
  keras::Layer qkv = Dense(3 * width), out = Dense(width), up = Dense(4 * width, {.activation = gelu_tanh}),
               down = Dense(width);
  static Tensor gelu_tanh(const Tensor& x) { return tt::gelu(x, {.approximate = "tanh"}); }
  Tensor call(const Tensor& x, bool) override {
    const std::int64_t steps = x.shape()[1];
    const auto parts = tt::split(qkv(norm1(x)), width, 2);
    const auto by_head = [&](const Tensor& h) {
      return tt::transpose(tt::reshape(h, {-1, steps, heads, width / heads}), 1, 2);
    };
    const Tensor attended =
        tt::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), {.is_causal = true});
    const Tensor h = x + out(tt::reshape(tt::transpose(attended, 1, 2), {-1, steps, width}));
    return h + down(up(norm2(h)));
  }
};

struct Embed : keras::LayerBase {
  keras::Layer tokens = Embedding(zoo::gpt::vocabulary, zoo::gpt::width),
               positions = Embedding(zoo::gpt::context, zoo::gpt::width);
  Tensor call(const Tensor& x, bool) override { return tokens(x) + positions(tt::arange(x.shape()[1])); }
};

keras::Model gpt() {
  keras::Sequential model({Input({zoo::gpt::context}, {.dtype = tt::int64}), keras::layer<Embed>()});
  for (int i = 0; i < zoo::gpt::layers; ++i) model.add(keras::layer<Block>());
  model.add(LayerNormalization({.epsilon = 1e-5}));
  model.add(Dense(zoo::gpt::vocabulary));
  return model;
}

struct Vae : keras::ModelBase {
  keras::Layer encoder = Dense(400, {.activation = "relu"}), mean = Dense(20), log_variance = Dense(20),
               decoder = Dense(400, {.activation = "relu"}), logits = Dense(784);
  Tensor call(const Tensor& x, bool) override {
    const Tensor h = encoder(x), mu = mean(h), log_var = log_variance(h);
    const Tensor z = mu + tt::randn_like(mu) * tt::exp(0.5 * log_var);
    add_loss(-0.5 * tt::sum(1 + log_var - mu * mu - tt::exp(log_var)));
    return logits(decoder(z));
  }
};

keras::Model model_of(const std::string& name) {
  if (name == "tiny")
    return keras::Sequential(
        {Input({2}), Dense(16, {.activation = "tanh"}), Dense(16, {.activation = "tanh"}), Dense(1)});
  if (name == "mlp")
    return keras::Sequential(
        {Input({784}), Dense(512, {.activation = "relu"}), Dense(256, {.activation = "relu"}), Dense(10)});
  if (name == "cnn")
    return keras::Sequential({Input({28, 28, 1}), Conv2D(32, 3, {.activation = "relu"}),
                              Conv2D(64, 3, {.activation = "relu"}), MaxPooling2D(2), Flatten(),
                              Dense(128, {.activation = "relu"}), Dense(10)});
  if (name == "resnet20") return resnet20();
  if (name == "lstm") return keras::Sequential({Input({28, 28}), LSTM(128), Dense(10)});
  if (name == "gpt") return gpt();
  return keras::model<Vae>();
}

keras::Optimizer optimizer_of(const std::string& name) {
  using namespace keras::optimizers;
  if (name == "tiny") return SGD({.learning_rate = 0.1});
  if (name == "resnet20") return SGD({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 1e-4});
  if (name == "gpt") return AdamW({.learning_rate = 1e-3, .weight_decay = 0.1});
  return Adam({.learning_rate = 1e-3});
}

keras::Loss loss_of(const std::string& name) {
  if (name == "tiny") return keras::losses::MeanSquaredError();
  if (name != "vae") return keras::losses::SparseCategoricalCrossentropy({.from_logits = true});
  return keras::Loss([](const Tensor& x, const Tensor& logits) {
    return tt::binary_cross_entropy_with_logits(logits, x, {.reduction = tt::Reduction::sum});
  });
}

}  // namespace

zoo::Steps zoo::keras_steps(const std::string& name, std::int64_t batch) {
  Data data = make_data(name, batch);
  if (data.x.ndim() == 4) data.x = tt::permute(data.x, {0, 2, 3, 1}).contiguous();
  keras::Model model = model_of(name);
  model.compile({.optimizer = optimizer_of(name), .loss = loss_of(name)});
  return {[=]() mutable { benchmark::DoNotOptimize(model.train_on_batch(data.x, data.y)["loss"]); },
          [=]() mutable { benchmark::DoNotOptimize(model.predict_on_batch(data.x)); }};
}
