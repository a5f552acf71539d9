// cuDNN's softmax, over the channels of each place or over all of an image.
#include <cmath>
#include <limits>

#include "cuda/emulator/cudnn_tensor.h"

using namespace triptych::cuda::emulator;

namespace {

/// body(first place, step, length) for each row that sums to one.
template <class Body>
void for_each_row(const std::array<int, 4>& dims, cudnnSoftmaxMode_t mode, Body body) {
  std::int64_t area = std::int64_t(dims[2]) * dims[3], features = dims[1] * area;
  for (int n = 0; n < dims[0]; ++n) {
    if (mode == CUDNN_SOFTMAX_MODE_INSTANCE) {
      body(n * features, std::int64_t(1), features);
    } else {
      for (std::int64_t place = 0; place < area; ++place) body(n * features + place, area, std::int64_t(dims[1]));
    }
  }
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode,
                                  const void* alpha, cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                  cudnnTensorDescriptor_t y_desc, void* y) {
  if (!handle || !alpha || !beta || !x_desc || !y_desc || !same_shape(*x_desc, *y_desc)) return CUDNN_STATUS_BAD_PARAM;
  Tensor in(*x_desc, x), out(*y_desc, y);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnSoftmaxForward", {in.operand("x"), out.operand("y")}, [=] {
    std::vector<double> values = in.read();
    for_each_row(in.shape.dims, mode, [&](auto first, auto step, auto length) {
      double largest = algorithm == CUDNN_SOFTMAX_FAST ? 0 : -std::numeric_limits<double>::infinity(), sum = 0;
      if (algorithm != CUDNN_SOFTMAX_FAST) {
        for (auto i = 0 * length; i < length; ++i) largest = std::max(largest, values[first + i * step]);
      }
      for (auto i = 0 * length; i < length; ++i) sum += std::exp(values[first + i * step] - largest);
      for (auto i = 0 * length; i < length; ++i) {
        double& value = values[first + i * step];
        value = algorithm == CUDNN_SOFTMAX_LOG ? value - largest - std::log(sum) : std::exp(value - largest) / sum;
      }
    });
    out.write(values, a, b);
  });
}

cudnnStatus_t cudnnSoftmaxBackward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode,
                                   const void* alpha, cudnnTensorDescriptor_t y_desc, const void* y,
                                   cudnnTensorDescriptor_t dy_desc, const void* dy, const void* beta,
                                   cudnnTensorDescriptor_t dx_desc, void* dx) {
  if (!handle || !alpha || !beta || !y_desc || !dy_desc || !dx_desc) return CUDNN_STATUS_BAD_PARAM;
  if (!same_shape(*y_desc, *dy_desc) || !same_shape(*y_desc, *dx_desc)) return CUDNN_STATUS_BAD_PARAM;
  Tensor out(*y_desc, y), out_gradient(*dy_desc, dy), in_gradient(*dx_desc, dx);
  double a = scalar(alpha, out.shape.type), b = scalar(beta, out.shape.type);
  return submit_cudnn(
      handle, "cudnnSoftmaxBackward", {out.operand("y"), out_gradient.operand("dy"), in_gradient.operand("dx")}, [=] {
        std::vector<double> ys = out.read(), values = out_gradient.read();
        bool log = algorithm == CUDNN_SOFTMAX_LOG;
        for_each_row(out.shape.dims, mode, [&](auto first, auto step, auto length) {
          double sum = 0;
          for (auto i = 0 * length; i < length; ++i) {
            auto place = first + i * step;
            sum += log ? values[place] : values[place] * ys[place];
          }
          for (auto i = 0 * length; i < length; ++i) {
            auto place = first + i * step;
            values[place] = log ? values[place] - std::exp(ys[place]) * sum : ys[place] * (values[place] - sum);
          }
        });
        in_gradient.write(values, a, b);
      });
}

}  // extern "C"
