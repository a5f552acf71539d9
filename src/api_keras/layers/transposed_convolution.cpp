#include "triptych/keras/layers/transposed_convolution.h"

#include <algorithm>

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

struct Common {
  keras::Activation activation;
  bool use_bias;
  Initializer kernel_initializer, bias_initializer;
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;
};

class TransposedConvolution : public LayerBase {
 public:
  /// `output_padding` is empty if none was given.
  TransposedConvolution(const char* class_name, std::int64_t filters, Window window, Axes output_padding, Common common)
      : class_name_(class_name),
        filters_(filters),
        window_(std::move(window)),
        output_padding_(output_padding),
        common_(std::move(common)) {}
  std::string class_name() const override { return class_name_; }

  void build(const Shape& input) override {
    Shape shape(window_.kernel);
    shape.append(filters_);
    shape.append(channels_of(*this, window_, input));
    kernel_ = add_weight({.shape = shape,
                          .initializer = common_.kernel_initializer,
                          .regularizer = common_.kernel_regularizer,
                          .constraint = common_.kernel_constraint,
                          .name = "kernel"});
    if (common_.use_bias)
      bias_ = add_weight({.shape = {filters_},
                          .initializer = common_.bias_initializer,
                          .regularizer = common_.bias_regularizer,
                          .constraint = common_.bias_constraint,
                          .name = "bias"});
  }

  Tensor call(const Tensor& input, bool) override {
    channels_of(*this, window_, input.shape());
    const Tensor x = like_weights(input, kernel_);
    const int rank = window_.rank();
    Axes order{rank + 1, rank};
    for (int i = 0; i < rank; ++i) order.append(i);
    const Tensor weight = permute(kernel_, order);  // (in, filters, sizes...)
    const auto [padded, more] = sizes();
    if (rank == 1) {
      const ConvTranspose1dOptions options{.stride = padded.strides[0],
                                           .padding = padded.padding1(),
                                           .output_padding = more[0],
                                           .dilation = padded.dilation[0],
                                           .data_format = padded.format()};
      return finished(bias_.defined() ? conv_transpose1d(x, weight, as_seen(bias_), options)
                                      : conv_transpose1d(x, weight, options));
    }
    if (rank == 2) {
      const ConvTranspose2dOptions options{.stride = size2(padded.strides),
                                           .padding = padded.padding2(),
                                           .output_padding = size2(more),
                                           .dilation = size2(padded.dilation),
                                           .data_format = padded.format()};
      return finished(bias_.defined() ? conv_transpose2d(x, weight, as_seen(bias_), options)
                                      : conv_transpose2d(x, weight, options));
    }
    const ConvTranspose3dOptions options{.stride = size3(padded.strides),
                                         .padding = padded.padding3(),
                                         .output_padding = size3(more),
                                         .dilation = size3(padded.dilation),
                                         .data_format = padded.format()};
    return finished(bias_.defined() ? conv_transpose3d(x, weight, as_seen(bias_), options)
                                    : conv_transpose3d(x, weight, options));
  }

 private:
  Tensor finished(const Tensor& y) const { return common_.activation(y); }

  /// What is cut off and what is added at the end, so that an axis of n elements becomes, k being the dilated kernel:
  /// "valid": (n - 1) s + k + output_padding, that being max(k, s) - k by default; "same": n s by default, else
  /// (n - 1) s + k mod 2 + output_padding. TensorFlow cuts the odd element off at the end.
  std::pair<Window, Axes> sizes() const {
    Window padded = window_;
    Axes more;
    const bool same = window_.padding == PaddingMode::same, given = !output_padding_.empty();
    for (int i = 0; i < window_.rank(); ++i) {
      const std::int64_t stride = window_.strides[i], kernel = (window_.kernel[i] - 1) * window_.dilation[i] + 1;
      more.append(same ? 0 : given ? output_padding_[i] : std::max(kernel, stride) - kernel);
    }
    if (!same || !given) return {padded, more};
    padded.padding = PaddingMode::numbers;
    padded.before = padded.after = {};
    for (int i = 0; i < window_.rank(); ++i) {
      const std::int64_t kernel = (window_.kernel[i] - 1) * window_.dilation[i] + 1;
      const std::int64_t cut = kernel - kernel % 2 - output_padding_[i];
      padded.before.append(std::max<std::int64_t>(cut, 0) / 2);
      padded.after.append(std::max<std::int64_t>(cut, 0) - std::max<std::int64_t>(cut, 0) / 2);
      if (cut < 0) more[i] = -cut;
    }
    return {padded, more};
  }

  const char* class_name_;
  std::int64_t filters_;
  Window window_;
  Axes output_padding_;
  Common common_;
  Tensor kernel_, bias_;
};

template <class Options, class Size>
Layer make(const char* name, std::int64_t filters, Size kernel_size, const Options& o, Location where) {
  check_positive(name, "filters", filters, where);
  Window window{.kernel = axes_of(kernel_size),
                .strides = axes_of(o.strides),
                .dilation = axes_of(o.dilation_rate),
                .before = {},
                .channels_first = is_channels_first(o.data_format, name, where)};
  check_window(name, window, where);
  window.set_padding(o.padding, false, name, where);
  const Axes more = o.output_padding ? axes_of(*o.output_padding) : Axes();
  for (int i = 0; i < more.size(); ++i)
    if (more[i] < 0 || more[i] >= window.strides[i])
      throw ArgumentError(name, "output_padding is negative, or not less than strides",
                          std::to_string(more[i]) + " and " + std::to_string(window.strides[i]), "", where);
  return configured(
      with_options(brick<TransposedConvolution>(
                       o.name, where, name, filters, window, more,
                       Common{o.activation, o.use_bias, o.kernel_initializer, o.bias_initializer, o.kernel_regularizer,
                              o.bias_regularizer, o.kernel_constraint, o.bias_constraint}),
                   o, where),
      o, arg("filters", filters), arg("kernel_size", kernel_size));
}

}  // namespace

namespace layers {

Layer Conv1DTranspose(std::int64_t filters, std::int64_t kernel_size, Conv1DTransposeOptions options, Location where) {
  return make("Conv1DTranspose", filters, kernel_size, options, where);
}
Layer Conv2DTranspose(std::int64_t filters, Size2 kernel_size, Conv2DTransposeOptions options, Location where) {
  return make("Conv2DTranspose", filters, kernel_size, options, where);
}
Layer Conv3DTranspose(std::int64_t filters, Size3 kernel_size, Conv3DTransposeOptions options, Location where) {
  return make("Conv3DTranspose", filters, kernel_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
