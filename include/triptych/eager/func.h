// Functional transforms, as torch.func: from functions of tensors to functions of tensors, which may be transformed
// again.
//
//   const auto loss = [&](const tt::StateDict& parameters, const Tensor& x, const Tensor& y) {
//     return F::cross_entropy(func::functional_call(net, parameters, x), y);
//   };
//   const tt::StateDict per_sample = func::vmap(func::grad(loss), {tt::none, 0, 0})(parameters, images, labels);
//
// Functions take and give tensors, and vectors, pairs, tuples and StateDicts of them. What a function closes over is
// read; if that requires a gradient, results can be differentiated with respect to it. Inside vmap values are not
// known: `item()` and `if` of a tensor are errors.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/batching.h"
#include "triptych/core/callable.h"
#include "triptych/core/index.h"
#include "triptych/core/located_function.h"
#include "triptych/core/structure_of_names.h"
#include "triptych/core/transforms.h"

namespace triptych::eager::func {

using triptych::Randomness;

/// Says that the function gives a pair, its result and something to be handed on: `grad(f, has_aux)`.
struct HasAux {};
inline constexpr HasAux has_aux{};

/// The axis of the examples, or `none` for what they share.
struct ExampleDim {
  template <std::integral T>
  requires(!std::same_as<T, bool>) constexpr ExampleDim(T axis) : axis(static_cast<std::int64_t>(axis)) {}
  constexpr ExampleDim(None) {}
  std::optional<std::int64_t> axis;
};

/// One for each argument or result, or one for all.
struct ExampleDims {
  template <class T>
  requires std::constructible_from<ExampleDim, T> ExampleDims(T dim) : dims{ExampleDim(dim)}, single(true) {}
  ExampleDims(std::initializer_list<ExampleDim> dims) : dims(dims) {}
  std::vector<ExampleDim> dims;
  bool single = false;
};

/// The last arguments of `vmap`.
struct VmapOptions {
  /// What random numbers are to the examples.
  Randomness randomness = Randomness::error;
  /// How many examples are computed together; 0: all.
  std::int64_t chunk_size = 0;
};

/// The last argument of `jacrev` and `jacfwd`.
struct JacobianOptions {
  /// How many rows (columns) are computed together; 0: all.
  std::int64_t chunk_size = 0;
};

namespace detail {

using Tensors = std::vector<Tensor>;

/// The numbers of the tensors of each argument.
template <class... A>
std::vector<std::size_t> counts_of(const A&... arguments) {
  return {triptych::detail::tensors_of(arguments).size()...};
}

template <class... A>
Tensors flattened(const A&... arguments) {
  Tensors tensors;
  (triptych::detail::Structure<std::decay_t<A>>::add(tensors, arguments), ...);
  return tensors;
}

/// Which tensors arguments `argnums` have, or the first argument.
template <int... argnums, class... A>
std::vector<bool> wanted_of(const A&... arguments) {
  static_assert(sizeof...(A) > 0, "the function is called without arguments");
  static_assert(((argnums >= 0 && argnums < static_cast<int>(sizeof...(A))) && ...), "there is no such argument");
  std::vector<bool> wanted;
  int number = 0;
  for (const std::size_t count : counts_of(arguments...)) {
    const bool is_wanted = sizeof...(argnums) == 0 ? number == 0 : ((number == argnums) || ...);
    wanted.insert(wanted.end(), count, is_wanted);
    ++number;
  }
  return wanted;
}

/// A value like argument `n`, of those of `tensors`, which belong to the wanted arguments in their order.
template <int n, class... A>
auto like_argument(std::span<const Tensor> tensors, const std::vector<bool>& wanted, const A&... arguments) {
  const auto& argument = std::get<static_cast<std::size_t>(n)>(std::tie(arguments...));
  const std::vector<std::size_t> counts = counts_of(arguments...);
  std::size_t before = 0, start = 0;
  for (int i = 0; i < n; ++i)
    for (std::size_t k = 0; k < counts[static_cast<std::size_t>(i)]; ++k) start += wanted[before++];
  const Tensor* next = tensors.data() + start;
  return triptych::detail::Structure<std::decay_t<decltype(argument)>>::take(argument, next);
}

/// What belongs to the wanted arguments: a value like it of one, a tuple of several.
template <int... argnums, class... A>
auto like_wanted(std::span<const Tensor> tensors, const std::vector<bool>& wanted, const A&... arguments) {
  if constexpr (sizeof...(argnums) == 0)
    return like_argument<0>(tensors, wanted, arguments...);
  else if constexpr (sizeof...(argnums) == 1)
    return like_argument<argnums...>(tensors, wanted, arguments...);
  else
    return std::tuple{like_argument<argnums>(tensors, wanted, arguments...)...};
}

template <bool aux, class R>
struct Parts {
  using Result = R;
};
template <class V, class Aux>
struct Parts<true, std::pair<V, Aux>> {
  using Result = V;
};

/// A call of `f`, and what its results look like.
template <bool aux, class F, class... A>
class Call {
 public:
  using R = triptych::detail::ResultOf<F, A...>;
  using Result = triptych::detail::ValueOf<typename Parts<aux, R>::Result>;

