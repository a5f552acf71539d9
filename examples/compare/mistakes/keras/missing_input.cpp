// The labels are not given to fit.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_missing_input(const mistakes::Enter& enter) {
  enter("build");
  keras::Sequential model({
      Input({784}),
      Dense(128, {.activation = "relu"}),
      Dense(10),
  });
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  auto history = model.fit(x, {.batch_size = 64, .epochs = 5, .verbose = 0});  // <- mistake
  return mistakes::losses_text(history["loss"]);
}
