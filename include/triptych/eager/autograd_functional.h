// Derivatives of functions, as torch.autograd.functional: `autograd::functional::jacobian(f, x)`. Functions take a
// tensor, or the tensors of a tuple, and give a tensor (`jacobian`: or several). Those that take `v` have it last.
#pragma once

#include <concepts>
#include <tuple>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/eager/func.h"

namespace triptych::eager::autograd::functional {

/// Options of the functions below, in PyTorch's order.
struct FunctionalOptions {
  /// Results can be differentiated with respect to inputs that require a gradient; else they require none.
  bool create_graph = false;
  /// A result that does not depend on an input is an ArgumentError; else its derivative is zero.
  bool strict = false;
};

/// How `jacobian` and `hessian` walk.
enum class Strategy : std::uint8_t { reverse_mode, forward_mode };

/// Options of `jacobian` and `hessian`.
struct JacobianOptions {
  bool create_graph = false;
  bool strict = false;
  /// All rows at once, by vmap; else one walk after the other.
  bool vectorize = false;
  /// With `vectorize`.
  Strategy strategy = Strategy::reverse_mode;
};

namespace detail {

using Tensors = std::vector<Tensor>;

template <class F>
auto with_parts(F& f) {
  return [&f](const auto& inputs) { return triptych::detail::call_with(f, inputs); };
}

template <class In>
std::vector<bool> all_of(const In& inputs) {
  return std::vector<bool>(triptych::detail::tensors_of(inputs).size(), true);
}

/// ArgumentError if `options` do not go together.
TRIPTYCH_API void check_options(const char* op, const JacobianOptions& options, Location where);
/// Of results in which nothing is to be differentiated.
TRIPTYCH_API Tensors released(Tensors tensors, bool create_graph);

template <class T>
triptych::detail::ValueOf<T> released_like(const T& value, bool create_graph) {
  return triptych::detail::value_like(value, released(triptych::detail::tensors_of(value), create_graph));
}

}  // namespace detail

/// The derivatives of `func`, shape (result..., input...): for a tuple of inputs a tuple, for several results a vector,
/// one entry for each.
/// Source: torch.autograd.functional.jacobian.
template <class F, class In>
auto jacobian(F func, const In& inputs, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("jacobian", func, where);
  detail::check_options("jacobian", options, where);
  auto all = detail::with_parts(func);
  using Made = func::detail::Call<false, decltype(all), In>;
  const Made call("jacobian", all, detail::all_of(inputs), where, inputs);
  if (options.strict) call.done().check_dependence(where);
  const detail::Tensors derivatives =
      detail::released(options.vectorize ? call.done().jacobian(options.strategy == Strategy::forward_mode, 0, where)
                                         : call.done().jacobian_by_rows(where),
                       options.create_graph);
  const std::size_t columns = call.done().wanted_count();
  const auto row = [&](std::size_t i) {
    return triptych::detail::value_like(inputs, std::span(derivatives).subspan(i * columns, columns));
  };
  if constexpr (std::same_as<typename Made::Result, Tensor>) {
    return row(0);
  } else {
    std::vector<triptych::detail::ValueOf<In>> rows;
    for (std::size_t i = 0; i < call.done().result_count(); ++i) rows.push_back(row(i));
    return rows;
  }
}

/// The value of `func` and the gradients of its inputs for the cotangent `v`, which looks like the value and may be
/// left out where that is a scalar. Source: torch.autograd.functional.vjp.
template <class F, class In, class V = Tensor>
auto vjp(F func, const In& inputs, const V& v = {}, const FunctionalOptions& options = {},
         Location where = Location::here()) {
  check_callable("vjp", func, where);
  auto all = detail::with_parts(func);
  const func::detail::Call<false, decltype(all), In> call("vjp", all, detail::all_of(inputs), where, inputs);
  if (options.strict) call.done().check_dependence(where);
  const detail::Tensors given = triptych::detail::tensors_of(v);
  const bool left_out = given.size() == 1 && !given[0].defined();
  const detail::Tensors gradients = left_out ? call.done().gradients(where) : call.done().pull_back(given, where);
  return std::pair(detail::released_like(call.value(), options.create_graph),
                   triptych::detail::value_like(inputs, detail::released(gradients, options.create_graph)));
}

/// The value of `func` and its change along `v`, which looks like the inputs.
/// Source: torch.autograd.functional.jvp.
template <class F, class In>
auto jvp(F func, const In& inputs, const In& v, const FunctionalOptions& options = {},
         Location where = Location::here()) {
  check_callable("jvp", func, where);
  auto all = detail::with_parts(func);
  const func::detail::Call<false, decltype(all), In> call("jvp", all, detail::all_of(inputs), where, inputs);
  if (options.strict) call.done().check_dependence(where);
  const detail::Tensors pushed = call.done().push_forward(triptych::detail::tensors_of(v), where);
  return std::pair(detail::released_like(call.value(), options.create_graph),
                   call.result_like(detail::released(pushed, options.create_graph)));
}

/// The second derivatives of `func`, which gives a scalar: shape (input..., input...); for a tuple of inputs a vector
/// of tuples, one for each input. Source: torch.autograd.functional.hessian.
template <class F, class In>
auto hessian(F func, const In& inputs, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("hessian", func, where);
  auto all = detail::with_parts(func);
  auto gradient = [&](const triptych::detail::ValueOf<In>& at) { return func::grad(all, where)(at); };
  return jacobian(
      [&](const auto&... parts) {
        if constexpr (sizeof...(parts) == 1 && !requires { std::tuple_size<triptych::detail::ValueOf<In>>::value; })
          return gradient(parts...);
        else
          return gradient(triptych::detail::ValueOf<In>(parts...));
      },
      inputs, options, where);
}

/// The value of `func`, which gives a scalar, and v times its second derivatives.
/// Source: torch.autograd.functional.vhp.
template <class F, class In>
auto vhp(F func, const In& inputs, const In& v, const FunctionalOptions& options = {},
         Location where = Location::here()) {
  check_callable("vhp", func, where);
  auto all = detail::with_parts(func);
  auto gradient = [&](const triptych::detail::ValueOf<In>& at) {
    auto [slope, value] = func::value_and_grad(all, where)(at);
    return std::pair(std::move(slope), std::move(value));
  };
  const func::detail::Call<true, decltype(gradient), In> call("vhp", gradient, detail::all_of(inputs), where, inputs);
  if (options.strict) call.done().check_dependence(where);
  const detail::Tensors products = call.done().pull_back(triptych::detail::tensors_of(v), where);
  return std::pair(detail::released_like(call.value().second, options.create_graph),
                   triptych::detail::value_like(inputs, detail::released(products, options.create_graph)));
}

/// The value of `func`, which gives a scalar, and its second derivatives times v. They are symmetric, so that it is
/// what `vhp` gives. Source: torch.autograd.functional.hvp.
template <class F, class In>
auto hvp(F func, const In& inputs, const In& v, const FunctionalOptions& options = {},
         Location where = Location::here()) {
  return vhp(std::move(func), inputs, v, options, where);
}

}  // namespace triptych::eager::autograd::functional
