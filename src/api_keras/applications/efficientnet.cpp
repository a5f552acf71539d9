#include "triptych/keras/applications/efficientnet.h"

#include "api_keras/applications/build.h"
#include "triptych/keras/initializers/random.h"

namespace triptych::keras::applications {
namespace {

Initializer convolution_kernel() {
  return initializers::VarianceScaling({.scale = 2, .mode = "fan_out", .distribution = "truncated_normal"});
}

struct Stage {
  std::int64_t kernel;
  int repeats;
  std::int64_t filters_in, filters_out, expansion, stride;
};
constexpr Stage stages[] = {{3, 1, 32, 16, 1, 1},  {3, 2, 16, 24, 6, 2},   {5, 2, 24, 40, 6, 2},  {3, 3, 40, 80, 6, 2},
                            {5, 3, 80, 112, 6, 1}, {5, 4, 112, 192, 6, 2}, {3, 1, 192, 320, 6, 1}};
constexpr double drop_connect_rate = 0.2;

Tensor convolved(const Tensor& x, std::int64_t filters, const std::string& name, const char* function = nullptr) {
  return convolution(x, filters, name,
                     {.padding = "same",
                      .use_bias = function != nullptr,
                      .activation = function ? function : "linear",
                      .initializer = convolution_kernel()});
}
Tensor normalized(const Tensor& x, const std::string& name) { return batch_normalization(x, name, 1e-3); }
Tensor swish(const Tensor& x, const std::string& name) { return activation(x, name, "swish"); }

/// How much each channel counts, by what all of the image has of it.
Tensor excited(const Tensor& x, std::int64_t filters_in, const std::string& name) {
  const std::int64_t filters = channels(x);
  Tensor y = layers::GlobalAveragePooling2D({.name = name + "se_squeeze"})(x);
  y = layers::Reshape({1, 1, filters}, {.name = name + "se_reshape"})(y);
  y = convolved(y, filters_in / 4, name + "se_reduce", "swish");
  y = convolved(y, filters, name + "se_expand", "sigmoid");
  return layers::Multiply({.name = name + "se_excite"})({x, y});
}

Tensor block(const Tensor& input, const Stage& of, double drop_rate, const std::string& name) {
  Tensor x = input;
  if (of.expansion != 1) {
    x = normalized(convolved(x, of.filters_in * of.expansion, name + "expand_conv"), name + "expand_bn");
    x = swish(x, name + "expand_activation");
  }
  if (of.stride == 2) x = padded(x, border_for_stride_2(x, of.kernel), name + "dwconv_pad");
  x = depthwise(x, name + "dwconv",
                {.kernel = of.kernel,
                 .stride = of.stride,
                 .padding = of.stride == 2 ? "valid" : "same",
                 .use_bias = false,
                 .initializer = convolution_kernel()});
  x = excited(swish(normalized(x, name + "bn"), name + "activation"), of.filters_in, name);
  x = normalized(convolved(x, of.filters_out, name + "project_conv"), name + "project_bn");
  if (of.stride != 1 || of.filters_in != of.filters_out) return x;
  if (drop_rate > 0) x = layers::Dropout(drop_rate, {.noise_shape = {-1, 1, 1, 1}, .name = name + "drop"})(x);
  return layers::Add({.name = name + "add"})({x, input});
}

Tensor features(const Tensor& images) {
  Tensor x = layers::Normalization({.axis = {3}})(layers::Rescaling(1 / 255.0)(images));
  x = padded(x, border_for_stride_2(x, 3), "stem_conv_pad");
  x = convolution(x, 32, "stem_conv",
                  {.kernel = 3, .stride = 2, .use_bias = false, .initializer = convolution_kernel()});
  x = swish(normalized(x, "stem_bn"), "stem_activation");
  int blocks = 0, number = 0;
  for (const Stage& stage : stages) blocks += stage.repeats;
  for (std::size_t i = 0; i < std::size(stages); ++i) {
    Stage of = stages[i];
    for (int j = 0; j < stages[i].repeats; ++j) {
      const std::string name = "block" + std::to_string(i + 1) + static_cast<char>('a' + j) + "_";
      x = block(x, of, drop_connect_rate * number++ / blocks, name);
      of.stride = 1;
      of.filters_in = of.filters_out;
    }
  }
  return swish(normalized(convolved(x, 1280, "top_conv"), "top_bn"), "top_activation");
}

Tensor before_classifier(const Tensor& maps) {
  return layers::Dropout(0.2, {.name = "top_dropout"})(layers::GlobalAveragePooling2D({.name = "avg_pool"})(maps));
}

}  // namespace

Model EfficientNetB0(ApplicationOptions options, Location where) {
  return build({.name = "efficientnetb0",
                .features = features,
                .before_classifier = before_classifier,
                .classifier_initializer =
                    initializers::VarianceScaling({.scale = 1 / 3.0, .mode = "fan_out", .distribution = "uniform"})},
               options, where);
}

Tensor efficientnet::preprocess_input(const Tensor& x, const OwnedText&, Location) { return x; }

}  // namespace triptych::keras::applications
