// What the kernels of linear algebra share: the matrices of a batch, one after the other as Eigen's, and what to do
// about one that cannot be taken.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "core/kernels/linalg/batches.h"
#include "triptych/core/error.h"

namespace triptych::linalg {

/// Column by column, aligned: so that bits depend on values only, not on where an operand lies.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Matrix `i` of the batch, copied.
template <class T>
Matrix<T> matrix_of(const Operand& x, const Batches& batches, std::int64_t i) {
  const int rank = x.shape().rank();
  using Steps = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return Eigen::Map<const Matrix<T>, Eigen::Unaligned, Steps>(
      x.as<const T>() + batches.offset(i), x.shape()[-2], x.shape()[-1], Steps(x.stride(rank - 1), x.stride(rank - 2)));
}

/// Puts matrix `i` into a dense output.
template <class T, class Values>
void put(const Operand& y, std::int64_t i, const Values& values) {
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::int64_t rows = y.shape()[-2], columns = y.shape()[-1];
  Eigen::Map<Rows>(y.as<T>() + i * rows * columns, rows, columns) = values;
}

/// Calls f(i) for each of `count` matrices that take about `work` multiplications each.
template <class F>
void each_matrix(std::int64_t count, double work, F f) {
  constexpr double enough = 1 << 16;  // for a part of its own
  const auto group = static_cast<std::int64_t>(std::clamp(enough / std::max(work, 1.0), 1.0, 1e6));
  parallel_for((count + group - 1) / group, [&](std::int64_t part) {
    for (std::int64_t i = part * group; i < std::min(count, (part + 1) * group); ++i) f(i);
  });
}

/// What went wrong with each matrix of a batch: 0, or a number that `text` explains.
class Failures {
 public:
  explicit Failures(std::int64_t count) : codes_(static_cast<std::size_t>(count), 0) {}
  void note(std::int64_t i, std::int64_t code) { codes_[static_cast<std::size_t>(i)] = code; }
  /// ArgumentError for the first one.
  void throw_first(const KernelCall& call, const char* rule, std::string (*text)(std::int64_t, std::int64_t),
                   const char* hint = "") const {
    for (std::size_t i = 0; i < codes_.size(); ++i)
      if (codes_[i] != 0)
        throw ArgumentError(call.op.name, rule, text(static_cast<std::int64_t>(i), codes_[i]), hint,
                            call.context.where);
  }

 private:
  std::vector<std::int64_t> codes_;
};

/// Solves a x = b in place of b by substitution, a upper or lower triangular, its diagonal read or 1.
template <class T>
void substitute(const Matrix<T>& a, Matrix<T>& b, bool upper, bool unit);

}  // namespace triptych::linalg
