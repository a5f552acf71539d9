// cuDNN's handle, tensor and filter descriptors.
#include "cuda/emulator/cudnn_tensor.h"

#include "cuda/emulator/device.h"

namespace triptych::cuda::emulator {

std::size_t size_of(cudnnDataType_t type) { return type == CUDNN_DATA_DOUBLE ? 8 : type == CUDNN_DATA_FLOAT ? 4 : 2; }

namespace {
/// body(place in n, c, d, h, w order, offset in memory) for each element.
template <class Body>
void for_each(const cudnnTensorStruct& shape, Body body) {
  std::int64_t place = 0;
  for (int n = 0; n < shape.dims[0]; ++n) {
    for (int c = 0; c < shape.dims[1]; ++c) {
      for (int d = 0; d < shape.depth; ++d) {
        for (int h = 0; h < shape.dims[2]; ++h) {
          for (int w = 0; w < shape.dims[3]; ++w) {
            body(place++, n * shape.strides[0] + c * shape.strides[1] + d * shape.depth_stride + h * shape.strides[2] +
                              w * shape.strides[3]);
          }
        }
      }
    }
  }
}
}  // namespace

std::vector<double> Tensor::read() const {
  std::vector<double> values(count());
  with_type(shape.type, [&]<class T>(T*) {
    for_each(shape, [&](auto place, auto offset) { values[place] = double(static_cast<const T*>(data)[offset]); });
  });
  return values;
}

void Tensor::write(const std::vector<double>& values, double alpha, double beta) const {
  with_type(shape.type, [&]<class T>(T*) {
    for_each(shape, [&](auto place, auto offset) {
      T& element = static_cast<T*>(data)[offset];
      element = T(alpha * values[place] + (beta == 0 ? 0 : beta * double(element)));
    });
  });
}

Operand Tensor::operand(const char* name) const {
  std::int64_t last = (shape.depth - 1) * shape.depth_stride;
  for (int axis = 0; axis < 4; ++axis) last += (dim(axis) - 1) * shape.strides[axis];
  return {name, data, std::size_t(last + 1) * size_of(shape.type)};
}

double scalar(const void* value, cudnnDataType_t type) {
  return type == CUDNN_DATA_DOUBLE ? *static_cast<const double*>(value) : *static_cast<const float*>(value);
}

cudnnStatus_t submit_cudnn(cudnnHandle_t handle, const char* call, const std::vector<Operand>& operands,
                           std::function<void()> work) {
  for (const Operand& operand : operands) {
    if (operand.pointer == nullptr) return CUDNN_STATUS_BAD_PARAM;
  }
  return submit_library_call(handle->stream, call, operands, std::move(work)) ? CUDNN_STATUS_SUCCESS
                                                                              : CUDNN_STATUS_EXECUTION_FAILED;
}

namespace {
bool is_type(cudnnDataType_t type) {
  return type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_DOUBLE || type == CUDNN_DATA_HALF ||
         type == CUDNN_DATA_BFLOAT16;
}

cudnnStatus_t set(cudnnTensorStruct* tensor, cudnnDataType_t type, std::array<int, 4> dims,
                  std::array<std::int64_t, 4> strides, int depth = 1, std::int64_t depth_stride = 1) {
  if (tensor == nullptr || std::min(depth, *std::min_element(dims.begin(), dims.end())) <= 0)
    return CUDNN_STATUS_BAD_PARAM;
  if (depth_stride == 0 || std::count(strides.begin(), strides.end(), 0) > 0) return CUDNN_STATUS_BAD_PARAM;
  if (!is_type(type)) return CUDNN_STATUS_NOT_SUPPORTED;
  *tensor = {type, dims, strides, depth, depth_stride};
  return CUDNN_STATUS_SUCCESS;
}

std::array<std::int64_t, 4> dense_strides(cudnnTensorFormat_t format, std::int64_t c, std::int64_t h, std::int64_t w) {
  if (format == CUDNN_TENSOR_NHWC) return {c * h * w, 1, w * c, c};
  return {c * h * w, h * w, w, 1};
}

template <class T>
cudnnStatus_t create(T** descriptor) {
  if (descriptor == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *descriptor = new T;
  return CUDNN_STATUS_SUCCESS;
}

template <class T>
cudnnStatus_t destroy(T* descriptor) {
  delete descriptor;
  return CUDNN_STATUS_SUCCESS;
}
}  // namespace

}  // namespace triptych::cuda::emulator

using namespace triptych::cuda::emulator;

extern "C" {

size_t cudnnGetVersion() { return 91900; }  // the cuDNN whose interface this is

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_NOT_INITIALIZED:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_INTERNAL_ERROR:
      return "CUDNN_STATUS_INTERNAL_ERROR";
    case CUDNN_STATUS_EXECUTION_FAILED:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "CUDNN_UNKNOWN_STATUS";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (device_count() == 0) return CUDNN_STATUS_NOT_INITIALIZED;
  return create(handle);
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) { return destroy(handle); }

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM;
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, cudaStream_t* stream) {
  if (handle == nullptr || stream == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *stream = handle->stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensor) { return create(tensor); }
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor) { return destroy(tensor); }
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* filter) { return create(filter); }
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter) { return destroy(filter); }
cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution) {
  return create(convolution);
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution) {
  return destroy(convolution);
}
cudnnStatus_t cudnnCreatePoolingDescriptor(cudnnPoolingDescriptor_t* pooling) { return create(pooling); }
cudnnStatus_t cudnnDestroyPoolingDescriptor(cudnnPoolingDescriptor_t pooling) { return destroy(pooling); }

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t tensor, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w) {
  if (std::min({n, c, h, w}) <= 0) return CUDNN_STATUS_BAD_PARAM;
  return set(tensor, type, {n, c, h, w}, dense_strides(format, c, h, w));
}

cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t tensor, cudnnDataType_t type, int n, int c, int h,
                                           int w, int n_stride, int c_stride, int h_stride, int w_stride) {
  return set(tensor, type, {n, c, h, w}, {n_stride, c_stride, h_stride, w_stride});
}

cudnnStatus_t cudnnGetTensor4dDescriptor(cudnnTensorDescriptor_t tensor, cudnnDataType_t* type, int* n, int* c, int* h,
                                         int* w, int* n_stride, int* c_stride, int* h_stride, int* w_stride) {
  if (tensor == nullptr) return CUDNN_STATUS_BAD_PARAM;
  *type = tensor->type;
  int* dims[] = {n, c, h, w};
  int* strides[] = {n_stride, c_stride, h_stride, w_stride};
  for (int axis = 0; axis < 4; ++axis) {
    *dims[axis] = tensor->dims[axis];
    *strides[axis] = int(tensor->strides[axis]);
  }
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w) {
  if (std::min({k, c, h, w}) <= 0) return CUDNN_STATUS_BAD_PARAM;
  return set(filter, type, {k, c, h, w}, dense_strides(format, c, h, w));
}

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensor, cudnnDataType_t type, int rank,
                                         const int dims[], const int strides[]) {
  if (rank == 4)
    return set(tensor, type, {dims[0], dims[1], dims[2], dims[3]}, {strides[0], strides[1], strides[2], strides[3]});
  if (rank != 5) return CUDNN_STATUS_NOT_SUPPORTED;
  return set(tensor, type, {dims[0], dims[1], dims[3], dims[4]}, {strides[0], strides[1], strides[3], strides[4]},
             dims[2], strides[2]);
}

cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int rank, const int dims[]) {
  if (rank == 4) return cudnnSetFilter4dDescriptor(filter, type, format, dims[0], dims[1], dims[2], dims[3]);
  if (rank != 5) return CUDNN_STATUS_NOT_SUPPORTED;
  if (*std::min_element(dims, dims + rank) <= 0) return CUDNN_STATUS_BAD_PARAM;
  const std::int64_t c = dims[1], plane = std::int64_t(dims[3]) * dims[4];
  const bool last = format == CUDNN_TENSOR_NHWC;
  auto strides = dense_strides(format, c, dims[3], dims[4]);
  strides[0] *= dims[2];
  if (!last) strides[1] *= dims[2];
  return set(filter, type, {dims[0], dims[1], dims[3], dims[4]}, strides, dims[2], last ? plane * c : plane);
}

cudnnStatus_t cudnnAddTensor(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t a_desc, const void* a,
                             const void* beta, cudnnTensorDescriptor_t c_desc, void* c) {
  if (!handle || !alpha || !beta || !a_desc || !c_desc) return CUDNN_STATUS_BAD_PARAM;
  for (int axis = 0; axis < 4; ++axis) {
    if (a_desc->dims[axis] != 1 && a_desc->dims[axis] != c_desc->dims[axis]) return CUDNN_STATUS_BAD_PARAM;
  }
  if (a_desc->type != c_desc->type) return CUDNN_STATUS_BAD_PARAM;
  Tensor from(*a_desc, a), to(*c_desc, c);
  for (int axis = 0; axis < 4; ++axis) {  // as large as c, each element of a dimension of 1 at the same place
    if (from.shape.dims[axis] == 1) from.shape.strides[axis] = 0;
  }
  Operand a_operand = from.operand("a");
  from.shape.dims = to.shape.dims;
  double alpha_value = scalar(alpha, to.shape.type), beta_value = scalar(beta, to.shape.type);
  return submit_cudnn(handle, "cudnnAddTensor", {a_operand, to.operand("c")},
                      [=] { to.write(from.read(), alpha_value, beta_value); });
}

}  // extern "C"
