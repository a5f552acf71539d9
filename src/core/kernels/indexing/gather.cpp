#include "core/ops/indexing/gather.h"

#include <cstring>

#include "core/kernels/elementwise.h"
#include "core/kernels/sums.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op gather_op, scatter_add_op, index_select_op, index_add_op;

namespace {

[[noreturn]] void out_of_range(const KernelCall& call, std::int64_t index, int axis, const Shape& shape) {
  throw ArgumentError(
      call.op.name, "an index is out of range",
      "index " + std::to_string(index) + " for axis " + std::to_string(axis) + " of shape " + shape.text(), "",
      call.context.where);
}

int axis_of(const KernelCall& call) {
  const std::int64_t axis = call.attributes_as<AlongAxisAttributes>().axis;
  return static_cast<int>(axis < 0 ? axis + call.inputs[0].shape().rank() : axis);
}

/// Index tensor -> places counted from the front, checked.
struct Places {
  const Operand& index;
  const KernelCall& call;
  const Shape& shape;
  int axis;
  std::int64_t length = shape[axis];

  std::int64_t operator[](std::int64_t i) const {
    const std::int64_t given =
        index.dtype() == int64 ? index.as<const std::int64_t>()[i] : index.as<const std::int32_t>()[i];
    if (given < -length || given >= length) [[unlikely]]
      out_of_range(call, given, axis, shape);
    return given < 0 ? given + length : given;
  }
  /// Of a tensor without elements nothing but the errors is left.
  void check_all() const {
    for (std::int64_t i = 0; i < index.size(); ++i) static_cast<void>((*this)[i]);
  }
};

/// Calls f(i, place) for each element i of the row-major index: `place` is where it points to in x.
template <class F>
void for_each_place(const KernelCall& call, const TensorMeta& x, F f) {
  const int axis = axis_of(call);
  const Operand& index = call.inputs[1];
  const Places places{index, call, x.shape, axis};
  const Shape& shape = index.shape();
  std::array<std::int64_t, Shape::max_rank> at{};
  const std::int64_t total = shape.size();
  for (std::int64_t i = 0; i < total; ++i) {
    std::int64_t place = places[i] * x.strides[static_cast<std::size_t>(axis)];
    for (int k = 0; k < shape.rank(); ++k)
      if (k != axis) place += at[static_cast<std::size_t>(k)] * x.strides[static_cast<std::size_t>(k)];
    f(i, place);
    for (int k = shape.rank() - 1; k >= 0 && ++at[static_cast<std::size_t>(k)] == shape.begin()[k]; --k)
      at[static_cast<std::size_t>(k)] = 0;
  }
}

void gather_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  visit_dtype(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_each_place(call, *x.meta, [&](std::int64_t i, std::int64_t place) { out.as<T>()[i] = x.as<const T>()[place]; });
  });
}

template <class C>
C plus(C a, C b) {
  return static_cast<C>(a + b);
}

void scatter_add_run(const KernelCall& call) {
  const Operand &source = call.inputs[2], &out = call.outputs[0];
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Sums<T> sums(out);
    sums.start_from(call.inputs[0].as<const T>());
    for_each_place(call, *out.meta, [&](std::int64_t i, std::int64_t place) {
      sums.data()[place] = plus(sums.data()[place], static_cast<C>(source.as<const T>()[i]));
    });
    sums.finish();
  });
}

/// A contiguous tensor as (outer, length of the axis, inner).
struct Blocks {
  std::int64_t outer = 1, inner = 1;
  Blocks(const Shape& shape, int axis) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

void index_select_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const int axis = axis_of(call);
  const Places places{call.inputs[1], call, x.shape(), axis};
  const Blocks blocks(x.shape(), axis);
  const std::int64_t length = x.shape()[axis], count = call.inputs[1].size();
  if (out.size() == 0) return places.check_all();
  const auto bytes = blocks.inner * static_cast<std::int64_t>(size_of(x.dtype()));
  for (std::int64_t o = 0; o < blocks.outer; ++o)
    for (std::int64_t i = 0; i < count; ++i)
      std::memcpy(out.as<char>() + (o * count + i) * bytes, x.as<const char>() + (o * length + places[i]) * bytes,
                  static_cast<std::size_t>(bytes));
}

void index_add_run(const KernelCall& call) {
  const Operand &source = call.inputs[2], &out = call.outputs[0];
  const int axis = axis_of(call);
  const Places places{call.inputs[1], call, out.shape(), axis};
  const Blocks blocks(out.shape(), axis);
  const std::int64_t length = out.shape()[axis], count = call.inputs[1].size();
  if (out.size() == 0) return places.check_all();
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Sums<T> sums(out);
    sums.start_from(call.inputs[0].as<const T>());
    for (std::int64_t o = 0; o < blocks.outer; ++o)
      for (std::int64_t i = 0; i < count; ++i) {
        C* to = sums.data() + (o * length + places[i]) * blocks.inner;
        const T* from = source.as<const T>() + (o * count + i) * blocks.inner;
        for (std::int64_t k = 0; k < blocks.inner; ++k) to[k] = plus(to[k], static_cast<C>(from[k]));
      }
    sums.finish();
  });
}

const Kernel gather_kernel{.run = gather_run}, scatter_add_kernel{.run = scatter_add_run, .donates = 0b1},
    index_select_kernel{.run = index_select_run}, index_add_kernel{.run = index_add_run, .donates = 0b1};

}  // namespace

void register_gather_kernels() {
  register_kernel(gather_op, Device::Type::cpu, gather_kernel);
  register_kernel(scatter_add_op, Device::Type::cpu, scatter_add_kernel);
  register_kernel(index_select_op, Device::Type::cpu, index_select_kernel);
  register_kernel(index_add_op, Device::Type::cpu, index_add_kernel);
}

}  // namespace triptych
