#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_reduction_samples(std::vector<Sample>& samples) {
  samples.push_back({"sum", "all", [](const Tensors& x) { return Tensors{tt::sum(x[0])}; }});
  samples.push_back({"sum", "middle_axis", [](const Tensors& x) { return Tensors{tt::sum(x[0], {1})}; }});
  samples.push_back({"sum", "outer_axes_kept", [](const Tensors& x) { return Tensors{tt::sum(x[0], {0, -1}, true)}; }});
  samples.push_back({"sum", "empty", [](const Tensors& x) { return Tensors{tt::sum(x[0], {0})}; }});
}

}  // namespace conformance
