#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op nonzero_op;

namespace {

template <class F>
void visit_elements(const Operand& x, F f) {
  visit_dtype(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    f(x.as<const T>(), [](T value) { return static_cast<compute_type<T>>(value) != 0; });
  });
}

void nonzero_measure(const MeasureCall& call) {
  const std::int64_t n = call.inputs[0].size();
  visit_elements(call.inputs[0], [&](const auto* x, auto is_nonzero) {
    call.outputs[0].shape.set(0, std::count_if(x, x + n, is_nonzero));
  });
}

void nonzero_run(const KernelCall& call) {
  const Shape& shape = call.inputs[0].shape();
  const std::int64_t n = call.inputs[0].size();
  auto* row = call.outputs[0].as<std::int64_t>();
  visit_elements(call.inputs[0], [&](const auto* x, auto is_nonzero) {
    std::int64_t at[Shape::max_rank] = {};
    const int rank = shape.rank(), last = rank - 1;
    if (rank == 0) return;
    const std::int64_t length = shape.begin()[last];
    for (std::int64_t begin = 0; begin < n; begin += length) {
      for (std::int64_t i = 0; i < length; ++i) {
        if (!is_nonzero(x[begin + i])) continue;
        at[last] = i;
        row = std::copy_n(at, rank, row);
      }
      for (int axis = last - 1; axis >= 0 && ++at[axis] == shape.begin()[axis]; --axis) at[axis] = 0;
    }
  });
}

const Kernel nonzero_kernel{.run = nonzero_run, .measure = nonzero_measure};

}  // namespace

void register_nonzero_kernels() { register_kernel(nonzero_op, Device::Type::cpu, nonzero_kernel); }

}  // namespace triptych
