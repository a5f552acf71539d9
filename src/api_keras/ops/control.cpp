// keras.ops, control flow.
#include "triptych/keras/ops/control.h"

#include <algorithm>
#include <string>

#include "core/support/users_function.h"
#include "triptych/core/callable.h"
#include "triptych/core/control_flow.h"

namespace triptych::keras::ops {
namespace {

/// Nothing if it is known only when a graph runs.
std::optional<double> known(const Arg& x) {
  if (x.is_scalar()) return x.scalar().to_double();
  if (x.tensor().is_symbolic()) return {};
  return x.tensor().item<double>(x.where());
}
Tensor as_condition(const Tensor& x, Location where) { return x.dtype() == boolean ? x : not_equal(Arg(x, where), 0); }

/// A user's function, whose errors name its own lines, or that of the call.
template <class F, class... A>
auto result_of(Location where, const F& function, const A&... arguments) {
  const UsersFunction its_lines(where);
  return function(arguments...);
}

Dim slices_of(const char* op, const Arg& xs, std::int64_t axis = 0) {
  const Tensor& given = xs.tensor();
  return given.shape(xs.where()).dim(normalize_axis(op, axis, given.ndim(), xs.where()), xs.where());
}

/// The results in order; of none, what cannot be known.
Tensor gathered(const char* op, std::vector<Tensor> results, bool reverse, Location where) {
  if (results.empty()) throw ArgumentError(op, "there is no slice", "length 0", "", where);
  if (reverse) std::reverse(results.begin(), results.end());
  return triptych::stack(results, 0, where);
}

template <class Result>
Result chosen(const Arg& pred, const std::function<Result()>& true_fn, const std::function<Result()>& false_fn) {
  check_callable("cond", true_fn, pred.where());
  check_callable("cond", false_fn, pred.where());
  if (const auto is_true = known(pred)) return result_of(pred.where(), *is_true != 0 ? true_fn : false_fn);
  return triptych::cond(Arg(as_condition(pred.tensor(), pred.where()), pred.where()), true_fn, false_fn, pred.where());
}

}  // namespace

Tensor cond(const Arg& pred, const std::function<Tensor()>& true_fn, const std::function<Tensor()>& false_fn) {
  return chosen(pred, true_fn, false_fn);
}
std::vector<Tensor> cond(const Arg& pred, const std::function<std::vector<Tensor>()>& true_fn,
                         const std::function<std::vector<Tensor>()>& false_fn) {
  return chosen(pred, true_fn, false_fn);
}

Tensor switch_(const Arg& index, const std::vector<std::function<Tensor(const std::vector<Tensor>&)>>& branches,
               const std::vector<Tensor>& operands) {
  if (branches.empty()) throw ArgumentError("switch", "there is no branch", "0 functions", "", index.where());
  for (const auto& branch : branches) check_callable("switch", branch, index.where());
  const double last = static_cast<double>(branches.size() - 1);
  if (const auto given = known(index)) {
    const double place = *given >= 0 ? std::min(*given, last) : 0;
    return result_of(index.where(), branches[static_cast<std::size_t>(place)], operands);
  }
  std::vector<std::function<Tensor()>> functions;
  for (const auto& branch : branches) functions.push_back([&] { return branch(operands); });
  return switch_case(Arg(cast(clip(index, 0, last), int32), index.where()), functions, {}, index.where());
}

std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& cond,
                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                               std::vector<Tensor> loop_vars, std::optional<std::int64_t> maximum_iterations,
                               Location where) {
  check_callable("while_loop", cond, where);
  check_callable("while_loop", body, where);
  for (std::int64_t i = 0; !maximum_iterations || i < *maximum_iterations; ++i) {
    const Tensor goes_on = result_of(where, cond, loop_vars);
    const auto value = known(Arg(goes_on, where));
    if (!value) {
      WhileOptions rest;
      if (maximum_iterations) rest.maximum_iterations = *maximum_iterations - i;
      return triptych::while_loop([&](const std::vector<Tensor>& vars) { return as_condition(cond(vars), where); },
                                  body, loop_vars, rest, where);
    }
    if (*value == 0) break;
    std::vector<Tensor> next = result_of(where, body, loop_vars);
    if (next.size() != loop_vars.size())
      throw ArgumentError("while_loop", "the body gives another number of variables",
                          std::to_string(next.size()) + " for " + std::to_string(loop_vars.size()), "", where);
    loop_vars = std::move(next);
  }
  return loop_vars;
}

Tensor fori_loop(std::int64_t lower, std::int64_t upper,
                 const std::function<Tensor(std::int64_t, const Tensor&)>& body_fun, const Arg& init_val) {
  check_callable("fori_loop", body_fun, init_val.where());
  Tensor value = init_val.tensor();
  for (std::int64_t i = lower; i < upper; ++i) value = result_of(init_val.where(), body_fun, i, value);
  return value;
}

Step scan(const std::function<Step(const Tensor&, const Tensor&)>& f, const Arg& init, const Arg& xs, bool reverse) {
  check_callable("scan", f, xs.where());
  const Dim slices = slices_of("scan", xs);
  if (!slices.known()) {
    const auto step_of = [&](std::span<const Tensor> given) {
      Step step = f(given[0], given[1]);
      return std::vector{std::move(step.carry), std::move(step.y)};
    };
    const auto results =
        triptych::detail::run_rows("scan", step_of, {init.tensor()}, {xs.tensor()}, reverse, true, xs.where());
    return {results[0], results[1]};
  }
  const std::int64_t length = slices.raw();
  Tensor carry = init.tensor();
  std::vector<Tensor> results;
  for (std::int64_t i = 0; i < length; ++i) {
    Step step = result_of(xs.where(), f, carry, select(xs, 0, reverse ? length - 1 - i : i));
    carry = std::move(step.carry);
    results.push_back(std::move(step.y));
  }
  return {carry, gathered("scan", std::move(results), reverse, xs.where())};
}

Tensor map(const std::function<Tensor(const Tensor&)>& f, const Arg& xs) {
  check_callable("map", f, xs.where());
  const Dim slices = slices_of("map", xs);
  if (!slices.known()) {
    const auto of_row = [&](std::span<const Tensor> given) { return std::vector{f(given[0])}; };
    return triptych::detail::run_rows("map", of_row, {}, {xs.tensor()}, false, true, xs.where())[0];
  }
  std::vector<Tensor> results;
  for (std::int64_t i = 0, length = slices.raw(); i < length; ++i)
    results.push_back(result_of(xs.where(), f, select(xs, 0, i)));
  return gathered("map", std::move(results), false, xs.where());
}
Tensor vectorized_map(const std::function<Tensor(const Tensor&)>& function, const Arg& elements) {
  return map(function, elements);
}

Tensor associative_scan(const std::function<Tensor(const Tensor&, const Tensor&)>& f, const Arg& elems, bool reverse,
                        std::int64_t axis) {
  check_callable("associative_scan", f, elems.where());
  const std::int64_t length = slices_of("associative_scan", elems, axis).value(elems.where());
  std::vector<Tensor> results;
  for (std::int64_t i = 0; i < length; ++i) {
    const Tensor slice = narrow(elems, axis, reverse ? length - 1 - i : i, 1);
    results.push_back(results.empty() ? slice : result_of(elems.where(), f, results.back(), slice));
  }
  if (results.empty()) return elems.tensor();
  if (reverse) std::reverse(results.begin(), results.end());
  return triptych::concat(results, axis, elems.where());
}

}  // namespace triptych::keras::ops
