// What the models for images are made of: layers with Keras's names, called at once.
#pragma once

#include <functional>
#include <string>

#include "triptych/keras/applications/options.h"
#include "triptych/keras/layers.h"

namespace triptych::keras::applications {

struct ConvolutionOptions {
  std::int64_t kernel = 1, stride = 1;
  const char* padding = "valid";
  bool use_bias = true;
  const char* activation = "linear";
  Initializer initializer = "glorot_uniform";
};
Tensor convolution(const Tensor& x, std::int64_t filters, const std::string& name, const ConvolutionOptions& options);
Tensor depthwise(const Tensor& x, const std::string& name, const ConvolutionOptions& options);
Tensor batch_normalization(const Tensor& x, const std::string& name, double epsilon = 1.001e-5, double momentum = 0.99);
Tensor activation(const Tensor& x, const std::string& name, const char* function = "relu");
/// Zeros around images; without a name Keras makes one.
Tensor padded(const Tensor& x, Border2 border, const std::string& name);
/// Zeros so that a convolution of stride 2 sees all of the image (Keras's correct_pad).
Border2 border_for_stride_2(const Tensor& x, std::int64_t kernel);
/// `v` times as many filters, as a multiple of 8 that is at most a tenth less.
std::int64_t rounded_filters(double v);
/// Channels of (n, height, width, channels).
std::int64_t channels(const Tensor& x);

/// A model for images. `pooled_names`: its pooling layer has the name "avg_pool" or "max_pool".
struct ImageModel {
  const char* name;
  bool pooled_names = true;
  std::function<Tensor(const Tensor&)> features;
  /// What stands before the classifier; by default the mean over height and width.
  std::function<Tensor(const Tensor&)> before_classifier = {};
  Initializer classifier_initializer = "glorot_uniform";
};
/// ArgumentError at `where` for an option that does not fit.
Model build(const ImageModel& model, const ApplicationOptions& options, Location where);

}  // namespace triptych::keras::applications
