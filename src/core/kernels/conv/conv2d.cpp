// Kernels of the convolutions: their operands, and the choice between the algorithms.
#include "core/kernels/conv/conv2d.h"

#include <algorithm>
#include <optional>

#include "core/formulas/epilogue.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/reordered.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op;

namespace {

Path sixteen_bits("convolution: in float, rounded to 16 bits");

ConvolutionSizes sizes_of(const Shape& x, const Shape& weight, const Shape& y, const Conv2dAttributes& attributes) {
  const ImageAxes axes = image_axes(attributes.data_format);
  ConvolutionSizes s{x.begin()[0],
                     x.begin()[axes.channels],
                     x.begin()[axes.height],
                     x.begin()[axes.width],
                     weight.begin()[0],
                     weight.begin()[2],
                     weight.begin()[3],
                     y.begin()[axes.height],
                     y.begin()[axes.width],
                     attributes.groups,
                     attributes.stride,
                     attributes.dilation,
                     {}};
  s.padding = {attributes.window(0, s.kh).paddings(s.h), attributes.window(1, s.kw).paddings(s.w)};
  return s;
}

/// Which operands are x, the weight and y.
struct Roles {
  int x, weight, y;  // index of the input, -1: the output
};
constexpr Roles roles_of(ConvolutionKind kind) {
  return kind == ConvolutionKind::forward      ? Roles{0, 1, -1}
         : kind == ConvolutionKind::input_grad ? Roles{2, 1, 0}
                                               : Roles{0, 2, 1};
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

/// Bias and activation in a 16-bit type, rounded as the separate ops round.
template <class H>
void finish(H* y, std::int64_t count, std::int64_t channels, const Operand* bias, Activation activation) {
  const formula::Finish f{activation};
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = bias ? f(y[i], bias->as<const H>()[i % channels * bias->stride(0)]) : f(y[i]);
}

template <class T>
void compute(const KernelCall& call, ConvolutionKind kind, const ConvolutionSizes& s, const T* a, const T* b, T* result,
             Epilogue<T> epilogue) {
  if constexpr (std::is_same_v<T, float>) {
#ifdef TRIPTYCH_HAS_ONEDNN
    if (call.prepared) return run_onednn_convolution(*call.prepared, a, b, result, epilogue.bias, epilogue.activation);
#endif
    if (call.context.numerics == Numerics::fast && winograd_pays(kind, s))
      return winograd_convolution(kind, s, a, b, result, epilogue);
  }
  direct_convolution(kind, s, a, b, result, epilogue);
}

template <ConvolutionKind kind>
void run(const KernelCall& call) {
  static constexpr Roles roles = roles_of(kind);
  const auto operand = [&](int role) -> const Operand& {
    return role < 0 ? call.outputs[0] : call.inputs[static_cast<std::size_t>(role)];
  };
  const auto& attributes = call.attributes_as<Conv2dAttributes>();
  const Operand& result = call.outputs[0];
  if (result.size() == 0) return;
  const ConvolutionSizes s =
      sizes_of(operand(roles.x).shape(), operand(roles.weight).shape(), operand(roles.y).shape(), attributes);

  const auto with_type = [&]<class T>(T* to, const Operand* bias) {
    const auto strides = [&](const Operand& in) {
      return &in == &operand(roles.weight) ? contiguous_strides(in.shape()) : image_strides(in, attributes.data_format);
    };
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
    const Dense<T> a(call.inputs[0], strides(call.inputs[0])), b(call.inputs[1], strides(call.inputs[1]));
    compute<T>(call, kind, s, a.data(), b.data(), to, epilogue);
  };
  const Operand* bias = call.inputs.size() == 3 && kind == ConvolutionKind::forward ? &call.inputs[2] : nullptr;
  if (result.dtype() == float32) return with_type(result.as<float>(), bias);
  if (result.dtype() == float64) return with_type(result.as<double>(), bias);
  // 16-bit types: computed in float, rounded, and only then the bias: the same bits as the separate ops.
  sixteen_bits.take();
  Scratch wide(static_cast<std::size_t>(result.size()) * sizeof(float));
  with_type(wide.as<float>(), nullptr);
  convert(wide.as<void>(), float32, result.data, result.dtype(), result.size());
  if (kind != ConvolutionKind::forward || (!bias && attributes.activation == Activation::none)) return;
  if (result.dtype() == float16)
    finish(result.as<Float16>(), result.size(), s.o, bias, attributes.activation);
  else
    finish(result.as<BFloat16>(), result.size(), s.o, bias, attributes.activation);
}

template <ConvolutionKind kind>
std::shared_ptr<const Prepared> prepare([[maybe_unused]] const PrepareCall& call) {
#ifdef TRIPTYCH_HAS_ONEDNN
  constexpr Roles roles = roles_of(kind);
  const auto shape = [&](int role) -> const Shape& {
    return role < 0 ? call.outputs[0].shape : call.inputs[static_cast<std::size_t>(role)]->shape;
  };
  const bool empty = shape(roles.x).size() == 0 || shape(roles.weight).size() == 0 || shape(roles.y).size() == 0;
  if (call.outputs[0].dtype == float64 || empty) return nullptr;
  const auto& attributes = *static_cast<const Conv2dAttributes*>(call.attributes);
  return onednn_convolution(kind, sizes_of(shape(roles.x), shape(roles.weight), shape(roles.y), attributes),
                            call.numerics);
#else
  return nullptr;
#endif
}

void image_layout(std::span<const TensorMeta* const>, const void* attributes, std::span<TensorMeta> outputs) {
  channels_last_layout(outputs[0].shape, static_cast<const Conv2dAttributes*>(attributes)->data_format,
                       outputs[0].strides);
}

constexpr auto forward_kind = ConvolutionKind::forward, input_kind = ConvolutionKind::input_grad,
               weight_kind = ConvolutionKind::weight_grad;
const Kernel forward_kernel{
    .run = run<forward_kind>, .prepare = prepare<forward_kind>, .any_strides = true, .layout = image_layout};
const Kernel input_grad_kernel{
    .run = run<input_kind>, .prepare = prepare<input_kind>, .any_strides = true, .layout = image_layout};
const Kernel weight_grad_kernel{.run = run<weight_kind>, .prepare = prepare<weight_kind>, .any_strides = true};

}  // namespace

void register_conv2d_kernels() {
  register_kernel(conv2d_op, Device::Type::cpu, forward_kernel);
  register_kernel(conv2d_input_grad_op, Device::Type::cpu, input_grad_kernel);
  register_kernel(conv2d_weight_grad_op, Device::Type::cpu, weight_grad_kernel);
}

}  // namespace triptych
