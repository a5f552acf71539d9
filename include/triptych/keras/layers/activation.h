// Activations as layers.
#pragma once

#include <optional>
#include <type_traits>

#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layers/name_options.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct ReLUOptions {
  /// None: no largest value.
  std::optional<double> max_value = {};
  double negative_slope = 0;
  double threshold = 0;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct LeakyReLUOptions {
  double negative_slope = 0.3;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct PReLUOptions {
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer = {};
  Constraint alpha_constraint = {};
  /// Axes (the first after the batch is 1) along which one alpha serves all elements.
  Axes shared_axes = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};
struct SoftmaxOptions {
  /// One or several.
  Axes axis = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// An activation by Keras's name or as a function, elementwise but for softmax; see keras::Activation.
TRIPTYCH_API Layer Activation(keras::Activation activation, NameOptions options = {},
                              Location where = Location::here());
/// max(x, 0); with options x where x >= threshold, at most max_value, else negative_slope (x - threshold).
TRIPTYCH_API Layer ReLU(ReLUOptions options = {}, Location where = Location::here());
/// x, or negative_slope x where x < 0.
TRIPTYCH_API Layer LeakyReLU(LeakyReLUOptions options = {}, Location where = Location::here());
template <class T>
requires std::is_arithmetic_v<T> Layer LeakyReLU(T negative_slope, LeakyReLUOptions options = {},
                                                 Location where = Location::here()) {
  options.negative_slope = static_cast<double>(negative_slope);
  return LeakyReLU(options, where);
}
template <class = void>
Layer LeakyReLU(...) = delete;  // neither a slope nor LeakyReLUOptions
/// x, or alpha x where x < 0, alpha being learned for each element of an example.
TRIPTYCH_API Layer PReLU(PReLUOptions options = {}, Location where = Location::here());
/// x, or alpha (e^x - 1) where x < 0.
TRIPTYCH_API Layer ELU(double alpha = 1, NameOptions options = {}, Location where = Location::here());
/// e^x over its sum along an axis, the last one unless told otherwise; what a mask leaves out gets 0.
TRIPTYCH_API Layer Softmax(SoftmaxOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
