// Kernels of the convolutions: their operands, and the choice between the algorithms.
#include "core/kernels/conv/convolution.h"

#include <algorithm>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/finish.h"
#include "core/kernels/path.h"
#include "core/kernels/reordered.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {
namespace {

Path sixteen_bits("convolution: in float, rounded to 16 bits");

template <std::size_t N>
ConvolutionSizes sizes_of(const Shape& x, const Shape& weight, const Shape& y,
                          const ConvolutionAttributes<N>& attributes) {
  const ImageAxes axes = image_axes(attributes.data_format, static_cast<int>(N));
  std::array<std::int64_t, 3> lengths{1, 1, 1}, kernel{1, 1, 1}, results{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1};
  std::array<std::array<std::int64_t, 2>, 3> padding{};
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t axis = i + 3 - N;  // the last ones
    lengths[axis] = x.begin()[axes.first + static_cast<int>(i)];
    kernel[axis] = weight.begin()[2 + i];
    results[axis] = y.begin()[axes.first + static_cast<int>(i)];
    stride[axis] = attributes.stride[i];
    dilation[axis] = attributes.dilation[i];
    padding[axis] = attributes.window(i, kernel[axis]).paddings(lengths[axis]);
  }
  return {x.begin()[0],      x.begin()[axes.channels],
          lengths[0],        lengths[1],
          lengths[2],        weight.begin()[0],
          kernel[0],         kernel[1],
          kernel[2],         results[0],
          results[1],        results[2],
          attributes.groups, stride,
          dilation,          padding};
}

/// Which operands are x, the weight and y.
struct Roles {
  int x, weight, y;  // index of the input, -1: the output
};
constexpr Roles roles_of(ConvolutionKind kind) {
  return kind == ConvolutionKind::forward      ? Roles{0, 1, -1}
         : kind == ConvolutionKind::input_grad ? Roles{-1, 1, 0}
                                               : Roles{0, -1, 1};
}

// --- Operands -------------------------------------------------------------------------------------------------------

/// An operand's elements as T in the order of `strides`: where they are, if they lie so, else in a copy.
template <class T>
class Dense {
 public:
  Dense(const Operand& operand, const Strides& strides)
      : ordered_(operand, strides), data_(ordered_.operand().as<const T>()) {
    if (operand.dtype() == dtype_of<T>::value) return;
    converted_.emplace(static_cast<std::size_t>(operand.size()) * sizeof(T));
    convert(ordered_.operand().data, operand.dtype(), converted_->as<void>(), dtype_of<T>::value, operand.size());
    data_ = converted_->as<const T>();
  }
  const T* data() const { return data_; }

 private:
  Reordered ordered_;
  const T* data_;
  std::optional<Scratch> converted_;
};

Strides image_strides(const Operand& operand, DataFormat format) {
  Strides strides{};
  channels_last_layout(operand.shape(), format, strides);
  return strides;
}

/// Bias and activation in a 16-bit type.
template <class H>
void finish_rounded(const Operand& result, std::int64_t channels, const Operand* bias, Activation activation) {
  std::optional<Dense<H>> dense;
  if (bias) dense.emplace(*bias, contiguous_strides(bias->shape()));
  finish(result.as<H>(), result.size() / channels, channels, dense ? dense->data() : nullptr, activation);
}

template <class T>
void compute(const KernelCall& call, ConvolutionKind kind, const ConvolutionSizes& s, const T* a, const T* b, T* result,
             Epilogue<T> epilogue) {
  if constexpr (std::is_same_v<T, float>) {
#ifdef TRIPTYCH_HAS_ONEDNN
    if (call.prepared) return run_onednn_convolution(*call.prepared, a, b, result, epilogue);
#endif
    if (call.context.numerics == Numerics::fast && winograd_pays(kind, s))
      return winograd_convolution(kind, s, a, b, result, epilogue);
  }
  if (s.is_depthwise()) return depthwise_convolution(kind, s, a, b, result, epilogue);
  direct_convolution(kind, s, a, b, result, epilogue);
}

