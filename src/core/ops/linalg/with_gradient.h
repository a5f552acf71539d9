// A function of several ops with a gradient rule of its own.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/ops/custom_gradient.h"

namespace triptych::linalg {

/// value(x), which is not recorded, with the gradient backward(x, result, upstream), which can be differentiated again.
template <class Value, class Backward>
Tensor with_gradient(const char* name, const Tensor& x, Location where, Value value, Backward backward) {
  const Tensor result = [&] {
    const GradMode off(false);
    return value(x);
  }();
  const std::array saved{x, result};
  const auto rule = [backward = std::move(backward)](std::span<const Tensor> kept, std::span<const Tensor> upstream,
                                                     std::span<const bool>) {
    return std::vector<Tensor>{backward(kept[0], kept[1], upstream[0])};
  };
  return custom_gradient(name, {&result, 1}, {&x, 1}, saved, rule, where)[0];
}

}  // namespace triptych::linalg
