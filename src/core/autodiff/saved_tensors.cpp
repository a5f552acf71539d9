// Values that backward reads, packed by the user's functions; and what calls a function of the user's when a gradient
// is there.
#include "triptych/core/saved_tensors.h"

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/autodiff/leaf.h"
#include "core/autodiff/node_extras.h"
#include "core/dispatch/modes.h"
#include "core/support/fork.h"
#include "core/support/scopes.h"
#include "triptych/core/tensor_methods.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

constinit thread_local const detail::SavedHooks* innermost = nullptr;

std::string text_of(const Tensor& tensor) {
  return tensor.defined() ? std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text()
                          : "an undefined tensor";
}

}  // namespace

namespace {

struct Table {
  std::mutex& mutex = process_mutex();
  std::unordered_map<const Node*, std::unique_ptr<NodeExtras>> extras;
};
Table& table() {
  static auto& all = *new Table;  // nodes may end after everything else
  return all;
}

}  // namespace

NodeExtras* extras_of(const Node& node) {
  const std::lock_guard lock(table().mutex);
  const auto found = table().extras.find(&node);
  return found == table().extras.end() ? nullptr : found->second.get();
}

NodeExtras& make_extras(Node& node) {
  if (!node.hooks) node.hooks = std::make_unique<NodeHooks>();
  const std::lock_guard lock(table().mutex);
  auto& slot = table().extras[&node];
  if (!slot) slot = std::make_unique<NodeExtras>();
  return *slot;
}

void forget_extras(const Node& node) {
  std::unique_ptr<NodeExtras> last;  // ends without the lock: values may own nodes
  const std::lock_guard lock(table().mutex);
  const auto found = table().extras.find(&node);
  if (found == table().extras.end()) return;
  last = std::move(found->second);
  table().extras.erase(found);
}

void SavedTensorsHooks::begin(std::function<std::any(const Tensor&)> pack,
                              std::function<Tensor(const std::any&)> unpack) {
  hooks_.pack = std::move(pack);
  hooks_.unpack = std::make_shared<const std::function<Tensor(const std::any&)>>(std::move(unpack));
  open_scopes().begin(this, innermost, &std::as_const(hooks_));
}

SavedTensorsHooks::~SavedTensorsHooks() { end_scope(this); }

SaveOnCpu::SaveOnCpu() {
  using Kept = std::pair<Device, Tensor>;
  begin([](const Tensor& tensor) { return std::any(Kept(tensor.device(), tensor.to(Device()))); },
        [](const std::any& kept) {
          const auto& [device, tensor] = std::any_cast<const Kept&>(kept);
          return tensor.to(device);
        });
}

void pack_saved(Node& node) {
  if (!innermost) [[likely]]
    return;
  const detail::SavedHooks hooks = *innermost;
  struct Off {  // what the functions compute is not packed
    const detail::SavedHooks* outer = std::exchange(innermost, nullptr);
    ~Off() { innermost = outer; }
  } off;
  const GradMode not_recorded(false);
  const auto pack = [&](Tensor& slot, bool output, std::size_t number) {
    if (!slot.defined() || slot.impl()->has(Head::metadata_only) || slot.ndim() == 0) return;
    std::any kept = hooks.pack(alias(slot));
    make_extras(node).packed.push_back({output, static_cast<std::uint32_t>(number), std::move(kept), hooks.unpack});
    slot.impl()->storage = {};
    slot.impl()->flags |= Head::metadata_only;
  };
  for (std::size_t i = 0; i < node.input_count; ++i) pack(node.inputs()[i], false, i);
  for (std::size_t i = 0; i < node.output_count; ++i) pack(node.outputs()[i], true, i);
}

Tensor unpack_saved(const Node& node, bool output, std::uint32_t number, const Tensor& slot) {
  const NodeExtras* const extras = node.hooks ? extras_of(node) : nullptr;
  if (!extras) [[likely]]
    return {};
  for (const NodeExtras::Packed& packed : extras->packed) {
    if (packed.output != output || packed.number != number) continue;
    const Tensor value = [&] {
      const GradMode off(false);
      const UserCode its_lines;
      return (*packed.unpack)(packed.value);
    }();
    if (!value.defined() || value.is_symbolic() || value.shape() != slot.shape() || value.dtype() != slot.dtype() ||
        value.device() != slot.device())
      throw ArgumentError("saved_tensors_hooks", "unpack gives another tensor than was packed",
                          "packed was " + text_of(slot) + ", unpacked is " + text_of(value), "", node.where);
    Tensor result = alias(value);
    result.impl()->node = slot.impl()->node;
    result.impl()->output = slot.impl()->output;
    result.impl()->flags |= slot.impl()->flags & Head::requires_grad;
    return result;
  }
  return {};
}

HookHandle register_post_accumulate_grad_hook(const Tensor& leaf, std::function<void(Tensor&)> hook, Location where) {
  check_callable("register_post_accumulate_grad_hook", hook, where);
  if (!leaf.defined() || leaf.is_symbolic() || !leaf.is_leaf() || !leaf.requires_grad())
    throw ArgumentError("register_post_accumulate_grad_hook", "the tensor is no leaf that requires a gradient",
                        leaf.defined() ? text_of(leaf) : "a default-constructed Tensor",
                        "Other tensors have register_hook", where);
  const Ref<Node> node = gradient_edge(*leaf.impl());
  auto shared = std::make_shared<GradientHook>([hook = std::move(hook)](const Tensor& gradient) {
    Tensor handle = gradient;
    hook(handle);
  });
  const std::lock_guard lock(mutex_of(*node));
  make_extras(*node).accumulated.push_back(shared);
  return HookHandle(shared);
}

}  // namespace triptych
