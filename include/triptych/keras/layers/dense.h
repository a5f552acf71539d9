// The fully connected layer.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct DenseOptions {
  Activation activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Of the output; its penalty is divided by the size of the batch.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// activation(x kernel + bias) over the last axis: x (..., in), kernel (in, units), bias (units), result (..., units).
/// ArgumentError unless units is positive and the last dimension known.
TRIPTYCH_API Layer Dense(std::int64_t units, DenseOptions options = {}, Location where = Location::here());
/// The activation second, as in Keras: Dense(64, "relu").
template <std::convertible_to<keras::Activation> A>
Layer Dense(std::int64_t units, A activation, DenseOptions options = {}, Location where = Location::here()) {
  if constexpr (std::same_as<A, keras::Activation>)
    options.activation = std::move(activation);
  else
    options.activation = keras::Activation(std::move(activation), where);
  return Dense(units, options, where);
}
template <class = void>
Layer Dense(std::int64_t units, ...) = delete;  // neither an activation nor DenseOptions

}  // namespace layers
}  // namespace triptych::keras
