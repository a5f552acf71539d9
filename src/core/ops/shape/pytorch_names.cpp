// PyTorch's further functions and names.
#include "triptych/core/ops/pytorch_names.h"

#include <cmath>
#include <limits>
#include <string>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/random/drawing.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {

std::vector<Tensor> split_with_sizes(Arg x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  return split(std::move(x), sizes, axis);
}
std::vector<Tensor> unsafe_split(Arg x, std::int64_t size, std::int64_t axis) {
  return split(std::move(x), size, axis);
}
std::vector<Tensor> unsafe_split_with_sizes(Arg x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  return split(std::move(x), sizes, axis);
}
std::vector<Tensor> unsafe_chunk(Arg x, std::int64_t count, std::int64_t axis) {
  return chunk(std::move(x), count, axis);
}
Tensor narrow_copy(Arg x, std::int64_t axis, std::int64_t start, std::int64_t length) {
  const Frame frame(x.where());
  return narrow(x, axis, start, length).clone();
}
Tensor adjoint(Arg x) { return transpose(std::move(x)); }
Tensor trapz(Arg y, double dx, std::int64_t axis) { return trapezoid(std::move(y), dx, axis); }
Tensor trapz(Arg y, Arg x, std::int64_t axis) { return trapezoid(std::move(y), std::move(x), axis); }

Tensor constant_pad_nd(Arg x, const std::vector<std::int64_t>& sizes, Scalar value) {
  const auto rank = static_cast<std::size_t>(operand("constant_pad_nd", x).ndim());
  if (sizes.size() % 2 != 0 || sizes.size() / 2 > rank)
    throw ArgumentError("constant_pad_nd", "the sizes are not two for each of the last axes",
                        std::to_string(sizes.size()) + " sizes for a tensor of " + std::to_string(rank) + " axes",
                        "Give (left, right) of the last axis first", x.where());
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(rank);
  for (std::size_t i = 0; i < sizes.size() / 2; ++i) padding[rank - 1 - i] = {sizes[2 * i], sizes[2 * i + 1]};
  return pad(std::move(x), padding, value);
}

Tensor fill(Arg x, Scalar value) { return full_like(std::move(x), value); }
Tensor scalar_tensor(Scalar value, std::optional<DType> dtype, Location where) {
  return full({}, value, dtype ? *dtype : float32, where);
}
Tensor range(double start, double end, double step, DType dtype, Location where) {
  // Half a step further, so that the end is part of it.
  const Hyperparameters check("range", where);
  check.finite("start", start);
  check.finite("end", end);
  check.finite("step", step);
  if (step == 0) throw ArgumentError("range", "step is 0", "0", "", where);
  const double steps = std::floor((end - start) / step);
  if (!(steps >= 0)) throw ArgumentError("range", "end lies the other way", number_text(end), "", where);
  return arange(start, start + (steps + 0.5) * step, step, dtype, where);
}
Tensor randperm(std::int64_t n, Generator* generator, Location where) { return permutation(n, generator, where); }
Tensor randint_like(Arg x, std::int64_t low, std::int64_t high, Generator* generator) {
  const Drawing drawing("randint_like", generator);
  const Frame frame(x.where());
  const Tensor& like = operand("randint_like", x);
  if (low >= high)
    throw ArgumentError("randint_like", "low is not less than high",
                        std::to_string(low) + " and " + std::to_string(high), "", x.where());
  const auto span = static_cast<double>(high) - static_cast<double>(low);
  if (like.shape().known()) {
    const DeviceScope beside(like.device());
    return cast(randint(low, high, like.shape(), int64, generator, x.where()), like.dtype());
  }
  // Of unknown shape: from numbers in [0, 1).
  const Tensor unit = rand_like(cast(like.detach(), float64), generator);
  return cast(floor(unit * span) + static_cast<double>(low), like.dtype());
}
Tensor randint_like(Arg x, std::int64_t high, Generator* generator) {
  return randint_like(std::move(x), 0, high, generator);
}
Tensor frobenius_norm(Arg x, const Axes& axes, bool keepdims) {
  return linalg::matrix_norm(std::move(x), "fro", axes, keepdims);
}
Tensor nuclear_norm(Arg x, const Axes& axes, bool keepdims) {
  return linalg::matrix_norm(std::move(x), "nuc", axes, keepdims);
}

// --- Distances, norms, sums -----------------------------------------------------------------------------------------

Tensor dist(Arg x, Arg other, double p) {
  const Called called("dist");
  const Frame frame(x.where());
  return vector_norm(sub(x, other), p);  // which autocast computes in float32
}

