// Convolutions by cuDNN: channels-last where it has an algorithm for that, as the results lie, else channels-first.
#include <string>
#include <type_traits>
#include <vector>

#include "core/ops/conv/convolution.h"
#include "cuda/kernels/cudnn_images.h"
#include "cuda/kernels/epilogue.h"
#include "cuda/kernels/reordered.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/libraries.h"
#include "cuda/runtime/stream.h"
#include "triptych/core/error.h"
#include "triptych/core/tf32.h"

namespace triptych::cuda {
namespace {

using FilterDescriptor = Descriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor =
    Descriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor>;

// The three kinds: which operands are x, the weight and y (inputs, or -1: the output).
struct Forward {
  static constexpr int x = 0, weight = 1, y = -1;
  using Found = cudnnConvolutionFwdAlgoPerf_t;
};
struct InputGrad {
  static constexpr int x = -1, weight = 1, y = 0;
  using Found = cudnnConvolutionBwdDataAlgoPerf_t;
};
struct WeightGrad {
  static constexpr int x = 0, weight = -1, y = 1;
  using Found = cudnnConvolutionBwdFilterAlgoPerf_t;
};

/// A convolution of one shape: its descriptors, the order in which its operands must lie, and the algorithm.
template <class Kind>
struct Convolution : Prepared {
  TensorMeta x_meta, weight_meta, y_meta;  // of dense operands; larger ones if the padding is uneven
  TensorDescriptor x, y;
  FilterDescriptor weight;
  ConvolutionDescriptor convolution;
  typename Kind::Found found{};

  explicit Convolution(const char* op) : x(op), y(op), weight(op), convolution(op) {}

  template <std::size_t N>
  void describe(const PrepareCall& call, bool channels_last) {
    const char* op = call.op.name;
    const auto& a = *static_cast<const ConvolutionAttributes<N>*>(call.attributes);
    const auto meta = [&](int role) {
      return role < 0 ? call.outputs[0] : *call.inputs[static_cast<std::size_t>(role)];
    };
    x_meta = meta(Kind::x);
    weight_meta = meta(Kind::weight);
    y_meta = meta(Kind::y);
    x_meta.dtype = weight_meta.dtype = y_meta.dtype = call.outputs[0].dtype;
    std::vector<int> before, stride, dilation;
    const auto append = [&](std::int64_t padding, std::int64_t steps, std::int64_t gaps) {
      before.push_back(cudnn_length(padding, op));
      stride.push_back(cudnn_length(steps, op));
      dilation.push_back(cudnn_length(gaps, op));
    };
    if (N == 1) append(0, 1, 1);
    for (std::size_t i = 0; i < N; ++i) {
      const int axis = image_axes(a.data_format, static_cast<int>(N)).first + static_cast<int>(i);
      const Window window = a.window(i, weight_meta.shape.begin()[2 + i]);
      const std::int64_t length = x_meta.shape.begin()[axis];
      const auto padding = window.paddings(length);
      append(padding[0], a.stride[i], a.dilation[i]);
      // cuDNN pads both sides alike: with more behind, the images are longer; with less, the result.
      const std::int64_t longer = length + std::max<std::int64_t>(padding[1] - padding[0], 0);
      x_meta.shape.set(axis, longer);
      y_meta.shape.set(axis, (longer + 2 * padding[0] - window.extent()) / window.stride + 1);
    }
    x_meta.strides = packed_strides(x_meta.shape, a.data_format, channels_last);
    y_meta.strides = packed_strides(y_meta.shape, a.data_format, channels_last);
    weight_meta.strides = packed_strides(weight_meta.shape, DataFormat::nchw, channels_last);
    describe_images(x, x_meta, a.data_format, op);
    describe_images(y, y_meta, a.data_format, op);
    const CudnnNumbers lengths = cudnn_numbers(static_cast<int>(N) + 2, DataFormat::nchw, 1, [&](int axis) {
      return cudnn_length(weight_meta.shape.begin()[axis], op);
    });
    check(cudnnSetFilterNdDescriptor(weight, cudnn_type(weight_meta.dtype),
                                     channels_last ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW, lengths.count,
                                     lengths.values.data()),
          op, "cudnnSetFilterNdDescriptor");
    check(cudnnSetConvolutionNdDescriptor(convolution, static_cast<int>(before.size()), before.data(), stride.data(),
                                          dilation.data(), CUDNN_CROSS_CORRELATION,
                                          x_meta.dtype == float64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT),
          op, "cudnnSetConvolutionNdDescriptor");
    check(cudnnSetConvolutionGroupCount(convolution, cudnn_length(a.groups, op)), op, "cudnnSetConvolutionGroupCount");
    const bool exact_products = x_meta.dtype == float64 || (x_meta.dtype == float32 && !allow_tf32());
    check(cudnnSetConvolutionMathType(convolution, exact_products ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH), op,
          "cudnnSetConvolutionMathType");
  }