/// The convolution of bfloat16 operands where the processor has an instruction for them; false, and nothing done, where
/// that was not prepared.
bool multiply_bfloat16([[maybe_unused]] const KernelCall& call, [[maybe_unused]] Strides a_strides,
                       [[maybe_unused]] Strides b_strides) {
#ifdef TRIPTYCH_HAS_ONEDNN
  if (!call.prepared || onednn_dtype(*call.prepared) != bfloat16) return false;
  const Reordered a(call.inputs[0], a_strides), b(call.inputs[1], b_strides);
  run_onednn_convolution(*call.prepared, a.operand().data, b.operand().data, call.outputs[0].data, {});
  return true;
#else
  return false;
#endif
}

template <ConvolutionKind kind, std::size_t N>
void run(const KernelCall& call) {
  static constexpr Roles roles = roles_of(kind);
  const auto operand = [&](int role) -> const Operand& {
    return role < 0 ? call.outputs[0] : call.inputs[static_cast<std::size_t>(role)];
  };
  const auto& attributes = call.attributes_as<ConvolutionAttributes<N>>();
  const Operand& result = call.outputs[0];
  if (result.size() == 0) return;
  const ConvolutionSizes s =
      sizes_of(operand(roles.x).shape(), operand(roles.weight).shape(), operand(roles.y).shape(), attributes);

  const auto lies_in_planes = [&](const Operand& images) {
    return attributes.data_format == DataFormat::nchw && images.meta->is_contiguous();
  };
  const auto strides = [&](const Operand& in) {
    return &in == &operand(roles.weight) ? contiguous_strides(in.shape()) : image_strides(in, attributes.data_format);
  };
  const auto with_type = [&]<class T>(T* to, const Operand* bias) {
    std::optional<Dense<T>> dense_bias;
    if (bias) dense_bias.emplace(*bias, contiguous_strides(bias->shape()));
    const Activation activation = kind == ConvolutionKind::forward && result.dtype() == dtype_of<T>::value
                                      ? attributes.activation
                                      : Activation::none;
    const Epilogue<T> epilogue{bias ? dense_bias->data() : nullptr, activation};
    if (call.inputs[0].size() == 0 || call.inputs[1].size() == 0) {  // sums without terms
      std::fill_n(to, result.size(), T(0));
      if (kind == ConvolutionKind::forward) triptych::finish<T>(result.size() / s.o, s.o, {to, s.o}, epilogue);
      return;
    }
    if (kind != ConvolutionKind::weight_grad && has_depthwise_planes(kind, s) && lies_in_planes(result)) {
      const Dense<T> a(call.inputs[0], contiguous_strides(call.inputs[0].shape())),
          b(call.inputs[1], contiguous_strides(call.inputs[1].shape()));
      return depthwise_planes<T>(kind, s, a.data(), b.data(), to, epilogue);
    }
    const Dense<T> a(call.inputs[0], strides(call.inputs[0])), b(call.inputs[1], strides(call.inputs[1]));
    compute<T>(call, kind, s, a.data(), b.data(), to, epilogue);
  };
  const Operand* bias = call.inputs.size() == 3 && kind == ConvolutionKind::forward ? &call.inputs[2] : nullptr;
  if (result.dtype() == float32) return with_type(result.as<float>(), bias);
  if (result.dtype() == float64) return with_type(result.as<double>(), bias);
  // 16-bit types: computed in float, rounded, and only then the bias: the same bits as the separate ops.
  if (!multiply_bfloat16(call, strides(call.inputs[0]), strides(call.inputs[1]))) {
    sixteen_bits.take();
    Scratch wide(static_cast<std::size_t>(result.size()) * sizeof(float));
    with_type(wide.as<float>(), nullptr);
    convert(wide.as<void>(), float32, result.data, result.dtype(), result.size());
  }
  if (kind != ConvolutionKind::forward || (!bias && attributes.activation == Activation::none)) return;
  result.dtype() == float16 ? finish_rounded<Float16>(result, s.o, bias, attributes.activation)
                            : finish_rounded<BFloat16>(result, s.o, bias, attributes.activation);
}