  Call(const char* op, F& f, const std::vector<bool>& wanted, Location where, const A&... arguments)
      : done_(
            op, [&](std::span<const Tensor> given) { return called(f, given, arguments...); }, flattened(arguments...),
            wanted, where) {}

  const triptych::detail::Differentiated& done() const { return done_; }
  /// The result, or with aux the pair.
  triptych::detail::ValueOf<R> value() const { return triptych::detail::value_like(*like_, done_.results()); }
  /// The result, of these tensors.
  Result result_like(std::span<const Tensor> tensors) const {
    if constexpr (aux)
      return triptych::detail::value_like(like_->first, tensors);
    else
      return triptych::detail::value_like(*like_, tensors);
  }

 private:
  triptych::detail::CallResult called(F& f, std::span<const Tensor> given, const A&... arguments) {
    static_assert(
        !aux ||
            requires(R r) {
              r.first;
              r.second;
            },
        "with has_aux the function gives a pair");
    const R result = triptych::detail::call_like(f, given, arguments...);
    Tensors tensors = triptych::detail::tensors_of(result);
    like_.emplace(triptych::detail::value_like(result, tensors));
    std::size_t count = tensors.size();
    if constexpr (aux) count = triptych::detail::tensors_of(result.first).size();
    return {std::move(tensors), count};
  }

  std::optional<triptych::detail::ValueOf<R>> like_;  // before what fills it
  triptych::detail::Differentiated done_;
};

template <bool aux, int... argnums, class F, class... A>
auto value_and_grad(const char* op, F& f, Location where, const A&... arguments) {
  check_callable(op, f, where);
  const std::vector<bool> wanted = wanted_of<argnums...>(arguments...);
  const Call<aux, F, A...> call(op, f, wanted, where, arguments...);
  auto gradient = like_wanted<argnums...>(call.done().gradients(where), wanted, arguments...);
  return std::pair(std::move(gradient), call.value());
}

template <bool aux, int... argnums, class F, class... A>
auto jacobian(const char* op, bool forward, F& f, const JacobianOptions& options, Location where,
              const A&... arguments) {
  check_callable(op, f, where);
  const std::vector<bool> wanted = wanted_of<argnums...>(arguments...);
  using Made = Call<aux, F, A...>;
  const Made call(op, f, wanted, where, arguments...);
  const Tensors all = call.done().jacobian(forward, options.chunk_size, where);
  const std::size_t columns = call.done().wanted_count();
  const auto row = [&](std::size_t i) {
    return like_wanted<argnums...>(std::span(all).subspan(i * columns, columns), wanted, arguments...);
  };
  const auto derivatives = [&] {
    if constexpr (std::same_as<typename Made::Result, Tensor>) {
      return row(0);
    } else {
      std::vector<decltype(row(0))> rows;
      for (std::size_t i = 0; i < call.done().result_count(); ++i) rows.push_back(row(i));
      return rows;
    }
  };
  if constexpr (aux)
    return std::pair(derivatives(), call.value().second);
  else
    return derivatives();
}

/// The axes of all tensors; ArgumentError unless there is one for each argument.
TRIPTYCH_API std::vector<triptych::detail::ExampleAxis> axes_of(const ExampleDims& dims,
                                                                const std::vector<std::size_t>& counts, Location where);

}  // namespace detail

/// A function that gives the gradient of `f`, which gives a scalar, with respect to its first argument, and looks like
/// that. With `grad<1>(f)` with respect to the second, with `grad<0, 1>(f)` a tuple of both. Zeros for what the result
/// does not depend on. ArgumentError if the result is no floating-point scalar. With `has_aux` `f` gives a pair, and
/// what it gives besides comes second.
template <int... argnums, class F>
auto grad(F f, Location where = Location::here()) {
  check_callable("grad", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f)](Location where, const auto&... arguments) {
        return detail::value_and_grad<false, argnums...>("grad", f, where, arguments...).first;
      },
      where);
}
template <int... argnums, class F>
auto grad(F f, HasAux, Location where = Location::here()) {
  check_callable("grad", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f)](Location where, const auto&... arguments) {
        auto both = detail::value_and_grad<true, argnums...>("grad", f, where, arguments...);
        return std::pair(std::move(both.first), std::move(both.second.second));
      },
      where);
}

