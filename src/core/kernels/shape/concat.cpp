#include "core/ops/shape/concat.h"

#include <algorithm>

#include "core/kernels/copy_row.h"
#include "core/kernels/image_order.h"
#include "core/kernels/path.h"
#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op concat_op, concat_grad_op, split_op;

namespace {

Path joined_rows("concat: row by row"), joined_parts("concat: part by part");

/// Dense inputs side by side: the output is written from its beginning to its end, a row of each input in turn.
void join_rows(const KernelCall& call, int axis) {
  const Operand& out = call.outputs[0];
  std::int64_t outer = 1, inner = static_cast<std::int64_t>(size_of(out.dtype()));
  const std::int64_t* dims = out.shape().begin();
  for (int i = 0; i < axis; ++i) outer *= dims[i];
  for (int i = axis + 1; i < out.shape().rank(); ++i) inner *= dims[i];
  const std::int64_t row = dims[axis] * inner, step = (1 << 17) / row + 1;
  parallel_for((outer + step - 1) / step, [&](std::int64_t part) {
    char* to = out.as<char>() + part * step * row;
    for (std::int64_t o = part * step; o < std::min(outer, (part + 1) * step); ++o)
      for (const Operand& in : call.inputs) {
        const std::int64_t bytes = in.shape().begin()[axis] * inner;
        copy_row(to, in.as<const char>() + o * bytes, static_cast<std::size_t>(bytes));
        to += bytes;
      }
  });
}

void concat_run(const KernelCall& call) {
  const std::int64_t given = call.attributes_as<ConcatAttributes>().axis;
  const Operand& out = call.outputs[0];
  const auto axis = static_cast<int>(given < 0 ? given + out.shape().rank() : given);
  const bool dense =
      std::all_of(call.inputs.begin(), call.inputs.end(), [](const Operand& in) { return in.meta->is_contiguous(); });
  const auto bytes = out.size() * static_cast<std::int64_t>(size_of(out.dtype()));
  const bool by_rows = dense && bytes > 0 && (axis > 0 || bytes < 1 << 17);  // few long parts are copied in parallel
  (by_rows ? joined_rows : joined_parts).take();
  by_rows ? join_rows(call, axis) : join_parts(call, axis, copy_strided);
}
void concat_grad_run(const KernelCall& call) {
  take_apart(call, call.attributes_as<ConcatAttributes>().axis, copy_strided);
}
void split_run(const KernelCall& call) { take_apart(call, call.attributes_as<SplitAttributes>().axis, copy_strided); }

const Kernel concat_kernel{.run = concat_run, .any_strides = true, .layout = image_order_layout};
const Kernel concat_grad_kernel{.run = concat_grad_run, .any_strides = true, .layout = image_order_layout};
const Kernel split_kernel{.run = split_run, .any_strides = true, .layout = image_order_layout};

}  // namespace

void register_concat_kernels() {
  register_kernel(concat_op, Device::Type::cpu, concat_kernel);
  register_kernel(concat_grad_op, Device::Type::cpu, concat_grad_kernel);
  register_kernel(split_op, Device::Type::cpu, split_kernel);
}

}  // namespace triptych
