// Convolution and pooling of images.
#include "api_keras/layers/brick.h"

namespace triptych::keras {
namespace {

DataFormat data_format_of(const std::string& name, const char* layer, Location where) {
  return is_channels_first(name, layer, where) ? DataFormat::nchw : DataFormat::nhwc;
}

void check_images(const Shape& input, const LayerBase& layer) {
  if (input.rank() != 4)
    throw ArgumentError(layer.class_name(), "the input does not have four axes: batch, height, width and channels",
                        "layer '" + layer.name() + "' got " + input.text(),
                        input.rank() == 3 ? "Give Input a last axis of channels, as {28, 28, 1}" : "");
}

const char* padding_name(const Padding2& padding) {
  return padding.mode == PaddingMode::same ? "same" : padding.mode == PaddingMode::valid ? "valid" : "numbers";
}

class Conv2D : public LayerBase {
 public:
  Conv2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options, DataFormat format)
      : filters_(filters), kernel_size_(kernel_size), options_(std::move(options)), format_(format) {}

  void build(const Shape& input) override {
    check_images(input, *this);
    const Dim channels = input.dim(format_ == DataFormat::nhwc ? -1 : 1);
    if (!channels.known())
      throw ArgumentError("Conv2D", "the number of channels is not known", "layer '" + name() + "' got " + input.text(),
                          "Give Input its size");
    if (channels.value() % options_.groups != 0 || filters_ % options_.groups != 0)
      throw ArgumentError("Conv2D", "groups does not divide channels and filters",
                          "layer '" + name() + "' has " + std::to_string(channels.value()) + " channels, " +
                              std::to_string(filters_) + " filters, " + std::to_string(options_.groups) + " groups");
    kernel_ =
        add_weight({.name = "kernel",
                    .shape = {kernel_size_.height, kernel_size_.width, channels.value() / options_.groups, filters_},
                    .initializer = options_.kernel_initializer,
                    .regularizer = options_.kernel_regularizer,
                    .constraint = options_.kernel_constraint});
    if (options_.use_bias)
      bias_ = add_weight({.name = "bias",
                          .shape = {filters_},
                          .initializer = options_.bias_initializer,
                          .regularizer = options_.bias_regularizer,
                          .constraint = options_.bias_constraint});
  }

  Tensor call(const Tensor& input, bool) override {
    check_images(input.shape(), *this);
    const Tensor x = like_weights(input, kernel_);
    const Tensor weight = permute(kernel_, {3, 2, 0, 1});  // a view: HWIO to OIHW
    const Conv2dOptions options{.stride = options_.strides,
                                .padding = options_.padding,
                                .dilation = options_.dilation_rate,
                                .groups = options_.groups,
                                .data_format = format_};
    return options_.activation(bias_.defined() ? conv2d(x, weight, bias_, options) : conv2d(x, weight, options));
  }

  std::string config() const override {
    return JsonObject()
        .add("filters", filters_)
        .add("kernel_size", kernel_size_)
        .add("strides", options_.strides)
        .add("padding", padding_name(options_.padding))
        .add("data_format", options_.data_format)
        .add("dilation_rate", options_.dilation_rate)
        .add("groups", options_.groups)
        .add("activation", options_.activation.name())
        .add("use_bias", options_.use_bias)
        .text();
  }

 private:
  std::int64_t filters_;
  Size2 kernel_size_;
  Conv2DOptions options_;
  DataFormat format_;
  Tensor kernel_, bias_;
};

class Pooling2D : public LayerBase {
 public:
  Pooling2D(bool largest, Size2 pool_size, Pooling2DOptions options, DataFormat format)
      : largest_(largest), pool_size_(pool_size), options_(std::move(options)), format_(format) {}
  std::string class_name() const override { return largest_ ? "MaxPooling2D" : "AveragePooling2D"; }

  Tensor call(const Tensor& x, bool) override {
    check_images(x.shape(), *this);
    if (largest_)
      return max_pool2d(
          x,
          {.kernel_size = pool_size_, .stride = options_.strides, .padding = options_.padding, .data_format = format_});
    return avg_pool2d(x, {.kernel_size = pool_size_,
                          .stride = options_.strides,
                          .padding = options_.padding,
                          .count_include_pad = false,
                          .data_format = format_});
  }

