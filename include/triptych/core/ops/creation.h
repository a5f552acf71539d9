// Tensors from values.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "triptych/core/sizes_by_place.h"
#include "triptych/core/tensor.h"

namespace triptych {

// Numbers that are given without a dtype: floating-point ones become float32, whole ones int64, as in PyTorch. C++
// gives 1.5 the type double, but nobody chose it; a vector or span of doubles was chosen, and stays float64.

/// A tensor of `shape` filled with `value`. Inside a trace scope it is a node.
TRIPTYCH_API Tensor full(const Shape& shape, Scalar value, std::optional<DType> dtype = {},
                         Location where = Location::here());
/// The sizes may stand by place, a dtype behind them: `zeros(2, 3)`, `ones(2, 3, float64)`.
TRIPTYCH_API Tensor zeros(const Shape& shape, DType dtype = float32, Location where = Location::here());
TRIPTYCH_API Tensor ones(const Shape& shape, DType dtype = float32, Location where = Location::here());
template <class... More>
requires LengthsThenDType<More...> Tensor zeros(At first, More... more) {
  const detail::SizesByPlace sizes(first, more...);
  return zeros(sizes.shape, sizes.dtype, first.where());
}
template <class... More>
requires LengthsThenDType<More...> Tensor ones(At first, More... more) {
  const detail::SizesByPlace sizes(first, more...);
  return ones(sizes.shape, sizes.dtype, first.where());
}
/// Filled with `value`, with x's shape and dtype; x's values are not read.
TRIPTYCH_API Tensor full_like(Arg x, Scalar value);
TRIPTYCH_API Tensor zeros_like(Arg x);
TRIPTYCH_API Tensor ones_like(Arg x);

/// Values not set: for a tensor that is written before it is read. Inside a trace scope, zeros.
TRIPTYCH_API Tensor empty(const Shape& shape, DType dtype = float32, Location where = Location::here());
template <class... More>
requires LengthsThenDType<More...> Tensor empty(At first, More... more) {
  const detail::SizesByPlace sizes(first, more...);
  return empty(sizes.shape, sizes.dtype, first.where());
}
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
Tensor tensor(const std::vector<T>& values, const Shape& shape, Location where = Location::here());
template <class T>
Tensor tensor(const std::vector<T>& values, Location where = Location::here()) {
  return tensor(values, {static_cast<std::int64_t>(values.size())}, where);
}

/// What stands in a (nested) list of numbers: a number or a list.
class NumberList {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NumberList(T number) : number_(number), is_list_(false) {}
  NumberList(std::initializer_list<NumberList> list) : number_(0), list_(list), is_list_(true) {}

  bool is_list() const { return is_list_; }
  Scalar number() const { return number_; }
  std::initializer_list<NumberList> list() const { return list_; }

 private:
  Scalar number_;
  std::initializer_list<NumberList> list_{};
  bool is_list_;
};

/// The numbers of a list, which may be nested: `tensor({{1, 2}, {3, 4.5}})`. float32 if one of them is floating, else
/// int64, or bool if all are, unless the dtype is given. ArgumentError if rows differ in length or a number does not
/// fit the dtype.
TRIPTYCH_API Tensor tensor(std::initializer_list<NumberList> values, std::optional<DType> dtype = {},
                           Location where = Location::here());
/// The same in the dtype of `T`: `tensor<double>({1, 2})`.
template <class T>
Tensor tensor(std::initializer_list<NumberList> values, Location where = Location::here()) {
  return tensor(values, dtype_of<T>::value, where);
}

/// A tensor over the caller's memory (row-major), without a copy. The tensor only reads it: the first write copies. The
/// memory must stay as it is until `release` is called, when the last tensor lets go. What it throws goes to stderr.
template <class T>
Tensor from_blob(const T* values, const Shape& shape, std::function<void()> release = {},
                 Location where = Location::here());

namespace detail {

TRIPTYCH_API Tensor from_bytes(const void* values, std::size_t count, const Shape& shape, DType dtype, Location where);
TRIPTYCH_API Tensor from_truths(const std::vector<bool>& values, const Shape& shape, Location where);
TRIPTYCH_API Tensor from_foreign(const void* values, const Shape& shape, DType dtype, std::function<void()> release,
                                 Location where);

}  // namespace detail

template <class T>
Tensor from_span(std::span<const T> values, const Shape& shape, Location where) {
  return detail::from_bytes(values.data(), values.size(), shape, dtype_of<T>::value, where);
}
template <class T>
Tensor tensor(const std::vector<T>& values, const Shape& shape, Location where) {
  if constexpr (std::is_same_v<T, bool>)
    return detail::from_truths(values, shape, where);
  else
    return from_span(std::span<const T>(values), shape, where);
}
template <class Element>
Tensor Tensor::new_tensor(const std::vector<Element>& values, std::optional<DType> dtype, Location where) const {
  const DeviceScope scope(device(where));
  return tensor(values, where).to(dtype.value_or(this->dtype()), where);
}
template <class T>
Tensor from_blob(const T* values, const Shape& shape, std::function<void()> release, Location where) {
  return detail::from_foreign(values, shape, dtype_of<T>::value, std::move(release), where);
}

}  // namespace triptych
