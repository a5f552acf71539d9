#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_elementwise_samples(std::vector<Sample>& samples) {
  const auto binary = [&](const char* op, const char* name, Tensor (*f)(tt::Arg, tt::Arg)) {
    samples.push_back({op, name, [f](const Tensors& x) { return Tensors{f(x[0], x[1])}; }});
  };
  for (const char* name : {"same_shape", "broadcast", "scalar_operand", "empty"}) {
    binary("add", name, tt::add);
    binary("sub", name, tt::sub);
    binary("mul", name, tt::mul);
    binary("div", name, tt::div);
  }
  samples.push_back({"relu", "plain", [](const Tensors& x) { return Tensors{tt::relu(x[0])}; }});
  samples.push_back({"cast", "to_float64", [](const Tensors& x) { return Tensors{tt::cast(x[0], tt::float64)}; }});
}

}  // namespace conformance
