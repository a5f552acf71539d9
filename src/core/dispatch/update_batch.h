// Writes that happen all together, or not at all, without a copy of what they write over.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {

/// While alive, ops of this thread that only write (an optimizer's updates, assignments) are made ready instead of run:
/// checked, with all memory that they need. `run` runs them in order, and cannot fail on the CPU, since the kernels of
/// such ops allocate nothing. No transaction takes back what they write: nothing that can fail may follow.
class [[nodiscard]] UpdateBatch {
 public:
  UpdateBatch();
  ~UpdateBatch();
  UpdateBatch(const UpdateBatch&) = delete;
  UpdateBatch& operator=(const UpdateBatch&) = delete;

  void run();

  /// This thread's innermost batch, or null.
  static UpdateBatch* current();
  void add(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, Location where);

 private:
  struct Update;
  UpdateBatch* outer_;
  std::vector<std::unique_ptr<Update>> updates_;
};

}  // namespace triptych
