#include "triptych/keras/layers/depthwise_convolution.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

struct Common {
  std::int64_t depth_multiplier;
  keras::Activation activation;
  bool use_bias;
  Initializer depthwise_initializer, bias_initializer;
  Regularizer depthwise_regularizer, bias_regularizer;
  Constraint depthwise_constraint, bias_constraint;
};

class DepthwiseConvolution : public LayerBase {
 public:
  DepthwiseConvolution(const char* class_name, Window window, Common common)
      : class_name_(class_name), window_(std::move(window)), common_(std::move(common)) {}
  std::string class_name() const override { return class_name_; }

  void build(const Shape& input) override {
    const std::int64_t channels = channels_of(*this, window_, input);
    Shape shape(window_.kernel);
    shape.append(channels);
    shape.append(common_.depth_multiplier);
    kernel_ = add_weight({.shape = shape,
                          .initializer = common_.depthwise_initializer,
                          .regularizer = common_.depthwise_regularizer,
                          .constraint = common_.depthwise_constraint,
                          .name = "kernel"});
    if (common_.use_bias)
      bias_ = add_weight({.shape = {channels * common_.depth_multiplier},
                          .initializer = common_.bias_initializer,
                          .regularizer = common_.bias_regularizer,
                          .constraint = common_.bias_constraint,
                          .name = "bias"});
  }
  Tensor call(const Tensor& x, bool) override {
    channels_of(*this, window_, x.shape());
    return common_.activation(convolve_depthwise(like_weights(x, kernel_), kernel_, bias_, window_));
  }

 private:
  const char* class_name_;
  Window window_;
  Common common_;
  Tensor kernel_, bias_;
};

template <class Options, class Size>
Layer make(const char* name, Size kernel_size, const Options& o, Location where) {
  check_positive(name, "depth_multiplier", o.depth_multiplier, where);
  Window window{.kernel = axes_of(kernel_size),
                .strides = axes_of(o.strides),
                .dilation = axes_of(o.dilation_rate),
                .before = {},
                .channels_first = is_channels_first(o.data_format, name, where)};
  check_window(name, window, where);
  window.set_padding(o.padding, false, name, where);
  return configured(
      with_options(brick<DepthwiseConvolution>(
                       o.name, where, name, window,
                       Common{o.depth_multiplier, o.activation, o.use_bias, o.depthwise_initializer, o.bias_initializer,
                              o.depthwise_regularizer, o.bias_regularizer, o.depthwise_constraint, o.bias_constraint}),
                   o, where),
      o, arg("kernel_size", kernel_size));
}

}  // namespace

namespace layers {

Layer DepthwiseConv1D(std::int64_t kernel_size, DepthwiseConv1DOptions options, Location where) {
  return make("DepthwiseConv1D", kernel_size, options, where);
}
Layer DepthwiseConv2D(Size2 kernel_size, DepthwiseConv2DOptions options, Location where) {
  return make("DepthwiseConv2D", kernel_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
