#include "triptych/eager/nn/activation.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {

Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return triptych::tanh(x); }
Tensor LogSigmoid::forward(const Tensor& x) { return log_sigmoid(x); }
Tensor Softsign::forward(const Tensor& x) { return softsign(x); }
Tensor Tanhshrink::forward(const Tensor& x) { return tanhshrink(x); }

std::string InplaceActivation::extra_repr() const { return inplace_text(inplace); }
Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor ReLU6::forward(const Tensor& x) { return relu6(x); }
Tensor SiLU::forward(const Tensor& x) { return silu(x); }
Tensor Mish::forward(const Tensor& x) { return mish(x); }
Tensor SELU::forward(const Tensor& x) { return selu(x); }
Tensor Hardsigmoid::forward(const Tensor& x) { return hardsigmoid(x); }
Tensor Hardswish::forward(const Tensor& x) { return hardswish(x); }

Tensor LeakyReLU::forward(const Tensor& x) { return leaky_relu(x, options.negative_slope); }
std::string LeakyReLU::extra_repr() const {
  return inplace_text(options.inplace, "negative_slope=" + python_text(options.negative_slope));
}

Tensor ELU::forward(const Tensor& x) { return elu(x, options.alpha); }
std::string ELU::extra_repr() const { return inplace_text(options.inplace, "alpha=" + python_text(options.alpha)); }

Tensor CELU::forward(const Tensor& x) { return celu(x, options.alpha); }
std::string CELU::extra_repr() const { return inplace_text(options.inplace, "alpha=" + python_text(options.alpha)); }

Tensor GELU::forward(const Tensor& x) { return gelu(x, {.approximate = options.approximate}); }
std::string GELU::extra_repr() const { return "approximate='" + options.approximate + "'"; }

Tensor Softplus::forward(const Tensor& x) { return softplus(x, options.beta, options.threshold); }
std::string Softplus::extra_repr() const {
  return "beta=" + python_text(options.beta) + ", threshold=" + python_text(options.threshold);
}

Tensor Hardtanh::forward(const Tensor& x) { return hardtanh(x, options.min_val, options.max_val); }
std::string Hardtanh::extra_repr() const {
  return inplace_text(options.inplace,
                      "min_val=" + python_text(options.min_val) + ", max_val=" + python_text(options.max_val));
}

Tensor Hardshrink::forward(const Tensor& x) { return hardshrink(x, options.lambd); }
std::string Hardshrink::extra_repr() const { return python_text(options.lambd); }

Tensor Softshrink::forward(const Tensor& x) { return softshrink(x, options.lambd); }
std::string Softshrink::extra_repr() const { return python_text(options.lambd); }

Tensor Threshold::forward(const Tensor& x) {
  return threshold(x, options.threshold.to_double(), options.value.to_double());
}
std::string Threshold::extra_repr() const {
  return inplace_text(options.inplace,
                      "threshold=" + python_text(options.threshold) + ", value=" + python_text(options.value));
}

namespace {

const PReLUOptions& checked(const PReLUOptions& options, Location where) {
  if (options.num_parameters < 1)
    throw ArgumentError("PReLU", "num_parameters is not positive", std::to_string(options.num_parameters), "", where);
  check_parameter_dtype("PReLU", options.dtype, where);
  return options;
}

}  // namespace

PReLU::PReLU(const Options& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter("weight", full({options.num_parameters}, options.init, options.dtype, where))) {}
Tensor PReLU::forward(const Tensor& x) { return prelu(x, weight); }
std::string PReLU::extra_repr() const { return "num_parameters=" + std::to_string(options.num_parameters); }

RReLU::RReLU(const Options& given, Location where) : options(given), stream(register_stream(Name("stream", where))) {}
Tensor RReLU::forward(const Tensor& x) {
  return rrelu(x, {.lower = options.lower, .upper = options.upper, .training = is_training()}, stream);
}
std::string RReLU::extra_repr() const {
  return inplace_text(options.inplace, "lower=" + python_text(options.lower) + ", upper=" + python_text(options.upper));
}

Tensor Softmax::forward(const Tensor& x) { return softmax(x, options.dim); }
std::string Softmax::extra_repr() const { return "dim=" + std::to_string(options.dim); }

Tensor Softmin::forward(const Tensor& x) { return softmin(x, options.dim); }
std::string Softmin::extra_repr() const { return "dim=" + std::to_string(options.dim); }

Tensor LogSoftmax::forward(const Tensor& x) { return log_softmax(x, options.dim); }
std::string LogSoftmax::extra_repr() const { return "dim=" + std::to_string(options.dim); }

Tensor Softmax2d::forward(const Tensor& x) {
  if (x.ndim() != 3 && x.ndim() != 4)
    throw ArgumentError("Softmax2d", "the input does not have three or four dimensions", "x is " + x.shape().text());
  return softmax(x, -3);
}

Tensor GLU::forward(const Tensor& x) { return glu(x, options.dim); }
std::string GLU::extra_repr() const { return "dim=" + std::to_string(options.dim); }

}  // namespace triptych::eager::nn
