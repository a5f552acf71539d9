// Rows of numbers: equally spaced in their logarithms, the windows of signal processing, triangles of ones; and the
// places of elements by their number.
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// `num` numbers base^e for e equally spaced from `start` to `stop`, both included (without `endpoint` as the first of
/// `num` + 1).
/// @throws ArgumentError if num is negative or a number is not finite. Source: torch.logspace, numpy.logspace.
TRIPTYCH_API Tensor logspace(double start, double stop, std::int64_t num = 50, bool endpoint = true, double base = 10,
                             DType dtype = float32, Location where = Location::here());
/// `num` numbers from `start` to `stop`, each the same multiple of the one before; both are negative or both positive.
/// @throws ArgumentError if one is 0 or their signs differ. Source: numpy.geomspace.
TRIPTYCH_API Tensor geomspace(double start, double stop, std::int64_t num = 50, bool endpoint = true,
                              DType dtype = float32, Location where = Location::here());

/// Windows of `length` weights: with `periodic` the first of a window that is longer by one, as PyTorch's and
/// TensorFlow's default is, else symmetric, as NumPy's. One weight is 1.
/// @throws ArgumentError if length is negative or dtype is not floating-point.
TRIPTYCH_API Tensor bartlett_window(std::int64_t length, bool periodic = true, DType dtype = float32,
                                    Location where = Location::here());
TRIPTYCH_API Tensor blackman_window(std::int64_t length, bool periodic = true, DType dtype = float32,
                                    Location where = Location::here());
TRIPTYCH_API Tensor hann_window(std::int64_t length, bool periodic = true, DType dtype = float32,
                                Location where = Location::here());
/// alpha - beta cos(2 pi i / n).
TRIPTYCH_API Tensor hamming_window(std::int64_t length, bool periodic = true, double alpha = 0.54, double beta = 0.46,
                                   DType dtype = float32, Location where = Location::here());
/// I_0(beta sqrt(1 - (2 i / n - 1)^2)) / I_0(beta).
TRIPTYCH_API Tensor kaiser_window(std::int64_t length, bool periodic = true, double beta = 12, DType dtype = float32,
                                  Location where = Location::here());

/// The n x m matrix (n x n if m is left out) with ones on and below diagonal k. Source: numpy.tri.
TRIPTYCH_API Tensor tri(std::int64_t n, std::optional<std::int64_t> m = {}, std::int64_t k = 0, DType dtype = float32,
                        Location where = Location::here());

/// Row, column, ... of the elements with these numbers, counted in row-major order, in a tensor of `shape`: one tensor
/// for each dimension, of the indices' shape and dtype. Negative numbers count from the end.
/// @throws ArgumentError unless indices are int32 or int64 and the shape is known.
/// Source: torch.unravel_index, numpy.unravel_index.
TRIPTYCH_API std::vector<Tensor> unravel_index(Arg indices, const Shape& shape);

}  // namespace triptych
