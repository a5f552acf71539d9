// More reductions: extremes with their places, ranks (median, quantile, mode), norms, and what passes over NaN. (The
// first ones are in reduce.h; what is said there of axes holds here.)
#pragma once

#include <optional>
#include <string>

#include "triptych/core/ops/order.h"
#include "triptych/core/ops/reduce.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// PyTorch's names of `max` and `min` over axes.
TRIPTYCH_API Tensor amax(Arg x);
TRIPTYCH_API Tensor amax(Arg x, const Axes& axes, bool keepdims = false);
TRIPTYCH_API Tensor amin(Arg x);
TRIPTYCH_API Tensor amin(Arg x, const Axes& axes, bool keepdims = false);

struct MinMax {
  Tensor min, max;
};
/// Both extremes, of everything or along an axis.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API MinMax aminmax(Arg x, std::optional<std::int64_t> axis = {}, bool keepdims = false);
/// The largest element minus the smallest (NumPy's ptp). Dtypes as for `sub`.
TRIPTYCH_API Tensor ptp(Arg x);
TRIPTYCH_API Tensor ptp(Arg x, const Axes& axes, bool keepdims = false);

/// The largest (smallest) element along `axis` and its place: PyTorch's `max(x, dim)`, whose name here gives the values
/// alone (`max(x, axes)`). Of equal ones the first; a NaN counts as the largest (smallest). The gradient goes to the
/// element that was chosen.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API ValuesAndIndices max_with_indices(Arg x, std::int64_t axis, bool keepdims = false);
TRIPTYCH_API ValuesAndIndices min_with_indices(Arg x, std::int64_t axis, bool keepdims = false);

struct VarMean {
  Tensor var, mean;
};
struct StdMean {
  Tensor std, mean;
};
/// The variance (standard deviation) and the mean.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API VarMean var_mean(Arg x);
TRIPTYCH_API VarMean var_mean(Arg x, const Axes& axes, VarOptions options = {});
TRIPTYCH_API StdMean std_mean(Arg x);
TRIPTYCH_API StdMean std_mean(Arg x, const Axes& axes, VarOptions options = {});

/// The p-norm (sum of |x|^p)^(1/p), for any `ord` (PyTorch's linalg.vector_norm, whose name `norm` here is the
/// Euclidean one): 0 counts the elements that are not zero, infinity (-infinity) is the largest (smallest) |x|.
/// Derivatives at zero are 0; equal extremes share theirs.
/// @throws ArgumentError if x is not floating-point, `ord` is NaN, or there is no element for an `ord` below 0 or
/// infinite.
TRIPTYCH_API Tensor vector_norm(Arg x, double ord = 2);
TRIPTYCH_API Tensor vector_norm(Arg x, double ord, const Axes& axes, bool keepdims = false);
/// TensorFlow's name of `norm`: sqrt(sum of x^2).
TRIPTYCH_API Tensor reduce_euclidean_norm(Arg x);
TRIPTYCH_API Tensor reduce_euclidean_norm(Arg x, const Axes& axes, bool keepdims = false);

/// The sum of the elements that are not NaN. Dtypes as for `sum`.
TRIPTYCH_API Tensor nansum(Arg x);
TRIPTYCH_API Tensor nansum(Arg x, const Axes& axes, bool keepdims = false);
/// The mean of the elements that are not NaN; of nothing NaN.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor nanmean(Arg x);
TRIPTYCH_API Tensor nanmean(Arg x, const Axes& axes, bool keepdims = false);

/// The element in the middle of the sorted ones, the lower of two, as in PyTorch; NaN if there is one, and of nothing.
/// Equal ones share the gradient.
TRIPTYCH_API Tensor median(Arg x);
/// The same along `axis`, and where it stood; of equal ones the first that the sorted order has in the middle. The
/// gradient goes to it.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API ValuesAndIndices median(Arg x, std::int64_t axis, bool keepdims = false);
/// The median of the elements that are not NaN; NaN if there is none.
TRIPTYCH_API Tensor nanmedian(Arg x);
TRIPTYCH_API ValuesAndIndices nanmedian(Arg x, std::int64_t axis, bool keepdims = false);
/// The most frequent element along `axis`, the smallest of several, and where it stands last. The gradient goes there.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API ValuesAndIndices mode(Arg x, std::int64_t axis = -1, bool keepdims = false);

struct QuantileOptions {
  /// Left out: of all elements.
  std::optional<std::int64_t> axis = {};
  bool keepdims = false;
  /// Between the elements i and j on either side of place q (n - 1): "linear" (i + (j - i) fraction), "lower" (i),
  /// "higher" (j), "midpoint" ((i + j) / 2), "nearest".
  std::string interpolation = "linear";
};
/// The elements at the shares `q`, from 0 to 1, of the sorted ones: a number, a 0-d tensor, or a vector, for which a
/// dimension comes in front. A NaN makes its line NaN. Differentiable in x, and in q between the elements.
/// @throws ArgumentError if x is not floating-point, q is no share, there is no element, or for another interpolation.
TRIPTYCH_API Tensor quantile(Arg x, Arg q, const QuantileOptions& options = {});
/// The same of the elements that are not NaN; NaN if there is none.
TRIPTYCH_API Tensor nanquantile(Arg x, Arg q, const QuantileOptions& options = {});

struct CovOptions {
  /// What is taken off the number of observations.
  std::int64_t correction = 1;
  /// How often each observation counts (integers), and what it weighs: vectors; undefined: 1.
  Tensor fweights = {}, aweights = {};
};
/// The covariances of the rows of x, whose columns are observations: (n, m) gives (n, n), a vector its variance.
/// Integers become float32.
/// @throws ArgumentError if x has more than two dimensions, or weights are not one for each observation.
TRIPTYCH_API Tensor cov(Arg x, CovOptions options = {});
/// Pearson's correlations of the rows of x: their covariances over their deviations, between -1 and 1.
TRIPTYCH_API Tensor corrcoef(Arg x);

}  // namespace triptych
