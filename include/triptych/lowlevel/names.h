// TensorFlow's names: `namespace tf = triptych::lowlevel;`, then tf::reduce_mean(x, 1), tf::nn::relu(x),
// tf::linalg::inv(x). What means the same in both stands in core/ops.h and is used here; the rest is one line each.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/ops/saturate_cast.h"
#include "triptych/core/ops/spacing.h"
#include "triptych/lowlevel/names/image.h"
#include "triptych/lowlevel/names/linalg.h"
#include "triptych/lowlevel/names/math.h"
#include "triptych/lowlevel/names/nn.h"
#include "triptych/lowlevel/names/random.h"

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
using triptych::saturate_cast;
using triptych::scatter_nd;
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
/// Rows of `params` along `axis`; so many first dimensions of both belong together.
inline Tensor gather(const Arg& params, const Arg& indices, std::int64_t axis = 0, std::int64_t batch_dims = 0) {
  if (batch_dims == 0) return take(params, indices, axis);
  return triptych::gather(params, indices, {.axis = axis, .batch_dims = batch_dims});
}
/// What the mask chooses, as one axis in the place of the mask's, which begin at `axis`.
inline Tensor boolean_mask(const Arg& tensor, const Arg& mask) {
  return tensor.tensor()[Index(mask.tensor(), mask.where())];
}
TRIPTYCH_API Tensor boolean_mask(const Arg& tensor, const Arg& mask, std::int64_t axis);
inline Tensor one_hot(const Arg& indices, std::int64_t depth, DType dtype = float32) {
  return triptych::one_hot(indices, depth, dtype);
}
/// With these values at the place and elsewhere, along a new axis.
TRIPTYCH_API Tensor one_hot(const Arg& indices, std::int64_t depth, Scalar on_value, Scalar off_value,
                            std::int64_t axis = -1, DType dtype = float32);
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
/// direction: "ASCENDING" or "DESCENDING".
TRIPTYCH_API Tensor sort(const Arg& values, std::int64_t axis = -1, Text direction = "ASCENDING");
TRIPTYCH_API Tensor argsort(const Arg& values, std::int64_t axis = -1, Text direction = "ASCENDING",
                            bool stable = false);
/// side: "left" or "right" of equal ones.
TRIPTYCH_API Tensor searchsorted(const Arg& sorted_sequence, const Arg& values, Text side = "left",
                                 DType out_type = int32);
/// `size` elements of each axis from `begin` on; a size of -1 is what is left. ArgumentError if the axis has not as
/// many.
TRIPTYCH_API Tensor slice(const Arg& input, const Axes& begin, const Axes& size);
/// From `begin` before `end` along each of the first axes, by `strides` (without: 1). Bit i of a mask: leave the bound
/// open, or take the one element and drop the axis.
TRIPTYCH_API Tensor strided_slice(const Arg& input, const Axes& begin, const Axes& end, const Axes& strides = {},
                                  std::int64_t begin_mask = 0, std::int64_t end_mask = 0,
                                  std::int64_t shrink_axis_mask = 0);
inline Tensor stop_gradient(const Arg& input) { return input.tensor().detach(input.where()); }
inline Tensor fill(const Shape& dims, Scalar value, Location where = Location::here()) {
  return full(dims, value, {}, where);
}

// --- Tensors from values, and what is known of them -----------------------------------------------------------------

/// A number, a nested list, or a tensor, in `dtype` if one is given; a number repeated to `shape`.
inline Tensor constant(std::initializer_list<NumberList> value, std::optional<DType> dtype = {},
                       Location where = Location::here()) {
  return tensor(value, dtype, where);
}
TRIPTYCH_API Tensor constant(const Arg& value, std::optional<DType> dtype = {});
inline Tensor constant(Scalar value, DType dtype, const Shape& shape, Location where = Location::here()) {
  return full(shape, value, dtype, where);
}
inline Tensor convert_to_tensor(std::initializer_list<NumberList> value, std::optional<DType> dtype = {},
                                Location where = Location::here()) {
  return tensor(value, dtype, where);
}
inline Tensor convert_to_tensor(const Arg& value, std::optional<DType> dtype = {}) { return constant(value, dtype); }
/// start, start + delta, ... before `limit`.
inline Tensor range(Scalar start, Scalar limit, Scalar delta = 1, std::optional<DType> dtype = {},
                    Location where = Location::here()) {
  return arange(start, limit, delta, dtype, where);
}
inline Tensor range(Scalar limit, Location where = Location::here()) { return arange(limit, where); }
/// As int32 tensors: the number of dimensions, their lengths, the number of elements. Where a length is not known, it
/// is counted when the graph runs.
TRIPTYCH_API Tensor rank(const Arg& input);
TRIPTYCH_API Tensor shape(const Arg& input, DType out_type = int32);
TRIPTYCH_API Tensor size(const Arg& input, DType out_type = int32);
/// x itself, whose shape must be this one; -1 stands for any length.
TRIPTYCH_API Tensor ensure_shape(const Arg& x, const Shape& shape);
inline Tensor parallel_stack(const std::vector<Tensor>& values, Location where = Location::here()) {
  return triptych::stack(values, 0, where);
}

