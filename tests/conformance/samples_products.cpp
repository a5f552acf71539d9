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
    samples.back().rounds_parts = true;  // the product, before the bias is added as by an op of its own
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
  samples.back().roundings = 32 * 9;  // as many products are summed

  const auto max_pool = [&](const char* name, tt::MaxPool2dOptions options) {
    samples.push_back(
        {"max_pool2d", name, [options](const Tensors& x) { return Tensors{tt::max_pool2d(x[0], options)}; }});
  };
  const auto avg_pool = [&](const char* name, tt::AvgPool2dOptions options) {
    samples.push_back(
        {"avg_pool2d", name, [options](const Tensors& x) { return Tensors{tt::avg_pool2d(x[0], options)}; }});
  };
  max_pool("plain", {});
  // Its second derivative goes through the pool's places.
  samples.push_back({"max_pool2d", "squared", [](const Tensors& x) {
                       const Tensor pooled = tt::max_pool2d(x[0], {});
                       return Tensors{pooled * pooled};
                     }});
  max_pool("overlapping", {.kernel_size = 3, .stride = 1});
  max_pool("ceil", {.kernel_size = 3, .stride = 2, .ceil_mode = true});
  max_pool("padded", {.kernel_size = {3, 2}, .stride = {2, 3}, .padding = 1});
  max_pool("dilated", {.stride = 1, .dilation = 2});
  max_pool("nhwc", {.data_format = tt::DataFormat::nhwc});
  max_pool("same", {.padding = "same"});
  avg_pool("plain", {});
  avg_pool("overlapping", {.kernel_size = 3, .stride = 1});
  avg_pool("ceil", {.kernel_size = 3, .stride = 2, .ceil_mode = true});
  avg_pool("padded", {.kernel_size = {3, 2}, .stride = {2, 3}, .padding = 1});
  avg_pool("ceil_without_padding",
           {.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false});
  avg_pool("ceil_padded", {.padding = 1, .ceil_mode = true});
  avg_pool("nhwc", {.data_format = tt::DataFormat::nhwc});
  samples.push_back(
      {"global_avg_pool2d", "plain", [](const Tensors& x) { return Tensors{tt::global_avg_pool2d(x[0])}; }});
  samples.push_back({"global_avg_pool2d", "nhwc_kept", [](const Tensors& x) {
                       return Tensors{
                           tt::global_avg_pool2d(x[0], {.keepdims = true, .data_format = tt::DataFormat::nhwc})};
                     }});
}

}  // namespace conformance
