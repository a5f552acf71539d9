// A first model, Keras: a small network learns digits, with another batch size.
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
      .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
  });
  model.fit(mnist.train.x, mnist.train.y, {.batch_size = 128});

  auto result = model.evaluate(mnist.test.x, mnist.test.y, {.verbose = 0});
  std::cout << "loss " << result["loss"] << "\n";
}
