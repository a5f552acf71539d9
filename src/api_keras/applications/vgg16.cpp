#include "triptych/keras/applications/vgg16.h"

#include "api_keras/applications/build.h"

namespace triptych::keras::applications {
namespace {

Tensor features(const Tensor& images) {
  constexpr struct {
    std::int64_t filters;
    int convolutions;
  } blocks[] = {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}};
  Tensor x = images;
  int number = 0;
  for (const auto& [filters, convolutions] : blocks) {
    const std::string block = "block" + std::to_string(++number) + "_";
    for (int i = 1; i <= convolutions; ++i)
      x = convolution(x, filters, block + "conv" + std::to_string(i),
                      {.kernel = 3, .padding = "same", .activation = "relu"});
    x = layers::MaxPooling2D(2, {.strides = 2, .name = block + "pool"})(x);
  }
  return x;
}

Tensor before_classifier(const Tensor& maps) {
  Tensor x = layers::Flatten({.name = "flatten"})(maps);
  for (const char* name : {"fc1", "fc2"}) x = layers::Dense(4096, {.activation = "relu", .name = name})(x);
  return x;
}

}  // namespace

Model VGG16(ApplicationOptions options, Location where) {
  return build({.name = "vgg16", .pooled_names = false, .features = features, .before_classifier = before_classifier},
               options, where);
}

Tensor vgg16::preprocess_input(const Tensor& x, const OwnedText& data_format, Location where) {
  return imagenet_utils::preprocess_input(x, {.data_format = data_format, .mode = "caffe"}, where);
}

}  // namespace triptych::keras::applications
