#include "core/ops/shape/roll.h"

#include <algorithm>

#include "core/kernels/copy_row.h"
#include "core/kernels/image_order.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op roll_op;

namespace {

/// `length` elements along an axis, from number `from` of x to number `to` of out.
void move_part(const Operand& x, std::int64_t from, const Operand& out, std::int64_t to, int axis,
               std::int64_t length) {
  if (length == 0) return;
  TensorMeta source = *x.meta, target = *out.meta;
  source.shape.set(axis, length);
  target.shape.set(axis, length);
  copy_strided(shifted(x, from * x.stride(axis)), source, shifted(out, to * out.stride(axis)), target);
}

void roll_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto& [shift, axis] = call.attributes_as<RollAttributes>();
  if (in.size() == 0) return;
  const Rows lines(in.shape(), axis);
  const std::int64_t n = lines.length, places = (shift % n + n) % n;
  if (!in.meta->is_contiguous() || !out.meta->is_contiguous()) {
    const int at = static_cast<int>(axis < 0 ? axis + in.shape().rank() : axis);
    move_part(in, 0, out, places, at, n - places);
    return move_part(in, n - places, out, 0, at, places);
  }
  // Each block of n rows is two runs that change places.
  const std::size_t row = static_cast<std::size_t>(lines.step) * size_of(in.dtype());
  const std::size_t block = static_cast<std::size_t>(n) * row, tail = static_cast<std::size_t>(places) * row;
  const std::int64_t blocks = lines.count / lines.step;
  constexpr std::size_t grain = 1 << 17;  // bytes
  const auto step = static_cast<std::int64_t>(grain / block + 1);
  const auto turn = [&](std::int64_t i) {
    const char* from = in.as<const char>() + static_cast<std::size_t>(i) * block;
    char* to = out.as<char>() + static_cast<std::size_t>(i) * block;
    copy_row(to, from + (block - tail), tail);
    copy_row(to + tail, from, block - tail);
  };
  parallel_for((blocks + step - 1) / step, [&](std::int64_t part) {
    for (std::int64_t i = part * step; i < std::min(blocks, (part + 1) * step); ++i) turn(i);
  });
}

const Kernel roll_kernel{.run = roll_run, .any_strides = true, .layout = image_order_layout};

}  // namespace

void register_roll_kernels() { register_kernel(roll_op, Device::Type::cpu, roll_kernel); }

}  // namespace triptych
