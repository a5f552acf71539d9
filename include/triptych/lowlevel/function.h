// tf.function: a sub-graph that is made once and used many times, with variables of its own.
#pragma once

#include <any>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/control_flow.h"
#include "triptych/core/text.h"

namespace triptych::lowlevel {

namespace detail {

/// What the handles of one function share: what was traced, by graph, dtypes and shapes of the arguments.
class TRIPTYCH_API FunctionState {
 public:
  explicit FunctionState(std::string name);
  ~FunctionState();
  triptych::detail::Tensors call(const triptych::detail::TensorFunction& function, triptych::detail::Tensors arguments,
                                 Location where);
  std::any like;  // a value like the last result

 private:
  struct Traced;
  std::string name_;
  std::vector<std::shared_ptr<Traced>> traced_, tracing_;  // and those whose bodies are running now
};

template <class F, class Numbers>
struct ResultOf;
template <class F, std::size_t... i>
struct ResultOf<F, std::index_sequence<i...>> {
  template <std::size_t>
  using One = Tensor;
  using type = std::invoke_result_t<F&, One<i>...>;
};

}  // namespace detail

/// A function of tensors. Called with tensors of a graph it is one node of that: its body is traced once for each
/// graph, dtypes and shapes of arguments, in a variable scope of its name whose variables all traces share. On computed
/// tensors it simply runs. May be copied. ArgumentError if its body calls it on tensors of the same dtypes and shapes.
template <class F>
class Function {
 public:
  Function(F function, std::string name)
      : function_(std::move(function)), state_(std::make_shared<detail::FunctionState>(std::move(name))) {}

  /// The result, a tensor or a structure of tensors, as `function` gives it.
  template <class... Rest>
  auto operator()(const Arg& first, const Rest&... rest) const {
    return call(first.where(), first, Arg(rest)...);
  }

 private:
  template <class... Args>
  auto call(Location where, const Args&... args) const {
    namespace core = triptych::detail;
    if (!state_) throw ArgumentError("function", "there is no function", "one that was moved away", "", where);
    check_callable("function", function_, where);
    using Value = core::ValueOf<typename detail::ResultOf<F, std::index_sequence_for<Args...>>::type>;
    const auto body = [&]<std::size_t... i>(std::index_sequence<i...>) {
      return core::TensorFunction([&](std::span<const Tensor> given) {
        const auto result = function_(given[i]...);
        core::Tensors tensors = core::tensors_of(result);
        state_->like = core::value_like(result, tensors);
        return tensors;
      });
    }
    (std::index_sequence_for<Args...>());
    const core::Tensors results = state_->call(body, {args.tensor()...}, where);
    const Value* like = std::any_cast<Value>(&state_->like);
    if (!like)
      throw ArgumentError("function", "the result is of another type than before",
                          std::to_string(sizeof...(Args)) + " arguments", "Make a function for each number of them",
                          where);
    return core::value_like(*like, results);
  }

  mutable F function_;
  std::shared_ptr<detail::FunctionState> state_;
};

/// `auto layer = tf::function([](const Tensor& x) { return tt::relu(tt::matmul(x, tf::get_variable("w", {3, 3}))); });`
template <class F>
Function<F> function(F body, const OwnedText& name = "function", Location where = Location::here()) {
  check_callable("function", body, where);
  return {std::move(body), name};
}

}  // namespace triptych::lowlevel
