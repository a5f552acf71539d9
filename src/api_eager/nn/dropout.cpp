#include "triptych/eager/nn/dropout.h"

#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const DropoutOptions& checked(const DropoutOptions& options, Location where) {
  Hyperparameters("Dropout", where).share("p", options.p);
  return options;
}

}  // namespace

Dropout::Dropout(const DropoutOptions& given, Location where)
    : options(checked(given, where)), stream(register_stream("stream")) {}

Tensor Dropout::forward(const Tensor& x) { return dropout(x, {.p = options.p, .training = is_training()}, stream); }

std::string Dropout::extra_repr() const { return "p=" + python_text(options.p) + ", inplace=False"; }

}  // namespace triptych::eager::nn
