// Kernels of the convolutions: patches of the image as rows of a matrix, times the weights (im2col), or oneDNN for
// float32.
#include "core/kernels/conv2d.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/gemm.h"
#include "core/tensor_impl.h"

namespace triptych {

extern const Op conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op;

namespace {

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

// --- The general kernel ---------------------------------------------------------------------------------------------

/// Rows [begin, end) of the patches of one image and group: for each result pixel the elements under the kernel, (p, q,
/// c).
template <class T>
void gather_patches(const ConvolutionSizes& s, const T* image, std::int64_t group, std::int64_t begin, std::int64_t end,
                    T* rows) {
  const std::int64_t channels = s.c / s.groups;
  for (std::int64_t pixel = begin; pixel < end; ++pixel)
    for (std::int64_t p = 0; p < s.kh; ++p) {
      const std::int64_t y = pixel / s.ow * s.stride[0] - s.padding[0][0] + p * s.dilation[0];
      for (std::int64_t q = 0; q < s.kw; ++q, rows += channels) {
        const std::int64_t x = pixel % s.ow * s.stride[1] - s.padding[1][0] + q * s.dilation[1];
        if (y >= 0 && y < s.h && x >= 0 && x < s.w)
          std::copy_n(image + (y * s.w + x) * s.c + group * channels, channels, rows);
        else
          std::fill_n(rows, channels, T(0));
      }
    }
}

/// The transpose of gather_patches: adds the rows to where they came from.
template <class T>
void scatter_patches(const ConvolutionSizes& s, const T* rows, std::int64_t group, std::int64_t begin, std::int64_t end,
                     T* image) {
  const std::int64_t channels = s.c / s.groups;
  for (std::int64_t pixel = begin; pixel < end; ++pixel)
    for (std::int64_t p = 0; p < s.kh; ++p) {
      const std::int64_t y = pixel / s.ow * s.stride[0] - s.padding[0][0] + p * s.dilation[0];
      for (std::int64_t q = 0; q < s.kw; ++q, rows += channels) {
        const std::int64_t x = pixel % s.ow * s.stride[1] - s.padding[1][0] + q * s.dilation[1];
        if (y < 0 || y >= s.h || x < 0 || x >= s.w) continue;
        T* to = image + (y * s.w + x) * s.c + group * channels;
        for (std::int64_t c = 0; c < channels; ++c) to[c] = to[c] + rows[c];
      }
    }
}

/// Calls f(place in (o, c, kh, kw), place in (group, kh, kw, c, o)) for all weights.
template <class F>
void each_weight(const ConvolutionSizes& s, F&& f) {
  const std::int64_t channels = s.c / s.groups, outputs = s.o / s.groups;
  std::int64_t from = 0;
  for (std::int64_t o = 0; o < s.o; ++o)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t k = 0; k < s.kh * s.kw; ++k)
        f(from++, ((o / outputs * s.kh * s.kw + k) * channels + c) * outputs + o % outputs);
}

constexpr std::int64_t pixel_block = 256;

template <class T>
void forward(const ConvolutionSizes& s, const T* x, const T* weight, T* y, Epilogue<T> epilogue) {
  const std::int64_t terms = s.terms(), outputs = s.o / s.groups;
  Scratch matrix(static_cast<std::size_t>(s.o * terms) * sizeof(T));
  each_weight(s, [&](std::int64_t from, std::int64_t to) { matrix.as<T>()[to] = weight[from]; });
  const std::int64_t blocks = (s.pixels() + pixel_block - 1) / pixel_block;
  parallel_for(s.n * blocks, [&](std::int64_t part) {
    const std::int64_t n = part / blocks, begin = part % blocks * pixel_block,
                       end = std::min(s.pixels(), begin + pixel_block);
    Scratch patches(static_cast<std::size_t>((end - begin) * terms) * sizeof(T));
    for (std::int64_t g = 0; g < s.groups; ++g) {
      gather_patches(s, x + n * s.h * s.w * s.c, g, begin, end, patches.as<T>());
      gemm_tile<T>(end - begin, outputs, terms, {patches.as<T>(), terms, 1},
                   {matrix.as<T>() + g * terms * outputs, outputs, 1},
                   {y + (n * s.pixels() + begin) * s.o + g * outputs, s.o},
                   {epilogue.bias ? epilogue.bias + g * outputs : nullptr, epilogue.activation});
    }
  });
}

template <class T>
void input_grad(const ConvolutionSizes& s, const T* upstream, const T* weight, T* x) {
  const std::int64_t terms = s.terms(), outputs = s.o / s.groups;
  Scratch matrix(static_cast<std::size_t>(s.o * terms) * sizeof(T));
  each_weight(s, [&](std::int64_t from, std::int64_t to) { matrix.as<T>()[to] = weight[from]; });
  parallel_for(s.n, [&](std::int64_t n) {
    Scratch patches(static_cast<std::size_t>(pixel_block * terms) * sizeof(T));
    T* image = x + n * s.h * s.w * s.c;
    std::fill_n(image, s.h * s.w * s.c, T(0));
    for (std::int64_t begin = 0; begin < s.pixels(); begin += pixel_block) {
      const std::int64_t end = std::min(s.pixels(), begin + pixel_block);
      for (std::int64_t g = 0; g < s.groups; ++g) {
        gemm_tile<T>(end - begin, terms, outputs, {upstream + (n * s.pixels() + begin) * s.o + g * outputs, s.o, 1},
                     {matrix.as<T>() + g * terms * outputs, 1, outputs}, {patches.as<T>(), terms});
        scatter_patches(s, patches.as<T>(), g, begin, end, image);
      }
    }
  });
}

template <class T>
void weight_grad(const ConvolutionSizes& s, const T* x, const T* upstream, T* weight) {
  const std::int64_t terms = s.terms(), outputs = s.o / s.groups, size = s.o * terms;
  const std::int64_t images = images_per_part(s.n, std::max<std::int64_t>(1, s.n / 8)), parts = s.n / images;
  Scratch sums(static_cast<std::size_t>(std::max<std::int64_t>(parts, 1) * size) * sizeof(T));
  std::fill_n(sums.as<T>(), size, T(0));
  parallel_for(parts, [&](std::int64_t part) {
    T* sum = sums.as<T>() + part * size;
    std::fill_n(sum, size, T(0));
    Scratch patches(static_cast<std::size_t>(s.pixels() * terms) * sizeof(T));
    Scratch product(static_cast<std::size_t>(terms * outputs) * sizeof(T));
    for (std::int64_t n = part * images; n < (part + 1) * images; ++n)
      for (std::int64_t g = 0; g < s.groups; ++g) {
        gather_patches(s, x + n * s.h * s.w * s.c, g, 0, s.pixels(), patches.as<T>());
        gemm_tile<T>(terms, outputs, s.pixels(), {patches.as<T>(), 1, terms},
                     {upstream + n * s.pixels() * s.o + g * outputs, s.o, 1}, {product.as<T>(), outputs});
        T* to = sum + g * terms * outputs;
        for (std::int64_t i = 0; i < terms * outputs; ++i) to[i] = to[i] + product.as<T>()[i];
      }
  });
  add_tree(sums.as<T>(), parts, size);
  each_weight(s, [&](std::int64_t to, std::int64_t from) { weight[to] = sums.as<T>()[from]; });
}

// --- Operands -------------------------------------------------------------------------------------------------------

bool same_memory(const TensorMeta& a, const Strides& strides) {
  for (int i = 0; i < a.shape.rank(); ++i)
    if (a.shape.begin()[i] != 1 && a.strides[static_cast<std::size_t>(i)] != strides[static_cast<std::size_t>(i)])
      return false;
  return true;
}

/// An operand's elements as T in the order of `strides`: where they are, if they lie so, else in a copy.
template <class T>
class Dense {
 public:
  Dense(const Operand& operand, const Strides& strides) : data_(operand.as<const T>()) {
    const bool right_order = same_memory(*operand.meta, strides);
    if (right_order && operand.dtype() == dtype_of<T>::value) return;
    TensorMeta meta = *operand.meta;
    meta.strides = strides;
    const auto size = static_cast<std::size_t>(operand.size());
    const void* elements = operand.data;
    if (!right_order) {
      ordered_.emplace(size * size_of(operand.dtype()));
      copy_strided(operand.data, *operand.meta, ordered_->as<void>(), meta);
      elements = ordered_->as<void>();
    }
    if (operand.dtype() != dtype_of<T>::value) {
      converted_.emplace(size * sizeof(T));
      convert(elements, operand.dtype(), converted_->as<void>(), dtype_of<T>::value, operand.size());
      elements = converted_->as<void>();
    }
    data_ = static_cast<const T*>(elements);
  }
  const T* data() const { return data_; }

