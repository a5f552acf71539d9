// The checkpoint was saved by a model of 64 hidden units.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_wrong_checkpoint(const mistakes::Enter& enter) {
  enter("build");
  auto make = [](std::int64_t units) {
    return keras::Sequential({
        Input({784}),
        Dense(units, {.activation = "relu", .name = "hidden"}),
        Dense(10, {.name = "out"}),
    });
  };
  const std::string path = mistakes::temporary_file();
  make(64).save_weights(path);
  auto model = make(128);  // <- mistake
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  model.load_weights(path);
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  auto history = model.fit(x, y, {.batch_size = 64, .epochs = 5, .verbose = 0});
  return mistakes::losses_text(history["loss"]);
}
