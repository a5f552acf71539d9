// Where the matrices of an attention lie: one query, key, value, mask and result for each head.
#pragma once

#include "core/formulas/compute_type.h"
#include "core/kernels/strided.h"
#include "core/ops/sequence/attention.h"
#include "triptych/core/op.h"

namespace triptych {

/// A matrix for each head of queries: its first element and steps, in elements. What kernels on a GPU see, too.
struct HeadMatrices {
  const void* data = nullptr;
  std::int64_t row = 0, column = 0;
  int rank = 0;  // of the leading dimensions
  Strides lengths{}, steps{};
  std::int64_t shares = 1;  // neighbours in the last leading dimension that use the same matrix

  HeadMatrices() = default;
  /// `matrices` broadcasts to (leading..., rows, columns), but for groups of `groups` heads that share one.
  HeadMatrices(const Operand& matrices, const Shape& leading, std::int64_t groups) : data(matrices.data) {
    const int own = matrices.shape().rank(), all = leading.rank() + 2;
    const auto step = [&](int axis) {  // of the broadcast shape
      const int at = axis - (all - own);
      return at < 0 || matrices.shape().begin()[at] == 1 ? 0 : matrices.stride(at);
    };
    rank = leading.rank();
    shares = groups;
    for (int i = 0; i < rank; ++i) {
      lengths[static_cast<std::size_t>(i)] = leading.begin()[i];
      steps[static_cast<std::size_t>(i)] = step(i);
    }
    row = step(all - 2);
    column = step(all - 1);
  }
  /// Of head `number` in row-major order of the leading dimensions.
  TRIPTYCH_HOST_DEVICE std::int64_t offset(std::int64_t number) const {
    std::int64_t result = 0;
    for (int axis = rank; axis-- > 0;) {
      const auto at = static_cast<std::size_t>(axis);
      const std::int64_t place = number % lengths[at];
      result += (axis == rank - 1 ? place / shares : place) * steps[at];
      number /= lengths[at];
    }
    return result;
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE const T* of(std::int64_t number) const {
    return static_cast<const T*>(data) + offset(number);
  }
};

/// The sizes of one call, and its matrices. `query` is the place of the query among the inputs, `extra` that of what
/// comes after the value.
struct AttentionCall {
  std::int64_t heads = 1, shared_heads = 1, groups = 1;  // of queries; of keys and values
  std::int64_t queries = 0, keys = 0, width = 0, value_width = 0;
  HeadMatrices query, key, value, mask;
  bool masked = false, mask_is_bool = false, is_causal = false;
  double scale = 1, dropout_p = 0;
  const std::uint64_t* draw = nullptr;  // of dropout: the key, and the counter `draw_step` on
  std::int64_t draw_step = 1;

  AttentionCall(const KernelCall& call, std::size_t at, std::size_t extra) {
    const auto& a = call.attributes_as<AttentionAttributes>();
    const Operand &q = call.inputs[at], &k = call.inputs[at + 1], &v = call.inputs[at + 2];
    Shape leading = q.shape();
    queries = leading.begin()[leading.rank() - 2];
    width = leading.begin()[leading.rank() - 1];
    keys = k.shape().begin()[k.shape().rank() - 2];
    value_width = v.shape().begin()[v.shape().rank() - 1];
    leading.erase(leading.rank() - 1);
    leading.erase(leading.rank() - 1);
    groups = a.groups;
    heads = leading.size();
    shared_heads = heads / groups;
    query = HeadMatrices(q, leading, 1);
    key = HeadMatrices(k, leading, groups);
    value = HeadMatrices(v, leading, groups);
    masked = a.masked;
    is_causal = a.is_causal;
    scale = a.factor(width);
    dropout_p = a.dropout_p;
    if (masked) {
      mask = HeadMatrices(call.inputs[extra], leading, 1);
      mask_is_bool = call.inputs[extra].dtype() == boolean;
    }
    if (dropout_p > 0) {
      draw = call.inputs[extra + masked].as<const std::uint64_t>();
      draw_step = call.inputs[extra + masked].stride(0);
    }
  }
  /// How many of the keys queries before `last` may look at.
  TRIPTYCH_HOST_DEVICE std::int64_t keys_before(std::int64_t last) const {
    return is_causal && last < keys ? last : keys;
  }
};

}  // namespace triptych