/// The same, giving a pair of the gradient and the value (with `has_aux` of the value and what comes with it).
template <int... argnums, class F>
auto value_and_grad(F f, Location where = Location::here()) {
  check_callable("value_and_grad", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f)](Location where, const auto&... arguments) {
        return detail::value_and_grad<false, argnums...>("value_and_grad", f, where, arguments...);
      },
      where);
}
template <int... argnums, class F>
auto value_and_grad(F f, HasAux, Location where = Location::here()) {
  check_callable("value_and_grad", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f)](Location where, const auto&... arguments) {
        return detail::value_and_grad<true, argnums...>("value_and_grad", f, where, arguments...);
      },
      where);
}
/// torch.func's name of value_and_grad: both give (gradient, value).
template <int... argnums, class F>
auto grad_and_value(F f, Location where = Location::here()) {
  return value_and_grad<argnums...>(std::move(f), where);
}
template <int... argnums, class F>
auto grad_and_value(F f, HasAux aux, Location where = Location::here()) {
  return value_and_grad<argnums...>(std::move(f), aux, where);
}

namespace detail {

/// `f` called at the primals, all of which are wanted.
template <bool aux, class F, class... A>
auto call_of_primals(const char* op, F& f, Location where, const A&... primals) {
  check_callable(op, f, where);
  const std::vector<bool> wanted(flattened(primals...).size(), true);
  return std::make_shared<const Call<aux, F, A...>>(op, f, wanted, where, primals...);
}

struct Vjp {
  template <class F, class... A>
  auto operator()(Location where, F f, const A&... primals) const {
    const auto call = call_of_primals<false>("vjp", f, where, primals...);
    return std::pair(call->value(), pull_back(call, where, primals...));
  }
  template <class F, class... A>
  auto operator()(Location where, F f, HasAux, const A&... primals) const {
    const auto call = call_of_primals<true>("vjp", f, where, primals...);
    auto both = call->value();
    return std::tuple(std::move(both.first), pull_back(call, where, primals...), std::move(both.second));
  }

 private:
  template <class Made, class... A>
  static auto pull_back(const std::shared_ptr<const Made>& call, Location made, const A&... primals) {
    const std::tuple likes(primals...);  // const, as `call`: what is moved from keeps them
    return [call, made, likes](const typename Made::Result& cotangents, Location where = Location::here()) {
      const Tensors gradients =
          call->done().pull_back(triptych::detail::tensors_of(cotangents), triptych::detail::line_of_call(where, made));
      return triptych::detail::value_like(likes, gradients);
    };
  }
};

struct Linearize {
  template <class F, class... A>
  auto operator()(Location where, F f, const A&... primals) const {
    const auto call = call_of_primals<false>("linearize", f, where, primals...);
    auto push_forward = [call](Location where, const triptych::detail::ValueOf<A>&... tangents) {
      return call->result_like(call->done().push_forward(flattened(tangents...), where));
    };
    return std::pair(call->value(), triptych::detail::LocatedFunction(std::move(push_forward), where));
  }
};

}  // namespace detail

/// `vjp(f, primals...)`: the value of `f` at the primals, one or many, and a function from a cotangent, which looks
/// like the value, to the tuple of the primals' gradients: `auto [y, pull_back] = vjp(f, x); auto [gradient] =
/// pull_back(t);`. It may be called many times. `vjp(f, has_aux, primals...)`: the third is what `f` gives besides.
inline constexpr triptych::detail::LocatedFunction vjp{detail::Vjp(), Location()};

/// `linearize(f, primals...)`: the value of `f` at the primals, and its derivative there: a function from tangents,
/// which look like the primals, to the change of the value. It may be called many times; as `jvp`, by walking back
/// twice. Source: torch.func.linearize.
inline constexpr triptych::detail::LocatedFunction linearize{detail::Linearize(), Location()};

namespace detail {
template <bool aux, class F, class P, class T>
auto jvp(F& f, Location where, const P& primals, const T& tangents) {
  static_assert(std::same_as<triptych::detail::ValueOf<P>, triptych::detail::ValueOf<T>>,
                "tangents look like the primals");
  check_callable("jvp", f, where);
  auto all = [&f](const auto& values) { return triptych::detail::call_with(f, values); };
  const auto call = call_of_primals<aux>("jvp", all, where, primals);
  auto change = call->result_like(call->done().push_forward(triptych::detail::tensors_of(tangents), where));
  auto value = call->value();
  if constexpr (aux)
    return std::tuple(std::move(value.first), std::move(change), std::move(value.second));
  else
    return std::pair(std::move(value), std::move(change));
}
}  // namespace detail

