#include "api_keras/layers/masks.h"

#include <unordered_map>

#include "core/tensor/tensor_impl.h"

namespace triptych::keras {
namespace {

/// A mask, and a watch over the tensor that it belongs to: its block is not given to another one meanwhile.
class Entry {
 public:
  Entry(TensorImpl& tensor, Tensor mask) : mask(std::move(mask)), tensor_(&tensor) {
    tensor.watchers.fetch_add(1, std::memory_order_relaxed);
  }
  Entry(Entry&& other) noexcept : mask(std::move(other.mask)), tensor_(std::exchange(other.tensor_, nullptr)) {}
  Entry& operator=(Entry&&) = delete;
  ~Entry() {
    if (tensor_) let_go(tensor_);
  }
  bool lives() const { return tensor_->references.load(std::memory_order_acquire) > 0; }

  Tensor mask;

 private:
  TensorImpl* tensor_;
};

thread_local std::unordered_map<const TensorImpl*, Entry> masks;

}  // namespace

void set_mask(const Tensor& tensor, const Tensor& mask) {
  masks.erase(tensor.impl());
  if (mask.defined()) masks.emplace(tensor.impl(), Entry(*tensor.impl(), mask));
}

void forget_masks_of_the_dead() {
  if (masks.empty()) return;
  std::erase_if(masks, [](const auto& entry) { return !entry.second.lives(); });
}

Tensor mask_of(const Tensor& x) {
  if (masks.empty() || !x.defined()) return {};
  const auto found = masks.find(x.impl());
  return found == masks.end() ? Tensor() : found->second.mask;
}

}  // namespace triptych::keras
