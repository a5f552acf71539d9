// NumPy's indexing: `x[0]`, `x[{Slice(1, 4, 2), ellipsis, newaxis, -1}]`, `x[mask]`, `x[{rows, Slice(), columns}]`.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>

#include "triptych/core/export.h"
#include "triptych/core/item.h"
#include "triptych/core/location.h"

namespace triptych {

class Tensor;

/// An open bound of a Slice.
struct None {};
inline constexpr None none{};
/// As many full slices as are needed: at most one in an index.
struct Ellipsis {};
inline constexpr Ellipsis ellipsis{};
/// A new axis of length one.
struct NewAxis {};
inline constexpr NewAxis newaxis{};

/// Python's start:stop:step. Negative bounds count from the end; bounds outside of the axis are cut to it.
struct Slice {
  /// A bound, or none.
  struct Bound {
    std::int64_t value = 0;
    bool open = true;
    constexpr Bound() = default;
    constexpr Bound(None) {}
    constexpr Bound(std::int64_t bound) : value(bound), open(false) {}
  };
  Bound start, stop;
  std::int64_t step = 1;

  /// Everything.
  constexpr Slice() = default;
  constexpr Slice(Bound start, Bound stop = none, std::int64_t step = 1) : start(start), stop(stop), step(step) {}
};

/// One element of an index: an integer, a Slice, `ellipsis`, `newaxis`, or a tensor. An int32 or int64 tensor names
/// places along one axis, negative ones from the end; a bool or uint8 tensor is a mask over as many axes as it has, and
/// stands for the places where it is not zero. Remembers the caller's line.
struct Index {
  enum class Kind : std::uint8_t { integer, slice, ellipsis, newaxis, tensor };
  Kind kind = Kind::integer;
  std::int64_t integer = 0;
  Slice slice;
  std::shared_ptr<const Tensor> tensor;
  Location where;

  template <std::integral T>
  requires(!std::same_as<T, bool>) Index(T value, Location where = Location::here())
      : integer(static_cast<std::int64_t>(value)), where(where) {}
  Index(const Item& value, Location where = Location::here()) : integer(value), where(where) {}
  Index(Slice value, Location where = Location::here()) : kind(Kind::slice), slice(value), where(where) {}
  Index(Ellipsis, Location where = Location::here()) : kind(Kind::ellipsis), where(where) {}
  Index(NewAxis, Location where = Location::here()) : kind(Kind::newaxis), where(where) {}
  TRIPTYCH_API Index(const Tensor& value, Location where = Location::here());
};

}  // namespace triptych
