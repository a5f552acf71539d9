// Where the matrices of a batch lie: what the CPU's and the GPU's kernels share.
#pragma once

#include <cstdint>
#include <string>

#include "triptych/core/dtype.h"
#include "triptych/core/op.h"

namespace triptych::linalg {

/// The offsets of an operand's matrices (or, with `axes` 1, of its vectors), found by counting through the leading
/// dimensions of a result that the operand's are broadcast to.
class Batches {
 public:
  Batches(const Operand& x, const Shape& result, int result_axes = 2, int axes = 2)
      : rank_(result.rank() - result_axes) {
    const int missing = rank_ - (x.shape().rank() - axes);
    for (int i = 0; i < rank_; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const int own = i - missing;
      lengths_[place] = result.begin()[i];
      steps_[place] = own < 0 || x.shape().begin()[own] == 1 ? 0 : x.stride(own);
      count_ *= lengths_[place];
    }
  }
  std::int64_t count() const { return count_; }
  TRIPTYCH_HOST_DEVICE std::int64_t offset(std::int64_t index) const {
    std::int64_t result = 0;
    for (auto axis = static_cast<std::size_t>(rank_); axis-- > 0;) {
      result += index % lengths_[axis] * steps_[axis];
      index /= lengths_[axis];
    }
    return result;
  }

 private:
  int rank_;
  std::int64_t count_ = 1;
  Strides lengths_{}, steps_{};
};

// Which matrix an error is about.

inline std::string minor_text(std::int64_t entry, std::int64_t order) {
  return "the leading minor of order " + std::to_string(order) + " of batch entry " + std::to_string(entry);
}
inline std::string pivot_text(std::int64_t entry, std::int64_t pivot) {
  return "pivot " + std::to_string(pivot) + " of batch entry " + std::to_string(entry) + " is 0";
}
inline std::string entry_text(std::int64_t entry, std::int64_t) { return "batch entry " + std::to_string(entry); }

inline constexpr const char* not_finite_hint = "Has it NaN or infinite elements?";

}  // namespace triptych::linalg
