// cast: a kernel for each dtype of the output; that of the input is a switch within, as 81 kernels would be too many.
#include "core/formulas/cast.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op cast_op;

namespace cuda {
namespace {

template <class To>
__device__ To loaded(const void* from, DType dtype, std::int64_t place) {
  const auto load = [&]<class From>(const From* elements) { return formula::converted<To>(elements[place]); };
  switch (dtype) {
    case DType::float32:
      return load(static_cast<const float*>(from));
    case DType::float64:
      return load(static_cast<const double*>(from));
    case DType::float16:
      return load(static_cast<const Float16*>(from));
    case DType::bfloat16:
      return load(static_cast<const BFloat16*>(from));
    case DType::int8:
      return load(static_cast<const std::int8_t*>(from));
    case DType::uint8:
      return load(static_cast<const std::uint8_t*>(from));
    case DType::int32:
      return load(static_cast<const std::int32_t*>(from));
    case DType::int64:
      return load(static_cast<const std::int64_t*>(from));
    default:
      return load(static_cast<const bool*>(from));
  }
}

template <class To>
__global__ void cast_kernel(StridedLoops<2> loops, const void* from, DType dtype, To* to) {
  for (std::int64_t i = thread_index(); i < loops.total; i += thread_count()) {
    const auto [to_place, from_place] = places_of(loops, i);
    to[to_place] = loaded<To>(from, dtype, from_place);
  }
}

void cast_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto loops = strided_loops<2>(call);
  if (loops.total == 0) return;
  visit_dtype(out.dtype(), [&]<class To>(To*) {
    run(call, cast_kernel<To>, blocks_for(loops.total), block_threads, 0, loops, in.data, in.dtype(), out.as<To>());
  });
}

const Kernel cast{.run = cast_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_cast_kernels() { register_kernel(cast_op, Device::Type::cuda, cast); }

}  // namespace cuda
}  // namespace triptych
