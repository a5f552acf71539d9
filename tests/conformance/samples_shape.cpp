#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_shape_samples(std::vector<Sample>& samples) {
  samples.push_back({"reshape", "merge", [](const Tensors& x) { return Tensors{tt::reshape(x[0], {2, -1})}; }});
  samples.push_back({"permute", "rotate", [](const Tensors& x) { return Tensors{tt::permute(x[0], {2, 0, 1})}; }});
  samples.push_back({"identity", "plain", [](const Tensors& x) { return Tensors{tt::identity(x[0])}; }});
  samples.push_back({"full_like", "plain", [](const Tensors& x) { return Tensors{x[0] * tt::full_like(x[0], 2.5)}; }});
  samples.back().integers = false;
  samples.push_back(
      {"full", "plain", [](const Tensors& x) { return Tensors{x[0] + tt::full({4}, 1.5, x[0].dtype())}; }});
}

}  // namespace conformance
