// Branches and loops. On tensors of a graph they become one node each, whose functions are sub-graphs; on computed
// tensors the functions simply run. What a function reads from around it, tensors, Variables, parameters, is captured;
// what it writes is written when it runs, and only the branch that is taken runs. All can be differentiated, any number
// of times.
//
//   auto [i, sum] = tt::while_loop([&](const tt::Tensor& i, const tt::Tensor&) { return i < n; },
//                                  [&](const tt::Tensor& i, const tt::Tensor& sum) { return std::tuple(i + 1, sum + x);
//                                  }, std::tuple(0, tt::zeros({3})));
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/structure.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct GraphImpl;

/// How often at most: a number, or an integer tensor without dimensions.
class TRIPTYCH_API IterationLimit {
 public:
  IterationLimit() = default;  // none
  IterationLimit(std::integral auto most) : number_(static_cast<std::int64_t>(most)) {}
  IterationLimit(const Tensor& most) : tensor_(most) {}
  const std::optional<std::int64_t>& number() const { return number_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  std::optional<std::int64_t> number_;
  Tensor tensor_;
};

/// How a loop goes; in the order of tf.while_loop.
struct WhileOptions {
  /// One shape for each tensor among the variables, unknown where a dimension changes; empty: all keep their shapes.
  std::vector<Shape> shape_invariants = {};
  /// Accepted; iterations run one after the other.
  std::int64_t parallel_iterations = 10;
  /// Without, no gradient flows through the loop.
  bool back_prop = true;
  /// Accepted; values stay where they are.
  bool swap_memory = false;
  IterationLimit maximum_iterations = {};
};

namespace detail {

using Tensors = std::vector<Tensor>;
using TensorFunction = std::function<Tensors(std::span<const Tensor>)>;

TRIPTYCH_API Tensors run_branch(std::string_view op, const Arg& selector,
                                const std::vector<std::function<Tensors()>>& branches, Location where);
/// ArgumentError if there is no condition, or one is not a scalar boolean.
TRIPTYCH_API void check_case(const std::vector<Tensor>& conditions, Location where);
/// Checks which conditions are true, now or when the graph runs: nodes that are made while it is alive wait for that.
class [[nodiscard]] TRIPTYCH_API CaseCheck {
 public:
  enum Rule { last, at_most_one };
  CaseCheck(const std::vector<Tensor>& conditions, Rule rule, Location where);
  ~CaseCheck();
  CaseCheck(const CaseCheck&) = delete;
  CaseCheck& operator=(const CaseCheck&) = delete;

