#include "triptych/keras/layers/masking.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class Masking : public MaskedLayer {
 public:
  explicit Masking(double mask_value) : mask_value_(mask_value) {}

  Tensor call(const Tensor& x, bool) override {
    check(x);
    return where(any(not_equal(x, mask_value_), -1, true), x, 0);
  }
  std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>&) override {
    check(inputs.at(0));
    return {any(not_equal(inputs[0], mask_value_), -1)};
  }

 private:
  void check(const Tensor& x) const {
    if (x.ndim() < 2)
      throw ArgumentError("Masking", "the input has no last axis beside the batch",
                          "layer '" + name() + "' got " + x.shape().text());
  }
  double mask_value_;
};

}  // namespace

Layer layers::Masking(double mask_value, NameOptions options, Location where) {
  Hyperparameters("Masking", where).finite("mask_value", mask_value);
  return configured(with_options(plain_brick<keras::Masking>(options.name, where, mask_value), options, where), options,
                    arg("mask_value", mask_value));
}

}  // namespace triptych::keras
