// Ops that copy parts of tensors into one another, by the device's copy between any strides.
#pragma once

#include "core/kernels/strided.h"
#include "core/ops/indexing/slice.h"
#include "triptych/core/op.h"

namespace triptych {

/// Copies elements between tensors of one shape and dtype.
using CopyStrided = void (*)(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta);

/// A part of `whole` with the shape of `part`.
inline TensorMeta window(const Operand& whole, const Operand& part) {
  TensorMeta meta = *whole.meta;
  meta.shape = part.shape();
  return meta;
}

inline void* shifted(const Operand& operand, std::int64_t elements) {
  return static_cast<char*>(operand.data) + elements * static_cast<std::int64_t>(size_of(operand.dtype()));
}

/// The inputs, one behind the other along `given_axis` of the output.
inline void join_parts(const KernelCall& call, std::int64_t given_axis, CopyStrided copy) {
  const Operand& out = call.outputs[0];
  const auto axis = static_cast<int>(given_axis < 0 ? given_axis + out.shape().rank() : given_axis);
  std::int64_t begin = 0;
  for (const Operand& in : call.inputs) {
    copy(in.data, *in.meta, shifted(out, begin * out.stride(axis)), window(out, in));
    begin += in.shape()[axis];
  }
}

/// The outputs from the first input, where they lie one behind the other.
inline void take_apart(const KernelCall& call, std::int64_t given_axis, CopyStrided copy) {
  const Operand& in = call.inputs[0];
  const auto axis = static_cast<int>(given_axis < 0 ? given_axis + in.shape().rank() : given_axis);
  std::int64_t begin = 0;
  for (const Operand& out : call.outputs) {
    copy(shifted(in, begin * in.stride(axis)), window(in, out), out.data, *out.meta);
    begin += out.shape()[axis];
  }
}

/// `value`, broadcast, into the part of `out` that a slice selects.
inline void place_in_slice(const Operand& value, const Operand& out, const SliceAttributes& attributes,
                           CopyStrided copy) {
  TensorMeta part = *out.meta;
  std::int64_t offset = 0;
  slice_window(*out.meta, attributes, part, offset);
  copy(value.data, broadcast_meta(*value.meta, part.shape), shifted(out, offset), part);
}

/// The first input into the inside of a padded output.
inline void place_inside_padding(const KernelCall& call, const PadAttributes& attributes, CopyStrided copy) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  if (in.size() == 0) return;
  std::int64_t offset = 0;
  for (int i = 0; i < in.shape().rank(); ++i) offset += attributes.before[i] * out.stride(i);
  copy(in.data, *in.meta, shifted(out, offset), window(out, in));
}

}  // namespace triptych
