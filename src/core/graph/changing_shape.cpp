#include "core/graph/changing_shape.h"

#include <algorithm>
#include <cstring>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/kernels/strided.h"
#include "core/memory/allocator.h"
#include "core/support/checked.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

std::vector<std::int64_t> numbers_in(const Operand& operand) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(operand.size()));
  copy_bytes(numbers.data(), Device(), operand.data, operand.meta->device, numbers.size() * sizeof(std::int64_t));
  return numbers;
}

std::size_t bytes_of(const TensorMeta& meta) {
  return static_cast<std::size_t>(meta.shape.size()) * size_of(meta.dtype);
}

/// What both dense tensors have, copied from one to the other.
void copy_corner(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta) {
  TensorMeta source = from_meta, target = to_meta;
  source.strides = contiguous_strides(from_meta.shape);
  target.strides = contiguous_strides(to_meta.shape);
  for (int axis = 0; axis < from_meta.shape.rank(); ++axis) {
    const std::int64_t length = std::min(from_meta.shape.begin()[axis], to_meta.shape.begin()[axis]);
    source.shape.set(axis, length);
    target.shape.set(axis, length);
  }
  copy_strided(from, source, to, target);
}

void check_sizes(Infer& infer, const Shape& sizes, DType dtype) {
  infer.check(dtype == int64 && sizes.rank() == 1 && sizes.known() && sizes[0] <= Shape::max_rank,
              "the sizes are not an int64 vector of as many as a shape may have");
}

void set_unknown(Infer& infer, int rank, DType dtype) {
  Shape shape;
  for (int axis = 0; axis < rank; ++axis) shape.append(unknown);
  infer.output(0, shape, dtype);
}

/// The output's shape. Sizes may come from a file: ArgumentError for one that is negative, or above `most`'s.
void set_measured(const MeasureCall& call, const Operand& given, const Shape* most) {
  Shape& shape = call.outputs[0].shape;
  const std::vector<std::int64_t> sizes = numbers_in(given);
  std::int64_t elements = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t size = sizes[static_cast<std::size_t>(axis)];
    if (size < 0 || (most && size > most->begin()[axis]))
      throw ArgumentError(call.op.name, "a size is negative, or larger than what is cut", std::to_string(size), "",
                          call.context.where);
    elements = checked_multiply(elements, size, "the number of elements", call.context.where);
    shape.set(axis, size);
  }
}

void cut_infer(Infer& infer) {
  check_sizes(infer, infer.shape(1), infer.dtype(1));
  infer.check(infer.shape(1)[0] == infer.shape(0).rank(), "there is not one size for each dimension");
  set_unknown(infer, infer.shape(0).rank(), infer.dtype(0));
}

void cut_measure(const MeasureCall& call) { set_measured(call, call.inputs[1], &call.inputs[0].meta->shape); }

void cut_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  copy_corner(x.data, *x.meta, out.data, *out.meta);
}

void cut_gradient(Gradient& g) { g.set(0, fit_like(g.upstream(), g.input(0))); }

void fit_like_infer(Infer& infer) {
  infer.check(infer.shape(0).rank() == infer.shape(1).rank(), "the numbers of dimensions differ");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void fit_like_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  clear_bytes(out.data, out.meta->device, bytes_of(*out.meta));
  copy_corner(x.data, *x.meta, out.data, *out.meta);
}

void zeros_infer(Infer& infer) {
  check_sizes(infer, infer.shape(0), infer.dtype(0));
  set_unknown(infer, static_cast<int>(infer.shape(0)[0]), infer.attributes<ZerosOfSizesAttributes>().dtype);
}

void zeros_measure(const MeasureCall& call) { set_measured(call, call.inputs[0], nullptr); }

void zeros_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  clear_bytes(out.data, out.meta->device, bytes_of(*out.meta));
}

