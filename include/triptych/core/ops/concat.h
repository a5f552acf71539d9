// Joining tensors and taking them apart.
#pragma once

#include <initializer_list>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// The tensors one after the other along `axis`: `concat({a, b}, 1)`. Shapes agree in all other axes; dtypes are
/// promoted.
TRIPTYCH_API Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis = 0,
                           Location where = Location::here());
/// The tensors, all of one shape, side by side along a new axis before `axis` of the result.
TRIPTYCH_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0, Location where = Location::here());

/// x cut into parts of `size` elements along `axis`, views of x; the last one is smaller if `size` does not divide the
/// length, which must be known. PyTorch's split: for NumPy's and TensorFlow's, which count parts, see `chunk`.
TRIPTYCH_API std::vector<Tensor> split(Arg x, std::int64_t size, std::int64_t axis = 0);
/// x cut into parts of these sizes along `axis`; they add up to its length.
TRIPTYCH_API std::vector<Tensor> split(Arg x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0);
inline std::vector<Tensor> split(Arg x, std::initializer_list<std::int64_t> sizes, std::int64_t axis = 0) {
  return split(std::move(x), std::vector<std::int64_t>(sizes), axis);
}
/// x cut into `count` parts along `axis`, views of x, each as long as the length over `count` rounded up; the last one
/// is smaller, and there are fewer, where that does not come out even. An unknown length must be a multiple of `count`.
TRIPTYCH_API std::vector<Tensor> chunk(Arg x, std::int64_t count, std::int64_t axis = 0);

}  // namespace triptych
