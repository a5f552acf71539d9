// cuDNN's convolution: nine loops. Forward and both gradients are one walk over all (output, input, weight) triples
// that meet, which differ in what is summed where.
#include "cuda/emulator/cudnn_tensor.h"

using namespace triptych::cuda::emulator;

namespace {

/// Batch, channels, depth, height, width; outputs, channels of a group and so on of a filter.
using Dims = std::array<int, 5>;

Dims dims_of(const cudnnTensorStruct& t) { return {t.dims[0], t.dims[1], t.depth, t.dims[2], t.dims[3]}; }

struct Shapes {
  Dims x, w, y;
  cudnnConvolutionStruct options;
};

/// Where an element of a dense tensor with these dimensions is.
std::int64_t at(const Dims& dims, int a, int b, const std::array<int, 3>& place) {
  return (((std::int64_t(a) * dims[1] + b) * dims[2] + place[0]) * dims[3] + place[1]) * dims[4] + place[2];
}

/// body(place) for each place along the last three dimensions.
template <class Body>
void for_each_place(const Dims& dims, Body body) {
  for (int d = 0; d < dims[2]; ++d)
    for (int h = 0; h < dims[3]; ++h)
      for (int w = 0; w < dims[4]; ++w) body(std::array<int, 3>{d, h, w});
}

/// body(place in x, place in w, place in y) for each product of the convolution.
template <class Body>
void for_each_product(const Shapes& s, Body body) {
  const cudnnConvolutionStruct& o = s.options;
  const int outputs_per_group = s.w[0] / o.groups, channels = s.w[1];
  for (int n = 0; n < s.y[0]; ++n) {
    for (int k = 0; k < s.y[1]; ++k) {
      const int first_channel = k / outputs_per_group * channels;
      for_each_place(s.y, [&](const std::array<int, 3>& out) {
        for_each_place(s.w, [&](const std::array<int, 3>& tap) {
          std::array<int, 3> in, read;
          for (int axis = 0; axis < 3; ++axis) {
            in[axis] = out[axis] * o.stride[axis] - o.padding[axis] + tap[axis] * o.dilation[axis];
            read[axis] = o.flipped ? s.w[2 + axis] - 1 - tap[axis] : tap[axis];
            if (in[axis] < 0 || in[axis] >= s.x[2 + axis]) return;
          }
          for (int c = 0; c < channels; ++c)
            body(at(s.x, n, first_channel + c, in), at(s.w, k, c, read), at(s.y, n, k, out));
        });
      });
    }
  }
}

/// The output's dimensions; false if the three do not fit.
bool output_dims(const cudnnConvolutionStruct& o, const cudnnTensorStruct& x_shape, const cudnnTensorStruct& w_shape,
                 Dims& y) {
  const Dims x = dims_of(x_shape), w = dims_of(w_shape);
  if (x[1] != w[1] * o.groups || w[0] % o.groups != 0 || x_shape.type != w_shape.type) return false;
  y = {x[0], w[0], 0, 0, 0};
  for (int axis = 0; axis < 3; ++axis) {
    int window = (w[2 + axis] - 1) * o.dilation[axis] + 1, padded = x[2 + axis] + 2 * o.padding[axis];
    if (padded < window) return false;
    y[2 + axis] = 1 + (padded - window) / o.stride[axis];
  }
  return true;
}

bool fits(cudnnConvolutionDescriptor_t o, const cudnnTensorStruct* x, const cudnnTensorStruct* w,
          const cudnnTensorStruct* y) {
  Dims expected;
  return o && x && w && y && output_dims(*o, *x, *w, expected) && dims_of(*y) == expected && y->type == x->type;
}

// Workspace is not used. That algorithm 1 of each kind asks for some, is so that callers have to provide it.
std::size_t workspace_bytes(int algorithm, const cudnnTensorStruct& y) {
  return algorithm == 1 ? std::size_t(4) * y.dims[2] * y.dims[3] : 0;
}
bool is_supported(int algorithm) { return algorithm == 0 || algorithm == 1; }

/// cuDNN takes no channels-last filters in double precision. (Filters of one pixel lie in both orders alike.)
template <class Result, class Algorithm>
cudnnStatus_t list_algorithms(const cudnnTensorStruct& w, const cudnnTensorStruct& y, int requested, int* returned,
                              Result* results, bool first_is_deterministic) {
  *returned = 0;
  const bool channels_last = w.dims[1] > 1 && w.depth * w.dims[2] * w.dims[3] > 1 && w.strides[1] == 1;
  if (w.type == CUDNN_DATA_DOUBLE && channels_last) return CUDNN_STATUS_NOT_SUPPORTED;
  *returned = std::min(requested, 2);
  for (int i = 0; i < *returned; ++i) {
    int number = 1 - i;  // algorithm 1 is the faster one
    bool deterministic = number == 1 || first_is_deterministic;
    results[i] = {Algorithm(number),
                  CUDNN_STATUS_SUCCESS,
                  -1.0f,
                  workspace_bytes(number, y),
                  deterministic ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC,
                  CUDNN_DEFAULT_MATH,
                  {}};
  }
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t size_of_workspace(int algorithm, const cudnnTensorStruct& y, size_t* bytes) {
  if (!is_supported(algorithm)) return CUDNN_STATUS_NOT_SUPPORTED;
  *bytes = workspace_bytes(algorithm, y);
  return CUDNN_STATUS_SUCCESS;
}

/// The checks that the three passes share.
cudnnStatus_t check(cudnnHandle_t handle, const void* alpha, const void* beta, cudnnConvolutionDescriptor_t o,
                    const cudnnTensorStruct* x, const cudnnTensorStruct* w, const cudnnTensorStruct* y, int algorithm,
                    const void* workspace, std::size_t bytes) {
  if (!handle || !alpha || !beta || !fits(o, x, w, y)) return CUDNN_STATUS_BAD_PARAM;
  if (!is_supported(algorithm)) return CUDNN_STATUS_NOT_SUPPORTED;
  std::size_t needed = workspace_bytes(algorithm, *y);
  return needed > bytes || (needed > 0 && !workspace) ? CUDNN_STATUS_BAD_PARAM : CUDNN_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int pad_h, int pad_w,
                                              int stride_h, int stride_w, int dilation_h, int dilation_w,
                                              cudnnConvolutionMode_t mode, cudnnDataType_t) {
  if (!convolution || std::min(pad_h, pad_w) < 0 || std::min({stride_h, stride_w, dilation_h, dilation_w}) <= 0) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  convolution->padding = {0, pad_h, pad_w};
  convolution->stride = {1, stride_h, stride_w};
  convolution->dilation = {1, dilation_h, dilation_w};
  convolution->flipped = mode == CUDNN_CONVOLUTION;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t convolution, int axes, const int padding[],
                                              const int stride[], const int dilation[], cudnnConvolutionMode_t mode,
                                              cudnnDataType_t type) {
  if (axes != 2 && axes != 3) return CUDNN_STATUS_NOT_SUPPORTED;
  const int height = axes - 2;
  const cudnnStatus_t status =
      cudnnSetConvolution2dDescriptor(convolution, padding[height], padding[height + 1], stride[height],
                                      stride[height + 1], dilation[height], dilation[height + 1], mode, type);
  if (axes == 2 || status != CUDNN_STATUS_SUCCESS) return status;
  if (padding[0] < 0 || stride[0] <= 0 || dilation[0] <= 0) return CUDNN_STATUS_BAD_PARAM;
  convolution->padding[0] = padding[0];
  convolution->stride[0] = stride[0];
  convolution->dilation[0] = dilation[0];
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convolution, int groups) {
  if (!convolution || groups <= 0) return CUDNN_STATUS_BAD_PARAM;
  convolution->groups = groups;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t) {
  return convolution ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;  // there is one arithmetic here
}

cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(cudnnConvolutionDescriptor_t convolution, cudnnTensorDescriptor_t x,
                                                    cudnnFilterDescriptor_t w, int* n, int* c, int* h, int* width) {
  Dims y;
  if (!convolution || !x || !w || !output_dims(*convolution, *x, *w, y)) return CUDNN_STATUS_BAD_PARAM;
  *n = y[0];
  *c = y[1];
  *h = y[3];
  *width = y[4];
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w,
                                                     cudnnConvolutionDescriptor_t convolution,
                                                     cudnnTensorDescriptor_t y, int requested, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
  if (!handle || !fits(convolution, x, w, y) || requested < 1) return CUDNN_STATUS_BAD_PARAM;
  return list_algorithms<cudnnConvolutionFwdAlgoPerf_t, cudnnConvolutionFwdAlgo_t>(*w, *y, requested, returned, results,
                                                                                   true);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                          cudnnTensorDescriptor_t dy,
                                                          cudnnConvolutionDescriptor_t convolution,
                                                          cudnnTensorDescriptor_t dx, int requested, int* returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t* results) {
  if (!handle || !fits(convolution, dx, w, dy) || requested < 1) return CUDNN_STATUS_BAD_PARAM;
  return list_algorithms<cudnnConvolutionBwdDataAlgoPerf_t, cudnnConvolutionBwdDataAlgo_t>(*w, *dy, requested, returned,
                                                                                           results, false);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                            cudnnTensorDescriptor_t dy,
                                                            cudnnConvolutionDescriptor_t convolution,
                                                            cudnnFilterDescriptor_t dw, int requested, int* returned,
                                                            cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  if (!handle || !fits(convolution, x, dw, dy) || requested < 1) return CUDNN_STATUS_BAD_PARAM;
  return list_algorithms<cudnnConvolutionBwdFilterAlgoPerf_t, cudnnConvolutionBwdFilterAlgo_t>(
      *dw, *dy, requested, returned, results, false);
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w,
                                                      cudnnConvolutionDescriptor_t convolution,
                                                      cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm,
                                                      size_t* bytes) {
  if (!handle || !bytes || !fits(convolution, x, w, y)) return CUDNN_STATUS_BAD_PARAM;
  return size_of_workspace(algorithm, *y, bytes);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                           cudnnTensorDescriptor_t dy,
                                                           cudnnConvolutionDescriptor_t convolution,
                                                           cudnnTensorDescriptor_t dx,
                                                           cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes) {
  if (!handle || !bytes || !fits(convolution, dx, w, dy)) return CUDNN_STATUS_BAD_PARAM;
  return size_of_workspace(algorithm, *dy, bytes);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                             cudnnTensorDescriptor_t dy,
                                                             cudnnConvolutionDescriptor_t convolution,
                                                             cudnnFilterDescriptor_t dw,
                                                             cudnnConvolutionBwdFilterAlgo_t algorithm, size_t* bytes) {
  if (!handle || !bytes || !fits(convolution, x, dw, dy)) return CUDNN_STATUS_BAD_PARAM;
  return size_of_workspace(algorithm, *dy, bytes);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                      const void* x, cudnnFilterDescriptor_t w_desc, const void* w,
                                      cudnnConvolutionDescriptor_t convolution, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, size_t workspace_bytes, const void* beta,
                                      cudnnTensorDescriptor_t y_desc, void* y) {
  cudnnStatus_t status =
      check(handle, alpha, beta, convolution, x_desc, w_desc, y_desc, algorithm, workspace, workspace_bytes);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  Tensor in(*x_desc, x), filter(*w_desc, w), out(*y_desc, y);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnConvolutionForward", {in.operand("x"), filter.operand("w"), out.operand("y")},
                      [=, options = *convolution] {
                        std::vector<double> xs = in.read(), ws = filter.read(), ys(out.count());
                        for_each_product({dims_of(in.shape), dims_of(filter.shape), dims_of(out.shape), options},
                                         [&](auto i, auto j, auto k) { ys[k] += xs[i] * ws[j]; });
                        out.write(ys, a, b);
                      });
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, cudnnFilterDescriptor_t w_desc,
                                           const void* w, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           cudnnConvolutionDescriptor_t convolution,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace,
                                           size_t workspace_bytes, const void* beta, cudnnTensorDescriptor_t dx_desc,
                                           void* dx) {
  cudnnStatus_t status =
      check(handle, alpha, beta, convolution, dx_desc, w_desc, dy_desc, algorithm, workspace, workspace_bytes);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  Tensor in(*dx_desc, dx), filter(*w_desc, w), out(*dy_desc, dy);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnConvolutionBackwardData",
                      {in.operand("dx"), filter.operand("w"), out.operand("dy")}, [=, options = *convolution] {
                        std::vector<double> dxs(in.count()), ws = filter.read(), dys = out.read();
                        for_each_product({dims_of(in.shape), dims_of(filter.shape), dims_of(out.shape), options},
                                         [&](auto i, auto j, auto k) { dxs[i] += dys[k] * ws[j]; });
                        in.write(dxs, a, b);
                      });
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                             const void* x, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                             cudnnConvolutionDescriptor_t convolution,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             size_t workspace_bytes, const void* beta, cudnnFilterDescriptor_t dw_desc,
                                             void* dw) {
  cudnnStatus_t status =
      check(handle, alpha, beta, convolution, x_desc, dw_desc, dy_desc, algorithm, workspace, workspace_bytes);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  Tensor in(*x_desc, x), filter(*dw_desc, dw), out(*dy_desc, dy);
  double a = scalar(alpha, in.shape.type), b = scalar(beta, in.shape.type);
  return submit_cudnn(handle, "cudnnConvolutionBackwardFilter",
                      {in.operand("x"), filter.operand("dw"), out.operand("dy")}, [=, options = *convolution] {
                        std::vector<double> xs = in.read(), dws(filter.count()), dys = out.read();
                        for_each_product({dims_of(in.shape), dims_of(filter.shape), dims_of(out.shape), options},
                                         [&](auto i, auto j, auto k) { dws[j] += dys[k] * xs[i]; });
                        filter.write(dws, a, b);
                      });
}

cudnnStatus_t cudnnConvolutionBackwardBias(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t dy_desc,
                                           const void* dy, const void* beta, cudnnTensorDescriptor_t db_desc,
                                           void* db) {
  if (!handle || !alpha || !beta || !dy_desc || !db_desc) return CUDNN_STATUS_BAD_PARAM;
  if (db_desc->dims != std::array<int, 4>{1, dy_desc->dims[1], 1, 1}) return CUDNN_STATUS_BAD_PARAM;
  Tensor out(*dy_desc, dy), bias(*db_desc, db);
  double a = scalar(alpha, out.shape.type), b = scalar(beta, out.shape.type);
  return submit_cudnn(handle, "cudnnConvolutionBackwardBias", {out.operand("dy"), bias.operand("db")}, [=] {
    std::vector<double> dys = out.read(), sums(out.dim(1));
    std::int64_t area = std::int64_t(out.shape.depth) * out.dim(2) * out.dim(3);
    for (std::int64_t i = 0; i < out.count(); ++i) sums[i / area % out.dim(1)] += dys[i];
    bias.write(sums, a, b);
  });
}

}  // extern "C"
