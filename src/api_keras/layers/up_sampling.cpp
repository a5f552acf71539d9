#include "triptych/keras/layers/up_sampling.h"

#include <array>
#include <cmath>
#include <numbers>

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

/// Weights by which an interpolation looks at its neighbours.
struct Kernel {
  const char* name;
  double (*weight)(double distance);
  double places = 0;  // between two elements, that are told apart; 0: all
};

double lanczos(double x, double radius) {
  if (x == 0) return 1;
  const double y = std::numbers::pi * x;
  return x < radius ? radius * std::sin(y) * std::sin(y / radius) / (y * y) : 0;
}

constexpr std::array kernels{
    Kernel{"bilinear", [](double x) { return x < 1 ? 1 - x : 0.0; }},
    // Keys, 1981, with a = -1/2 and a table of 1024 places, as TensorFlow has it.
    Kernel{"bicubic",
           [](double x) {
             return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0.0;
           },
           1024},
    Kernel{"lanczos3", [](double x) { return lanczos(x, 3); }},
    Kernel{"lanczos5", [](double x) { return lanczos(x, 5); }},
};

/// (length * factor, length): each row has the weights of an element of the result, which add up to one.
Tensor resampling(const Kernel& kernel, std::int64_t length, std::int64_t factor) {
  const std::int64_t rows = length * factor;
  std::vector<double> weights(static_cast<std::size_t>(rows * length));
  for (std::int64_t i = 0; i < rows; ++i) {
    double place = (static_cast<double>(i) + 0.5) / static_cast<double>(factor) - 0.5;
    if (kernel.places > 0) place = std::nearbyint(place * kernel.places) / kernel.places;
    double total = 0;
    for (const bool scale : {false, true})
      for (std::int64_t j = 0; j < length; ++j) {
        double& weight = weights[static_cast<std::size_t>(i * length + j)];
        if (scale)
          weight /= total;
        else
          total += weight = kernel.weight(std::abs(place - static_cast<double>(j)));
      }
  }
  return tensor(weights, {rows, length});
}

class UpSampling : public LayerBase {
 public:
  UpSampling(const char* class_name, Axes size, bool channels_first, const Kernel* kernel)
      : class_name_(class_name), kernel_(kernel) {
    window_.kernel = size;
    window_.channels_first = channels_first;
  }
  std::string class_name() const override { return class_name_; }

  Tensor call(const Tensor& x, bool) override {
    check_axes(*this, window_, x.shape());
    Tensor y = x;
    for (int i = 0; i < window_.rank(); ++i) {
      const int axis = i + (window_.channels_first ? 2 : 1);
      y = kernel_ ? resampled(y, axis, window_.kernel[i]) : repeat(y, window_.kernel[i], axis);
    }
    return y;
  }

 private:
  Tensor resampled(const Tensor& x, int axis, std::int64_t factor) const {
    const Dim length = x.shape().dim(axis);
    if (!length.known())
      throw ArgumentError(class_name_, "the size of images is not known, which this interpolation needs",
                          "'" + std::string(kernel_->name) + "', layer '" + name() + "' got " + x.shape().text(),
                          "Give Input its size");
    const Tensor weights = cast(resampling(*kernel_, length.raw(), factor), x.dtype());
    return moveaxis(matmul(moveaxis(x, axis, -1), transpose(weights)), -1, axis);
  }

  const char* class_name_;
  const Kernel* kernel_;                                                         // null: nearest
  Window window_ = {.kernel = {}, .strides = {}, .dilation = {}, .before = {}};  // its kernel: the factors
};

template <class Options>
Layer make(const char* name, const Axes& size, bool channels_first, const Kernel* kernel, const Options& o,
           Location where) {
  for (const std::int64_t factor : size) check_positive(name, "size", factor, where);
  return with_options(brick<UpSampling>(o.name, where, name, size, channels_first, kernel), o, where);
}

}  // namespace

namespace layers {

Layer UpSampling1D(std::int64_t size, NameOptions options, Location where) {
  return configured(make("UpSampling1D", axes_of(size), false, nullptr, options, where), options, arg("size", size));
}
Layer UpSampling2D(Size2 size, UpSampling2DOptions options, Location where) {
  const Kernel* kernel = nullptr;
  for (const Kernel& known : kernels)
    if (options.interpolation == known.name) kernel = &known;
  if (!kernel && options.interpolation != "nearest")
    throw ArgumentError("UpSampling2D", "there is no such interpolation", "'" + options.interpolation + "'",
                        "Use 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'", where);
  return configured(make("UpSampling2D", axes_of(size), is_channels_first(options.data_format, "UpSampling2D", where),
                         kernel, options, where),
                    options, arg("size", size));
}
Layer UpSampling3D(Size3 size, UpSampling3DOptions options, Location where) {
  return configured(make("UpSampling3D", axes_of(size), is_channels_first(options.data_format, "UpSampling3D", where),
                         nullptr, options, where),
                    options, arg("size", size));
}

}  // namespace layers
}  // namespace triptych::keras
