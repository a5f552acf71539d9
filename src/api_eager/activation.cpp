#include "triptych/eager/nn/activation.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {

Tensor ReLU::forward(const Tensor& x) { return relu(x); }

Tensor Flatten::forward(const Tensor& x) { return flatten(x, options.start_dim, options.end_dim); }
std::string Flatten::extra_repr() const {
  return "start_dim=" + std::to_string(options.start_dim) + ", end_dim=" + std::to_string(options.end_dim);
}

}  // namespace triptych::eager::nn
