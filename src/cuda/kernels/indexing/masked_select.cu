// masked_select and its gradient move bits, so they are written by width.
#include "core/kernels/strided.h"
#include "cuda/kernels/compact.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op masked_select_op, masked_select_grad_op;

namespace cuda {
namespace {

/// Loops over `shape` with the steps of a tensor like `x`, and of the mask, both broadcast.
StridedLoops<2> common_loops(const TensorMeta& x, const TensorMeta& mask, const Shape& shape) {
  StridedLoops<2> loops{};
  loops.rank = shape.rank();
  loops.total = shape.size();
  loops.narrow = loops.total < std::int64_t{1} << 31;
  const Strides steps[] = {broadcast_meta(x, shape).strides, broadcast_meta(mask, shape).strides};
  for (int axis = 0; axis < loops.rank; ++axis) {
    loops.lengths[axis] = shape.begin()[axis];
    for (int k = 0; k < 2; ++k) loops.steps[k][axis] = steps[k][static_cast<std::size_t>(axis)];
  }
  return loops;
}

Shape common_shape(const Operand& a, const Operand& b) {
  Shape shape;
  broadcast(a.shape(), b.shape(), shape);
  return shape;
}

struct InMask {
  const bool* mask;
  StridedLoops<2> loops;
  __device__ bool operator()(std::int64_t i) const { return mask[places_of(loops, i)[1]]; }
};

template <class Word>
struct Gather {
  const Word* x;
  Word* out;
  StridedLoops<2> loops;
  __device__ void operator()(std::int64_t i, std::int64_t number) const { out[number] = x[places_of(loops, i)[0]]; }
};

template <class Word>
struct PutBack {
  const Word* upstream;
  std::int64_t step, count;
  Word* out;
  StridedLoops<2> loops;
  __device__ void operator()(std::int64_t i, std::int64_t number) const {
    if (number < count) out[places_of(loops, i)[0]] = upstream[number * step];
  }
};

void masked_select_measure(const MeasureCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  const auto loops = common_loops(*x.meta, *mask.meta, common_shape(x, mask));
  call.outputs[0].shape.set(0, count_chosen(as_kernel_call(call), loops.total, InMask{mask.as<const bool>(), loops}));
}

void masked_select_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  const auto loops = common_loops(*x.meta, *mask.meta, common_shape(x, mask));
  visit_width(x.dtype(), [&]<class Word>(Word*) {
    for_each_chosen(call, loops.total, InMask{mask.as<const bool>(), loops},
                    Gather<Word>{x.as<const Word>(), call.outputs[0].as<Word>(), loops});
  });
}

void masked_select_grad_run(const KernelCall& call) {
  const Operand &upstream = call.inputs[0], &mask = call.inputs[1], &out = call.outputs[0];
  const std::size_t bytes = static_cast<std::size_t>(out.size()) * size_of(out.dtype());
  if (bytes == 0) return;
  check(cudaMemsetAsync(out.data, 0, bytes, static_cast<cudaStream_t>(call.context.stream)), call.op.name,
        "cudaMemsetAsync", call.context.where);
  const auto loops = common_loops(*out.meta, *mask.meta, out.shape());
  visit_width(out.dtype(), [&]<class Word>(Word*) {
    for_each_chosen(
        call, loops.total, InMask{mask.as<const bool>(), loops},
        PutBack<Word>{upstream.as<const Word>(), upstream.stride(0), upstream.size(), out.as<Word>(), loops});
  });
}

const Kernel masked_select_kernel{.run = masked_select_run, .any_strides = true, .measure = masked_select_measure},
    masked_select_grad_kernel{.run = masked_select_grad_run, .any_strides = true};

}  // namespace

void register_masked_select_kernels() {
  register_kernel(masked_select_op, Device::Type::cuda, masked_select_kernel);
  register_kernel(masked_select_grad_op, Device::Type::cuda, masked_select_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
