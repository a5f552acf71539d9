// Modules and functions at the speed of a graph: traced when they are called, and run as compiled steps.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/compiled.h"
#include "triptych/core/structure.h"
#include "triptych/eager/module.h"

namespace triptych::eager {

using triptych::CompileOptions;
using triptych::TracedGraph;

namespace detail {

template <class F, class... A>
using CompiledResult = std::decay_t<std::invoke_result_t<F&, triptych::detail::ValueOf<A>&...>>;

/// From the tensors of arguments like these to those of the result.
template <class F, class Like, class... A>
triptych::detail::FunctionOfTensors flat(F function, std::shared_ptr<Like> like, const A&... arguments) {
  return [function = std::move(function), like = std::move(like), arguments...](std::span<const Tensor> given) mutable {
    namespace core = triptych::detail;
    const Tensor* next = given.data();
    std::tuple<core::ValueOf<A>...> values{core::Structure<std::decay_t<A>>::take(arguments, next)...};
    const auto result = std::apply(function, values);
    std::vector<Tensor> tensors = core::tensors_of(result);
    if (!*like) like->emplace(core::value_like(result, std::vector<Tensor>(tensors.size())));
    return tensors;
  };
}

}  // namespace detail

/// What `compile` gives: to be called as the function or module is, by one thread at a time.
template <class F>
class Compiled {
 public:
  Compiled(F function, nn::Module* module, const CompileOptions& options, Location where)
      : function_(std::move(function)), module_(module), options_(options), where_(where) {}

  /// The result, for arguments that are tensors, or vectors, pairs and tuples of them; always the same types.
  template <class... Rest>
  auto operator()(const Arg& first, const Rest&... rest) const {
    namespace core = triptych::detail;
    using R = detail::CompiledResult<F, Tensor, Rest...>;
    using Like = std::optional<core::ValueOf<R>>;
    if (!compiled_) {
      auto like = std::make_shared<Like>();
      compiled_ = std::make_shared<core::CompiledFunction>(detail::flat(function_, like, first.tensor(), rest...),
                                                           options_, where_);
      like_ = like;
    }
    std::vector<Tensor> tensors{first.tensor()};
    (core::Structure<std::decay_t<Rest>>::add(tensors, rest), ...);
    const std::vector<Tensor> results = compiled_->call(tensors, module_ ? mode_of(*module_) : 0, first.where());
    return core::value_like(**std::static_pointer_cast<Like>(like_), results);
  }

  /// How often it was traced: once for each set of dtypes and shapes (but for the first dimension, if that is
  /// `dynamic`), of modes, and of what requires a gradient.
  std::int64_t traces() const { return compiled_ ? compiled_->traces() : 0; }
  /// Why the last call was run eagerly; empty if it was not.
  std::string reason() const { return compiled_ ? compiled_->reason() : std::string(); }
  /// Forgets all traces: for modules whose layers were changed.
  void reset() {
    if (compiled_) compiled_->reset();
  }

 private:
  static std::int64_t mode_of(nn::Module& module);

  F function_;
  nn::Module* module_;
  CompileOptions options_;
  Location where_;
  mutable std::shared_ptr<triptych::detail::CompiledFunction> compiled_;
  mutable std::shared_ptr<void> like_;
};

namespace detail {

/// Which of the modules below are in training mode.
TRIPTYCH_API std::int64_t mode_of(nn::Module& module);

}  // namespace detail

template <class F>
std::int64_t Compiled<F>::mode_of(nn::Module& module) {
  return detail::mode_of(module);
}

/// `module`, called as before, at the speed of a graph: its first call for dtypes and shapes traces it, later ones run
/// what was compiled. It trains as before: `backward()` gives the module's parameters their gradients (computed by a
/// compiled step, too), optimizers change them, `train()` and `eval()` of the module are followed. The module must
/// outlive what is returned.
///
///   auto fast = eager::compile(net);
///   Tensor loss = F::cross_entropy(fast(x), y);
///   loss.backward();
///   optimizer.step();
///
/// ArgumentError at the user's line where the module asks for the value of what is traced (`item()`, `if`); see
/// CompileOptions. Tensors that are neither parameters, buffers nor arguments are constants. The gradient cannot be
/// differentiated again.
/// Source: torch.compile.
template <std::derived_from<nn::Module> M>
auto compile(M& module, const CompileOptions& options = {}, Location where = Location::here()) {
  auto call = [&module](const Tensor& first, const auto&... rest) { return nn::call(module, Arg(first), rest...); };
  return Compiled<decltype(call)>(std::move(call), &module, options, where);
}

/// The same of a function of tensors. Whether modules that it reads are in training mode is looked at when it is traced:
/// call `reset()` when that changes, or compile the module.
template <class F>
requires(!std::derived_from<F, nn::Module>) auto compile(F function, const CompileOptions& options = {},
                                                         Location where = Location::here()) {
  check_callable("compile", function, where);
  return Compiled<F>(std::move(function), nullptr, options, where);
}

/// The graph of `module` (or a function) called with inputs like these: `lowlevel::Session(traced.graph)` runs it.
/// First dimensions are unknown if `dynamic`. Errors as of `compile`.
template <std::derived_from<nn::Module> M, class... Rest>
TracedGraph make_graph(M& module, const Arg& first, const Rest&... rest) {
  const auto call = [&](std::span<const Tensor> given) {
    [[maybe_unused]] const Tensor* next = given.data() + 1;
    std::tuple<triptych::detail::ValueOf<Rest>...> values{
        triptych::detail::Structure<std::decay_t<Rest>>::take(rest, next)...};
    const auto result =
        std::apply([&](const auto&... others) { return nn::call(module, Arg(given[0]), others...); }, values);
    return triptych::detail::tensors_of(result);
  };
  std::vector<Tensor> tensors{first.tensor()};
  (triptych::detail::Structure<std::decay_t<Rest>>::add(tensors, rest), ...);
  return triptych::detail::make_graph(call, tensors, true, first.where());
}
template <class F, class... Rest>
requires(!std::derived_from<F, nn::Module>) TracedGraph make_graph(F function, const Arg& first, const Rest&... rest) {
  check_callable("make_graph", function, first.where());
  auto like = std::make_shared<std::optional<triptych::detail::ValueOf<detail::CompiledResult<F, Tensor, Rest...>>>>();
  std::vector<Tensor> tensors{first.tensor()};
  (triptych::detail::Structure<std::decay_t<Rest>>::add(tensors, rest), ...);
  return triptych::detail::make_graph(detail::flat(std::move(function), like, first.tensor(), rest...), tensors, true,
                                      first.where());
}

}  // namespace triptych::eager
