#include "core/autodiff/leaf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/autodiff/node_extras.h"
#include "core/support/fork.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops/arithmetic.h"

namespace triptych {

using Head = detail::TensorHead;

std::mutex& mutex_of(const Node& node) {
  static auto& mutexes = []() -> std::array<std::mutex, 64>& {
    static std::array<std::mutex, 64> all;
    for (std::mutex& mutex : all) hold_during_fork(mutex);
    return all;
  }();
  return mutexes[reinterpret_cast<std::uintptr_t>(&node) / 64 % mutexes.size()];
}

void FoundGradients::add(Node& node, TensorImpl* tensor, Tensor gradient) {
  found_.push_back({&node, tensor, own(std::move(gradient), grad_enabled()), false});
}

void FoundGradients::retain(Node& node, TensorImpl* tensor, Tensor gradient) {
  found_.push_back({&node, tensor, own(std::move(gradient), grad_enabled()), true});
}

TensorImpl* FoundGradients::Found::living() const {
  if (!retained) return tensor ? tensor : node->leaf.load(std::memory_order_relaxed);
  const std::vector<TensorImpl*>& all = node->hooks->retained;
  return std::find(all.begin(), all.end(), tensor) == all.end() ? nullptr : tensor;
}

namespace {

/// Calls who waits for the gradient of a leaf.
void call_accumulated(const Node& node) {
  if (!node.hooks || node.op != &leaf_op) [[likely]]
    return;
  const NodeExtras* const extras = extras_of(node);
  if (!extras) return;
  std::vector<std::shared_ptr<GradientHook>> hooks;
  Tensor leaf;
  {
    const std::lock_guard lock(mutex_of(node));
    hooks = extras->accumulated;
    TensorImpl* const tensor = node.leaf.load(std::memory_order_relaxed);
    std::uint32_t count = tensor ? tensor->references.load(std::memory_order_relaxed) : 0;
    while (count > 0 && !tensor->references.compare_exchange_weak(count, count + 1)) {  // unless it is ending
    }
    if (count > 0) leaf = adopt(tensor);
  }
  for (const auto& hook : hooks)
    if (const auto function = hook->function; leaf.defined() && function) function(leaf);
}

}  // namespace

// Walks give one after the other, so that what was read is still there when the sum is written; the nodes' locks are
// not held meanwhile. All sums are made before the first is given.
void FoundGradients::give() {
  if (found_.empty()) return;
  static std::mutex& giving = process_mutex(LockFloor::gradients);
  std::unique_lock one_by_one(giving);
  for (Found& entry : found_) {
    Tensor before;
    {
      const std::lock_guard lock(mutex_of(*entry.node));
      TensorImpl* const to = entry.living();
      if (!to) continue;
      Tensor& grad = to->extras().grad;  // there is room, from now on
      if (!entry.retained) before = grad;
    }
    if (before.defined()) entry.gradient = triptych::add(std::move(before), std::move(entry.gradient));
  }
  for (Found& entry : found_) {
    const std::lock_guard lock(mutex_of(*entry.node));
    if (TensorImpl* const to = entry.living()) std::swap(to->extra->grad, entry.gradient);
  }
  one_by_one.unlock();
  for (const Found& entry : found_)
    if (!entry.retained) call_accumulated(*entry.node);
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