Tensor renorm(Arg x, double p, std::int64_t axis, double maxnorm) {
  const Called called("renorm");
  const Frame frame(x.where());
  const Hyperparameters check("renorm", x.where());
  check.positive("p", p);
  check.not_negative("maxnorm", maxnorm);
  const Tensor& given = operand("renorm", x);
  const int at = normalize_axis("renorm", axis, given.ndim(), x.where());
  Axes others;
  for (int i = 0; i < given.ndim(); ++i)
    if (i != at) others.append(i);
  return rounded_once(float32_if_autocast(given), [&](const Tensor& wide) {
    const Tensor length = others.empty() ? abs(wide) : vector_norm(wide, p, others, true);
    return wide * where(greater(length, maxnorm), maxnorm / (length + 1e-7), 1);
  });
}

Tensor sum_to_size(Arg x, const Shape& shape) {
  const Called called("sum_to_size");
  const Frame frame(x.where());
  Tensor result = operand("sum_to_size", x);
  const int more = result.ndim() - shape.rank();
  const auto fail = [&] {
    throw ArgumentError("sum_to_size", "x cannot have been broadcast from this shape",
                        x.tensor().shape().text() + " and " + shape.text(), "", x.where());
  };
  if (more < 0) fail();
  for (int i = 0; i < more; ++i) result = sum(result, 0);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const Dim length = result.shape().dim(axis), wanted = shape.dim(axis);
    if (!conflict(length, wanted)) continue;
    if (wanted.raw() != 1) fail();
    result = sum(result, axis, true);
  }
  return is_floating(x.tensor().dtype()) ? result : cast(result, x.tensor().dtype());
}

Shape broadcast_shapes(const std::vector<Shape>& shapes, Location where) {
  Shape all;
  for (const Shape& shape : shapes) {
    Shape both;
    if (!broadcast(all, shape, both))
      throw ArgumentError("broadcast_shapes", "the shapes do not broadcast", all.text() + " and " + shape.text(), "",
                          where);
    all = both;
  }
  return all;
}

std::vector<Tensor> gradient(Arg x, double spacing, const Axes& axes) {
  const Called called("gradient");
  const Frame frame(x.where());
  const Tensor& given = operand("gradient", x);
  Hyperparameters("gradient", x.where()).finite("spacing", spacing);
  if (spacing == 0) throw ArgumentError("gradient", "spacing is 0", "0", "", x.where());
  Axes along = axes;
  if (along.empty())
    for (int i = 0; i < given.ndim(); ++i) along.append(i);
  std::vector<Tensor> result;
  for (const std::int64_t axis : along) {
    const int at = normalize_axis("gradient", axis, given.ndim(), x.where());
    if (const Dim length = given.shape().dim(at); length.known() && length.raw() < 2)
      throw ArgumentError("gradient", "an axis has less than two elements", given.shape().text(), "", x.where());
    const auto difference = [&](Slice later, Slice earlier, double steps) {
      return sub(slice(given, at, later), slice(given, at, earlier)) / (steps * spacing);
    };
    result.push_back(concat(
        {difference({1, 2}, {0, 1}, 1), difference({2, none}, {0, -2}, 2), difference({-1, none}, {-2, -1}, 1)}, at));
  }
  return result;
}

Frexp frexp(Arg x) {
  const Called called("frexp");
  const Frame frame(x.where());
  const Tensor& given = operand("frexp", x);
  if (!is_floating(given.dtype()))
    throw ArgumentError("frexp", "x is not floating", std::string(dtype_name(given.dtype())), "Convert it with cast",
                        x.where());
  const Tensor wide = cast(x, float64), size = abs(wide.detach());
  const Tensor none = logical_or(equal(size, 0), logical_not(isfinite(size)));
  const Tensor safe = where(none, 1, size);
  // The logarithm may be off by one at powers of two: the mantissa says so.
  const Tensor guess = floor(log2(safe)) + 1, scaled = ldexp(safe, neg(guess));
  const Tensor exponent = where(none, 0, guess + where(greater_equal(scaled, 1), 1, where(less(scaled, 0.5), -1, 0)));
  return {cast(ldexp(wide, neg(exponent)), given.dtype()), cast(exponent, int32)};
}

// --- Places ---------------------------------------------------------------------------------------------------------

Tensor index_reduce(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce, bool include_self) {
  const Called called("index_reduce");
  const Frame frame(x.where());
  const Tensor &given = operand("index_reduce", x), &values = operand("index_reduce", source);
  if (reduce == "sum")
    throw ArgumentError("index_reduce", "there is no such reduction", "\"sum\"", "Use index_add", x.where());
  const int at = normalize_axis("index_reduce", axis, given.ndim(), x.where());
  Tensor places = operand("index_reduce", index);
  if (places.ndim() != 1)
    throw ArgumentError("index_reduce", "the index is not a vector", places.shape().text(), "", x.where());
  for (int i = at + 1; i < given.ndim(); ++i) places = unsqueeze(places, -1);
  return scatter_reduce(x, at, expand_like(places, values), source, reduce, include_self);
}

