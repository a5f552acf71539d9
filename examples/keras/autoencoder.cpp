// An autoencoder: 784 pixels through 32 numbers and back.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist();
  const tt::Tensor train = tt::reshape(tt::slice(mnist.train.x, 0, {0, 6000}), {6000, 784});
  const tt::Tensor test = tt::reshape(tt::slice(mnist.test.x, 0, {0, 1000}), {1000, 784});

  const tt::Tensor picture = Input({784});
  const tt::Tensor code = Dense(32, "relu", {.name = "code"})(Dense(128, "relu")(picture));
  const tt::Tensor decoded = Dense(784, "sigmoid")(Dense(128, "relu")(code));
  const keras::Model autoencoder(picture, decoded), encoder(picture, code);  // they share their layers

  autoencoder.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"mse"}});
  autoencoder.fit(train, train, {.batch_size = 64, .epochs = 8, .verbose = 2, .validation_data = {test, test}});

  const double error = autoencoder.evaluate(test, test, {.verbose = 0})["mse"];
  const double blank = tt::mean(tt::square(test - tt::mean(train, 0))).item<double>();
  std::cout << "codes " << encoder.predict(test, {.verbose = 0}).shape() << ", mean squared error " << error
            << ", of the mean picture " << blank << "\n";
  return error < blank / 3 ? 0 : 1;
}
