// Shapes that depend on values; references by scripts/references/make_conformance_references_more.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_dynamic_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    samples.back().dynamic_shape = true;
  };
  const auto select = [](const Tensors& x) { return tt::masked_select(x[0], x[1]); };
  add("nonzero", "matrix", [](const Tensors& x) { return tt::nonzero(x[0]); });
  add("nonzero", "scalar", [](const Tensors& x) { return tt::nonzero(x[0]); });
  add("nonzero", "nothing", [](const Tensors& x) { return tt::nonzero(x[0]); });
  add("masked_select", "same_shape", select);
  add("masked_select", "broadcast_mask", select);
  add("masked_select", "broadcast_values", select);
  add("masked_select", "nothing", select);
  add("masked_select", "squares", [](const Tensors& x) { return tt::masked_select(x[0] * x[0], x[1]); });
}

}  // namespace conformance
