// array_write: what a TensorArray's write is. In a step it takes place in the memory of the rows, if nobody reads those
// as they were.
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/graph/changing_shape.h"
#include "core/graph/control_flow.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/control_flow.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Rows without an element take the value's shape.
bool is_empty(const Shape& rows) {
  for (int axis = 1; axis < rows.rank(); ++axis)
    if (rows.begin()[axis] == 0) return true;
  return false;
}

void array_write_infer(Infer& infer) {
  const Shape &rows = infer.shape(0), &value = infer.shape(2);
  infer.check(infer.dtype(0) == infer.dtype(2), "the value's dtype is not that of the elements",
              "Convert it with cast");
  infer.check((infer.dtype(1) == int32 || infer.dtype(1) == int64) && infer.shape(1).rank() == 0,
              "the index is not a scalar integer");
  Shape result = value;
  result.insert(0, infer.attributes<ArrayWriteAttributes>().grows ? Dim(unknown) : rows.dim(0));
  bool fits = rows.rank() == result.rank();
  for (int axis = 1; fits && !is_empty(rows) && axis < rows.rank(); ++axis) {
    fits = rows.begin()[axis] == result.begin()[axis] || rows.begin()[axis] < 0 || result.begin()[axis] < 0;
    if (result.begin()[axis] < 0) result.set(axis, rows.dim(axis));
  }
  infer.check(fits, "the value's shape is not that of the elements");
  infer.output(0, result, infer.dtype(0));
}

std::int64_t index_of(const Operand& index) {
  const std::int64_t i = number_in(index);
  if (i < 0) throw ArgumentError("array_write", "the index is negative", std::to_string(i), "", modes.frame);
  return i;
}

void array_write_measure(const MeasureCall& call) {
  Shape& shape = call.outputs[0].shape;
  const std::int64_t length = call.inputs[0].shape().begin()[0];
  if (static_cast<const ArrayWriteAttributes*>(call.attributes)->grows)
    shape.set(0, std::max(length, index_of(call.inputs[1]) + 1));
}

void array_write_run(const KernelCall& call) {
  const Operand &rows = call.inputs[0], &value = call.inputs[2], &out = call.outputs[0];
  const std::int64_t i = index_of(call.inputs[1]), length = out.shape().begin()[0];
  if (i >= length)
    throw ArgumentError("array_write", "the index is out of range",
                        std::to_string(i) + " of " + std::to_string(length) + " elements",
                        "dynamic_size lets the array grow", modes.frame);
  const Device device = out.meta->device;
  const auto bytes = [](const Operand& operand) {
    return static_cast<std::size_t>(operand.size()) * size_of(operand.dtype());
  };
  const std::size_t row = bytes(value), before = bytes(rows), all = bytes(out);
  if (rows.data != out.data) {
    copy_bytes(out.data, device, rows.data, device, before);
    if (all > before) clear_bytes(static_cast<char*>(out.data) + before, device, all - before);
  }
  copy_bytes(static_cast<char*>(out.data) + static_cast<std::size_t>(i) * row, device, value.data, device, row);
}

void array_write_gradient(Gradient& g) {
  const Tensor index = g.input(1);
  if (g.needs(0)) {
    const Tensor others = detail::array_write(g.upstream(), index, zeros_like(g.input(2)), false, Location());
    g.set(0, g.attributes<ArrayWriteAttributes>().grows ? fit_like(others, g.input(0)) : others);
  }
  if (g.needs(2)) g.set(2, take(g.upstream(), index, 0));
}

const Kernel array_write_kernel{.run = array_write_run, .donates = 0b1, .measure = array_write_measure};

}  // namespace

extern const Op array_write_op{.name = "array_write",
                               .inputs = 3,
                               .attributes = &attribute_type<ArrayWriteAttributes>,
                               .infer = array_write_infer,
                               .gradient = array_write_gradient,
                               .saves_inputs = 0b010,
                               .can_fail = true};

void load_array_write_kernel() {
  static const bool registered = [] {
    for (auto& slot : array_write_op.kernels) slot.store(&array_write_kernel, std::memory_order_release);
    return true;
  }();
  static_cast<void>(registered);
}

namespace detail {

Tensor array_write(const Tensor& rows, const Tensor& index, const Tensor& value, bool grows, Location where) {
  load_array_write_kernel();
  const ArrayWriteAttributes attributes{grows};
  const Tensor operands[] = {rows, index, value};
  Tensor result;
  apply(array_write_op, operands, &attributes, {&result, 1}, where);
  return result;
}

}  // namespace detail
}  // namespace triptych
