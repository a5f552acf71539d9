// A first model, Keras: a small network learns digits, with another loss.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

int main() {
  auto mnist = tt::data::mnist();

  keras::Sequential model({
      Input({1, 28, 28}),
      Flatten(),
      Dense(64, {.activation = "relu"}),
      Dense(10),
  });
  model.compile({
      .optimizer = "adam",
      .loss = "mse",
  });
  model.fit(mnist.train.x, tt::one_hot(mnist.train.y, 10), {.batch_size = 64});

  auto result = model.evaluate(mnist.test.x, tt::one_hot(mnist.test.y, 10), {.verbose = 0});
  std::cout << "loss " << result["loss"] << "\n";
}
