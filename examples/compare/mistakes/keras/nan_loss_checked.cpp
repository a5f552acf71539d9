// The learning rate is far too large: the loss becomes NaN, and NaN is looked for.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_nan_loss_checked(const mistakes::Enter& enter) {
  enter("build");
  keras::Sequential model({
      Input({784}),
      Dense(128, {.activation = "relu"}),
      Dense(10),
  });
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 1e30}),  // <- mistake
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  auto history =
      model.fit(x, y, {.batch_size = 64, .epochs = 5, .verbose = 0, .callbacks = {keras::callbacks::TerminateOnNaN()}});
  if (history["loss"].size() < 5) enter("ended");
  return mistakes::losses_text(history["loss"]);
}