/// The value of `f` at the primals, an argument or a tuple of arguments, and its change along the tangents, which look
/// like them. By walking back twice: there is no forward mode of its own. With `has_aux` the third is what `f` gives
/// besides.
template <class F, class P, class T>
auto jvp(F f, const P& primals, const T& tangents, Location where = Location::here()) {
  return detail::jvp<false>(f, where, primals, tangents);
}
template <class F, class P, class T>
auto jvp(F f, HasAux, const P& primals, const T& tangents, Location where = Location::here()) {
  return detail::jvp<true>(f, where, primals, tangents);
}

/// A function that gives the derivatives of `f`, of shape (result..., argument...), with respect to its first argument
/// (argnums as in `grad`). For several results a vector, one entry for each. All rows are computed at once by vmap, one
/// for each element of the result. With `has_aux` as in `grad`.
template <int... argnums, class F>
auto jacrev(F f, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("jacrev", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f), options](Location where, const auto&... arguments) {
        return detail::jacobian<false, argnums...>("jacrev", false, f, options, where, arguments...);
      },
      where);
}
template <int... argnums, class F>
auto jacrev(F f, HasAux, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("jacrev", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f), options](Location where, const auto&... arguments) {
        return detail::jacobian<true, argnums...>("jacrev", false, f, options, where, arguments...);
      },
      where);
}

/// The same, by `jvp` of one unit vector for each element of the argument: for functions of few and to many numbers.
template <int... argnums, class F>
auto jacfwd(F f, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("jacfwd", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f), options](Location where, const auto&... arguments) {
        return detail::jacobian<false, argnums...>("jacfwd", true, f, options, where, arguments...);
      },
      where);
}
template <int... argnums, class F>
auto jacfwd(F f, HasAux, const JacobianOptions& options = {}, Location where = Location::here()) {
  check_callable("jacfwd", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f), options](Location where, const auto&... arguments) {
        return detail::jacobian<true, argnums...>("jacfwd", true, f, options, where, arguments...);
      },
      where);
}

/// A function that gives the second derivatives of `f`, as jacfwd(jacrev(f)) does.
template <int... argnums, class F>
auto hessian(F f, Location where = Location::here()) {
  check_callable("hessian", f, where);
  auto slopes = triptych::detail::LocatedFunction(
      [f = std::move(f)](Location where, const auto&... arguments) {
        return detail::jacobian<false, argnums...>("hessian", false, f, {}, where, arguments...);
      },
      where);
  return triptych::detail::LocatedFunction(
      [slopes = std::move(slopes)](Location where, const auto&... arguments) {
        return detail::jacobian<false, argnums...>("hessian", true, slopes, {}, where, arguments...);
      },
      where);
}

/// A function that gives the results of `f` for many examples at once: arguments have the examples along `in_dims`, one
/// for each argument (`none`: the examples share it), results along `out_dims`. The ops of `f` are traced on one
/// example, and each is applied to all of them by the rule of its family. May be nested, and around and inside of
/// `grad`. ArgumentError as said at `VmapOptions`, if axes do not fit or numbers of examples differ, and for `item()`
/// and all else that needs a value.
template <class F>
auto vmap(F f, const ExampleDims& in_dims = 0, const ExampleDims& out_dims = 0, const VmapOptions& options = {},
          Location where = Location::here()) {
  check_callable("vmap", f, where);
  return triptych::detail::LocatedFunction(
      [f = std::move(f), in_dims, out_dims, options](Location where, const auto&... arguments) {
        check_callable("vmap", f, where);
        using R = triptych::detail::ResultOf<const F, std::decay_t<decltype(arguments)>...>;
        std::optional<triptych::detail::ValueOf<R>> like;
        const triptych::detail::FunctionOfTensors function = [&](std::span<const Tensor> given) {
          const R result = triptych::detail::call_like(f, given, arguments...);
          detail::Tensors tensors = triptych::detail::tensors_of(result);
          if (!like) like.emplace(triptych::detail::value_like(result, tensors));
          return tensors;
        };
        std::vector<triptych::detail::ExampleAxis> out;
        for (const ExampleDim& dim : out_dims.dims) out.push_back(dim.axis);
        const detail::Tensors results = triptych::detail::vmap_tensors(
            function, detail::flattened(arguments...), detail::axes_of(in_dims, detail::counts_of(arguments...), where),
            out, options.randomness, options.chunk_size, where);
        return triptych::detail::value_like(*like, results);
      },
      where);
}

}  // namespace triptych::eager::func
