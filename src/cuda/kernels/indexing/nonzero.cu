#include "core/formulas/elements.h"
#include "cuda/kernels/compact.h"

namespace triptych {

extern const Op nonzero_op;

namespace cuda {
namespace {

template <class T>
struct IsNonzero {
  const T* x;
  __device__ bool operator()(std::int64_t i) const { return static_cast<compute_type<T>>(x[i]) != 0; }
};

/// Writes the indices of element `i`.
struct WriteIndices {
  std::int64_t* out;
  int rank;
  std::int64_t lengths[Shape::max_rank];
  __device__ void operator()(std::int64_t i, std::int64_t number) const {
    for (int axis = rank - 1; axis >= 0; --axis) {
      out[number * rank + axis] = i % lengths[axis];
      i /= lengths[axis];
    }
  }
};

template <class F>
void visit_nonzero(const Operand& x, F f) {
  visit_dtype(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    f(IsNonzero<T>{x.as<const T>()});
  });
}

void nonzero_measure(const MeasureCall& call) {
  const Operand& x = call.inputs[0];
  visit_nonzero(
      x, [&](auto chosen) { call.outputs[0].shape.set(0, count_chosen(as_kernel_call(call), x.size(), chosen)); });
}

void nonzero_run(const KernelCall& call) {
  const Operand& x = call.inputs[0];
  WriteIndices write{call.outputs[0].as<std::int64_t>(), x.shape().rank(), {}};
  for (int axis = 0; axis < write.rank; ++axis) write.lengths[axis] = x.shape().begin()[axis];
  visit_nonzero(x, [&](auto chosen) { for_each_chosen(call, x.size(), chosen, write); });
}

const Kernel nonzero_kernel{.run = nonzero_run, .measure = nonzero_measure};

}  // namespace

void register_nonzero_kernels() { register_kernel(nonzero_op, Device::Type::cuda, nonzero_kernel); }

}  // namespace cuda
}  // namespace triptych
