// A layer that is not trained.
#include <triptych/keras.h>

#include "../things.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

things::Numbers things::keras_frozen_layer() {
  keras::Sequential model({
      Input({4}),
      Dense(3, {.activation = "relu", .use_bias = false, .name = "hidden"}),
      Dense(2, {.use_bias = false}),
  });
  model.set_weights({hidden_kernel(), class_kernel()});
  // begin
  model.get_layer("hidden").set_trainable(false);
  // end
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  model.fit(inputs(), classes(), {.batch_size = 8, .verbose = 0});
  return all(model.get_weights());
}
