#include "triptych/keras/layers/separable_convolution.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

struct Common {
  std::int64_t depth_multiplier;
  keras::Activation activation;
  bool use_bias;
  Initializer depthwise_initializer, pointwise_initializer, bias_initializer;
  Regularizer depthwise_regularizer, pointwise_regularizer, bias_regularizer;
  Constraint depthwise_constraint, pointwise_constraint, bias_constraint;
};

class SeparableConvolution : public LayerBase {
 public:
  SeparableConvolution(const char* class_name, std::int64_t filters, Window window, Common common)
      : class_name_(class_name), filters_(filters), window_(std::move(window)), common_(std::move(common)) {
    point_ = {.kernel = ones(), .strides = ones(), .dilation = ones(), .before = {}};
    point_.channels_first = window_.channels_first;
  }
  std::string class_name() const override { return class_name_; }

  void build(const Shape& input) override {
    const std::int64_t channels = channels_of(*this, window_, input);
    Shape depthwise(window_.kernel), pointwise(point_.kernel);
    depthwise.append(channels);
    depthwise.append(common_.depth_multiplier);
    pointwise.append(channels * common_.depth_multiplier);
    pointwise.append(filters_);
    depthwise_ = add_weight({.shape = depthwise,
                             .initializer = common_.depthwise_initializer,
                             .regularizer = common_.depthwise_regularizer,
                             .constraint = common_.depthwise_constraint,
                             .name = "depthwise_kernel"});
    pointwise_ = add_weight({.shape = pointwise,
                             .initializer = common_.pointwise_initializer,
                             .regularizer = common_.pointwise_regularizer,
                             .constraint = common_.pointwise_constraint,
                             .name = "pointwise_kernel"});
    if (common_.use_bias)
      bias_ = add_weight({.shape = {filters_},
                          .initializer = common_.bias_initializer,
                          .regularizer = common_.bias_regularizer,
                          .constraint = common_.bias_constraint,
                          .name = "bias"});
  }
  Tensor call(const Tensor& x, bool) override {
    channels_of(*this, window_, x.shape());
    const Tensor each = convolve_depthwise(like_weights(x, depthwise_), depthwise_, {}, window_);
    return common_.activation(convolve(each, pointwise_, bias_, point_));
  }

 private:
  Axes ones() const { return window_.rank() == 1 ? Axes{1} : Axes{1, 1}; }

  const char* class_name_;
  std::int64_t filters_;
  Window window_, point_;
  Common common_;
  Tensor depthwise_, pointwise_, bias_;
};

template <class Options, class Size>
Layer make(const char* name, std::int64_t filters, Size kernel_size, const Options& o, Location where) {
  check_positive(name, "filters", filters, where);
  check_positive(name, "depth_multiplier", o.depth_multiplier, where);
  Window window{.kernel = axes_of(kernel_size),
                .strides = axes_of(o.strides),
                .dilation = axes_of(o.dilation_rate),
                .before = {},
                .channels_first = is_channels_first(o.data_format, name, where)};
  check_window(name, window, where);
  window.set_padding(o.padding, false, name, where);
  return configured(with_options(brick<SeparableConvolution>(
                                     o.name, where, name, filters, window,
                                     Common{o.depth_multiplier, o.activation, o.use_bias, o.depthwise_initializer,
                                            o.pointwise_initializer, o.bias_initializer, o.depthwise_regularizer,
                                            o.pointwise_regularizer, o.bias_regularizer, o.depthwise_constraint,
                                            o.pointwise_constraint, o.bias_constraint}),
                                 o, where),
                    o, arg("filters", filters), arg("kernel_size", kernel_size));
}

}  // namespace

namespace layers {

Layer SeparableConv1D(std::int64_t filters, std::int64_t kernel_size, SeparableConv1DOptions options, Location where) {
  return make("SeparableConv1D", filters, kernel_size, options, where);
}
Layer SeparableConv2D(std::int64_t filters, Size2 kernel_size, SeparableConv2DOptions options, Location where) {
  return make("SeparableConv2D", filters, kernel_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
