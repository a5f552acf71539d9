// model.compile(...) is missing: nothing says how to train.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_forgotten_call(const mistakes::Enter& enter) {
  enter("build");
  keras::Sequential model({
      Input({784}),
      Dense(128, {.activation = "relu"}),
      Dense(10),
  });  // <- mistake
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  auto history = model.fit(x, y, {.batch_size = 64, .epochs = 5, .verbose = 0});
  return mistakes::losses_text(history["loss"]);
}
