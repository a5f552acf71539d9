// An operand in another memory order.
#pragma once

#include <optional>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {

/// The operand itself if it lies in the order of `strides` already, else a copy that does.
class Reordered {
 public:
  Reordered(const Operand& operand, const Strides& strides) : meta_(*operand.meta), operand_(operand) {
    if (same_order(*operand.meta, strides)) return;
    meta_.strides = strides;
    copy_.emplace(static_cast<std::size_t>(operand.size()) * size_of(operand.dtype()));
    copy_strided(operand.data, *operand.meta, copy_->as<void>(), meta_);
    operand_ = {copy_->as<void>(), &meta_};
  }
  Reordered(const Reordered&) = delete;
  Reordered& operator=(const Reordered&) = delete;

  const Operand& operand() const { return operand_; }

 private:
  static bool same_order(const TensorMeta& meta, const Strides& strides) {
    for (int i = 0; i < meta.shape.rank(); ++i)
      if (meta.shape.begin()[i] != 1 &&
          meta.strides[static_cast<std::size_t>(i)] != strides[static_cast<std::size_t>(i)])
        return false;
    return true;
  }

  TensorMeta meta_;
  Operand operand_;
  std::optional<Scratch> copy_;
};

}  // namespace triptych
