// cuDNN's pooling.
#include <cmath>
#include <limits>

#include "cuda/emulator/cudnn_tensor.h"

using namespace triptych::cuda::emulator;

namespace {

bool is_max(const cudnnPoolingStruct& o) {
  return o.mode == CUDNN_POOLING_MAX || o.mode == CUDNN_POOLING_MAX_DETERMINISTIC;
}

std::array<int, 4> output_dims(const cudnnPoolingStruct& o, const cudnnTensorStruct& x) {
  std::array<int, 4> y = x.dims;
  for (int axis = 0; axis < 2; ++axis) {
    y[2 + axis] = 1 + (x.dims[2 + axis] + 2 * o.padding[axis] - o.window[axis]) / o.stride[axis];
  }
  return y;
}

/// The part of the window of output (i, j) that lies in the input.
struct Window {
  int top, bottom, left, right;
  double divisor;  // of an average

  Window(const cudnnPoolingStruct& o, const std::array<int, 4>& x, int i, int j) {
    top = i * o.stride[0] - o.padding[0];
    left = j * o.stride[1] - o.padding[1];
    bottom = std::min(top + o.window[0], x[2]);
    right = std::min(left + o.window[1], x[3]);
    top = std::max(top, 0);
    left = std::max(left, 0);
    bool with_padding = o.mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
    divisor = with_padding ? o.window[0] * o.window[1] : (bottom - top) * (right - left);
  }
};

/// body(n, c, i, j) for each output element.
template <class Body>
void for_each(const std::array<int, 4>& dims, Body body) {
  for (int n = 0; n < dims[0]; ++n) {
    for (int c = 0; c < dims[1]; ++c) {
      for (int i = 0; i < dims[2]; ++i) {
        for (int j = 0; j < dims[3]; ++j) body(n, c, i, j);
      }
    }
  }
}

/// Where the window's largest element is: the first of equals; a NaN is larger than all if it is to be passed on.
std::int64_t largest(const std::vector<double>& x, const std::array<int, 4>& dims, const Window& window, int n, int c,
                     bool propagate_nan) {
  std::int64_t best = -1;
  for (int row = window.top; row < window.bottom; ++row) {
    for (int column = window.left; column < window.right; ++column) {
      std::int64_t here = at(dims, n, c, row, column);
      if (best < 0 || x[here] > x[best] ||
          (propagate_nan ? std::isnan(x[here]) && !std::isnan(x[best]) : std::isnan(x[best]))) {
        best = here;
      }
    }
  }
  return best;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t pooling, cudnnPoolingMode_t mode,
                                          cudnnNanPropagation_t nan, int window_h, int window_w, int pad_h, int pad_w,
                                          int stride_h, int stride_w) {
  if (!pooling || std::min({window_h, window_w, stride_h, stride_w}) <= 0 || std::min(pad_h, pad_w) < 0) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  *pooling = {mode, nan == CUDNN_PROPAGATE_NAN, {window_h, window_w}, {pad_h, pad_w}, {stride_h, stride_w}};
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetPooling2dForwardOutputDim(cudnnPoolingDescriptor_t pooling, cudnnTensorDescriptor_t x, int* n,
                                                int* c, int* h, int* w) {
  if (!pooling || !x) return CUDNN_STATUS_BAD_PARAM;
  std::array<int, 4> y = output_dims(*pooling, *x);
  *n = y[0];
  *c = y[1];
  *h = y[2];
  *w = y[3];
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnPoolingForward(cudnnHandle_t handle, cudnnPoolingDescriptor_t pooling, const void* alpha,
                                  cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                  cudnnTensorDescriptor_t y_desc, void* y) {
  if (!handle || !pooling || !alpha || !beta || !x_desc || !y_desc) return CUDNN_STATUS_BAD_PARAM;
  if (y_desc->dims != output_dims(*pooling, *x_desc) || x_desc->type != y_desc->type) return CUDNN_STATUS_BAD_PARAM;
  Tensor in(*x_desc, x), out(*y_desc, y);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnPoolingForward", {in.operand("x"), out.operand("y")}, [=, o = *pooling] {
    std::vector<double> xs = in.read(), ys(out.count());
    for_each(out.shape.dims, [&](int n, int c, int i, int j) {
      Window window(o, in.shape.dims, i, j);
      double& result = ys[at(out.shape.dims, n, c, i, j)];
      if (is_max(o)) {
        std::int64_t best = largest(xs, in.shape.dims, window, n, c, o.propagate_nan);
        result = best < 0 ? -std::numeric_limits<double>::infinity() : xs[best];
        return;
      }
      for (int row = window.top; row < window.bottom; ++row) {
        for (int column = window.left; column < window.right; ++column)
          result += xs[at(in.shape.dims, n, c, row, column)];
      }
      result /= window.divisor;
    });
    out.write(ys, a, b);
  });
}

cudnnStatus_t cudnnPoolingBackward(cudnnHandle_t handle, cudnnPoolingDescriptor_t pooling, const void* alpha,
                                   cudnnTensorDescriptor_t y_desc, const void* y, cudnnTensorDescriptor_t dy_desc,
                                   const void* dy, cudnnTensorDescriptor_t x_desc, const void* x, const void* beta,
                                   cudnnTensorDescriptor_t dx_desc, void* dx) {
  if (!handle || !pooling || !alpha || !beta || !x_desc || !y_desc || !dx_desc || !dy_desc)
    return CUDNN_STATUS_BAD_PARAM;
  if (y_desc->dims != output_dims(*pooling, *x_desc) || !same_shape(*y_desc, *dy_desc) ||
      !same_shape(*x_desc, *dx_desc)) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  Tensor in(*x_desc, x), out(*y_desc, y), out_gradient(*dy_desc, dy), in_gradient(*dx_desc, dx);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnPoolingBackward",
                      {in.operand("x"), out.operand("y"), out_gradient.operand("dy"), in_gradient.operand("dx")},
                      [=, o = *pooling] {
                        std::vector<double> xs = in.read(), dys = out_gradient.read(), dxs(in.count());
                        for_each(out.shape.dims, [&](int n, int c, int i, int j) {
                          Window window(o, in.shape.dims, i, j);
                          double gradient = dys[at(out.shape.dims, n, c, i, j)];
                          if (is_max(o)) {
                            std::int64_t best = largest(xs, in.shape.dims, window, n, c, o.propagate_nan);
                            if (best >= 0) dxs[best] += gradient;
                            return;
                          }
                          for (int row = window.top; row < window.bottom; ++row) {
                            for (int column = window.left; column < window.right; ++column) {
                              dxs[at(in.shape.dims, n, c, row, column)] += gradient / window.divisor;
                            }
                          }
                        });
                        in_gradient.write(dxs, a, b);
                      });
}

}  // extern "C"
