// TensorFlow's names: `namespace tf = triptych::lowlevel;`, then tf::reduce_mean(x, 1), tf::nn::relu(x),
// tf::linalg::inv(x). What means the same in both stands in core/ops.h and is used here; the rest is one line each.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "triptych/lowlevel/names/image.h"
#include "triptych/lowlevel/names/linalg.h"
#include "triptych/lowlevel/names/math.h"
#include "triptych/lowlevel/names/nn.h"

// Found as tf::matmul, but not through the type of an argument: `matmul(x, variable)` is the core's.
namespace triptych::lowlevel::root {

using linalg::matmul;
using linalg::norm;
using math::abs;
using math::acos;
using math::acosh;
using math::add;
using math::add_n;
using math::argmax;
using math::argmin;
using math::asin;
using math::asinh;
using math::atan;
using math::atan2;
using math::atanh;
using math::cos;
using math::cosh;
using math::cumsum;
using math::divide;
using math::equal;
using math::exp;
using math::floor;
using math::greater;
using math::greater_equal;
using math::less;
using math::less_equal;
using math::logical_and;
using math::logical_not;
using math::logical_or;
using math::maximum;
using math::minimum;
using math::multiply;
using math::negative;
using math::not_equal;
using math::pow;
using math::reduce_all;
using math::reduce_any;
using math::reduce_logsumexp;
using math::reduce_max;
using math::reduce_mean;
using math::reduce_min;
using math::reduce_prod;
using math::reduce_sum;
using math::round;
using math::scalar_mul;
using math::sigmoid;
using math::sign;
using math::sin;
using math::sinh;
using math::sqrt;
using math::square;
using math::subtract;
using math::tan;
using math::tanh;
using math::truediv;
using triptych::cast;
using triptych::einsum;
using triptych::eye;
using triptych::gather_nd;
using triptych::identity;
using triptych::linspace;
using triptych::meshgrid;
using triptych::ones;
using triptych::ones_like;
using triptych::reshape;
using triptych::roll;
using triptych::scatter_nd;
using triptych::searchsorted;
using triptych::sequence_mask;
using triptych::stack;
using triptych::tensor_scatter_nd_add;
using triptych::tensor_scatter_nd_max;
using triptych::tensor_scatter_nd_min;
using triptych::tensor_scatter_nd_sub;
using triptych::tensor_scatter_nd_update;
using triptych::tensordot;
using triptych::tile;
using triptych::unstack;
using triptych::where;
using triptych::zeros;
using triptych::zeros_like;

inline Tensor concat(const std::vector<Tensor>& values, std::int64_t axis, Location where = Location::here()) {
  return triptych::concat(values, axis, where);
}
inline Tensor expand_dims(const Arg& input, std::int64_t axis) { return unsqueeze(input, axis); }
inline Tensor squeeze(const Arg& input) { return triptych::squeeze(input); }
inline Tensor squeeze(const Arg& input, const Axes& axis) { return triptych::squeeze(input, axis); }
/// The axes in reverse order, or in the order `perm`.
inline Tensor transpose(const Arg& a) { return a.tensor().T(a.where()); }
inline Tensor transpose(const Arg& a, const Axes& perm) { return permute(a, perm); }
inline Tensor broadcast_to(const Arg& input, const Shape& shape) { return triptych::broadcast_to(input, shape); }
/// Rows of `params` along `axis`.
inline Tensor gather(const Arg& params, const Arg& indices, std::int64_t axis = 0) {
  return take(params, indices, axis);
}
inline Tensor boolean_mask(const Arg& tensor, const Arg& mask) {
  return tensor.tensor()[Index(mask.tensor(), mask.where())];
}
inline Tensor one_hot(const Arg& indices, std::int64_t depth, DType dtype = float32) {
  return triptych::one_hot(indices, depth, dtype);
}
inline Tensor clip_by_value(const Arg& t, Scalar min, Scalar max) { return clip(t, min, max); }
/// As many equal parts, or parts of these sizes.
inline std::vector<Tensor> split(const Arg& value, std::int64_t num_splits, std::int64_t axis = 0) {
  return tensor_split(value, num_splits, axis);
}
inline std::vector<Tensor> split(const Arg& value, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0) {
  return triptych::split(value, sizes, axis);
}
/// mode: "CONSTANT", "REFLECT" or "SYMMETRIC".
inline Tensor pad(const Arg& tensor, const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings) {
  return triptych::pad(tensor, paddings);
}
inline Tensor pad(const Arg& tensor, const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings, Text mode) {
  const std::string_view name = mode;
  if (name == "CONSTANT") return triptych::pad(tensor, paddings);
  return triptych::pad(tensor, paddings,
                       name == "REFLECT"     ? Text("reflect")
                       : name == "SYMMETRIC" ? Text("symmetric")
                                             : mode);
}
inline Tensor repeat(const Arg& input, std::int64_t repeats, std::int64_t axis) {
  return triptych::repeat(input, repeats, axis);
}
inline Tensor reverse(const Arg& tensor, const Axes& axis) { return flip(tensor, axis); }
inline Tensor sort(const Arg& values, std::int64_t axis = -1) { return triptych::sort(values, axis).values; }
inline Tensor argsort(const Arg& values, std::int64_t axis = -1) { return triptych::argsort(values, axis); }
/// begin and size of the part along each axis; -1: all that is left.
/// `size` elements of each axis from `begin` on; a size of -1 is what is left. ArgumentError if the axis has not as
/// many.
inline Tensor slice(const Arg& input, const Axes& begin, const Axes& size) {
  const Frame frame(input.where());
  Tensor part = input.tensor();
  const Shape shape = part.shape();
  if (begin.size() != shape.rank() || size.size() != shape.rank())
    throw ArgumentError(
        "slice", "there is not one begin and one size for each dimension",
        std::to_string(begin.size()) + " and " + std::to_string(size.size()) + " for shape " + shape.text(),
        "A size of -1 is what is left", input.where());
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t first = begin[axis], count = size[axis];
    const Dim length = shape.dim(axis);
    if (first < 0 || count < -1 || (length.known() && (first > length.raw() || count > length.raw() - first)))
      throw ArgumentError("slice", "the axis has no such elements",
                          "begin " + std::to_string(first) + ", size " + std::to_string(count) + " along axis " +
                              std::to_string(axis) + " of shape " + shape.text(),
                          "A size of -1 is what is left", input.where());
    if (count > std::numeric_limits<std::int64_t>::max() - first)
      throw ArgumentError("slice", "the end is no int64", std::to_string(first) + " + " + std::to_string(count), "",
                          input.where());
    part = triptych::slice(Arg(part, input.where()), axis,
                           Slice(first, count < 0 ? Slice::Bound(none) : Slice::Bound(first + count)));
  }
  return part;
}
inline Tensor stop_gradient(const Arg& input) { return input.tensor().detach(input.where()); }
inline Tensor fill(const Shape& dims, Scalar value, Location where = Location::here()) {
  return full(dims, value, {}, where);
}

}  // namespace triptych::lowlevel::root

namespace triptych::lowlevel {
using namespace root;
}
