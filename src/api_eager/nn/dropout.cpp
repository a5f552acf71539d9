#include "triptych/eager/nn/dropout.h"

#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const DropoutOptions& checked(const char* name, const DropoutOptions& options, Location where) {
  Hyperparameters(name, where).share("p", options.p);
  return options;
}

}  // namespace

DropoutBase::DropoutBase(const char* name, const DropoutOptions& given, Location where)
    : options(checked(name, given, where)), stream(register_stream(Name("stream", where))) {}

std::string DropoutBase::extra_repr() const {
  return "p=" + python_text(options.p) + ", inplace=" + python_text(options.inplace);
}

Tensor Dropout::forward(const Tensor& x) { return dropout(x, {.p = options.p, .training = is_training()}, stream); }
Tensor Dropout1d::forward(const Tensor& x) { return dropout1d(x, {.p = options.p, .training = is_training()}, stream); }
Tensor Dropout2d::forward(const Tensor& x) { return dropout2d(x, {.p = options.p, .training = is_training()}, stream); }
Tensor Dropout3d::forward(const Tensor& x) { return dropout3d(x, {.p = options.p, .training = is_training()}, stream); }
Tensor AlphaDropout::forward(const Tensor& x) {
  return alpha_dropout(x, {.p = options.p, .training = is_training()}, stream);
}
Tensor FeatureAlphaDropout::forward(const Tensor& x) {
  return feature_alpha_dropout(x, {.p = options.p, .training = is_training()}, stream);
}

}  // namespace triptych::eager::nn