  /// Takes the algorithm that cuDNN expects to be fastest of those that will do; false if there is none.
  bool choose(cudnnHandle_t handle, Numerics numerics) {
    constexpr int most = 16;
    typename Kind::Found candidates[most];
    int count = 0;
    cudnnStatus_t status;
    if constexpr (std::is_same_v<Kind, Forward>)
      status = cudnnGetConvolutionForwardAlgorithm_v7(handle, x, weight, convolution, y, most, &count, candidates);
    else if constexpr (std::is_same_v<Kind, InputGrad>)
      status = cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, weight, y, convolution, x, most, &count, candidates);
    else
      status =
          cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle, x, y, convolution, weight, most, &count, candidates);
    if (status != CUDNN_STATUS_SUCCESS) return false;
    for (int i = 0; i < count; ++i) {
      if (candidates[i].status != CUDNN_STATUS_SUCCESS) continue;
      if (numerics == Numerics::exact && candidates[i].determinism != CUDNN_DETERMINISTIC) continue;
      found = candidates[i];
      return cudnnSetConvolutionMathType(convolution, found.mathType) == CUDNN_STATUS_SUCCESS;
    }
    return false;
  }

  void run(cudnnHandle_t handle, const KernelCall& call, void* x_data, void* weight_data, void* y_data) const {
    const void *alpha = cudnn_factor<1>(x_meta.dtype), *beta = cudnn_factor<0>(x_meta.dtype);
    const Scratch workspace(call.context, found.memory);
    void* memory = workspace.template as<void>();
    if constexpr (std::is_same_v<Kind, Forward>)
      check(cudnnConvolutionForward(handle, alpha, x, x_data, weight, weight_data, convolution, found.algo, memory,
                                    found.memory, beta, y, y_data),
            call.op.name, "cudnnConvolutionForward", call.context.where);
    else if constexpr (std::is_same_v<Kind, InputGrad>)
      check(cudnnConvolutionBackwardData(handle, alpha, weight, weight_data, y, y_data, convolution, found.algo, memory,
                                         found.memory, beta, x, x_data),
            call.op.name, "cudnnConvolutionBackwardData", call.context.where);
    else
      check(cudnnConvolutionBackwardFilter(handle, alpha, x, x_data, y, y_data, convolution, found.algo, memory,
                                           found.memory, beta, weight, weight_data),
            call.op.name, "cudnnConvolutionBackwardFilter", call.context.where);
  }
};

template <class Kind, std::size_t N>
std::shared_ptr<const Prepared> prepare(const PrepareCall& call) {
  for (const auto* meta : {call.inputs[0], call.inputs[1], &call.outputs[0]})
    if (meta->shape.size() == 0) return nullptr;
  const int device = call.outputs[0].device.index;
  const DeviceGuard on(device);
  const cudnnHandle_t handle = cudnn(device, current_stream(device), {});
  auto result = std::make_shared<Convolution<Kind>>(call.op.name);
  for (const bool channels_last : {true, false}) {
    result->template describe<N>(call, channels_last);
    if (result->choose(handle, call.numerics)) return result;
  }
  throw UnsupportedError(call.op.name, "cuDNN has no algorithm for this convolution",
                         std::string(dtype_name(call.outputs[0].dtype)) + ", x is " + result->x_meta.shape.text() +
                             ", the weight is " + result->weight_meta.shape.text());
}

