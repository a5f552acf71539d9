#include "triptych/keras/layers/cropping.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"
#include "triptych/keras/layers/zero_padding.h"

namespace triptych::keras {
namespace {

using Borders = std::vector<Border1>;

Borders borders_of(Border1 border) { return {border}; }
Borders borders_of(Border2 border) { return {border.height, border.width}; }
Borders borders_of(Border3 border) { return {border.depth, border.height, border.width}; }

/// Cropping and zero padding.
class BorderLayer : public LayerBase {
 public:
  BorderLayer(const char* class_name, bool crops, Borders borders, bool channels_first)
      : class_name_(class_name), crops_(crops), borders_(std::move(borders)), channels_first_(channels_first) {}
  std::string class_name() const override { return class_name_; }

  Tensor call(const Tensor& x, bool) override {
    const int rank = static_cast<int>(borders_.size()), first = channels_first_ ? 2 : 1;
    check_rank(*this, x.shape(), rank + 2, "batch, channels and those with a border");
    if (!crops_) {
      std::vector<std::pair<std::int64_t, std::int64_t>> padding(static_cast<std::size_t>(rank + 2));
      for (int i = 0; i < rank; ++i) padding[static_cast<std::size_t>(first + i)] = {at(i).before, at(i).after};
      return pad(x, padding);
    }
    Tensor y = x;
    for (int i = 0; i < rank; ++i) {
      const Dim length = x.shape().dim(first + i);
      if (length.known() && at(i).before + at(i).after >= length.raw())
        throw ArgumentError(class_name_, "cropping leaves nothing of an axis",
                            std::to_string(at(i).before) + " and " + std::to_string(at(i).after) + ", layer '" +
                                name() + "' got " + x.shape().text());
      if (at(i).after > 0)
        y = slice(y, first + i, {at(i).before, -at(i).after});
      else
        y = slice(y, first + i, {at(i).before, none});
    }
    return y;
  }

 private:
  const Border1& at(int axis) const { return borders_[static_cast<std::size_t>(axis)]; }

  const char* class_name_;
  bool crops_;
  Borders borders_;
  bool channels_first_;
};

Layer make(const char* name, bool crops, const Borders& borders, const BorderOptions& options, Location where) {
  for (const Border1& border : borders)
    if (border.before < 0 || border.after < 0)
      throw ArgumentError(name, "a border is negative",
                          std::to_string(border.before) + " and " + std::to_string(border.after), "", where);
  return with_options(brick<BorderLayer>(options.name, where, name, crops, borders,
                                         is_channels_first(options.data_format, name, where)),
                      options, where);
}

}  // namespace

namespace layers {

Layer Cropping1D(Border1 cropping, BorderOptions options, Location where) {
  return configured(make("Cropping1D", true, borders_of(cropping), options, where), options, arg("cropping", cropping));
}
Layer Cropping2D(Border2 cropping, BorderOptions options, Location where) {
  return configured(make("Cropping2D", true, borders_of(cropping), options, where), options, arg("cropping", cropping));
}
Layer Cropping3D(Border3 cropping, BorderOptions options, Location where) {
  return configured(make("Cropping3D", true, borders_of(cropping), options, where), options, arg("cropping", cropping));
}
Layer ZeroPadding1D(Border1 padding, BorderOptions options, Location where) {
  return configured(make("ZeroPadding1D", false, borders_of(padding), options, where), options,
                    arg("padding", padding));
}
Layer ZeroPadding2D(Border2 padding, BorderOptions options, Location where) {
  return configured(make("ZeroPadding2D", false, borders_of(padding), options, where), options,
                    arg("padding", padding));
}
Layer ZeroPadding3D(Border3 padding, BorderOptions options, Location where) {
  return configured(make("ZeroPadding3D", false, borders_of(padding), options, where), options,
                    arg("padding", padding));
}

}  // namespace layers
}  // namespace triptych::keras
