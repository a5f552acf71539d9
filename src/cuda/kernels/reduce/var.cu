// Two passes: the mean, then the squares of the distances from it.
#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op var_op, std_op;

namespace cuda {
namespace {

template <class C>
struct WriteMean {
  C* out;
  C count;
  __device__ void operator()(std::int64_t place, C sum) const { out[place] = sum / count; }
};

template <class T, class C>
struct Distance {
  const T* x;
  const C* means;
  __device__ C operator()(const ReducePlace<1>& place) const {
    return formula::SquaredDistance()(means[place.out], static_cast<C>(x[place.in[0]]));
  }
};

template <class T, class C>
struct WriteVariance {
  T* out;
  C divisor;
  bool root;
  __device__ void operator()(std::int64_t place, C squares) const {
    const C variance = squares / divisor;
    out[place] = T(root ? std::sqrt(variance) : variance);
  }
};

void variance_run(const KernelCall& call, bool root) {
  const auto& a = call.attributes_as<CountAttributes>();
  const auto loops = loops_over<1>({call.inputs[0].meta}, a.axes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Scratch scratch(call.context, static_cast<std::size_t>(loops.outputs) * sizeof(C));
    C* means = scratch.as<C>();
    const T* x = call.inputs[0].as<const T>();
    reduce(call, loops, C(0), ReadElement<C, T>{x}, formula::AddUp(), WriteMean<C>{means, static_cast<C>(loops.count)});
    const C divisor = static_cast<C>(std::max(0.0, static_cast<double>(loops.count) - a.correction));
    reduce(call, loops, C(0), Distance<T, C>{x, means}, formula::AddUp(),
           WriteVariance<T, C>{call.outputs[0].as<T>(), divisor, root});
  });
}

void var_run(const KernelCall& call) { variance_run(call, false); }
void std_run(const KernelCall& call) { variance_run(call, true); }

const Kernel var_kernel{.run = var_run, .any_strides = true}, std_kernel{.run = std_run, .any_strides = true};

}  // namespace

void register_var_kernels() {
  register_kernel(var_op, Device::Type::cuda, var_kernel);
  register_kernel(std_op, Device::Type::cuda, std_kernel);
}

}  // namespace cuda
}  // namespace triptych
