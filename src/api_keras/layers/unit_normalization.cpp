#include "triptych/keras/layers/unit_normalization.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class UnitNormalization : public MaskedLayer {
 public:
  explicit UnitNormalization(const Axes& axis) : axis_(axis) {}
  Tensor call(const Tensor& x, bool) override { return l2_normalize(x, axis_, 1e-24); }

 private:
  Axes axis_;
};

}  // namespace

Layer layers::UnitNormalization(UnitNormalizationOptions options, Location where) {
  if (options.axis.empty()) throw ArgumentError("UnitNormalization", "no axis is given", "an empty list", "", where);
  return configured(
      with_options(plain_brick<keras::UnitNormalization>(options.name, where, options.axis), options, where), options);
}

}  // namespace triptych::keras
