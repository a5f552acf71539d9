#include "dice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "triptych/core/ops.h"

namespace paths {
namespace {

using tt::DType;
using tt::Tensor;

double wrapped(double value, DType dtype) {
  const auto whole = static_cast<std::int64_t>(value);
  switch (dtype) {
    case DType::int8:
      return static_cast<std::int8_t>(whole);
    case DType::uint8:
      return static_cast<std::uint8_t>(whole);
    case DType::int32:
      return static_cast<std::int32_t>(whole);
    default:
      return value;
  }
}

/// Half a unit in the last place of 1: the error of one rounding.
double rounding(DType dtype) {
  switch (dtype) {
    case DType::float16:
      return 0x1p-11;
    case DType::bfloat16:
      return 0x1p-8;
    case DType::float32:
      return 0x1p-24;
    case DType::float64:
      return 0x1p-46;  // the plain loops' own sums are no better
    default:
      return 0;
  }
}

}  // namespace

std::int64_t Dice::length() {
  const std::int64_t kind = between(1, 20);
  return kind <= 3 ? 1 : kind <= 12 ? between(2, 6) : kind <= 17 ? between(7, 20) : between(21, 70);
}

tt::Shape Dice::shape(int rank, std::int64_t most) {
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(rank));
  std::int64_t left = most;
  for (std::int64_t& n : lengths) {
    n = once_in(150) ? 0 : std::min(length(), std::max<std::int64_t>(left, 1));
    left /= std::max<std::int64_t>(n, 1);
  }
  std::shuffle(lengths.begin(), lengths.end(), engine_);
  return lengths;
}

DType Dice::floating() {
  constexpr DType dtypes[] = {tt::float32, tt::float32, tt::float32, tt::float64, tt::float16, tt::bfloat16};
  return dtypes[between(0, 5)];
}

DType Dice::number() {
  constexpr DType integers[] = {tt::int8, tt::uint8, tt::int32, tt::int64};
  return once_in(4) ? integers[between(0, 3)] : floating();
}

Plain Dice::values(const tt::Shape& shape, DType dtype) {
  return Plain::of(shape, [&](const Place&) {
    if (tt::is_floating(dtype)) return static_cast<double>(between(-16, 16)) / 8;
    return static_cast<double>(between(dtype == tt::uint8 ? 0 : -2, 2));
  });
}

Given Dice::operand(const tt::Shape& shape, DType dtype) {
  Plain plain = values(shape, dtype);
  if (shape.rank() == 0 || shape.size() == 0 || !once_in(5)) return {plain, tensor(plain, dtype)};
  const auto axis = between(0, shape.rank() - 1);
  tt::Shape single = shape;
  single.set(static_cast<int>(axis), 1);
  const Plain line = values(single, dtype);
  plain = Plain::of(shape, [&](const Place& place) { return line.broadcast(place, shape.rank()); });
  return {plain, tt::expand(tensor(line, dtype), shape)};
}

Tensor Dice::tensor(const Plain& plain, DType dtype) {
  const int rank = plain.shape.rank();
  if (rank == 0 || once_in(3)) return tt::cast(tt::tensor<double>(plain.values, plain.shape), dtype);
  // Axis i of the tensor is axis order[i] of the memory, where its elements are `step` apart, from `first` on.
  struct Axis {
    std::int64_t first = 0, step = 1, length;
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  if (!once_in(3)) std::shuffle(order.begin(), order.end(), engine_);
  const bool gaps = once_in(2);
  std::vector<Axis> axes;
  tt::Shape memory = plain.shape;
  for (int i = 0; i < rank; ++i) {
    const std::int64_t n = plain.shape[i];
    Axis axis{.length = n};
    if (gaps && n > 0 && once_in(2)) {
      axis.step = once_in(3) ? -1 : between(1, 3);
      const std::int64_t span = (n - 1) * std::abs(axis.step) + 1, before = between(0, 2);
      axis.first = before + (axis.step < 0 ? span - 1 : 0);
      axis.length = before + span + between(0, 2);
    }
    memory.set(static_cast<int>(order[static_cast<std::size_t>(i)]), axis.length);
    axes.push_back(axis);
  }
  Plain base(memory, tt::is_floating(dtype) ? std::numeric_limits<double>::quiet_NaN() : 85);
  each_place(plain.shape, [&](const Place& place) {
    Place at{};
    for (std::size_t i = 0; i < axes.size(); ++i)
      at[static_cast<std::size_t>(order[i])] = axes[i].first + place[i] * axes[i].step;
    base[at] = plain[place];
  });
  Tensor result = tt::cast(tt::tensor<double>(base.values, base.shape), dtype);
  for (int i = 0; i < rank; ++i) {
    const Axis& axis = axes[static_cast<std::size_t>(i)];
    const std::int64_t n = plain.shape[i], end = axis.first + n * axis.step;
    if (axis.length == n && axis.step == 1) continue;
    result = tt::slice(result, order[static_cast<std::size_t>(i)],
                       {axis.first, end < 0 ? tt::Slice::Bound(tt::none) : tt::Slice::Bound(end), axis.step});
  }
  return tt::permute(result, order);
}

void expect(const Tensor& actual, const Plain& expected, double roundings, const std::string& what, double scale) {
  if (actual.shape() != expected.shape) {
    ADD_FAILURE() << what << ": shape " << actual.shape().text() << " instead of " << expected.shape.text();
    return;
  }
  double largest = scale;
  for (const double value : expected.values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  const bool whole = !tt::is_floating(actual.dtype());
  const double least = actual.dtype() == tt::float16 ? 0x1p-24 : 0;  // 16 bits underflow early
  const double tolerance = whole ? 0 : roundings * rounding(actual.dtype()) * largest + least;
  const auto values = actual.to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double right = whole ? wrapped(expected.values[i], actual.dtype()) : expected.values[i];
    const bool same = values[i] == right || (std::isnan(values[i]) && std::isnan(right));
    if (same || std::abs(values[i] - right) <= tolerance) continue;
    ADD_FAILURE() << what << " " << tt::dtype_name(actual.dtype()) << " " << actual.shape().text() << ": element " << i
                  << " is " << values[i] << " instead of " << right;
    return;
  }
}

}  // namespace paths
