// Less memory for more computation: parts whose values are not kept for backward.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/saved_tensors.h"
#include "triptych/core/structure.h"
#include "triptych/eager/module.h"
#include "triptych/eager/nn/container.h"

namespace triptych::eager {

using triptych::register_post_accumulate_grad_hook;
using triptych::SavedTensorsHooks;
using triptych::SaveOnCpu;

namespace utils {

/// The options of `checkpoint`.
struct CheckpointOptions {
  /// Random numbers are the same the second time: those of the default generator. Those of modules always are.
  bool preserve_rng_state = true;
};

namespace detail {

template <class F, class... A>
auto checkpoint(F function, const CheckpointOptions& options, Location where, const A&... inputs) {
  namespace core = triptych::detail;
  check_callable("checkpoint", function, where);
  using R = core::ResultOf<F, A...>;
  std::vector<Tensor> tensors;
  (core::Structure<std::decay_t<A>>::add(tensors, inputs), ...);
  auto like = std::make_shared<std::optional<core::ValueOf<R>>>();
  const core::FunctionOfTensors flat = [function = std::move(function), like,
                                        inputs...](std::span<const Tensor> given) mutable {
    const R result = core::call_like(function, given, inputs...);
    std::vector<Tensor> results = core::tensors_of(result);
    if (!*like) like->emplace(core::value_like(result, std::vector<Tensor>(results.size())));
    return results;
  };
  const std::vector<Tensor> results = core::checkpoint_tensors(flat, tensors, options.preserve_rng_state, where);
  return core::value_like(**like, results);
}

}  // namespace detail

/// `function(inputs...)`, of which only the inputs are kept: backward computes it again, and gets the same bits,
/// dropout included. Gradients flow to the inputs and to what the function reads besides (its module's parameters).
/// What it writes, running statistics, is written once. Inputs and results are tensors, or vectors, pairs and tuples of
/// them. In a graph it is the function itself.
///
///   Tensor y = eager::utils::checkpoint([&](const Tensor& x) { return block(x); }, x);
///
/// The function is called in backward again: what it holds by reference must live until then.
/// Source: torch.utils.checkpoint.checkpoint, with use_reentrant=False.
template <class F, class A>
requires std::invocable < F&, triptych::detail::ValueOf<A>
& > auto checkpoint(F function, const A& a, Location where = Location::here()) {
  return detail::checkpoint(std::move(function), CheckpointOptions(), where, a);
}
template <class F, class A, class B>
requires std::invocable < F&, triptych::detail::ValueOf<A>
&, triptych::detail::ValueOf<B>& >
       auto checkpoint(F function, const A& a, const B& b, Location where = Location::here()) {
  return detail::checkpoint(std::move(function), CheckpointOptions(), where, a, b);
}
template <class F, class A>
auto checkpoint(F function, const CheckpointOptions& options, const A& a, Location where = Location::here()) {
  return detail::checkpoint(std::move(function), options, where, a);
}
template <class F, class A, class B>
auto checkpoint(F function, const CheckpointOptions& options, const A& a, const B& b,
                Location where = Location::here()) {
  return detail::checkpoint(std::move(function), options, where, a, b);
}
/// Of more inputs the first is a tensor, which tells the line.
template <class F, class B, class C, class... More>
requires std::invocable < F&, Tensor&, triptych::detail::ValueOf<B>
&, triptych::detail::ValueOf<C>&,
    triptych::detail::ValueOf<More>&... >
        auto checkpoint(F function, const Arg& a, const B& b, const C& c, const More&... more) {
  return detail::checkpoint(std::move(function), CheckpointOptions(), a.where(), a.tensor(), b, c, more...);
}
template <class F, class B, class C, class... More>
auto checkpoint(F function, const CheckpointOptions& options, const Arg& a, const B& b, const C& c,
                const More&... more) {
  return detail::checkpoint(std::move(function), options, a.where(), a.tensor(), b, c, more...);
}

/// Calls the functions one after the other, in `segments` parts of equal length, each but the last a checkpoint.
/// ArgumentError if there is no function, or `segments` is not between 1 and their number.
/// Source: torch.utils.checkpoint.checkpoint_sequential.
TRIPTYCH_API Tensor checkpoint_sequential(std::vector<std::function<Tensor(const Tensor&)>> functions,
                                          std::int64_t segments, const Tensor& input,
                                          const CheckpointOptions& options = {}, Location where = Location::here());
/// The same with the modules of a Sequential.
TRIPTYCH_API Tensor checkpoint_sequential(nn::Sequential& functions, std::int64_t segments, const Tensor& input,
                                          const CheckpointOptions& options = {}, Location where = Location::here());

}  // namespace utils

}  // namespace triptych::eager
