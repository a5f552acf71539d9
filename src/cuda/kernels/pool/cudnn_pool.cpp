#include "cuda/kernels/pool/cudnn_pool.h"

#include "core/kernels/pool/pool.h"
#include "cuda/kernels/cudnn_images.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/libraries.h"

namespace triptych {

extern const Op max_pool2d_op, avg_pool2d_grad_op;

namespace cuda {
namespace {

using PoolingDescriptor =
    Descriptor<cudnnPoolingDescriptor_t, cudnnCreatePoolingDescriptor, cudnnDestroyPoolingDescriptor>;

struct CudnnPool : Prepared {
  explicit CudnnPool(const char* op) : pooling(op), x(op), y(op) {}
  PoolingDescriptor pooling;
  TensorDescriptor x, y;  // the images and what they are pooled to
};

/// Whether the windows are cuDNN's: without gaps, all of them within the padding, which is as wide behind as before.
bool has_cudnn_windows(const PoolSizes& s, bool averages) {
  if (s.adaptive || s.fixed_divisor != 0) return false;
  for (const std::size_t i : {1, 2}) {
    const std::int64_t room = s.length[i] + 2 * s.before[i] - s.size[i];
    if (s.dilation[i] != 1 || room < 0 || s.windows[i] != 1 + room / s.stride[i]) return false;
    if (s.stride[i] > INT_MAX) return false;
    if (averages && s.count_include_pad && s.after[i] != s.before[i]) return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<const Prepared> prepare_cudnn_pool(const PrepareCall& call) {
  const char* op = call.op.name;
  const auto& a = *static_cast<const PoolAttributes<2>*>(call.attributes);
  const bool gradient = &call.op == &avg_pool2d_grad_op, maximum = &call.op == &max_pool2d_op;
  const TensorMeta& x = gradient ? call.outputs[0] : *call.inputs[0];
  const TensorMeta& y = gradient ? *call.inputs[0] : call.outputs[0];
  if (call.numerics == Numerics::exact || !are_cudnn_images(x, a.data_format) || !are_cudnn_images(y, a.data_format))
    return nullptr;
  const PoolSizes s(x.shape, y.shape, a);
  if (!has_cudnn_windows(s, !maximum)) return nullptr;
  const auto number = [&](std::int64_t value) { return cudnn_length(value, op); };
  auto result = std::make_shared<CudnnPool>(op);
  describe_images(result->x, x, a.data_format, op);
  describe_images(result->y, y, a.data_format, op);
  check(cudnnSetPooling2dDescriptor(result->pooling,
                                    maximum               ? CUDNN_POOLING_MAX
                                    : s.count_include_pad ? CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING
                                                          : CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING,
                                    CUDNN_PROPAGATE_NAN, number(s.size[1]), number(s.size[2]), number(s.before[1]),
                                    number(s.before[2]), number(s.stride[1]), number(s.stride[2])),
        op, "cudnnSetPooling2dDescriptor");
  return result;
}

void cudnn_pool(const KernelCall& call) {
  const auto& pool = static_cast<const CudnnPool&>(*call.prepared);
  const Operand &from = call.inputs[0], &to = call.outputs[0];
  const void *one = cudnn_factor<1>(to.dtype()), *zero = cudnn_factor<0>(to.dtype());
  const cudnnHandle_t handle =
      cudnn(call.context.device.index, static_cast<cudaStream_t>(call.context.stream), call.context.where);
  if (&call.op == &avg_pool2d_grad_op)  // which reads neither the images nor their averages, but wants to be given some
    check(cudnnPoolingBackward(handle, pool.pooling, one, pool.y, from.data, pool.y, from.data, pool.x, to.data, zero,
                               pool.x, to.data),
          call.op.name, "cudnnPoolingBackward", call.context.where);
  else
    check(cudnnPoolingForward(handle, pool.pooling, one, pool.x, from.data, zero, pool.y, to.data), call.op.name,
          "cudnnPoolingForward", call.context.where);
}

}  // namespace cuda
}  // namespace triptych
