// Recording and differentiation: one walker for the tape and the graph.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Whether ops on this thread are recorded for gradients.
TRIPTYCH_API bool grad_enabled();

/// While alive, sets whether ops on this thread are recorded.
class [[nodiscard]] TRIPTYCH_API GradMode {
 public:
  explicit GradMode(bool enabled);
  ~GradMode();
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;
};

/// A function that sees a gradient on its way back: it returns nothing, or a tensor that takes the gradient's place.
/// ArgumentError if it is empty.
struct GradientHook {
  template <class F>
  requires std::is_invocable_v<F&, const Tensor&> GradientHook(  // NOLINT(google-explicit-constructor): any callable
      F hook, Location where = Location::here()) {
    check_callable("register_hook", hook, where);
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const Tensor&>>)
      function = [hook = std::move(hook)](const Tensor& gradient) mutable { return hook(gradient), Tensor(); };
    else
      function = std::move(hook);
  }
  std::function<Tensor(const Tensor&)> function;
};

/// What register_hook returns. Letting go of it leaves the hook in place.
class TRIPTYCH_API HookHandle {
 public:
  HookHandle() = default;
  explicit HookHandle(std::weak_ptr<GradientHook> hook) : hook_(std::move(hook)) {}
  /// The hook is called no more; doing it twice is no error.
  void remove();

 private:
  std::weak_ptr<GradientHook> hook_;
};

struct GradientOptions {
  /// Gradients can be differentiated again (tape only; graph gradients always can).
  bool create_graph = false;
  /// Keep what the tape saved, for another walk.
  bool retain_graph = false;
  /// An x that no y depends on gives an undefined tensor; else an ArgumentError.
  bool allow_unused = false;
};

/// d(sum of ys . grad_ys) / d xs. For concrete ys it walks the tape, for symbolic ys it adds nodes to their graph; the
/// same rules and the same order of accumulation in both. `grad_ys` may be empty (ones; ys of more than one element
/// need them on the tape), and single entries undefined.
TRIPTYCH_API std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> xs,
                                           std::span<const Tensor> grad_ys = {}, GradientOptions options = {},
                                           Location where = Location::here());

/// `Tensor::backward` of several tensors at once: adds the gradients of the sum of ys . grad_ys to the `grad` of every
/// leaf. `grad_ys` as of `gradients`; `options.gradient` is left out.
TRIPTYCH_API void backward(std::span<const Tensor> ys, std::span<const Tensor> grad_ys = {},
                           const BackwardOptions& options = {}, Location where = Location::here());

}  // namespace triptych
