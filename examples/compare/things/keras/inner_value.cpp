// The value inside a network.
#include <triptych/keras.h>

#include "../things.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

things::Numbers things::keras_inner_value() {
  auto x = Input({4});
  auto hidden = Dense(3, {.activation = "relu", .use_bias = false})(x);
  auto output = Dense(2, {.use_bias = false})(hidden);
  keras::Model model({x}, {output});
  model.set_weights({hidden_kernel(), class_kernel()});
  // begin
  keras::Model inner({x}, {hidden});
  auto value = inner.predict(inputs(), {.verbose = 0});
  // end
  return all({value});
}