 private:
  GraphImpl* graph_ = nullptr;
};
/// The first values of a loop's variables.
struct LoopStart {
  Tensors variables;
  std::vector<LoopTrait> traits;
};
/// `start` is asked again once the body has told what it settles.
TRIPTYCH_API Tensors run_while(const TensorFunction& condition, const TensorFunction& body,
                               const std::function<LoopStart()>& start, const WhileOptions& options, Location where);
/// For each row of the stacks, in order or from the last to the first: from (variables, rows) to (variables, results).
/// Gives the last variables, then the stacks of results.
TRIPTYCH_API Tensors run_rows(std::string_view op, const TensorFunction& body, Tensors variables, const Tensors& stacks,
                              bool reverse, bool back_prop, Location where);

/// `rows` with `value` as row `index`, an integer tensor without dimensions, not negative. If the rows are empty, those
/// of the result have the value's shape, and are zero besides. With `grows` a row behind the last makes the result
/// longer. ArgumentError if the value's dtype or shape differ, or there is no such row.
TRIPTYCH_API Tensor array_write(const Tensor& rows, const Tensor& index, const Tensor& value, bool grows,
                                Location where);

}  // namespace detail

/// `true_fn()` if `pred`, a boolean without dimensions, is true, else `false_fn()`. Both take nothing and give values
/// of one structure and the same dtypes; dimensions in which they differ are unknown in the result. An operation
/// without a value gives true once it has run. ArgumentError if pred is no boolean scalar, or the results differ in
/// number, dtype or rank.
template <class T, class F>
detail::ValueOf<std::invoke_result_t<T&>> cond(const Arg& pred, T true_fn, F false_fn,
                                               Location where = Location::here()) {
  using Result = std::decay_t<std::invoke_result_t<T&>>;
  static_assert(std::same_as<detail::ValueOf<Result>, detail::ValueOf<std::invoke_result_t<F&>>>,
                "the branches of cond give values of different structure");
  check_callable("cond", true_fn, where);
  check_callable("cond", false_fn, where);
  std::optional<detail::ValueOf<Result>> like;
  const auto branch = [&](auto& function) {
    return [&] {
      const auto result = function();
      detail::Tensors tensors = detail::tensors_of(result);
      if (!like) like.emplace(detail::value_like(result, tensors));
      return tensors;
    };
  };
  const detail::Tensors results = detail::run_branch("cond", pred, {branch(true_fn), branch(false_fn)}, where);
  return detail::value_like(*like, results);
}

/// The function that the integer `branch_index` names, counted from 0; for a number that there is not `default_fn`, or
/// the last one without it. Errors as of `cond`.
template <class F>
detail::ValueOf<std::invoke_result_t<const F&>> switch_case(
    const Arg& branch_index, const std::vector<F>& branch_fns,
    const std::optional<std::type_identity_t<F>>& default_fn = {}, Location where = Location::here()) {
  using Value = detail::ValueOf<std::invoke_result_t<const F&>>;
  std::optional<Value> like;
  std::vector<std::function<detail::Tensors()>> branches;
  const auto add = [&](const F& function) {
    check_callable("switch_case", function, where);
    branches.push_back([&like, &function] {
      const auto result = function();
      detail::Tensors tensors = detail::tensors_of(result);
      if (!like) like.emplace(detail::value_like(result, tensors));
      return tensors;
    });
  };
  for (const F& function : branch_fns) add(function);
  if (default_fn) add(*default_fn);
  const detail::Tensors results = detail::run_branch("switch_case", branch_index, branches, where);
  return detail::value_like(*like, results);
}

/// The first function whose condition is true; if none is `default_fn`, without it an ArgumentError when that is found.
/// If they are `exclusive`, not more than one of the conditions may be true: else an ArgumentError. Errors as of
/// `cond`, and for an empty list.
template <class F>
detail::ValueOf<std::invoke_result_t<const F&>> case_(const std::vector<std::pair<Tensor, F>>& pred_fn_pairs,
                                                      const std::optional<std::type_identity_t<F>>& default_fn = {},
                                                      bool exclusive = false, Location where = Location::here()) {
  using Value = detail::ValueOf<std::invoke_result_t<const F&>>;
  std::vector<Tensor> conditions;
  for (const auto& [pred, function] : pred_fn_pairs) {
    check_callable("case", function, where);
    conditions.push_back(pred);
  }
  if (default_fn) check_callable("case", *default_fn, where);
  detail::check_case(conditions, where);
  const auto value = [](const F& function) {
    const auto result = function();
    return detail::value_like(result, detail::tensors_of(result));
  };
  const std::function<Value(std::size_t)> from = [&](std::size_t i) -> Value {
    const F& function = pred_fn_pairs[i].second;
    const bool last = i + 1 == pred_fn_pairs.size();
    if (last && !default_fn) {
      const detail::CaseCheck one_is_true(conditions, detail::CaseCheck::last, where);
      return value(function);
    }
    return cond(
        Arg(conditions[i], where), [&] { return value(function); },
        [&] { return last ? value(*default_fn) : from(i + 1); }, where);
  };
  if (!exclusive) return from(0);
  const detail::CaseCheck not_two_are(conditions, detail::CaseCheck::at_most_one, where);
  return from(0);
}

/// While `cond` holds of the variables, `body` gives their next values, of the same structure; gives the last ones.
/// Variables are a vector of tensors, which both functions take as one, or a tuple or pair, whose parts they take. A
/// variable keeps its dtype, and its shape where `shape_invariants` do not say otherwise. For its gradient a loop keeps
/// what the variables were at the beginning of each iteration, where that is needed, and computes the iteration again.
/// ArgumentError where one of this does not hold, and for a negative maximum_iterations.
template <class C, class B, class V>
detail::ValueOf<V> while_loop(C cond, B body, const V& loop_vars, const WhileOptions& options = {},
                              Location where = Location::here()) {
  check_callable("while_loop", cond, where);
  check_callable("while_loop", body, where);
  const detail::ValueOf<V> first = detail::value_like(loop_vars, detail::tensors_of(loop_vars));
  const auto condition = [&](std::span<const Tensor> given) {
    return detail::tensors_of(detail::call_with(cond, detail::value_like(first, given)));
  };
  const auto next = [&](std::span<const Tensor> given) {
    return detail::tensors_of(detail::call_with(body, detail::value_like(first, given)));
  };
  const auto start = [&] {
    detail::LoopStart begin{detail::tensors_of(loop_vars), {}};
    detail::add_traits(begin.traits, loop_vars);
    return begin;
  };
  return detail::value_like(first, detail::run_while(condition, next, start, options, where));
}

}  // namespace triptych
