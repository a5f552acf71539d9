// Activations with thresholds, gated ones, and softmax with masks; references by
// scripts/references/make_conformance_references_elementwise.py.
#include "samples.h"
#include "triptych/core/ops/masked_softmax.h"
#include "triptych/core/ops/rectifier.h"

namespace tt = triptych;

namespace conformance {

void add_rectifier_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples.back();
  };
  const auto one = [&](const char* op, Tensor (*f)(tt::Arg)) {
    add(op, "plain", [f](const Tensors& x) { return f(x[0]); });
  };
  for (const char* name : {"one", "channels", "images", "vector", "scalars"})
    add("prelu", name, [](const Tensors& x) { return tt::prelu(x[0], x[1]); });
  add("rrelu", "mean", [](const Tensors& x) { return tt::rrelu(x[0]); });
  add("threshold", "plain", [](const Tensors& x) { return tt::threshold(x[0], 0.4, -7); });
  add("hardshrink", "plain", [](const Tensors& x) { return tt::hardshrink(x[0]); });
  add("hardshrink", "wide", [](const Tensors& x) { return tt::hardshrink(x[0], 1.25); });
  add("softshrink", "plain", [](const Tensors& x) { return tt::softshrink(x[0]); });
  add("softshrink", "wide", [](const Tensors& x) { return tt::softshrink(x[0], 1.25); });
  one("tanhshrink", tt::tanhshrink);
  one("hard_sigmoid", tt::hard_sigmoid);
  add("squareplus", "plain", [](const Tensors& x) { return tt::squareplus(x[0]); });
  add("squareplus", "b", [](const Tensors& x) { return tt::squareplus(x[0], 0.5); });
  one("sparse_plus", tt::sparse_plus);
  one("sparse_sigmoid", tt::sparse_sigmoid);
  add("reglu", "last", [](const Tensors& x) { return tt::reglu(x[0]); });
  add("geglu", "last", [](const Tensors& x) { return tt::geglu(x[0]); });
  add("swiglu", "first", [](const Tensors& x) { return tt::swiglu(x[0], 0); });

  for (const char* name : {"last", "ties", "scalar"})
    add("sparsemax", name, [](const Tensors& x) { return tt::sparsemax(x[0]); });
  samples.back().smooth = samples[samples.size() - 2].smooth = false;
  add("sparsemax", "middle", [](const Tensors& x) { return tt::sparsemax(x[0], 1); });
  add("softmin", "last", [](const Tensors& x) { return tt::softmin(x[0]); });
  add("softmin", "first", [](const Tensors& x) { return tt::softmin(x[0], 0); });
  add("softmax", "dtype", [](const Tensors& x) { return tt::softmax(x[0], 1, tt::float64); });
  add("log_softmax", "dtype", [](const Tensors& x) { return tt::log_softmax(x[0], 0, tt::float64); });
  for (const char* name : {"last", "broadcast", "nothing_left", "scalar"})
    add("masked_softmax", name, [](const Tensors& x) { return tt::masked_softmax(x[0], x[1]); });
  add("masked_softmax", "first", [](const Tensors& x) { return tt::masked_softmax(x[0], x[1], 0); });
  add("masked_log_softmax", "last", [](const Tensors& x) { return tt::masked_log_softmax(x[0], x[1]); }).smooth =
      false;  // infinities
}

}  // namespace conformance
