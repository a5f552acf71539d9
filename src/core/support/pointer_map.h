// A small open-addressing map from pointers to indices, for walks over nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace triptych {

class PointerMap {
 public:
  static constexpr std::size_t missing = ~std::size_t{0};

  /// Adds `key` with `value` unless it is there; returns whether it was added.
  bool insert(const void* key, std::size_t value) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[find(key)];
    if (slot.key) return false;
    slot = {key, value};
    ++size_;
    return true;
  }
  void set(const void* key, std::size_t value) { slots_[find(key)].value = value; }
  /// The value of `key`, or `missing`.
  std::size_t at(const void* key) const {
    if (slots_.empty()) return missing;
    const Slot& slot = slots_[find(key)];
    return slot.key ? slot.value : missing;
  }

 private:
  struct Slot {
    const void* key = nullptr;
    std::size_t value = 0;
  };

  std::size_t find(const void* key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (reinterpret_cast<std::uintptr_t>(key) >> 6) * 0x9e3779b97f4a7c15 >> 20 & mask;
    while (slots_[at].key && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 32 : 2 * slots_.size());
    std::swap(old, slots_);
    for (const Slot& slot : old)
      if (slot.key) slots_[find(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace triptych
