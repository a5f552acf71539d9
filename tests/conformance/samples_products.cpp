// Matrix products, convolutions and pools.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_product_samples(std::vector<Sample>& samples) {
  for (const char* name :
       {"vectors", "vector_matrix", "matrix_vector", "batches", "shared_right", "empty", "empty_sum"})
    samples.push_back({"matmul", name, [](const Tensors& x) { return Tensors{tt::matmul(x[0], x[1])}; }});
  samples.push_back({"matmul", "transposed",
                     [](const Tensors& x) { return Tensors{tt::matmul(tt::transpose(x[0]), tt::transpose(x[1]))}; }});
  samples.push_back({"linear", "bias", [](const Tensors& x) { return Tensors{tt::linear(x[0], x[1], x[2])}; }});
  samples.push_back({"linear", "plain", [](const Tensors& x) { return Tensors{tt::linear(x[0], x[1])}; }});
  samples.push_back(
      {"linear", "in_out_relu", [](const Tensors& x) {
         return Tensors{tt::linear(x[0], x[1], x[2], {.transpose_weight = false, .activation = tt::Activation::relu})};
       }});
}

}  // namespace conformance
