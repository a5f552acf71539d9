// Sizes that stand by place, as PyTorch takes them: `x.view(2, -1)`, `zeros(2, 3)`, `ones(2, 3, float64)`.
#pragma once

#include <concepts>
#include <cstdint>

#include "triptych/core/dtype.h"
#include "triptych/core/shape.h"

namespace triptych {

/// One size, or one axis.
template <class T>
concept Length = std::integral<T> && !std::same_as<T, bool>;

namespace detail {

template <class... T>
inline constexpr bool lengths_then_dtype = true;
template <class T, class... Rest>
inline constexpr bool lengths_then_dtype<T, Rest...> = (Length<T> && lengths_then_dtype<Rest...>) ||
                                                       (std::same_as<T, DType> && sizeof...(Rest) == 0);

/// What sizes by place say; the first has the line. A template, so that calls with it wait until Tensor is known.
template <class... More>
struct SizesByPlace {
  explicit SizesByPlace(At first, More... more) : shape({first.number()}, first.where()) {
    (take(more, first.where()), ...);
  }
  Shape shape;
  DType dtype = float32;

 private:
  void take(DType last, Location) { dtype = last; }
  void take(std::int64_t size, Location where) { shape.append(size, where); }
};

/// Axes by place, or counts.
template <class... More>
struct AxesByPlace {
  explicit AxesByPlace(At first, More... more)
      : axes({first.number(), static_cast<std::int64_t>(more)...}, first.where()) {}
  Axes axes;
};

}  // namespace detail

/// Sizes, and a dtype behind them or none.
template <class... T>
concept LengthsThenDType = detail::lengths_then_dtype<T...>;

}  // namespace triptych
