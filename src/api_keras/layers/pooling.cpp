#include "triptych/keras/layers/pooling.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Pooling : public LayerBase {
 public:
  Pooling(const char* class_name, bool largest, Window window)
      : class_name_(class_name), largest_(largest), window_(std::move(window)) {}
  std::string class_name() const override { return class_name_; }

  Tensor call(const Tensor& x, bool) override {
    check_axes(*this, window_, x.shape());
    const Window& w = window_;
    if (w.rank() == 1) {
      if (largest_)
        return max_pool1d(
            x,
            {.kernel_size = w.kernel[0], .stride = w.strides[0], .padding = w.padding1(), .data_format = w.format()});
      return avg_pool1d(x, {.kernel_size = w.kernel[0],
                            .stride = w.strides[0],
                            .padding = w.padding1(),
                            .count_include_pad = false,
                            .data_format = w.format()});
    }
    if (w.rank() == 2) {
      if (largest_)
        return max_pool2d(x, {.kernel_size = size2(w.kernel),
                              .stride = size2(w.strides),
                              .padding = w.padding2(),
                              .data_format = w.format()});
      return avg_pool2d(x, {.kernel_size = size2(w.kernel),
                            .stride = size2(w.strides),
                            .padding = w.padding2(),
                            .count_include_pad = false,
                            .data_format = w.format()});
    }
    if (largest_)
      return max_pool3d(x, {.kernel_size = size3(w.kernel),
                            .stride = size3(w.strides),
                            .padding = w.padding3(),
                            .data_format = w.format()});
    return avg_pool3d(x, {.kernel_size = size3(w.kernel),
                          .stride = size3(w.strides),
                          .padding = w.padding3(),
                          .count_include_pad = false,
                          .data_format = w.format()});
  }

 private:
  const char* class_name_;
  bool largest_;
  Window window_;
};

template <class Options, class Size>
Layer make(const char* name, bool largest, Size pool_size, const Options& o, Location where) {
  const Axes size = axes_of(pool_size);
  Axes strides = axes_of(o.strides);
  for (int i = 0; i < size.size(); ++i) {
    check_positive(name, "pool_size", size[i], where);
    if (strides[i] == 0) strides[i] = size[i];
    check_positive(name, "strides", strides[i], where);
  }
  Window window{.kernel = size,
                .strides = strides,
                .dilation = {},
                .before = {},
                .channels_first = is_channels_first(o.data_format, name, where)};
  window.set_padding(o.padding);
  return configured(with_options(plain_brick<Pooling>(o.name, where, name, largest, window), o, where), o,
                    arg("pool_size", pool_size));
}

}  // namespace

namespace layers {

Layer MaxPooling1D(std::int64_t pool_size, Pooling1DOptions options, Location where) {
  return make("MaxPooling1D", true, pool_size, options, where);
}
Layer MaxPooling2D(Size2 pool_size, Pooling2DOptions options, Location where) {
  return make("MaxPooling2D", true, pool_size, options, where);
}
Layer MaxPooling3D(Size3 pool_size, Pooling3DOptions options, Location where) {
  return make("MaxPooling3D", true, pool_size, options, where);
}
Layer AveragePooling1D(std::int64_t pool_size, Pooling1DOptions options, Location where) {
  return make("AveragePooling1D", false, pool_size, options, where);
}
Layer AveragePooling2D(Size2 pool_size, Pooling2DOptions options, Location where) {
  return make("AveragePooling2D", false, pool_size, options, where);
}
Layer AveragePooling3D(Size3 pool_size, Pooling3DOptions options, Location where) {
  return make("AveragePooling3D", false, pool_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
