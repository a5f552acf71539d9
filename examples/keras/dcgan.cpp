// Two networks against each other: one draws digits from noise, the other tells them from real ones. Radford et al.,
// 2015.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

constexpr std::int64_t noise_size = 16;

struct GAN : keras::ModelBase {
  keras::Layer discriminator =
      keras::Sequential({Input({28, 28, 1}), Conv2D(16, 4, {.strides = 2, .padding = "same"}), LeakyReLU(0.2),
                         Conv2D(32, 4, {.strides = 2, .padding = "same"}), LeakyReLU(0.2), Flatten(), Dense(1)});
  keras::Layer generator =
      keras::Sequential({Input({noise_size}), Dense(7 * 7 * 32, "relu"), Reshape({7, 7, 32}),
                         Conv2DTranspose(16, 4, {.strides = 2, .padding = "same", .activation = "relu"}),
                         Conv2DTranspose(1, 4, {.strides = 2, .padding = "same", .activation = "sigmoid"})});
  keras::Layer noise = GaussianNoise(1);
  keras::Optimizer of_discriminator = keras::optimizers::Adam(1e-3, {.beta_1 = 0.5});
  keras::Optimizer of_generator = keras::optimizers::Adam(1e-3, {.beta_1 = 0.5});

  tt::Tensor call(const tt::Tensor& images, bool) override { return discriminator(images); }

  /// How far `scores` (logits) are from "all real", or "all drawn".
  static tt::Tensor loss_of(const tt::Tensor& scores, bool real) {
    return tt::mean(tt::softplus(real ? -scores : scores));
  }

  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor real = data.x[0];
    const tt::Tensor code = noise(tt::zeros_like(tt::slice(tt::reshape(real, {-1, 784}), 1, {0, noise_size})), true);

    const tt::Tensor drawn = generator(code).detach();
    const tt::Tensor d_loss[] = {loss_of(discriminator(real), true) + loss_of(discriminator(drawn), false)};
    const std::vector<tt::Tensor> d_weights = discriminator.trainable_weights();
    of_discriminator.apply(tt::gradients(d_loss, d_weights), d_weights);

    const tt::Tensor g_loss[] = {loss_of(discriminator(generator(code)), true)};
    const std::vector<tt::Tensor> g_weights = generator.trainable_weights();
    of_generator.apply(tt::gradients(g_loss, g_weights), g_weights);
    return keras::StepLogs{{"d_loss", d_loss[0]}, {"g_loss", g_loss[0]}};
  }
};

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const tt::Tensor real = tt::slice(tt::data::mnist({.data_format = "channels_last"}).train.x, 0, {0, 4000});
  const keras::Model gan = keras::model<GAN>();
  gan.compile();
  gan.fit(real, {}, {.batch_size = 64, .epochs = 4, .verbose = 2});

  // A drawn digit has as much ink as a real one, and dark edges.
  const tt::Tensor drawn = static_cast<GAN&>(gan.base()).generator(tt::randn({200, noise_size}));
  const double ink = tt::mean(drawn).item<double>(), real_ink = tt::mean(real).item<double>();
  const double edges = tt::mean(tt::slice(drawn, 1, {0, 3})).item<double>();
  std::cout << "ink " << ink << ", of real digits " << real_ink << ", at the upper edge " << edges << "\n";
  return ink > real_ink / 2 && ink < real_ink * 2 && edges < real_ink / 2 ? 0 : 1;
}
