// What the tape keeps for backward: kept in another form, or computed once more.
#pragma once

#include <any>
#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/tensor.h"
#include "triptych/core/transforms.h"

namespace triptych {

namespace detail {

/// A pair of functions.
struct SavedHooks {
  std::function<std::any(const Tensor&)> pack;
  std::shared_ptr<const std::function<Tensor(const std::any&)>> unpack;
};

}  // namespace detail

/// While alive, what this thread's ops save for backward is given to `pack`, and what that returns is kept instead;
/// `unpack` makes the tensor of it again when backward reads it. The innermost one counts. In a graph nothing is saved.
/// ArgumentError, in backward, if unpack gives another shape or dtype.
/// Source: torch.autograd.graph.saved_tensors_hooks.
class [[nodiscard]] TRIPTYCH_API SavedTensorsHooks {
 public:
  template <std::invocable<const Tensor&> Pack, class Unpack>
  SavedTensorsHooks(Pack pack, Unpack unpack, Location where = Location::here()) {
    check_callable("saved_tensors_hooks", pack, where);
    check_callable("saved_tensors_hooks", unpack, where);
    using Kept = std::decay_t<std::invoke_result_t<Pack&, const Tensor&>>;
    begin([pack = std::move(pack)](const Tensor& tensor) mutable { return std::any(Kept(pack(tensor))); },
          [unpack = std::move(unpack)](const std::any& kept) mutable -> Tensor {
            return unpack(std::any_cast<const Kept&>(kept));
          });
  }
  ~SavedTensorsHooks();
  SavedTensorsHooks(const SavedTensorsHooks&) = delete;
  SavedTensorsHooks& operator=(const SavedTensorsHooks&) = delete;

 protected:
  SavedTensorsHooks() = default;
  void begin(std::function<std::any(const Tensor&)> pack, std::function<Tensor(const std::any&)> unpack);

 private:
  detail::SavedHooks hooks_;
};

/// While alive, what is saved for backward is kept in the CPU's memory.
/// Source: torch.autograd.graph.save_on_cpu.
class [[nodiscard]] TRIPTYCH_API SaveOnCpu : public SavedTensorsHooks {
 public:
  SaveOnCpu();
};

/// Calls `hook` with `leaf` when a backward has added to its gradient: an optimizer's step there needs no loop over
/// parameters. All gradients of the walk are there by then. ArgumentError unless `leaf` is one that requires a
/// gradient. Source: torch.Tensor.register_post_accumulate_grad_hook.
TRIPTYCH_API HookHandle register_post_accumulate_grad_hook(const Tensor& leaf, std::function<void(Tensor&)> hook,
                                                           Location where = Location::here());

namespace detail {

/// What `function` gives, of which backward saves nothing but the inputs: it calls the function again, with the same
/// random numbers (unless `preserve_rng_state` is off), state of modules, precision, and so the same bits.
TRIPTYCH_API std::vector<Tensor> checkpoint_tensors(const FunctionOfTensors& function, std::span<const Tensor> inputs,
                                                    bool preserve_rng_state, Location where);

}  // namespace detail

}  // namespace triptych
