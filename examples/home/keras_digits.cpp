// Keras: bricks.
#include <triptych/keras.h>

#include <iostream>
namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

int main() {
  auto mnist = tt::data::mnist({.data_format = "channels_last"});
  keras::Sequential model({
      Input({28, 28, 1}),
      Conv2D(8, 3, {.padding = "same", .activation = "relu"}),
      MaxPooling2D(2),
      Flatten(),
      Dense(10),
  });
  model.compile({.optimizer = "adam",
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .metrics = {"accuracy"}});
  model.summary();
  auto history = model.fit(mnist.train.x, mnist.train.y,
                           {.batch_size = 128,
                            .epochs = 3,
                            .callbacks = {keras::callbacks::EarlyStopping({.patience = 2})},
                            .validation_split = 0.1});
  auto result = model.evaluate(mnist.test.x, mnist.test.y);
  std::cout << "accuracy " << result["accuracy"] << "\n";
  model.save("digits.keras");
}
