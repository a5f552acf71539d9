// Sums that grow inside of an output, element by element: 16-bit floats are added in float32 and rounded at the end, or
// they would stop growing where one more is less than half of their last place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/formulas/compute_type.h"
#include "triptych/core/op.h"

namespace triptych {

/// `out` is dense; `finish` puts the sums there.
template <class T>
class Sums {
 public:
  using C = compute_type<T>;
  explicit Sums(const Operand& out)
      : out_(out.as<T>()), size_(out.size()), wide_(direct ? 1 : static_cast<std::size_t>(size_ + 1) * sizeof(C)) {}

  /// In the order of the output's memory.
  C* data() const {
    if constexpr (direct)
      return out_;
    else
      return wide_.template as<C>();
  }
  /// They start from these elements, which lie as the output does or are the output.
  void start_from(const T* elements) const {
    if (direct && elements == out_) return;
    std::transform(elements, elements + size_, data(), [](T x) { return static_cast<C>(x); });
  }
  void finish() const {
    if constexpr (!direct) std::transform(data(), data() + size_, out_, [](C x) { return T(x); });
  }

 private:
  static constexpr bool direct = std::is_same_v<T, C>;

  T* out_;
  std::int64_t size_;
  Scratch wide_;
};

}  // namespace triptych