template <ConvolutionKind kind, std::size_t N>
std::shared_ptr<const Prepared> prepare([[maybe_unused]] const PrepareCall& call) {
#ifdef TRIPTYCH_HAS_ONEDNN
  constexpr Roles roles = roles_of(kind);
  const auto shape = [&](int role) -> const Shape& {
    return role < 0 ? call.outputs[0].shape : call.inputs[static_cast<std::size_t>(role)]->shape;
  };
  const bool empty = shape(roles.x).size() == 0 || shape(roles.weight).size() == 0 || shape(roles.y).size() == 0;
  const DType dtype = call.outputs[0].dtype;
  if (dtype == float64 || empty) return nullptr;
  const auto& attributes = *static_cast<const ConvolutionAttributes<N>*>(call.attributes);
  const ConvolutionSizes sizes = sizes_of(shape(roles.x), shape(roles.weight), shape(roles.y), attributes);
  if (dtype == bfloat16)
    if (auto prepared = onednn_convolution(kind, sizes, bfloat16, call.numerics)) return prepared;
  return onednn_convolution(kind, sizes, float32, call.numerics);
#else
  return nullptr;
#endif
}

/// Channels-last; but where each channel has kernels of its own, row-major images stay so.
template <ConvolutionKind kind, std::size_t N>
void image_layout(std::span<const TensorMeta* const> inputs, const void* given, std::span<TensorMeta> outputs) {
  const auto& attributes = *static_cast<const ConvolutionAttributes<N>*>(given);
  TensorMeta& result = outputs[0];
  const bool in_planes = attributes.data_format == DataFormat::nchw && inputs[0]->is_contiguous() &&
                         (result.dtype == float32 || result.dtype == float64);
  if (in_planes && attributes.groups > 1 && inputs[0]->shape.size() > 0) {
    const Roles roles = roles_of(kind);
    const auto shape = [&](int role) -> const Shape& {
      return role < 0 ? result.shape : inputs[static_cast<std::size_t>(role)]->shape;
    };
    if (has_depthwise_planes(kind, sizes_of(shape(roles.x), shape(roles.weight), shape(roles.y), attributes))) return;
  }
  channels_last_layout(result.shape, attributes.data_format, result.strides);
}

constexpr auto forward_kind = ConvolutionKind::forward, input_kind = ConvolutionKind::input_grad,
               weight_kind = ConvolutionKind::weight_grad;
template <std::size_t N>
const Kernel forward_kernel{.run = run<forward_kind, N>,
                            .prepare = prepare<forward_kind, N>,
                            .any_strides = true,
                            .layout = image_layout<forward_kind, N>};
template <std::size_t N>
const Kernel input_grad_kernel{.run = run<input_kind, N>,
                               .prepare = prepare<input_kind, N>,
                               .any_strides = true,
                               .layout = image_layout<input_kind, N>};
template <std::size_t N>
const Kernel weight_grad_kernel{.run = run<weight_kind, N>, .prepare = prepare<weight_kind, N>, .any_strides = true};

template <std::size_t N>
void register_axes() {
  const ConvolutionOps& ops = convolution_ops(N);
  register_kernel(ops.forward, Device::Type::cpu, forward_kernel<N>);
  register_kernel(ops.input_grad, Device::Type::cpu, input_grad_kernel<N>);
  register_kernel(ops.transposed, Device::Type::cpu, input_grad_kernel<N>);
  register_kernel(ops.weight_grad, Device::Type::cpu, weight_grad_kernel<N>);
}

}  // namespace

void register_convolution_kernels() {
  register_axes<1>();
  register_axes<2>();
  register_axes<3>();
}

}  // namespace triptych
