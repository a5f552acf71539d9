#include "core/ops/written_once.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "core/autodiff/node.h"
#include "core/support/inline_vector.h"

namespace triptych {
namespace {

/// What tells one tensor from another, be it concrete or symbolic.
std::pair<const void*, std::uint32_t> identity_of(const Tensor& tensor) {
  const TensorImpl* impl = tensor.impl();
  if (tensor.is_symbolic()) return {impl->node.get(), impl->output};
  return {impl, 0};
}

struct Given {
  std::pair<const void*, std::uint32_t> identity;
  std::size_t input;
};

}  // namespace

void check_written_once(const Op& op, std::span<const Tensor> inputs, Location where) {
  InlineVector<Given, 16> given(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) given[i] = {identity_of(inputs[i]), i};
  std::sort(given.begin(), given.end(), [](const Given& a, const Given& b) {
    return std::pair(a.identity, a.input) < std::pair(b.identity, b.input);
  });
  const auto written = [&](const Given& g) {
    return op.writes(static_cast<int>(g.input), static_cast<int>(inputs.size()));
  };
  for (std::size_t i = 1; i < given.size(); ++i) {
    const Tensor& tensor = inputs[given[i].input];
    if (given[i].identity != given[i - 1].identity || !tensor.defined()) continue;
    if (!written(given[i]) && !written(given[i - 1])) continue;
    if (tensor.dtype() == int64 && tensor.ndim() == 0) continue;
    throw ArgumentError(op.name, "a tensor that is written to is given twice",
                        std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text() + " as inputs " +
                            std::to_string(given[i - 1].input) + " and " + std::to_string(given[i].input),
                        "Give a clone() as one of them", where);
  }
}

}  // namespace triptych
