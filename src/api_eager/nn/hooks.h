// The hooks of a module.
#pragma once

#include <memory>
#include <vector>

#include "triptych/eager/nn/hooks.h"

namespace triptych::eager::nn::detail {

/// Hooks of one kind, in the order in which they are called.
template <class Hook>
class HookList {
 public:
  RemovableHandle add(const Hook& hook, bool prepend) {
    const auto entry = std::make_shared<Entry>(Entry{hook, std::make_shared<bool>(true)});
    entries_.insert(prepend ? entries_.begin() : entries_.end(), entry);
    return RemovableHandle(entry->active);
  }
  /// Those that are called now. A hook may remove hooks, itself too.
  std::vector<std::shared_ptr<Hook>> active() {
    std::erase_if(entries_, [](const auto& entry) { return !*entry->active; });
    std::vector<std::shared_ptr<Hook>> result;
    for (const auto& entry : entries_) result.emplace_back(entry, &entry->hook);
    return result;
  }

 private:
  struct Entry {
    Hook hook;
    std::shared_ptr<bool> active;
  };
  std::vector<std::shared_ptr<Entry>> entries_;
};

struct ModuleHooks {
  HookList<ForwardPreHook> before;
  HookList<ForwardHook> after;
  HookList<FullBackwardHook> backward;
  HookList<FullBackwardPreHook> before_backward;
};

/// Hooks for a module's copy; null if there are none.
inline std::shared_ptr<ModuleHooks> copied(const std::shared_ptr<ModuleHooks>& hooks) {
  return hooks ? std::make_shared<ModuleHooks>(*hooks) : nullptr;
}

}  // namespace triptych::eager::nn::detail
