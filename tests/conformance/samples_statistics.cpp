// Scans, extremes with their places, ranks, norms; references by
// scripts/references/make_conformance_references_statistics.py.
#include <limits>

#include "samples.h"

namespace tt = triptych;

namespace conformance {
namespace {

Tensors both(const tt::ValuesAndIndices& found) { return {found.values, found.indices}; }

/// x with NaN where it is above 1.
Tensor with_nan(const Tensor& x) { return tt::where(tt::greater(x, 1), std::numeric_limits<double>::quiet_NaN(), x); }

}  // namespace

void add_statistics_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensors(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, std::move(f)});
    return samples.back();
  };
  const auto one = [&](const char* op, const char* name, std::function<Tensor(const Tensor&)> f) -> Sample& {
    return add(op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x[0])}; });
  };
  const double infinity = std::numeric_limits<double>::infinity();

  one("cumprod", "middle", [](const Tensor& x) { return tt::cumprod(x, 1); });
  one("cumprod", "zero", [](const Tensor& x) { return tt::cumprod(x, -1); });
  one("cumprod", "two_zeros", [](const Tensor& x) { return tt::cumprod(x, -1); });
  one("cumprod", "integers", [](const Tensor& x) { return tt::cumprod(x, 0); });
  one("cumprod", "scalar", [](const Tensor& x) { return tt::cumprod(x, 0); });
  one("cumprod", "no_rows", [](const Tensor& x) { return tt::cumprod(x, 0); });
  one("cumsum", "scalar", [](const Tensor& x) { return tt::cumsum(x, -1); });
  one("cumsum", "long", [](const Tensor& x) { return tt::cumsum(x, 0); });
  add("cummax", "last", [](const Tensors& x) { return both(tt::cummax(x[0], 1)); });
  add("cummax", "ties", [](const Tensors& x) { return both(tt::cummax(x[0], 0)); }).smooth = false;
  add("cummax", "scalar", [](const Tensors& x) { return both(tt::cummax(x[0], 0)); });
  add("cummin", "first", [](const Tensors& x) { return both(tt::cummin(x[0], 0)); });
  one("logcumsumexp", "last", [](const Tensor& x) { return tt::logcumsumexp(x, -1); });
  one("logcumsumexp", "large", [](const Tensor& x) { return tt::logcumsumexp(x, 0); });
  one("diff", "plain", [](const Tensor& x) { return tt::diff(x); });
  one("diff", "twice", [](const Tensor& x) { return tt::diff(x, 2, 0); }).integers =
      false;  // of bool it is another function
  one("diff", "bool", [](const Tensor& x) { return tt::diff(tt::greater(x, 0)); });
  add("diff", "joined",
      [](const Tensors& x) { return Tensors{tt::diff(x[0], 1, 1, {.prepend = x[1], .append = x[2]})}; });
  one("trapezoid", "even", [](const Tensor& x) { return tt::trapezoid(x, 0.25); });
  add("trapezoid", "points", [](const Tensors& x) { return Tensors{tt::trapezoid(x[0], x[1], 0)}; });
  one("cumulative_trapezoid", "even", [](const Tensor& x) { return tt::cumulative_trapezoid(x, 0.25, 0); });
  add("cumulative_trapezoid", "points", [](const Tensors& x) { return Tensors{tt::cumulative_trapezoid(x[0], x[1])}; });

  one("amax", "axes", [](const Tensor& x) { return tt::amax(x, {0, 2}); });
  one("amin", "all", [](const Tensor& x) { return tt::amin(x); });
  const auto min_max = [](const tt::MinMax& found) { return Tensors{found.min, found.max}; };
  add("aminmax", "all", [=](const Tensors& x) { return min_max(tt::aminmax(x[0], {}, true)); });
  add("aminmax", "axis", [=](const Tensors& x) { return min_max(tt::aminmax(x[0], 1)); });
  one("ptp", "axis", [](const Tensor& x) { return tt::ptp(x, 1, true); });
  add("max_with_indices", "axis", [](const Tensors& x) { return both(tt::max_with_indices(x[0], 1)); });
  add("max_with_indices", "ties", [](const Tensors& x) { return both(tt::max_with_indices(x[0], 1, true)); }).smooth =
      false;
  add("max_with_indices", "scalar", [](const Tensors& x) { return both(tt::max_with_indices(x[0], 0)); });
  add("min_with_indices", "axis", [](const Tensors& x) { return both(tt::min_with_indices(x[0], -1)); });
  add("var_mean", "axes", [](const Tensors& x) {
    const auto [var, mean] = tt::var_mean(x[0], {0, 2}, {.correction = 0, .keepdims = true});
    return Tensors{var, mean};
  });
  add("std_mean", "all", [](const Tensors& x) {
    const auto [std, mean] = tt::std_mean(x[0]);
    return Tensors{std, mean};
  });
  one("vector_norm", "0", [](const Tensor& x) { return tt::vector_norm(x, 0, 1); }).smooth = false;
  one("vector_norm", "1", [](const Tensor& x) { return tt::vector_norm(x, 1, 1, true); });
  one("vector_norm", "2", [](const Tensor& x) { return tt::vector_norm(x); });
  one("vector_norm", "3", [](const Tensor& x) { return tt::vector_norm(x, 3, {0, 1}); });
  one("vector_norm", "half", [](const Tensor& x) { return tt::vector_norm(x, 0.5, 0); });
  one("vector_norm", "minus_1", [](const Tensor& x) { return tt::vector_norm(x, -1, 0); });
  one("vector_norm", "inf", [=](const Tensor& x) { return tt::vector_norm(x, infinity); });
  one("vector_norm", "minus_inf", [=](const Tensor& x) { return tt::vector_norm(x, -infinity, 1); });
  one("reduce_euclidean_norm", "axis", [](const Tensor& x) { return tt::reduce_euclidean_norm(x, 0, true); });
  one("nansum", "axis", [](const Tensor& x) { return tt::nansum(with_nan(x), 1); }).integers = false;
  one("nanmean", "all", [](const Tensor& x) { return tt::nanmean(with_nan(x)); }).integers = false;
  one("nanmean", "axes", [](const Tensor& x) { return tt::nanmean(with_nan(x), {0}, true); }).integers = false;

  one("median", "all", [](const Tensor& x) { return tt::median(x); });
  one("median", "ties", [](const Tensor& x) { return tt::median(x); }).smooth = false;
  add("median", "axis", [](const Tensors& x) { return both(tt::median(x[0], 1)); });
  add("median", "kept", [](const Tensors& x) { return both(tt::median(x[0], 0, true)); });
  add("median", "scalar", [](const Tensors& x) { return both(tt::median(x[0], 0)); });
  one("median", "nan", [](const Tensor& x) { return tt::median(with_nan(x), 1).values; }).integers = false;
  one("nanmedian", "all", [](const Tensor& x) { return tt::nanmedian(with_nan(x)); }).integers = false;
  one("nanmedian", "axis", [](const Tensor& x) { return tt::nanmedian(with_nan(x), 1).values; }).integers = false;
  add("mode", "integers", [](const Tensors& x) { return both(tt::mode(x[0])); });
  add("mode", "first", [](const Tensors& x) { return both(tt::mode(x[0], 0, true)); }).smooth = false;
  for (const char* interpolation : {"linear", "lower", "higher", "midpoint", "nearest"})
    one("quantile", interpolation,
        [=](const Tensor& x) { return tt::quantile(x, 0.3, {.axis = 1, .interpolation = interpolation}); });
  add("quantile", "several", [](const Tensors& x) { return Tensors{tt::quantile(x[0], x[1], {.axis = 0})}; });
  add("quantile", "kept",
      [](const Tensors& x) { return Tensors{tt::quantile(x[0], x[1], {.axis = -1, .keepdims = true})}; });
  one("quantile", "all", [](const Tensor& x) { return tt::quantile(x, 0.6, {.keepdims = true}); });
  one("quantile", "nan", [](const Tensor& x) { return tt::quantile(with_nan(x), 0.4, {.axis = 1}); });
  one("nanquantile", "axis", [](const Tensor& x) { return tt::nanquantile(with_nan(x), 0.4, {.axis = 1}); });

  one("cov", "plain", [](const Tensor& x) { return tt::cov(x); });
  one("cov", "vector", [](const Tensor& x) { return tt::cov(x, {.correction = 0}); });
  add("cov", "weights", [](const Tensors& x) { return Tensors{tt::cov(x[0], {.fweights = x[1], .aweights = x[2]})}; });
  one("corrcoef", "plain", [](const Tensor& x) { return tt::corrcoef(x); }).smooth = false;  // 1 is clipped
}

}  // namespace conformance
