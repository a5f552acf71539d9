// The number that a tensor of one element holds: the tensor knows its type, the compiler does not.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/scalar.h"

namespace triptych {

/// What `x.item()` gives: Python's number, a truth, a whole number or a double. It becomes the type that it is given
/// to, `double loss = x.item();`, and computes as in Python: `/` divides whole numbers as doubles. ArgumentError, at
/// the line of `item()`, where a whole number is wanted and it is not one, or not one that the type holds, and where
/// whole numbers are computed that 64 bits do not hold. To cut a fraction off, ask for it: `x.item<int>()`.
class Item {
 public:
  explicit Item(Scalar value, Location where = {}) : value_(value), where_(where) {}
  /// Not trivial, so that a variadic function (`printf`) does not take it.
  Item(const Item& other) : value_(other.value_), where_(other.where_) {}
  Item& operator=(const Item&) = default;

  template <class T>
  requires std::is_arithmetic_v<T>
  operator T() const {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_same_v<T, bool>)
      return value_.to_double() != 0;
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(value_.to_double());
    else
      return static_cast<T>(whole(static_cast<std::int64_t>(sizeof(T)), std::is_signed_v<T>));
  }
  operator Scalar() const { return value_; }  // NOLINT(google-explicit-constructor)
  Location where() const { return where_; }

  Item operator-() const { return Item(0, where_).minus(*this); }
  TRIPTYCH_API Item plus(const Item& other) const;
  TRIPTYCH_API Item minus(const Item& other) const;
  TRIPTYCH_API Item times(const Item& other) const;
  TRIPTYCH_API Item divided_by(const Item& other) const;
  TRIPTYCH_API std::partial_ordering compare(const Item& other) const;

 private:
  /// The number, which a type of so many bytes must hold.
  TRIPTYCH_API std::int64_t whole(std::int64_t bytes, bool is_signed) const;
  bool is_whole() const { return value_.kind() != Scalar::Kind::floating; }
  Item exact(const Item& other, bool overflow, std::int64_t result) const;

  Scalar value_;
  Location where_;
};

/// An Item, and another or a number of C++.
template <class A, class B>
concept ItemPair = (std::same_as<A, Item> && (std::same_as<B, Item> || std::is_arithmetic_v<B>)) ||
                   (std::is_arithmetic_v<A> && std::same_as<B, Item>);

template <class A, class B>
requires ItemPair<A, B> Item operator+(const A& a, const B& b) { return Item(a).plus(Item(b)); }
template <class A, class B>
requires ItemPair<A, B> Item operator-(const A& a, const B& b) { return Item(a).minus(Item(b)); }
template <class A, class B>
requires ItemPair<A, B> Item operator*(const A& a, const B& b) { return Item(a).times(Item(b)); }
template <class A, class B>
requires ItemPair<A, B> Item operator/(const A& a, const B& b) { return Item(a).divided_by(Item(b)); }
template <class A, class B>
requires ItemPair<A, B>
bool operator==(const A& a, const B& b) { return Item(a).compare(Item(b)) == 0; }
template <class A, class B>
requires ItemPair<A, B> std::partial_ordering operator<=>(const A& a, const B& b) { return Item(a).compare(Item(b)); }

/// `total += x.item()`, of a number or an Item; ArgumentError as for the conversion to its type.
template <class T>
requires ItemPair<T, Item> T& operator+=(T& a, const Item& b) { return a = static_cast<T>(a + b); }
template <class T>
requires ItemPair<T, Item> T& operator-=(T& a, const Item& b) { return a = static_cast<T>(a - b); }
template <class T>
requires ItemPair<T, Item> T& operator*=(T& a, const Item& b) { return a = static_cast<T>(a * b); }
template <class T>
requires ItemPair<T, Item> T& operator/=(T& a, const Item& b) { return a = static_cast<T>(a / b); }

/// As the stream prints a truth, a whole number or a double.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const Item& item);

}  // namespace triptych
