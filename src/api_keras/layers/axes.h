// Normalizations over some axes, by those of the core over the last ones.
#pragma once

#include <vector>

#include "api_keras/layers/brick.h"

namespace triptych::keras {

/// Axes of an example that a layer normalizes, from the front, rising, and their sizes.
class NormalizedAxes {
 public:
  NormalizedAxes() = default;
  /// ArgumentError of `layer` if the batch is among them, one is given twice, or a size is not known.
  NormalizedAxes(const LayerBase& layer, const Axes& axes, const Shape& input);

  const Shape& sizes() const { return sizes_; }
  const std::vector<int>& list() const { return axes_; }
  /// f(x with these axes last), with the axes put back. ArgumentError if x does not have them.
  template <class F>
  Tensor with_axes_last(const LayerBase& layer, const Tensor& x, F f) const {
    check(layer, x);
    if (axes_[0] == x.ndim() - static_cast<int>(axes_.size())) return f(x);  // they are
    return permute(f(permute(x, last_order(x.ndim()))), order_back(x.ndim()));
  }

 private:
  void check(const LayerBase& layer, const Tensor& x) const;
  std::vector<std::int64_t> last_order(int rank) const;
  std::vector<std::int64_t> order_back(int rank) const;

  std::vector<int> axes_;
  Shape sizes_;
};

}  // namespace triptych::keras
