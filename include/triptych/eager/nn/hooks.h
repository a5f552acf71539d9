// Functions that are called with what goes into a module, what comes out of it, and with the gradients of both.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::nn {

class Module;

namespace detail {

/// What a hook gives as a list: nothing for `void`, or for a Tensor that is undefined.
template <class F, class... A>
std::vector<Tensor> hook_result(F& hook, A&... arguments) {
  using Result = std::invoke_result_t<F&, A&...>;
  if constexpr (std::is_void_v<Result>) {
    hook(arguments...);
    return {};
  } else if constexpr (std::is_convertible_v<Result, Tensor>) {
    Tensor result = hook(arguments...);
    return result.defined() ? std::vector<Tensor>{std::move(result)} : std::vector<Tensor>();
  } else {
    return hook(arguments...);
  }
}

/// ArgumentError of a hook that takes single tensors, unless there is one.
TRIPTYCH_API const Tensor& only_one(const Module& module, const std::vector<Tensor>& tensors, const char* what);

}  // namespace detail

/// What `register_forward_pre_hook` takes: `hook(module, input)`, or `hook(module, inputs)` with all tensors of the
/// call in a vector. It returns nothing, or a Tensor (a vector) that takes the inputs' place.
struct ForwardPreHook {
  template <class F>
  requires(std::invocable<F&, Module&, const Tensor&> || std::invocable<F&, Module&, const std::vector<Tensor>&>)
      ForwardPreHook(F hook, Location where = Location::here()) {  // NOLINT(google-explicit-constructor)
    check_callable("register_forward_pre_hook", hook, where);
    function = [hook = std::move(hook)](Module& module, const std::vector<Tensor>& inputs) mutable {
      if constexpr (std::invocable<F&, Module&, const Tensor&>)
        return detail::hook_result(hook, module, detail::only_one(module, inputs, "input"));
      else
        return detail::hook_result(hook, module, inputs);
    };
  }
  std::function<std::vector<Tensor>(Module&, const std::vector<Tensor>&)> function;
};

/// What `register_forward_hook` takes: `hook(module, input, output)` with Tensors, or with vectors of them. It returns
/// nothing, or what takes the outputs' place.
struct ForwardHook {
  template <class F>
  requires(std::invocable<F&, Module&, const Tensor&, const Tensor&> ||
           std::invocable<F&, Module&, const std::vector<Tensor>&, const std::vector<Tensor>&>)
      ForwardHook(F hook, Location where = Location::here()) {  // NOLINT(google-explicit-constructor)
    check_callable("register_forward_hook", hook, where);
    function = [hook = std::move(hook)](Module& module, const std::vector<Tensor>& inputs,
                                        const std::vector<Tensor>& outputs) mutable {
      if constexpr (std::invocable<F&, Module&, const Tensor&, const Tensor&>)
        return detail::hook_result(hook, module, detail::only_one(module, inputs, "input"),
                                   detail::only_one(module, outputs, "output"));
      else
        return detail::hook_result(hook, module, inputs, outputs);
    };
  }
  std::function<std::vector<Tensor>(Module&, const std::vector<Tensor>&, const std::vector<Tensor>&)> function;
};

/// What `register_full_backward_pre_hook` takes: `hook(module, grad_output)`, as for ForwardPreHook.
struct FullBackwardPreHook {
  template <class F>
  requires(std::invocable<F&, Module&, const Tensor&> || std::invocable<F&, Module&, const std::vector<Tensor>&>)
      FullBackwardPreHook(F hook, Location where = Location::here()) {  // NOLINT(google-explicit-constructor)
    check_callable("register_full_backward_pre_hook", hook, where);
    function = [hook = std::move(hook)](Module& module, const std::vector<Tensor>& grad_output) mutable {
      if constexpr (std::invocable<F&, Module&, const Tensor&>)
        return detail::hook_result(hook, module, detail::only_one(module, grad_output, "output"));
      else
        return detail::hook_result(hook, module, grad_output);
    };
  }
  std::function<std::vector<Tensor>(Module&, const std::vector<Tensor>&)> function;
};

/// What `register_full_backward_hook` takes: `hook(module, grad_input, grad_output)`, as for ForwardHook; undefined
/// where there is no gradient. What it returns takes the place of the inputs' gradients.
struct FullBackwardHook {
  template <class F>
  requires(std::invocable<F&, Module&, const Tensor&, const Tensor&> ||
           std::invocable<F&, Module&, const std::vector<Tensor>&, const std::vector<Tensor>&>)
      FullBackwardHook(F hook, Location where = Location::here()) {  // NOLINT(google-explicit-constructor)
    check_callable("register_full_backward_hook", hook, where);
    function = [hook = std::move(hook)](Module& module, const std::vector<Tensor>& grad_input,
                                        const std::vector<Tensor>& grad_output) mutable {
      if constexpr (std::invocable<F&, Module&, const Tensor&, const Tensor&>)
        return detail::hook_result(hook, module, detail::only_one(module, grad_input, "input"),
                                   detail::only_one(module, grad_output, "output"));
      else
        return detail::hook_result(hook, module, grad_input, grad_output);
    };
  }
  std::function<std::vector<Tensor>(Module&, const std::vector<Tensor>&, const std::vector<Tensor>&)> function;
};

/// What registering a hook returns. Letting go of it leaves the hook in place.
class TRIPTYCH_API RemovableHandle {
 public:
  RemovableHandle() = default;
  explicit RemovableHandle(std::weak_ptr<bool> active) : active_(std::move(active)) {}
  /// The hook is called no more; doing it twice is no error.
  void remove() {
    if (const auto active = active_.lock()) *active = false;
  }

 private:
  std::weak_ptr<bool> active_;
};

namespace detail {

struct ModuleHooks;

/// One call of a module that has hooks.
class TRIPTYCH_API HookedCall {
 public:
  explicit HookedCall(Module& module);
  ~HookedCall();
  HookedCall(const HookedCall&) = delete;
  HookedCall& operator=(const HookedCall&) = delete;
  /// Shows the inputs to the hooks, and puts in their place what the hooks give.
  void before(const std::vector<Tensor*>& inputs);
  /// The same with the outputs.
  void after(const std::vector<Tensor*>& outputs);

 private:
  struct Walk;  // what the gradients' way back needs
  Module& module_;
  std::shared_ptr<ModuleHooks> hooks_;
  std::vector<Tensor> inputs_;
  std::shared_ptr<Walk> walk_;
};

/// The tensors in what a module's forward takes or gives; other types have none.
inline void tensors_in(std::vector<Tensor*>& all, Tensor& tensor) { all.push_back(&tensor); }
inline void tensors_in(std::vector<Tensor*>& all, std::vector<Tensor>& tensors) {
  for (Tensor& tensor : tensors) all.push_back(&tensor);
}
template <class T>
void tensors_in(std::vector<Tensor*>& all, T& value) {
  if constexpr (requires { value.for_each_tensor([](Tensor&) {}); })
    value.for_each_tensor([&](Tensor& tensor) { all.push_back(&tensor); });
  else if constexpr (requires { std::tuple_size<T>::value; })
    std::apply([&](auto&... parts) { (tensors_in(all, parts), ...); }, value);
}

}  // namespace detail

}  // namespace triptych::eager::nn
