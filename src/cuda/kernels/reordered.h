// An operand in another memory order.
#pragma once

#include <optional>

#include "cuda/kernels/kernels.h"
#include "cuda/kernels/lies_as.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"

namespace triptych::cuda {

/// The operand itself if it has the shape of `wanted` and lies in its order, else a copy that does. A larger shape is
/// padded with zeros behind the operand's elements.
class Reordered {
 public:
  Reordered(const KernelCall& call, const Operand& operand, const TensorMeta& wanted)
      : meta_(wanted), operand_(operand) {
    const bool padded = operand.shape() != wanted.shape;
    if (!padded && lies_as(*operand.meta, wanted.strides)) return;
    const std::size_t bytes = static_cast<std::size_t>(wanted.shape.size()) * size_of(operand.dtype());
    copy_.emplace(call.context, bytes);
    if (padded)
      check(cudaMemsetAsync(copy_->as<void>(), 0, bytes, static_cast<cudaStream_t>(call.context.stream)), call.op.name,
            "cudaMemsetAsync", call.context.where);
    TensorMeta part = *operand.meta;
    part.strides = wanted.strides;
    copy_strided(operand.data, *operand.meta, copy_->as<void>(), part);
    operand_ = {copy_->as<void>(), &meta_};
  }
  Reordered(const Reordered&) = delete;
  Reordered& operator=(const Reordered&) = delete;

  const Operand& operand() const { return operand_; }

 private:
  TensorMeta meta_;
  Operand operand_;
  std::optional<Scratch> copy_;
};

}  // namespace triptych::cuda
