#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op tie_shares_op;

namespace cuda {
namespace {

template <class T, class C>
struct OneIfTied {
  const T *x, *extreme;
  __device__ C operator()(const ReducePlace<2>& place) const {
    return formula::Ties()(static_cast<C>(x[place.in[0]]), static_cast<C>(extreme[place.in[1]])) ? C(1) : C(0);
  }
};

template <class T, class C>
struct Share {
  __device__ T operator()(T x, T extreme, C ties) const {
    return T(formula::Ties()(static_cast<C>(x), static_cast<C>(extreme)) ? C(1) / ties : C(0));
  }
};

void tie_shares_run(const KernelCall& call) {
  const auto& a = call.attributes_as<ReduceAttributes>();
  const TensorMeta& x = *call.inputs[0].meta;
  const TensorMeta extreme = expanded_meta(*call.inputs[1].meta, x.shape, a.axes, a.keepdims);
  const auto loops = loops_over<2>({&x, &extreme}, a.axes);
  visit_floating(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Scratch counts(call.context, static_cast<std::size_t>(loops.outputs) * sizeof(C));
    reduce(call, loops, C(0), OneIfTied<T, C>{call.inputs[0].as<const T>(), call.inputs[1].as<const T>()},
           formula::AddUp(), WriteValue<C>{counts.as<C>()});
    const TensorMeta reduced{call.inputs[1].shape(), contiguous_strides(call.inputs[1].shape()), dtype_of<C>::value,
                             x.device};
    const TensorMeta count_meta = expanded_meta(reduced, x.shape, a.axes, a.keepdims);
    const Operand operands[] = {call.inputs[0], {call.inputs[1].data, &extreme}, {counts.as<C>(), &count_meta}};
    const KernelCall shares{call.op, operands, call.outputs, nullptr, nullptr, call.context};
    elementwise<T, T, T, C>(shares, Share<T, C>());
  });
}

const Kernel tie_shares_kernel{.run = tie_shares_run, .any_strides = true};

}  // namespace

void register_tie_shares_kernels() { register_kernel(tie_shares_op, Device::Type::cuda, tie_shares_kernel); }

}  // namespace cuda
}  // namespace triptych
