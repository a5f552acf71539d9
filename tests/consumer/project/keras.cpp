// The Keras style: one dense layer learns y = 2 x, on both engines.
#include <triptych/keras.h>

#include <cmath>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

int main() {
  const tt::Tensor x = tt::tensor(std::vector<float>{-1, 0, 1, 2}, {4, 1});
  const tt::Tensor y = x * 2.0f;
  for (const bool eagerly : {false, true}) {
    keras::Sequential model({Input({1}), Dense(1)});
    model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                   .loss = "mean_squared_error",
                   .run_eagerly = eagerly});
    model.fit(x, y, {.batch_size = 4, .epochs = 200, .verbose = 0});
    if (std::abs(model.predict(tt::ones({1, 1}), {.verbose = 0}).item<float>() - 2.0f) > 1e-2f) return 1;
  }
  return 0;
}