Tensor as_strided_scatter(Arg x, Arg source, const Shape& size, const Axes& strides, std::int64_t storage_offset) {
  const Called called("as_strided_scatter");
  const Frame frame(x.where());
  const Tensor& given = operand("as_strided_scatter", x);
  if (!given.shape().known())
    throw ArgumentError("as_strided_scatter", "x's shape is not known", given.shape().text(), "", x.where());
  // The elements' numbers are read as the elements would be.
  const DeviceScope beside(given.device());
  const Tensor numbers = reshape(arange(given.numel()), given.shape());
  return put(x, as_strided(numbers, size, strides, storage_offset), source);
}

Tensor nonzero_static(Arg x, std::int64_t size, std::int64_t fill_value) {
  const Called called("nonzero_static");
  const Frame frame(x.where());
  if (size < 0) throw ArgumentError("nonzero_static", "size is negative", std::to_string(size), "", x.where());
  const Tensor rows = nonzero(x);
  return slice(pad(rows, {{0, size}, {0, 0}}, fill_value), 0, {0, size});
}

// --- Products -------------------------------------------------------------------------------------------------------

Tensor bilinear(Arg x1, Arg x2, Arg weight, const Tensor& bias) {
  const Called called("bilinear");
  const Frame frame(x1.where());
  // (..., 1, 1, n) times (o, n, m): the rows x1 W_o, each multiplied with x2.
  const Tensor rows =
      matmul(unsqueeze(unsqueeze(widened(operand("bilinear", x1)), -2), -2), widened(operand("bilinear", weight)));
  const Tensor product = matmul(squeeze(rows, -2), unsqueeze(widened(operand("bilinear", x2)), -1));
  const Tensor result = squeeze(product, -1);
  return cast(bias.defined() ? result + widened(bias) : result, x1.tensor().dtype());
}

Tensor conv_tbc(Arg x, Arg weight, Arg bias, std::int64_t pad) {
  const Called called("conv_tbc");
  const Frame frame(x.where());
  if (operand("conv_tbc", x).ndim() != 3 || operand("conv_tbc", weight).ndim() != 3)
    throw ArgumentError("conv_tbc", "x is not (length, n, c), or the weight not (k, c, o)",
                        x.tensor().shape().text() + " and " + weight.tensor().shape().text(), "", x.where());
  return permute(conv1d(permute(x, {1, 2, 0}), permute(weight, {2, 1, 0}), bias, {.padding = pad}), {2, 0, 1});
}

}  // namespace triptych

namespace triptych::linalg {

Tensor vecdot(Arg x, Arg y, std::int64_t axis) {
  const Called called("vecdot");
  const Frame frame(x.where());
  const Tensor product = mul(x, y);
  return sum(product, axis);
}

namespace {

/// The product of lengths from axis `begin` to `end`, which must be known.
std::int64_t product_of(const Shape& shape, int begin, int end, Location where) {
  std::int64_t product = 1;
  for (int i = begin; i < end; ++i) product *= shape.dim(i).value(where);
  return product;
}

}  // namespace

Tensor tensorinv(Arg x, std::int64_t ind) {
  const Called called("tensorinv");
  const Frame frame(x.where());
  const Tensor& given = operand("tensorinv", x);
  const Shape& shape = given.shape();
  if (ind < 1 || ind >= shape.rank())
    throw ArgumentError("tensorinv", "ind is not from 1 to the number of dimensions less one", std::to_string(ind), "",
                        x.where());
  const int cut = static_cast<int>(ind);
  const std::int64_t rows = product_of(shape, 0, cut, x.where()),
                     columns = product_of(shape, cut, shape.rank(), x.where());
  if (rows != columns)
    throw ArgumentError("tensorinv", "the first lengths have another product than the others", shape.text(), "",
                        x.where());
  Shape result;
  for (int i = cut; i < shape.rank(); ++i) result.append(shape.dim(i));
  for (int i = 0; i < cut; ++i) result.append(shape.dim(i));
  return reshape(inv(reshape(x, {rows, columns})), result);
}

Tensor tensorsolve(Arg a, Arg b) {
  const Called called("tensorsolve");
  const Frame frame(a.where());
  const Shape &left = operand("tensorsolve", a).shape(), &right = operand("tensorsolve", b).shape();
  const std::int64_t rows = product_of(right, 0, right.rank(), a.where());
  if (right.rank() > left.rank() || product_of(left, 0, right.rank(), a.where()) != rows ||
      product_of(left, right.rank(), left.rank(), a.where()) != rows)
    throw ArgumentError("tensorsolve", "a is no square map to b", left.text() + " and " + right.text(), "", a.where());
  Shape result;
  for (int i = right.rank(); i < left.rank(); ++i) result.append(left.dim(i));
  return reshape(solve(reshape(a, {rows, rows}), reshape(b, {rows})), result);
}

}  // namespace triptych::linalg
