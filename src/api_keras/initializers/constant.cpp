#include "triptych/keras/initializers/constant.h"

#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras::initializers {

Initializer Zeros() { return {"Zeros", "{}", init::zeros()}; }
Initializer Ones() { return {"Ones", "{}", init::ones()}; }

Initializer Constant(double value, Location where) {
  Hyperparameters("Constant", where).finite("value", value);
  return {"Constant", JsonObject().add("value", value).text(), init::constant(value, where)};
}

Initializer Identity(double gain, Location where) {
  Hyperparameters("Identity", where).finite("gain", gain);
  return {"Identity", JsonObject().add("gain", gain).text(), [gain](const Shape& shape, DType dtype) {
            if (shape.rank() != 2)
              throw ArgumentError("Identity", "the shape is not that of a matrix", "shape " + shape.text());
            return eye(shape[0], shape[1], dtype) * gain;
          }};
}

}  // namespace triptych::keras::initializers
