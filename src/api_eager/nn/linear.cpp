#include "triptych/eager/nn/linear.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const LinearOptions& checked(const LinearOptions& options, Location where) {
  if (options.in_features < 1 || options.out_features < 1)
    throw ArgumentError("Linear", "in_features or out_features is not positive",
                        std::to_string(options.in_features) + " and " + std::to_string(options.out_features), "",
                        where);
  check_parameter_dtype("Linear", options.dtype, where);
  return options;
}

}  // namespace

Linear::Linear(const LinearOptions& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter("weight", default_weight({options.out_features, options.in_features}, options.dtype,
                                                         init::Layout::out_in, where))),
      bias(register_parameter(
          "bias",
          options.bias ? default_bias(options.out_features, options.in_features, options.dtype, where) : Tensor())) {}

Tensor Linear::forward(const Tensor& x) { return bias.defined() ? linear(x, weight, bias) : linear(x, weight); }

std::string Linear::extra_repr() const {
  return "in_features=" + std::to_string(options.in_features) +
         ", out_features=" + std::to_string(options.out_features) + ", bias=" + python_text(options.bias);
}

}  // namespace triptych::eager::nn
