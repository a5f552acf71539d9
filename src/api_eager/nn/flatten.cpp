#include "triptych/eager/nn/flatten.h"

#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {

Tensor Flatten::forward(const Tensor& x) { return flatten(x, options.start_dim, options.end_dim); }
std::string Flatten::extra_repr() const {
  return "start_dim=" + std::to_string(options.start_dim) + ", end_dim=" + std::to_string(options.end_dim);
}

Tensor Unflatten::forward(const Tensor& x) { return unflatten(x, options.dim, options.unflattened_size); }
std::string Unflatten::extra_repr() const {
  return "dim=" + std::to_string(options.dim) +
         ", unflattened_size=" + tuple_text(options.unflattened_size.to_vector());
}

}  // namespace triptych::eager::nn
