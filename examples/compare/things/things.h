// What the uncommon things share: five in each style, with the same numbers, so that a test can compare their results.
// What each takes beyond an ordinary program stands between `// begin` and `// end`; the report counts those lines.
#pragma once

#include <vector>

#include "triptych/core/ops.h"

namespace things {

namespace tt = triptych;
using Numbers = std::vector<float>;

// A small network: (8, 4) -> relu (8, 3) -> two heads, (8, 2) and (8, 1).
inline tt::Tensor numbers(const tt::Shape& shape, double step) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] =
        static_cast<float>(tt::sin(tt::full({}, step * static_cast<double>(i + 1), tt::float64)).item<double>());
  return tt::tensor(values, shape);
}
inline tt::Tensor inputs() { return numbers({8, 4}, 0.7); }
inline tt::Tensor classes() { return tt::tensor<std::int64_t>({0, 1, 1, 0, 1, 0, 0, 1}); }
inline tt::Tensor targets() { return numbers({8, 1}, 1.3); }
inline tt::Tensor hidden_kernel() { return numbers({4, 3}, 0.9); }
inline tt::Tensor class_kernel() { return numbers({3, 2}, 1.1); }
inline tt::Tensor target_kernel() { return numbers({3, 1}, 1.7); }

/// Straight through: round(w) whose gradient passes as if it were w; w after a step of SGD on sum(round(w)^2).
Numbers lowlevel_custom_gradient(), eager_custom_gradient(), keras_custom_gradient();
/// The hidden kernel after a step on cross-entropy + half the squared error.
Numbers lowlevel_two_losses(), eager_two_losses(), keras_two_losses();
/// Both kernels after a step that leaves the hidden layer as it is.
Numbers lowlevel_frozen_layer(), eager_frozen_layer(), keras_frozen_layer();
/// Both kernels after two steps whose gradients were cut off at 0.01.
Numbers lowlevel_own_loop(), eager_own_loop(), keras_own_loop();
/// The hidden layer's activations.
Numbers lowlevel_inner_value(), eager_inner_value(), keras_inner_value();

/// The values of several tensors, one after the other.
inline Numbers all(const std::vector<tt::Tensor>& tensors) {
  Numbers result;
  for (const tt::Tensor& tensor : tensors)
    for (const float value : tensor.to_vector<float>()) result.push_back(value);
  return result;
}

}  // namespace things
