// What runs along an axis: sorting, the best ones, running sums and extremes.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

/// Results along an axis, made line by line: f(line) gives the new one.
template <class F>
Plain by_lines(const Plain& x, std::size_t axis, std::int64_t length, F f) {
  tt::Shape shape = x.shape, starts = x.shape;
  shape.set(static_cast<int>(axis), length);
  starts.set(static_cast<int>(axis), 1);
  Plain result(shape);
  each_place(starts, [&](Place place) {
    std::vector<double> line;
    for (place[axis] = 0; place[axis] < x.shape.begin()[axis]; ++place[axis]) line.push_back(x[place]);
    const std::vector<double> made = f(line);
    for (place[axis] = 0; place[axis] < length; ++place[axis])
      result[place] = made[static_cast<std::size_t>(place[axis])];
  });
  return result;
}

std::vector<double> order_of(const std::vector<double>& line, bool descending) {
  std::vector<double> order(line.size());
  std::iota(order.begin(), order.end(), 0.0);
  std::stable_sort(order.begin(), order.end(), [&](double a, double b) {
    const double left = line[static_cast<std::size_t>(a)], right = line[static_cast<std::size_t>(b)];
    return descending ? left > right : left < right;
  });
  return order;
}

std::vector<double> taken(const std::vector<double>& line, const std::vector<double>& order) {
  std::vector<double> result;
  for (const double i : order) result.push_back(line[static_cast<std::size_t>(i)]);
  return result;
}

/// line -> value after each element, with f(value so far, element).
template <class F>
std::vector<double> scanned(std::vector<double> line, F f) {
  for (std::size_t i = 1; i < line.size(); ++i) line[i] = f(line[i - 1], line[i]);
  return line;
}

void sorted_lines(const Given& x, std::size_t axis, Dice& dice) {
  const bool descending = dice.once_in(2);
  const auto at = static_cast<std::int64_t>(axis);
  const std::int64_t n = x.plain.shape[at];
  const auto order = [&](const std::vector<double>& line) { return order_of(line, descending); };
  const auto values = [&](const std::vector<double>& line) { return taken(line, order(line)); };
  const std::string what = " of " + x.plain.shape.text() + " along " + std::to_string(at);
  const auto sorted = tt::sort(x.tensor, at, descending);
  expect(sorted.values, by_lines(x.plain, axis, n, values), 0, "sort" + what);
  expect(sorted.indices, by_lines(x.plain, axis, n, order), 0, "sort's indices" + what);
  const std::int64_t k = dice.once_in(2) ? dice.between(0, n) : dice.between(0, std::min<std::int64_t>(n, 10));
  const auto best = tt::topk(x.tensor, k, at, descending);
  expect(best.values, by_lines(x.plain, axis, k, values), 0, "topk" + what);
  expect(best.indices, by_lines(x.plain, axis, k, order), 0, "topk's indices" + what);
  std::vector<double> all = taken(x.plain.values, order_of(x.plain.values, false));
  all.erase(std::unique(all.begin(), all.end()), all.end());
  Plain different({static_cast<std::int64_t>(all.size())});
  different.values = all;
  expect(tt::unique(x.tensor), different, 0, "unique" + what);
}

void scanned_lines(const Given& x, std::size_t axis) {
  const auto at = static_cast<std::int64_t>(axis);
  const std::int64_t n = x.plain.shape[at];
  const std::string what = " of " + x.plain.shape.text() + " along " + std::to_string(at);
  const auto with = [&](auto f) {
    return by_lines(x.plain, axis, n, [f](const std::vector<double>& line) { return scanned(line, f); });
  };
  expect(tt::cumsum(x.tensor, at), with([](double a, double b) { return a + b; }), 2, "cumsum" + what);
  expect(tt::cummax(x.tensor, at).values, with([](double a, double b) { return std::max(a, b); }), 0, "cummax" + what);
  expect(tt::cummin(x.tensor, at).values, with([](double a, double b) { return std::min(a, b); }), 0, "cummin" + what);
  if (n <= 12) expect(tt::cumprod(x.tensor, at), with([](double a, double b) { return a * b; }), 4, "cumprod" + what);
  if (tt::is_floating(x.tensor.dtype()))
    expect(tt::logcumsumexp(x.tensor, at), with([](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }),
           16, "logcumsumexp" + what, 1);
}

}  // namespace

void line_case(Dice& dice) {
  tt::Shape shape = dice.shape(static_cast<int>(dice.between(1, 3)));
  if (dice.once_in(8)) shape = {dice.between(1, 4), dice.between(33, 400), dice.between(1, 70)};
  const Given x = dice.operand(shape, dice.number());
  const auto axis = static_cast<std::size_t>(dice.between(0, shape.rank() - 1));
  dice.once_in(2) ? sorted_lines(x, axis, dice) : scanned_lines(x, axis);
}

}  // namespace paths
