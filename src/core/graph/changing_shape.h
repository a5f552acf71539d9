// Ops for values of a loop's variable whose shape changes: its history is a stack of them, padded with zeros, and
// beside it are their sizes.
#pragma once

#include <tuple>
#include <vector>

#include "triptych/core/attributes.h"
#include "triptych/core/op.h"

namespace triptych {

struct ZerosOfSizesAttributes {
  DType dtype = float32;
  static constexpr auto fields() { return std::tuple{field("dtype", &ZerosOfSizesAttributes::dtype)}; }
};
extern const Op cut_op, fit_like_op, zeros_of_sizes_op;
/// For graphs from files; the functions below do it, too.
void load_changing_shape_kernels();

/// The first elements of `padded` along each axis, as many as the vector `sizes`, int64, says.
Tensor cut(const Tensor& padded, const Tensor& sizes);
/// x in the shape of `like`: cut where it is longer, with zeros behind it where it is shorter.
Tensor fit_like(const Tensor& x, const Tensor& like);
/// Zeros of that shape.
Tensor zeros_of_sizes(const Tensor& sizes, DType dtype);

/// Of concrete values, for kernels. All have one number of dimensions.
Tensor padded_stack(const std::vector<Tensor>& values, const TensorMeta& row);
Tensor stack_of_sizes(const std::vector<Tensor>& values, const TensorMeta& row);

/// Zeros, on any device.
void clear_bytes(void* to, Device device, std::size_t bytes);

}  // namespace triptych
