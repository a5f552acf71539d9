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

/// One dimension, known or unknown. Arithmetic on an unknown dimension is unknown; asking for its value is an error,
/// and so is a result that is negative, too large for 64 bits, or a quotient by 0.
class Dim {
 public:
  /// The right operand of arithmetic, and the line that it stands at.
  class Right {
   public:
    template <std::integral T>
    Right(T value, Location where = Location::here()) : Right(Dim(static_cast<std::int64_t>(value)), where) {}
    Right(Dim value, Location where = Location::here());
    std::int64_t raw() const { return value_; }
    bool known() const { return value_ >= 0; }
    Location where() const { return where_; }

   private:
    std::int64_t value_;
    Location where_;
  };

  constexpr Dim(std::int64_t value) : value_(value) {}
  constexpr bool known() const { return value_ >= 0; }
  /// The number; ArgumentError if unknown.
  TRIPTYCH_API std::int64_t value(Location where = Location::here()) const;
  /// The number, or -1 for unknown.
  constexpr std::int64_t raw() const { return value_; }

 private:
  std::int64_t value_;
};

TRIPTYCH_API Dim operator+(Dim a, Dim::Right b);
TRIPTYCH_API Dim operator-(Dim a, Dim::Right b);
TRIPTYCH_API Dim operator*(Dim a, Dim::Right b);
/// Rounded down.
TRIPTYCH_API Dim operator/(Dim a, Dim::Right b);

inline Dim::Right::Right(Dim value, Location where) : value_(value.raw()), where_(where) {}

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
  /// What the dimensions of a tensor multiply to at most, zeros left out as in NumPy, so that a number of bytes or a
  /// step never overflows.
  static constexpr std::int64_t most_elements = std::int64_t{1} << 59;

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
  /// Changes of a dimension. Negative axes count from the end, for `insert` of the result. ArgumentError if there is no
  /// such axis, if `dim` is negative and not -1, or for a ninth dimension.
  TRIPTYCH_API void set(int axis, Dim dim, Location where = Location::here());
  TRIPTYCH_API void append(Dim dim, Location where = Location::here());
  TRIPTYCH_API void insert(int axis, Dim dim, Location where = Location::here());
  TRIPTYCH_API void erase(int axis, Location where = Location::here());
  /// All dimensions are known.
  bool known() const {
    for (int i = 0; i < rank_; ++i)
      if (dims_[i] < 0) return false;
    return true;
  }
  /// Product of the dimensions (1 for a scalar); ArgumentError if one is unknown, or as `check_size`.
  TRIPTYCH_API std::int64_t size(Location where = Location::here()) const;
  /// Product of the dimensions, unknown if one is; ArgumentError as `check_size`.
  TRIPTYCH_API Dim numel(Location where = Location::here()) const;
  /// ArgumentError if no tensor has this shape: the known dimensions, zeros left out, multiply to more than
  /// `most_elements`.
  TRIPTYCH_API void check_size(Location where = Location::here()) const;

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
  /// Number `i` of the list; ArgumentError if there is none.
  std::int64_t& operator[](At i) { return values_[place(i)]; }
  std::int64_t operator[](At i) const { return values_[place(i)]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + count_; }
  operator std::span<const std::int64_t>() const { return {values_.data(), static_cast<std::size_t>(count_)}; }
  friend bool operator==(const Axes& a, const Axes& b) { return a.count_ == b.count_ && a.values_ == b.values_; }

 private:
  std::size_t place(At i) const {
    if (i.number() < 0 || i.number() >= count_) [[unlikely]]
      out_of_range(i);
    return static_cast<std::size_t>(i.number());
  }
  [[noreturn]] TRIPTYCH_API void out_of_range(At i) const;

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
