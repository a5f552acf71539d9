// A variational autoencoder of digits: what it makes of the pictures it sees, and pictures that nobody drew, as PNG
// files. After pytorch/examples/vae.
//
// Tested: --epochs 2 --train-samples 6000 --at-most 195
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using triptych::eager::utils::save_image;
using tt::Tensor;

namespace {

struct Reconstruction {
  Tensor pictures, mu, logvar;
};

struct VAE : nn::Module {
  nn::Linear& fc1 = add<nn::Linear>("fc1", 784, 400);
  nn::Linear& fc21 = add<nn::Linear>("fc21", 400, 20);
  nn::Linear& fc22 = add<nn::Linear>("fc22", 400, 20);
  nn::Linear& fc3 = add<nn::Linear>("fc3", 20, 400);
  nn::Linear& fc4 = add<nn::Linear>("fc4", 400, 784);

  std::pair<Tensor, Tensor> encode(const Tensor& x) {
    const Tensor h1 = F::relu(fc1(x));
    return {fc21(h1), fc22(h1)};
  }
  static Tensor reparameterize(const Tensor& mu, const Tensor& logvar) {
    const Tensor std = (0.5 * logvar).exp();
    return mu + tt::randn_like(std) * std;
  }
  Tensor decode(const Tensor& z) { return F::sigmoid(fc4(F::relu(fc3(z)))); }

  Reconstruction operator()(const Tensor& x) {
    const auto [mu, logvar] = encode(x.reshape({-1, 784}));
    return {decode(reparameterize(mu, logvar)), mu, logvar};
  }
};

/// Reconstruction and Kullback-Leibler divergence, summed over all elements and the batch (Kingma and Welling, 2014:
/// https://arxiv.org/abs/1312.6114, appendix B): -1/2 sum(1 + log(sigma^2) - mu^2 - sigma^2).
Tensor loss_function(const Reconstruction& y, const Tensor& x) {
  const Tensor bce = F::binary_cross_entropy(y.pictures, x.reshape({-1, 784}), {.reduction = nn::Reduction::sum});
  const Tensor kld = -0.5 * (1 + y.logvar - y.mu.pow(2) - y.logvar.exp()).sum();
  return bce + kld;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 5), batch_size = options.get("batch-size", 128);
  const int samples = options.get("train-samples", 60000);
  const std::string out = options.get("out", "vae");
  const double at_most = options.get("at-most", 120.0);
  options.end();

  tt::manual_seed(1);
  auto [train_set, test_set] = tt::data::mnist();
  train_set.x = train_set.x[tt::Slice(0, samples)], train_set.y = train_set.y[tt::Slice(0, samples)];
  tt::data::DataLoader train_loader(train_set, {.batch_size = batch_size, .shuffle = true});
  tt::data::DataLoader test_loader(test_set, {.batch_size = 1000});

  VAE model;
  optim::Adam optimizer(model.parameters(), {.lr = 1e-3});
  double test_loss = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    model.train();
    double train_loss = 0;
    for (const auto& [data, label] : train_loader) {
      optimizer.zero_grad();
      const Tensor loss = loss_function(model(data), data);
      loss.backward();
      train_loss += loss.item<double>();
      optimizer.step();
    }

    model.eval();
    const tt::eager::NoGrad guard;
    test_loss = 0;
    for (const auto& [data, label] : test_loader) test_loss += loss_function(model(data), data).item<double>();
    test_loss /= static_cast<double>(test_set.size());
    std::cout << "epoch " << epoch << ", loss of training " << train_loss / static_cast<double>(train_set.size())
              << ", of the test " << test_loss << std::endl;
  }

  const tt::eager::NoGrad guard;
  const Tensor seen = test_set.x[tt::Slice(0, 8)], made = model(seen).pictures.reshape({8, 1, 28, 28});
  save_image(tt::cat({seen, made}), out + "_reconstruction.png");
  save_image(model.decode(tt::randn({64, 20})).reshape({64, 1, 28, 28}), out + "_sample.png");
  std::cout << "wrote " << out << "_reconstruction.png and " << out << "_sample.png\n";
  return test_loss <= at_most ? 0 : 1;
}
