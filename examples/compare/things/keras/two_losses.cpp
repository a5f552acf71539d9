// Two losses, added with weights.
#include <triptych/keras.h>

#include "../things.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

things::Numbers things::keras_two_losses() {
  auto x = Input({4});
  auto hidden = Dense(3, {.activation = "relu", .use_bias = false})(x);
  auto class_output = Dense(2, {.use_bias = false})(hidden);
  auto target_output = Dense(1, {.use_bias = false})(hidden);
  keras::Model model({x}, {class_output, target_output});
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}),
                 // begin
                 .loss = {keras::losses::SparseCategoricalCrossentropy({.from_logits = true}), "mse"},
                 .loss_weights = {1, 0.5}});
  // end
  model.set_weights({hidden_kernel(), class_kernel(), target_kernel()});
  model.fit({inputs()}, {classes(), targets()}, {.batch_size = 8, .verbose = 0});
  return all({model.get_weights()[0]});
}
