// What reductions share: their attributes and shapes.
#pragma once

#include <array>

#include "triptych/core/op.h"

namespace triptych {

struct ReduceAttributes {
  Axes axes;  // empty: all
  bool keepdims = false;
  static constexpr auto fields() {
    return std::tuple{field("axes", &ReduceAttributes::axes), field("keepdims", &ReduceAttributes::keepdims)};
  }
};

/// Of var, std and divide_by_count: a sum is divided by the number of elements less `correction`.
struct CountAttributes {
  Axes axes;  // empty: all
  double correction = 0;
  bool keepdims = false;
  static constexpr auto fields() {
    return std::tuple{field("axes", &CountAttributes::axes), field("correction", &CountAttributes::correction),
                      field("keepdims", &CountAttributes::keepdims)};
  }
};

/// Which axes of a tensor of `rank` dimensions are reduced.
inline std::array<bool, Shape::max_rank> reduced_axes(const Axes& axes, int rank) {
  std::array<bool, Shape::max_rank> reduced{};
  for (int i = 0; i < rank; ++i) reduced[static_cast<std::size_t>(i)] = axes.empty();
  for (std::int64_t axis : axes) reduced[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  return reduced;
}

/// What is left of `shape` when the axes, which are checked, are reduced.
Shape reduced_shape(const Infer& infer, const Shape& shape, const Axes& axes, bool keepdims);

/// Checks the axes and sets the output's shape.
void infer_reduction(Infer& infer, const Axes& axes, bool keepdims, DType result);

/// Fails if an axis of length 0 is reduced (known only when it runs, if dimensions are unknown).
void check_not_empty(Infer& infer, const Axes& axes);

/// Applies an op with ReduceAttributes, over all axes.
Tensor apply_reduction(const Op& op, Arg& x);
/// The same over `axes`; over none of them each element is reduced by itself.
Tensor apply_reduction(const Op& op, Arg& x, const Axes& axes, bool keepdims);
/// What a reduction over no axes reduces: x with an axis of length 1 in front, which is axis 0.
Tensor with_one_axis(const Arg& x);

/// The transpose of a sum: `reduced` repeated along the axes of `like` that were reduced; a view. `like`'s values are
/// not read.
Tensor sum_grad(Arg reduced, Arg like, const Axes& axes, bool keepdims);
/// x divided by (the number of elements along `axes` of `like`) - correction; `like`'s values are not read.
Tensor divide_by_count(Arg x, Arg like, const Axes& axes, double correction = 0);

}  // namespace triptych
