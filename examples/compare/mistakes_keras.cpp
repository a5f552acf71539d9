// Three mistakes, Keras.
#include <triptych/keras.h>

#include "mistakes.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

void mistakes_keras(const std::string& kind, const mistakes::Observer& observer) {
  observer.enter("while the model is built");
  // Wrong shape: a layer's sizes follow from its input here, so what is left to get wrong is a Reshape.
  keras::Sequential model({Input({784}), Dense(128, {.activation = "relu"}),
                           kind == "wrong shape" ? Reshape({100}) : Reshape({128}), Dense(10)});
  // NaN: the learning rate is far too large.
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = kind == "NaN in the loss" ? 1e30 : 0.1}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});

  observer.enter("at the first step");
  // Wrong dtype: labels as floating-point numbers.
  auto y = kind == "wrong dtype" ? tt::cast(mistakes::some_labels(), tt::float32) : mistakes::some_labels();
  auto history = model.fit(mistakes::some_images(), y, {.batch_size = 32, .epochs = 5, .verbose = 0});
  observer.enter("during the training");
  observer.loss(history["loss"].back());
}
