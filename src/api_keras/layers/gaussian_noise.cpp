#include "triptych/keras/layers/gaussian_noise.h"

#include <cmath>

#include "api_keras/layers/noise.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/random.h"

namespace triptych::keras {
namespace {

class GaussianNoise : public RandomLayer {
 public:
  using RandomLayer::RandomLayer;

 protected:
  Tensor changed(const Tensor& x) override { return x + random_normal_like(stream_, x, 0, amount_); }
};

class GaussianDropout : public RandomLayer {
 public:
  using RandomLayer::RandomLayer;

 protected:
  Tensor changed(const Tensor& x) override {
    return x * random_normal_like(stream_, x, 1, std::sqrt(amount_ / (1 - amount_)));
  }
};

}  // namespace

namespace layers {

Layer GaussianNoise(double stddev, NoiseOptions options, Location where) {
  Hyperparameters("GaussianNoise", where).share("stddev", stddev);
  check_seed("GaussianNoise", options.seed, where);
  return configured(
      with_options(plain_brick<keras::GaussianNoise>(options.name, where, "GaussianNoise", stddev, options.seed),
                   options, where),
      options, arg("stddev", stddev));
}
Layer GaussianDropout(double rate, NoiseOptions options, Location where) {
  Hyperparameters("GaussianDropout", where).decay("rate", rate);
  check_seed("GaussianDropout", options.seed, where);
  return configured(
      with_options(plain_brick<keras::GaussianDropout>(options.name, where, "GaussianDropout", rate, options.seed),
                   options, where),
      options, arg("rate", rate));
}

}  // namespace layers
}  // namespace triptych::keras