  std::string config() const override {
    return JsonObject()
        .add("pool_size", pool_size_)
        .add("strides", options_.strides == Size2(0) ? pool_size_ : options_.strides)
        .add("padding", padding_name(options_.padding))
        .add("data_format", options_.data_format)
        .text();
  }

 private:
  bool largest_;
  Size2 pool_size_;
  Pooling2DOptions options_;
  DataFormat format_;
};

class GlobalPooling2D : public LayerBase {
 public:
  GlobalPooling2D(bool largest, GlobalPooling2DOptions options, DataFormat format)
      : largest_(largest), options_(std::move(options)), format_(format) {}
  std::string class_name() const override { return largest_ ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D"; }

  Tensor call(const Tensor& x, bool) override {
    check_images(x.shape(), *this);
    if (!largest_) return global_avg_pool2d(x, {.keepdims = options_.keepdims, .data_format = format_});
    return format_ == DataFormat::nhwc ? max(x, {1, 2}, options_.keepdims) : max(x, {2, 3}, options_.keepdims);
  }

  std::string config() const override {
    return JsonObject().add("data_format", options_.data_format).add("keepdims", options_.keepdims).text();
  }

 private:
  bool largest_;
  GlobalPooling2DOptions options_;
  DataFormat format_;
};

void check_pool(const char* layer, Size2 size, Location where) {
  if (size.height < 1 || size.width < 1)
    throw ArgumentError(layer, "pool_size is below 1",
                        std::to_string(size.height) + " by " + std::to_string(size.width), "", where);
}

}  // namespace

namespace layers {

Layer Conv2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options, Location where) {
  if (filters < 1 || kernel_size.height < 1 || kernel_size.width < 1 || options.groups < 1)
    throw ArgumentError("Conv2D", "filters, kernel_size or groups is below 1",
                        std::to_string(filters) + " filters, a kernel of " + std::to_string(kernel_size.height) +
                            " by " + std::to_string(kernel_size.width) + ", " + std::to_string(options.groups) +
                            " groups",
                        "", where);
  for (const Size2 size : {options.strides, options.dilation_rate})
    if (size.height < 1 || size.width < 1)
      throw ArgumentError("Conv2D", "strides or dilation_rate is below 1",
                          std::to_string(size.height) + " by " + std::to_string(size.width), "", where);
  const DataFormat format = data_format_of(options.data_format, "Conv2D", where);
  Layer layer = brick<keras::Conv2D>(options.name, where, filters, kernel_size, options, format);
  layer.set_trainable(options.trainable, where);
  layer.base().set_activity_regularizer(options.activity_regularizer);
  return layer;
}
Layer MaxPooling2D(Size2 pool_size, Pooling2DOptions options, Location where) {
  check_pool("MaxPooling2D", pool_size, where);
  const DataFormat format = data_format_of(options.data_format, "MaxPooling2D", where);
  return plain_brick<Pooling2D>(options.name, where, true, pool_size, options, format);
}
Layer AveragePooling2D(Size2 pool_size, Pooling2DOptions options, Location where) {
  check_pool("AveragePooling2D", pool_size, where);
  const DataFormat format = data_format_of(options.data_format, "AveragePooling2D", where);
  return plain_brick<Pooling2D>(options.name, where, false, pool_size, options, format);
}
Layer GlobalAveragePooling2D(GlobalPooling2DOptions options, Location where) {
  const DataFormat format = data_format_of(options.data_format, "GlobalAveragePooling2D", where);
  return plain_brick<GlobalPooling2D>(options.name, where, false, options, format);
}
Layer GlobalMaxPooling2D(GlobalPooling2DOptions options, Location where) {
  const DataFormat format = data_format_of(options.data_format, "GlobalMaxPooling2D", where);
  return plain_brick<GlobalPooling2D>(options.name, where, true, options, format);
}

}  // namespace layers
}  // namespace triptych::keras
