#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op argmax_op, argmin_op;

namespace cuda {
namespace {

template <class C>
struct Best {
  C value;
  std::int64_t index;  // -1: none yet
};

template <class T>
struct ReadCandidate {
  const T* x;
  __device__ Best<lane_type<T>> operator()(const ReducePlace<1>& place) const {
    return {static_cast<lane_type<T>>(x[place.in[0]]), place.number};
  }
};

/// The first of the largest (smallest).
template <class C>
struct Better {
  bool largest;
  __device__ Best<C> operator()(const Best<C>& a, const Best<C>& b) const {
    if (a.index < 0 || b.index < 0) return a.index < 0 ? b : a;
    if (beyond(a.value, b.value)) return a;
    if (beyond(b.value, a.value)) return b;
    return a.index < b.index ? a : b;
  }

 private:
  __device__ bool beyond(C a, C b) const {
    return largest ? formula::Beyond<true>()(a, b) : formula::Beyond<false>()(a, b);
  }
};

struct WriteIndex {
  std::int64_t* out;
  template <class C>
  __device__ void operator()(std::int64_t place, const Best<C>& best) const {
    out[place] = best.index;
  }
};

void best_run(const KernelCall& call, bool largest) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = lane_type<T>;
    reduce(call, loops, Best<C>{C(0), -1}, ReadCandidate<T>{call.inputs[0].as<const T>()}, Better<C>{largest},
           WriteIndex{call.outputs[0].as<std::int64_t>()}, true);
  });
}

void argmax_run(const KernelCall& call) { best_run(call, true); }
void argmin_run(const KernelCall& call) { best_run(call, false); }

const Kernel argmax_kernel{.run = argmax_run, .any_strides = true},
    argmin_kernel{.run = argmin_run, .any_strides = true};

}  // namespace

void register_argmax_kernels() {
  register_kernel(argmax_op, Device::Type::cuda, argmax_kernel);
  register_kernel(argmin_op, Device::Type::cuda, argmin_kernel);
}

}  // namespace cuda
}  // namespace triptych
