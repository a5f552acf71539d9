// Shapes, and dimensions that may be unknown until the graph runs.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// A dimension that is known only when the graph runs.
inline constexpr std::int64_t unknown = -1;

/// One dimension, known or unknown. Arithmetic on an unknown dimension is unknown; asking for its value is an error.
class Dim {
 public:
  constexpr Dim(std::int64_t value) : value_(value) {}
  constexpr bool known() const { return value_ >= 0; }
  /// The number; ArgumentError if unknown.
  TRIPTYCH_API std::int64_t value(Location where = Location::here()) const;
  /// The number, or -1 for unknown.
  constexpr std::int64_t raw() const { return value_; }

  friend Dim operator+(Dim a, Dim b) { return a.known() && b.known() ? Dim(a.value_ + b.value_) : Dim(unknown); }
  friend Dim operator-(Dim a, Dim b) { return a.known() && b.known() ? Dim(a.value_ - b.value_) : Dim(unknown); }
  friend Dim operator*(Dim a, Dim b) { return a.known() && b.known() ? Dim(a.value_ * b.value_) : Dim(unknown); }
  friend Dim operator/(Dim a, Dim b) { return a.known() && b.known() ? Dim(a.value_ / b.value_) : Dim(unknown); }

 private:
  std::int64_t value_;
};

/// True if both are known and differ: the check that shape rules make, as an unknown dimension may still turn out
/// right.
inline bool conflict(Dim a, Dim b) { return a.known() && b.known() && a.raw() != b.raw(); }

/// What `[]` takes: a number, and the line that it was asked at.
class At {
 public:
  template <std::integral T>
  At(T number, Location where = Location::here()) : number_(static_cast<std::int64_t>(number)), where_(where) {}
  std::int64_t number() const { return number_; }
  Location where() const { return where_; }

 private:
  std::int64_t number_;
  Location where_;
};

/// Dimensions of a tensor, outermost first; at most eight, held inline.
class Shape {
 public:
  static constexpr int max_rank = 8;

  constexpr Shape() = default;
  TRIPTYCH_API Shape(std::initializer_list<std::int64_t> dims, Location where = Location::here());
  TRIPTYCH_API Shape(std::span<const std::int64_t> dims, Location where = Location::here());
  Shape(const std::vector<std::int64_t>& dims, Location where = Location::here())
      : Shape(std::span<const std::int64_t>(dims), where) {}

  int rank() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  /// Dimension `axis` (negative counts from the end); ArgumentError if there is none or it is unknown.
  TRIPTYCH_API std::int64_t operator[](At axis) const;
  /// Dimension `axis`, which may be unknown (negative counts from the end).
  TRIPTYCH_API Dim dim(int axis, Location where = Location::here()) const;
  TRIPTYCH_API void set(int axis, Dim dim);
  TRIPTYCH_API void append(Dim dim);
  TRIPTYCH_API void insert(int axis, Dim dim);
  TRIPTYCH_API void erase(int axis);
  /// All dimensions are known.
  bool known() const {
    for (int i = 0; i < rank_; ++i)
      if (dims_[i] < 0) return false;
    return true;
  }
  /// Product of the dimensions (1 for a scalar); ArgumentError if one is unknown.
  TRIPTYCH_API std::int64_t size(Location where = Location::here()) const;
  /// Product of the dimensions, unknown if one is.
  Dim numel() const {
    std::int64_t product = 1;
    for (int i = 0; i < rank_; ++i) {
      if (dims_[i] < 0) return unknown;
      product *= dims_[i];
    }
    return product;
  }

  const std::int64_t* begin() const { return dims_.data(); }
  const std::int64_t* end() const { return dims_.data() + rank_; }
  std::span<const std::int64_t> dims() const { return {dims_.data(), static_cast<std::size_t>(rank_)}; }
  std::vector<std::int64_t> to_vector() const { return {begin(), end()}; }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a.dims_[i] != b.dims_[i]) return false;
    return true;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
  /// Same rank and no two known dimensions differ.
  TRIPTYCH_API bool compatible(const Shape& other) const;

  /// `(32, 784)`, `(3,)`, `()`; unknown dimensions are `?`.
  TRIPTYCH_API std::string text() const;

 private:
  std::array<std::int64_t, max_rank> dims_{};
  std::int32_t rank_ = 0;
};

/// Prints `Shape::text`.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// The axes that a function works on, or a number for each axis: one, or a list of at most eight, held inline. Negative
/// axes count from the end.
class Axes {
 public:
  Axes() = default;
  template <std::integral T>
  requires(!std::same_as<T, bool>) Axes(T axis) : count_(1) { values_[0] = static_cast<std::int64_t>(axis); }
  /// A bool is meant for another argument, as in `std(x, false)`.
  template <std::same_as<bool> T>
  Axes(T) = delete;
  Axes(std::initializer_list<std::int64_t> axes, Location where = Location::here())
      : Axes(std::span(axes.begin(), axes.size()), where) {}
  Axes(const std::vector<std::int64_t>& axes, Location where = Location::here())
      : Axes(std::span<const std::int64_t>(axes), where) {}
  TRIPTYCH_API Axes(std::span<const std::int64_t> axes, Location where = Location::here());

  TRIPTYCH_API void append(std::int64_t value, Location where = Location::here());
  int size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::int64_t& operator[](int i) { return values_[static_cast<std::size_t>(i)]; }
  std::int64_t operator[](int i) const { return values_[static_cast<std::size_t>(i)]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + count_; }
  operator std::span<const std::int64_t>() const { return {values_.data(), static_cast<std::size_t>(count_)}; }
  friend bool operator==(const Axes& a, const Axes& b) { return a.count_ == b.count_ && a.values_ == b.values_; }

 private:
  std::array<std::int64_t, Shape::max_rank> values_{};
  std::int32_t count_ = 0;
};

/// Steps in elements, one for each dimension of the shape that they belong to.
using Strides = std::array<std::int64_t, Shape::max_rank>;

/// Row-major strides of a known shape.
TRIPTYCH_API Strides contiguous_strides(const Shape& shape);

/// NumPy's broadcast of two shapes; unknown dimensions broadcast to the other if that is known and not 1.
/// Returns false if they do not fit.
TRIPTYCH_API bool broadcast(const Shape& a, const Shape& b, Shape& result);

/// `axis` counted from the front; ArgumentError naming `op` unless -rank <= axis < rank.
TRIPTYCH_API int normalize_axis(std::string_view op, std::int64_t axis, int rank, Location where = {});

}  // namespace triptych
