#include "triptych/eager/nn/activation.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return triptych::tanh(x); }
Tensor SiLU::forward(const Tensor& x) { return silu(x); }

Tensor LeakyReLU::forward(const Tensor& x) { return leaky_relu(x, options.negative_slope); }
std::string LeakyReLU::extra_repr() const { return "negative_slope=" + python_text(options.negative_slope); }

Tensor ELU::forward(const Tensor& x) { return elu(x, options.alpha); }
std::string ELU::extra_repr() const { return "alpha=" + python_text(options.alpha); }

Tensor GELU::forward(const Tensor& x) { return gelu(x, {.approximate = options.approximate}); }
std::string GELU::extra_repr() const { return "approximate='" + options.approximate + "'"; }

Tensor Softmax::forward(const Tensor& x) { return softmax(x, options.dim); }
std::string Softmax::extra_repr() const { return "dim=" + std::to_string(options.dim); }

Tensor LogSoftmax::forward(const Tensor& x) { return log_softmax(x, options.dim); }
std::string LogSoftmax::extra_repr() const { return "dim=" + std::to_string(options.dim); }

Tensor Softplus::forward(const Tensor& x) { return softplus(x, options.beta, options.threshold); }
std::string Softplus::extra_repr() const {
  return "beta=" + python_text(options.beta) + ", threshold=" + python_text(options.threshold);
}

Tensor Flatten::forward(const Tensor& x) { return flatten(x, options.start_dim, options.end_dim); }
std::string Flatten::extra_repr() const {
  return "start_dim=" + std::to_string(options.start_dim) + ", end_dim=" + std::to_string(options.end_dim);
}

}  // namespace triptych::eager::nn
