// Images as cuDNN is told of them.
#pragma once

#include <array>
#include <climits>
#include <string>

#include "core/ops/window.h"
#include "cuda/kernels/lies_as.h"
#include "cuda/runtime/check.h"
#include "triptych/core/error.h"

namespace triptych::cuda {

/// One of cuDNN's descriptors.
template <class D, cudnnStatus_t (*create)(D*), cudnnStatus_t (*destroy)(D)>
class Descriptor {
 public:
  explicit Descriptor(const char* op) { check(create(&handle_), op, "creating a descriptor"); }
  ~Descriptor() { static_cast<void>(destroy(handle_)); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator D() const { return handle_; }

 private:
  D handle_ = nullptr;
};
using TensorDescriptor = Descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;

inline cudnnDataType_t cudnn_type(DType dtype) {
  return dtype == float64    ? CUDNN_DATA_DOUBLE
         : dtype == float16  ? CUDNN_DATA_HALF
         : dtype == bfloat16 ? CUDNN_DATA_BFLOAT16
                             : CUDNN_DATA_FLOAT;
}

/// A number as cuDNN takes factors of tensors of `dtype`: a double for float64, else a float.
template <int number>
const void* cudnn_factor(DType dtype) {
  static constexpr double wide = number;
  static constexpr float narrow = number;
  return dtype == float64 ? static_cast<const void*>(&wide) : &narrow;
}

/// Lengths and steps are ints there.
inline int cudnn_length(std::int64_t value, const char* op) {
  if (value > INT_MAX)
    throw UnsupportedError(op, "a dimension is too large for cuDNN", std::to_string(value), "Use smaller batches");
  return static_cast<int>(value);
}

/// A number for each dimension as cuDNN orders them: batch, channels, depth, height, width. It knows no sequences: they
/// are images of height one.
struct CudnnNumbers {
  int count = 0;
  std::array<int, 5> values{};
  void append(int value) { values[static_cast<std::size_t>(count++)] = value; }
};
template <class NumberOf>
CudnnNumbers cudnn_numbers(int rank, DataFormat format, int of_height, NumberOf number_of) {
  const ImageAxes axes = image_axes(format, rank - 2);
  CudnnNumbers numbers;
  numbers.append(number_of(0));
  numbers.append(number_of(axes.channels));
  if (rank == 3) numbers.append(of_height);
  for (int i = 0; i < rank - 2; ++i) numbers.append(number_of(axes.first + i));
  return numbers;
}

inline void describe_images(cudnnTensorDescriptor_t descriptor, const TensorMeta& meta, DataFormat format,
                            const char* op) {
  const auto length = [&](int axis) { return cudnn_length(meta.shape.begin()[axis], op); };
  const auto step = [&](int axis) { return cudnn_length(meta.strides[static_cast<std::size_t>(axis)], op); };
  const CudnnNumbers lengths = cudnn_numbers(meta.shape.rank(), format, 1, length),
                     steps = cudnn_numbers(meta.shape.rank(), format, step(0), step);
  check(cudnnSetTensorNdDescriptor(descriptor, cudnn_type(meta.dtype), lengths.count, lengths.values.data(),
                                   steps.values.data()),
        op, "cudnnSetTensorNdDescriptor");
}

/// The strides of densely packed images or weights: channels innermost, or right after the batch.
inline Strides packed_strides(const Shape& shape, DataFormat format, bool channels_last) {
  Strides strides{};
  channels_last_layout(shape, format, strides);
  if (channels_last) return strides;
  const ImageAxes axes = image_axes(format, shape.rank() - 2);
  std::int64_t step = 1;
  const auto lay = [&](int axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape.begin()[axis];
  };
  for (int axis = axes.first + shape.rank() - 3; axis >= axes.first; --axis) lay(axis);
  lay(axes.channels);
  lay(0);
  return strides;
}

/// Whether cuDNN's pools and batch normalization take these: neither empty nor too many, without gaps, and of a dtype
/// that all of its versions know.
inline bool are_cudnn_images(const TensorMeta& meta, DataFormat format) {
  const std::int64_t size = meta.shape.size();
  if (meta.dtype == bfloat16 || size == 0 || size > INT_MAX) return false;
  return lies_as(meta, packed_strides(meta.shape, format, true)) ||
         lies_as(meta, packed_strides(meta.shape, format, false));
}

}  // namespace triptych::cuda
