#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_reduction_samples(std::vector<Sample>& samples) {
  samples.push_back({"sum", "all", [](const Tensors& x) { return Tensors{tt::sum(x[0])}; }});
  samples.push_back({"sum", "middle_axis", [](const Tensors& x) { return Tensors{tt::sum(x[0], {1})}; }});
  samples.push_back({"sum", "outer_axes_kept", [](const Tensors& x) { return Tensors{tt::sum(x[0], {0, -1}, true)}; }});
  const auto add = [&](const char* op, const char* name, auto call) -> Sample& {
    samples.push_back({op, name, [=](const Tensors& x) { return Tensors{call(x[0])}; }});
    return samples.back();
  };
  using tt::Tensor;
  add("mean", "all", [](const Tensor& x) { return tt::mean(x); });
  add("mean", "axes", [](const Tensor& x) { return tt::mean(x, {0, 2}); });
  add("mean", "kept", [](const Tensor& x) { return tt::mean(x, 1, true); });
  add("max", "all", [](const Tensor& x) { return tt::max(x); });
  add("max", "axis", [](const Tensor& x) { return tt::max(x, -1); });
  add("max", "ties", [](const Tensor& x) { return tt::max(x, {0, 2}, true); }).smooth = false;
  add("min", "axis", [](const Tensor& x) { return tt::min(x, 1); });
  add("min", "ties", [](const Tensor& x) { return tt::min(x, {0, 1}); }).smooth = false;
  add("prod", "all", [](const Tensor& x) { return tt::prod(x); });
  add("prod", "axis", [](const Tensor& x) { return tt::prod(x, 1); });
  add("prod", "zeros", [](const Tensor& x) { return tt::prod(x, 0); });
  add("var", "all", [](const Tensor& x) { return tt::var(x); });
  add("var", "biased", [](const Tensor& x) { return tt::var(x, {0, 2}, {.correction = 0}); });
  add("std", "axis", [](const Tensor& x) { return tt::std(x, 1, {.keepdims = true}); });
  add("logsumexp", "axes", [](const Tensor& x) { return tt::logsumexp(x, {0, 2}); });
  add("logsumexp", "large", [](const Tensor& x) { return tt::logsumexp(x, 1); });
  add("argmax", "axis", [](const Tensor& x) { return tt::argmax(x, 1); });
  add("argmax", "all", [](const Tensor& x) { return tt::argmax(x); });
  add("argmin", "kept", [](const Tensor& x) { return tt::argmin(x, -1, true); });
  add("any", "axis", [](const Tensor& x) { return tt::any(tt::greater(x, 1), 1); });
  add("all", "axis", [](const Tensor& x) { return tt::all(tt::greater(x, -1), 0); });
  add("norm", "axis", [](const Tensor& x) { return tt::norm(x, 1); });
  samples.push_back({"sum", "empty", [](const Tensors& x) { return Tensors{tt::sum(x[0], {0})}; }});
}

}  // namespace conformance
