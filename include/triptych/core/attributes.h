// Attributes of an op: one plain struct with a field list, from which printing, hashing and comparing come.
//
//   struct SumAttributes {
//     std::vector<std::int64_t> axes;
//     bool keepdims = false;
//     static constexpr auto fields() {
//       return std::tuple{field("axes", &SumAttributes::axes), field("keepdims", &SumAttributes::keepdims)};
//     }
//   };
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "triptych/core/dtype.h"
#include "triptych/core/export.h"
#include "triptych/core/scalar.h"
#include "triptych/core/shape.h"
#include "triptych/core/tensor.h"

namespace triptych {

template <class Struct, class Type>
struct Field {
  const char* name;
  Type Struct::*member;
};
template <class Struct, class Type>
constexpr Field<Struct, Type> field(const char* name, Type Struct::*member) {
  return {name, member};
}

/// What the library does with an attribute struct without knowing its type.
struct AttributeType {
  std::size_t size;
  std::size_t alignment;
  void (*copy)(void* to, const void* from);
  void (*destroy)(void* attributes);
  bool (*equal)(const void* a, const void* b);
  std::size_t (*hash)(const void* attributes);
  /// `axes=(0, 1), keepdims=false`
  void (*print)(const void* attributes, std::string& out);
  /// Every whole number in them, those of shapes and lists too: for tests that put hostile ones there.
  void (*visit_integers)(void* attributes, const std::function<void(std::int64_t& number)>& visit);
};

namespace detail {

TRIPTYCH_API void print_value(std::string& out, bool value);
TRIPTYCH_API void print_value(std::string& out, std::int64_t value);
TRIPTYCH_API void print_value(std::string& out, double value);
TRIPTYCH_API void print_value(std::string& out, const std::string& value);
TRIPTYCH_API void print_value(std::string& out, DType value);
TRIPTYCH_API void print_value(std::string& out, Device value);
TRIPTYCH_API void print_value(std::string& out, const Shape& value);
TRIPTYCH_API void print_value(std::string& out, std::span<const std::int64_t> value);
TRIPTYCH_API void print_value(std::string& out, const Tensor& value);
TRIPTYCH_API void print_value(std::string& out, Scalar value);
inline void print_value(std::string& out, int value) { print_value(out, static_cast<std::int64_t>(value)); }
template <std::size_t N>
void print_value(std::string& out, const std::array<std::int64_t, N>& value) {
  print_value(out, std::span<const std::int64_t>(value));
}
inline void print_value(std::string& out, const std::vector<std::int64_t>& value) {
  print_value(out, std::span<const std::int64_t>(value));
}
template <class E>
requires std::is_enum_v<E>
void print_value(std::string& out, E value) {
  out += name_of(value);  // every enum in an attribute struct has a name_of()
}

TRIPTYCH_API std::size_t hash_bytes(const void* data, std::size_t size, std::size_t seed);
/// Tensors are equal if they are the same tensor; everything else compares by value.
inline bool equal_value(const Tensor& a, const Tensor& b) { return a.is_same(b); }
inline bool equal_value(Scalar a, Scalar b) {
  return a.kind() == b.kind() && a.to_double() == b.to_double() && a.to_int() == b.to_int();
}
template <class T>
bool equal_value(const T& a, const T& b) {
  return a == b;
}

}  // namespace detail

namespace detail {

template <class A>
void print_attributes(const void* attributes, std::string& out) {
  const char* separator = "";
  std::apply(
      [&](auto... f) {
        ((out += separator, out += f.name, out += "=", print_value(out, static_cast<const A*>(attributes)->*f.member),
          separator = ", "),
         ...);
      },
      A::fields());
}

template <class A>
bool equal_attributes(const void* a, const void* b) {
  return std::apply(
      [&](auto... f) {
        return (equal_value(static_cast<const A*>(a)->*f.member, static_cast<const A*>(b)->*f.member) && ...);
      },
      A::fields());
}

using IntegerVisitor = std::function<void(std::int64_t& number)>;

TRIPTYCH_API void visit_integers_of(Shape& shape, const IntegerVisitor& visit);
TRIPTYCH_API void visit_integers_of(Axes& axes, const IntegerVisitor& visit);
TRIPTYCH_API void visit_integers_of(Scalar& number, const IntegerVisitor& visit);
inline void visit_integers_of(std::int64_t& number, const IntegerVisitor& visit) { visit(number); }
template <std::size_t N>
void visit_integers_of(std::array<std::int64_t, N>& numbers, const IntegerVisitor& visit) {
  for (std::int64_t& number : numbers) visit(number);
}
inline void visit_integers_of(std::vector<std::int64_t>& numbers, const IntegerVisitor& visit) {
  for (std::int64_t& number : numbers) visit(number);
}
template <class T>
void visit_integers_of(T&, const IntegerVisitor&) {}  // there are none

template <class A>
void visit_integers(void* attributes, const IntegerVisitor& visit) {
  std::apply([&](auto... f) { (visit_integers_of(static_cast<A*>(attributes)->*f.member, visit), ...); }, A::fields());
}

template <class A>
std::size_t hash_attributes(const void* attributes) {
  std::string text;
  print_attributes<A>(attributes, text);
  return hash_bytes(text.data(), text.size(), 0);
}

}  // namespace detail

/// The AttributeType of an attribute struct.
template <class A>
inline constexpr AttributeType attribute_type{
    sizeof(A),
    alignof(A),
    [](void* to, const void* from) { new (to) A(*static_cast<const A*>(from)); },
    [](void* attributes) { static_cast<A*>(attributes)->~A(); },
    detail::equal_attributes<A>,
    detail::hash_attributes<A>,
    detail::print_attributes<A>,
    detail::visit_integers<A>};

}  // namespace triptych
