// What cuDNN's descriptors hold, and tensors as its operations see them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "cuda/emulator/library_call.h"
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "cudnn.h"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

/// n, c, h, w of a tensor; k, c, h, w of a filter. The depth of one with five dimensions lies before h.
struct cudnnTensorStruct {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  std::array<int, 4> dims{};  // zeros: not set yet
  std::array<std::int64_t, 4> strides{};
  int depth = 1;
  std::int64_t depth_stride = 1;
};
struct cudnnFilterStruct : cudnnTensorStruct {};

struct cudnnConvolutionStruct {
  std::array<int, 3> padding{}, stride{}, dilation{};  // depth, height, width
  bool flipped = false;                                // CUDNN_CONVOLUTION: the filter is read backwards
  int groups = 1;
};

struct cudnnPoolingStruct {
  cudnnPoolingMode_t mode = CUDNN_POOLING_MAX;
  bool propagate_nan = false;
  std::array<int, 2> window{}, padding{}, stride{};
};

namespace triptych::cuda::emulator {

std::size_t size_of(cudnnDataType_t type);

/// Calls body with a null pointer of the type's own C++ type. What it computes with is double for all: the reference
/// must not be the less exact side of a comparison.
template <class Body>
void with_type(cudnnDataType_t type, Body body) {
  switch (type) {
    case CUDNN_DATA_FLOAT:
      return body(static_cast<float*>(nullptr));
    case CUDNN_DATA_DOUBLE:
      return body(static_cast<double*>(nullptr));
    case CUDNN_DATA_HALF:
      return body(static_cast<__half*>(nullptr));
    case CUDNN_DATA_BFLOAT16:
      return body(static_cast<__nv_bfloat16*>(nullptr));
  }
}

/// A described piece of device memory.
struct Tensor {
  cudnnTensorStruct shape;
  void* data;

  Tensor(const cudnnTensorStruct& shape, const void* data) : shape(shape), data(const_cast<void*>(data)) {}

  int dim(int axis) const { return shape.dims[axis]; }
  std::int64_t count() const { return std::int64_t(dim(0)) * dim(1) * shape.depth * dim(2) * dim(3); }
  /// The tensor's values in the order n, c, d, h, w.
  std::vector<double> read() const;
  /// Each element becomes alpha value + beta element; at beta = 0 the element is not read.
  void write(const std::vector<double>& values, double alpha, double beta) const;
  Operand operand(const char* name) const;
};

/// Where element (a, b, c, d) of a dense tensor with these dimensions is.
inline std::int64_t at(const std::array<int, 4>& dims, int a, int b, int c, int d) {
  return ((std::int64_t(a) * dims[1] + b) * dims[2] + c) * dims[3] + d;
}

/// A scaling factor: a double for double tensors, else a float.
double scalar(const void* value, cudnnDataType_t type);

inline bool same_shape(const cudnnTensorStruct& a, const cudnnTensorStruct& b) {
  return a.dims == b.dims && a.depth == b.depth;
}

/// Submits to the handle's stream; the last checks that all operations share.
cudnnStatus_t submit_cudnn(cudnnHandle_t handle, const char* call, const std::vector<Operand>& operands,
                           std::function<void()> work);

}  // namespace triptych::cuda::emulator
