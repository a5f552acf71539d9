// A variational autoencoder: a code that is drawn, and a step of training of the model's own. Kingma and Welling, 2013.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

constexpr std::int64_t code_size = 8;

struct Codes {
  tt::Tensor mean, log_variance, drawn;
};

struct VAE : keras::ModelBase {
  keras::Layer hidden = Dense(128, "relu"), mean = Dense(code_size), log_variance = Dense(code_size);
  keras::Layer decoder = keras::Sequential({Input({code_size}), Dense(128, "relu"), Dense(784, "sigmoid")});
  keras::Layer noise = GaussianNoise(1);
  keras::Metric loss = keras::metrics::Mean({.name = "loss"});
  keras::Metric reconstruction = keras::metrics::Mean({.name = "reconstruction_loss"});
  keras::Metric divergence = keras::metrics::Mean({.name = "kl_loss"});

  Codes encode(const tt::Tensor& x, bool training) {
    const tt::Tensor h = hidden(x), mu = mean(h), log_var = log_variance(h);
    const tt::Tensor normal = noise(tt::zeros_like(mu), training);
    return {mu, log_var, mu + tt::exp(log_var / 2) * normal};
  }
  tt::Tensor call(const tt::Tensor& x, bool training) override { return decoder(encode(x, training).drawn); }

  std::optional<keras::StepLogs> train_step(const keras::StepData& data) override {
    const tt::Tensor x = data.x[0];
    const auto [mu, log_var, code] = encode(x, true);
    const tt::Tensor y = decoder(code);
    const tt::Tensor of_pixels = tt::mean(tt::sum(tt::square(x - y), 1));
    const tt::Tensor of_codes = tt::mean(tt::sum((tt::exp(log_var) + tt::square(mu) - 1 - log_var) / 2, 1));
    const tt::Tensor total[] = {of_pixels + of_codes * 0.2};
    const std::vector<tt::Tensor> weights = trainable_weights();
    optimizer().apply(tt::gradients(total, weights), weights);
    loss.update_state(total[0]);
    reconstruction.update_state(of_pixels);
    divergence.update_state(of_codes);
    keras::StepLogs logs;
    for (const keras::Metric& metric : metrics()) logs.emplace_back(metric.name(), metric.result_tensor());
    return logs;
  }
  std::vector<keras::Metric> metrics() override { return {loss, reconstruction, divergence}; }
};

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const tt::Tensor x = tt::reshape(tt::slice(tt::data::mnist().train.x, 0, {0, 6000}), {6000, 784});
  const keras::Model vae = keras::model<VAE>();
  vae.compile({.optimizer = "adam"});
  const keras::History history = vae.fit(x, {}, {.batch_size = 64, .epochs = 8, .verbose = 2});

  const tt::Tensor drawn = static_cast<VAE&>(vae.base()).decoder(tt::randn({10, code_size}));
  const double blank = tt::mean(tt::sum(tt::square(x - tt::mean(x, 0)), 1)).item<double>();
  std::cout << "new pictures " << drawn.shape() << ", reconstruction " << history["reconstruction_loss"].back()
            << ", of the mean picture " << blank << "\n";
  return history["reconstruction_loss"].back() < blank * 0.7 && history["kl_loss"].back() > 1 ? 0 : 1;
}
