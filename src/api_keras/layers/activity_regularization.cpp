#include "triptych/keras/layers/activity_regularization.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {
namespace {

class ActivityRegularization : public MaskedLayer {
 public:
  explicit ActivityRegularization(ActivityRegularizationOptions options) : options_(std::move(options)) {}
  Tensor call(const Tensor& x, bool) override { return x; }

 private:
  ActivityRegularizationOptions options_;
};

}  // namespace

Layer layers::ActivityRegularization(ActivityRegularizationOptions options, Location where) {
  Layer layer = plain_brick<keras::ActivityRegularization>(options.name, where, options);
  layer.base().set_activity_regularizer(regularizers::L1L2({.l1 = options.l1, .l2 = options.l2}, where));
  return configured(std::move(layer), options);
}

}  // namespace triptych::keras
