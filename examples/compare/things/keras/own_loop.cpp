// A training loop of one's own, which cuts gradients off.
#include <triptych/keras.h>

#include "../things.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

things::Numbers things::keras_own_loop() {
  keras::Sequential model({
      Input({4}),
      Dense(3, {.activation = "relu", .use_bias = false, .name = "hidden"}),
      Dense(2, {.use_bias = false}),
  });
  model.set_weights({hidden_kernel(), class_kernel()});
  // begin
  auto optimizer = keras::optimizers::SGD({.learning_rate = 0.1});
  auto loss_function = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});
  auto weights = model.trainable_weights();
  for (int step = 0; step < 2; ++step) {
    auto loss = loss_function(classes(), model(inputs(), true));
    auto gradients = tt::gradients({&loss, 1}, weights);
    for (auto& gradient : gradients) gradient = tt::clip(gradient, -0.01, 0.01);
    optimizer.apply(gradients, weights);
  }
  // end
  return all(model.get_weights());
}
