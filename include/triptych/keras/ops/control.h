// keras.ops, control flow: loops and choices as C++ runs them. Where a condition, an index or a number of steps is
// known only when a model runs, they are one op of the model, as those of core/control_flow.h, whose functions are
// traced. Such an op is in no file, since functions have no place in one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

/// What the function gives that the condition chooses; the other one does not run.
/// @throws ArgumentError, of a graph's tensor, if it has dimensions, or the functions' results differ in number, dtype
/// or rank (switch_, too).
TRIPTYCH_API Tensor cond(const Arg& pred, const std::function<Tensor()>& true_fn,
                         const std::function<Tensor()>& false_fn);
TRIPTYCH_API std::vector<Tensor> cond(const Arg& pred, const std::function<std::vector<Tensor>()>& true_fn,
                                      const std::function<std::vector<Tensor>()>& false_fn);
/// Keras's `switch`, which C++ has already: what function `index` gives for the operands; an index that is too small or
/// too large is the first or the last.
TRIPTYCH_API Tensor switch_(const Arg& index,
                            const std::vector<std::function<Tensor(const std::vector<Tensor>&)>>& branches,
                            const std::vector<Tensor>& operands = {});
/// loop_vars by `body`, which keeps their dtypes and shapes where the condition is a graph's tensor, while `cond` is
/// true of them, and not more often than `maximum_iterations`.
TRIPTYCH_API std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& cond,
                                            const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                                            std::vector<Tensor> loop_vars,
                                            std::optional<std::int64_t> maximum_iterations = {},
                                            Location where = Location::here());
/// init_val by body_fun(i, value) for i from `lower` on, before `upper`.
TRIPTYCH_API Tensor fori_loop(std::int64_t lower, std::int64_t upper,
                              const std::function<Tensor(std::int64_t, const Tensor&)>& body_fun, const Arg& init_val);

struct Step {
  Tensor carry, y;
};
/// f(carry, x) gives the next carry and a result for each slice x of `xs` along its first axis: the last carry, and the
/// results as one tensor. With `reverse` from the last slice on; the results are in the slices' order.
/// @throws ArgumentError if xs is 0-d.
TRIPTYCH_API Step scan(const std::function<Step(const Tensor&, const Tensor&)>& f, const Arg& init, const Arg& xs,
                       bool reverse = false);
/// f of each slice along the first axis, as one tensor.
TRIPTYCH_API Tensor map(const std::function<Tensor(const Tensor&)>& f, const Arg& xs);
TRIPTYCH_API Tensor vectorized_map(const std::function<Tensor(const Tensor&)>& function, const Arg& elements);
/// f(f(x0, x1), x2) and so on, of all slices up to each along `axis`; with `reverse` from the last one on.
/// @throws ArgumentError if the axis is of unknown length.
TRIPTYCH_API Tensor associative_scan(const std::function<Tensor(const Tensor&, const Tensor&)>& f, const Arg& elems,
                                     bool reverse = false, std::int64_t axis = 0);

}  // namespace triptych::keras::ops
