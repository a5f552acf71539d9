#include "triptych/keras/layers/group_normalization.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class GroupNormalization : public MaskedLayer {
 public:
  explicit GroupNormalization(GroupNormalizationOptions options) : options_(std::move(options)) {}

  void build(const Shape& input) override {
    const int axis = normalize_axis("GroupNormalization", options_.axis, input.rank());
    const Dim channels = input.dim(axis);
    const auto fail = [&](const char* wrong, const std::string& given, const char* hint = "") {
      throw ArgumentError("GroupNormalization", wrong, given + "layer '" + name() + "' got " + input.text(), hint);
    };
    if (axis == 0) fail("the axis of the batch is to be normalized", "");
    if (!channels.known()) fail("the normalized axis is not known", "", "Give Input its size");
    if (options_.groups == -1) options_.groups = channels.value();
    if (channels.value() % options_.groups != 0 || channels.value() < options_.groups)
      fail("groups does not divide the channels", std::to_string(options_.groups) + " groups, ");
    const Shape shape{channels.value()};
    if (options_.scale)
      gamma_ = add_weight({.shape = shape,
                           .initializer = options_.gamma_initializer,
                           .regularizer = options_.gamma_regularizer,
                           .constraint = options_.gamma_constraint,
                           .name = "gamma"});
    if (options_.center)
      beta_ = add_weight({.shape = shape,
                          .initializer = options_.beta_initializer,
                          .regularizer = options_.beta_regularizer,
                          .constraint = options_.beta_constraint,
                          .name = "beta"});
  }
  Tensor call(const Tensor& input, bool) override {
    const Tensor x = like_weights(input, gamma_.defined() ? gamma_ : beta_);
    const int axis = normalize_axis("GroupNormalization", options_.axis, x.ndim());
    const auto normalized = [&](const Tensor& of) {
      return group_norm(of, options_.groups, gamma_, beta_, options_.epsilon);
    };
    const Tensor y = x.ndim() == 2 ? squeeze(normalized(unsqueeze(x, -1)), -1)
                     : axis == 1   ? normalized(x)
                                   : moveaxis(normalized(moveaxis(x, axis, 1)), 1, axis);
    return in_dtype(y, compute_dtype());
  }

 private:
  GroupNormalizationOptions options_;
  Tensor gamma_, beta_;
};

}  // namespace

Layer layers::GroupNormalization(GroupNormalizationOptions options, Location where) {
  Hyperparameters("GroupNormalization", where).not_negative("epsilon", options.epsilon);
  if (options.groups != -1) check_positive("GroupNormalization", "groups", options.groups, where);
  return configured(with_options(brick<keras::GroupNormalization>(options.name, where, options), options, where),
                    options);
}

}  // namespace triptych::keras
