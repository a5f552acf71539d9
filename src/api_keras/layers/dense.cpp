#include "triptych/keras/layers/dense.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Dense : public MaskedLayer {
 public:
  Dense(std::int64_t units, DenseOptions options) : units_(units), options_(std::move(options)) {}

  void build(const Shape& input) override {
    if (input.rank() < 2)
      throw ArgumentError("Dense", "the input has less than two axes", "layer '" + name() + "' got " + input.text(),
                          "The first one is the batch");
    if (!input.dim(-1).known())
      throw ArgumentError("Dense", "the last axis of the input is not known",
                          "layer '" + name() + "' got " + input.text(), "Give Input its size");
    kernel_ = add_weight({.shape = {input[-1], units_},
                          .initializer = options_.kernel_initializer,
                          .regularizer = options_.kernel_regularizer,
                          .constraint = options_.kernel_constraint,
                          .name = "kernel"});
    if (options_.use_bias)
      bias_ = add_weight({.shape = {units_},
                          .initializer = options_.bias_initializer,
                          .regularizer = options_.bias_regularizer,
                          .constraint = options_.bias_constraint,
                          .name = "bias"});
  }

  Tensor call(const Tensor& input, bool) override {
    const Tensor x = like_weights(input, kernel_);
    const LinearOptions layout{.transpose_weight = false};
    return options_.activation(bias_.defined() ? linear(x, kernel_, bias_, layout) : linear(x, kernel_, layout));
  }

 private:
  std::int64_t units_;
  DenseOptions options_;
  Tensor kernel_, bias_;
};

}  // namespace

Layer layers::Dense(std::int64_t units, DenseOptions options, Location where) {
  if (units < 1) throw ArgumentError("Dense", "units is below 1", std::to_string(units), "", where);
  return configured(with_options(brick<keras::Dense>(options.name, where, units, options), options, where), options,
                    arg("units", units));
}

}  // namespace triptych::keras
