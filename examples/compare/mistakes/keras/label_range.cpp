// The labels run from 1 to 10 instead of 0 to 9.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_label_range(const mistakes::Enter& enter) {
  enter("build");
  keras::Sequential model({
      Input({784}),
      Dense(128, {.activation = "relu"}),
      Dense(10),
  });
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  auto x = mistakes::some_images();
  auto y = mistakes::some_labels(1);  // <- mistake
  enter("first_step");
  auto history = model.fit(x, y, {.batch_size = 64, .epochs = 5, .verbose = 0});
  return mistakes::losses_text(history["loss"]);
}
