#include "triptych/keras/initializers/constant.h"

#include "api_keras/built_in.h"
#include "api_keras/layers/brick.h"
#include "api_keras/saving/fields.h"
#include "core/formats/json.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych::keras::initializers {

Initializer Zeros() { return BuiltIn::made(Initializer{"Zeros", "{}", init::zeros()}); }
Initializer Ones() { return BuiltIn::made(Initializer{"Ones", "{}", init::ones()}); }

Initializer Constant(double value, Location where) {
  Hyperparameters("Constant", where).finite("value", value);
  return BuiltIn::made(Initializer{"Constant", JsonObject().add("value", value).text(), init::constant(value, where)});
}

Initializer Constant(const Tensor& values, Location where) {
  const Frame frame(where);
  if (!values.defined() || values.is_symbolic())
    throw ArgumentError("Constant", "the values are not there",
                        values.defined() ? "a tensor of a graph" : "a default-constructed Tensor", "", where);
  Tensor kept = alias(values);  // what it was then
  if (!all(isfinite(kept)).item<bool>())
    throw ArgumentError("Constant", "a value is not finite", "values of shape " + values.shape().text(), "", where);
  Json numbers = {{"dtype", dtype_name(kept.dtype())}}, config;
  Fields(numbers).field("value", kept);
  config["value"] = {{"class_name", "__numpy__"}, {"config", numbers}};
  return BuiltIn::made(Initializer{"Constant", config.dump(), [kept](const Shape& shape, DType dtype) {
                                     return zeros(shape, dtype) +
                                            broadcast_to(cast(kept, dtype), shape);  // in memory of its own
                                   }});
}

Initializer Identity(double gain, Location where) {
  Hyperparameters("Identity", where).finite("gain", gain);
  return BuiltIn::made(
      Initializer{"Identity", JsonObject().add("gain", gain).text(), [gain](const Shape& shape, DType dtype) {
                    if (shape.rank() != 2)
                      throw ArgumentError("Identity", "the shape is not that of a matrix", "shape " + shape.text());
                    return eye(shape[0], shape[1], dtype) * gain;
                  }});
}

}  // namespace triptych::keras::initializers
