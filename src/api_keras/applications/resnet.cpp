#include "triptych/keras/applications/resnet.h"

#include "api_keras/applications/build.h"

namespace triptych::keras::applications {
namespace {

std::string block_name(const char* stack, int block) {
  return std::string(stack) + "_block" + std::to_string(block) + "_";
}

Tensor block(const Tensor& x, std::int64_t filters, std::int64_t stride, bool projects, const std::string& name) {
  Tensor shortcut = x;
  if (projects)
    shortcut = batch_normalization(convolution(x, 4 * filters, name + "0_conv", {.stride = stride}), name + "0_bn");
  Tensor y = convolution(x, filters, name + "1_conv", {.stride = stride});
  y = activation(batch_normalization(y, name + "1_bn"), name + "1_relu");
  y = convolution(y, filters, name + "2_conv", {.kernel = 3, .padding = "same"});
  y = activation(batch_normalization(y, name + "2_bn"), name + "2_relu");
  y = batch_normalization(convolution(y, 4 * filters, name + "3_conv", {}), name + "3_bn");
  return activation(layers::Add({.name = name + "add"})({shortcut, y}), name + "out");
}

Tensor stack(Tensor x, std::int64_t filters, int blocks, std::int64_t stride, const char* name) {
  for (int i = 1; i <= blocks; ++i) x = block(x, filters, i == 1 ? stride : 1, i == 1, block_name(name, i));
  return x;
}

Tensor block_v2(const Tensor& x, std::int64_t filters, std::int64_t stride, bool projects, const std::string& name) {
  const Tensor before = activation(batch_normalization(x, name + "preact_bn"), name + "preact_relu");
  Tensor shortcut = x;
  if (projects)
    shortcut = convolution(before, 4 * filters, name + "0_conv", {.stride = stride});
  else if (stride > 1)
    shortcut = layers::MaxPooling2D(1, {.strides = stride})(x);
  Tensor y = convolution(before, filters, name + "1_conv", {.use_bias = false});
  y = activation(batch_normalization(y, name + "1_bn"), name + "1_relu");
  y = padded(y, 1, name + "2_pad");
  y = convolution(y, filters, name + "2_conv", {.kernel = 3, .stride = stride, .use_bias = false});
  y = activation(batch_normalization(y, name + "2_bn"), name + "2_relu");
  y = convolution(y, 4 * filters, name + "3_conv", {});
  return layers::Add({.name = name + "out"})({shortcut, y});
}

/// The last block halves height and width, by `stride`.
Tensor stack_v2(Tensor x, std::int64_t filters, int blocks, std::int64_t stride, const char* name) {
  for (int i = 1; i <= blocks; ++i) x = block_v2(x, filters, i == blocks ? stride : 1, i == 1, block_name(name, i));
  return x;
}

Tensor stem(const Tensor& images) {
  return convolution(padded(images, 3, "conv1_pad"), 64, "conv1_conv", {.kernel = 7, .stride = 2});
}
Tensor pooled(const Tensor& x) {
  return layers::MaxPooling2D(3, {.strides = 2, .name = "pool1_pool"})(padded(x, 1, "pool1_pad"));
}

Tensor features(const Tensor& images) {
  Tensor x = pooled(activation(batch_normalization(stem(images), "conv1_bn"), "conv1_relu"));
  x = stack(x, 64, 3, 1, "conv2");
  x = stack(x, 128, 4, 2, "conv3");
  x = stack(x, 256, 6, 2, "conv4");
  return stack(x, 512, 3, 2, "conv5");
}

Tensor features_v2(const Tensor& images) {
  Tensor x = pooled(stem(images));
  x = stack_v2(x, 64, 3, 2, "conv2");
  x = stack_v2(x, 128, 4, 2, "conv3");
  x = stack_v2(x, 256, 6, 2, "conv4");
  x = stack_v2(x, 512, 3, 1, "conv5");
  return activation(batch_normalization(x, "post_bn"), "post_relu");
}

}  // namespace

Model ResNet50(ApplicationOptions options, Location where) {
  return build({.name = "resnet50", .features = features}, options, where);
}
Model ResNet50V2(ApplicationOptions options, Location where) {
  return build({.name = "resnet50v2", .features = features_v2}, options, where);
}

Tensor resnet::preprocess_input(const Tensor& x, const OwnedText& data_format, Location where) {
  return imagenet_utils::preprocess_input(x, {.data_format = data_format, .mode = "caffe"}, where);
}
Tensor resnet_v2::preprocess_input(const Tensor& x, const OwnedText& data_format, Location where) {
  return imagenet_utils::preprocess_input(x, {.data_format = data_format, .mode = "tf"}, where);
}

}  // namespace triptych::keras::applications
