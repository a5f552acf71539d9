// Hooks on gradients.
#include "core/autodiff/hooks.h"

#include <mutex>
#include <string>
#include <utility>

#include "core/autodiff/leaf.h"
#include "core/dispatch/check_numerics.h"
#include "core/dispatch/modes.h"
#include "triptych/core/autograd.h"

namespace triptych {

namespace {

/// The hook, whose result takes a gradient's place only if it looks like it.
GradientHook checked(const GradientHook& hook, Location where) {
  return [function = hook.function, where](const Tensor& gradient) {
    const FrameAt backward({});
    Tensor replaced;
    {
      const UserCode its_lines;
      replaced = function(gradient);
    }
    const auto text = [](const Tensor& tensor) {
      return (tensor.is_symbolic() ? "symbolic " : "") + std::string(dtype_name(tensor.dtype())) + " " +
             tensor.shape().text();
    };
    if (replaced.defined() && (replaced.shape() != gradient.shape() || replaced.dtype() != gradient.dtype() ||
                               replaced.is_symbolic() != gradient.is_symbolic()))
      throw ArgumentError("register_hook", "a hook returned a gradient of another shape, dtype or kind",
                          "the gradient is " + text(gradient) + ", the hook returned " + text(replaced), "", where);
    return replaced;
  };
}

}  // namespace

HookHandle Tensor::register_hook(const GradientHook& hook, Location where) const {
  if (!hook.function)
    throw ArgumentError("register_hook", "the hook is empty", "a default-constructed std::function", "", where);
  if (!requires_grad())
    throw ArgumentError("register_hook", "the tensor needs no gradient",
                        defined() ? std::string(dtype_name(dtype())) + " " + shape().text() : "an undefined tensor",
                        "Call set_requires_grad() first", where);
  if (is_symbolic())
    throw ArgumentError("register_hook", "a symbolic tensor has no tape", describe(*impl()->node),
                        "Use the ops on the result of lowlevel::gradients", where);
  const Ref<Node> node = gradient_edge(*impl());
  if (!node->hooks) node->hooks = std::make_unique<NodeHooks>();
  auto shared = std::make_shared<GradientHook>(checked(hook, Frame::resolve(where)));
  node->hooks->functions.push_back({impl()->output, shared});
  return HookHandle(shared);
}

void HookHandle::remove() {
  if (const auto hook = hook_.lock()) hook->function = nullptr;
}

void run_hooks(Node& node, std::span<Tensor> gradients, FoundGradients& found) {
  if (!node.hooks) return;
  std::vector<NodeHooks::Hook> functions;  // a copy: a hook may remove itself, or register others
  {
    std::lock_guard lock(mutex_of(node));
    std::erase_if(node.hooks->functions, [](const NodeHooks::Hook& entry) { return !entry.hook->function; });
    functions = node.hooks->functions;
  }
  for (const NodeHooks::Hook& entry : functions) {
    Tensor& gradient = gradients[entry.output];
    const auto function = entry.hook->function;
    if (!function || !gradient.defined()) continue;
    gradient =
        own(std::move(gradient), grad_enabled());  // what the hook changes in place is this gradient and no other
    Tensor replaced = function(gradient);
    if (replaced.defined()) gradient = std::move(replaced);
    gradient = own(std::move(gradient), grad_enabled());  // the hook may keep its handle
  }
  std::lock_guard lock(mutex_of(node));
  for (TensorImpl* tensor : node.hooks->retained)
    if (gradients[tensor->output].defined()) found.retain(node, tensor, gradients[tensor->output]);
}

void detect_anomalies(const Node& node, std::span<const Tensor> gradients) {
  if (!detect_anomaly) [[likely]]
    return;
  for (std::size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined() && !gradients[i].is_symbolic() && has_nan(gradients[i]))
      throw ArgumentError("backward", "a gradient became NaN",
                          "that of input " + std::to_string(i) + " of " + describe(node), "Found by DetectAnomaly",
                          node.where);
}

}  // namespace triptych
