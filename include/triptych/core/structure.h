// What functions of control flow take and give: a tensor, a number, or vectors, pairs and tuples of such things.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/tensor.h"

namespace triptych::detail {

/// A number as a 0-d tensor: int32, int64, float32 (of a double too) or bool.
TRIPTYCH_API Tensor number_tensor(Scalar value, bool wide, Location where);

/// What a loop is to know of a variable besides its dtype and shape.
struct LoopTrait {
  bool grows = false;      // it begins empty, and takes the shape of what it is given
  bool dynamic = false;    // its first dimension changes
  bool unsettled = false;  // how many dimensions it has is known when something is written to it
};

/// How a value is made of tensors: `add` takes it apart, `take` makes one like `like` of the next tensors, and `Value`
/// is what that gives.
template <class T>
struct Structure;

template <class T>
void add_traits(std::vector<LoopTrait>& out, const T& value);

/// Any kind of tensor.
template <class T>
requires std::convertible_to<const T&, const Tensor&>
struct Structure<T> {
  using Value = Tensor;
  static void add(std::vector<Tensor>& out, const Tensor& value) { out.push_back(value); }
  static Tensor take(const T&, const Tensor*& next) { return *next++; }
};

template <class T>
requires std::is_arithmetic_v<T>
struct Structure<T> {
  using Value = Tensor;
  static void add(std::vector<Tensor>& out, T value) {
    out.push_back(number_tensor(value, sizeof(T) > 4 && std::is_integral_v<T>, {}));
  }
  static Tensor take(T, const Tensor*& next) { return *next++; }
};

template <class T>
struct Structure<std::vector<T>> {
  using Value = std::vector<typename Structure<T>::Value>;
  static void add(std::vector<Tensor>& out, const std::vector<T>& values) {
    for (const T& value : values) Structure<T>::add(out, value);
  }
  static Value take(const std::vector<T>& like, const Tensor*& next) {
    Value result;
    for (const T& value : like) result.push_back(Structure<T>::take(value, next));
    return result;
  }
};

template <class A, class B>
struct Structure<std::pair<A, B>> {
  using Value = std::pair<typename Structure<A>::Value, typename Structure<B>::Value>;
  static void add(std::vector<Tensor>& out, const std::pair<A, B>& value) {
    Structure<A>::add(out, value.first);
    Structure<B>::add(out, value.second);
  }
  static Value take(const std::pair<A, B>& like, const Tensor*& next) {
    auto first = Structure<A>::take(like.first, next);
    return {std::move(first), Structure<B>::take(like.second, next)};
  }
};

template <class... T>
struct Structure<std::tuple<T...>> {
  using Value = std::tuple<typename Structure<T>::Value...>;
  static void add(std::vector<Tensor>& out, const std::tuple<T...>& value) {
    std::apply([&](const T&... part) { (Structure<T>::add(out, part), ...); }, value);
  }
  static Value take(const std::tuple<T...>& like, const Tensor*& next) {
    // Braces: from the first to the last.
    return std::apply([&](const T&... part) { return Value{Structure<T>::take(part, next)...}; }, like);
  }
};

/// The traits of all tensors of a value, in their order.
template <class T>
void add_traits(std::vector<LoopTrait>& out, const T& value) {
  if constexpr (requires { Structure<T>::trait(value); }) {
    out.push_back(Structure<T>::trait(value));
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([&](const auto&... part) { (add_traits(out, part), ...); }, value);
  } else if constexpr (requires { typename T::value_type; }) {
    for (const auto& part : value) add_traits(out, part);
  } else {
    out.emplace_back();
  }
}

template <class T>
using ValueOf = typename Structure<std::decay_t<T>>::Value;

template <class T>
std::vector<Tensor> tensors_of(const T& value) {
  std::vector<Tensor> result;
  Structure<std::decay_t<T>>::add(result, value);
  return result;
}

/// A value like `like`, of these tensors.
template <class T>
ValueOf<T> value_like(const T& like, std::span<const Tensor> tensors) {
  const Tensor* next = tensors.data();
  return Structure<std::decay_t<T>>::take(like, next);
}

/// What `F` gives for arguments like these.
template <class F, class... A>
using ResultOf = std::decay_t<std::invoke_result_t<F&, ValueOf<A>&...>>;

/// Calls `function` with values like the arguments, of these tensors.
template <class F, class... A>
ResultOf<F, A...> call_like(F& function, std::span<const Tensor> tensors, const A&... arguments) {
  [[maybe_unused]] const Tensor* next = tensors.data();
  std::tuple<ValueOf<A>...> values{Structure<std::decay_t<A>>::take(arguments, next)...};
  return std::apply(function, values);
}

/// Calls `function` with the parts of a tuple or pair, else with the value itself.
template <class F, class T>
auto call_with(const F& function, const T& value) {
  if constexpr (requires { std::tuple_size<T>::value; })
    return std::apply(function, value);
  else
    return function(value);
}

}  // namespace triptych::detail
