#include "triptych/keras/layers/convolution.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

/// What the options of all three have in common.
struct Common {
  keras::Activation activation;
  bool use_bias;
  Initializer kernel_initializer, bias_initializer;
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;
};

class Convolution : public LayerBase {
 public:
  Convolution(const char* class_name, std::int64_t filters, Window window, Common common)
      : class_name_(class_name), filters_(filters), window_(std::move(window)), common_(std::move(common)) {}
  std::string class_name() const override { return class_name_; }

  void build(const Shape& input) override {
    const std::int64_t channels = channels_of(*this, window_, input);
    if (channels % window_.groups != 0)
      throw ArgumentError(class_name_, "groups does not divide channels and filters",
                          "layer '" + name() + "' has " + std::to_string(channels) + " channels, " +
                              std::to_string(filters_) + " filters, " + std::to_string(window_.groups) + " groups");
    Shape shape(window_.kernel);
    shape.append(channels / window_.groups);
    shape.append(filters_);
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

  Tensor call(const Tensor& x, bool) override {
    channels_of(*this, window_, x.shape());
    return common_.activation(convolve(like_weights(x, kernel_), kernel_, bias_, window_));
  }

 private:
  const char* class_name_;
  std::int64_t filters_;
  Window window_;
  Common common_;
  Tensor kernel_, bias_;
};

template <class Options, class Size>
Layer make(const char* name, std::int64_t filters, Size kernel_size, const Options& o, Location where) {
  check_positive(name, "filters", filters, where);
  check_positive(name, "groups", o.groups, where);
  if (filters % o.groups != 0)
    throw ArgumentError(name, "groups does not divide channels and filters",
                        std::to_string(filters) + " filters, " + std::to_string(o.groups) + " groups", "", where);
  Window window{.kernel = axes_of(kernel_size),
                .strides = axes_of(o.strides),
                .dilation = axes_of(o.dilation_rate),
                .before = {},
                .groups = o.groups,
                .channels_first = is_channels_first(o.data_format, name, where)};
  check_window(name, window, where);
  if constexpr (std::is_base_of_v<std::string, decltype(o.padding)>)
    window.set_padding(o.padding, true, name, where);
  else
    window.set_padding(o.padding);
  return configured(with_options(brick<Convolution>(o.name, where, name, filters, window,
                                                    Common{o.activation, o.use_bias, o.kernel_initializer,
                                                           o.bias_initializer, o.kernel_regularizer, o.bias_regularizer,
                                                           o.kernel_constraint, o.bias_constraint}),
                                 o, where),
                    o, arg("filters", filters), arg("kernel_size", kernel_size));
}

}  // namespace

namespace layers {

Layer Conv1D(std::int64_t filters, std::int64_t kernel_size, Conv1DOptions options, Location where) {
  return make("Conv1D", filters, kernel_size, options, where);
}
Layer Conv2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options, Location where) {
  return make("Conv2D", filters, kernel_size, options, where);
}
Layer Conv3D(std::int64_t filters, Size3 kernel_size, Conv3DOptions options, Location where) {
  return make("Conv3D", filters, kernel_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
