#include "triptych/keras/applications/densenet.h"

#include "api_keras/applications/build.h"

namespace triptych::keras::applications {
namespace {

constexpr std::int64_t growth_rate = 32;

/// Adds `growth_rate` channels that are made of all before them.
Tensor layer(const Tensor& x, const std::string& name) {
  Tensor y = activation(batch_normalization(x, name + "0_bn"), name + "0_relu");
  y = convolution(y, 4 * growth_rate, name + "1_conv", {.use_bias = false});
  y = activation(batch_normalization(y, name + "1_bn"), name + "1_relu");
  y = convolution(y, growth_rate, name + "2_conv", {.kernel = 3, .padding = "same", .use_bias = false});
  return layers::Concatenate({.axis = 3, .name = name + "concat"})({x, y});
}

Tensor block(Tensor x, int layers, const std::string& name) {
  for (int i = 1; i <= layers; ++i) x = layer(x, name + "_block" + std::to_string(i) + "_");
  return x;
}

/// Half of the channels, half of height and width.
Tensor transition(const Tensor& x, const std::string& name) {
  Tensor y = activation(batch_normalization(x, name + "_bn"), name + "_relu");
  y = convolution(y, channels(y) / 2, name + "_conv", {.use_bias = false});
  return layers::AveragePooling2D(2, {.strides = 2, .name = name + "_pool"})(y);
}

Tensor features(const Tensor& images) {
  Tensor x = convolution(padded(images, 3, ""), 64, "conv1_conv", {.kernel = 7, .stride = 2, .use_bias = false});
  x = padded(activation(batch_normalization(x, "conv1_bn"), "conv1_relu"), 1, "");
  x = layers::MaxPooling2D(3, {.strides = 2, .name = "pool1"})(x);
  x = transition(block(x, 6, "conv2"), "pool2");
  x = transition(block(x, 12, "conv3"), "pool3");
  x = transition(block(x, 24, "conv4"), "pool4");
  x = block(x, 16, "conv5");
  return activation(batch_normalization(x, "bn"), "relu");
}

}  // namespace

Model DenseNet121(ApplicationOptions options, Location where) {
  return build({.name = "densenet121", .features = features}, options, where);
}

Tensor densenet::preprocess_input(const Tensor& x, const OwnedText& data_format, Location where) {
  return imagenet_utils::preprocess_input(x, {.data_format = data_format, .mode = "torch"}, where);
}

}  // namespace triptych::keras::applications
