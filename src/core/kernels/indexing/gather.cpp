#include "core/ops/indexing/gather.h"

#include "core/kernels/elementwise.h"
#include "core/kernels/indexing/combine.h"
#include "core/kernels/indexing/pick.h"
#include "core/kernels/sums.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op gather_op, scatter_add_op, scatter_op, index_select_op, index_add_op;

namespace {

[[noreturn]] void out_of_range(const KernelCall& call, std::int64_t index, int axis, const Shape& shape) {
  throw ArgumentError(
      call.op.name, "an index is out of range",
      "index " + std::to_string(index) + " for axis " + std::to_string(axis) + " of shape " + shape.text(), "",
      call.context.where);
}

int from_the_front(std::int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

int axis_of(const KernelCall& call) {
  return from_the_front(call.attributes_as<AlongAxisAttributes>().axis, call.inputs[0].shape().rank());
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
};

/// Calls f(i, place) for each element i of the row-major index: `place` is where it points to in x.
template <class F>
void for_each_place(const KernelCall& call, int axis, const TensorMeta& x, F f) {
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
    for_each_place(call, axis_of(call), *x.meta,
                   [&](std::int64_t i, std::int64_t place) { out.as<T>()[i] = x.as<const T>()[place]; });
  });
}

/// `out` is x with the source's elements combined into it at the places of the index.
void scatter_by(const KernelCall& call, int axis, Combine combine) {
  const Operand &source = call.inputs[2], &out = call.outputs[0];
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Sums<T> sums(out);
    sums.start_from(call.inputs[0].as<const T>());
    visit_combine<C>(combine, [&](auto how) {
      for_each_place(call, axis, *out.meta, [&](std::int64_t i, std::int64_t place) {
        sums.data()[place] = how(sums.data()[place], static_cast<C>(source.as<const T>()[i]));
      });
    });
    sums.finish();
  });
}

void scatter_add_run(const KernelCall& call) { scatter_by(call, axis_of(call), Combine::add); }

void scatter_run(const KernelCall& call) {
  const auto& [axis, combine] = call.attributes_as<ScatterAttributes>();
  scatter_by(call, from_the_front(axis, call.inputs[0].shape().rank()), combine);
}

void index_select_run(const KernelCall& call) {
  const int axis = axis_of(call);
  pick_elements(call, call.inputs[0], call.inputs.subspan(1, 1), axis, axis);
}

void index_add_run(const KernelCall& call) {
  const int axis = axis_of(call);
  put_elements(call, call.inputs[0], call.inputs[2], call.inputs.subspan(1, 1), axis, axis, Combine::add);
}

const Kernel gather_kernel{.run = gather_run}, scatter_add_kernel{.run = scatter_add_run, .donates = 0b1},
    scatter_kernel{.run = scatter_run, .donates = 0b1},
    index_select_kernel{.run = index_select_run, .any_strides = true},
    index_add_kernel{.run = index_add_run, .any_strides = true, .donates = 0b1};

}  // namespace

void register_gather_kernels() {
  register_kernel(gather_op, Device::Type::cpu, gather_kernel);
  register_kernel(scatter_add_op, Device::Type::cpu, scatter_add_kernel);
  register_kernel(scatter_op, Device::Type::cpu, scatter_kernel);
  register_kernel(index_select_op, Device::Type::cpu, index_select_kernel);
  register_kernel(index_add_op, Device::Type::cpu, index_add_kernel);
}

}  // namespace triptych
