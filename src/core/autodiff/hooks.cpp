// Hooks on gradients.
#include "core/node.h"
#include "triptych/core/autograd.h"

namespace triptych {

HookHandle Tensor::register_hook(const GradientHook& hook, Location where) const {
  if (!requires_grad())
    throw ArgumentError("register_hook", "the tensor needs no gradient",
                        std::string(dtype_name(dtype())) + " " + shape().text(), "Call set_requires_grad() first",
                        where);
  if (is_symbolic())
    throw ArgumentError("register_hook", "a symbolic tensor has no tape", describe(*impl()->node),
                        "Use the ops on the result of lowlevel::gradients", where);
  const Ref<Node> node = gradient_edge(*impl());
  if (!node->hooks) node->hooks = std::make_unique<NodeHooks>();
  auto shared = std::make_shared<GradientHook>(hook);
  node->hooks->functions.push_back({impl()->output, shared});
  return HookHandle(shared);
}

void HookHandle::remove() {
  if (const auto hook = hook_.lock()) hook->function = nullptr;
}

}  // namespace triptych