 private:
  const T* data_;
  std::optional<Scratch> ordered_, converted_;
};

Strides image_strides(const Operand& operand, DataFormat format) {
  Strides strides{};
  channels_last_layout(operand.shape(), format, strides);
  return strides;
}

/// Bias and activation in a 16-bit type, rounded as the separate ops round.
template <class H>
void finish(H* y, std::int64_t count, std::int64_t channels, const Operand* bias, Activation activation) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (bias) {
      const H* b = bias->as<const H>();
      y[i] = H(static_cast<float>(y[i]) + static_cast<float>(b[i % channels * bias->stride(0)]));
    }
    if (activation == Activation::relu && static_cast<float>(y[i]) < 0) y[i] = H(0.0f);
  }
}

template <class T>
void compute(ConvolutionKind kind, const ConvolutionSizes& s, const Prepared* prepared, const T* a, const T* b,
             T* result, Epilogue<T> epilogue) {
#ifdef TRIPTYCH_HAS_ONEDNN
  if constexpr (std::is_same_v<T, float>)
    if (prepared) return run_onednn_convolution(*prepared, a, b, result, epilogue.bias, epilogue.activation);
#endif
  static_cast<void>(prepared);
  if (kind == ConvolutionKind::forward)
    forward(s, a, b, result, epilogue);
  else if (kind == ConvolutionKind::input_grad)
    input_grad(s, a, b, result);
  else
    weight_grad(s, a, b, result);
}

template <ConvolutionKind kind>
void run(const KernelCall& call) {
  constexpr Roles roles = roles_of(kind);
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
    const Dense<T> a(call.inputs[0], strides(call.inputs[0])), b(call.inputs[1], strides(call.inputs[1]));
    std::optional<Dense<T>> dense_bias;
    if (bias) dense_bias.emplace(*bias, contiguous_strides(bias->shape()));
    const Activation activation = kind == ConvolutionKind::forward && result.dtype() == dtype_of<T>::value
                                      ? attributes.activation
                                      : Activation::none;
    compute<T>(kind, s, call.prepared, a.data(), b.data(), to, {bias ? dense_bias->data() : nullptr, activation});
  };
  const Operand* bias = call.inputs.size() == 3 && kind == ConvolutionKind::forward ? &call.inputs[2] : nullptr;
  if (result.dtype() == float32) return with_type(result.as<float>(), bias);
  if (result.dtype() == float64) return with_type(result.as<double>(), bias);
  // 16-bit types: computed in float, rounded, and only then the bias: the same bits as the separate ops.
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
  if (call.outputs[0].dtype == float64 || shape(roles.x).size() == 0 || shape(roles.y).size() == 0) return nullptr;
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
