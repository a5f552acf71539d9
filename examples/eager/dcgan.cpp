// Two networks against each other: one draws digits from noise, the other tells them from real ones. After
// pytorch/examples/dcgan (Radford et al., 2015: https://arxiv.org/abs/1511.06434), for pictures of 28 x 28.
//
// Tested: --epochs 4 --train-samples 4000 --batch-size 32 --log-interval 50
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

/// Noise (n, nz, 1, 1) becomes pictures (n, 1, 28, 28) from -1 to 1.
struct Generator : nn::Sequential {
  Generator(std::int64_t nz, std::int64_t ngf)
      : Sequential(nn::make<nn::ConvTranspose2d>({nz, ngf * 2, 7, 1, 0, 0, 1, false}),
                   nn::make<nn::BatchNorm2d>(ngf * 2), nn::make<nn::ReLU>(true),
                   nn::make<nn::ConvTranspose2d>({ngf * 2, ngf, 4, 2, 1, 0, 1, false}), nn::make<nn::BatchNorm2d>(ngf),
                   nn::make<nn::ReLU>(true), nn::make<nn::ConvTranspose2d>({ngf, 1, 4, 2, 1, 0, 1, false}),
                   nn::make<nn::Tanh>()) {}
};

/// Pictures become the probability that they are real, (n, 1, 1, 1).
struct Discriminator : nn::Sequential {
  explicit Discriminator(std::int64_t ndf)
      : Sequential(
            nn::make<nn::Conv2d>(
                {.in_channels = 1, .out_channels = ndf, .kernel_size = 4, .stride = 2, .padding = 1, .bias = false}),
            nn::make<nn::LeakyReLU>(0.2, true),
            nn::make<nn::Conv2d>({.in_channels = ndf,
                                  .out_channels = ndf * 2,
                                  .kernel_size = 4,
                                  .stride = 2,
                                  .padding = 1,
                                  .bias = false}),
            nn::make<nn::BatchNorm2d>(ndf * 2), nn::make<nn::LeakyReLU>(0.2, true),
            nn::make<nn::Conv2d>({.in_channels = ndf * 2, .out_channels = 1, .kernel_size = 7, .bias = false}),
            nn::make<nn::Sigmoid>()) {}
};

void weights_init(nn::Module& module) {
  if (module.name().starts_with("Conv")) nn::init::normal_(module.get_parameter("weight"), 0.0, 0.02);
  if (module.name() == "BatchNorm2d") {
    nn::init::normal_(module.get_parameter("weight"), 1.0, 0.02);
    nn::init::zeros_(module.get_parameter("bias"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 1), batch_size = options.get("batch-size", 64);
  const int samples = options.get("train-samples", 60000), log_interval = options.get("log-interval", 100);
  const int nz = options.get("nz", 64), width = options.get("width", 16);
  const double lr = options.get("lr", 1e-3);
  const std::string out = options.get("out", "dcgan.png");
  options.end();

  tt::manual_seed(1);
  const Tensor digits = tt::data::mnist().train.x[tt::Slice(0, samples)] * 2 - 1;
  tt::data::DataLoader loader(tt::data::TensorDataset(digits),
                              {.batch_size = batch_size, .shuffle = true, .drop_last = true});

  Generator netG(nz, width);
  Discriminator netD(width);
  netG.apply(weights_init);
  netD.apply(weights_init);
  optim::Adam optimizerD(netD.parameters(), {.lr = lr, .betas = {0.5, 0.999}});
  optim::Adam optimizerG(netG.parameters(), {.lr = lr, .betas = {0.5, 0.999}});
  nn::BCELoss criterion;
  const Tensor real_label = tt::ones({batch_size}), fake_label = tt::zeros({batch_size});

  for (int epoch = 1, step = 0; epoch <= epochs; ++epoch) {
    for (const auto& [real, none] : loader) {
      // The discriminator: log(D(x)) + log(1 - D(G(z))) as large as possible.
      netD.zero_grad();
      Tensor output = netD(real).reshape({-1});
      const Tensor errD_real = criterion(output, real_label);
      errD_real.backward();
      const double D_x = output.mean().item<double>();
      const Tensor fake = netG(tt::randn({batch_size, nz, 1, 1}));
      output = netD(fake.detach()).reshape({-1});
      const Tensor errD_fake = criterion(output, fake_label);
      errD_fake.backward();
      optimizerD.step();

      // The generator: log(D(G(z))) as large as possible.
      netG.zero_grad();
      output = netD(fake).reshape({-1});
      const Tensor errG = criterion(output, real_label);
      errG.backward();
      optimizerG.step();
      if (step++ % log_interval == 0)
        std::cout << "epoch " << epoch << ", step " << step << ", loss of D " << (errD_real + errD_fake).item<float>()
                  << ", of G " << errG.item<float>() << ", D(x) " << D_x << ", D(G(z)) " << output.mean().item<float>()
                  << std::endl;
    }
  }

  netG.eval();
  const tt::eager::NoGrad guard;
  const Tensor fake = netG(tt::randn({512, nz, 1, 1}));
  tt::eager::utils::save_image(fake[tt::Slice(0, 64)], out, {.normalize = true});
  // Have they ink where digits have it, and do they differ as digits do?
  const double likeness =
      F::cosine_similarity((digits.mean(0) + 1).flatten(), (fake.mean(0) + 1).flatten(), 0).item<double>();
  const double variety = (tt::std(fake, 0).mean() / tt::std(digits, 0).mean()).item<double>();
  std::cout << "wrote " << out << "; the mean picture is like that of the digits by " << likeness
            << ", the pictures vary " << variety << " times as much\n";
  return likeness > 0.7 && variety > 0.3 ? 0 : 1;
}
