// The bricks. Each function returns one handle: used twice, it shares its weights. Options stand in Keras's order.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct InputOptions {
  /// 0: any.
  std::int64_t batch_size = 0;
  DType dtype = float32;
  OptionText name = {};
};
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
};
struct Conv2DOptions {
  Size2 strides = 1;
  Padding2 padding = "valid";
  OwnedText data_format = "channels_last";
  Size2 dilation_rate = 1;
  std::int64_t groups = 1;
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
};
struct Pooling2DOptions {
  /// 0: the pool size.
  Size2 strides = 0;
  Padding2 padding = "valid";
  OwnedText data_format = "channels_last";
  OptionText name = {};
};
struct GlobalPooling2DOptions {
  OwnedText data_format = "channels_last";
  bool keepdims = false;
  OptionText name = {};
};
struct DropoutOptions {
  /// The stream of random numbers; -1: the next of `utils::set_random_seed`'s. ArgumentError if it is less.
  std::int64_t seed = -1;
  OptionText name = {};
};
struct BatchNormalizationOptions {
  int axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  OptionText name = {};
  bool trainable = true;
};
struct LayerNormalizationOptions {
  /// One or several, in any order; the first one, of the batch, cannot be among them.
  Axes axis = -1;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  OptionText name = {};
  bool trainable = true;
};
struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  OptionText name = {};
  bool trainable = true;
};
struct LeakyReLUOptions {
  double negative_slope = 0.3;
  OptionText name = {};
};
struct ConcatenateOptions {
  int axis = -1;
  OptionText name = {};
};
struct SoftmaxOptions {
  int axis = -1;
  OptionText name = {};
};
/// Options of layers that have no others.
struct NameOptions {
  OptionText name = {};
};

namespace layers {

/// The start of a model: a symbolic tensor of `shape` (without the batch) to call layers on, or the first brick of a
/// Sequential.
TRIPTYCH_API Tensor Input(const Shape& shape, InputOptions options = {}, Location where = Location::here());
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
/// 2-d convolution of x (n, h, w, in), or (n, in, h, w) with `data_format` "channels_first"; kernel (height, width,
/// in / groups, filters), bias (filters). "same" padding gives ceil(h / stride) rows. ArgumentError if a size is not
/// positive, groups does not divide the channels, or an image is smaller than the kernel; see triptych::conv2d.
TRIPTYCH_API Layer Conv2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options = {},
                          Location where = Location::here());
/// The largest element under a window that slides over the images (n, h, w, c); see triptych::max_pool2d.
TRIPTYCH_API Layer MaxPooling2D(Size2 pool_size = 2, Pooling2DOptions options = {}, Location where = Location::here());
/// The strides second, as in Keras: MaxPooling2D(3, 2).
template <std::integral T>
Layer MaxPooling2D(Size2 pool_size, T strides, Pooling2DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return MaxPooling2D(pool_size, options, where);
}
template <class = void>
Layer MaxPooling2D(Size2 pool_size, ...) = delete;  // neither strides nor Pooling2DOptions
/// The mean of the elements under a window; padding is not counted, as in Keras.
TRIPTYCH_API Layer AveragePooling2D(Size2 pool_size = 2, Pooling2DOptions options = {},
                                    Location where = Location::here());
template <std::integral T>
Layer AveragePooling2D(Size2 pool_size, T strides, Pooling2DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return AveragePooling2D(pool_size, options, where);
}
template <class = void>
Layer AveragePooling2D(Size2 pool_size, ...) = delete;  // neither strides nor Pooling2DOptions
/// The mean (maximum) over height and width: (n, h, w, c) becomes (n, c), or (n, 1, 1, c) with `keepdims`.
TRIPTYCH_API Layer GlobalAveragePooling2D(GlobalPooling2DOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer GlobalMaxPooling2D(GlobalPooling2DOptions options = {}, Location where = Location::here());
/// All axes but the first as one.
TRIPTYCH_API Layer Flatten(NameOptions options = {}, Location where = Location::here());
/// The elements of an example under another shape; one dimension may be -1.
TRIPTYCH_API Layer Reshape(const Shape& target_shape, NameOptions options = {}, Location where = Location::here());
/// In training, zeroes a share of `rate` elements and scales the others by 1 / (1 - rate); else x. ArgumentError unless
/// 0 <= rate <= 1.
TRIPTYCH_API Layer Dropout(double rate, DropoutOptions options = {}, Location where = Location::here());
/// gamma (x - mean) / sqrt(variance + epsilon) + beta, with the batch's moments over all axes but one in training (when
/// the moving ones follow: moving <- moving * momentum + batch * (1 - momentum)), else with the moving ones.
TRIPTYCH_API Layer BatchNormalization(BatchNormalizationOptions options = {}, Location where = Location::here());
/// gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments over an axis of each example, or several; gamma
/// and beta have the sizes of these axes.
TRIPTYCH_API Layer LayerNormalization(LayerNormalizationOptions options = {}, Location where = Location::here());
/// An activation by Keras's name or as a function, elementwise but for softmax; see keras::Activation.
TRIPTYCH_API Layer Activation(keras::Activation activation, NameOptions options = {},
                              Location where = Location::here());
/// max(x, 0).
TRIPTYCH_API Layer ReLU(NameOptions options = {}, Location where = Location::here());
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
/// e^x over its sum along an axis, the last one unless told otherwise.
TRIPTYCH_API Layer Softmax(SoftmaxOptions options = {}, Location where = Location::here());
/// Rows of a table (input_dim, output_dim): integers x of any shape give x's shape and output_dim. ArgumentError when
/// it runs for an index out of range.
TRIPTYCH_API Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options = {},
                             Location where = Location::here());
/// The sum of two or more inputs, whose shapes broadcast.
TRIPTYCH_API Layer Add(NameOptions options = {}, Location where = Location::here());
/// Inputs one after the other along an axis, the last one unless told otherwise; their other dimensions are equal.
TRIPTYCH_API Layer Concatenate(ConcatenateOptions options = {}, Location where = Location::here());
/// Any function of a tensor as a layer. Weights that it captures are not the layer's: they are not trained.
TRIPTYCH_API Layer Lambda(std::function<Tensor(const Tensor&)> function, NameOptions options = {},
                          Location where = Location::here());

}  // namespace layers

using layers::Input;

}  // namespace triptych::keras
