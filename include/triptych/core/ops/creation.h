// Tensors from values.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// A tensor of `shape` filled with `value`. Inside a trace scope it is a node.
TRIPTYCH_API Tensor full(const Shape& shape, Scalar value, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor zeros(const Shape& shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor ones(const Shape& shape, DType dtype = float32, Location where = Location::here());
/// Filled with `value`, with x's shape and dtype; x's values are not read.
TRIPTYCH_API Tensor full_like(Arg x, Scalar value);
TRIPTYCH_API Tensor zeros_like(Arg x);
TRIPTYCH_API Tensor ones_like(Arg x);

/// Values not set: for a tensor that is written before it is read. Inside a trace scope, zeros.
TRIPTYCH_API Tensor empty(const Shape& shape, DType dtype = float32, Location where = Location::here());
/// The same with x's shape and dtype, where x is.
TRIPTYCH_API Tensor empty_like(Arg x);

/// start, start + step, ... as long as it is before `stop` (after, for a negative step). The dtype is int64 if all
/// three are integers, else float32, unless it is given. ArgumentError if step is 0, a number is not finite, or stop
/// lies the other way.
TRIPTYCH_API Tensor arange(Scalar start, Scalar stop, Scalar step = 1, std::optional<DType> dtype = {},
                           Location where = Location::here());
/// 0, 1, ... before `stop`.
TRIPTYCH_API Tensor arange(Scalar stop, Location where = Location::here());
/// `num` equally spaced numbers from `start` to `stop`, both included: start + i (stop - start) / (num - 1).
TRIPTYCH_API Tensor linspace(double start, double stop, std::int64_t num, DType dtype = float32,
                             Location where = Location::here());
/// The n x m matrix (n x n if m is left out) with ones on its diagonal and zeros elsewhere.
TRIPTYCH_API Tensor eye(std::int64_t n, std::optional<std::int64_t> m = {}, DType dtype = float32,
                        Location where = Location::here());

/// A number as a 0-d tensor: float32, int64 or bool by its kind, unless the dtype is given. ArgumentError if that
/// cannot hold it.
TRIPTYCH_API Tensor tensor(Scalar value, std::optional<DType> dtype = {}, Location where = Location::here());
/// Copies `values` (row-major) into a new tensor of `shape`; ArgumentError unless the sizes agree.
template <class T>
Tensor from_span(std::span<const T> values, const Shape& shape, Location where = Location::here());
template <class T>
Tensor tensor(const std::vector<T>& values, const Shape& shape, Location where = Location::here()) {
  return from_span(std::span<const T>(values), shape, where);
}
template <class T>
Tensor tensor(const std::vector<T>& values, Location where = Location::here()) {
  return from_span(std::span<const T>(values), {static_cast<std::int64_t>(values.size())}, where);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor tensor(std::initializer_list<T> values, Location where = Location::here()) {
  return from_span(std::span<const T>(values.begin(), values.size()), {static_cast<std::int64_t>(values.size())},
                   where);
}
/// Nested lists: `tensor({{1.f, 2.f}, {3.f, 4.f}})`, up to four dimensions; ArgumentError if rows differ in length.
template <class T>
requires std::is_arithmetic_v<T> Tensor tensor(std::initializer_list<std::initializer_list<T>> values,
                                               Location where = Location::here());
template <class T>
requires std::is_arithmetic_v<T> Tensor tensor(
    std::initializer_list<std::initializer_list<std::initializer_list<T>>> values, Location where = Location::here());
template <class T>
requires std::is_arithmetic_v<T> Tensor
tensor(std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<T>>>> values,
       Location where = Location::here());

/// A tensor over the caller's memory (row-major), without a copy. The tensor only reads it: the first write copies. The
/// memory must stay as it is until `release` is called, when the last tensor lets go.
template <class T>
Tensor from_blob(const T* values, const Shape& shape, std::function<void()> release = {},
                 Location where = Location::here());

namespace detail {

TRIPTYCH_API Tensor from_bytes(const void* values, std::size_t count, const Shape& shape, DType dtype, Location where);
TRIPTYCH_API Tensor from_foreign(const void* values, const Shape& shape, DType dtype, std::function<void()> release,
                                 Location where);
[[noreturn]] TRIPTYCH_API void ragged(std::size_t expected, std::size_t given, Location where);

/// Collects the numbers of a nested list, and its shape along the first rows.
template <class T>
struct ListReader {
  Location where;
  Shape shape{};
  std::vector<std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>> values{};

  void read(T value, int) { values.push_back(value); }
  template <class List>
  void read(std::initializer_list<List> list, int axis) {
    if (axis == shape.rank()) shape.append(static_cast<std::int64_t>(list.size()));
    if (shape[axis] != static_cast<std::int64_t>(list.size()))
      ragged(static_cast<std::size_t>(shape[axis]), list.size(), where);
    for (const List& element : list) read(element, axis + 1);
  }
  template <class List>
  Tensor tensor(List list) {
    read(list, 0);
    return from_bytes(values.data(), values.size(), shape, dtype_of<T>::value, where);
  }
};

}  // namespace detail

template <class T>
Tensor from_span(std::span<const T> values, const Shape& shape, Location where) {
  return detail::from_bytes(values.data(), values.size(), shape, dtype_of<T>::value, where);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor tensor(std::initializer_list<std::initializer_list<T>> values, Location where) {
  return detail::ListReader<T>{where}.tensor(values);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor
tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> values, Location where) {
  return detail::ListReader<T>{where}.tensor(values);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor
tensor(std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<T>>>> values,
       Location where) {
  return detail::ListReader<T>{where}.tensor(values);
}
template <class T>
Tensor from_blob(const T* values, const Shape& shape, std::function<void()> release, Location where) {
  return detail::from_foreign(values, shape, dtype_of<T>::value, std::move(release), where);
}

}  // namespace triptych
