// keras.ops, control flow.
#include "triptych/keras/ops/control.h"

#include <algorithm>
#include <string>

#include "core/support/users_function.h"
#include "triptych/core/callable.h"

namespace triptych::keras::ops {
namespace {

/// A number that must be known now.
double known(const char* op, const Arg& x) {
  if (x.is_scalar()) return x.scalar().to_double();
  if (x.tensor().is_symbolic())
    throw UnsupportedError(op, "the condition is not known", "a graph's tensor",
                           "Choose between values with where; a graph has no branches of this function", x.where());
  return x.tensor().item<double>(x.where());
}

/// A user's function, whose errors name its own lines, or that of the call.
template <class F, class... A>
auto result_of(Location where, const F& function, const A&... arguments) {
  const UsersFunction its_lines(where);
  return function(arguments...);
}

std::int64_t slices_of(const char* op, const Arg& xs, std::int64_t axis = 0) {
  const Tensor& given = xs.tensor();
  return given.shape(xs.where()).dim(normalize_axis(op, axis, given.ndim(), xs.where()), xs.where()).value(xs.where());
}

/// The results in order; of none, what cannot be known.
Tensor gathered(const char* op, std::vector<Tensor> results, bool reverse, Location where) {
  if (results.empty()) throw ArgumentError(op, "there is no slice", "length 0", "", where);
  if (reverse) std::reverse(results.begin(), results.end());
  return triptych::stack(results, 0, where);
}

}  // namespace

Tensor cond(const Arg& pred, const std::function<Tensor()>& true_fn, const std::function<Tensor()>& false_fn) {
  check_callable("cond", true_fn, pred.where());
  check_callable("cond", false_fn, pred.where());
  return result_of(pred.where(), known("cond", pred) != 0 ? true_fn : false_fn);
}
std::vector<Tensor> cond(const Arg& pred, const std::function<std::vector<Tensor>()>& true_fn,
                         const std::function<std::vector<Tensor>()>& false_fn) {
  check_callable("cond", true_fn, pred.where());
  check_callable("cond", false_fn, pred.where());
  return result_of(pred.where(), known("cond", pred) != 0 ? true_fn : false_fn);
}

Tensor switch_(const Arg& index, const std::vector<std::function<Tensor(const std::vector<Tensor>&)>>& branches,
               const std::vector<Tensor>& operands) {
  if (branches.empty()) throw ArgumentError("switch", "there is no branch", "0 functions", "", index.where());
  for (const auto& branch : branches) check_callable("switch", branch, index.where());
  const double last = static_cast<double>(branches.size() - 1), given = known("switch", index);
  const double place = given >= 0 ? std::min(given, last) : 0;
  return result_of(index.where(), branches[static_cast<std::size_t>(place)], operands);
}

std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& cond,
                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                               std::vector<Tensor> loop_vars, std::optional<std::int64_t> maximum_iterations,
                               Location where) {
  check_callable("while_loop", cond, where);
  check_callable("while_loop", body, where);
  for (std::int64_t i = 0; !maximum_iterations || i < *maximum_iterations; ++i) {
    if (known("while_loop", Arg(result_of(where, cond, loop_vars), where)) == 0) break;
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
  const std::int64_t length = slices_of("scan", xs);
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
  std::vector<Tensor> results;
  for (std::int64_t i = 0, length = slices_of("map", xs); i < length; ++i)
    results.push_back(result_of(xs.where(), f, select(xs, 0, i)));
  return gathered("map", std::move(results), false, xs.where());
}
Tensor vectorized_map(const std::function<Tensor(const Tensor&)>& function, const Arg& elements) {
  return map(function, elements);
}

Tensor associative_scan(const std::function<Tensor(const Tensor&, const Tensor&)>& f, const Arg& elems, bool reverse,
                        std::int64_t axis) {
  check_callable("associative_scan", f, elems.where());
  const std::int64_t length = slices_of("associative_scan", elems, axis);
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
