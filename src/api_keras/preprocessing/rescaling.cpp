#include "triptych/keras/layers/rescaling.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Rescaling : public MaskedLayer {
 public:
  Rescaling(std::vector<double> scale, std::vector<double> offset)
      : scale_(std::move(scale)), offset_(std::move(offset)) {}

  Tensor call(const Tensor& input, bool) override {
    const Tensor x = in_dtype(input, compute_dtype());
    const Tensor scaled = scale_.size() == 1 ? x * scale_[0] : x * along_last(scale_);
    return offset_.size() == 1 ? scaled + offset_[0] : scaled + along_last(offset_);
  }

 private:
  Tensor along_last(const std::vector<double>& values) const { return cast(tensor(values), compute_dtype()); }

  std::vector<double> scale_, offset_;
};

}  // namespace

Layer layers::Rescaling(double scale, double offset, NameOptions options, Location where) {
  return Rescaling(std::vector<double>{scale}, std::vector<double>{offset}, options, where);
}
Layer layers::Rescaling(const std::vector<double>& scale, const std::vector<double>& offset, NameOptions options,
                        Location where) {
  if (scale.empty() || offset.empty())
    throw ArgumentError("Rescaling", "there is no scale or no offset", "an empty list", "", where);
  return configured(with_options(plain_brick<keras::Rescaling>(options.name, where, scale, offset), options, where),
                    options, arg("scale", scale), arg("offset", offset));
}

}  // namespace triptych::keras
