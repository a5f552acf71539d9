// Shapes of which a graph's feeds decide a part: what `ops::shape` gives, and what tensors are made of.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <vector>

#include "triptych/core/ops/arithmetic.h"
#include "triptych/core/tensor.h"

namespace triptych::keras::ops {

/// How long a tensor is along an axis: a number, or in a graph what its feeds decide.
class TRIPTYCH_API Size {
 public:
  template <std::integral T>
  Size(T number, Location where = Location::here()) : number_(static_cast<std::int64_t>(number)), where_(where) {}
  /// ArgumentError if there is no such axis.
  Size(const Tensor& of, int axis, Location where = Location::here());
  /// The same of another line.
  Size(const Size& size, Location where) : Size(size) { where_ = where; }

  bool known() const { return number_ != unknown; }
  /// A -1 that was written: what `reshape` infers.
  bool is_open() const { return !known() && !of_.defined(); }
  /// The number; ArgumentError where it is not known.
  operator std::int64_t() const;
  /// As many zeros, where the number is not known.
  Tensor zeros(DType dtype) const;
  /// The number as a 0-d tensor.
  Tensor tensor(DType dtype = int32) const;
  /// The line that it is of, which errors of what is computed with it name.
  Location where() const { return where_; }

 private:
  std::int64_t number_;
  Tensor of_;
  int axis_ = 0;
  Location where_;
};

// With numbers and each other, known or not; a quotient is rounded down. ArgumentError if a result is negative, or for
// a quotient by less than 1.
TRIPTYCH_API Size operator+(const Size& a, const Size& b);
TRIPTYCH_API Size operator*(const Size& a, const Size& b);
template <std::integral T>
Size operator+(const Size& a, T b) {
  return a + Size(b, a.where());
}
template <std::integral T>
Size operator+(T a, const Size& b) {
  return Size(a, b.where()) + b;
}
template <std::integral T>
Size operator*(const Size& a, T b) {
  return a * Size(b, a.where());
}
template <std::integral T>
Size operator*(T a, const Size& b) {
  return Size(a, b.where()) * b;
}
namespace detail {
TRIPTYCH_API Size less(const Size& a, std::int64_t b);
TRIPTYCH_API Size divided(const Size& a, std::int64_t b);
}  // namespace detail
template <std::integral T>
Size operator-(const Size& a, T b) {
  return detail::less(a, static_cast<std::int64_t>(b));
}
template <std::integral T>
Size operator/(const Size& a, T b) {
  return detail::divided(a, static_cast<std::int64_t>(b));
}
// With tensors: the number in the tensor's dtype.
TRIPTYCH_API Tensor operator*(const Size& a, const Tensor& b);
TRIPTYCH_API Tensor operator*(const Tensor& a, const Size& b);
TRIPTYCH_API Tensor operator+(const Size& a, const Tensor& b);
TRIPTYCH_API Tensor operator+(const Tensor& a, const Size& b);
TRIPTYCH_API Tensor operator-(const Size& a, const Tensor& b);
TRIPTYCH_API Tensor operator-(const Tensor& a, const Size& b);
TRIPTYCH_API Tensor operator/(const Tensor& a, const Size& b);

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
  /// The same with another size at an axis. ArgumentError if there is no such axis, or the size is negative.
  Sizes with(At axis, const Size& size) const;
  bool known() const;
  /// With `unknown` where a size is not known: what `reshape` infers of one.
  operator Shape() const;
  /// Zeros of this shape.
  Tensor zeros(DType dtype, Location where) const;

 private:
  /// Where the axis, which may be negative, is.
  std::size_t place(At axis) const;
  std::vector<Size> sizes_;
};

TRIPTYCH_API std::ostream& operator<<(std::ostream& stream, const Sizes& sizes);

// Of sizes that a graph's feeds decide, too: `zeros({ops::shape(x)[0], 1})`, `zeros(ops::shape(x))`.
TRIPTYCH_API Tensor zeros(std::initializer_list<Size> shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor ones(std::initializer_list<Size> shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor full(std::initializer_list<Size> shape, Scalar value, std::optional<DType> dtype = {},
                         Location where = Location::here());
TRIPTYCH_API Tensor broadcast_to(const Arg& x, std::initializer_list<Size> shape);
/// One size may be -1: as it has to be for as many elements as x has.
TRIPTYCH_API Tensor reshape(const Arg& x, std::initializer_list<Size> shape);

namespace detail {
TRIPTYCH_API Tensor filled(const Sizes& shape, Scalar value, std::optional<DType> dtype, Location where);
TRIPTYCH_API Tensor broadcast(const Arg& x, const Sizes& shape);
TRIPTYCH_API Tensor reshaped(const Arg& x, const Sizes& shape);
TRIPTYCH_API Tensor arange(std::int64_t start, const Size& stop, std::int64_t step, std::optional<DType> dtype,
                           Location where);
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
template <std::same_as<Sizes> S>
Tensor reshape(const Arg& x, const S& shape) {
  return detail::reshaped(x, shape);
}
/// Up to a size: `arange(ops::shape(x)[1])`, `arange(0, ops::shape(x)[1], 1)`.
template <std::same_as<Size> S>
Tensor arange(const S& stop, Location where = Location::here()) {
  return detail::arange(0, stop, 1, {}, where);
}
template <std::same_as<Size> S>
Tensor arange(std::int64_t start, const S& stop, std::int64_t step = 1, std::optional<DType> dtype = {},
              Location where = Location::here()) {
  return detail::arange(start, stop, step, dtype, where);
}

}  // namespace triptych::keras::ops
