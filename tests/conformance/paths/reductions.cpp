// Reductions over any axes of tensors in any memory order, short and long.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

struct Reduced {
  tt::Shape shape, kept;  // with and without dimensions of one
  std::vector<std::vector<double>> groups;
};

Reduced gather(const Plain& x, const std::vector<bool>& gone, bool keepdims) {
  Reduced result;
  for (int i = 0; i < x.shape.rank(); ++i) {
    const bool reduced = gone[static_cast<std::size_t>(i)];
    result.kept.append(reduced ? 1 : x.shape[i]);
    if (!reduced || keepdims) result.shape.append(reduced ? 1 : x.shape[i]);
  }
  result.groups.resize(static_cast<std::size_t>(result.kept.size()));
  const Plain places(result.kept);
  each_place(x.shape, [&](const Place& place) {
    Place own = place;
    for (std::size_t i = 0; i < gone.size(); ++i)
      if (gone[i]) own[i] = 0;
    result.groups[places.offset(own)].push_back(x[place]);
  });
  return result;
}

template <class F>
Plain plain_reduce(const Reduced& reduced, F f) {
  Plain result(reduced.shape);
  for (std::size_t i = 0; i < reduced.groups.size(); ++i) result.values[i] = f(reduced.groups[i]);
  return result;
}

double sum_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum;
}
double mean_of(const std::vector<double>& x) { return sum_of(x) / static_cast<double>(x.size()); }
double variance_of(const std::vector<double>& x, double correction) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double value : x) sum += (value - mean) * (value - mean);
  return sum / (static_cast<double>(x.size()) - correction);
}
/// The first place that nothing is beyond.
template <class Beyond>
std::size_t best_of(const std::vector<double>& x, Beyond beyond) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < x.size(); ++i)
    if (beyond(x[i], x[best])) best = i;
  return best;
}

/// For each element the product of the others in its group.
Plain products_of_others(const Plain& x, const std::vector<bool>& gone, const Reduced& reduced) {
  Plain result(x.shape);
  const Plain places(reduced.kept);
  std::vector<std::size_t> passed(reduced.groups.size());
  each_place(x.shape, [&](const Place& place) {
    Place own = place;
    for (std::size_t i = 0; i < gone.size(); ++i)
      if (gone[i]) own[i] = 0;
    const std::size_t group = places.offset(own), at = passed[group]++;
    double product = 1;
    for (std::size_t i = 0; i < reduced.groups[group].size(); ++i)
      if (i != at) product *= reduced.groups[group][i];
    result[place] = product;
  });
  return result;
}

tt::Shape long_shape(Dice& dice) {
  switch (dice.between(1, 4)) {
    case 1:
      return {dice.between(1, 4), dice.between(1000, 9000)};
    case 2:
      return {dice.between(1000, 5000), dice.between(1, 9)};
    case 3:
      return {dice.between(200, 300), dice.between(250, 400)};
    default:
      return {dice.between(5, 30), dice.between(30, 60), dice.between(5, 60)};
  }
}

}  // namespace

void reduction_case(Dice& dice) {
  const tt::DType dtype = dice.number();
  const tt::Shape shape = dice.once_in(12) ? long_shape(dice) : dice.shape(static_cast<int>(dice.between(1, 4)));
  const Given x = dice.operand(shape, dtype);
  const bool keepdims = dice.once_in(2), floating = tt::is_floating(dtype);
  std::vector<bool> gone(static_cast<std::size_t>(shape.rank()));
  std::vector<std::int64_t> axes;
  for (int i = 0; i < shape.rank(); ++i)
    if (dice.once_in(2)) {
      gone[static_cast<std::size_t>(i)] = true;
      axes.push_back(dice.once_in(2) ? i : i - shape.rank());
    }
  if (axes.empty()) {
    gone.back() = true;
    axes.push_back(-1);
  }
  const Reduced reduced = gather(x.plain, gone, keepdims);
  const bool empty = !reduced.groups.empty() && reduced.groups[0].empty();
  bool nothing_to_choose = false;  // even where there is no group that would have to choose, as in NumPy
  for (int i = 0; i < shape.rank(); ++i) nothing_to_choose |= gone[static_cast<std::size_t>(i)] && shape[i] == 0;
  const std::string what = " of " + shape.text() + " over " + std::to_string(axes.size()) + " axes";
  const double count = reduced.groups.empty() ? 1 : static_cast<double>(reduced.groups[0].size());
  expect(tt::sum(x.tensor, axes, keepdims), plain_reduce(reduced, sum_of), 2, "sum" + what);
  expect(tt::any(x.tensor, axes, keepdims),
         plain_reduce(reduced,
                      [](const auto& v) {
                        return static_cast<double>(std::any_of(v.begin(), v.end(), [](double e) { return e != 0; }));
                      }),
         0, "any" + what);
  expect(tt::prod(x.tensor * 0 + 1, axes, keepdims), plain_reduce(reduced, [](const auto&) { return 1.0; }), 0,
         "prod of ones" + what);
  if (count <= 12) {  // more factors leave the range, or wrap around where double does not
    expect(tt::prod(x.tensor, axes, keepdims),
           plain_reduce(reduced,
                        [](const auto& v) {
                          double product = 1;
                          for (const double value : v) product *= value;
                          return product;
                        }),
           2 * count, "prod" + what);
    if (floating) {
      const tt::Tensor factors = leaf(x.tensor), product = tt::prod(factors, axes, keepdims);
      expect(gradients_of(product, {factors}, tt::ones_like(product))[0], products_of_others(x.plain, gone, reduced),
             2 * count, "the gradient of prod" + what);
    }
  }
  if (nothing_to_choose) {
    EXPECT_THROW(tt::max(x.tensor, axes, keepdims), tt::ArgumentError) << what;
    EXPECT_THROW(tt::min(x.tensor, axes, keepdims), tt::ArgumentError) << what;
  } else {
    const auto larger = [](double a, double b) { return a > b; };
    const auto smaller = [](double a, double b) { return a < b; };
    expect(tt::max(x.tensor, axes, keepdims),
           plain_reduce(reduced, [&](const auto& v) { return v[best_of(v, larger)]; }), 0, "max" + what);
    expect(tt::min(x.tensor, axes, keepdims),
           plain_reduce(reduced, [&](const auto& v) { return v[best_of(v, smaller)]; }), 0, "min" + what);
    if (axes.size() == 1) {
      const auto place = [&](auto beyond) {
        return plain_reduce(reduced, [&](const auto& v) { return static_cast<double>(best_of(v, beyond)); });
      };
      expect(tt::argmax(x.tensor, axes[0], keepdims), place(larger), 0, "argmax" + what);
      expect(tt::argmin(x.tensor, axes[0], keepdims), place(smaller), 0, "argmin" + what);
    }
  }
  if (!empty) {
    if (floating) {
      expect(tt::mean(x.tensor, axes, keepdims), plain_reduce(reduced, mean_of), 2, "mean" + what);
      expect(tt::logsumexp(x.tensor, axes, keepdims),
             plain_reduce(reduced,
                          [](const auto& v) {
                            double sum = 0;
                            for (const double value : v) sum += std::exp(value);
                            return std::log(sum);
                          }),
             16, "logsumexp" + what, 1);
      if (count > 1)
        expect(tt::var(x.tensor, axes, {.correction = 1, .keepdims = keepdims}),
               plain_reduce(reduced, [](const auto& v) { return variance_of(v, 1); }), 64, "var" + what, 1);
    }
  }
}

}  // namespace paths