// --- Arithmetic under other names -----------------------------------------------------------------------------------

inline Tensor realdiv(const Arg& x, const Arg& y) { return div(x, y); }
/// The quotient of integers without its fraction; the remainder that it leaves, with x's sign.
TRIPTYCH_API Tensor truncatediv(const Arg& x, const Arg& y);
inline Tensor truncatemod(const Arg& x, const Arg& y) { return fmod(x, y); }
inline Tensor matrix_square_root(const Arg& input) { return linalg::sqrtm(input); }

// --- Elements sorted out --------------------------------------------------------------------------------------------

struct Unique {
  Tensor y, idx;
};
struct UniqueWithCounts {
  Tensor y, idx, count;
};
/// The different elements of a vector in the order of their first places, which of them each is, and how often.
TRIPTYCH_API Unique unique(const Arg& x, DType out_idx = int32);
TRIPTYCH_API UniqueWithCounts unique_with_counts(const Arg& x, DType out_idx = int32);
/// The elements that each of the numbers below `num_partitions` is beside; and elements put at the places of `indices`,
/// of those at one place the last.
TRIPTYCH_API std::vector<Tensor> dynamic_partition(const Arg& data, const Arg& partitions, std::int64_t num_partitions);
TRIPTYCH_API Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data,
                                   Location where = Location::here());
/// In which of `nbins` equal parts of the range each value is, those outside in the first and the last; how many in
/// each.
TRIPTYCH_API Tensor histogram_fixed_width_bins(const Arg& values, std::pair<double, double> value_range,
                                               std::int64_t nbins = 100, DType dtype = int32);
TRIPTYCH_API Tensor histogram_fixed_width(const Arg& values, std::pair<double, double> value_range,
                                          std::int64_t nbins = 100, DType dtype = int32);
/// The first seq_lengths[i] elements along `seq_axis` in reverse order, for each i along `batch_axis`.
TRIPTYCH_API Tensor reverse_sequence(const Arg& input, const Arg& seq_lengths, std::int64_t seq_axis,
                                     std::int64_t batch_axis = 0);
/// Row, column, ... of the elements with these numbers, a row each.
inline Tensor unravel_index(const Arg& indices, const Shape& dims) {
  const Frame frame(indices.where());
  return triptych::stack(triptych::unravel_index(indices, dims), 0);
}

// --- Blocks ---------------------------------------------------------------------------------------------------------

inline Tensor space_to_batch(const Arg& input, const Axes& block_shape,
                             const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings) {
  return nn::space_to_batch(input, block_shape, paddings);
}
inline Tensor space_to_batch_nd(const Arg& input, const Axes& block_shape,
                                const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings) {
  return nn::space_to_batch(input, block_shape, paddings);
}
/// The reverse, of which the borders are cut off.
TRIPTYCH_API Tensor batch_to_space(const Arg& input, const Axes& block_shape,
                                   const std::vector<std::pair<std::int64_t, std::int64_t>>& crops);
/// The patches of volumes (n, d, h, w, c); sizes and strides are (1, d, h, w, 1).
inline Tensor extract_volume_patches(const Arg& input, const Axes& ksizes, const Axes& strides,
                                     const WindowPadding& padding) {
  return triptych::extract_patches(input, ksizes, {.strides = strides, .padding = padding});
}

}  // namespace triptych::lowlevel::root

namespace triptych::lowlevel {
using namespace root;
}
