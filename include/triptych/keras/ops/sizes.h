// Shapes of which a graph's feeds decide a part: what `ops::shape` gives, and what tensors are made of.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych::keras::ops {

/// How long a tensor is along an axis: a number, or in a graph what its feeds decide.
class TRIPTYCH_API Size {
 public:
  template <std::integral T>
  Size(T number) : number_(static_cast<std::int64_t>(number)) {}
  /// ArgumentError if there is no such axis.
  Size(const Tensor& of, int axis, Location where = Location::here());

  bool known() const { return number_ != unknown; }
  /// The number; ArgumentError where it is not known.
  operator std::int64_t() const;
  /// As many zeros, where the number is not known.
  Tensor zeros(DType dtype) const;

 private:
  std::int64_t number_;
  Tensor of_;
  int axis_ = 0;
};

/// A shape of such sizes: `{ops::shape(x)[0], 128}`.
class TRIPTYCH_API Sizes {
 public:
  /// ArgumentError if a size is negative, or there are more than a tensor has dimensions.
  Sizes(std::initializer_list<Size> sizes = {}, Location where = Location::here());
  Sizes(const Shape& shape);
  Sizes(const std::vector<std::int64_t>& shape, Location where = Location::here()) : Sizes(Shape(shape, where)) {}
  static Sizes of(const Tensor& x, Location where = Location::here());

  /// Negative ones count from the end. ArgumentError if there is no such axis.
  Size operator[](At axis) const;
  std::size_t size() const { return sizes_.size(); }
  bool known() const;
  /// With `unknown` where a size is not known: what `reshape` infers of one.
  operator Shape() const;
  /// Zeros of this shape.
  Tensor zeros(DType dtype, Location where) const;

 private:
  std::vector<Size> sizes_;
};

TRIPTYCH_API std::ostream& operator<<(std::ostream& stream, const Sizes& sizes);

// Of sizes that a graph's feeds decide, too: `zeros({ops::shape(x)[0], 1})`, `zeros(ops::shape(x))`.
TRIPTYCH_API Tensor zeros(std::initializer_list<Size> shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor ones(std::initializer_list<Size> shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor full(std::initializer_list<Size> shape, Scalar value, std::optional<DType> dtype = {},
                         Location where = Location::here());
TRIPTYCH_API Tensor broadcast_to(const Arg& x, std::initializer_list<Size> shape);

namespace detail {
TRIPTYCH_API Tensor filled(const Sizes& shape, Scalar value, std::optional<DType> dtype, Location where);
TRIPTYCH_API Tensor broadcast(const Arg& x, const Sizes& shape);
}  // namespace detail
// Templates, so that a Shape or a list of numbers is none of theirs.
template <std::same_as<Sizes> S>
Tensor zeros(const S& shape, DType dtype = float32, Location where = Location::here()) {
  return detail::filled(shape, 0, dtype, where);
}
template <std::same_as<Sizes> S>
Tensor ones(const S& shape, DType dtype = float32, Location where = Location::here()) {
  return detail::filled(shape, 1, dtype, where);
}
template <std::same_as<Sizes> S>
Tensor full(const S& shape, Scalar value, std::optional<DType> dtype = {}, Location where = Location::here()) {
  return detail::filled(shape, value, dtype, where);
}
template <std::same_as<Sizes> S>
Tensor broadcast_to(const Arg& x, const S& shape) {
  return detail::broadcast(x, shape);
}

}  // namespace triptych::keras::ops