const Kernel cut_kernel{.run = cut_run, .measure = cut_measure}, fit_like_kernel{.run = fit_like_run},
    zeros_kernel{.run = zeros_run, .measure = zeros_measure};

Tensor applied(const Op& op, std::span<const Tensor> inputs, const void* attributes) {
  load_changing_shape_kernels();
  Tensor result;
  apply(op, inputs, attributes, {&result, 1}, Location());
  return result;
}

Tensor dense(Shape row, std::size_t count, DType dtype, Device device) {
  row.insert(0, static_cast<std::int64_t>(count));
  return make_tensor(row, dtype, device);
}

}  // namespace

extern const Op cut_op{.name = "cut", .inputs = 2, .infer = cut_infer, .gradient = cut_gradient, .can_fail = true};
extern const Op fit_like_op{
    .name = "fit_like", .inputs = 2, .infer = fit_like_infer, .gradient = cut_gradient, .metadata_inputs = 0b10};
extern const Op zeros_of_sizes_op{.name = "zeros_of_sizes",
                                  .inputs = 1,
                                  .attributes = &attribute_type<ZerosOfSizesAttributes>,
                                  .infer = zeros_infer,
                                  .gradient_stops = true,
                                  .can_fail = true};

void load_changing_shape_kernels() {
  static const bool registered = [] {
    for (const auto& [op, kernel] :
         {std::pair(&cut_op, &cut_kernel), {&fit_like_op, &fit_like_kernel}, {&zeros_of_sizes_op, &zeros_kernel}})
      for (auto& slot : op->kernels) slot.store(kernel, std::memory_order_release);
    return true;
  }();
  static_cast<void>(registered);
}

Tensor cut(const Tensor& padded, const Tensor& sizes) {
  const Tensor inputs[] = {padded, sizes};
  return applied(cut_op, inputs, nullptr);
}
Tensor fit_like(const Tensor& x, const Tensor& like) {
  const Tensor inputs[] = {x, like};
  return applied(fit_like_op, inputs, nullptr);
}
Tensor zeros_of_sizes(const Tensor& sizes, DType dtype) {
  const ZerosOfSizesAttributes attributes{dtype};
  return applied(zeros_of_sizes_op, {&sizes, 1}, &attributes);
}

Tensor padded_stack(const std::vector<Tensor>& values, const TensorMeta& row) {
  Shape longest;
  for (int axis = 0; axis < row.shape.rank(); ++axis) {
    std::int64_t length = 0;
    for (const Tensor& value : values) length = std::max(length, value.shape().begin()[axis]);
    longest.append(length);
  }
  const Tensor all = dense(longest, values.size(), row.dtype, row.device);
  clear_bytes(all.impl()->data(), row.device, bytes_of(all.meta()));
  TensorMeta place{.shape = longest, .strides = {}, .dtype = row.dtype, .device = row.device};
  const std::size_t bytes = bytes_of(place);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Tensor value = contiguous_now(values[i]);
    copy_corner(value.impl()->data(), value.meta(), static_cast<char*>(all.impl()->data()) + i * bytes, place);
  }
  return all;
}

Tensor stack_of_sizes(const std::vector<Tensor>& values, const TensorMeta& row) {
  std::vector<std::int64_t> sizes;
  for (const Tensor& value : values) sizes.insert(sizes.end(), value.shape().begin(), value.shape().end());
  const Tensor all = dense({row.shape.rank()}, values.size(), int64, row.device);
  copy_bytes(all.impl()->data(), row.device, sizes.data(), Device(), sizes.size() * sizeof(std::int64_t));
  return all;
}

void clear_bytes(void* to, Device device, std::size_t bytes) {
  if (bytes == 0) return;
  if (device.type == Device::Type::cpu) {
    std::memset(to, 0, bytes);
    return;
  }
  const Scratch zeros(bytes);
  std::memset(zeros.as<void>(), 0, bytes);
  copy_bytes(to, device, zeros.as<void>(), Device(), bytes);
}

}  // namespace triptych
