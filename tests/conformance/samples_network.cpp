#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_network_samples(std::vector<Sample>& samples) {
  samples.push_back({"matmul", "plain", [](const Tensors& x) { return Tensors{tt::matmul(x[0], x[1])}; }});
}

}  // namespace conformance
