// Modules and functions at the speed of a graph: traced when they are called, and run as compiled steps.
#pragma once

#include <any>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/compiled.h"
#include "triptych/core/structure.h"
#include "triptych/eager/module.h"

namespace triptych::eager {

using triptych::CompileOptions;
using triptych::TracedGraph;

/// What `compile` gives: to be called as the function or module is, by one thread at a time.
template <class F>
class Compiled {
 public:
  Compiled(F function, nn::Module* module, const CompileOptions& options)
      : function_(std::move(function)), module_(module), options_(options) {}

  /// The result, for arguments that are tensors, or vectors, pairs and tuples of them; always the same types.
  template <class... Rest>
  auto operator()(const Arg& first, const Rest&... rest) const {
    namespace core = triptych::detail;
    using Value = core::ValueOf<core::ResultOf<F, Tensor, Rest...>>;
    check_callable("compile", function_, first.where());
    if (!compiled_) compiled_ = std::make_shared<core::CompiledFunction>(options_);
    std::vector<Tensor> tensors{first.tensor()};
    (core::Structure<std::decay_t<Rest>>::add(tensors, rest), ...);
    const auto flat = [&](std::span<const Tensor> given) {
      const auto result = core::call_like(function_, given, tensors[0], rest...);
      std::vector<Tensor> results = core::tensors_of(result);
      compiled_->like = core::value_like(result, std::vector<Tensor>(results.size()));
      return results;
    };
    const std::vector<Tensor> results =
        compiled_->call(std::cref(flat), tensors, module_ ? mode_of(*module_) : 0, first.where());
    const Value* like = std::any_cast<Value>(&compiled_->like);
    if (!like)
      throw ArgumentError("compile", "the types of the arguments are others than before",
                          std::to_string(tensors.size()) + " tensors", "Compile the function once for each",
                          first.where());
    return core::value_like(*like, results);
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

  mutable F function_;
  nn::Module* module_;
  CompileOptions options_;
  mutable std::shared_ptr<triptych::detail::CompiledFunction> compiled_;
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
auto compile(M& module, const CompileOptions& options = {}) {
  auto call = [&module](const Tensor& first, const auto&... rest) { return nn::call(module, Arg(first), rest...); };
  return Compiled<decltype(call)>(std::move(call), &module, options);
}

/// The same of a function of tensors. Whether modules that it reads are in training mode is looked at when it is
/// traced: call `reset()` when that changes, or compile the module.
template <class F>
requires(!std::derived_from<F, nn::Module>) auto compile(F function, const CompileOptions& options = {},
                                                         Location where = Location::here()) {
  check_callable("compile", function, where);
  return Compiled<F>(std::move(function), nullptr, options);
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
  std::vector<Tensor> tensors{first.tensor()};
  (triptych::detail::Structure<std::decay_t<Rest>>::add(tensors, rest), ...);
  const auto call = [&](std::span<const Tensor> given) {
    return triptych::detail::tensors_of(triptych::detail::call_like(function, given, first.tensor(), rest...));
  };
  return triptych::detail::make_graph(call, tensors, true, first.where());
}

}  // namespace triptych::eager
