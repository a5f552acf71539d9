// What sees a whole row at a time: softmax and log_softmax along any axis, cross-entropy; with their gradients.
#include <algorithm>
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

/// Calls f(the elements' places in `shape`) for each row along `axis`.
template <class F>
void each_row(const tt::Shape& shape, int axis, F f) {
  tt::Shape first = shape;
  first.set(axis, 1);
  each_place(first, [&](Place place) {
    std::vector<Place> row;
    for (std::int64_t i = 0; i < shape[axis]; ++i) {
      place[static_cast<std::size_t>(axis)] = i;
      row.push_back(place);
    }
    f(row);
  });
}

/// The logarithms of the softmax of a row.
std::vector<double> log_softmax(const Plain& x, const std::vector<Place>& row) {
  double largest = -INFINITY, sum = 0;
  for (const Place& place : row) largest = std::max(largest, x[place]);
  for (const Place& place : row) sum += std::exp(x[place] - largest);
  std::vector<double> result;
  for (const Place& place : row) result.push_back(x[place] - largest - std::log(sum));
  return result;
}

/// Rows, some of them longer than a block of a sum.
tt::Shape row_shape(Dice& dice, int& axis) {
  if (dice.once_in(15)) {
    axis = static_cast<int>(dice.between(0, 1));
    return axis ? tt::Shape{dice.between(1, 20), dice.between(1025, 2500)}
                : tt::Shape{dice.between(1025, 2500), dice.between(1, 20)};
  }
  const int rank = static_cast<int>(dice.between(1, 4));
  axis = static_cast<int>(dice.between(0, rank - 1));
  return dice.shape(rank);
}

void softmax(Dice& dice, bool logarithm) {
  int axis;
  const tt::Shape shape = row_shape(dice, axis);
  const tt::DType dtype = dice.floating();
  const Given x = dice.operand(shape, dtype), dy = dice.operand(shape, dtype);
  Plain y(shape), dx(shape);
  each_row(shape, axis, [&](const std::vector<Place>& row) {
    const std::vector<double> logs = log_softmax(x.plain, row);
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) sum += dy.plain[row[i]] * (logarithm ? 1 : std::exp(logs[i]));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double p = std::exp(logs[i]), g = dy.plain[row[i]];
      y[row[i]] = logarithm ? logs[i] : p;
      dx[row[i]] = logarithm ? g - p * sum : p * (g - sum);
    }
  });
  const std::string what = std::string(logarithm ? "log_softmax of " : "softmax of ") + shape.text();
  const tt::Tensor lx = leaf(x.tensor), result = logarithm ? tt::log_softmax(lx, axis) : tt::softmax(lx, axis);
  expect(result, y, 16, what, 1);
  // The gradient is computed from the rounded result.
  expect(gradients_of(result, {lx}, dy.tensor)[0], dx, 128, what + ", gradient", 1);
}

void cross_entropy(Dice& dice) {
  int axis;
  tt::Shape shape = row_shape(dice, axis);
  if (shape.rank() < 2) shape = {dice.between(1, 40), dice.length()};
  const std::int64_t classes = shape[1];
  if (shape.size() == 0) return;
  const tt::DType dtype = dice.once_in(3) ? tt::float64 : tt::float32;
  tt::Shape label_shape = shape;
  label_shape.erase(1);
  const bool weighted = dice.once_in(2);
  const std::int64_t ignored = dice.once_in(3) ? dice.between(0, classes - 1) : -100;
  const double smoothing = dice.once_in(3) ? 0.25 : 0;
  const auto reduction = static_cast<tt::Reduction>(dice.between(0, 2));
  const Given x = dice.operand(shape, dtype);
  const Plain labels =
      Plain::of(label_shape, [&](const Place&) { return static_cast<double>(dice.between(0, classes - 1)); });
  Plain weights({classes}, 1);
  if (weighted)
    weights = Plain::of({classes}, [&](const Place&) { return static_cast<double>(dice.between(1, 9)) / 4; });
  Plain losses(label_shape), slopes(shape);
  double total = 0, divisor = 0;
  each_row(shape, 1, [&](const std::vector<Place>& row) {
    Place own = row[0];
    std::copy(own.begin() + 2, own.end(), own.begin() + 1);
    own.back() = 0;
    const auto label = static_cast<std::size_t>(labels[own]);
    if (static_cast<std::int64_t>(label) == ignored) return;
    const std::vector<double> logs = log_softmax(x.plain, row);
    double common = 0, all = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      common -= weights.values[c] * logs[c];
      all += weights.values[c];
    }
    const auto n = static_cast<double>(classes);
    losses[own] = (1 - smoothing) * -weights.values[label] * logs[label] + smoothing / n * common;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const double p = std::exp(logs[c]);
      slopes[row[c]] =
          (1 - smoothing) * weights.values[label] * (p - (c == label)) + smoothing / n * (all * p - weights.values[c]);
    }
    total += losses[own];
    divisor += weights.values[label];
  });
  if (reduction == tt::Reduction::mean && divisor == 0) return;
  const tt::Tensor lx = leaf(x.tensor);
  const tt::Tensor result = tt::cross_entropy(
      lx, dice.tensor(labels, dice.once_in(2) ? tt::int64 : tt::int32),
      {.weight = weighted ? tt::cast(tt::tensor<double>(weights.values, {classes}), dtype) : tt::Tensor(),
       .ignore_index = ignored,
       .reduction = reduction,
       .label_smoothing = smoothing});
  const std::string what = "cross_entropy of " + shape.text();
  if (reduction == tt::Reduction::none) {
    expect(result, losses, 32, what, 1);
    const Given dy = dice.operand(label_shape, dtype);
    each_place(shape, [&](const Place& place) {
      Place own = place;
      std::copy(own.begin() + 2, own.end(), own.begin() + 1);
      own.back() = 0;
      slopes[place] *= dy.plain[own];
    });
    expect(gradients_of(result, {lx}, dy.tensor)[0], slopes, 64, what + ", gradient", 1);
    return;
  }
  const double scale = reduction == tt::Reduction::mean ? 1 / divisor : 1;
  expect(result, Plain({}, total * scale), 64, what, 1);
  for (double& value : slopes.values) value *= scale;
  expect(gradients_of(result, {lx}, tt::ones({}, dtype))[0], slopes, 64, what + ", gradient", 1);
}

}  // namespace

void row_case(Dice& dice) {
  switch (dice.between(1, 3)) {
    case 1:
      return softmax(dice, false);
    case 2:
      return softmax(dice, true);
    default:
      return cross_entropy(dice);
  }
}

}  // namespace paths
