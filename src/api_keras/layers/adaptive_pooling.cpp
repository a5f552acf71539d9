#include "triptych/keras/layers/adaptive_pooling.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class AdaptivePooling : public LayerBase {
 public:
  AdaptivePooling(const char* class_name, bool largest, Axes output_size, bool channels_first)
      : class_name_(class_name), largest_(largest) {
    window_.kernel = output_size;
    window_.channels_first = channels_first;
  }
  std::string class_name() const override { return class_name_; }

  Tensor call(const Tensor& x, bool) override {
    check_axes(*this, window_, x.shape());
    const Axes& size = window_.kernel;
    const DataFormat format = window_.format();
    switch (window_.rank()) {
      case 1:
        return largest_ ? adaptive_max_pool1d(x, size[0], format) : adaptive_avg_pool1d(x, size[0], format);
      case 2:
        return largest_ ? adaptive_max_pool2d(x, size2(size), format) : adaptive_avg_pool2d(x, size2(size), format);
      default:
        return largest_ ? adaptive_max_pool3d(x, size3(size), format) : adaptive_avg_pool3d(x, size3(size), format);
    }
  }

 private:
  const char* class_name_;
  bool largest_;
  Window window_ = {.kernel = {}, .strides = {}, .dilation = {}, .before = {}};  // its kernel: the result's size
};

template <class Size>
Layer make(const char* name, bool largest, Size output_size, const AdaptivePoolingOptions& options, Location where) {
  const Axes size = axes_of(output_size);
  for (const std::int64_t length : size) check_positive(name, "output_size", length, where);
  return configured(with_options(brick<AdaptivePooling>(options.name, where, name, largest, size,
                                                        is_channels_first(options.data_format, name, where)),
                                 options, where),
                    options, arg("output_size", output_size));
}

}  // namespace

namespace layers {

Layer AdaptiveAveragePooling1D(std::int64_t output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveAveragePooling1D", false, output_size, options, where);
}
Layer AdaptiveAveragePooling2D(Size2 output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveAveragePooling2D", false, output_size, options, where);
}
Layer AdaptiveAveragePooling3D(Size3 output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveAveragePooling3D", false, output_size, options, where);
}
Layer AdaptiveMaxPooling1D(std::int64_t output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveMaxPooling1D", true, output_size, options, where);
}
Layer AdaptiveMaxPooling2D(Size2 output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveMaxPooling2D", true, output_size, options, where);
}
Layer AdaptiveMaxPooling3D(Size3 output_size, AdaptivePoolingOptions options, Location where) {
  return make("AdaptiveMaxPooling3D", true, output_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
