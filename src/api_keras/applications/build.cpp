#include "api_keras/applications/build.h"

#include <algorithm>

#include "triptych/core/error.h"

namespace triptych::keras::applications {
namespace {

constexpr std::int64_t smallest = 32;  // height and width

[[noreturn]] void fail(const ImageModel& model, const char* wrong, const std::string& given, const char* hint,
                       Location where) {
  throw ArgumentError(model.name, wrong, given, hint, where);
}

void check(const ImageModel& model, const ApplicationOptions& o, Location where) {
  const auto refuse = [&](const char* wrong, const std::string& given, const char* hint = "") {
    fail(model, wrong, given, hint, where);
  };
  if (o.weights == "imagenet")
    refuse("weights are not a file", "'imagenet'",
           "Nothing is downloaded here: save Keras's weights in Python, and give the file's path");
  if (o.include_top && o.classes < 1) refuse("classes is below 1", std::to_string(o.classes));
  if (!o.pooling.empty() && o.pooling != "avg" && o.pooling != "max")
    refuse("there is no such pooling", "'" + o.pooling + "'", "Use 'avg' or 'max'");
  const std::string& end = o.classifier_activation.name();
  if (o.include_top && !o.weights.empty() && end != "softmax" && end != "linear")
    refuse("classifier_activation is neither 'softmax' nor 'linear' while weights are loaded", "'" + end + "'");
  if (o.input_shape.empty()) return;
  if (o.input_shape.rank() != 3) refuse("input_shape is not (height, width, channels)", o.input_shape.text());
  for (const int axis : {0, 1})
    if (o.input_shape.dim(axis).known() && o.input_shape[axis] < smallest)
      refuse("height or width of input_shape is below 32", o.input_shape.text());
  if (!o.input_shape.dim(2).known() || o.input_shape[2] < 1)
    refuse("the channels of input_shape are not known", o.input_shape.text());
  if (o.include_top && !o.input_shape.known())
    refuse("input_shape is not known, which the top needs", o.input_shape.text(), "Set .include_top = false");
}

}  // namespace

Tensor convolution(const Tensor& x, std::int64_t filters, const std::string& name, const ConvolutionOptions& o) {
  return layers::Conv2D(filters, o.kernel,
                        {.strides = o.stride,
                         .padding = o.padding,
                         .activation = o.activation,
                         .use_bias = o.use_bias,
                         .kernel_initializer = o.initializer,
                         .name = name})(x);
}

Tensor depthwise(const Tensor& x, const std::string& name, const ConvolutionOptions& o) {
  return layers::DepthwiseConv2D(o.kernel, {.strides = o.stride,
                                            .padding = o.padding,
                                            .use_bias = o.use_bias,
                                            .depthwise_initializer = o.initializer,
                                            .name = name})(x);
}

Tensor batch_normalization(const Tensor& x, const std::string& name, double epsilon, double momentum) {
  return layers::BatchNormalization({.momentum = momentum, .epsilon = epsilon, .name = name})(x);
}

Tensor activation(const Tensor& x, const std::string& name, const char* function) {
  return layers::Activation(function, {.name = name})(x);
}

Tensor padded(const Tensor& x, Border2 border, const std::string& name) {
  return layers::ZeroPadding2D(border, {.name = name})(x);
}

Border2 border_for_stride_2(const Tensor& x, std::int64_t kernel) {
  const bool known = x.shape().dim(1).known() && x.shape().dim(2).known();
  const auto of = [&](int axis) -> Border1 { return {kernel / 2 - (known ? 1 - x.shape()[axis] % 2 : 1), kernel / 2}; };
  return {of(1), of(2)};
}

std::int64_t rounded_filters(double v) {
  constexpr std::int64_t divisor = 8;
  const std::int64_t rounded = std::max(divisor, static_cast<std::int64_t>(v + divisor / 2.0) / divisor * divisor);
  return static_cast<double>(rounded) < 0.9 * v ? rounded + divisor : rounded;
}

std::int64_t channels(const Tensor& x) { return x.shape().dim(-1).value(); }

Model build(const ImageModel& model, const ApplicationOptions& o, Location where) {
  check(model, o, where);
  const Frame frame(where);
  Shape shape = o.input_shape;
  if (shape.empty()) shape = o.include_top ? Shape{224, 224, 3} : Shape{unknown, unknown, 3};
  const Tensor input = Input(shape);
  Tensor x = model.features(input);
  const auto name = [&](const char* of) { return OptionText(model.pooled_names ? of : ""); };
  if (o.include_top) {
    x = model.before_classifier ? model.before_classifier(x)
                                : layers::GlobalAveragePooling2D({.name = name("avg_pool")})(x);
    x = layers::Dense(o.classes, {.activation = o.classifier_activation,
                                  .kernel_initializer = model.classifier_initializer,
                                  .name = "predictions"})(x);
  } else if (o.pooling == "avg") {
    x = layers::GlobalAveragePooling2D({.name = name("avg_pool")})(x);
  } else if (o.pooling == "max") {
    x = layers::GlobalMaxPooling2D({.name = name("max_pool")})(x);
  }
  const Model result(input, x, {.name = o.name.empty() ? OptionText(model.name) : o.name}, where);
  if (!o.weights.empty()) result.load_weights(o.weights, {}, where);
  return result;
}

}  // namespace triptych::keras::applications
