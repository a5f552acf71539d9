// masked_select and its gradient move bits, so they are written by width.
#include <cstring>

#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op masked_select_op, masked_select_grad_op;

namespace {

/// Calls f(place) for every element of `shape`, in row-major order, where the mask is true: `place` is where the
/// element lies in a tensor like `x`. Both are broadcast to `shape`.
template <class F>
void for_each_chosen(const Operand& mask, const TensorMeta& x, const Shape& shape, F f) {
  const Strides mask_steps = broadcast_meta(*mask.meta, shape).strides, x_steps = broadcast_meta(x, shape).strides;
  const int inner = shape.rank() - 1;
  const std::int64_t total = shape.size(), length = inner < 0 ? 1 : shape.begin()[inner];
  const std::int64_t mask_step = inner < 0 ? 0 : mask_steps[static_cast<std::size_t>(inner)];
  const std::int64_t x_step = inner < 0 ? 0 : x_steps[static_cast<std::size_t>(inner)];
  std::array<std::int64_t, Shape::max_rank> at{};
  for (std::int64_t done = 0; done < total; done += length) {
    std::int64_t mask_place = 0, place = 0;
    for (std::size_t axis = 0; static_cast<int>(axis) < inner; ++axis) {
      mask_place += at[axis] * mask_steps[axis];
      place += at[axis] * x_steps[axis];
    }
    const bool* row = mask.as<const bool>() + mask_place;
    for (std::int64_t i = 0; i < length; ++i)
      if (row[i * mask_step]) f(place + i * x_step);
    for (int axis = inner - 1; axis >= 0 && ++at[static_cast<std::size_t>(axis)] == shape.begin()[axis]; --axis)
      at[static_cast<std::size_t>(axis)] = 0;
  }
}

Shape common_shape(const Operand& a, const Operand& b) {
  Shape shape;
  broadcast(a.shape(), b.shape(), shape);
  return shape;
}

template <class F>
void visit_width(DType dtype, F f) {
  switch (size_of(dtype)) {
    case 1:
      return f(std::uint8_t());
    case 2:
      return f(std::uint16_t());
    case 4:
      return f(std::uint32_t());
    default:
      return f(std::uint64_t());
  }
}

void masked_select_measure(const MeasureCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  std::int64_t count = 0;
  for_each_chosen(mask, *x.meta, common_shape(x, mask), [&](std::int64_t) { ++count; });
  call.outputs[0].shape.set(0, count);
}

void masked_select_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  visit_width(x.dtype(), [&](auto word) {
    using Word = decltype(word);
    auto* out = call.outputs[0].as<Word>();
    for_each_chosen(mask, *x.meta, common_shape(x, mask),
                    [&](std::int64_t place) { *out++ = x.as<const Word>()[place]; });
  });
}

void masked_select_grad_run(const KernelCall& call) {
  const Operand &upstream = call.inputs[0], &out = call.outputs[0];
  std::memset(out.data, 0, static_cast<std::size_t>(out.size()) * size_of(out.dtype()));
  visit_width(out.dtype(), [&](auto word) {
    using Word = decltype(word);
    const Word* from = upstream.as<const Word>();
    std::int64_t next = 0;
    for_each_chosen(call.inputs[1], *out.meta, out.shape(), [&](std::int64_t place) {
      if (next < upstream.size()) out.as<Word>()[place] = from[next++ * upstream.stride(0)];
    });
  });
}

const Kernel masked_select_kernel{.run = masked_select_run, .any_strides = true, .measure = masked_select_measure},
    masked_select_grad_kernel{.run = masked_select_grad_run, .any_strides = true};

}  // namespace

void register_masked_select_kernels() {
  register_kernel(masked_select_op, Device::Type::cpu, masked_select_kernel);
  register_kernel(masked_select_grad_op, Device::Type::cpu, masked_select_grad_kernel);
}

}  // namespace triptych
