#include "triptych/keras/layers/lambda.h"

#include "api_keras/layers/brick.h"
#include "api_keras/models/cloning.h"
#include "api_keras/saving/objects.h"
#include "core/formats/json.h"

namespace triptych::keras {
namespace {

class Lambda : public LayerBase {
 public:
  using Function = std::function<Tensor(const std::vector<Tensor>&)>;
  Lambda(Function function, bool of_many, LambdaOptions options)
      : function_(std::move(function)), of_many_(of_many), mask_(std::move(options.mask)) {
    supports_masking = mask_ != nullptr;
    LayerAccess::leave_parts_unchecked(*this);
  }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override {
    if (!of_many_ && xs.size() != 1)
      throw ArgumentError("Lambda", "the function takes one tensor, and the layer got another number",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()),
                          "Give it a function of a std::vector<Tensor>");
    const UserCode its_lines;
    return {function_(xs)};
  }
  std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>& mask) override {
    if (!mask_) return {};
    const UserCode its_lines;
    return {mask_(inputs, mask)};
  }

  std::string config() const override {
    Json config;
    config["function"] = unwritable_function();
    return text_of(config);
  }
  /// Another one of the same functions.
  Layer copy(Location where) const {
    LambdaOptions options;
    options.mask = mask_;
    options.name = name();
    options.dtype = dtype_policy();
    return with_options(brick<Lambda>(options.name, where, function_, of_many_, options), options, where);
  }

 private:
  Function function_;
  bool of_many_;
  std::function<Tensor(const std::vector<Tensor>&, const std::vector<Tensor>&)> mask_;
};

Layer make(Lambda::Function function, bool of_many, LambdaOptions options, Location where) {
  return with_options(brick<Lambda>(options.name, where, std::move(function), of_many, options), options, where);
}

void check(bool there_is_one, Location where) {
  if (!there_is_one) throw ArgumentError("Lambda", "there is no function", "an empty one", "", where);
}

}  // namespace

bool is_lambda(const Layer& layer) { return layer.as<Lambda>() != nullptr; }
Layer copy_of_lambda(const Layer& layer, Location where) { return layer.as<Lambda>()->copy(where); }

namespace layers {

Layer Lambda(std::function<Tensor(const Tensor&)> function, LambdaOptions options, Location where) {
  check(function != nullptr, where);
  return make([function = std::move(function)](const std::vector<Tensor>& xs) { return function(xs[0]); }, false,
              std::move(options), where);
}
Layer LambdaOfMany(std::function<Tensor(const std::vector<Tensor>&)> function, LambdaOptions options, Location where) {
  check(function != nullptr, where);
  return make(std::move(function), true, std::move(options), where);
}

}  // namespace layers
}  // namespace triptych::keras
