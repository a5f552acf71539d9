// Matrix products, convolutions and pools.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_product_samples(std::vector<Sample>& samples) {
  for (const char* name :
       {"vectors", "vector_matrix", "matrix_vector", "batches", "shared_right", "empty", "empty_sum"})
    samples.push_back({"matmul", name, [](const Tensors& x) { return Tensors{tt::matmul(x[0], x[1])}; }});
  samples.push_back({"matmul", "transposed",
                     [](const Tensors& x) { return Tensors{tt::matmul(tt::transpose(x[0]), tt::transpose(x[1]))}; }});
  samples.push_back({"linear", "bias", [](const Tensors& x) { return Tensors{tt::linear(x[0], x[1], x[2])}; }});
  samples.push_back({"linear", "plain", [](const Tensors& x) { return Tensors{tt::linear(x[0], x[1])}; }});
  samples.push_back(
      {"linear", "in_out_relu", [](const Tensors& x) {
         return Tensors{tt::linear(x[0], x[1], x[2], {.transpose_weight = false, .activation = tt::Activation::relu})};
       }});

  const auto convolution = [&](const char* name, tt::Conv2dOptions options) {
    samples.push_back({"conv2d", name, [options](const Tensors& x) {
                         return Tensors{x.size() == 3 ? tt::conv2d(x[0], x[1], x[2], options)
                                                      : tt::conv2d(x[0], x[1], options)};
                       }});
  };
  convolution("plain", {});
  convolution("bias_relu", {.activation = tt::Activation::relu});
  convolution("everything", {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2});
  convolution("depthwise", {.padding = 1, .groups = 4});
  convolution("strided", {.stride = 3});
  convolution("one_channel", {.padding = 1});
  convolution("nhwc", {.padding = "valid", .data_format = tt::DataFormat::nhwc});
  convolution("same_strided", {.stride = 2, .padding = "same"});
  convolution("same", {.padding = "same"});
  convolution("wide", {});
}

}  // namespace conformance
