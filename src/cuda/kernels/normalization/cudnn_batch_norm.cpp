#include "cuda/kernels/normalization/cudnn_batch_norm.h"

#include "core/ops/normalization/batch_norm.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "cuda/kernels/cudnn_images.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/libraries.h"

namespace triptych {

extern const Op batch_norm_op, batch_norm_inference_op;

namespace cuda {
namespace {

struct CudnnBatchNorm : Prepared {
  explicit CudnnBatchNorm(const char* op) : images(op), channels(op) {}
  TensorDescriptor images, channels;  // all images lie alike; all vectors too
};

constexpr cudnnBatchNormMode_t mode = CUDNN_BATCHNORM_SPATIAL;

}  // namespace

std::shared_ptr<const Prepared> prepare_cudnn_batch_norm(const PrepareCall& call) {
  const char* op = call.op.name;
  const auto& a = *static_cast<const BatchNormAttributes*>(call.attributes);
  const bool training = &call.op == &batch_norm_op;
  const TensorMeta& x = *call.inputs[0];
  const std::int64_t axis = a.axis < 0 ? a.axis + x.shape.rank() : a.axis;
  if (call.numerics == Numerics::exact || x.shape.rank() != 4 || (axis != 1 && axis != 3) ||
      a.eps < CUDNN_BN_MIN_EPSILON)
    return nullptr;
  if (training && call.inputs.size() == 5 && a.formula != UpdateFormula::torch) return nullptr;
  const DataFormat format = axis == 1 ? DataFormat::nchw : DataFormat::nhwc;
  if (!are_cudnn_images(x, format)) return nullptr;
  // The rest are images like x, or vectors.
  const auto fits = [&](const TensorMeta& meta) {
    if (meta.shape.rank() == 4) return meta.dtype == x.dtype && lies_as(meta, x.strides);
    return meta.dtype == statistics_dtype(x.dtype) && (meta.strides[0] == 1 || meta.shape.begin()[0] == 1);
  };
  for (const TensorMeta* meta : call.inputs)
    if (!fits(*meta)) return nullptr;
  for (const TensorMeta& meta : call.outputs)
    if (!fits(meta)) return nullptr;
  auto result = std::make_shared<CudnnBatchNorm>(op);
  describe_images(result->images, x, format, op);
  check(cudnnDeriveBNTensorDescriptor(result->channels, result->images, mode), op, "cudnnDeriveBNTensorDescriptor");
  return result;
}

void cudnn_batch_norm(const KernelCall& call) {
  const auto& prepared = static_cast<const CudnnBatchNorm&>(*call.prepared);
  const cudnnTensorDescriptor_t images = prepared.images, channels = prepared.channels;
  const auto& a = call.attributes_as<BatchNormAttributes>();
  const DType dtype = call.inputs[0].dtype();
  const void *one = cudnn_factor<1>(dtype), *zero = cudnn_factor<0>(dtype);
  const auto in = [&](std::size_t i) { return i < call.inputs.size() ? call.inputs[i].data : nullptr; };
  const auto out = [&](std::size_t i) { return call.outputs[i].data; };
  const cudnnHandle_t handle =
      cudnn(call.context.device.index, static_cast<cudaStream_t>(call.context.stream), call.context.where);
  if (&call.op == &batch_norm_op)
    check(cudnnBatchNormalizationForwardTraining(handle, mode, one, zero, images, in(0), images, out(0), channels,
                                                 in(1), in(2), a.momentum, in(3), in(4), a.eps, out(1), out(2)),
          call.op.name, "cudnnBatchNormalizationForwardTraining", call.context.where);
  else if (&call.op == &batch_norm_inference_op)
    check(cudnnBatchNormalizationForwardInference(handle, mode, one, zero, images, in(0), images, out(0), channels,
                                                  in(1), in(2), in(3), in(4), a.eps),
          call.op.name, "cudnnBatchNormalizationForwardInference", call.context.where);
  else
    check(cudnnBatchNormalizationBackward(handle, mode, one, zero, one, zero, images, in(1), images, in(0), images,
                                          out(0), channels, in(2), out(1), out(2), a.eps, in(3), in(4)),
          call.op.name, "cudnnBatchNormalizationBackward", call.context.where);
}

}  // namespace cuda
}  // namespace triptych
