#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/rows.h"

namespace triptych {

extern const Op logsumexp_op;

namespace cuda {
namespace {

template <class T>
struct ReadMaxSum {
  using C = compute_type<T>;
  const T* x;
  __device__ MaxSum<C> operator()(const ReducePlace<1>& place) const { return {static_cast<C>(x[place.in[0]]), C(1)}; }
};

template <class T>
struct WriteLogSum {
  using C = compute_type<T>;
  T* out;
  __device__ void operator()(std::int64_t place, const MaxSum<C>& found) const {
    const bool infinite = found.max - found.max != 0;  // or NaN: then that is the result
    out[place] = T(infinite ? found.max : math::log(found.sum) + found.max);
  }
};

void logsumexp_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    reduce(call, loops, nothing_yet<compute_type<T>>(), ReadMaxSum<T>{call.inputs[0].as<const T>()}, JoinMaxSum(),
           WriteLogSum<T>{call.outputs[0].as<T>()});
  });
}

const Kernel logsumexp_kernel{.run = logsumexp_run, .any_strides = true};

}  // namespace

void register_logsumexp_kernels() { register_kernel(logsumexp_op, Device::Type::cuda, logsumexp_kernel); }

}  // namespace cuda
}  // namespace triptych