template <class Kind, std::size_t N>
void run(const KernelCall& call) {
  const Operand& result = call.outputs[0];
  if (result.size() == 0) return;
  const auto& a = call.attributes_as<ConvolutionAttributes<N>>();
  if (!call.prepared) {  // sums of nothing
    check(cudaMemsetAsync(result.data, 0, static_cast<std::size_t>(result.size()) * size_of(result.dtype()),
                          static_cast<cudaStream_t>(call.context.stream)),
          call.op.name, "cudaMemsetAsync", call.context.where);
  } else {
    const auto& prepared = static_cast<const Convolution<Kind>&>(*call.prepared);
    const auto meta_of = [&](int role) -> const TensorMeta& {
      return role == Kind::x ? prepared.x_meta : role == Kind::weight ? prepared.weight_meta : prepared.y_meta;
    };
    const Reordered first(call, call.inputs[0], meta_of(0)), second(call, call.inputs[1], meta_of(1));
    const TensorMeta& out = meta_of(-1);
    const bool direct = result.shape() == out.shape && lies_as(*result.meta, out.strides);
    std::optional<Scratch> elsewhere;
    if (!direct) elsewhere.emplace(call.context, static_cast<std::size_t>(out.shape.size()) * size_of(out.dtype));
    const auto data = [&](int role) {
      return role == 0   ? first.operand().data
             : role == 1 ? second.operand().data
             : direct    ? result.data
                         : elsewhere->as<void>();
    };
    const cudnnHandle_t handle =
        cudnn(call.context.device.index, static_cast<cudaStream_t>(call.context.stream), call.context.where);
    prepared.run(handle, call, data(Kind::x), data(Kind::weight), data(Kind::y));
    if (!direct) {
      TensorMeta part = *result.meta;  // without the rows and columns that were added
      part.strides = out.strides;
      copy_strided(elsewhere->as<void>(), part, result.data, *result.meta);
    }
  }
  if constexpr (std::is_same_v<Kind, Forward>)
    finish_product(call, call.inputs.size() == 3 ? &call.inputs[2] : nullptr,
                   image_axes(a.data_format, static_cast<int>(N)).channels, a.activation);
}

template <std::size_t N>
void image_layout(std::span<const TensorMeta* const>, const void* attributes, std::span<TensorMeta> outputs) {
  channels_last_layout(outputs[0].shape, static_cast<const ConvolutionAttributes<N>*>(attributes)->data_format,
                       outputs[0].strides);
}

template <class Kind, std::size_t N>
const Kernel kernel{.run = run<Kind, N>, .prepare = prepare<Kind, N>, .any_strides = true, .layout = image_layout<N>};
template <std::size_t N>
const Kernel weight_grad_kernel{.run = run<WeightGrad, N>, .prepare = prepare<WeightGrad, N>, .any_strides = true};

template <std::size_t N>
void register_axes() {
  const ConvolutionOps& ops = convolution_ops(N);
  register_kernel(ops.forward, Device::Type::cuda, kernel<Forward, N>);
  register_kernel(ops.input_grad, Device::Type::cuda, kernel<InputGrad, N>);
  register_kernel(ops.transposed, Device::Type::cuda, kernel<InputGrad, N>);
  register_kernel(ops.weight_grad, Device::Type::cuda, weight_grad_kernel<N>);
}

}  // namespace

void register_convolution_kernels() {
  register_axes<1>();
  register_axes<2>();
  register_axes<3>();
}

}  // namespace triptych::cuda
