#include "triptych/keras/applications/mobilenet_v2.h"

#include <cstdio>

#include "api_keras/applications/build.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras::applications {
namespace {

Tensor normalized(const Tensor& x, const std::string& name) { return batch_normalization(x, name, 1e-3, 0.999); }
Tensor relu6(const Tensor& x, const std::string& name) { return layers::ReLU({.max_value = 6, .name = name})(x); }

struct Block {
  std::int64_t filters, stride;
};

Tensor inverted_residual(const Tensor& input, const Block& of, double alpha, int number) {
  const std::int64_t in = channels(input);
  const std::int64_t out = rounded_filters(static_cast<double>(static_cast<std::int64_t>(of.filters * alpha)));
  const std::string name = number == 0 ? "expanded_conv_" : "block_" + std::to_string(number) + "_";
  Tensor x = input;
  if (number > 0) {
    x = convolution(x, 6 * in, name + "expand", {.padding = "same", .use_bias = false});
    x = relu6(normalized(x, name + "expand_BN"), name + "expand_relu");
  }
  if (of.stride == 2) x = padded(x, border_for_stride_2(x, 3), name + "pad");
  x = depthwise(x, name + "depthwise",
                {.kernel = 3, .stride = of.stride, .padding = of.stride == 1 ? "same" : "valid", .use_bias = false});
  x = relu6(normalized(x, name + "depthwise_BN"), name + "depthwise_relu");
  x = normalized(convolution(x, out, name + "project", {.padding = "same", .use_bias = false}), name + "project_BN");
  return in == out && of.stride == 1 ? layers::Add({.name = name + "add"})({input, x}) : x;
}

Tensor features(const Tensor& images, double alpha) {
  constexpr Block blocks[] = {{16, 1}, {24, 2}, {24, 1}, {32, 2}, {32, 1},  {32, 1},  {64, 2},  {64, 1}, {64, 1},
                              {64, 1}, {96, 1}, {96, 1}, {96, 1}, {160, 2}, {160, 1}, {160, 1}, {320, 1}};
  Tensor x = convolution(images, rounded_filters(32 * alpha), "Conv1",
                         {.kernel = 3, .stride = 2, .padding = "same", .use_bias = false});
  x = relu6(normalized(x, "bn_Conv1"), "Conv1_relu");
  int number = 0;
  for (const Block& block : blocks) x = inverted_residual(x, block, alpha, number++);
  x = convolution(x, alpha > 1 ? rounded_filters(1280 * alpha) : 1280, "Conv_1", {.use_bias = false});
  return relu6(normalized(x, "Conv_1_bn"), "out_relu");
}

}  // namespace

Model MobileNetV2(MobileNetV2Options o, Location where) {
  Hyperparameters("MobileNetV2", where).positive("alpha", o.alpha);
  if (o.alpha > 1e4) throw ArgumentError("MobileNetV2", "alpha is above 10000", std::to_string(o.alpha), "", where);
  const Dim height = !o.input_shape.empty() ? o.input_shape.dim(0) : o.include_top ? Dim(224) : Dim(unknown);
  char name[64];
  std::snprintf(name, sizeof name, "mobilenetv2_%.2f_%s", o.alpha,
                height.known() ? std::to_string(height.value()).c_str() : "None");
  return build({.name = name, .pooled_names = false, .features = [&](const Tensor& x) { return features(x, o.alpha); }},
               {.include_top = o.include_top,
                .weights = o.weights,
                .input_shape = o.input_shape,
                .pooling = o.pooling,
                .classes = o.classes,
                .classifier_activation = o.classifier_activation,
                .name = o.name},
               where);
}

Tensor mobilenet_v2::preprocess_input(const Tensor& x, const OwnedText& data_format, Location where) {
  return imagenet_utils::preprocess_input(x, {.data_format = data_format, .mode = "tf"}, where);
}

}  // namespace triptych::keras::applications
