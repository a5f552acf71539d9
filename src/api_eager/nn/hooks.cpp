#include "api_eager/nn/hooks.h"

#include "core/support/printable.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {
namespace detail {

const Tensor& only_one(const Module& module, const std::vector<Tensor>& tensors, const char* what) {
  if (tensors.size() == 1) return tensors[0];
  throw ArgumentError(module.name(), std::string("a hook takes one ") + what + ", and there is another number",
                      std::to_string(tensors.size()), "Let it take a const std::vector<Tensor>&");
}

/// One call on the way back: the outputs' gradients come first, then the inputs'.
struct HookedCall::Walk {
  Module* module;
  std::weak_ptr<ModuleHooks> module_lives;  // a module that is gone has no hooks
  std::vector<std::shared_ptr<FullBackwardHook>> hooks;
  std::vector<std::shared_ptr<FullBackwardPreHook>> pre_hooks;
  std::vector<Tensor> grad_outputs;
  bool only_outputs;

  void begin(std::vector<Tensor> gradients) {
    grad_outputs = std::move(gradients);
    if (module_lives.expired()) return;
    for (const auto& hook : pre_hooks) {
      std::vector<Tensor> changed;
      {
        const UserCode its_lines;
        changed = hook->function(*module, grad_outputs);
      }
      if (changed.empty()) continue;
      if (changed.size() != grad_outputs.size())
        throw ArgumentError(module->name(),
                            "a backward pre-hook gives another number of gradients than there are outputs",
                            std::to_string(changed.size()) + " for " + std::to_string(grad_outputs.size()));
      grad_outputs = std::move(changed);
    }
  }

  std::vector<Tensor> call(std::vector<Tensor> grad_inputs) const {
    if (module_lives.expired()) return grad_inputs;
    for (const auto& hook : hooks) {
      std::vector<Tensor> changed;
      {
        const UserCode its_lines;
        changed = hook->function(*module, grad_inputs, grad_outputs);
      }
      if (changed.empty()) continue;
      if (changed.size() != grad_inputs.size())
        throw ArgumentError(module->name(), "a backward hook gives another number of gradients than there are inputs",
                            std::to_string(changed.size()) + " for " + std::to_string(grad_inputs.size()));
      grad_inputs = std::move(changed);
    }
    return grad_inputs;
  }
};

namespace {

/// The same tensors behind one op, whose gradient is `backward`. Undefined ones stay out of it.
void pass_through(const std::vector<Tensor*>& tensors, const char* name,
                  const std::function<std::vector<Tensor>(std::vector<Tensor>)>& backward) {
  std::vector<Tensor> inputs, results;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i]->defined() || !is_floating(tensors[i]->dtype())) continue;
    places.push_back(i);
    inputs.push_back(*tensors[i]);
    results.push_back(tensors[i]->detach());
  }
  const std::size_t count = tensors.size();
  const auto rule = [=](std::span<const Tensor>, std::span<const Tensor> upstream, std::span<const bool>) {
    std::vector<Tensor> gradients(count), mine;
    for (std::size_t i = 0; i < places.size(); ++i) gradients[places[i]] = upstream[i];
    gradients = backward(std::move(gradients));
    for (const std::size_t place : places) mine.push_back(gradients[place]);
    return mine;
  };
  const auto outputs = custom_gradient(name, results, inputs, {}, rule);
  for (std::size_t i = 0; i < places.size(); ++i) *tensors[places[i]] = outputs[i];
}

bool any_requires_grad(const std::vector<Tensor*>& tensors) {
  for (const Tensor* tensor : tensors)
    if (tensor->requires_grad() || tensor->is_symbolic()) return true;
  return false;
}

/// Puts what a hook gave in the place of `tensors`; what is undefined takes no place.
void replace(const Module& module, const char* hook, const std::vector<Tensor*>& tensors, std::vector<Tensor> given) {
  if (given.empty()) return;
  if (given.size() != tensors.size())
    throw ArgumentError(module.name(), std::string("a ") + hook + " gives another number of tensors than it was shown",
                        std::to_string(given.size()) + " for " + std::to_string(tensors.size()));
  for (std::size_t i = 0; i < given.size(); ++i)
    if (given[i].defined()) *tensors[i] = std::move(given[i]);
}

std::vector<Tensor> values(const std::vector<Tensor*>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor* tensor : tensors) result.push_back(*tensor);
  return result;
}

}  // namespace

HookedCall::HookedCall(Module& module) : module_(module), hooks_(module.hooks_) {}
HookedCall::~HookedCall() = default;

void HookedCall::before(const std::vector<Tensor*>& inputs) {
  for (const auto& hook : hooks_->before.active()) {
    std::vector<Tensor> given;
    {
      const UserCode its_lines;
      given = hook->function(module_, values(inputs));
    }
    replace(module_, "forward pre-hook", inputs, std::move(given));
  }
  auto hooks = hooks_->backward.active();
  auto pre_hooks = hooks_->before_backward.active();
  if (!(hooks.empty() && pre_hooks.empty()) && grad_enabled()) {
    walk_ = std::make_shared<Walk>(
        Walk{&module_, hooks_, std::move(hooks), std::move(pre_hooks), {}, !any_requires_grad(inputs)});
    if (!walk_->only_outputs && !walk_->hooks.empty())
      pass_through(inputs, "BackwardHook",
                   [walk = walk_](std::vector<Tensor> gradients) { return walk->call(std::move(gradients)); });
  }
  inputs_ = values(inputs);
}

void HookedCall::after(const std::vector<Tensor*>& outputs) {
  for (const auto& hook : hooks_->after.active()) {
    std::vector<Tensor> given;
    {
      const UserCode its_lines;
      given = hook->function(module_, inputs_, values(outputs));
    }
    replace(module_, "forward hook", outputs, std::move(given));
  }
  if (walk_ && any_requires_grad(outputs))
    pass_through(outputs, "BackwardHook", [walk = walk_, count = inputs_.size()](std::vector<Tensor> gradients) {
      walk->begin(std::move(gradients));
      if (walk->only_outputs) walk->call(std::vector<Tensor>(count));
      return walk->grad_outputs;
    });
}

}  // namespace detail

detail::ModuleHooks& Module::hooks() {
  if (!hooks_) hooks_ = std::make_shared<detail::ModuleHooks>();
  return *hooks_;
}
RemovableHandle Module::register_forward_pre_hook(const ForwardPreHook& hook, bool prepend) {
  return hooks().before.add(hook, prepend);
}
RemovableHandle Module::register_forward_hook(const ForwardHook& hook, bool prepend) {
  return hooks().after.add(hook, prepend);
}
RemovableHandle Module::register_full_backward_hook(const FullBackwardHook& hook, bool prepend) {
  return hooks().backward.add(hook, prepend);
}
RemovableHandle Module::register_full_backward_pre_hook(const FullBackwardPreHook& hook, bool prepend) {
  return hooks().before_backward.add(hook, prepend);
}

}  // namespace triptych::eager::nn
