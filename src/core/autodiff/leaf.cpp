#include "core/autodiff/leaf.h"

#include <array>
#include <cstdint>
#include <utility>

#include "triptych/core/autograd.h"
#include "triptych/core/ops/arithmetic.h"

namespace triptych {

using Head = detail::TensorHead;

std::mutex& mutex_of(const Node& node) {
  static std::array<std::mutex, 64> mutexes;
  return mutexes[reinterpret_cast<std::uintptr_t>(&node) / 64 % mutexes.size()];
}

// Who finds a gradient takes it, adds to it outside of the lock, and comes back: no sum is lost.
void accumulate(Node& node, TensorImpl* tensor, Tensor gradient) {
  Tensor sum = own(std::move(gradient), grad_enabled()), part;
  while (true) {
    {
      std::lock_guard lock(mutex_of(node));
      TensorImpl* const to = tensor ? tensor : node.leaf.load(std::memory_order_relaxed);
      if (!to) return;
      Tensor& grad = to->extras().grad;
      std::swap(grad, grad.defined() ? part : sum);
      if (!part.defined()) return;
    }
    sum = add(std::move(part), std::move(sum));
    part.reset();
  }
}

void leave_node(TensorImpl& tensor) {
  Node& node = *tensor.node;
  const bool is_leaf = node.leaf.load(std::memory_order_relaxed) == &tensor;
  const bool retained = tensor.has(Head::retains_grad) && node.hooks;
  if (!is_leaf && !retained) return;
  std::lock_guard lock(mutex_of(node));
  if (is_leaf) node.leaf = nullptr;
  if (retained) std::erase(node.hooks->retained, &tensor);
}

}  // namespace triptych
