// interpolate: an axis after the other, as all of its modes are products along axes.
#include <algorithm>
#include <cmath>

#include "core/ops/image/resample.h"
#include "core/ops/ops.h"
#include "core/ops/window.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/image.h"
#include "triptych/core/ops/pool_nd.h"

namespace triptych {

extern const Op resample_op;

namespace {

class Interpolation {
 public:
  Interpolation(const Arg& x, const InterpolateOptions& options)
      : x_(operand("interpolate", x)), where_(x.where()), options_(options), spatial_(x_.ndim() - 2) {
    if (spatial_ < 1 || spatial_ > 3) fail("x does not have three to five dimensions", "x is " + x_.shape().text());
    first_ = image_axes(options.data_format, spatial_).first;
    check_mode();
    check_numbers();
  }

  Tensor run() const {
    const Frame frame(where_);
    if (options_.mode == "area") return pooled();
    // The last axis first, whose elements are gathered one by one: the others are still short where the result is
    // larger. The order may not depend on sizes, which may be unknown.
    const auto steps = [&](Tensor image) {
      for (int i = spatial_ - 1; i >= 0; --i) image = resampled(image, i);
      return image;
    };
    return is_nearest() ? steps(x_) : rounded_once(x_, steps);
  }

 private:
  [[noreturn]] void fail(std::string_view rule, std::string_view given, std::string_view hint = "") const {
    throw ArgumentError("interpolate", rule, given, hint, where_);
  }
  bool is_nearest() const { return options_.mode == "nearest" || options_.mode == "nearest-exact"; }
  bool is_cubic() const { return options_.mode == "bicubic"; }
  const std::vector<double>& scales() const { return options_.scale_factor.values; }
  double scale(int axis) const { return scales()[scales().size() == 1 ? 0 : static_cast<std::size_t>(axis)]; }
  std::int64_t size(int axis) const { return options_.size.size() == 1 ? options_.size[0] : options_.size[axis]; }
  double elements(int axis) const { return static_cast<double>(length(axis).raw()); }
  Dim length(int axis) const { return x_.shape().dim(first_ + axis); }

  void check_mode() const {
    static constexpr const char* linear[] = {"linear", "bilinear", "trilinear"};
    const std::string& mode = options_.mode;
    const bool smooth = mode == linear[spatial_ - 1] || (is_cubic() && spatial_ == 2);
    const bool other = is_cubic() || std::find(std::begin(linear), std::end(linear), mode) != std::end(linear);
    if (!smooth && other) fail("x does not have the dimensions of this mode", mode + ", x is " + x_.shape().text());
    if (!smooth && !is_nearest() && mode != "area")
      fail("there is no such mode", "\"" + mode + "\"",
           "Modes are nearest, nearest-exact, linear, bilinear, bicubic, trilinear and area");
    if (options_.align_corners && !smooth) fail("align_corners is set for a mode without it", mode);
    if (options_.antialias && (spatial_ != 2 || !smooth))
      fail("antialias is set for a mode without it", mode, "It goes with bilinear and bicubic");
  }
  void check_numbers() const {
    const bool by_size = !options_.size.empty(), by_scale = !scales().empty();
    if (by_size == by_scale) fail("not one of size and scale_factor is given", by_size ? "both" : "neither");
    const int count = by_size ? options_.size.size() : static_cast<int>(scales().size());
    if (count != 1 && count != spatial_)
      fail("there is not one number for each axis", std::to_string(count) + " for x " + x_.shape().text());
    for (int i = 0; i < spatial_; ++i) {
      if (by_size && size(i) < 1) fail("size is not positive", std::to_string(size(i)));
      if (!by_scale) continue;
      if (!(scale(i) > 0) || !std::isfinite(scale(i))) fail("scale_factor is not positive", std::to_string(scale(i)));
      if (length(i).known() && length(i).raw() > 0 && elements(i) * scale(i) < 1)
        fail("nothing is left of an axis",
             "scale_factor is " + std::to_string(scale(i)) + ", x is " + x_.shape().text());
    }
  }

  Tensor resampled(const Tensor& image, int axis) const {
    ResampleAttributes attributes{.axis = first_ + axis,
                                  .mode = options_.mode == "nearest"         ? ResampleMode::nearest
                                          : options_.mode == "nearest-exact" ? ResampleMode::nearest_exact
                                          : is_cubic()                       ? ResampleMode::cubic
                                                                             : ResampleMode::linear,
                                  .align_corners = options_.align_corners,
                                  .antialias = options_.antialias};
    if (!scales().empty())
      attributes.scale = scale(axis);
    else
      attributes.size = size(axis);
    if (options_.recompute_scale_factor && !scales().empty()) {
      attributes.size = scaled_size(axis);
      attributes.scale = 0;
    }
    const Arg in = image;
    return apply(resample_op, {&in}, &attributes);
  }

  std::int64_t scaled_size(int axis) const {
    if (scales().empty()) return size(axis);
    if (!length(axis).known()) fail("the length of an axis is not known", "x is " + x_.shape().text(), "Give the size");
    const double scaled = std::floor(elements(axis) * scale(axis));
    if (scaled > static_cast<double>(Shape::most_elements))
      fail("the result has more than 2^59 elements", std::to_string(scale(axis)));
    return static_cast<std::int64_t>(scaled);
  }

  Tensor pooled() const {
    const DataFormat format = options_.data_format;
    if (spatial_ == 1) return adaptive_avg_pool1d(x_, scaled_size(0), format);
    if (spatial_ == 2) return adaptive_avg_pool2d(x_, {scaled_size(0), scaled_size(1)}, format);
    return adaptive_avg_pool3d(x_, {scaled_size(0), scaled_size(1), scaled_size(2)}, format);
  }

  const Tensor& x_;
  Location where_;
  const InterpolateOptions& options_;
  int spatial_, first_ = 0;
};

}  // namespace

Tensor interpolate(Arg x, const InterpolateOptions& options) { return Interpolation(x, options).run(); }
Tensor upsample(Arg x, const InterpolateOptions& options) { return interpolate(std::move(x), options); }
Tensor upsample_nearest(Arg x, const Axes& size, const ScaleFactor& scale_factor) {
  return interpolate(std::move(x), {.size = size, .scale_factor = scale_factor});
}
Tensor upsample_bilinear(Arg x, const Axes& size, const ScaleFactor& scale_factor) {
  return interpolate(std::move(x),
                     {.size = size, .scale_factor = scale_factor, .mode = "bilinear", .align_corners = true});
}

}  // namespace triptych
