#include "core/dispatch/layout.h"

#include <array>

namespace triptych {

void normalize_strides(TensorMeta& meta) {
  std::int64_t dense = 1;
  for (int i = meta.shape.rank() - 1; i >= 0; --i) {
    const std::int64_t length = meta.shape.begin()[i];
    if (length == 0) {
      meta.strides = contiguous_strides(meta.shape);
      return;
    }
    std::int64_t& step = meta.strides[static_cast<std::size_t>(i)];
    if (length == 1) step = dense;
    dense = step * length;
  }
}

bool is_dense(const TensorMeta& meta) {
  std::array<bool, Shape::max_rank> used{};
  std::int64_t expected = 1;
  for (int round = 0; round < meta.shape.rank(); ++round) {
    bool found = false;
    for (int i = 0; i < meta.shape.rank() && !found; ++i) {
      const auto axis = static_cast<std::size_t>(i);
      if (used[axis] || (meta.shape.begin()[i] != 1 && meta.strides[axis] != expected)) continue;
      used[axis] = found = true;
      expected *= meta.shape.begin()[i];
    }
    if (!found) return false;
  }
  return true;
}

bool view_of(const Op& op, const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset) {
  if (!op.view(input, attributes, output, offset)) return false;
  normalize_strides(output);
  return true;
}

void views_of(const Op& op, const TensorMeta& input, const void* attributes, std::span<TensorMeta> outputs,
              std::span<std::int64_t> offsets) {
  op.views(input, attributes, outputs, offsets);
  for (TensorMeta& output : outputs) normalize_strides(output);
}

void choose_strides(const Kernel& kernel, std::span<const TensorMeta* const> inputs, const void* attributes,
                    std::span<TensorMeta> outputs) {
  for (TensorMeta& output : outputs) output.strides = contiguous_strides(output.shape);
  if (!kernel.layout) return;
  kernel.layout(inputs, attributes, outputs);
  for (TensorMeta& output : outputs) normalize_strides(output);
}

}  // namespace triptych
