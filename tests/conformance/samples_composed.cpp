// Functions made of simpler ops, running sums, parts of matrices, creation; references by
// scripts/references/make_conformance_references_more.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_composed_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples.back();
  };
  const auto unary = [&](const char* op, Tensor (*f)(tt::Arg)) {
    add(op, "plain", [f](const Tensors& x) { return f(x[0]); });
  };
  unary("relu6", tt::relu6);
  unary("hardsigmoid", tt::hardsigmoid);
  unary("hardswish", tt::hardswish);
  unary("selu", tt::selu);
  unary("mish", tt::mish);
  unary("softsign", tt::softsign);
  unary("log_sigmoid", tt::log_sigmoid);
  add("log_sigmoid", "large", [](const Tensors& x) { return tt::log_sigmoid(x[0]); });
  add("hardtanh", "plain", [](const Tensors& x) { return tt::hardtanh(x[0]); });
  add("hardtanh", "bounds", [](const Tensors& x) { return tt::hardtanh(x[0], -0.5, 3); });
  add("celu", "plain", [](const Tensors& x) { return tt::celu(x[0]); });
  add("celu", "alpha", [](const Tensors& x) { return tt::celu(x[0], 0.75); });
  add("glu", "last", [](const Tensors& x) { return tt::glu(x[0]); });
  add("glu", "first", [](const Tensors& x) { return tt::glu(x[0], 0); });
  add("hypot", "broadcast", [](const Tensors& x) { return tt::hypot(x[0], x[1]); });
  add("lerp", "number", [](const Tensors& x) { return tt::lerp(x[0], x[1], 0.3); });
  add("lerp", "tensor", [](const Tensors& x) { return tt::lerp(x[0], x[1], x[2]); });
  add("count_nonzero", "axis", [](const Tensors& x) { return tt::count_nonzero(x[0], 1); });
  add("count_nonzero", "all", [](const Tensors& x) { return tt::count_nonzero(x[0]); });
  add("cumsum", "middle", [](const Tensors& x) { return tt::cumsum(x[0], 1); });
  add("cumsum", "integers", [](const Tensors& x) { return tt::cumsum(x[0], -1); });
  add("roll", "two_axes", [](const Tensors& x) { return tt::roll(x[0], {2, -1}, {0, 2}); });
  add("roll", "far", [](const Tensors& x) { return tt::roll(x[0], -11, 0); });
  const auto triangle = [&](const char* op, Tensor (*f)(tt::Arg, std::int64_t)) {
    add(op, "main", [f](const Tensors& x) { return f(x[0], 0); });
    add(op, "above", [f](const Tensors& x) { return f(x[0], 1); });
    add(op, "below", [f](const Tensors& x) { return f(x[0], -2); });
  };
  triangle("tril", tt::tril);
  triangle("triu", tt::triu);
  for (const std::string of : {"vector_", "matrix_"})
    for (const auto& [name, k] : {std::pair{"main", 0}, {"above", 2}, {"below", -1}})
      add("diag", (of + name).c_str(), [k = k](const Tensors& x) { return tt::diag(x[0], k); }).unknown_dims = false;
  add("diag", "beyond", [](const Tensors& x) { return tt::diag(x[0], 5); }).unknown_dims = false;
  add("global_max_pool2d", "plain", [](const Tensors& x) { return tt::global_max_pool2d(x[0]); });
  add("global_max_pool2d", "nhwc_kept", [](const Tensors& x) {
    return tt::global_max_pool2d(x[0], {.keepdims = true, .data_format = tt::DataFormat::nhwc});
  });
  add("select", "negative", [](const Tensors& x) { return tt::select(x[0], 1, -2); });
  add("arange", "steps", [](const Tensors&) { return tt::arange(5, 0, -1.5, tt::float64); });
  add("arange", "integers", [](const Tensors&) { return tt::arange(-2, 9, 3); });
  add("linspace", "both_ends", [](const Tensors&) { return tt::linspace(-1, 2, 7, tt::float64); });
  add("eye", "wide", [](const Tensors&) { return tt::eye(3, 5, tt::float64); });
  add("zeros", "plain", [](const Tensors&) { return tt::zeros({2, 3}, tt::float64); });
  add("ones_like", "plain", [](const Tensors& x) { return x[0] + tt::ones_like(x[0]); });
}

}  // namespace conformance
