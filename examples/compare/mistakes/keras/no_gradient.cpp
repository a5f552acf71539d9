// The loss is the error rate, which has no gradient.
#include <triptych/keras.h>

#include "../mistake.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

std::string keras_no_gradient(const mistakes::Enter& enter) {
  enter("build");
  keras::Sequential model({
      Input({784}),
      Dense(128, {.activation = "relu"}),
      Dense(10),
  });
  auto error_rate = [](const tt::Tensor& y_true, const tt::Tensor& y_pred) {
    auto wrong = tt::not_equal(tt::argmax(y_pred, 1), y_true);  // <- mistake
    return tt::mean(tt::cast(wrong, tt::float32));
  };
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}), .loss = keras::Loss(error_rate)});
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  auto history = model.fit(x, y, {.batch_size = 64, .epochs = 5, .verbose = 0});
  return mistakes::losses_text(history["loss"]);
}
