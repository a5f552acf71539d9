// The order of elements: sorting, choosing by rank, sorted sequences, and counting. NaN comes after all numbers, -0 and
// 0 are equal, false comes before true. Equal elements keep their order, so that results are the same on all devices.
#pragma once

#include <optional>
#include <utility>

#include "triptych/core/tensor.h"

namespace triptych {

/// Elements that were chosen along an axis, and where they stood (int64).
struct ValuesAndIndices {
  Tensor values, indices;
};

/// x's elements along `axis` from the smallest to the largest, or the other way round, any dtype. The gradient goes
/// back to where each came from. It is always stable: equal elements stay in their order, with `stable` or without.
/// @throws ArgumentError if the axis is out of range (all functions of this header).
TRIPTYCH_API ValuesAndIndices sort(Arg x, std::int64_t axis = -1, bool descending = false, bool stable = false);
/// Where the elements of the sorted x stood: `sort(x, ...).indices`. Has no gradient.
TRIPTYCH_API Tensor argsort(Arg x, std::int64_t axis = -1, bool descending = false, bool stable = false);
/// x sorted along its first axis: `sort(x, 0).values`.
TRIPTYCH_API Tensor msort(Arg x);

/// The k largest (smallest) elements along `axis`, whose length becomes k, from the best on; of equal ones the first. A
/// NaN counts as the largest. They are sorted with `sorted` or without.
/// @throws ArgumentError if k is negative or larger than the axis.
TRIPTYCH_API ValuesAndIndices topk(Arg x, std::int64_t k, std::int64_t axis = -1, bool largest = true,
                                   bool sorted = true);
/// The k-th smallest element along `axis`, counted from 1.
/// @throws ArgumentError unless 1 <= k <= the axis's length.
TRIPTYCH_API ValuesAndIndices kthvalue(Arg x, std::int64_t k, std::int64_t axis = -1, bool keepdims = false);

// The shape of the results of `unique`, `unique_consecutive` and `bincount` depends on values: in a graph the length is
// unknown, and a compiled step finds it in each run.

struct UniqueOptions {
  /// Results are sorted with it and without; it is there for the home framework's calls.
  bool sorted = true;
  bool return_inverse = false;
  bool return_counts = false;
  /// Whole slices along this axis are compared, else elements.
  std::optional<std::int64_t> axis = {};
};
struct UniqueConsecutiveOptions {
  bool return_inverse = false;
  bool return_counts = false;
  std::optional<std::int64_t> axis = {};
};
/// What `unique` finds: without an axis a vector of elements, else x with fewer slices along the axis.
struct UniqueResult {
  Tensor output;
  /// Where in `output` each element (slice) of x is: int64, of x's shape (a vector); undefined unless asked for.
  Tensor inverse_indices;
  /// How often each occurs in x: an int64 vector; undefined unless asked for.
  Tensor counts;
};

/// x's different elements from the smallest to the largest, a vector. Each NaN differs from all others, as in PyTorch.
/// Not differentiable.
TRIPTYCH_API Tensor unique(Arg x);
/// The same, or different slices in lexicographic order; where they are in x, and how often.
TRIPTYCH_API UniqueResult unique(Arg x, UniqueOptions options);
/// x's elements, in row-major order, without those that equal the one before them: a vector. Not differentiable.
TRIPTYCH_API Tensor unique_consecutive(Arg x);
TRIPTYCH_API UniqueResult unique_consecutive(Arg x, UniqueConsecutiveOptions options);

struct SearchsortedOptions {
  /// The results are int32, not int64.
  bool out_int32 = false;
  /// Behind equal elements, not before them.
  bool right = false;
  /// The order that sorts the sequence, as `argsort` gives it; undefined: it is sorted.
  Tensor sorter = {};
};

/// Where each of `values` would go in `sorted_sequence` to keep it sorted, from 0 to its length: before elements that
/// equal it, or behind them. The sequence is a vector, or has one in its last axis for each one in the last axis of
/// `values`: (..., n) and (..., m) give (..., m). The two are compared in their promoted dtype. Has no gradient.
/// @throws ArgumentError unless the shapes fit, or if an index of `sorter` is out of range.
TRIPTYCH_API Tensor searchsorted(Arg sorted_sequence, Arg values, SearchsortedOptions options = {});
/// The bucket of each element of x between sorted `boundaries`, a vector: how many of them lie below it, with `right`
/// below it or equal. Has no gradient.
TRIPTYCH_API Tensor bucketize(Arg x, Arg boundaries, bool out_int32 = false, bool right = false);

struct BincountOptions {
  /// What each element counts, of x's shape; undefined: 1.
  Tensor weights = {};
  /// The result is at least this long.
  std::int64_t minlength = 0;
};

/// How often each of 0, 1, ... max(x) occurs in x, a vector of integers: int64. With weights the sum of those of its
/// occurrences, added in their order: float32 for float32, else float64, and for weights of 16 bits their dtype.
/// Differentiable in the weights.
/// @throws ArgumentError if x is not a vector of integers, or has a negative element.
TRIPTYCH_API Tensor bincount(Arg x, BincountOptions options = {});

/// How many elements of x lie in each of `bins` equal parts of [min, max], the last of which has its upper end; in x's
/// floating dtype. If both ends are the same they are x's smallest and largest element. Others, and NaN, are left out.
/// Has no gradient.
/// @throws ArgumentError if x is not floating-point, `bins` is not positive, or the range is not finite or turned
/// round.
TRIPTYCH_API Tensor histc(Arg x, std::int64_t bins = 100, double min = 0, double max = 0);

struct HistogramOptions {
  /// The ends of the first and the last bin; left out: x's smallest and largest element.
  std::optional<std::pair<double, double>> range = {};
  /// What each element counts, of x's shape; undefined: 1.
  Tensor weight = {};
  /// The result is divided by its sum and the bins' widths, so that its integral is 1.
  bool density = false;
};
struct Histogram {
  Tensor hist, bin_edges;
};

/// As `histc`, with the edges of the bins (one more than bins). A range of one value is widened by 1/2 on both sides,
/// as in NumPy.
TRIPTYCH_API Histogram histogram(Arg x, std::int64_t bins, HistogramOptions options = {});
/// The same with bins between given edges, a sorted vector of two or more; `range` is not looked at.
TRIPTYCH_API Histogram histogram(Arg x, Arg bin_edges, HistogramOptions options = {});

/// Whether each of `elements` is one of `test_elements`, bool; with `invert`, whether it is none. NaN is in nothing.
/// `assume_unique` changes nothing; it is there for the home frameworks' calls.
TRIPTYCH_API Tensor isin(Arg elements, Arg test_elements, bool assume_unique = false, bool invert = false);

}  // namespace triptych
