#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op norm_op;

namespace cuda {
namespace {

template <class T, class C>
struct ReadSquare {
  const T* x;
  __device__ C operator()(const ReducePlace<1>& place) const {
    return formula::PickSquare()(C(), static_cast<C>(x[place.in[0]]));
  }
};

template <class T, class C>
struct WriteRoot {
  T* out;
  __device__ void operator()(std::int64_t place, C squares) const { out[place] = T(std::sqrt(squares)); }
};

void norm_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    reduce(call, loops, C(0), ReadSquare<T, C>{call.inputs[0].as<const T>()}, formula::AddUp(),
           WriteRoot<T, C>{call.outputs[0].as<T>()});
  });
}

const Kernel norm_kernel{.run = norm_run, .any_strides = true};

}  // namespace

void register_norm_kernels() { register_kernel(norm_op, Device::Type::cuda, norm_kernel); }

}  // namespace cuda
}  // namespace triptych
